"""Questions at a terminal: each is asked again until the answer is one that can be meant."""

import getpass
import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from django.core.exceptions import ValidationError

T = TypeVar("T")

Tell = Callable[[str], None]


class Questions:
    """Asks whoever sits at the terminal. EOFError and KeyboardInterrupt are for the caller."""

    def __init__(self, tell: Tell) -> None:
        self.tell = tell
        # So that a caller knows whether somebody had a say since.
        self.asked = 0

    def number(self, question: str, choices: Sequence[str], *, default: int | None = None) -> int:
        """Which of the choices, counted from 0; people count from 1."""
        self.tell(f"\n{question}")
        for number, choice in enumerate(choices, start=1):
            self.tell(f"{number:>4}  {printable(choice)}")
        usual = "" if default is None else f" [{default + 1}]"
        while True:
            typed = self._line(f"Number{usual}: ")
            if not typed and default is not None:
                return default
            if re.fullmatch(r"[0-9]{1,9}", typed) and 1 <= int(typed) <= len(choices):
                return int(typed) - 1
            self.tell(f"Please type a number from 1 to {len(choices)}.")

    def text(self, question: str, read: Callable[[str], T], *, default: str = "") -> T:
        """What `read` makes of the answer; its ValidationError is told, and asked again."""
        usual = f" [{default}]" if default else ""
        while True:
            try:
                return read(self._line(f"{question}{usual}: ") or default)
            except ValidationError as error:
                self.tell(" ".join(error.messages))

    def yes(self, question: str, *, default: bool) -> bool:
        """Enter is the default; anything that is neither yes nor no is asked again."""
        while True:
            typed = self._line(f"{question} [{'Y/n' if default else 'y/N'}] ").casefold()
            if typed in ("", "y", "yes", "n", "no"):
                return default if not typed else typed.startswith("y")
            self.tell("Please type y or n.")

    def secret(self, question: str) -> str:
        """Typed without being shown."""
        self.asked += 1
        return getpass.getpass(f"{question}: ").strip()

    def _line(self, prompt: str) -> str:
        self.asked += 1
        return input(prompt).strip()


def printable(text: str) -> str:
    """Names come from elsewhere: what would move a terminal's cursor is not passed on."""
    return "".join(letter if letter.isprintable() else "�" for letter in text)
