"""The [people] of the file: which addresses belong to the same human."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from config.configuration.steps import Step
from config.configuration.tables import Table
from uploader.people import Address, Person, folded


@dataclass(frozen=True)
class Line:
    """One human: every address of theirs, folded, in the file's order."""

    table: Table
    number: int
    emails: tuple[str, ...]

    @property
    def place(self) -> str:
        return f"aliases[{self.number}]"


def read(table: Table) -> list[Line]:
    table.only(["aliases"])
    raw = table.values.get("aliases", [])
    if not isinstance(raw, list):
        raise table.wrong("must be a list of lists of e-mail addresses", at="aliases")
    lines = [_line(table, number, item) for number, item in enumerate(raw, start=1)]
    _refuse_shared(lines)
    return lines


def _line(table: Table, number: int, item: Any) -> Line:
    place = f"aliases[{number}]"
    if not isinstance(item, list) or not item or not all(isinstance(x, str) for x in item):
        raise table.wrong("must be a list of e-mail addresses of one person", at=place)
    for email in item:
        try:
            validate_email(email.strip())
        except ValidationError as error:
            raise table.wrong(f"“{email}” is not an e-mail address", at=place) from error
    return Line(table, number, tuple(dict.fromkeys(folded(email) for email in item)))


def _refuse_shared(lines: list[Line]) -> None:
    seen: dict[str, Line] = {}
    for line in lines:
        for email in line.emails:
            if email in seen:
                raise line.table.wrong(
                    f"{email} is also in {seen[email].place}: an address is one person's",
                    at=line.place,
                )
            seen[email] = line


def plan(lines: list[Line], *, elsewhere: Collection[str] = ()) -> list[Step]:
    """`elsewhere`: addresses that other parts of the file name, which stay as well."""
    taken: dict[int, Line] = {}
    steps = [step for line in lines for step in _steps_of(line, taken)]
    named = {email for line in lines for email in line.emails} | set(elsewhere)
    gone = Address.objects.filter(from_file=True, enabled=True).select_related("person")
    return steps + [
        Step("disable", f"address {address} of {address.person}", partial(_disable, address))
        for address in gone.exclude(email__in=named)
    ]


def _steps_of(line: Line, taken: dict[int, Line]) -> Iterator[Step]:
    rows = Address.objects.filter(email__in=line.emails).select_related("person")
    known = {address.email: address for address in rows}
    person = _standing(line, known, taken) or _returning(line, known, taken)
    if person is None:
        yield Step("create", f"person {line.emails[0]}", partial(_create, line))
        return
    taken[person.pk] = line
    for email in line.emails:
        if word := _word(known.get(email), person):
            do = partial(_assign, email, person)
            yield Step("update", f"person {person}: address {email} {word}", do)


def _word(address: Address | None, person: Person) -> str:
    if address is None or address.person_id != person.pk:
        return "added"
    if not address.enabled:
        return "enabled"
    return "" if address.from_file else "now kept by the file"


def _standing(line: Line, known: dict[str, Address], taken: dict[int, Line]) -> Person | None:
    """The one person these addresses stand for by now; two are never made one by a guess."""
    enabled = [known[email] for email in line.emails if email in known and known[email].enabled]
    people = sorted({address.person for address in enabled}, key=lambda person: person.pk)
    if len(people) > 1:
        first, second = (_described(person, known) for person in people[:2])
        raise line.table.wrong(
            f"these addresses belong to two people, {first} and {second}: if they are the same "
            "human, move the addresses to one of them in the admin",
            at=line.place,
        )
    if not people or people[0].pk not in taken:
        return people[0] if people else None
    if people[0].from_file and all(address.from_file for address in enabled):
        return None  # the file joined them, so the file may part them
    raise line.table.wrong(
        f"{_described(people[0], known)} is the person of {taken[people[0].pk].place} too: if "
        "they are two humans, part them in the admin",
        at=line.place,
    )


def _returning(line: Line, known: dict[str, Address], taken: dict[int, Line]) -> Person | None:
    """Whoever a disabled address stood for, if that person stands for nobody else meanwhile."""
    for email in line.emails:
        address = known.get(email)
        if address is None or address.enabled or address.person_id in taken:
            continue
        others = address.person.addresses.filter(enabled=True).exclude(email__in=line.emails)
        if not others.exists():
            return address.person
    return None


def _described(person: Person, known: dict[str, Address]) -> str:
    own = [email for email, address in known.items() if address.person_id == person.pk]
    return f"{person} ({', '.join(own)})"


def _create(line: Line) -> None:
    person = Person.objects.create(name=line.emails[0], from_file=True)
    for email in line.emails:
        _assign(email, person)


def _assign(email: str, person: Person) -> None:
    Address.objects.update_or_create(
        email=email, defaults={"person": person, "enabled": True, "from_file": True}
    )


def _disable(address: Address) -> None:
    address.enabled = False
    address.save(update_fields=["enabled"])
