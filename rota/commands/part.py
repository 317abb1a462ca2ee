"""What each word after `rota` is: what may be typed after it, and what it does with a rota."""

from datetime import datetime
from typing import Any, ClassVar

from django.core.management.base import CommandParser

from rota.models import Rota
from uploader.command import Answer
from uploader.showing import RunCommand


class Part:
    """One of them; a file here holds a few, and management/commands/rota.py lists them all."""

    name: ClassVar[str]
    # What the help says of it.
    words: ClassVar[str]

    def __init__(self, command: RunCommand) -> None:
        # What shows, warns, and carries syncs out in sight of whoever typed it.
        self.command = command

    @classmethod
    def add_arguments(cls, parser: CommandParser) -> None:
        """What may be typed after the rota's name."""

    @classmethod
    def nothing(cls, rota: str) -> dict[str, Any]:
        """The document where nothing could be done, without its `error`."""
        raise NotImplementedError

    def answer(self, rota: Rota, options: dict[str, Any], *, now: datetime) -> Answer:
        """Do it, telling people on the way; WrongUse ends it with status 2."""
        raise NotImplementedError

    def unfinished(self, rota: Rota, sentence: str, code: int) -> Answer:
        return Answer({**self.nothing(rota.name), "error": sentence}, code)


def add_apply(parser: Any) -> None:
    parser.add_argument("--apply", action="store_true", help="do it, rather than show it")
