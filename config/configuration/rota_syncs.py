"""What a rota of the file is kept in step with: its duties, a calendar, bookings, as syncs."""

from typing import Any

from django import forms

from config.configuration import syncs
from config.configuration.connections import Declared as DeclaredConnection
from config.configuration.form_fields import bound
from config.configuration.tables import Table
from rota import setup
from uploader import kinds
from uploader.kinds import Kind

# The tables of a rota that are syncs.
TABLES = {
    "duties": setup.DUTIES,
    "google_calendar": setup.CALENDAR,
    "productive": setup.PRODUCTIVE,
}
HOW = ("mode", "every", "max_delete_share")
OURS = ("connection", *HOW)
# The option that says of which rota it is comes from the table's own name.
GIVEN = "rota"


def read(
    name: str,
    table: Table,
    *,
    leave: str,
    is_looked_at_daily: bool,
    connections: dict[str, DeclaredConnection],
) -> dict[str, syncs.Declared]:
    """By name; the duties always, the others where the rota has a table for them."""
    declared = [_duties(name, table.table("duties"), leave, is_looked_at_daily)]
    declared += [
        _projection(name, table.table(key), kind, connections)
        for key, kind in TABLES.items()
        if key in table.values and kind != setup.DUTIES
    ]
    return {each.name: each for each in declared}


def _duties(rota: str, table: Table, leave: str, is_looked_at_daily: bool) -> syncs.Declared:
    kind = _installed(table, setup.DUTIES)
    table.only(HOW)
    every = syncs.every(table) or (setup.DAILY if is_looked_at_daily else None)
    return _declared(rota, table, kind, values={"every": every}, source=leave)


def _projection(
    rota: str, table: Table, slug: str, connections: dict[str, DeclaredConnection]
) -> syncs.Declared:
    kind = _installed(table, slug)
    table.only([*OURS, *_own_form(kind).base_fields])
    target = syncs.side(table, "connection", kind.target, connections)
    return _declared(rota, table, kind, values={"every": syncs.every(table)}, target=target)


def _installed(table: Table, slug: str) -> type[Kind]:
    known = {kind.slug: kind for kind in kinds.all_kinds()}
    if slug not in known:
        raise table.wrong("this cannot be kept in step here: its part is not installed")
    return known[slug]


def _own_form(kind: type[Kind]) -> type[forms.Form]:
    """Without the rota, which this very file may be about to make."""
    form: type[forms.Form] = type(kind.options_form.__name__, (kind.options_form,), {GIVEN: None})
    return form


def _declared(
    rota: str,
    table: Table,
    kind: type[Kind],
    *,
    values: dict[str, Any],
    source: str = "",
    target: str = "",
) -> syncs.Declared:
    options = {key: value for key, value in table.values.items() if key not in OURS}
    return syncs.Declared(
        table=table,
        name=setup.name_of(rota, kind.slug),
        kind=kind.slug,
        source=source,
        target=target,
        values={
            "mode": syncs.mode(table, default=setup.MODE),
            "max_delete_share": syncs.max_delete_share(table),
            "options": {**bound(_own_form(kind), table, options), GIVEN: rota},
            **values,
        },
        follows=kind.slug != setup.DUTIES,
    )
