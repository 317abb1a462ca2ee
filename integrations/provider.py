"""What a provider declares, and how the declared ones are found: by their folder."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django import forms
from django.conf import settings

from integrations.client import Client, Credentials, Gate, is_safe_base_url
from integrations.errors import UnexpectedError


@dataclass(frozen=True)
class Ability:
    """Something that credentials let us do, or not; `what` completes "It may …".

    `why` not, and what a person can do about it; or on what condition it may.
    """

    what: str
    may: bool
    why: str = ""


class Provider:
    """One service. A folder in `integrations/` with a `provider.py` that holds a subclass."""

    slug: ClassVar[str]
    name: ClassVar[str]
    # One sentence for the people who decide whether to connect it.
    words: ClassVar[str]
    # As in the fact sheet; what `<SLUG>_BASE_URL` replaces.
    default_base_url: ClassVar[str]
    # Further hosts at which a connection's own base_url may be.
    hosts: ClassVar[tuple[str, ...]] = ()
    # Requests a minute per credential; 0 = no pacing of our own.
    default_rate: ClassVar[int] = 0
    # And no more than so many in any second; 0 = at whatever speed.
    per_second: ClassVar[int] = 0
    # Its limits are not known, or differ by plan: they are learnt from repeated refusals.
    learns_limits: ClassVar[bool] = False
    # Seconds to pause where it asks for that and does not say how long.
    usual_pause: ClassVar[float] = 10
    # Names of settings (without the prefix) without which nobody can connect it.
    required_settings: ClassVar[tuple[str, ...]] = ()
    # People connect it by signing in there, rather than by typing a key.
    signs_in: ClassVar[bool] = False
    # Besides typing a key, staff may connect it for the team by signing in there; and the names of
    # the settings this takes, as they are here and in the environment.
    staff_sign_in: ClassVar[bool] = False
    sign_in_settings: ClassVar[Mapping[str, str]] = {}
    credentials_form: ClassVar[type[forms.Form]] = forms.Form

    def client(self, credentials: Credentials, *, base_url: str, gate: Gate) -> Client:
        raise NotImplementedError(f"{self.slug} declares no client")

    def check(self, client: Client) -> str:
        """The cheapest authenticated call; returns whose account it is, in words."""
        raise NotImplementedError(f"{self.slug} declares no check")

    def abilities(self, client: Client) -> list[Ability]:
        """What these credentials may and may not do, where that differs; asks the provider."""
        return []

    def refresh(self, credentials: Mapping[str, Any], *, base_url: str) -> dict[str, Any]:
        """New credentials for old, where tokens expire; called under a lease."""
        raise NotImplementedError(f"{self.slug} has nothing to refresh")

    def revoke(self, credentials: Mapping[str, Any], *, base_url: str) -> None:
        """Give the tokens back on disconnecting, where the provider lets us; best effort."""

    def pace_key(self, connection_id: int, credentials: Mapping[str, Any]) -> str:
        """What shares one allowance of requests; by default every connection has its own."""
        return f"{self.slug}:{connection_id}"

    # ------------------------------------------------------- from the environment

    def setting(self, name: str, default: str = "") -> str:
        return settings.PROVIDER_SETTINGS.get(self.slug, {}).get(name, default)

    def missing_settings(self) -> list[str]:
        return [
            f"{self.slug.upper()}_{name}"
            for name in self.required_settings
            if not self.setting(name)
        ]

    def missing_to_sign_in(self) -> list[str]:
        """As `missing_settings`; what only signing in needs comes on top."""
        only = [told for name, told in self.sign_in_settings.items() if not self.setting(name)]
        return self.missing_settings() + only

    def staff_may_sign_in(self) -> bool:
        return self.staff_sign_in and not self.missing_to_sign_in()

    def sign_in_address(self) -> str:
        """Where people are sent to sign in."""
        return self.base_url()

    def base_url(self, own: str = "") -> str:
        """Where this provider is: a connection's own address, the environment's, or the usual.

        UnexpectedError where tokens must not be sent there.
        """
        url = own or self.setting("BASE_URL") or self._at_sandbox() or self.default_base_url
        if not is_safe_base_url(url):
            raise UnexpectedError(
                provider=self.name,
                doing="choosing the address",
                excerpt=f"{url} must start with https:// (plain http is for this machine's own "
                f"addresses only); see {self.slug.upper()}_BASE_URL",
            )
        return url

    def may_be_at(self, url: str) -> bool:
        """Whether a connection's own address is one of this provider's, or on this machine."""
        if not is_safe_base_url(url):
            return False
        host = urlsplit(url).hostname or ""
        own = (urlsplit(self.default_base_url).hostname, *self.hosts)
        here = is_safe_base_url(f"http://[{host}]" if ":" in host else f"http://{host}")
        return host in own or here

    def _at_sandbox(self) -> str:
        if not settings.SANDBOX_URL:
            return ""
        return f"{settings.SANDBOX_URL}{urlsplit(self.default_base_url).path}"

    def is_sandbox(self) -> bool:
        return urlsplit(self.base_url()).netloc != urlsplit(self.default_base_url).netloc

    def rate(self, base_url: str) -> int:
        """Requests a minute; none by default on loopback, where the sandbox is."""
        own = self.setting("RATE")
        if own:
            return int(own)
        return 0 if urlsplit(base_url).scheme == "http" else self.default_rate


@cache
def providers() -> dict[str, Provider]:
    """Every provider by slug, found by folder."""
    found = {}
    for slug in settings.PROVIDER_SLUGS:
        module = importlib.import_module(f"integrations.{slug}.provider")
        found[slug] = next(
            thing()
            for thing in vars(module).values()
            if isinstance(thing, type)
            and issubclass(thing, Provider)
            and thing.__module__ == module.__name__
        )
    return found


def get(slug: str) -> Provider:
    return providers()[slug]
