"""What Clockify refuses is shown in its words; the rest goes on, and it is not asked every hour."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.uploader.timesheets.studio import START, Studio
from uploader.models import Change, Run


def locked(studio: Studio) -> None:
    studio.clockify.change_settings(studio.theirs.id, lockTimeEntries=START - timedelta(hours=22))


def stopwatch_only(studio: Studio) -> None:
    studio.clockify.change_settings(studio.theirs.id, timeTrackingMode="STOPWATCH_ONLY")


def description_forced(studio: Studio) -> None:
    studio.clockify.change_settings(studio.theirs.id, forceDescription=True)


def project_archived(studio: Studio) -> None:
    studio.clockify.switches["archived_project"] = "refused"
    [project] = [
        each for each in studio.clockify.projects.values()
        if each.workspace_id == studio.theirs.id and each.name == "Old"
    ]  # fmt: skip
    studio.clockify.change_project(project.id, archived=True)


REFUSALS: dict[str, tuple[Callable[[Studio], None], int, str]] = {
    "locked": (locked, 1, "lock"),
    "stopwatch only": (stopwatch_only, 3, "anual"),
    "a forced field": (description_forced, 1, "required"),
    "an archived project": (project_archived, 1, "rchived"),
}


@pytest.mark.parametrize("sort", REFUSALS)
def test_a_refusal_is_told_in_clockifys_words_and_the_rest_goes_on(
    sort: str, studio: Studio
) -> None:
    happens, refused, words = REFUSALS[sort]
    ours, _ = studio.project("Website")
    old, _ = studio.project("Old")
    studio.run(apply=True)  # from here on both projects are known
    happens(studio)
    studio.track(ours, "12-01 09:00", 1, "long ago")
    studio.track(ours, "12-02 09:00", 1, "")
    studio.track(old, "12-02 10:00", 1, "for the old one")
    run = studio.run(apply=True)
    assert run.status == Run.Status.FINISHED_WITH_PROBLEMS
    assert run.counts["rejected"] == refused
    assert len(studio.copies()) == 3 - refused
    for line in run.changes.filter(outcome=Change.Outcome.REJECTED):
        assert words in line.reason
        assert "Clockify" in line.reason


def test_a_refused_change_is_tried_again_once_a_day_or_when_something_changed(
    studio: Studio,
) -> None:
    ours, _ = studio.project("Website")
    stopwatch_only(studio)
    entry = studio.track(ours, "12-01 09:00", 1, "Call")

    def tries() -> int:
        studio.forget_requests()
        studio.run(apply=True)
        return len(studio.writes())

    assert tries() == 1
    assert tries() == 0
    studio.clock.forward(hours=1)
    assert tries() == 0
    studio.clockify.change_entry(entry.id, description="Call with Cora")
    assert tries() == 1
    assert tries() == 0
    studio.clock.forward(hours=25)
    assert tries() == 1
    studio.clockify.change_settings(studio.theirs.id, timeTrackingMode="DEFAULT")
    studio.clock.forward(hours=25)
    assert tries() == 1
    assert studio.booked() == [("Website", "12-01 09:00", 1, "Call with Cora")]


@pytest.mark.parametrize("status", ["403", "400"])
def test_an_approved_copy_is_neither_changed_nor_deleted(status: str, studio: Studio) -> None:
    studio.clockify.switches["approved"] = status
    ours, _ = studio.project("Website")
    entries = [studio.track(ours, f"12-01 {hour:02}:00", 1, "Call") for hour in range(8, 18)]
    studio.run(apply=True)
    for copy in studio.copies()[:2]:
        studio.clockify.change_entry(copy.id, approval="f" * 24)
    studio.clockify.change_entry(entries[0].id, description="Call with Cora")
    studio.clockify.remove_entry(entries[1].id)
    studio.clockify.remove_entry(entries[2].id)
    run = studio.run(apply=True)
    assert (run.counts["rejected"], run.counts["delete"]) == (2, 1)
    assert len(studio.copies()) == 9
    assert all(text == "Call" for *_, text in studio.booked())


def test_a_tag_that_nobody_may_make_rejects_only_its_entry(studio: Studio) -> None:
    studio.clockify.change_settings(studio.theirs.id, onlyAdminsCreateTag=True)
    ours, _ = studio.project("Website")
    tag = studio.clockify.add_tag(studio.ours.id, "Remote")
    studio.track(ours, "12-01 09:00", 1, "tagged", tag_ids=[tag.id])
    studio.track(ours, "12-01 10:00", 1, "plain")
    run = studio.run(apply=True)
    assert run.counts["rejected"] == 1
    assert [text for *_, text in studio.booked()] == ["plain"]


def test_time_for_others_needs_leave_and_every_entry_says_so(studio: Studio) -> None:
    at = studio.clockify
    at.join(studio.theirs, studio.guest, "admin")
    studio.set_options(target_user="CORA@customer.example ")
    ours, _ = studio.project("Website")
    studio.track(ours, "12-01 09:00", 1, "Call")
    assert studio.run(apply=True).status == Run.Status.FINISHED
    assert [e.description for e in at.entries_of(studio.theirs.id, studio.cora.id)] == ["Call"]
    assert studio.copies() == []
    at.switches["others"] = "forbidden"
    studio.track(ours, "12-01 11:00", 1, "Call")
    run = studio.run(apply=True)
    assert run.counts["rejected"] == 1
    assert "permission" in run.changes.get(outcome="rejected").reason
