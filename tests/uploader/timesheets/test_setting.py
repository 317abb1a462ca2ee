"""A sync that is set up wrongly, or whose surroundings changed, says so and writes nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from integrations.models import Connection
from integrations.sandbox import Fault, World
from tests.uploader.timesheets.studio import Studio
from uploader.models import Change, Run, Sync


def with_time(studio: Studio, number: int = 1) -> None:
    project, _ = studio.project("Website")
    for hour in range(number):
        studio.track(project, f"12-01 {8 + hour:02}:00", 1, f"{hour}")


def of_another_subdomain(studio: Studio) -> None:
    studio.clockify.workspaces[studio.theirs.id].subdomain = "customer"


def key_gone(studio: Studio) -> None:
    studio.clockify.forget_key(studio.guest)


def thrown_out(studio: Studio) -> None:
    studio.clockify.leave(studio.theirs, studio.guest)


def workspace_vanished(studio: Studio) -> None:
    del studio.clockify.workspaces[studio.theirs.id]


def wrong_way_round(studio: Studio) -> None:
    sync = studio.sync
    Sync.objects.filter(pk=sync.pk).update(source=sync.target, target=sync.source)
    studio.set_options(source_workspace="Theirs", target_workspace="Ours")


def same_workspace(studio: Studio) -> None:
    studio.clockify.join(studio.ours, studio.guest)
    studio.set_options(target_workspace=studio.ours.id)


def two_of_one_name(studio: Studio) -> None:
    other = studio.clockify.add_workspace("Theirs", owner=studio.cora)
    studio.clockify.join(other, studio.guest)


def client_archived(studio: Studio) -> None:
    studio.clockify.clients[studio.client.id].archived = True


WRONG: dict[str, tuple[Callable[[Studio], Any], str]] = {
    "a key that is gone": (key_gone, "does not exist"),
    "a key of another subdomain": (of_another_subdomain, "subdomain"),
    "no longer a member": (thrown_out, "“Theirs” is not a workspace that the target's key sees"),
    "a workspace that vanished": (workspace_vanished, "“Theirs” is not a workspace"),
    "the wrong way round": (wrong_way_round, "Is “Ours” the workspace that time is copied to?"),
    "one workspace twice": (same_workspace, "Both sides are the workspace “Ours”"),
    "two workspaces of one name": (two_of_one_name, "say which by its id"),
    "a client that is archived": (client_archived, "“Customer Ltd” is not an active client"),
    "a client that is not there": (
        lambda studio: studio.set_options(source_client="Nobody"),
        "“Nobody” is not an active client in “Ours”",
    ),
    "a user who is not there": (
        lambda studio: studio.set_options(target_user="eve@example.org"),
        "nobody with the address eve@example.org",
    ),
}


@pytest.mark.parametrize("sort", WRONG)
def test_what_is_wrong_is_said_and_nothing_is_written(sort: str, studio: Studio) -> None:
    with_time(studio)
    happens, words = WRONG[sort]
    happens(studio)
    run = studio.run_to_the_end(apply=True)
    assert run.status == Run.Status.FAILED
    assert words in run.error
    assert studio.writes() == []
    key = studio.guest.key
    assert key not in run.error


def test_a_dead_key_has_to_be_connected_again(studio: Studio) -> None:
    with_time(studio)
    key_gone(studio)
    studio.run_to_the_end(apply=True)
    states = dict(Connection.objects.values_list("name", "state"))
    assert states == {
        "timesheets-source": Connection.State.CONNECTED,
        "timesheets-target": Connection.State.NEEDS_RECONNECT,
    }


def test_everything_can_be_said_by_id(studio: Studio) -> None:
    two_of_one_name(studio)
    studio.set_options(
        source_workspace=studio.ours.id,
        source_client=studio.client.id,
        target_workspace=studio.theirs.id,
        source_user=studio.ada.id,
        target_user=studio.guest.id,
    )
    with_time(studio)
    assert studio.run(apply=True).status == Run.Status.FINISHED
    assert len(studio.copies()) == 1


@pytest.mark.parametrize("status", ["403", "500", "429"])
@pytest.mark.parametrize(
    "what", ["GET /api/v1/workspaces", "*/projects", "*/clients", "*/time-entries", "*/user"]
)
def test_a_side_that_cannot_be_read_is_no_reason_to_write(
    status: str, what: str, studio: Studio
) -> None:
    with_time(studio, 3)
    studio.run(apply=True)
    studio.forget_requests()
    studio.world.faults.add(Fault("clockify", status, f"{what}", times=None))
    run = studio.run(apply=True)
    assert run.status in (Run.Status.WAITING, Run.Status.FAILED)
    assert studio.writes() == []
    studio.world.faults.clear()
    studio.run_to_the_end(apply=True)
    assert len(studio.copies()) == 3


def test_an_emptied_source_deletes_nothing_by_itself(studio: Studio) -> None:
    with_time(studio, 3)
    studio.run(apply=True)
    for entry in studio.clockify.entries_of(studio.ours.id, studio.ada.id):
        studio.clockify.remove_entry(entry.id)
    run = studio.run()
    assert run.status == Run.Status.NEEDS_REVIEW
    assert "came back empty" in run.warnings[0]
    assert len(studio.copies()) == 3
    studio.run_to_the_end()
    studio.approve(Run.objects.get(status=Run.Status.NEEDS_REVIEW))
    studio.run_to_the_end()
    assert studio.copies() == []


def test_many_projects_do_not_hide_that_most_of_the_time_would_go(studio: Studio) -> None:
    for number in range(40):
        studio.project(f"Project {number}")
    with_time(studio, 12)
    studio.run(apply=True)
    for entry in studio.clockify.entries_of(studio.ours.id, studio.ada.id)[:6]:
        studio.clockify.remove_entry(entry.id)
    run = studio.run(apply=True)
    assert run.status == Run.Status.NEEDS_REVIEW
    assert "6 of 12 would be deleted" in run.warnings[0]


# ------------------------------------------------------------- something else is chosen


def another_customer(studio: Studio) -> None:
    other = studio.clockify.add_workspace("Another", owner=studio.cora)
    studio.clockify.join(other, studio.guest)
    studio.clockify.add_project(other.id, "Website")
    studio.set_options(target_workspace="Another")


def another_client(studio: Studio) -> None:
    client = studio.clockify.add_client(studio.ours.id, "Customer Inc")
    studio.clockify.add_project(studio.ours.id, "Website", client.id)
    studio.set_options(source_client="Customer Inc")


def another_user(studio: Studio) -> None:
    ben = studio.clockify.add_user("ben@example.org")
    studio.clockify.join(studio.ours, ben)
    studio.clockify.join(studio.ours, studio.ada, "admin")
    studio.set_options(source_user="ben@example.org")


def in_another_name(studio: Studio) -> None:
    studio.clockify.join(studio.theirs, studio.guest, "admin")
    studio.set_options(target_user="cora@customer.example")


CHOICES = [another_customer, another_client, another_user, in_another_name]


@pytest.mark.parametrize("choose", CHOICES)
def test_what_was_copied_stays_where_something_else_is_chosen(
    choose: Callable[[Studio], None], studio: Studio
) -> None:
    with_time(studio, 12)
    studio.run(apply=True)
    before = studio.copies()
    options = studio.fresh_sync().options
    choose(studio)
    run = studio.run(apply=True)
    assert run.status == Run.Status.FINISHED
    assert (run.counts["delete"], run.counts["conflict"]) == (0, 0)
    assert studio.copies() == before
    studio.set_options(**options)
    studio.forget_requests()
    studio.run(apply=True)
    assert studio.writes() == [], "chosen again, everything is known"


def test_what_was_read_before_a_wait_is_read_again_where_another_workspace_is_chosen(
    studio: Studio,
) -> None:
    with_time(studio, 3)
    studio.run(apply=True)
    studio.world.faults.add(Fault("clockify", "429", "*/tags", times=1))
    [project] = [p for p in studio.clockify.projects.values() if p.client_id == studio.client.id]
    tag = studio.clockify.add_tag(studio.ours.id, "Remote")
    studio.track(project, "12-01 20:00", 1, "tagged", tag_ids=[tag.id])
    assert studio.run(apply=True).status == Run.Status.WAITING
    another_customer(studio)
    run = studio.run_to_the_end(apply=True)
    assert (run.status, run.counts["create"]) == (Run.Status.FINISHED, 4)
    assert len(studio.copies()) == 3


# ---------------------------------------------------------------- several side by side


def test_two_syncs_into_one_target_leave_each_others_time_alone(studio: Studio) -> None:
    at = studio.clockify
    second = at.add_client(studio.ours.id, "Customer Inc")
    project = at.add_project(studio.ours.id, "Website", second.id)
    ours, _ = studio.project("Website")
    studio.track(ours, "12-01 09:00", 1, "same")
    studio.track(project, "12-01 09:00", 1, "same")
    first = studio.sync
    other = studio.connect("inc", source_client="Customer Inc")
    for _ in range(2):
        for sync in (first, other):
            studio.sync = sync
            assert studio.run(apply=True).status == Run.Status.FINISHED
    assert studio.booked() == [("Website", "12-01 09:00", 1, "same")] * 2


@pytest.mark.parametrize("target_user", ["", "cora@customer.example"])
def test_the_same_time_is_not_copied_twice_by_two_syncs(target_user: str, studio: Studio) -> None:
    studio.clockify.join(studio.theirs, studio.guest, "admin")
    with_time(studio, 2)
    studio.run(apply=True)
    first = studio.sync
    studio.sync = studio.connect("again", target_user=target_user)
    run = studio.run(apply=True)
    assert run.status == Run.Status.FAILED
    assert "The sync timesheets copies the same time to the same workspace." in run.error
    assert len(studio.copies()) == 2
    Sync.objects.filter(pk=first.pk).update(enabled=False)
    studio.set_options(target_user="")
    studio.forget_requests()
    run = studio.run(apply=True)
    assert run.counts["unchanged"] == 3
    assert studio.writes() == [], "what the other one copied is taken over"


def test_one_customer_is_not_shown_anothers_time(studio: Studio) -> None:
    with_time(studio, 2)
    studio.run(apply=True)
    another = studio.clockify.add_workspace("Another", owner=studio.cora)
    studio.clockify.join(another, studio.guest)
    studio.clockify.add_project(another.id, "Website")
    studio.sync = studio.connect("other", target_workspace="Another")
    run = studio.run(apply=True)
    assert run.status == Run.Status.FAILED
    assert "stand for those of another workspace in the sync timesheets" in run.error
    assert studio.clockify.entries_of(another.id, studio.guest.id) == []


def test_time_that_was_copied_here_is_not_copied_back(studio: Studio) -> None:
    at = studio.clockify
    with_time(studio)
    back = at.add_client(studio.theirs.id, "Us")
    [theirs] = [each for each in at.projects.values() if each.workspace_id == studio.theirs.id]
    at.change_project(theirs.id, client_id=back.id)
    studio.run(apply=True)
    there = studio.sync
    sync = studio.connect(
        "back", source_workspace="Theirs", source_client="Us", target_workspace="Ours"
    )
    Sync.objects.filter(pk=sync.pk).update(source=sync.target, target=sync.source)
    for _ in range(2):
        for studio.sync in (sync, there):
            studio.run(apply=True)
    assert len(studio.copies()) == 1
    assert len(at.entries_of(studio.ours.id, studio.ada.id)) == 1


def test_one_that_fails_does_not_stop_the_others(studio: Studio, world: World) -> None:
    with_time(studio)
    good = studio.sync
    studio.sync = studio.connect("broken", source_client="Nobody")
    assert studio.run(apply=True).status == Run.Status.FAILED
    studio.sync = good
    assert studio.run(apply=True).status == Run.Status.FINISHED
    assert len(studio.copies()) == 1


def test_a_plan_reads_as_people_talk_about_time(studio: Studio) -> None:
    ours, _ = studio.project("Website")
    begun = studio.clock() - timedelta(hours=15)
    studio.clockify.change_entry(
        studio.track(ours, begun, 4.25, "Deploy", billable=True).id, type="REGULAR"
    )
    studio.ada.zone = "Europe/Stockholm"
    plan = studio.plan()
    [line] = [change for change in plan.changes if change.action == "create"]
    assert (line.subject, line.outcome) == ("Website", Change.Outcome.PLANNED)
    assert line.what == (
        "Tue 1 Dec 2026, 22:00 to Wed 2 Dec 02:15 CET (4 h 15 min): Deploy, billable"
    )
