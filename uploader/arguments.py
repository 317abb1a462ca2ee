"""What people type after a command: a sync, a day, addresses; WrongUse where it cannot be meant."""

import re
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from uploader import kinds
from uploader.command import WrongUse
from uploader.models import Sync
from uploader.people import folded

EARLIEST = date(1970, 1, 1)


def sync(name: str) -> Sync:
    """An enabled sync of a kind that is installed here."""
    sync = Sync.objects.select_related("source", "target").filter(name=name).first()
    if sync is None:
        enabled = Sync.objects.filter(enabled=True, target__owner=None)
        names = ", ".join(enabled.values_list("name", flat=True)[:20])
        raise WrongUse(f"There is no sync “{name}”." + (f" There are: {names}." if names else ""))
    if not sync.enabled:
        raise WrongUse(f"The sync “{name}” is disabled.")
    if sync.kind not in {kind.slug for kind in kinds.all_kinds()}:
        raise WrongUse(f"The sync “{name}” is of kind {sync.kind}, which is not installed here.")
    return sync


def day(text: str, *, option: str) -> str:
    wrong = WrongUse(f"--{option}: “{text}” is not a date like 2026-12-01.")
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise wrong
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise wrong from error
    if found < EARLIEST:
        raise WrongUse(f"--{option}: {text} is too long ago; {EARLIEST} is the earliest.")
    return text


def emails(text: str, *, option: str) -> list[str]:
    """Folded, from a list with commas."""
    found = [folded(email) for email in text.split(",") if email.strip()]
    if not found:
        raise WrongUse(f"--{option} names nobody.")
    for email in found:
        try:
            validate_email(email)
        except ValidationError as error:
            raise WrongUse(f"--{option}: “{email}” is not an e-mail address.") from error
    return found
