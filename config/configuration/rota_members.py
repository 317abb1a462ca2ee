"""Which person of the database a member of the file is, and from when to when in a rota."""

import datetime
from collections.abc import Iterator
from functools import partial
from typing import Any

from django.utils import timezone

from config.configuration.rota_entries import Entry
from config.configuration.steps import Step, updated
from rota import joining, setup
from rota.days import DAY
from rota.models import Member, Rota
from uploader.people import Address, Person


def person_of(entry: Entry, rota: Rota | None) -> Person | None:
    """Whom the database knows by that; None for somebody new. Never a guess among several."""
    if entry.email:
        address = Address.objects.filter(email=entry.email, enabled=True).first()
        if address is not None:
            return address.person
    if entry.slack_id:
        known = list(Person.objects.filter(slack_id=entry.slack_id)[:2])
        if known:
            return _only(known, entry)
    return _by_name(entry, rota)


def _by_name(entry: Entry, rota: Rota | None) -> Person | None:
    """Adding an e-mail to a name keeps the person, but one who has another e-mail is another."""
    namesakes = Person.objects.filter(name=entry.name)
    if entry.email:
        namesakes = namesakes.exclude(addresses__enabled=True)
    if entry.slack_id:
        namesakes = namesakes.filter(slack_id="")
    if rota is not None and not rota._state.adding:
        here = list(namesakes.filter(memberships__rota=rota, memberships__left_on=None).distinct())
        if here:
            return _only(here, entry)
    return _only(list(namesakes), entry)


def _only(known: list[Person], entry: Entry) -> Person | None:
    if len(known) > 1:
        described = " and ".join(map(described_person, known[:2]))
        raise entry.table.wrong(
            f"there are {len(known)} people it may be, {described}: say which by an e-mail, "
            f'{{name = "{entry.name}", email = "…"}}, that the person has in the admin'
        )
    return known[0] if known else None


def described_person(person: Person) -> str:
    emails = [address.email for address in person.addresses.all() if address.enabled]
    return f"{person} ({', '.join(emails) or f'no e-mail, number {person.pk}'})"


def person_by_email(email: str) -> Person:
    """Found, or made."""
    address = Address.objects.filter(email=email, enabled=True).first()
    if address is not None:
        return address.person
    person = Person.objects.create(name=email, from_file=True)
    return _with_address(person, email)


def _with_address(person: Person, email: str) -> Person:
    # A person keeps the address when a file no longer names it: it may be needed to tell them.
    Address.objects.update_or_create(email=email, defaults={"person": person, "enabled": True})
    return person


# --------------------------------------------------------------------- planning


def plan(entries: list[Entry], rota: Rota, *, now: datetime.datetime) -> Iterator[Step]:
    """Members that are to be made, changed, or given an end; `rota` may not be saved yet."""
    today = rota.today(now)
    claimed: dict[int, Entry] = {}
    kept: set[int] = set()
    for entry in entries:
        person = person_of(entry, rota)
        if person is not None:
            _claim(person, entry, claimed)
        member = _member(entry, person, rota, today=today)
        if member is not None:
            kept.add(member.pk)
        yield from _steps_of(entry, person, member, rota, today=today)
    if not rota._state.adding:
        yield from _ended(rota, kept, today=today)


def _claim(person: Person, entry: Entry, claimed: dict[int, Entry]) -> None:
    if person.pk in claimed:
        raise entry.table.wrong(
            f"{described_person(person)} is {claimed[person.pk].table.path} too: "
            "one person is one member"
        )
    claimed[person.pk] = entry


def _member(
    entry: Entry, person: Person | None, rota: Rota, *, today: datetime.date
) -> Member | None:
    """The membership that the entry is about; None where it is to begin anew."""
    if person is None or rota._state.adding:
        return None
    own = list(rota.members.filter(person=person))
    latest = max(own, key=lambda each: (each.left_on is None, each.left_on, each.pk), default=None)
    if latest is None or latest.left_on is None or latest.left_on >= today:
        return latest
    if entry.joined_on is not None:
        return latest if entry.joined_on <= latest.left_on else None
    over = entry.left_on is not None and entry.left_on < today
    return latest if over or entry.left_on == latest.left_on else None


def _steps_of(
    entry: Entry, person: Person | None, member: Member | None, rota: Rota, *, today: datetime.date
) -> list[Step]:
    what = f"member {entry.name} of {rota}"
    if member is not None and member.group != entry.group and member.duties.exists():
        words = f"goes from {member.group} to {entry.group} on {today + DAY}"
        return [Step("update", f"{what}: {words}", partial(_move, entry, member, today=today))]
    if member is None:
        joined_on = entry.joined_on or _joins_on(person, rota, today=today)
        since = f", from {joined_on}" if joined_on else ""
        do = partial(_add, entry, person, rota.name, joined_on=joined_on)
        where = f", in {entry.group}" if entry.group else ""
        return [Step("create", f"{what}{where}{since}", do)]
    differences = [
        *_differences_of_person(entry, member.person),
        *_differences(entry, member),
    ]
    return updated(what, differences, partial(_save, entry, member))


def _joins_on(person: Person | None, rota: Rota, *, today: datetime.date) -> datetime.date | None:
    """A rota that the file is about to make has not begun."""
    return None if rota._state.adding else joining.joins_on(rota, person, today=today)


def _differences_of_person(entry: Entry, person: Person) -> list[str]:
    words = [f"name {entry.name}"] if person.name != entry.name else []
    if entry.slack_id and person.slack_id != entry.slack_id:
        words.append(f"Slack id {entry.slack_id}")
    emails = {address.email for address in person.addresses.filter(enabled=True)}
    return words + ([f"e-mail {entry.email}"] if entry.email and entry.email not in emails else [])


def _differences(entry: Entry, member: Member) -> list[str]:
    words = [
        f"{word} {_said(new)}"
        for word, new, old in (
            ("group", entry.group, member.group),
            ("place", entry.position, member.position),
            ("weekdays", entry.weekdays, member.weekdays),
            ("weight", entry.weight, member.weight),
            ("from", _joined_on(entry, member), member.joined_on),
            ("until", entry.left_on, member.left_on),
        )
        if new != old
    ]
    return words if member.from_file else [*words, "now kept by the file"]


def _joined_on(entry: Entry, member: Member) -> datetime.date | None:
    """As the file says; what it leaves out, or was spent in the other group, stays as it is."""
    if entry.joined_on is None:
        return member.joined_on
    others = Member.objects.filter(rota=member.rota, person=member.person).exclude(pk=member.pk)
    if member.joined_on and others.filter(left_on__gte=entry.joined_on).exists():
        return member.joined_on
    return entry.joined_on


def _said(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(value) or "as the rota's"
    if isinstance(value, int):
        return str(value + 1)  # places are counted from one
    return "open" if value is None else str(value)


def _ended(rota: Rota, kept: set[int], *, today: datetime.date) -> Iterator[Step]:
    """Whom the file made, and no longer names."""
    for member in rota.members.filter(from_file=True).exclude(pk__in=kept):
        if member.left_on is None or member.left_on > today:
            what = f"member {member} of {rota}, whose last day is {today}"
            yield Step("disable", what, partial(_end, member, today=today))


def let_go(rota: Rota) -> Iterator[Step]:
    """Whom the file named stays for as long as they are in the usergroup that is drawn from now."""
    if rota._state.adding:
        return
    for member in rota.members.filter(from_file=True):
        what = f"member {member} of {rota}: kept by Slack from now on"
        yield Step("update", what, partial(_let_go, member))


# ------------------------------------------------------------------------ doing


def _add(
    entry: Entry, person: Person | None, rota: str, *, joined_on: datetime.date | None
) -> None:
    """The same file may have made the rota, or the person, a moment ago."""
    made = Rota.objects.get(name=rota)
    person = person or person_of(entry, made) or Person(from_file=True)
    _save(entry, Member(rota=made, person=person, joined_on=joined_on))


def _save(entry: Entry, member: Member) -> None:
    person = member.person
    person.name = entry.name
    person.slack_id = entry.slack_id or person.slack_id
    person.save()
    member.person = person
    if entry.email:
        _with_address(person, entry.email)
    member.group, member.position = entry.group, entry.position
    member.weekdays, member.weight = entry.weekdays, entry.weight
    member.joined_on = _joined_on(entry, member)
    member.left_on = entry.left_on
    member.from_file = True
    member.save()
    setup.changed(member.rota, now=timezone.now())


def _move(entry: Entry, member: Member, *, today: datetime.date) -> None:
    """What they did in the other group stays theirs; in this one they begin tomorrow."""
    _end(member, today=today)
    _save(entry, Member(rota=member.rota, person=member.person, joined_on=today + DAY))


def _end(member: Member, *, today: datetime.date) -> None:
    joining.leave(member, today=today)
    setup.changed(member.rota, now=timezone.now())


def _let_go(member: Member) -> None:
    member.from_file = False
    member.save(update_fields=["from_file"])
