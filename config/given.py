"""What settings may be: each function returns a value, or says in one sentence which is wrong.

For what would otherwise be found out late, by a person on a page or a worker at night.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from integrations.client import is_safe_base_url


def fernet_keys(name: str, text: str) -> list[str]:
    """The sentence never quotes them."""
    keys = [key.strip() for key in text.split(",") if key.strip()]
    advice = "`python -m config.local_secrets` prints a new one."
    if not keys:
        raise ImproperlyConfigured(f"{name} holds no key; {advice}")
    for number, key in enumerate(keys, start=1):
        try:
            Fernet(key)
        except ValueError:
            wrong = f"{name}: key number {number} of {len(keys)} is not a Fernet key; {advice}"
            raise ImproperlyConfigured(wrong) from None
    return keys


def whole_number(name: str, text: str, *, least: int) -> int:
    digits = text.strip()
    known = digits.isascii() and digits.isdigit() and len(digits) < 10
    if not known or int(digits) < least:
        raise ImproperlyConfigured(
            f"{name} must be a whole number from {least} on, not {text[:20]!r}."
        )
    return int(digits)


def address(name: str, text: str) -> str:
    """One to which tokens may be sent; empty where none is given."""
    if text and not is_safe_base_url(text):
        raise ImproperlyConfigured(
            f"{name} must be an address that starts with https:// (plain http is for this "
            f"machine's own addresses only), not {without_password(text)!r}."
        )
    return text


def without_password(text: str) -> str:
    try:
        return "…" if "@" in urlsplit(text).netloc else text
    except ValueError:
        return text


def provider_settings(slug: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Every variable that starts with the provider's slug, without that prefix."""
    prefix = f"{slug.upper()}_"
    found = {
        name.removeprefix(prefix): value
        for name, value in environment.items()
        if name.startswith(prefix)
    }
    address(f"{prefix}BASE_URL", found.get("BASE_URL", ""))
    if found.get("RATE"):
        whole_number(f"{prefix}RATE", found["RATE"], least=0)
    return found
