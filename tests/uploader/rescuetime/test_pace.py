"""An import that may ask only so much a minute comes to its end, and asks nothing twice."""

from typing import Any

import pytest

from tests.uploader.rescuetime.journey import Journey, some_days


@pytest.fixture
def slowly(settings: Any) -> Any:
    """Our own pacing, on the journey's clock."""

    def at(rate: int) -> None:
        own = dict(settings.PROVIDER_SETTINGS)
        own["rescuetime"] = {**own["rescuetime"], "RATE": str(rate)}
        settings.PROVIDER_SETTINGS = own

    return at


def asked_twice(journey: Journey) -> list[tuple[str, str, str]]:
    asked = [
        (s.query["resolution_time"], s.query["restrict_begin"], s.query["restrict_end"])
        for s in journey.data_requests()
    ]
    return [each for each in set(asked) if asked.count(each) > 1]


@pytest.mark.parametrize("rate", [2, 3, 30])
def test_years_are_asked_for_once_however_often_the_run_waits(
    journey: Journey, slowly: Any, rate: int
) -> None:
    slowly(rate)
    journey.rescuetime.switches["long_span"] = "refused"
    journey.lives(some_days("2024-01-05", "2026-03-19", every=3))
    run = journey.run_to_the_end(attempts=150)
    assert run.status == "finished", run.error
    assert journey.held() == journey.lived()
    assert not [each for each in asked_twice(journey) if each[0] == "month"]
    facts = journey.connection("rescuetime").facts
    assert "under_way" not in facts
    assert facts["by_year"] is True


# A month is read between two waits: thirty-one days one by one take more than thirty questions.
@pytest.mark.parametrize(("limit", "rate"), [(1, 60), (3, 30), (3, 20)])
@pytest.mark.parametrize("answer", ["query_error", "cut"])
def test_windows_that_were_learnt_outlive_an_attempt(
    journey: Journey, slowly: Any, limit: int, answer: str, rate: int
) -> None:
    slowly(rate)
    journey.rescuetime.switches["minute_limit_days"] = limit
    journey.rescuetime.switches["long_minutes"] = answer
    journey.lives(some_days("2025-12-01", "2026-03-19"))
    run = journey.run_to_the_end(attempts=80)
    assert run.status == "finished", run.error
    assert journey.held() == journey.lived()
    fine = [s.query for s in journey.data_requests() if s.query["resolution_time"] == "minute"]
    late = [q for q in fine if q["restrict_begin"] >= "2026-02"]
    lengths = {int(q["restrict_end"][8:]) - int(q["restrict_begin"][8:]) + 1 for q in late}
    assert max(lengths) <= limit
    assert journey.connection("rescuetime").facts["window_days"]["days"] <= limit


def test_a_larger_window_is_tried_again_after_a_month(journey: Journey) -> None:
    journey.rescuetime.switches["minute_limit_days"] = 3
    journey.lives(some_days("2026-02-01", "2026-03-19"))
    journey.run()
    journey.rescuetime.switches["minute_limit_days"] = 31
    for days, questions in ((1, 1 + 11), (30, 1 + 4)):
        journey.clock.forward(days=days)
        journey.account.days.update(some_days("2026-03-20", journey.clock.now.date()))
        journey.forget_requests()
        journey.run()
        assert len(journey.data_requests()) <= questions
        assert journey.held() == journey.lived()


def test_an_update_of_two_months_ends_though_each_takes_all_that_may_be_asked(
    journey: Journey, slowly: Any
) -> None:
    slowly(2)
    journey.clock.now = journey.clock.now.replace(day=5)
    journey.lives(some_days("2026-01-05", "2026-03-05"))
    journey.run_to_the_end(attempts=40)
    journey.clock.forward(days=1)
    journey.forget_requests()
    assert journey.run_to_the_end(attempts=10).status == "finished"
    assert len(journey.data_requests()) <= 6
    assert journey.held() == journey.lived()


def test_totals_that_are_hours_old_are_asked_for_again(journey: Journey) -> None:
    from integrations.sandbox import Fault

    journey.lives(some_days("2026-01-05", "2026-03-19"))
    journey.world.faults.add(Fault("open_humans", "500", match="*upload/direct*", skip=1))
    assert journey.run().status == "waiting"
    journey.account.days["2025-06-01"] = some_days("2025-06-01", "2025-06-01")["2025-06-01"]
    journey.clock.forward(hours=7)
    assert journey.run_to_the_end().status == "finished"
    assert journey.held() == journey.lived()


def test_a_dry_run_notes_nothing(journey: Journey) -> None:
    journey.lives(some_days("2026-01-05", "2026-03-19"))
    journey.preview()
    assert journey.connection("rescuetime").facts == {}
