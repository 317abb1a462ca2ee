"""The supervisor with real processes: what starts, what is seen, and how everything ends."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Says that it is there, and takes a while to end when it is told to.
SLOW = """
    import os, signal, sys, time
    def end(number, frame):
        print("finishing", flush=True)
        time.sleep(0.5)
        print("finished", flush=True)
        sys.exit(0)
    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, lambda *_: print("interrupted", flush=True))
    print("ready", os.getpid(), flush=True)
    while True:
        time.sleep(0.05)
"""
STUBBORN = """
    import os, signal, subprocess, sys, time
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    print("ready", child.pid, flush=True)
    time.sleep(60)
"""


class Room:
    """A folder with a Procfile, and the supervisor that runs it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lines: list[str] = []
        self.output = folder / "output"
        self.process: subprocess.Popen[bytes] | None = None

    def script(self, name: str, code: str) -> None:
        (self.folder / f"{name}.py").write_text(textwrap.dedent(code))
        self.lines.append(f"{name}: python {name}.py")

    def start(self, *, grace: float = 30) -> subprocess.Popen[bytes]:
        procfile = self.folder / "Procfile"
        procfile.write_text("\n".join(self.lines) + "\n")
        code = (
            "import sys, pathlib; from config import supervisor; "
            f"sys.exit(supervisor.main(pathlib.Path(sys.argv[1]), grace={grace}))"
        )
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", code, str(procfile)],
                cwd=ROOT,
                env={**os.environ, "GREETING": "hello you"},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self.process

    def said(self) -> str:
        return self.output.read_text()

    def wait_for(self, *sentences: str) -> None:
        wait(lambda: all(sentence in self.said() for sentence in sentences), self.said)

    def pid(self, name: str) -> int:
        line = next(line for line in self.said().splitlines() if line.startswith(name))
        return int(line.split()[-1])


def wait(condition: Callable[[], bool], why: Callable[[], str] = str, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain; seen so far:\n{why()}"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    """Whether the process runs; one that waits to be buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    room = Room(tmp_path)
    yield room
    while room.process and room.process.poll() is None:
        room.process.send_signal(signal.SIGINT)  # again and again: no patience left
        time.sleep(0.2)


def test_lines_carry_the_name_of_the_process_and_arrive_while_it_runs(room: Room) -> None:
    room.script("web", SLOW)
    room.script("worker", "import time; print('no flush needed'); time.sleep(60)")
    room.start()
    room.wait_for("web      | ready", "worker   | no flush needed")


def test_names_in_a_procfile_are_filled_in_and_stay_one_word(room: Room) -> None:
    room.lines.append("""web: python -c 'import sys; print(sys.argv[1:])' $GREETING "two words" """)
    room.start().wait(timeout=10)
    assert "web      | ['hello you', 'two words']" in room.said()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_lets_every_process_finish_and_ends_with_status_0(
    room: Room, number: signal.Signals
) -> None:
    room.script("web", SLOW)
    room.script("worker", SLOW)
    process = room.start()
    room.wait_for("web      | ready", "worker   | ready")
    pids = [room.pid("web"), room.pid("worker")]
    process.send_signal(number)
    assert process.wait(timeout=10) == 0
    said = room.said()
    assert said.count("finished") == 2
    # Who asks is stopped before who answers.
    assert said.index("worker   | finished") < said.index("web      | finishing")
    assert not any(alive(pid) for pid in pids)


def test_ctrl_c_in_the_terminal_reaches_the_supervisor_alone(room: Room) -> None:
    room.script("worker", SLOW)
    process = room.start()
    room.wait_for("ready")
    os.killpg(process.pid, signal.SIGINT)  # what a terminal does: its whole foreground group
    assert process.wait(timeout=10) == 0
    assert "finished" in room.said()
    assert "interrupted" not in room.said()


def test_what_does_not_stop_is_killed_with_all_it_started(room: Room) -> None:
    room.script("worker", STUBBORN)
    process = room.start(grace=0.5)
    room.wait_for("ready")
    grandchild = room.pid("worker")
    assert alive(grandchild)
    process.terminate()
    assert process.wait(timeout=10) == 0
    assert "worker did not stop by itself and is killed." in room.said()
    wait(lambda: not alive(grandchild))


def test_a_second_ctrl_c_does_not_wait_any_longer(room: Room) -> None:
    room.script("worker", STUBBORN)
    process = room.start(grace=60)
    room.wait_for("ready")
    process.send_signal(signal.SIGINT)
    room.wait_for("Stopping")
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=5) == 0


def test_one_process_that_ends_stops_all_and_the_last_line_says_which(room: Room) -> None:
    room.script("web", SLOW)
    room.script("worker", "import time, sys; time.sleep(1); print('oh no'); sys.exit(7)")
    process = room.start()
    assert process.wait(timeout=15) == 1
    said = room.said()
    assert "worker   | oh no" in said
    assert "lockstep | worker ended with status 7, so everything is stopped." in said
    assert not alive(room.pid("web"))


def test_a_process_killed_by_the_system_is_said_to_be_killed(room: Room) -> None:
    room.script("web", SLOW)
    process = room.start()
    room.wait_for("ready")
    os.kill(room.pid("web"), signal.SIGKILL)
    assert process.wait(timeout=10) == 1
    assert "web was ended by SIGKILL" in room.said()


def test_nothing_is_left_when_the_reader_of_the_output_goes_away(room: Room) -> None:
    chatty = "import os, time\nprint('ready', os.getpid())\nwhile True: print('x'); time.sleep(.05)"
    room.script("web", chatty)
    (room.folder / "Procfile").write_text(room.lines[0])
    supervisor = subprocess.Popen(
        [sys.executable, "-m", "config.supervisor", str(room.folder / "Procfile")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert supervisor.stdout
    assert supervisor.stderr
    pid = int(supervisor.stdout.readline().split()[-1])
    supervisor.stdout.close()
    assert supervisor.wait(timeout=10) == 0
    assert not alive(pid)
    assert supervisor.stderr.read() == b""
    supervisor.stderr.close()
