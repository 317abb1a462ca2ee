"""How our commands answer: what was asked for on standard output, complaints on the other.

With --json the first is exactly one JSON document, and only progress, warnings and complaints are
left for people on standard error.
"""

import json
import logging
import os
import sys
from argparse import RawDescriptionHelpFormatter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import (
    BaseCommand,
    CommandError,
    CommandParser,
    DjangoHelpFormatter,
)
from django.db import DatabaseError

logger = logging.getLogger(__name__)

DONE, FAILED, WRONG_USE, NEEDS_REVIEW, WAITING = range(5)
EXIT_STATUS = (
    "exit status: 0 done, 1 failed, 2 wrong usage or configuration, 3 needs review, 4 waiting"
)


class WrongUse(Exception):
    """One sentence about what whoever typed the command, or wrote the configuration, must mend."""


@dataclass(frozen=True)
class Answer:
    """What a command found out: the contract's document, and how it ended."""

    document: dict[str, Any]
    code: int = DONE


def printable(text: str) -> str:
    """Names come from elsewhere, and must not steer somebody's terminal."""
    return "".join(each if each.isprintable() or each in "\n\t" else "�" for each in text)


class HelpFormatter(DjangoHelpFormatter, RawDescriptionHelpFormatter):
    """Leaves an example in the help as it was written."""


@contextmanager
def without_chatter(verbosity: int) -> Iterator[None]:
    """What a worker logs in passing is nothing to somebody who typed a command."""
    root = logging.getLogger()
    before = root.level
    if verbosity < 2:
        root.setLevel(max(before, logging.WARNING))
    try:
        yield
    finally:
        root.setLevel(before)


class JsonCommand(BaseCommand):
    """A command that takes --json; subclasses say what the document is when nothing was done."""

    # Shown below the options, and after a complaint about what was typed or written.
    example = ""
    # False for a command that asks questions.
    takes_json = True
    json = False

    # System checks are for whoever deploys; a page with a fault must not stop the scheduler.
    requires_system_checks: list[str] = []
    nothing: dict[str, Any] = {}

    def answer(self, options: dict[str, Any]) -> Answer:
        """Do it, telling people on the way; WrongUse ends it with status 2."""
        raise NotImplementedError

    def show(self, sentence: str) -> None:
        """A part of what was asked for; with --json the document says it."""
        if not self.json:
            self._print(sentence)

    def warn(self, sentence: str) -> None:
        (self.say if self.json else self.show)(f"warning  {sentence}")

    def say(self, sentence: str) -> None:
        """Progress and complaints: for people, so never on the output that scripts read."""
        # As it stands: Django would paint everything on this output as an error.
        self.stderr.write(printable(sentence), lambda text: text)

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        kwargs.setdefault("formatter_class", HelpFormatter)
        kwargs.setdefault("epilog", "\n\n".join(filter(None, (self.example, EXIT_STATUS))))
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        # Argparse would end the process by itself, without the one document we owe.
        parser.called_from_command_line = False
        # Half a word must not be taken for --apply.
        parser.allow_abbrev = False
        parser.set_defaults(json=False)
        if self.takes_json:
            parser.add_argument(
                "--json",
                action="store_true",
                help="standard output is exactly one JSON document, whatever happens",
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
        if self.takes_json and "--json" in argv:
            self._print(_as_json({**self.nothing, "error": sentence}))
        elif self.example:
            self.say(f"\n{self.example}")
        sys.exit(WRONG_USE)

    def handle(self, *args: Any, **options: Any) -> None:
        self.json = options["json"]
        with without_chatter(options["verbosity"]):
            answer = self._answered(options)
        if answer.document.get("error"):
            self.say(answer.document["error"])
        if self.json:
            self._print(_as_json(answer.document))
        elif answer.code == WRONG_USE and self.example:
            self.say(f"\n{self.example}")
        if answer.code:
            sys.exit(answer.code)

    def _answered(self, options: dict[str, Any]) -> Answer:
        try:
            return self.answer(options)
        except (WrongUse, ImproperlyConfigured) as error:
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

    def _print(self, text: str) -> None:
        try:
            self.stdout.write(printable(text))
            self.stdout.flush()
        except BrokenPipeError:
            # Whoever reads has seen enough, such as `| head`. What was done stays done.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _as_json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False)
