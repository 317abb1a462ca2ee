"""Any order of edits, faults, kills and losses that Hypothesis can think of ends exact."""

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.uploader.engine.trouble import FAULTS, Fault
from tests.uploader.engine.world import SORTS, World


class Lives(RuleBasedStateMachine):
    sort = ""
    world: World

    @initialize(seed=st.integers(0, 999))
    def begin(self, seed: int) -> None:
        self.world = World(SORTS[self.sort], seed)

    @precondition(lambda self: not self.world.is_recovering)
    @rule(which=st.integers(0, 14))
    def somebody_does_something(self, which: int) -> None:
        self.world.moves()[which]()

    @precondition(lambda self: not self.world.is_recovering)
    @rule()
    def database_is_lost(self) -> None:
        self.world.lose_database()

    @rule(at=st.integers(1, 40), fault=st.sampled_from(FAULTS))
    def run_meets_trouble(self, at: int, fault: Fault) -> None:
        self.world.trouble.plan(at=at, fault=fault)
        self.world.run()
        self.world.trouble.plan()

    @rule()
    def all_is_quiet(self) -> None:
        self.world.settle()

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.settle()


@pytest.mark.parametrize("sort", SORTS)
def test_any_life_ends_exact(sort: str) -> None:
    machine: Any = type("Lives", (Lives,), {"sort": sort})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=12,
            stateful_step_count=15,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
