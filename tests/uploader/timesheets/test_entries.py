"""What is tracked on the client's projects stands in the customer's workspace, once."""

from datetime import timedelta
from typing import Any

import pytest

from tests.uploader.timesheets.studio import Studio
from uploader.models import Change, Link, Run


def test_what_was_tracked_is_booked_once(studio: Studio) -> None:
    ours, _ = studio.project("Website")
    studio.track(ours, "12-01 09:00", 1.5, "Fix the login", billable=True)
    run = studio.run(apply=True)
    assert (run.status, run.error) == (Run.Status.FINISHED, "")
    assert studio.booked() == [("Website", "12-01 09:00", 1.5, "Fix the login")]
    assert studio.copies()[0].billable
    studio.forget_requests()
    again = studio.run(apply=True)
    assert again.counts["unchanged"] == 2
    assert studio.writes() == []
    assert len(studio.reads()) <= 16


def test_tags_tasks_and_types_come_along_by_their_names(studio: Studio) -> None:
    at = studio.clockify
    ours, theirs = studio.project("Website")
    design = at.add_task(ours.id, "Design")
    same, unlike = at.add_task(theirs.id, " design"), at.add_task(ours.id, "Only ours")
    tags = [at.add_tag(studio.ours.id, name).id for name in ("Remote", "On site")]
    remote = at.add_tag(studio.theirs.id, "remote")
    studio.track(ours, "12-01 09:00", task_id=design.id, tag_ids=tags)
    studio.track(ours, "12-01 11:00", task_id=unlike.id)
    studio.track(ours, "12-01 13:00", 0.5, "lunch", type="BREAK")
    studio.track(ours, "12-01 15:00", 0.5, "late", type="OVERTIME")
    assert studio.run(apply=True).status == Run.Status.FINISHED
    first, second, rest, late = studio.copies()
    made = next(tag for tag in at.tags.values() if tag.name == "On site" and tag.id not in tags)
    assert set(first.tag_ids) == {remote.id, made.id}
    assert made.workspace_id == studio.theirs.id
    assert (first.task_id, second.task_id) == (same.id, None)
    assert (rest.type, late.type) == ("BREAK", "REGULAR")


def test_days_off_running_timers_and_others_work_stay_where_they_are(studio: Studio) -> None:
    at = studio.clockify
    ours, _ = studio.project("Website")
    internal = at.add_project(studio.ours.id, "Internal")
    other = at.add_client(studio.ours.id, "Somebody else")
    theirs = at.add_project(studio.ours.id, "Website", other.id)
    ben = at.add_user("ben@example.org")
    at.join(studio.ours, ben)
    studio.track(ours, "12-02 11:00", None, "running")
    studio.track(ours, "12-01 00:00", 8, "off", type="HOLIDAY")
    studio.track(ours, "12-01 00:00", 8, "off", type="TIMEOFF")
    studio.track(internal, "12-01 09:00")
    studio.track(theirs, "12-01 10:00")
    studio.track(None, "12-01 11:00")
    at.add_entry(
        studio.ours.id,
        ben.id,
        studio.clock() - timedelta(hours=3),
        studio.clock(),
        project_id=ours.id,
    )
    assert studio.run(apply=True).counts["create"] == 0
    assert studio.booked() == []


def test_a_timer_is_booked_once_it_has_stopped(studio: Studio) -> None:
    ours, _ = studio.project("Website")
    entry = studio.track(ours, "12-02 11:00", None, "running")
    studio.run(apply=True)
    studio.clockify.change_entry(entry.id, end=studio.clock() + timedelta(minutes=30))
    studio.clock.forward(hours=1)
    studio.run(apply=True)
    assert studio.booked() == [("Website", "12-02 11:00", 1.5, "running")]
    studio.clockify.change_entry(entry.id, end=None, description="runs again")
    studio.run(apply=True)
    assert studio.booked() == [("Website", "12-02 11:00", 1.5, "running")]


@pytest.mark.parametrize("typed_already", [0, 1, 3, 4])
def test_identical_entries_stay_as_many_as_they_are(typed_already: int, studio: Studio) -> None:
    ours, theirs = studio.project("Website")
    for _ in range(3):
        studio.track(ours, "12-01 09:00", 1, "Call")
    for _ in range(typed_already):
        studio.type_in(theirs, "12-01 09:00", 1, "Call")
    studio.run(apply=True)
    assert len(studio.copies()) == max(3, typed_already)
    studio.run(apply=True)
    assert len(studio.copies()) == max(3, typed_already)


def test_edits_follow(studio: Studio) -> None:
    ours, theirs = studio.project("Website")
    app, _ = studio.project("App")
    entry = studio.track(ours, "12-01 09:00", 1, "Fix")
    task = studio.clockify.add_task(theirs.id, "Design")
    at_ours = studio.clockify.add_task(ours.id, "Design")
    studio.run(apply=True)
    [before] = studio.copies()
    edits: list[dict[str, Any]] = [
        {"description": "Fix the login"},
        {"start": entry.start - timedelta(hours=1)},
        {"end": entry.start + timedelta(hours=3)},
        {"billable": True},
        {"task_id": at_ours.id},
        {"task_id": None},
        {"project_id": app.id},
        {"description": ""},
        {"tag_ids": (studio.clockify.add_tag(studio.ours.id, "New").id,)},
        {"tag_ids": ()},
    ]
    for edit in edits:
        now = studio.clockify.change_entry(entry.id, **edit)
        run = studio.run(apply=True)
        assert (run.counts["update"], run.counts["create"]) == (1, 0), edit
        [copy] = studio.copies()
        assert copy.id == before.id
        assert (copy.start, copy.end, copy.billable) == (now.start, now.end, now.billable)
        assert copy.description == now.description
        assert (copy.task_id == task.id) == (now.task_id == at_ours.id)
        assert len(copy.tag_ids) == len(now.tag_ids)
    assert studio.booked()[0][0] == "App"


def test_what_is_deleted_or_moved_elsewhere_goes(studio: Studio) -> None:
    ours, _ = studio.project("Website")
    internal = studio.clockify.add_project(studio.ours.id, "Internal")
    entries = [studio.track(ours, f"11-{day} 09:00") for day in range(10, 28)]
    studio.run(apply=True)
    studio.clockify.remove_entry(entries[0].id)
    studio.clockify.change_entry(entries[1].id, project_id=internal.id)
    studio.clockify.change_entry(entries[2].id, project_id=None)
    studio.clockify.change_entry(entries[3].id, type="HOLIDAY")
    run = studio.run(apply=True)
    assert run.counts["delete"] == 4
    assert len(studio.copies()) == 14


def test_what_somebody_typed_at_the_customer_is_never_touched(studio: Studio) -> None:
    ours, theirs = studio.project("Website")
    entry = studio.track(ours, "12-01 09:00", 1, "Call")
    studio.track(ours, "12-01 16:00", 1, "stays")
    studio.run(apply=True)
    typed = [
        studio.type_in(theirs, "12-01 09:00", 1, "Call"),
        studio.type_in(theirs, "12-01 12:00", 1, "Mine"),
        studio.type_in(None, "12-01 14:00", 1, ""),
    ]
    studio.clockify.change_entry(entry.id, description="Call with Cora")
    studio.run(apply=True)
    studio.clockify.remove_entry(entry.id)
    assert studio.run(apply=True).counts["delete"] == 1
    assert [copy for copy in studio.copies() if copy.description != "stays"] == typed


# --------------------------------------------------------- edited at the customer


def test_a_copy_that_a_person_changed_is_a_conflict_and_stays(studio: Studio) -> None:
    ours, _ = studio.project("Website")
    entry = studio.track(ours, "12-01 09:00", 1, "Call")
    studio.run(apply=True)
    [copy] = studio.copies()
    studio.clockify.change_entry(copy.id, description="A call")
    for _ in range(2):
        run = studio.run(apply=True)
        assert run.counts["conflict"] == 1
        [line] = run.changes.all()
        assert (line.action, line.outcome) == ("conflict", Change.Outcome.SKIPPED)
        assert "changed it at the target" in line.reason
    studio.clockify.change_entry(entry.id, end=entry.start + timedelta(hours=2))
    assert studio.run(apply=True).counts["conflict"] == 1
    studio.clockify.remove_entry(entry.id)
    run = studio.run(apply=True)
    assert run.counts["conflict"] == 1
    assert studio.booked() == [("Website", "12-01 09:00", 1, "A call")]


def test_a_copy_that_a_person_deleted_does_not_come_back(studio: Studio) -> None:
    ours, _ = studio.project("Website")
    studio.track(ours, "12-01 09:00", 1, "Call")
    studio.run(apply=True)
    studio.clockify.remove_entry(studio.copies()[0].id)
    run = studio.run(apply=True)
    assert run.counts["conflict"] == 1
    assert "deleted it at the target" in run.changes.get().reason
    assert studio.booked() == []


def test_an_entry_deleted_on_both_sides_is_simply_gone(studio: Studio) -> None:
    ours, _ = studio.project("Website")
    entry = studio.track(ours, "12-01 09:00", 1, "Call")
    studio.run(apply=True)
    studio.clockify.remove_entry(entry.id)
    studio.clockify.remove_entry(studio.copies()[0].id)
    run = studio.run(apply=True)
    assert (run.status, run.changes.count()) == (Run.Status.FINISHED, 0)


def test_on_request_copies_are_put_right_again(studio: Studio) -> None:
    studio.set_options(on_target_edit="overwrite")
    ours, _ = studio.project("Website")
    for hour in range(5):
        studio.track(ours, f"12-01 0{hour}:00", 1, "Call")
    studio.run(apply=True)
    one, other, *_ = studio.copies()
    studio.clockify.change_entry(one.id, description="A call")
    studio.clockify.remove_entry(other.id)
    run = studio.run(apply=True)
    assert (run.counts["update"], run.counts["create"]) == (1, 1)
    assert [text for *_, text in studio.booked()] == ["Call"] * 5


def test_fields_that_people_filled_in_at_the_customer_survive_an_edit(studio: Studio) -> None:
    ours, _ = studio.project("Website")
    entry = studio.track(ours, "12-01 09:00", 1, "Call")
    other = studio.track(ours, "12-01 12:00", 1, "Call")
    studio.run(apply=True)
    for copy in studio.copies():
        studio.clockify.change_entry(copy.id, custom_fields={"f" * 24: "ABC-1"})
    for each in (entry, other):
        studio.clockify.change_entry(each.id, description="Call with Cora")
    run = studio.run(apply=True)
    assert run.counts["update"] == 2
    assert [copy.custom_fields for copy in studio.copies()] == [{"f" * 24: "ABC-1"}] * 2


# -------------------------------------------------------------------- new database


def test_a_new_database_finds_everything_again(studio: Studio) -> None:
    ours, theirs = studio.project("Website")
    for hour in (8, 8, 8, 9, 10):
        studio.track(ours, f"12-01 {hour:02}:00", 1, "Call")
    studio.run(apply=True)
    typed = studio.type_in(theirs, "12-01 17:00", 1, "Mine")
    Link.objects.all().delete()
    studio.forget_requests()
    run = studio.run(apply=True)
    assert run.counts["unchanged"] == 6
    assert studio.writes() == []
    assert len(studio.copies()) == 6
    assert typed in studio.copies()


def test_what_the_earlier_tool_copied_is_completed_and_not_doubled(studio: Studio) -> None:
    """It carried project, start, end and text, and nothing else."""
    at = studio.clockify
    ours, theirs = studio.project("Website")
    tag = at.add_tag(studio.ours.id, "Remote")
    studio.track(ours, "12-01 09:00", 1, " Call", billable=True, tag_ids=[tag.id])
    old = studio.type_in(theirs, "12-01 09:00", 1, "Call")
    run = studio.run(apply=True)
    assert (run.counts["update"], run.counts["create"]) == (1, 0)
    [copy] = studio.copies()
    assert (copy.id, copy.billable, len(copy.tag_ids)) == (old.id, True, 1)


# ------------------------------------------------------------------- many at once


def test_many_edits_and_many_deletions_go_in_few_requests(studio: Studio) -> None:
    ours, _ = studio.project("Website")
    entries = [studio.track(ours, moment, 1, "Call") for moment in hours(130)]
    studio.run(apply=True)
    for entry in entries[:120]:
        studio.clockify.change_entry(entry.id, description="Call with Cora")
    studio.forget_requests()
    assert studio.run(apply=True).counts["update"] == 120
    assert len(studio.writes()) == 3
    for entry in entries[:30]:
        studio.clockify.remove_entry(entry.id)
    studio.forget_requests()
    assert studio.run(apply=True).counts["delete"] == 30
    assert len(studio.writes()) == 1
    assert len(studio.copies()) == 100


def test_one_locked_entry_among_many_holds_up_no_other(studio: Studio) -> None:
    ours, _ = studio.project("Website")
    entries = [studio.track(ours, moment, 1, "Call") for moment in hours(60)]
    studio.run(apply=True)
    studio.clockify.change_entry(studio.copies()[7].id, approval="f" * 24)
    for entry in entries:
        studio.clockify.change_entry(entry.id, description="Call with Cora")
    run = studio.run(apply=True)
    assert (run.counts["update"], run.counts["rejected"]) == (59, 1)
    assert run.status == Run.Status.FINISHED_WITH_PROBLEMS
    assert [text for *_, text in studio.booked()].count("Call with Cora") == 59


def hours(number: int) -> list[str]:
    """Moments of November, one a working hour."""
    return [f"11-{5 + n // 8:02} {9 + n % 8:02}:00" for n in range(number)]
