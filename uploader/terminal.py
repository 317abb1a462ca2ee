"""Progress for somebody who watches a terminal: a bar on a real one, a line now and then elsewhere.

It writes to standard error only; standard output is for what was asked for.
"""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

SECONDS_BETWEEN_LINES = 10.0


class Output(Protocol):
    """As much of a stream as is needed here; Django wraps its own."""

    def write(self, text: str, /) -> Any: ...

    def isatty(self) -> bool: ...


class Terminal:
    """Shows how far a run is; used as a context."""

    def __init__(self, out: Output, *, doing: str, say: Callable[[str], None]) -> None:
        self.doing = doing
        self.say = say
        self.said_at = time.monotonic()
        self._bar = _bar(out) if out.isatty() else None
        self._task: Any = None
        self.counted = False

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def progress(self, done: int, total: int) -> None:
        self.counted = True
        if self._bar is not None:
            task = self._only_bar()
            self._bar.update(task, description=self.doing, completed=done, total=total or None)
        else:
            self._say_now_and_then(f"{done} of {total}" if total else f"{done}")

    def requested(self, number: int) -> None:
        """How it is going while there is nothing to count yet but requests."""
        words = f"{number} request{'s' * (number != 1)} so far"
        if self.counted:
            return
        if self._bar is not None:
            self._bar.update(self._only_bar(), description=f"{self.doing}: {words}")
        else:
            self._say_now_and_then(words)

    def _only_bar(self) -> Any:
        if self._task is None and self._bar is not None:
            self._task = self._bar.add_task(self.doing, total=None)
        return self._task

    def _say_now_and_then(self, words: str) -> None:
        if time.monotonic() - self.said_at >= SECONDS_BETWEEN_LINES:
            self.said_at = time.monotonic()
            self.say(f"{self.doing}: {words}")

    def waiting(self, seconds: float) -> None:
        self.say(f"{self.doing}: keeping to the agreed pace, going on in {seconds:.0f} s")


def _bar(out: Output) -> Progress:
    # Django's wrapper would end every piece of the bar with a line break, and paint it red.
    stream = getattr(out, "_out", out)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(file=stream),  # type: ignore[arg-type]
        transient=True,
    )
