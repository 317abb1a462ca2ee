"""What changes after it was read: late data, other categories, days that vanish."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from tests.uploader.rescuetime.journey import Journey, rows_of, some_day, some_days
from uploader.syncs.rescuetime_to_open_humans.due import Known, is_due, would_change


@pytest.fixture
def held(journey: Journey) -> Journey:
    """Somebody whose history from November to yesterday is at Open Humans."""
    journey.lives(some_days("2025-11-10", "2026-03-19"))
    journey.run()
    journey.clock.forward(days=1)
    journey.forget_requests()
    return journey


def late_row(time: str = "22:00:00") -> tuple[str, int, str, str, int]:
    return (time, 123, "late.example", "Email", 0)


@pytest.mark.parametrize("day", ["2026-03-08", "2026-03-01", "2026-01-15", "2025-11-10"])
def test_data_that_arrives_late_is_found_however_late(held: Journey, day: str) -> None:
    held.account.days[day].append(late_row())
    run = held.run()
    assert held.held() == held.lived()
    assert len(held.uploads()) == 1
    assert run.counts["update"] == 1


def test_a_month_that_had_nothing_gets_its_file_when_data_arrives(journey: Journey) -> None:
    journey.lives(some_days("2025-11-10", "2025-11-20") | some_days("2026-03-01", "2026-03-19"))
    journey.run()
    journey.account.days["2026-01-07"] = some_day(4)
    journey.clock.forward(days=1)
    journey.run()
    assert journey.held() == journey.lived()


def test_a_new_category_shows_in_the_months_of_the_last_days(held: Journey) -> None:
    """Seconds stay the same then, so older months are left as they were read."""
    held.account.recategorise("mail.example", "Business", 2)
    held.run()
    assert [seen.path.rpartition("/")[2] for seen in held.uploads()] == ["rescuetime-2026-03.json"]
    march = [day for day in held.account.days if day.startswith("2026-03")]
    assert sorted(held.table("2026-03")["rows"], key=repr) == rows_of(held.account, march)


def test_a_day_with_less_in_it_is_replaced(held: Journey) -> None:
    held.account.days["2026-03-10"] = held.account.days["2026-03-10"][:2]
    held.account.days["2026-01-10"] = held.account.days["2026-01-10"][:2]
    held.run()
    assert held.held() == held.lived()


def test_a_day_that_vanished_is_kept_and_the_run_says_so(held: Journey) -> None:
    before = held.lived()
    count = len(held.account.days["2026-03-05"])
    del held.account.days["2026-03-05"]
    held.account.days["2026-03-20"] = some_day(8)
    run = held.run()
    added = rows_of(held.account, ["2026-03-20"])
    assert held.held() == sorted(before + added, key=repr)
    assert run.warnings == [
        f"2026-03-05: RescueTime no longer shows this day; its {count} rows were kept."
    ]
    assert held.file("2026-03").metadata["lockstep"]["carried"] == ["2026-03-05"]
    # People hear of it once; the day stays.
    held.clock.forward(days=1)
    held.account.days["2026-03-21"] = some_day(9)
    again = held.run()
    assert again.warnings == []
    assert "2026-03-05" in held.file("2026-03").metadata["lockstep"]["rows"]


def test_a_kept_day_that_comes_back_is_taken_from_rescuetime(held: Journey) -> None:
    del held.account.days["2026-03-05"]
    held.account.days["2026-03-20"] = some_day(8)
    held.run()
    held.account.days["2026-03-05"] = some_day(50, rows=9)
    held.clock.forward(days=1)
    held.run()
    assert held.held() == held.lived()
    assert held.file("2026-03").metadata["lockstep"]["carried"] == []


def test_a_vanished_old_day_is_not_asked_about_every_day(held: Journey) -> None:
    """Nothing is uploaded for it, so nothing in the file could tell that it was looked at."""
    before = held.held()
    del held.account.days["2026-01-10"]
    run = held.run()
    assert any("2026-01-10" in warning for warning in run.warnings)
    assert held.uploads() == []
    assert held.held() == before
    held.clock.forward(days=1)
    held.forget_requests()
    assert held.run().warnings == []
    assert len(held.data_requests()) == 3
    assert held.connection("rescuetime").facts["read"].keys() == {"2026-01"}
    # And what is noted goes when the file is written again.
    held.account.days["2026-01-11"].append(late_row())
    held.clock.forward(days=1)
    held.run()
    assert "read" not in held.connection("rescuetime").facts


def test_a_month_that_vanished_altogether_is_left_without_a_question(held: Journey) -> None:
    before = held.held()
    for day in list(held.account.days):
        if day.startswith(("2025-11", "2026-01")):
            del held.account.days[day]
    held.run()
    assert held.held() == before
    assert len(held.data_requests()) == 3
    assert held.uploads() == []


@pytest.mark.parametrize("plan", ["14_days", "365_days"])
def test_a_plan_that_lapses_erases_nothing_and_costs_no_more(journey: Journey, plan: str) -> None:
    journey.lives(some_days("2025-01-20", "2026-03-20", every=2))
    journey.run()
    journey.rescuetime.switches["plan"] = plan
    for n in range(1, 36, 3):
        journey.clock.forward(days=3)
        journey.account.days[journey.clock.now.date().isoformat()] = some_day(n)
        journey.forget_requests()
        run = journey.run()
        assert run.status == "finished", run.error
        assert len(journey.data_requests()) <= 5
        assert journey.held() == journey.lived()


def test_somebody_who_is_away_under_a_lapsed_plan_is_asked_about_cheaply(held: Journey) -> None:
    held.rescuetime.switches["plan"] = "14_days"
    before = held.held()
    held.clock.forward(days=40)
    held.run()
    for _ in range(3):
        held.clock.forward(days=1)
        held.forget_requests()
        assert held.run().status == "finished"
        assert len(held.data_requests()) == 1
    assert held.held() == before


def test_a_file_that_is_not_what_we_wrote_is_no_source_for_kept_days(held: Journey) -> None:
    stored = held.file("2026-03")
    table = json.loads(stored.content)
    broken: Any = table | {"rows": table["rows"][5:]}
    stored.put(json.dumps(broken).encode())
    del held.account.days["2026-03-01"]
    held.account.days["2026-03-20"] = some_day(8)
    run = held.run()
    assert run.status == "finished_with_problems"
    assert "left as it is" in run.changes.get(outcome="rejected").reason
    assert held.file("2026-03").id == stored.id


def test_kept_days_are_only_taken_from_the_very_bytes_that_we_wrote(held: Journey) -> None:
    stored = held.file("2026-03")
    altered = stored.content.replace(b"editor.example", b"editox.example")
    stored.content = altered  # damage in the storage: the metadata stays
    del held.account.days["2026-03-01"]
    held.account.days["2026-03-20"] = some_day(8)
    run = held.run()
    assert run.status == "finished_with_problems"
    assert "its bytes are not those that we wrote" in run.changes.get(outcome="rejected").reason
    assert held.file("2026-03").content == altered


def test_other_words_above_the_table_upload_nothing(
    held: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.rescuetime.sandbox.NOTES", "other words")
    assert held.run().status == "finished"
    assert held.uploads() == []
    held.account.days["2026-03-20"] = some_day(8)
    held.run()
    assert held.table("2026-03")["notes"] == "other words"
    assert held.held() == held.lived()


def test_after_a_long_absence_everything_is_caught_up(held: Journey) -> None:
    held.clock.forward(days=100)
    for n in range(0, 100, 3):
        day = date(2026, 3, 20) + timedelta(days=n)
        held.account.days[day.isoformat()] = some_day(n)
    held.run()
    assert held.held() == held.lived()


# ------------------------------------------------------------ the rule, by a table


def known(**different: Any) -> Known:
    usual: dict[str, Any] = {
        "total": 100,
        "said": 100,
        "has_file": True,
        "overlapped": False,
        "earliest": False,
    }
    return Known(**{**usual, **different})


@pytest.mark.parametrize(
    ("case", "due"),
    [
        ({}, False),
        ({"overlapped": True}, True),
        ({"overlapped": True, "total": None}, False),
        ({"has_file": False, "said": None}, True),
        ({"has_file": False, "said": None, "total": None}, False),
        ({"total": 101}, True),
        ({"total": 99}, True),
        ({"total": 99, "earliest": True}, True),
        ({"total": 99, "earliest": True, "has_room": False}, False),
        ({"total": 101, "earliest": True, "has_room": False}, True),
        ({"total": None}, False),
        ({"said": None}, True),
        ({"lacks_old_days": True}, True),
        ({"lacks_old_days": True, "total": None, "has_file": False, "said": None}, True),
    ],
)
def test_a_month_is_read_again_when_something_may_be_new_in_it(
    case: dict[str, Any], due: bool
) -> None:
    assert is_due(known(**case)) is due


@pytest.mark.parametrize(
    ("case", "changing"),
    [
        ({}, False),
        ({"overlapped": True}, False),
        ({"overlapped": True, "total": 101}, True),
        ({"overlapped": True, "total": 99, "earliest": True}, True),
        ({"has_file": False, "said": None}, True),
        ({"total": 99, "earliest": True, "has_room": False}, False),
        ({"total": None}, False),
    ],
)
def test_a_dry_run_shows_what_the_totals_tell(case: dict[str, Any], changing: bool) -> None:
    assert would_change(known(**case)) is changing
