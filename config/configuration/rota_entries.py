"""The members of a rota as the file names them: in its groups, or in the order of its turns. Which
person of the database each is, is in rota_members.py.
"""

import datetime
from dataclasses import dataclass
from typing import Any

from django import forms

from config.configuration.form_fields import bound
from config.configuration.tables import Table
from rota.checks import check_weekdays
from rota.models.rotas import NO_GROUP
from uploader.people import folded

GROUPS, TWO = "groups", 2
LONGEST_NAME = 60

# `from` is no name that a class can give a field.
EntryForm: type[forms.Form] = type(
    "EntryForm",
    (forms.Form,),
    {
        "name": forms.CharField(max_length=200),
        "email": forms.EmailField(required=False),
        "slack_id": forms.CharField(required=False, max_length=40),
        "weekdays": forms.JSONField(required=False, validators=[check_weekdays]),
        "weight": forms.FloatField(initial=1.0, min_value=0.01, max_value=100),
        "from": forms.DateField(required=False),
        "until": forms.DateField(required=False),
    },
)
# Where turns go round, everybody has one, whatever day of the week it is.
TurnForm: type[forms.Form] = type("TurnForm", (EntryForm,), {"weekdays": None, "weight": None})


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One member as the file has them."""

    table: Table
    group: str
    position: int
    name: str
    email: str
    slack_id: str
    weekdays: list[str]
    weight: float
    joined_on: datetime.date | None
    left_on: datetime.date | None

    @property
    def by(self) -> tuple[str, str]:
        """What tells who it is: the e-mail, else the Slack id, else the exact name."""
        if self.email:
            return "e-mail", self.email
        return ("Slack id", self.slack_id) if self.slack_id else ("name", self.name)


def read(rota: Table, key: str) -> dict[str, list[Entry]]:
    """By group, in the file's order; in the one without a name where turns go round, and nobody
    where they are drawn from Slack."""
    if key not in rota.values:
        raise rota.wrong(f"is missing; it must be {_allowed(rota, key)}", at=key)
    found = _groups(rota.table(key)) if key == GROUPS else {NO_GROUP: _in_turn(rota, key)}
    _refuse_doubles([entry for entries in found.values() for entry in entries])
    return found


def _allowed(rota: Table, key: str) -> str:
    table = f"a table: [{rota.path}.{key}]"
    return table if key == GROUPS else f"a list of members, or {table} with a Slack usergroup"


def _in_turn(rota: Table, key: str) -> list[Entry]:
    items = rota.values[key]
    if isinstance(items, dict):
        return []
    if not isinstance(items, list) or not items:
        raise rota.wrong(f"must be {_allowed(rota, key)}, and not empty", at=key)
    return [
        _entry(rota, f"{key}[{number + 1}]", item, TurnForm, position=number)
        for number, item in enumerate(items)
    ]


def _groups(table: Table) -> dict[str, list[Entry]]:
    if len(table.values) != TWO:
        raise table.wrong(
            f"must be two groups, each a list of members, not {len(table.values)}; "
            'such as g_sevens = ["David", {name = "Priya", email = "priya@example.org"}]'
        )
    position = 0
    groups: dict[str, list[Entry]] = {}
    for group, items in table.values.items():
        if not 0 < len(group.strip()) <= LONGEST_NAME:
            raise table.wrong(f"a group's name has 1 to {LONGEST_NAME} letters", at=group)
        if not isinstance(items, list) or not items:
            raise table.wrong(
                "must be a list of members, names or {name, email, …}, and not empty", at=group
            )
        groups[group] = [
            _entry(table, f"{group}[{number}]", item, EntryForm, position=position, group=group)
            for position, (number, item) in enumerate(enumerate(items, start=1), start=position)
        ]
        position += len(items)
    return groups


def _entry(
    table: Table,
    place: str,
    item: Any,
    form: type[forms.Form],
    *,
    position: int,
    group: str = NO_GROUP,
) -> Entry:
    keys = list(form.base_fields)
    if isinstance(item, str):
        item = {"name": item}
    if not isinstance(item, dict):
        raise table.wrong(f"must be a name, or a table of {', '.join(keys)}", at=place)
    own = Table(table.file, f"{table.path}.{place}", item)
    own.only(keys)
    values = bound(form, own, item)
    joined_on, left_on = _day(values["from"]), _day(values["until"])
    if joined_on and left_on and left_on < joined_on:
        raise own.wrong("lies before `from`", at="until")
    return Entry(
        table=own,
        group=group,
        position=position,
        name=values["name"],
        email=folded(values["email"]),
        slack_id=values["slack_id"],
        weekdays=values.get("weekdays") or [],
        weight=values.get("weight", 1.0),
        joined_on=joined_on,
        left_on=left_on,
    )


def _day(text: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None


def _refuse_doubles(entries: list[Entry]) -> None:
    """Whoever is told by a name alone must be the only one of that name."""
    seen: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        if entry.by in seen:
            first = seen[entry.by].table.path
            raise entry.table.wrong(f"{_twice(entry)}; the other is {first}")
        seen[entry.by] = entry
    for name, entry in ((value, entry) for (by, value), entry in seen.items() if by == "name"):
        if others := [other for other in entries if other.name == name and other is not entry]:
            raise entry.table.wrong(f"{_twice(entry)}; the other is {others[0].table.path}")


def _twice(entry: Entry) -> str:
    by, value = entry.by
    if by == "name":
        return (
            f"there is “{value}” twice: tell them apart by their addresses, "
            f'{{name = "{value}", email = "…"}}'
        )
    return f"the {by} {value} is there twice: one person is one member"
