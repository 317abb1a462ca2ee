"""`configure FILE`: show what a file would change in the database; `--apply` does it."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from config.configuration import Plan, WrongFile, configure
from uploader.command import Answer, JsonCommand, WrongUse

EXAMPLE = """\
a file that works, for a rota of each kind, and for people with more than one address:

    [people]
    aliases = [
        ["ada@example.org", "ada.lovelace@example.com"],
    ]

    [rotas.support]
    kind = "paired"
    title = "Support"
    timezone = "Europe/London"
    starts_on = 2026-12-07
    start_with = "engineers"
    event_title = "{lead} is on support today with {assist} assisting"
    [rotas.support.groups]
    engineers = [
        {name = "Ada", email = "ada@example.org"},
        {name = "Ben", email = "ben@example.org"},
    ]
    others = [
        {name = "Cleo", email = "cleo@example.org"},
        {name = "Dan", email = "dan@example.org"},
    ]

    [rotas.triage]
    kind = "rolling"
    title = "Support Triager"
    timezone = "Etc/UTC"
    every = "1w"
    lasts = "2w"
    handover_on = "wed"
    event_title = "{title}: {member}"
    members = [
        {name = "Ada", email = "ada@example.org"},
        {name = "Ben", email = "ben@example.org"},
    ]

RescueTime and Open Humans need no file: each person connects them in the browser."""


class Command(JsonCommand):
    help = "Show what a configuration file would change in the database; --apply does it."
    example = EXAMPLE
    nothing = {"applied": False, "changes": [], "warnings": []}

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="such as lockstep.toml")
        parser.add_argument("--apply", action="store_true", help="do it, rather than show it")

    def answer(self, options: dict[str, Any]) -> Answer:
        apply: bool = options["apply"]
        try:
            plan = configure(options["file"], apply=apply)
        except WrongFile as error:
            raise WrongUse(str(error)) from error
        self._tell(plan, apply=apply)
        return Answer(
            {
                "applied": apply,
                "changes": [step.line() for step in plan.steps],
                "warnings": plan.warnings,
                "error": None,
            }
        )

    def _tell(self, plan: Plan, *, apply: bool) -> None:
        for warning in plan.warnings:
            self.warn(warning)
        for step in plan.steps:
            self.show(f"{step.action:<8} {step.what}")
        if not plan.steps:
            self.show("The database is as the file says: nothing to change.")
        elif apply:
            self.show("Done. `check_connections` says whether the connections work.")
        else:
            self.show("Nothing was changed: --apply does it.")
