"""What a rota of the file is kept in step with, as syncs: its duties, where they show, and whom it
draws from."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from config.configuration import syncs
from config.configuration.connections import Declared as DeclaredConnection
from config.configuration.form_fields import bound
from config.configuration.tables import Table
from rota import setup
from rota.checks import check_filled_in, check_two_usergroups
from rota.models import Rota
from rota.syncs.slack.options import fields_of
from uploader import kinds
from uploader.kinds import Kind

# The tables of a rota that are syncs.
TABLES = {
    "duties": setup.DUTIES,
    "google_calendar": setup.CALENDAR,
    "productive": setup.PRODUCTIVE,
    "slack": setup.SLACK,
    "geekbot": setup.GEEKBOT,
    "members": setup.MEMBERS,
}
HOW = ("mode", "every", "max_delete_share")
OURS = ("connection", *HOW)
# The option that says of which rota it is comes from the table's own name.
GIVEN = "rota"


def read(
    name: str,
    table: Table,
    *,
    kind: str,
    leave: str,
    is_looked_at_daily: bool,
    connections: dict[str, DeclaredConnection],
) -> dict[str, syncs.Declared]:
    """By name; the duties always, the others where the rota has a table for them."""
    declared = {setup.DUTIES: _duties(name, table.table("duties"), leave, is_looked_at_daily)}
    declared |= {
        slug: _other(name, table.table(key), slug, connections)
        for key, slug in TABLES.items()
        # Members may be a list as well, of people whom the file itself names.
        if key in table.values and slug not in declared and not isinstance(table.values[key], list)
    }
    if setup.SLACK in declared:
        _check_message(declared[setup.SLACK], kind)
        _refuse_own_source(declared.get(setup.MEMBERS), declared[setup.SLACK])
    return {each.name: each for each in declared.values()}


def _check_message(slack: syncs.Declared, kind: str) -> None:
    """Each kind of rota has its own people to be named."""
    message = slack.values["options"].get("message") or ""
    try:
        check_filled_in(message, fields_of(Rota(kind=kind)))
    except ValidationError as error:
        raise slack.table.wrong(error.messages[0], at="message") from error


def _refuse_own_source(members: syncs.Declared | None, slack: syncs.Declared) -> None:
    if members is None:
        return
    usergroup = "usergroup"
    try:
        check_two_usergroups(
            *(each.values["options"].get(usergroup) or "" for each in (members, slack))
        )
    except ValidationError as error:
        raise slack.table.wrong(error.messages[0], at=usergroup) from error


def _duties(rota: str, table: Table, leave: str, is_looked_at_daily: bool) -> syncs.Declared:
    kind = _installed(table, setup.DUTIES)
    table.only(HOW)
    every = syncs.every(table) or (setup.DAILY if is_looked_at_daily else None)
    return _declared(rota, table, kind, values={"every": every}, source=leave)


def _other(
    rota: str, table: Table, slug: str, connections: dict[str, DeclaredConnection]
) -> syncs.Declared:
    """Its connection is on the side that is not Lockstep itself."""
    kind = _installed(table, slug)
    table.only([*OURS, *_own_form(kind).base_fields])
    there = "target" if kind.target else "source"
    name = syncs.side(table, "connection", kind.target or kind.source, connections)
    every = syncs.every(table) or setup.BEATS.get(slug)
    return _declared(rota, table, kind, values={"every": every}, **{there: name})


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
