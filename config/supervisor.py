"""Starts the processes of a Procfile together and stops them together; knows nothing of Lockstep.

Our own because honcho kills everything after five seconds, in the middle of what a worker would
have finished. `python -m config.supervisor Procfile` runs until Ctrl-C or until one process ends.
"""

import os
import re
import shlex
import signal
import string
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Self

GRACE_SECONDS = 30.0
# What the slowest process used up of the grace, the others still get this much.
LEAST_GRACE_SECONDS = 3.0
GLANCE_SECONDS = 0.1


class Asked(Exception):
    """Somebody pressed Ctrl-C, or sent a signal to end."""


class Ended(Exception):
    """A process that should run for as long as we do has ended."""


@dataclass(frozen=True, kw_only=True)
class Child:
    name: str
    process: subprocess.Popen[str]
    reader: threading.Thread
    should_stay: bool


class Supervisor:
    """A `with` block around it ends everything that was started inside."""

    def __init__(
        self, *, environment: Mapping[str, str], folder: Path, grace: float = GRACE_SECONDS
    ) -> None:
        # `python` in a Procfile is the Python that runs this.
        path = os.pathsep.join((str(Path(sys.executable).parent), environment.get("PATH", "")))
        self.environment = {**environment, "PATH": path, "PYTHONUNBUFFERED": "1"}
        self.folder = folder
        self.grace = grace
        self.children: list[Child] = []
        self.asked = 0
        self._out = sys.stdout.fileno()
        self._printing = threading.Lock()
        self._unheard = False  # nobody reads us any more, as in `make run | head`: time to end
        self._earlier_handlers: dict[signal.Signals, Any] = {}

    def say(self, sentence: str, *, name: str = "lockstep") -> None:
        with self._printing:
            if self._unheard:
                return
            try:
                os.write(self._out, f"{name:<8} | {sentence}\n".encode())
            except BrokenPipeError:
                self._unheard = True
                self.asked += 1

    def start(self, name: str, command: Sequence[str], *, should_stay: bool = True) -> Child:
        process = subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            # Ctrl-C in the terminal then reaches us alone, and we choose how and when each ends.
            start_new_session=True,
        )
        reader = threading.Thread(
            target=self._pass_on, args=(name, process.stdout or ()), daemon=True
        )
        reader.start()
        child = Child(name=name, process=process, reader=reader, should_stay=should_stay)
        self.children.append(child)
        return child

    def run_until(self, condition: Callable[[], bool]) -> None:
        """Return when `condition` holds; raise Asked or Ended if that comes first."""
        while not condition():
            if self.asked:
                raise Asked
            for child in self.children:
                if child.should_stay and child.process.poll() is not None:
                    raise Ended(f"{child.name} {_how(child.process)}, so everything is stopped.")
            time.sleep(GLANCE_SECONDS)

    def finish(self, name: str, command: Sequence[str]) -> int:
        """Run a command that ends by itself, while the others go on; its exit status."""
        child = self.start(name, command, should_stay=False)
        self.run_until(lambda: child.process.poll() is not None)
        child.reader.join(timeout=1)
        return child.process.returncode

    def stop(self) -> None:
        """End in reverse order: whoever asks others before whoever answers."""
        asked_before = self.asked
        deadline = time.monotonic() + self.grace
        for child in reversed(self.children):
            deadline = max(deadline, time.monotonic() + min(LEAST_GRACE_SECONDS, self.grace))
            if child.process.poll() is None:
                child.process.terminate()
            while child.process.poll() is None and time.monotonic() < deadline:
                if self.asked > asked_before:  # Ctrl-C again: no more patience
                    break
                time.sleep(GLANCE_SECONDS / 2)
            if child.process.poll() is None:
                self.say(f"{child.name} did not stop by itself and is killed.")
            _kill_group(child.process)
            child.process.wait()
            child.reader.join(timeout=1)

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self._earlier_handlers[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self.stop()
        finally:
            for number, handler in self._earlier_handlers.items():
                signal.signal(number, handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.asked += 1

    def _pass_on(self, name: str, lines: Iterable[str]) -> None:
        for line in lines:
            self.say(line.rstrip("\n"), name=name)


def processes(
    procfile: Path, *, environment: Mapping[str, str]
) -> Iterator[tuple[str, Sequence[str]]]:
    """Each line `name: command`, with $NAMES filled in. No shell: a signal reaches the program."""
    for line in procfile.read_text().splitlines():
        if match := re.fullmatch(r"([a-z_]+):\s+(.+)", line):
            words = shlex.split(match[2])
            yield match[1], [string.Template(word).substitute(environment) for word in words]


def _how(process: subprocess.Popen[str]) -> str:
    status = process.returncode
    if status < 0:
        return f"was ended by {signal.Signals(-status).name}"
    return f"ended with status {status}"


def _kill_group(process: subprocess.Popen[str]) -> None:
    """What the process started itself, and did not end, goes with it."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return  # nothing is left of the group (macOS says so by refusing)


def main(procfile: Path, *, grace: float = GRACE_SECONDS) -> int:
    folder = procfile.resolve().parent
    with Supervisor(environment=os.environ, folder=folder, grace=grace) as supervisor:
        try:
            for name, command in processes(procfile, environment=supervisor.environment):
                supervisor.start(name, command)
            supervisor.run_until(lambda: False)
        except Asked:
            supervisor.say("Stopping.")
            return 0
        except Ended as ended:
            supervisor.say(str(ended))
    return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
