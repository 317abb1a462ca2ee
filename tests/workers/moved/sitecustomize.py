"""On the path of processes whose clock a test moves: Python imports this before anything else."""

import os
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

_real = timezone.now
_file = Path(os.environ["MOVED_CLOCK"])


def _moved() -> datetime:
    """The time as it is, and so much later (or earlier) as the file says."""
    return _real() + timedelta(seconds=float(_file.read_text()))


timezone.now = _moved
