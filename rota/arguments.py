"""What people type after `rota`: a rota, days, numbers; WrongUse where it cannot be meant."""

from datetime import date, datetime
from typing import Any

from rota import setup
from rota.models import Rota
from rota.syncs.duties.layout import FURTHEST, Asked
from rota.syncs.duties.posing import Posing
from uploader import arguments
from uploader.command import WrongUse
from uploader.kinds import CannotRun
from uploader.models import Sync

LARGEST_SEED = 2**31 - 1


def rota(name: str) -> Rota:
    """One that is in use."""
    found = Rota.objects.select_related("owner", "leave").filter(name=name).first()
    if found is None:
        known = Rota.objects.filter(enabled=True).values_list("name", flat=True)
        names = ", ".join(known[:20])
        raise WrongUse(f"There is no rota “{name}”." + (f" There are: {names}." if names else ""))
    if not found.enabled:
        raise WrongUse(f"The rota “{name}” is disabled.")
    return found


def sync_of(rota: Rota, kind: str) -> Sync:
    """What keeps it in step; a sentence where nothing does."""
    name = setup.name_of(rota.name, kind)
    if not Sync.objects.filter(name=name).exists():
        raise WrongUse(f"{rota} has no {WHAT[kind]}: {HOW[kind]}")
    return arguments.sync(name)


WHAT = {setup.DUTIES: "sync of its duties", setup.CALENDAR: "calendar"}
HOW = {
    setup.DUTIES: "save it once more in the admin, or name it in a file for `configure`.",
    setup.CALENDAR: "give it one in the admin, or by [rotas.NAME.google_calendar] in a file for "
    "`configure`.",
}


def day(text: str | None, *, option: str) -> date | None:
    return date.fromisoformat(arguments.day(text, option=option)) if text is not None else None


def generation(rota: Rota, options: dict[str, Any], *, now: datetime) -> dict[str, Any]:
    """The params of a generation: those that were given, and how far it goes."""
    first = day(options["from"], option="from")
    until = day(options["until"], option="until")
    try:
        earliest = Posing(rota, Asked(first=first), now=now).first
    except CannotRun as error:
        raise WrongUse(f"--from: {error}") from error
    if until is not None and not earliest <= until < earliest + FURTHEST:
        raise WrongUse(
            f"--until: {until} must lie between the first day, {earliest}, and three years later."
        )
    given = {
        "from": first.isoformat() if first else None,
        "until": until.isoformat() if until else None,
        "cycles": _number(options["cycles"] or _usual(until), option="cycles", least=1, most=1000),
        "seed": _number(options["seed"], option="seed", least=0, most=LARGEST_SEED),
    }
    return {name: value for name, value in given.items() if value is not None}


def _usual(until: date | None) -> str | None:
    """One cycle, where nothing else is said of how far it goes."""
    return "1" if until is None else None


def _number(text: str | None, *, option: str, least: int, most: int) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and least <= int(text[:20]) <= most):
        raise WrongUse(f"--{option}: “{text}” is no whole number from {least} to {most}.")
    return int(text)


def span(options: dict[str, Any]) -> tuple[date | None, date | None]:
    """The first and the last day to show."""
    first = day(options["from"], option="from")
    until = day(options["until"], option="until")
    if first is not None and until is not None and until < first:
        raise WrongUse(f"--until: {until} lies before {first}.")
    return first, until
