"""The solver in the process of the tests, where it is imported once rather than at each solving.

tests/rota/test_solving.py and the tests with real workers go the whole way.
"""

from collections.abc import Callable

import pytest

from rota import solving, verify
from rota.problem import Problem, Roster


def solved(problem: Problem, *, beat: Callable[[], None]) -> Roster:
    from rota import solver

    beat()
    roster = solver.solve(problem)
    assert verify.check(problem, roster) == []
    return roster


@pytest.fixture(autouse=True)
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solving, "solved", solved)
