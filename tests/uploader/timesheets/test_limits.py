"""A plan that allows thirty requests an hour to a workspace: a run waits as often as it has to,
reads nothing over and over, and comes to the same in the end."""

from collections import Counter
from datetime import timedelta

import pytest

from integrations.models import Pace
from integrations.sandbox import Fault
from tests.uploader.timesheets.account import Account
from tests.uploader.timesheets.studio import HOUR, START, Studio
from uploader.models import Run, Sync

pytestmark = pytest.mark.django_db


def limited(studio: Studio, *, told: bool = False) -> None:
    studio.clockify.switches["requests_per_hour"] = 30
    studio.clockify.switches["limit_header"] = "retry-after" if told else "none"


def carried_out(studio: Studio, account: Account) -> timedelta:
    """How long it took; no attempt at the run was given up."""
    began = studio.clock()
    account.begin()
    studio.forget_requests()
    run = studio.run_to_the_end(apply=True)
    assert run.status == Run.Status.FINISHED, run.error
    account.check()
    return studio.clock() - began


def refusals(studio: Studio) -> int:
    return Counter(seen.status for seen in studio.world.requests)[429]


@pytest.mark.parametrize("told", [True, False])
def test_a_hundred_entries_at_thirty_requests_an_hour_are_copied_once_in_some_hours(
    studio: Studio, told: bool
) -> None:
    mirror, _ = studio.project("Website")
    for n in range(100):
        studio.track(mirror, START - n * HOUR, text=f"work {n}")
    limited(studio, told=told)
    account = Account(studio, studio.sync)
    took = carried_out(studio, account)
    assert len(studio.booked()) == 100
    # Five pieces of thirty requests, and as many rests.
    assert timedelta(hours=3) < took < timedelta(hours=8)
    assert refusals(studio) < 30


def test_more_look_ups_than_an_hour_allows_are_not_begun_again_every_hour(studio: Studio) -> None:
    Sync.objects.update(max_delete_share=1.0)
    mirror, _ = studio.project("Website")
    tracked = [studio.track(mirror, START - n * HOUR, text=f"work {n}") for n in range(80)]
    account = Account(studio, studio.sync)
    carried_out(studio, account)
    # Half of them are gone, and half have moved where they are not listed.
    for entry in tracked[:35]:
        studio.clockify.remove_entry(entry.id)
    for entry in tracked[35:70]:
        moved = entry.start - timedelta(days=60)
        studio.clockify.change_entry(entry.id, start=moved, end=moved + HOUR)
    limited(studio)
    assert carried_out(studio, account) < timedelta(hours=12)
    assert len(studio.booked()) == 45


def test_one_request_at_a_time_is_enough_to_come_to_an_end(studio: Studio) -> None:
    """A refusal, and one request later another one: it is learnt that one passes between rests."""
    mirror, _ = studio.project("Website")
    studio.track(mirror, "12-01 09:00")
    studio.track(mirror, "12-01 10:00")
    account = Account(studio, studio.sync)
    for skip in (0, 1):
        studio.world.faults.add(Fault("clockify", "429", studio.theirs.id, skip=skip))
    assert carried_out(studio, account) < HOUR
    assert Pace.objects.filter(allowance=1).exists()


@pytest.mark.parametrize("on_target_edit", ["keep", "overwrite"])
def test_many_entries_that_move_into_the_window_at_once_are_not_made_a_second_time(
    studio: Studio, on_target_edit: str
) -> None:
    """More than are looked up one by one: the rest follows with the next run."""
    studio.set_options(on_target_edit=on_target_edit)
    mirror, _ = studio.project("Website")
    tracked = [studio.track(mirror, START - n * HOUR, text=f"work {n}") for n in range(70)]
    assert studio.run(apply=True).counts["create"] == 70
    studio.clock.forward(days=60)
    for entry in tracked:
        moved = entry.start + timedelta(days=55)
        studio.clockify.change_entry(entry.id, start=moved, end=moved + HOUR)
    runs = [studio.run(apply=True) for _ in range(3)]
    assert [run.counts["create"] for run in runs] == [0, 0, 0]
    assert [run.counts["update"] for run in runs] == [50, 20, 0]
    assert len(studio.booked()) == 70
