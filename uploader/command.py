"""How our commands answer: one JSON document on standard output, words for people on the other.

The exit status is 0 done, 1 failed, 2 wrong usage or configuration, 3 needs review, 4 waiting.
"""

import json
import logging
import sys
from dataclasses import dataclass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

logger = logging.getLogger(__name__)

DONE, FAILED, WRONG_USE, NEEDS_REVIEW, WAITING = range(5)


class WrongUse(Exception):
    """One sentence about what whoever typed the command, or wrote the configuration, must mend."""


@dataclass(frozen=True)
class Answer:
    """What a command found out: the contract's document, and how it ended."""

    document: dict[str, Any]
    code: int = DONE


class JsonCommand(BaseCommand):
    """A command that takes --json; subclasses say what the document is when nothing was done."""

    # System checks are for whoever deploys; a page with a fault must not stop the scheduler.
    requires_system_checks: list[str] = []
    nothing: dict[str, Any] = {}

    def answer(self, options: dict[str, Any]) -> Answer:
        """Do it, telling people on the way; WrongUse ends it with status 2."""
        raise NotImplementedError

    def say(self, sentence: str) -> None:
        """For people, so never on the output that scripts read."""
        # As it stands: Django would paint everything on this output as an error.
        self.stderr.write(sentence, lambda text: text)

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        # Argparse would end the process by itself, without the one document we owe.
        parser.called_from_command_line = False
        # Half a word must not be taken for --apply.
        parser.allow_abbrev = False
        parser.add_argument(
            "--json", action="store_true", help="print one JSON document, nothing else"
        )
        return parser

    def run_from_argv(self, argv: list[str]) -> None:
        try:
            super().run_from_argv(argv)
        except CommandError as error:
            self._end_without_work(argv, str(error).removeprefix("Error: "))

    def _end_without_work(self, argv: list[str], sentence: str) -> None:
        """What was typed could not even be read."""
        self.say(sentence)
        self.say(self.create_parser(argv[0], argv[1]).format_usage().strip())
        if "--json" in argv:
            self._print({**self.nothing, "error": sentence})
        sys.exit(WRONG_USE)

    def handle(self, *args: Any, **options: Any) -> None:
        answer = self._answered(options)
        if answer.document.get("error"):
            self.say(answer.document["error"])
        if options["json"]:
            self._print(answer.document)
        if answer.code:
            sys.exit(answer.code)

    def _answered(self, options: dict[str, Any]) -> Answer:
        try:
            return self.answer(options)
        except WrongUse as error:
            return self._unfinished(str(error), WRONG_USE)
        except DatabaseError as error:
            logger.exception("the database did not answer")
            kind = type(error).__name__
            return self._unfinished(
                f"The database did not do what was asked ({kind}). Has `migrate` been run?", FAILED
            )
        except Exception as error:
            logger.exception("the command failed")
            kind = type(error).__name__
            return self._unfinished(f"Something went wrong in Lockstep itself ({kind}).", FAILED)

    def _unfinished(self, sentence: str, code: int) -> Answer:
        return Answer({**self.nothing, "error": sentence}, code)

    def _print(self, document: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(document, ensure_ascii=False))
