"""What happens between a look and a write, and what has to be known of copies that nobody looked at
for a while."""

from datetime import timedelta
from typing import Any

import pytest

from integrations import connections
from integrations.clockify.client import ClockifyClient
from integrations.errors import RejectedError
from integrations.models import Pace
from integrations.sandbox import Fault, Seen
from tests.uploader.timesheets.studio import DAY, Studio
from uploader.models import Link, Run, Sync


def after(studio: Studio, method: str, happens: Any) -> None:
    """Let it happen once the first such request has been answered and the next one comes."""
    seen: list[str] = []

    def hook(request: Seen) -> None:
        if method in seen:
            studio.world.hook = None
            happens()
        seen.append(request.method)

    studio.world.hook = hook


def ten_and_one(studio: Studio, **more: Any) -> Any:
    ours, _ = studio.project("Website")
    for hour in range(8, 18):
        studio.track(ours, f"12-01 {hour:02}:00", 1, "stays")
    return studio.track(ours, "12-01 20:00", 1, "Call", **more)


# ------------------------------------------------------ between a look and a write


def test_what_a_person_changes_while_others_are_changed_is_not_written_over(
    studio: Studio,
) -> None:
    ours, _ = studio.project("Website")
    begun = studio.clock() - 20 * DAY
    entries = [studio.track(ours, begun + n * timedelta(hours=2), 1, "Call") for n in range(60)]
    studio.run(apply=True)
    last = studio.copies()[-1]
    for entry in entries:
        studio.clockify.change_entry(entry.id, description="Call with Cora")
    after(studio, "PUT", lambda: studio.clockify.change_entry(last.id, description="mine"))
    run = studio.run(apply=True)
    assert run.counts["update"] == 59
    assert studio.copies()[-1].description == "mine"
    assert studio.run(apply=True).counts["conflict"] == 1


@pytest.mark.parametrize("change", ["edit", "delete"])
def test_what_a_person_changes_during_a_long_wait_is_not_written_over(
    change: str, studio: Studio
) -> None:
    entry = ten_and_one(studio)
    studio.run(apply=True)
    copy = studio.copies()[-1]
    if change == "edit":
        studio.clockify.change_entry(entry.id, billable=True)
    else:
        studio.clockify.remove_entry(entry.id)
    method = "PUT" if change == "edit" else "DELETE"
    studio.world.faults.add(Fault("clockify", "429", method, retry_after=7200))
    assert studio.run(apply=True).status == Run.Status.WAITING
    studio.clockify.change_entry(copy.id, description="mine", custom_fields={"f" * 24: "x"})
    assert studio.run_to_the_end(apply=True).counts["conflict"] == 1
    kept = studio.copies()[-1]
    assert (kept.description, kept.custom_fields) == ("mine", {"f" * 24: "x"})


def test_fields_that_a_person_fills_in_meanwhile_survive(studio: Studio) -> None:
    entry = ten_and_one(studio)
    studio.run(apply=True)
    copy = studio.copies()[-1]
    studio.clockify.change_entry(entry.id, billable=True)
    studio.world.faults.add(Fault("clockify", "429", "PUT", retry_after=7200))
    studio.run(apply=True)
    studio.clockify.change_entry(copy.id, custom_fields={"f" * 24: "ABC-1"})
    studio.run_to_the_end(apply=True)
    assert studio.copies()[-1].billable
    assert studio.copies()[-1].custom_fields == {"f" * 24: "ABC-1"}


def test_a_bulk_deletion_that_leaves_one_out_leaves_none(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, _ = studio.project("Website")
    entries = [studio.track(ours, f"12-01 {hour:02}:00") for hour in range(12)]
    studio.run(apply=True)
    for entry in entries[:3]:
        studio.clockify.remove_entry(entry.id)
    whole = ClockifyClient.delete_entries

    def but_one(self: ClockifyClient, workspace: str, user: str, ids: Any) -> set[str]:
        return whole(self, workspace, user, list(ids)[1:])

    monkeypatch.setattr(ClockifyClient, "delete_entries", but_one)
    assert studio.run(apply=True).counts["delete"] == 3
    assert len(studio.copies()) == 9


# ------------------------------------------------- where nobody has looked before


@pytest.mark.parametrize("how", ["since", "a wider window"])
def test_copies_from_before_the_first_window_are_found_when_it_is_looked_at(
    how: str, studio: Studio
) -> None:
    ours, _ = studio.project("Website")
    for day in (1, 2, 3):
        studio.track(ours, f"08-0{day} 09:00", 1, "old work", billable=True)
    studio.track(ours, "12-01 09:00", 1, "new work")
    studio.run(apply=True, since="2026-07-01")
    Link.objects.all().delete()
    studio.run(apply=True)
    assert len(studio.copies()) == 4
    studio.forget_requests()
    if how == "since":
        studio.run(apply=True, since="2026-07-01")
    else:
        studio.set_options(window_days=365)
        studio.run(apply=True)
    assert studio.writes() == []
    # Known by now, so that what is new there is new.
    studio.track(ours, "08-01 09:00", 1, "old work", billable=True)
    studio.run(apply=True, since="2026-07-01")
    assert len(studio.copies()) == 5


def test_what_was_sent_and_lost_is_remembered_until_somebody_looks_there(studio: Studio) -> None:
    ours, _ = studio.project("Website")
    studio.track(ours, "12-01 09:00", 1, "new work")
    studio.run(apply=True)
    studio.track(ours, "08-01 09:00", 1, "old work")
    studio.world.faults.add(Fault("clockify", "lost", "POST"))
    run = studio.run(apply=True, since="2026-07-01")
    assert run.status == Run.Status.WAITING
    Run.objects.filter(pk=run.pk).update(status=Run.Status.CANCELLED)
    studio.run(apply=True)
    studio.run(apply=True, since="2026-07-01")
    assert [text for *_, text in studio.booked()] == ["old work", "new work"]


def test_tags_of_an_entry_that_is_looked_up_come_along(studio: Studio) -> None:
    entry = ten_and_one(studio)
    studio.run(apply=True)
    tag = studio.clockify.add_tag(studio.ours.id, "Remote")
    begun = entry.start - 60 * DAY
    studio.clockify.change_entry(
        entry.id, start=begun, end=begun + timedelta(hours=1), tag_ids=(tag.id,)
    )
    studio.run(apply=True)
    moved = studio.copies()[0]
    assert (moved.start, len(moved.tag_ids)) == (begun, 1)


def test_a_tag_that_is_renamed_at_the_customer_is_no_conflict(studio: Studio) -> None:
    tag = studio.clockify.add_tag(studio.ours.id, "Remote")
    ten_and_one(studio, tag_ids=[tag.id])
    for _ in range(2):
        studio.run(apply=True)
    [there] = [each for each in studio.clockify.tags.values() if each.id != tag.id]
    studio.clockify.tags[there.id].name = "From home"
    run = studio.run(apply=True)
    assert (run.counts["conflict"], run.counts["update"]) == (0, 1)
    names = {studio.clockify.tags[each].name for each in studio.copies()[-1].tag_ids}
    assert names == {"Remote"}


# ------------------------------------------------------------ refusals of a look


@pytest.mark.parametrize("what", ["an entry", "many"])
def test_what_may_not_be_looked_at_holds_up_nothing_else(
    what: str, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, _ = studio.project("Website")
    begun = studio.clock() - 20 * DAY
    entries = [studio.track(ours, begun + n * timedelta(hours=2), 1, f"{n}") for n in range(250)]
    studio.run(apply=True)
    for entry in entries[: 1 if what == "an entry" else 70]:
        studio.clockify.remove_entry(entry.id)
    studio.track(ours, "12-01 21:00", 1, "new")

    def refused(self: ClockifyClient, workspace: str, entry_id: str) -> None:
        raise RejectedError(provider="Clockify", doing="reading a time entry", status=403)

    monkeypatch.setattr(ClockifyClient, "entry", refused)
    run = studio.run(apply=True)
    assert run.status in (Run.Status.FINISHED, Run.Status.FINISHED_WITH_PROBLEMS)
    assert len(studio.copies()) == 251
    assert "new" in [text for *_, text in studio.booked()]
    assert any("as Clockify refuses" in warning for warning in run.warnings)


def test_a_tag_that_may_not_be_made_is_asked_for_once(studio: Studio) -> None:
    studio.clockify.change_settings(studio.theirs.id, onlyAdminsCreateTag=True)
    ours, _ = studio.project("Website")
    tag = studio.clockify.add_tag(studio.ours.id, "Remote")
    for hour in range(8, 18):
        studio.track(ours, f"12-01 {hour:02}:00", 1, "tagged", tag_ids=[tag.id])
    run = studio.run(apply=True)
    assert run.counts["rejected"] == 10
    assert len(studio.writes()) == 1


# ------------------------------------------------------------------ mixed up


def test_an_archived_twin_is_not_taken_for_the_project_in_use(studio: Studio) -> None:
    at = studio.clockify
    at.add_project(studio.theirs.id, "Website")
    used = at.add_project(studio.ours.id, "Website", studio.client.id)
    at.add_project(studio.ours.id, "website", studio.client.id, archived=True)
    at.add_project(studio.ours.id, "WEBSITE", studio.client.id, template=True)
    studio.track(used, "12-01 09:00", 1, "Call")
    studio.run(apply=True)
    assert [text for *_, text in studio.booked()] == ["Call"]


def test_a_project_that_is_not_shown_for_a_while_is_known_when_it_is_back(studio: Studio) -> None:
    ours, theirs = studio.project("Website")
    studio.project("App")
    studio.run(apply=True)
    hidden = studio.clockify.projects.pop(theirs.id)
    studio.run(apply=True)
    studio.clockify.projects[theirs.id] = hidden
    studio.clockify.change_project(theirs.id, name="Shop")
    studio.track(ours, "12-01 09:00", 1, "Call")
    studio.run(apply=True)
    assert set(studio.mirrored()) == {"Shop", "App"}
    assert [text for *_, text in studio.booked()] == ["Call"]


def test_what_another_sync_copied_is_neither_taken_over_nor_copied_back_while_it_pauses(
    studio: Studio,
) -> None:
    at = studio.clockify
    ours, theirs = studio.project("Website")
    studio.track(ours, "12-01 09:00", 1, "Standup")
    studio.run(apply=True)
    Sync.objects.update(enabled=False)
    ben = at.add_user("ben@example.org")
    at.join(studio.ours, ben)
    at.join(studio.ours, studio.ada, "admin")
    at.add_entry(
        studio.ours.id, ben.id, studio.copies()[0].start, studio.copies()[0].end,
        project_id=ours.id, description="Standup",
    )  # fmt: skip
    studio.sync = studio.connect("ben", source_user="ben@example.org")
    studio.run(apply=True)
    assert len(studio.copies()) == 2
    back = at.add_client(studio.theirs.id, "Us")
    at.change_project(theirs.id, client_id=back.id)
    Sync.objects.update(enabled=False)
    sync = studio.connect(
        "back", source_workspace="Theirs", source_client="Us", target_workspace="Ours"
    )
    Sync.objects.filter(pk=sync.pk).update(source=sync.target, target=sync.source)
    studio.sync = sync
    studio.run(apply=True)
    assert len(at.entries_of(studio.ours.id, studio.ada.id)) == 1


def test_a_key_that_is_replaced_during_a_wait_books_in_the_right_name(studio: Studio) -> None:
    at = studio.clockify
    studio.set_options(target_user="ada@customer.example")
    ten_and_one(studio)
    studio.world.faults.add(Fault("clockify", "429", "POST", retry_after=600))
    assert studio.run(apply=True).status == Run.Status.WAITING
    at.join(studio.theirs, studio.cora, "admin")
    target = studio.fresh_sync().target
    assert target is not None
    connections.keep(target, {"api_key": studio.cora.key}, by=None, now=studio.clock())
    studio.run_to_the_end(apply=True)
    assert len(studio.copies()) == 11
    assert at.entries_of(studio.theirs.id, studio.cora.id) == []


def test_a_connection_is_checked_also_just_after_its_key_was_used(
    studio: Studio, settings: Any
) -> None:
    settings.PROVIDER_SETTINGS = {"clockify": {"RATE": "480"}}
    source = studio.fresh_sync().source
    assert source is not None
    for _ in range(3):
        assert connections.check(source, now=studio.clock()) == "ada@example.org"
    assert Pace.objects.count() == 1
