"""The [rotas] of the file: who takes turns, when, and by which rules.

What may be said of each kind is in rota_kinds.py; who is in it is in rota_entries.py and
rota_members.py, what it is kept in step with in rota_syncs.py.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone

from config.configuration import rota_entries, rota_kinds, rota_members, rota_syncs, syncs
from config.configuration.connections import Declared as DeclaredConnection
from config.configuration.connections import check_name
from config.configuration.rota_entries import Entry
from config.configuration.steps import Step, renamed_words, updated
from config.configuration.tables import Table
from integrations.models import Connection
from rota import setup
from rota.models import Rota
from uploader.every import written
from uploader.people import Address, folded


@dataclass(frozen=True, kw_only=True)
class Declared:
    table: Table
    name: str
    kind: str
    # Fields of the rota, ready to be set.
    fields: dict[str, Any]
    owner: str
    leave: str
    # Whom the file names; nobody where they come from Slack.
    entries: list[Entry]
    syncs: dict[str, syncs.Declared]

    @property
    def what(self) -> str:
        return f"rota {self.name}"

    @property
    def is_drawn_from_slack(self) -> bool:
        return any(sync.kind == setup.MEMBERS for sync in self.syncs.values())


# ---------------------------------------------------------------------- reading


def read(tables: Table, *, connections: dict[str, DeclaredConnection]) -> dict[str, Declared]:
    found = {name: _one(name, table, connections) for name, table in tables.tables()}
    _refuse_two_names(entry for item in found.values() for entry in item.entries)
    return found


def _one(name: str, table: Table, connections: dict[str, DeclaredConnection]) -> Declared:
    check_name(name, table)
    kind, sort = rota_kinds.sort_of(table)
    groups = rota_entries.read(table, sort.people)
    fields = rota_kinds.fields(table, sort) | _first_and_second(table, kind, groups)
    leave = syncs.side(table, "leave", "breathe", connections) if "leave" in table.values else ""
    return Declared(
        table=table,
        name=name,
        kind=kind,
        fields=fields,
        owner=_owner(table),
        leave=leave,
        entries=[entry for entries in groups.values() for entry in entries],
        syncs=rota_syncs.read(
            name,
            table,
            kind=kind,
            leave=leave,
            is_looked_at_daily=bool(leave or fields["horizon"] or kind == Rota.Kind.ROLLING),
            connections=connections,
        ),
    )


def _first_and_second(table: Table, kind: str, groups: dict[str, list[Entry]]) -> dict[str, str]:
    if kind == Rota.Kind.ROLLING:
        return {}
    first = table.choice("start_with", groups)
    return {"then": next(group for group in groups if group != first)}


def _owner(table: Table) -> str:
    if "owner" not in table.values:
        return ""
    email = folded(table.text("owner"))
    try:
        validate_email(email)
    except ValidationError as error:
        raise table.wrong("must be an e-mail address", at="owner") from error
    return email


def _refuse_two_names(entries: Iterator[Entry]) -> None:
    """Whoever is in several rotas is called the same in each, or each run would rename them."""
    known: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        first = known.setdefault(entry.by, entry)
        if first.name != entry.name:
            by, value = entry.by
            raise entry.table.wrong(
                f"the {by} {value} is that of “{first.name}” in {first.table.path}: "
                "one person has one name",
                at="name",
            )


def emails(declared: dict[str, Declared]) -> set[str]:
    """Whose addresses it names."""
    named = {entry.email for item in declared.values() for entry in item.entries}
    return {*named, *(item.owner for item in declared.values())} - {""}


# --------------------------------------------------------------------- planning


def plan(declared: dict[str, Declared], *, warnings: list[str]) -> list[Step]:
    known = {row.name: row for row in Rota.objects.filter(name__in=declared)}
    gone = list(Rota.objects.filter(from_file=True, enabled=True).exclude(name__in=declared))
    new = {name: item.kind for name, item in declared.items() if name not in known}
    warnings += renamed_words("rota", new, {row.name: row.kind for row in gone})
    return [
        *(
            step
            for name, item in declared.items()
            for step in _steps_of(item, known.get(name) or Rota(name=name), warnings)
        ),
        *(Step("disable", f"rota {row}", partial(_disable, row)) for row in gone),
    ]


def _steps_of(item: Declared, row: Rota, warnings: list[str]) -> Iterator[Step]:
    if row._state.adding:
        row.kind = item.kind
        for key, value in item.fields.items():
            setattr(row, key, value)
        if "starts_on" not in item.fields:
            row.starts_on = timezone.now().astimezone(row.zone).date()
        yield Step("create", item.what, partial(_save, item, row))
    else:
        if row.kind != item.kind:
            raise item.table.wrong(
                f"is a {row.kind} rota already, and stays one: choose another name", at="kind"
            )
        yield from updated(item.what, _differences(item, row), partial(_save, item, row))
    if item.is_drawn_from_slack:
        yield from rota_members.let_go(row)
        return
    members = list(rota_members.plan(item.entries, row, now=timezone.now()))
    warnings += _renamed(item, members)
    yield from members


def _renamed(item: Declared, members: list[Step]) -> list[str]:
    """Somebody new while somebody leaves may be meant as one person with another name."""
    if not {"create", "disable"} <= {step.action for step in members}:
        return []
    sentence = (
        f"{item.what}: members come and others leave. Another name or another e-mail is "
        "another person; to rename somebody, give their e-mail first."
    )
    return [sentence]


def _differences(item: Declared, row: Rota) -> list[str]:
    words = [
        f"{key} {_said(value)}" for key, value in item.fields.items() if getattr(row, key) != value
    ]
    if item.owner not in _emails_of(row):
        words.append(f"owner {item.owner or 'nobody'}")
    if (row.leave.name if row.leave else "") != item.leave:
        words.append(f"leave {item.leave or 'not looked at'}")
    if not row.enabled:
        words.append("enabled")
    if not row.from_file:
        words.append("now kept by the file")
    return words


def _emails_of(row: Rota) -> set[str]:
    """By which the owner is known; that of nobody where there is none."""
    if row.owner is None:
        return {""}
    known = Address.objects.filter(person=row.owner, enabled=True)
    return set(known.values_list("email", flat=True))


def _said(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(value)
    if isinstance(value, timedelta):
        return written(value) or str(value)
    return "as usual" if value in (None, "") else str(value)


def _save(item: Declared, row: Rota) -> None:
    """Connections and people are looked up only now: the file may have made them a moment ago."""
    row.kind = item.kind
    for key, value in item.fields.items():
        setattr(row, key, value)
    row.owner = rota_members.person_by_email(item.owner) if item.owner else None
    row.leave = Connection.objects.get(name=item.leave) if item.leave else None
    row.enabled = row.from_file = True
    row.save()
    setup.changed(row, now=timezone.now())


def _disable(row: Rota) -> None:
    row.enabled = False
    row.save(update_fields=["enabled"])
