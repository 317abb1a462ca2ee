"""Solving in a process of its own: whatever happens there, here it is a sentence or a rota."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from rota import solving, verify, wire
from rota.problem import LEAD, Roster
from tests.rota.problems import any_problem, problem


class Stopped(Exception):
    pass


def stop() -> None:
    raise Stopped


def nothing() -> None:
    pass


@pytest.fixture
def instead(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Some other program in place of the solver's."""

    def put(program: str) -> None:
        monkeypatch.setattr(solving, "COMMAND", [sys.executable, "-c", program])

    return put


def test_a_rota_comes_back_as_it_was_computed() -> None:
    made = problem((4, 6), 30, leave=0.1)

    roster = solving.solved(made, beat=nothing)

    assert verify.check(made, roster) == []
    assert roster.level == 0


def test_whoever_waits_hears_a_beat_and_may_end_it(
    instead: Callable[[str], None], tmp_path: Path
) -> None:
    note = tmp_path / "pid"
    instead(f"import os,time; open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(600)")

    with pytest.raises(Stopped):
        solving.solved(problem((1, 1), 2), beat=stop)

    assert not note.exists() or not Path(f"/proc/{note.read_text()}").exists()


def test_what_takes_too_long_is_ended_with_advice(instead: Callable[[str], None]) -> None:
    instead("import time; time.sleep(600)")

    with pytest.raises(solving.SolverFailed, match=r"within 0 seconds\. Generate fewer cycles"):
        solving.solved(problem((1, 1), 2), beat=nothing, seconds=0)


def test_a_solver_that_is_killed_is_said_to_be(instead: Callable[[str], None]) -> None:
    instead("import os; os.kill(os.getpid(), 9)")

    with pytest.raises(solving.SolverFailed, match="ended by signal 9; perhaps it needs more mem"):
        solving.solved(problem((1, 1), 2), beat=nothing)


def test_a_solver_that_fails_tells_why(instead: Callable[[str], None]) -> None:
    instead("raise SystemExit('no such thing')")

    with pytest.raises(solving.SolverFailed, match="could not be computed: no such thing"):
        solving.solved(problem((1, 1), 2), beat=nothing)


def test_a_wrong_rota_is_thrown_away(instead: Callable[[str], None]) -> None:
    made = problem((2, 2), 4)
    wrong = Roster(duties={(made.slots[0].day, LEAD): 999}, level=0, proven=True, gap=1)
    instead(f"print({wire.of_roster(wrong)!r})")

    with pytest.raises(
        solving.SolverFailed, match=r"is wrong, and was thrown away: The .* missing"
    ):
        solving.solved(made, beat=nothing)


def test_an_answer_that_is_none_is_a_failure_too(instead: Callable[[str], None]) -> None:
    instead("print('{')")

    with pytest.raises(solving.SolverFailed, match="answered with something else"):
        solving.solved(problem((2, 2), 4), beat=nothing)


@pytest.mark.parametrize("seed", range(10))
def test_nothing_is_lost_on_the_way(seed: int) -> None:
    made = any_problem(seed)
    made = replace(made, before={(made.slots[0].day, LEAD): None})

    assert wire.to_problem(wire.of_problem(made)) == made


def test_the_solver_is_not_loaded_by_whoever_asks_it() -> None:
    program = (
        "import sys, rota.solving; print([m for m in sys.modules if m in ('ortools','pandas')])"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert json.loads(found.stdout) == []
