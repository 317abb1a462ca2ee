"""The death of a worker, at the moment a test chooses."""

from collections.abc import Callable
from dataclasses import dataclass


class Killed(BaseException):
    """The worker died: nothing that would catch an error may run."""


@dataclass
class Killer:
    """Ends the process, as it were, as soon as `when` says so."""

    when: Callable[[], bool] | None = None

    def strike(self) -> None:
        if self.when is not None and self.when():
            raise Killed
