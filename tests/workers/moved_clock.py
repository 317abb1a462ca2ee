"""A clock that a test moves for all processes of an installation, and for the sandboxes."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.workers.installation import ROOT, Installation

MOVED = Path(__file__).parent / "moved"


@dataclass
class MovedClock:
    """It goes on by itself, as clocks do; `go_to` lets it jump."""

    file: Path
    ahead: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def go_to(self, moment: datetime) -> None:
        self.ahead = moment - datetime.now(UTC)
        # In one step: a process that reads meanwhile finds the one or the other.
        new = self.file.with_suffix(".new")
        new.write_text(str(self.ahead.total_seconds()))
        new.replace(self.file)

    def move(self, install: Installation) -> None:
        """Whatever process the installation starts from now on goes by it."""
        install.environment["MOVED_CLOCK"] = str(self.file)
        install.environment["PYTHONPATH"] = os.pathsep.join([str(MOVED), str(ROOT)])
