"""Which months there are is found with few questions, also where one over all years fails."""

import pytest

from integrations.sandbox import Fault
from tests.uploader.rescuetime.journey import Journey, some_day, some_days


@pytest.fixture
def with_gap(journey: Journey) -> Journey:
    journey.lives(some_days("2019-05-10", "2019-06-20") | some_days("2026-02-10", "2026-03-18"))
    return journey


@pytest.mark.parametrize("answer", ["refused", "empty"])
def test_years_are_asked_for_one_by_one_and_an_empty_one_stops_nothing(
    with_gap: Journey, answer: str
) -> None:
    with_gap.rescuetime.switches["long_span"] = answer
    run = with_gap.run()
    assert run.status == "finished"
    assert with_gap.held() == with_gap.lived()
    assert len(with_gap.data_requests()) == 1 + 19 + 4 * 2


@pytest.mark.parametrize("answer", ["refused", "empty"])
def test_after_a_search_by_years_updates_are_cheap_again(with_gap: Journey, answer: str) -> None:
    with_gap.rescuetime.switches["long_span"] = answer
    with_gap.run()
    with_gap.clock.forward(days=1)
    with_gap.account.days["2026-03-21"] = some_day(9)
    with_gap.forget_requests()
    with_gap.run()
    assert len(with_gap.data_requests()) <= 5
    assert with_gap.held() == with_gap.lived()


def test_data_that_arrives_in_an_old_year_is_found_within_a_month(with_gap: Journey) -> None:
    with_gap.rescuetime.switches["long_span"] = "refused"
    with_gap.run()
    with_gap.account.days["2019-06-21"] = some_day(9)
    with_gap.clock.forward(days=31)
    with_gap.run()
    assert with_gap.held() == with_gap.lived()


def test_a_killed_search_by_years_loses_no_year(with_gap: Journey) -> None:
    """Until every month is there, the years are asked for again."""
    with_gap.rescuetime.switches["long_span"] = "refused"
    with_gap.world.faults.add(
        Fault("open_humans", "500", match="*files/upload/direct/", skip=1, times=1)
    )
    assert with_gap.run().status == "waiting"
    assert len(with_gap.files()) == 1
    with_gap.run_to_the_end()
    assert with_gap.held() == with_gap.lived()


def test_an_empty_answer_beside_files_is_not_believed(with_gap: Journey) -> None:
    with_gap.run()
    with_gap.account.days["2026-03-19"] = some_day(9)
    with_gap.world.faults.add(
        Fault(
            "rescuetime",
            "wrong_shape",
            match="/api/oauth/data",
            change=lambda body: body | {"rows": []},
        )
    )
    with_gap.clock.forward(days=1)
    with_gap.run()
    assert with_gap.held() == with_gap.lived()


def test_one_long_question_is_tried_again_after_a_month(with_gap: Journey) -> None:
    with_gap.rescuetime.switches["long_span"] = "refused"
    with_gap.run()
    with_gap.rescuetime.switches["long_span"] = "allowed"
    with_gap.clock.forward(days=31)
    with_gap.run()
    with_gap.clock.forward(days=1)
    with_gap.forget_requests()
    with_gap.run()
    assert with_gap.data_requests()[0].query["restrict_begin"] == "2008-01-01"
    assert "by_year" not in with_gap.connection("rescuetime").facts


def test_a_year_that_is_refused_is_told_and_the_others_count(with_gap: Journey) -> None:
    with_gap.world.faults.add(Fault("rescuetime", "error200", times=2, match="/api/oauth/data"))
    run = with_gap.run()
    assert run.status == "finished"
    assert "RescueTime refused to say what there is of 2026." in run.warnings
    assert with_gap.names() == ["rescuetime-2019-05.json", "rescuetime-2019-06.json"]
