"""Somebody at a real pseudo-terminal, with one of our commands in a process of its own."""

import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from tests.integrations.processes import database_url

# The terminal becomes the process's own, so that Ctrl-C and hidden typing work as they do for us,
# also where whoever runs the tests was told to ignore Ctrl-C.
OWN_TERMINAL = (
    "import fcntl, os, signal, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "signal.signal(signal.SIGINT, signal.SIG_DFL); "
    "os.execv(sys.executable, [sys.executable, '-W', 'ignore', 'manage.py', *sys.argv[1:]])"
)
CTRL_C, CTRL_D = "\x03", "\x04"
# What moves the cursor or paints.
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[()][AB012]|\r")


class Sitting:
    def __init__(self, process: subprocess.Popen[bytes], terminal: int) -> None:
        self.process, self.terminal = process, terminal
        self.seen = ""
        self._read_up_to = 0

    def reads(self, words: str, *, seconds: float = 60) -> None:
        """Wait until these words appear after those that were waited for before."""
        deadline = time.monotonic() + seconds
        while words not in self.seen[self._read_up_to :]:
            came = self._more(max(0.0, deadline - time.monotonic()))
            assert came, f"“{words}” never came after:\n{self.seen}"
        self._read_up_to = self.seen.index(words, self._read_up_to) + len(words)

    def types(self, text: str, *, enter: bool = True) -> None:
        os.write(self.terminal, (text + ("\n" if enter else "")).encode())

    def answers(self, question: str, text: str) -> None:
        self.reads(question)
        self.types(text)

    def ends_on(self, key: str) -> int:
        """Pressed again after a while, as a person would: Python misses Ctrl-C in the instant
        between showing a prompt and waiting for the answer."""
        for _ in range(6):
            self.types(key, enter=False)
            deadline = time.monotonic() + 10
            while time.monotonic() < deadline and self._more(1) | (self.process.poll() is None):
                pass
            if self.process.poll() is not None:
                break
        return self.ends(seconds=1)

    def ends(self, *, seconds: float = 60) -> int:
        deadline = time.monotonic() + seconds
        while self._more(max(0.0, deadline - time.monotonic())):
            pass
        return self.process.wait(timeout=10)

    def _more(self, seconds: float) -> bool:
        """False at the end, and when nothing came in time."""
        if not select.select([self.terminal], [], [], seconds)[0]:
            return False
        try:
            got = os.read(self.terminal, 65536)
        except OSError:  # the other end was closed
            return False
        self.seen += ESCAPES.sub("", got.decode(errors="replace"))
        return bool(got)


@contextmanager
def at_a_terminal(*arguments: str) -> Iterator[Sitting]:
    ours, theirs = os.openpty()
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "CREDENTIALS_KEYS": ",".join(settings.CREDENTIALS_KEYS),
        "SANDBOX_URL": settings.SANDBOX_URL,
        "TERM": "xterm",
        "COLUMNS": "200",
        "NO_COLOR": "1",
    }
    process = subprocess.Popen(
        [sys.executable, "-c", OWN_TERMINAL, *arguments],
        cwd=settings.BASE_DIR,
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield Sitting(process, ours)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
