"""The window of days: what is compared, whatever anybody's clocks say, and what moves out of it."""

from datetime import UTC, datetime, timedelta

import pytest

from integrations.sandbox import World
from tests.uploader.timesheets.studio import DAY, HOUR, Studio
from uploader.models import Run

ZONES = ["Pacific/Auckland", "America/Los_Angeles", "UTC", None]


@pytest.mark.parametrize("filter_zone", ["owner", "user", "workspace", "off"])
@pytest.mark.parametrize("ours", ZONES)
@pytest.mark.parametrize("theirs", ["Pacific/Auckland", "America/Los_Angeles"])
def test_the_window_is_one_of_instants_wherever_people_are(
    filter_zone: str, ours: str | None, theirs: str, db: None, world: World
) -> None:
    studio = Studio(world, zone=ours, customers_zone=theirs)
    studio.clockify.switches["filter_zone"] = filter_zone
    project, _ = studio.project("Website")
    edge = studio.clock() - 30 * DAY
    for minutes in (-1500, -60, -1, 0, 1, 60, 1500):
        studio.track(project, edge + timedelta(minutes=minutes), 0.5, str(minutes))
    studio.track(project, studio.clock() + 20 * HOUR, 0.5, "to come")
    studio.run(apply=True)
    assert [text for *_, text in studio.booked()] == ["0", "1", "60", "1500", "to come"]
    studio.forget_requests()
    studio.run(apply=True)
    assert studio.writes() == []


@pytest.mark.parametrize(
    ("zone", "change"),
    [
        ("Pacific/Auckland", datetime(2026, 9, 26, 14, tzinfo=UTC)),
        ("Pacific/Auckland", datetime(2027, 4, 3, 14, tzinfo=UTC)),
        ("America/Los_Angeles", datetime(2026, 11, 1, 9, tzinfo=UTC)),
        ("America/Los_Angeles", datetime(2027, 3, 14, 10, tzinfo=UTC)),
    ],
)
def test_nothing_is_lost_or_doubled_when_clocks_change(
    zone: str, change: datetime, db: None, world: World
) -> None:
    studio = Studio(world, zone=zone, customers_zone="Europe/Stockholm")
    studio.set_options(window_days=2)
    project, _ = studio.project("Website")
    studio.clock.now = change - 4 * DAY
    tracked = 0
    for _ in range(36):
        studio.clock.forward(hours=4)
        studio.track(project, studio.clock() - HOUR, 0.5, f"{tracked}")
        tracked += 1
        studio.run(apply=True)
    assert [text for *_, text in studio.booked()] == [str(number) for number in range(tracked)]


def test_nothing_is_written_as_the_window_slides(studio: Studio) -> None:
    project, _ = studio.project("Website")
    for day in range(1, 29):
        studio.track(project, f"11-{day:02} 09:00", 1, f"{day}")
    studio.run(apply=True)
    studio.forget_requests()
    for _ in range(40):
        studio.clock.forward(days=1)
        assert studio.run(apply=True).status == Run.Status.FINISHED
    assert studio.writes() == []
    assert len(studio.copies()) == 26


def test_late_entries_and_failed_runs_heal(studio: Studio) -> None:
    project, _ = studio.project("Website")
    studio.run(apply=True)
    studio.clock.forward(days=20)
    studio.track(project, "12-01 09:00", 1, "typed in three weeks later")
    studio.run(apply=True)
    assert len(studio.copies()) == 1


@pytest.mark.parametrize("edit", ["keep", "overwrite"])
def test_what_moves_far_within_time_is_moved_and_not_made_again(edit: str, studio: Studio) -> None:
    studio.set_options(on_target_edit=edit)
    project, _ = studio.project("Website")
    for hour in range(8, 18):
        studio.track(project, f"12-01 {hour:02}:00", 1, "stays")
    entry = studio.track(project, "12-01 20:00", 1, "moves")
    studio.run(apply=True)
    for start in ("01-05 09:00", "11-30 09:00", "10-01 09:00", "12-01 06:00"):
        begun = datetime.strptime(f"2026-{start}+0000", "%Y-%m-%d %H:%M%z")
        studio.clockify.change_entry(entry.id, start=begun, end=begun + HOUR)
        studio.run(apply=True)
        moved = [told for told in studio.booked() if told[3] == "moves"]
        assert [told[1] for told in moved] == [start]
    assert len(studio.copies()) == 11


def test_since_looks_further_back_than_the_window(studio: Studio) -> None:
    project, _ = studio.project("Website")
    studio.track(project, "06-01 09:00", 1, "long ago")
    assert studio.run(apply=True).counts["create"] == 0
    assert studio.run(apply=True, since="2026-06-01").counts["create"] == 1
    studio.forget_requests()
    studio.run(apply=True)
    studio.run(apply=True, since="2026-06-01")
    assert studio.writes() == []


def test_more_entries_than_a_page_holds_are_all_seen(studio: Studio) -> None:
    project, theirs = studio.project("Website")
    studio.clockify.switches["largest_page"] = "200"
    for number in range(260):
        begun = studio.clock() - 20 * DAY + number * HOUR
        studio.track(project, begun, 0.5, f"{number}")
        studio.type_in(theirs, begun, 0.5, f"typed {number}")
    studio.run(apply=True)
    assert len(studio.copies()) == 520
    studio.forget_requests()
    studio.run(apply=True)
    assert studio.writes() == []
