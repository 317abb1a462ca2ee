"""Whatever fails, and wherever a run is killed, the next runs make it exact."""

import os
import random

import pytest

from tests.uploader.engine.trouble import FAULTS, Fault
from tests.uploader.engine.world import SORTS, World

# For each sort of target; `make soak` searches that many times longer.
SCENARIOS = 25 * int(os.environ.get("LOCKSTEP_TEST_TIMES", "1"))
SEED = int(os.environ.get("FAULT_SEED") or random.SystemRandom().randrange(10**6))

sorts = pytest.mark.parametrize("sort", SORTS)


def first_import(world: World) -> None:
    world.add()
    world.add()
    world.add_twin()
    world.add_refused()
    world.add(key="taken")


def a_day_of_changes(world: World) -> None:
    world.run()
    world.person_edits()
    world.person_deletes()
    world.add()
    world.person_copies()
    world.edit()
    world.edit_within_rounding()
    world.remove()
    world.person_adds_to_category()
    world.person_copies()


def a_new_database(world: World) -> None:
    world.add()
    world.add()
    world.add_twin()
    world.run()
    world.edit()
    world.remove()
    world.add()
    world.lose_database()


SCRIPTS = {
    "first import": [first_import],
    "a day of changes": [first_import, a_day_of_changes],
    "a new database": [a_new_database],
}


def prepared(sort: str, script: str) -> World:
    world = World(SORTS[sort], seed=7)
    for step in SCRIPTS[script]:
        step(world)
    world.target.writes = 0
    return world


@sorts
@pytest.mark.parametrize("script", SCRIPTS)
def test_a_fault_or_kill_at_any_boundary_leaves_nothing_wrong(sort: str, script: str) -> None:
    calm = prepared(sort, script)
    calm.trouble.plan()
    assert calm.run()
    boundaries = calm.trouble.passed
    assert calm.target.writes > 0 or script == "a new database"
    for at in range(1, boundaries + 1):
        for fault in FAULTS:
            survives(sort, script, at, fault)


def survives(sort: str, script: str, at: int, fault: Fault) -> None:
    world = prepared(sort, script)
    world.trouble.plan(at=at, fault=fault)
    try:
        world.run()
        world.trouble.plan()
        assert world.run()
        world.settle()
    except AssertionError as error:
        error.add_note(f"{sort}, {script}: {fault} at boundary {at}")
        raise


@sorts
@pytest.mark.randomized
def test_random_lives_with_random_faults_end_exact(sort: str) -> None:
    for seed in range(SEED, SEED + SCENARIOS):
        try:
            live(World(SORTS[sort], seed))
        except AssertionError as error:
            error.add_note(f"{sort}: replay with FAULT_SEED={seed}")
            raise


def live(world: World) -> None:
    rate = world.rng.choice([0.02, 0.1, 0.3])
    for turn in range(12):
        if not world.is_recovering:
            for move in world.rng.choices(world.moves(), k=world.rng.randrange(5)):
                move()
            if world.rng.random() < 0.15:
                world.lose_database()
        world.trouble.plan(rate=rate)
        world.run()
        world.trouble.plan()
        if turn % 4 == 3:
            world.settle()
    world.settle()
