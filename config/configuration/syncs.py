"""The [syncs] of the file: what is kept in step with what, how, and how often."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from django.utils import timezone

from config.configuration.connections import Declared as DeclaredConnection
from config.configuration.connections import check_name
from config.configuration.form_fields import bound
from config.configuration.steps import Step, renamed_words, updated
from config.configuration.tables import Table, listed
from integrations.models import Connection
from rota.setup import ENDINGS as ROTAS
from uploader import kinds
from uploader.every import WORDS, parse, written
from uploader.kinds import Kind
from uploader.models import Sync

KEYS = ("kind", "source", "target", "mode", "every", "max_delete_share", "options")


@dataclass(frozen=True)
class Declared:
    table: Table
    name: str
    kind: str
    source: str
    target: str
    values: dict[str, Any]
    # Brought in step after each change of what it follows, beat or none.
    follows: bool = False

    @property
    def what(self) -> str:
        return f"sync {self.name}"


def read(tables: Table, *, connections: dict[str, DeclaredConnection]) -> dict[str, Declared]:
    return {name: _one(name, table, connections) for name, table in tables.tables()}


def _one(name: str, table: Table, connections: dict[str, DeclaredConnection]) -> Declared:
    check_name(name, table)
    table.only(KEYS)
    kind = _kind(table)
    options = table.table("options")
    return Declared(
        table=table,
        name=name,
        kind=kind.slug,
        source=side(table, "source", kind.source, connections),
        target=side(table, "target", kind.target, connections),
        values={
            "mode": mode(table, default=Sync.Mode.DRY_RUN),
            "every": every(table),
            "max_delete_share": max_delete_share(table),
            "options": bound(kind.options_form, options, options.values),
        },
    )


def _kind(table: Table) -> type[Kind]:
    known = kinds.all_kinds()
    by_file = {kind.slug: kind for kind in known if not kind.for_members and kind.slug not in ROTAS}
    slug = table.text("kind")
    if slug in ROTAS:
        raise table.wrong("is set up by a table of its rota: [rotas.NAME]", at="kind")
    if any(kind.slug == slug for kind in known if kind.for_members):
        raise table.wrong(
            f"“{slug}” is set up by itself for each person who connects both sides, not by a "
            f"file; allowed: {listed(by_file)}",
            at="kind",
        )
    return by_file[table.choice("kind", by_file)]


def side(table: Table, key: str, provider: str, connections: dict[str, DeclaredConnection]) -> str:
    """The name of the connection on that side; "" where the kind has none there."""
    if not provider:
        if key in table.values:
            raise table.wrong(f"this kind has no {key}: leave it out", at=key)
        return ""
    name = table.text(key)
    usable = [item.name for item in connections.values() if item.provider == provider]
    if name not in usable and not _made_in_admin(name, provider):
        raise table.wrong(
            f"“{name}” is not a connection to {provider}; allowed: {listed(usable)}", at=key
        )
    return name


def _made_in_admin(name: str, provider: str) -> bool:
    """One that the file need not name; what the file once made is gone when it is not named."""
    return Connection.objects.filter(
        name=name, provider=provider, owner=None, enabled=True, from_file=False
    ).exists()


def mode(table: Table, *, default: str) -> str:
    return table.choice("mode", Sync.Mode.values, default=default)


def max_delete_share(table: Table) -> float:
    return table.share("max_delete_share", default=Sync._meta.get_field("max_delete_share").default)


def every(table: Table) -> timedelta | None:
    if "every" not in table.values:
        return None
    found = parse(table.text("every"))
    if found is None:
        raise table.wrong(f"must be {WORDS}, not “{table.values['every']}”", at="every")
    return found


def plan(declared: dict[str, Declared], *, warnings: list[str]) -> list[Step]:
    rows = Sync.objects.select_related("source", "target")
    known = {row.name: row for row in rows.filter(name__in=declared)}
    gone = list(rows.filter(from_file=True, enabled=True).exclude(name__in=declared))
    new = {name: item.kind for name, item in declared.items() if name not in known}
    warnings += renamed_words("sync", new, {row.name: row.kind for row in gone})
    return [
        *(step for item in declared.values() for step in _steps_of(item, known.get(item.name))),
        *(Step("disable", f"sync {row}", partial(_disable, row)) for row in gone),
    ]


def _steps_of(item: Declared, row: Sync | None) -> list[Step]:
    if row is None:
        return [Step("create", item.what, partial(_save, item, Sync(name=item.name)))]
    if row.kind != item.kind:
        raise item.table.wrong(
            f"is a sync of kind {row.kind} already, and stays one: choose another name", at="kind"
        )
    return updated(item.what, _differences(item, row), partial(_save, item, row))


def _differences(item: Declared, row: Sync) -> list[str]:
    sides = [("source", row.source, item.source), ("target", row.target, item.target)]
    words = [
        f"{key} {new or 'none'}" for key, old, new in sides if (old.name if old else "") != new
    ]
    words += [
        f"{key} {_said(value)}"
        for key, value in item.values.items()
        if key != "options" and getattr(row, key) != value
    ]
    words += [
        f"option {key}"
        for key in sorted({*row.options, *item.values["options"]})
        if row.options.get(key) != item.values["options"].get(key)
    ]
    if not row.enabled:
        words.append("enabled")
    if not row.from_file:
        words.append("now kept by the file")
    return words


def _said(value: Any) -> str:
    """As it is typed in a file."""
    if value is None:
        return "none"
    return (written(value) or str(value)) if isinstance(value, timedelta) else str(value)


def _save(item: Declared, row: Sync) -> None:
    """Connections are looked up only now: the same file may have made them a moment ago."""
    row.kind = item.kind
    row.source = Connection.objects.get(name=item.source) if item.source else None
    row.target = Connection.objects.get(name=item.target) if item.target else None
    for key, value in item.values.items():
        setattr(row, key, value)
    row.enabled = row.from_file = True
    row.next_run_at = timezone.now() if item.follows else _first_run(row)
    row.save()


def _first_run(row: Sync) -> Any:
    """A new beat begins now; a quicker one need not wait for the slower one's next moment."""
    if row.every is None:
        return None
    now = timezone.now()
    return min(row.next_run_at, now + row.every) if row.next_run_at else now


def _disable(row: Sync) -> None:
    row.enabled = False
    row.save(update_fields=["enabled"])
