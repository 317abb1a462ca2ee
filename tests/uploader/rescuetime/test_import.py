"""The first import and the daily update, as the person and Open Humans see them."""

import pytest

from integrations.sandbox import Seen
from tests.uploader.killer import Killer
from tests.uploader.rescuetime.journey import Journey, some_day, some_days
from uploader import hands, runs, work


def test_a_first_import_is_exact_to_the_last_row(journey: Journey) -> None:
    journey.lives(some_days("2025-11-20", "2026-03-20"))
    run = journey.run()
    assert run.status == "finished", run.error
    assert journey.names() == [
        "rescuetime-2025-11.json",
        "rescuetime-2025-12.json",
        "rescuetime-2026-01.json",
        "rescuetime-2026-02.json",
        "rescuetime-2026-03.json",
    ]
    assert journey.held() == journey.lived()
    assert run.counts["create"] == 5
    assert (run.done, run.total) == (5, 5)


def test_a_file_tells_in_its_metadata_what_it_holds(journey: Journey) -> None:
    journey.lives({"2026-02-27": some_day(1, rows=3), "2026-02-28": some_day(2, rows=4)})
    journey.run()
    metadata = journey.file("2026-02").metadata
    assert metadata["tags"] == ["Rescuetime", "productivity"]
    assert metadata["description"].startswith("RescueTime, February 2026")
    assert (metadata["start_date"], metadata["end_date"]) == ("2026-02-27", "2026-02-28")
    assert metadata["lockstep"] == {
        "format": 1,
        "month": "2026-02",
        "generation": 1,
        "rows": {"2026-02-27": 3, "2026-02-28": 4},
        "seconds": sum(row[1] for row in journey.lived()),
        "carried": [],
        "taken_over": None,
        "notes": "data is an array of arrays (rows), column names for rows in row_headers",
    }
    assert journey.table("2026-02")["notes"].startswith("data is an array of arrays")


def test_the_pages_learn_how_many_rows_each_month_holds(journey: Journey) -> None:
    journey.lives({"2026-01-05": some_day(rows=3), "2026-03-05": some_day(rows=5)})
    journey.run()
    assert journey.fresh_sync().summary == {"months": {"2026-01": 3, "2026-03": 5}}


def test_a_pause_costs_no_question(journey: Journey) -> None:
    journey.lives(some_days("2024-01-10", "2024-02-20") | some_days("2026-02-10", "2026-03-18"))
    journey.run()
    assert journey.held() == journey.lived()
    assert len(journey.data_requests()) == 1 + 4 * 2


def test_the_oldest_month_arrives_first(journey: Journey) -> None:
    journey.lives(some_days("2025-12-20", "2026-03-20"))
    journey.run()
    by_age = sorted(journey.files(), key=lambda file: file.id)
    assert [file.basename[11:18] for file in by_age] == ["2025-12", "2026-01", "2026-02", "2026-03"]


def test_somebody_without_data_has_no_files_and_is_asked_about_cheaply(journey: Journey) -> None:
    run = journey.run()
    assert run.status == "finished"
    assert journey.files() == []
    # The empty answer about all the years is not believed before each year was asked for.
    assert len(journey.data_requests()) == 1 + 19
    journey.forget_requests()
    journey.clock.forward(days=1)
    journey.run()
    assert len(journey.data_requests()) == 1


# ------------------------------------------------------------------ daily update


def test_nothing_new_uploads_nothing(journey: Journey) -> None:
    journey.lives(some_days("2026-01-20", "2026-03-19"))
    journey.run()
    journey.forget_requests()
    journey.clock.forward(days=1)
    run = journey.run()
    assert run.status == "finished"
    assert journey.uploads() == []
    assert run.counts == {
        "create": 0, "update": 0, "delete": 0, "unchanged": 3, "conflict": 0, "rejected": 0,
    }  # fmt: skip


def test_a_day_more_is_one_file_more_or_less(journey: Journey) -> None:
    journey.lives(some_days("2026-01-20", "2026-03-19"))
    journey.run()
    before = {file.id: file.content for file in journey.files()}
    journey.account.days["2026-03-20"] = some_day(77)
    journey.clock.forward(days=1)
    journey.forget_requests()
    run = journey.run()
    assert journey.held() == journey.lived()
    assert len(journey.uploads()) == 1
    assert run.counts["update"] == 1
    kept = {f.id: f.content for f in journey.files() if f.basename != "rescuetime-2026-03.json"}
    assert kept.items() <= before.items()


@pytest.mark.parametrize("day", ["2026-03-02", "2026-03-14", "2026-03-16", "2026-03-31"])
def test_a_daily_update_asks_five_questions_at_most(journey: Journey, day: str) -> None:
    journey.clock.now = journey.clock.now.fromisoformat(f"{day}T09:00:00+00:00")
    journey.lives(some_days("2025-12-01", day))
    journey.run()
    for _ in range(3):
        journey.forget_requests()
        journey.clock.forward(days=1)
        journey.account.days[journey.clock.now.date().isoformat()] = some_day(5)
        journey.run()
        assert len(journey.data_requests()) <= 5
    assert journey.held() == journey.lived()


def test_no_question_reaches_beyond_tomorrow(journey: Journey) -> None:
    journey.lives(some_days("2026-02-20", "2026-03-20"))
    journey.run()
    assert max(seen.query["restrict_end"] for seen in journey.data_requests()) == "2026-03-21"


@pytest.mark.parametrize("hours", [13, -10])
def test_people_far_from_greenwich_get_their_own_days(journey: Journey, hours: int) -> None:
    """At 20:00 UTC on the last of the month it is the first at UTC+13."""
    journey.clock.now = journey.clock.now.fromisoformat("2026-03-31T20:00:00+00:00")
    last = "2026-04-01" if hours > 0 else "2026-03-31"
    journey.lives(some_days("2026-03-01", last), utc_offset=hours)
    journey.run()
    assert journey.held() == journey.lived()
    assert journey.table(last[:7])["rows"][-1][0].startswith(last)


@pytest.mark.parametrize("offset", [14, 13, -10, -12])
def test_days_far_from_greenwich_are_exact_at_every_hour_of_an_update(
    journey: Journey, offset: int
) -> None:
    journey.lives(some_days("2026-02-25", "2026-03-20"), utc_offset=offset)
    for hour in (0, 6, 12, 23):
        journey.clock.now = journey.clock.now.replace(hour=hour)
        assert journey.run().status == "finished"
    journey.clock.now = journey.clock.now.fromisoformat("2026-03-31T23:30:00+00:00")
    last = "2026-04-01" if offset > 0 else "2026-03-31"
    journey.account.days.update(some_days("2026-03-21", last))
    journey.run()
    assert journey.held() == journey.lived()


@pytest.mark.parametrize("day", ["2026-03-29", "2025-10-26", "2026-03-08", "2025-11-02"])
def test_clock_changes_move_no_row(journey: Journey, day: str) -> None:
    """In spring an hour is missing, in autumn two hours share their labels."""
    journey.clock.now = journey.clock.now.fromisoformat("2026-04-02T09:00:00+00:00")
    rows = [
        (f"{hour:02}:{minute:02}:00", 290, f"program{hour}.example", "Editing & IDEs", 2)
        for hour in range(4)
        for minute in range(0, 60, 5)
        if not (day.startswith("2026-03") and hour == 2)
    ]
    if day.startswith("2025"):
        rows += [("01:30:00", 280, "folded.example", "Email", 0)]
    journey.lives({day: rows})
    journey.run()
    assert journey.held() == journey.lived()
    assert not any("Z" in row[0] or "+" in row[0] for row in journey.held())


# ----------------------------------------------------------------- resumed runs


def test_an_import_whose_worker_dies_goes_on_with_the_next_month(
    journey: Journey, killer: Killer
) -> None:
    journey.lives(some_days("2025-09-01", "2026-02-20"))
    killer.when = lambda: len(journey.files()) == 3
    assert journey.run_once_more() is None
    assert len(journey.files()) == 3
    killer.when = None
    journey.forget_requests()
    run = journey.run_to_the_end()
    assert run.status == "finished"
    assert journey.held() == journey.lived()
    asked = {seen.query["restrict_begin"][:7] for seen in journey.data_requests()[1:]}
    assert asked == {"2025-12", "2026-01", "2026-02"}


def test_every_slice_of_time_brings_a_month_however_short_it_is(journey: Journey) -> None:
    journey.lives(some_days("2025-12-01", "2026-03-20", every=5))
    run = runs.start(journey.fresh_sync(), trigger="test", now=journey.clock())
    assert run is not None
    manner = hands.Manner(clock=journey.clock, slice_seconds=-1)
    following: work.Next | None = work.Next(run.pk, run.claim, 0)
    held = []
    while following is not None:
        following = work.carry_out(following.run_id, following.claim, manner)
        held.append(len(journey.files()))
    assert held == [1, 2, 3, 4, 4]  # the last one only looks
    run.refresh_from_db()
    assert run.status == "finished"
    assert journey.held() == journey.lived()


@pytest.mark.parametrize("answer", ["401", "200", "403"])
def test_a_revoked_token_stops_an_import_at_once_and_connecting_again_heals_it(
    journey: Journey, answer: str
) -> None:
    journey.lives(some_days("2025-12-01", "2026-03-19"))
    journey.rescuetime.switches["revoked_token"] = answer

    def revoke(seen: Seen) -> None:
        if len(journey.files()) == 2:
            journey.rescuetime.revoke("cleo")

    journey.world.hook = revoke
    run = journey.run()
    assert run.status == "failed"
    assert "connected again" in run.error
    assert journey.connection("rescuetime").state == "needs_reconnect"
    assert len(journey.files()) == 2
    journey.world.hook = None
    journey.reconnect_what_needs_it()
    assert journey.run().status == "finished"
    assert journey.held() == journey.lived()


def test_a_sign_in_that_expires_on_the_way_is_renewed(journey: Journey) -> None:
    journey.lives(some_days("2025-12-01", "2026-03-19"))
    journey.open_humans.switches["storage_host"] = "localhost"
    steps = ["upload/direct", "upload/complete", "exchange-member", "files/delete"]

    def expire(seen: Seen) -> None:
        if steps and steps[0] in seen.path:
            steps.pop(0)
            journey.open_humans.expire("cleo")

    journey.world.hook = expire
    assert journey.run().status == "finished"
    assert steps == ["files/delete"]
    assert journey.held() == journey.lived()


# ----------------------------------------------------------------------- dry run


def test_a_dry_run_asks_the_coarse_question_only_and_lists_the_files(journey: Journey) -> None:
    journey.lives(some_days("2026-01-20", "2026-03-19"))
    first = journey.preview()
    assert [(change.action, change.key) for change in first.changes] == [
        ("create", "2026-01"),
        ("create", "2026-02"),
        ("create", "2026-03"),
    ]
    assert len(journey.data_requests()) == 1
    journey.run()
    assert journey.preview().changes == []
    assert journey.preview().counts["unchanged"] == 3
    journey.account.days["2026-03-20"] = some_day(3)
    journey.forget_requests()
    later = journey.preview()
    assert [(change.action, change.key) for change in later.changes] == [("update", "2026-03")]
    assert len(journey.data_requests()) == 1
    assert journey.uploads() == []
