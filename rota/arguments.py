"""What people type after `rota`: a rota, days, numbers; WrongUse where it cannot be meant."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from rota import setup
from rota.models import Member, Rota
from rota.naming import abbreviates
from rota.syncs.calendar.titles import squeezed
from rota.syncs.duties.layout import FURTHEST, Asked
from rota.syncs.duties.posing import Posing
from rota.syncs.duties.turns import Turns
from uploader import arguments
from uploader.command import WrongUse
from uploader.kinds import CannotRun
from uploader.models import Sync
from uploader.people import folded

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


def member(rota: Rota, text: str, *, option: str, now: datetime) -> Member:
    """One of the rota's people, by Slack id, e-mail or name. Those who have left are meant only
    where nobody is who is still there."""
    people = rota.members.select_related("person").prefetch_related("person__addresses")
    known = sorted(people, key=lambda each: (each.position, each.pk))
    today = rota.today(now)
    there = [each for each in known if each.left_on is None or each.left_on >= today]
    gone = sorted((each for each in known if each not in there), key=lambda each: -each.pk)
    found = _meant(there, text) or _meant(gone, text)[:1]
    if len(found) == 1:
        return found[0]
    if found:
        raise WrongUse(
            f"--{option}: “{text}” may be {' or '.join(map(_introduced, found))}: name one of "
            "them by e-mail or Slack id."
        )
    names = ", ".join(each.name for each in there)
    raise WrongUse(
        f"--{option}: “{text}” is nobody in {rota}." + (f" There are: {names}." if names else "")
    )


def _meant(members: list[Member], text: str) -> list[Member]:
    """Whoever it may be: never by a mere part of a name."""
    ways: tuple[Callable[[Member], bool], ...] = (
        lambda each: each.person.slack_id == text,
        lambda each: folded(text) in _emails(each),
        lambda each: squeezed(each.name).casefold() == squeezed(text).casefold(),
        lambda each: abbreviates(text, each.name),
    )
    found = ([each for each in members if is_meant(each)] for is_meant in ways)
    return next((each for each in found if each), []) if text.strip() else []


def _emails(member: Member) -> list[str]:
    return [each.email for each in member.person.addresses.all() if each.enabled]


def _introduced(member: Member) -> str:
    known = filter(None, [next(iter(_emails(member)), ""), member.person.slack_id])
    told = ", ".join(known)
    return f"{member.name} ({told})" if told else member.name


# ------------------------------------------------------------------ what is generated


def generation(rota: Rota, options: dict[str, Any], *, now: datetime) -> dict[str, Any]:
    """The params of a generation: those that were given, and how far it goes."""
    if rota.is_rolling:
        return _planned_anew(rota, options, now=now)
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


def _planned_anew(rota: Rota, options: dict[str, Any], *, now: datetime) -> dict[str, Any]:
    for option in ("cycles", "seed"):
        if options[option] is not None:
            raise WrongUse(
                f"--{option} is for paired rotas: {rota} is a rolling one, in which turns go "
                "round in a fixed order."
            )
    first, until = day(options["from"], option="from"), day(options["until"], option="until")
    if first is None:
        first = _turns(rota, {}, option="from", now=now).first
    elif first < rota.today(now):
        raise WrongUse(f"--from: {first} is over: what was, stays as it was.")
    found = {"from": first.isoformat()} | ({"until": until.isoformat()} if until else {})
    spans = _turns(rota, found, option="from", now=now).spans()
    if until is not None and not spans:
        raise WrongUse(f"--until: nobody starts from {first} to {until}.")
    return found


def more(rota: Rota, options: dict[str, Any], *, now: datetime) -> dict[str, Any]:
    """The params of so many more shifts of a rolling rota, or of so many from a day on."""
    require_rolling(rota, options["part"])
    text, who = options.get("date"), options.get("member")
    if (text is None) != (who is None):
        raise WrongUse("-d and -m belong together: from when on, and who has the role then.")
    given: dict[str, Any] = {}
    if text is not None and who is not None:
        first = day(text, option="date")
        if first is not None and first < rota.today(now):
            raise WrongUse(f"--date: {first} is over, and what was stays as it is.")
        after = member(rota, who, option="member", now=now)
        given = {"from": text, "after": after.pk}
    number = "1" if options["part"] == "next" else options["number"]
    asked = _number(number, option="number", least=1, most=2000)
    turns = _turns(rota, {**given, "append": asked or 1}, option="number", now=now)
    return {**given, "append": asked or turns.in_a_year()}


def roles(rota: Rota, options: dict[str, Any], *, now: datetime) -> dict[str, Any]:
    """The params of who is on duty now."""
    require_rolling(rota, "set-roles")
    current, incoming = options["current"], options["incoming"]
    if rota.overlaps and incoming is None:
        raise WrongUse(
            f"--incoming is missing: in {rota} two serve at a time, {rota.lasts} each and "
            f"somebody new every {rota.every}."
        )
    if not rota.overlaps and incoming is not None:
        raise WrongUse(f"--incoming: in {rota} one serves at a time, so nobody is incoming.")
    held = member(rota, current, option="current", now=now)
    starts = member(rota, incoming, option="incoming", now=now) if incoming is not None else None
    if held == starts:
        raise WrongUse(f"--incoming: {held} is current already; it takes two.")
    for option, each in (("current", held), ("incoming", starts)):
        if each is not None and not each.serves_on(rota.today(now)):
            raise WrongUse(f"--{option}: {each} is not in {rota} today.")
    return {"roles": {"current": held.pk, "incoming": starts.pk if starts else None}}


def require_rolling(rota: Rota, part: str) -> None:
    if not rota.is_rolling:
        raise WrongUse(
            f"`rota {part}` is for rolling rotas, and {rota} is a paired one: `rota generate "
            f"{rota}` goes on with it."
        )


def _turns(rota: Rota, params: dict[str, Any], *, option: str, now: datetime) -> Turns:
    try:
        turns = Turns(rota, Asked.of(params), now=now)
        turns.spans()
    except CannotRun as error:
        raise WrongUse(f"--{option}: {error}") from error
    return turns


def span(options: dict[str, Any]) -> tuple[date | None, date | None]:
    """The first and the last day to show."""
    first = day(options["from"], option="from")
    until = day(options["until"], option="until")
    if first is not None and until is not None and until < first:
        raise WrongUse(f"--until: {until} lies before {first}.")
    return first, until
