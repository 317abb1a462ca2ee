"""Configuration as code: read a file, plan what the database lacks of it, apply that plan."""

from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction

from config.configuration import connections, people, rotas, syncs
from config.configuration.steps import Step
from config.configuration.tables import Table, WrongFile, opened

__all__ = ["Plan", "WrongFile", "configure"]

SECTIONS = ("people", "connections", "syncs", "rotas")


@dataclass(frozen=True)
class Plan:
    steps: list[Step] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@transaction.atomic
def configure(file: Path, *, apply: bool) -> Plan:
    """The plan; with `apply` it is carried out, whole or not at all. Raises WrongFile."""
    plan = _plan(opened(file))
    if apply:
        for step in plan.steps:
            step.do()
    return plan


def _plan(file: Table) -> Plan:
    file.only(SECTIONS)
    warnings: list[str] = []
    # Everything is read before anything is planned: the first error should be the file's own.
    humans = people.read(file.table("people"))
    links = connections.read(file.table("connections"), warnings=warnings)
    flows = syncs.read(file.table("syncs"), connections=links)
    turns = rotas.read(file.table("rotas"), connections=links)
    _refuse_shared_names(flows, turns)
    steps = [
        *people.plan(humans, elsewhere=rotas.emails(turns)),
        *connections.plan(links, warnings=warnings),
        *rotas.plan(turns, warnings=warnings),
        *syncs.plan(flows | _of_rotas(turns), warnings=warnings),
    ]
    return Plan(steps, warnings)


def _of_rotas(turns: dict[str, rotas.Declared]) -> dict[str, syncs.Declared]:
    return {name: sync for rota in turns.values() for name, sync in rota.syncs.items()}


def _refuse_shared_names(
    flows: dict[str, syncs.Declared], turns: dict[str, rotas.Declared]
) -> None:
    for name in flows.keys() & _of_rotas(turns).keys():
        raise flows[name].table.wrong("this is the name of a rota's own sync: choose another")
