"""Solving in a short-lived process of its own, so that no web process or worker ever holds the
solver; what comes back is looked at by the checker before anybody sees it."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rota import verify, wire
from rota.problem import Problem, Roster

ROOT = Path(__file__).resolve().parent.parent
COMMAND = [sys.executable, "-m", "rota.solver"]
SECONDS = 120.0
BEAT = 0.5


class SolverFailed(Exception):
    """A sentence for people about why no rota could be computed."""


def solved(problem: Problem, *, beat: Callable[[], None], seconds: float = SECONDS) -> Roster:
    """`beat` is called while waiting; where it raises, the computation is ended."""
    with tempfile.TemporaryFile("w+") as given, tempfile.TemporaryFile("w+") as errors:
        given.write(wire.of_problem(problem))
        given.seek(0)
        with subprocess.Popen(
            COMMAND,
            cwd=ROOT,
            stdin=given,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process:
            try:
                answer = _answer(process, beat=beat, seconds=seconds)
            finally:
                process.kill()
        if process.returncode:
            errors.seek(0)
            raise SolverFailed(_why(process.returncode, errors.read()))
    try:
        roster = wire.to_roster(answer)
    except (ValueError, KeyError) as error:
        raise SolverFailed("The solver answered with something else than a rota.") from error
    wrong = verify.check(problem, roster)
    if wrong:
        raise SolverFailed(
            f"The computed rota is wrong, and was thrown away: {' '.join(wrong[:3])}"
        )
    return roster


def _answer(process: "subprocess.Popen[str]", *, beat: Callable[[], None], seconds: float) -> str:
    deadline = time.monotonic() + seconds
    while True:
        try:
            return process.communicate(timeout=BEAT)[0]
        except subprocess.TimeoutExpired:
            beat()
            if time.monotonic() > deadline:
                raise SolverFailed(
                    f"No rota was found within {seconds:.0f} seconds. Generate fewer cycles at a "
                    "time, or ask for a smaller gap."
                ) from None


def _why(status: int, errors: str) -> str:
    last = errors.strip().splitlines()[-1:] or [f"it ended with status {status}"]
    if status < 0:
        last = [f"it was ended by signal {-status}; perhaps it needs more memory than there is"]
    return f"The rota could not be computed: {last[0]}"
