"""A month is read whole or not at all, whatever RescueTime answers to too long a question."""

from typing import Any

import pytest

from integrations.sandbox import Fault
from tests.uploader.rescuetime.journey import Journey, some_days
from uploader.syncs.rescuetime_to_open_humans.reading import falls_short

pytestmark = pytest.mark.once

SHORTEST = 1 + 4 * 2


@pytest.fixture
def months(journey: Journey) -> Journey:
    journey.lives(some_days("2025-12-01", "2026-03-18"))
    return journey


@pytest.mark.parametrize("answer", ["query_error", "empty", "cut", "500"])
@pytest.mark.parametrize("limit", [10, 1])
def test_windows_are_halved_until_rescuetime_answers_whole(
    months: Journey, answer: str, limit: int
) -> None:
    months.rescuetime.switches["long_minutes"] = answer
    months.rescuetime.switches["minute_limit_days"] = limit
    run = months.run_to_the_end()
    assert run.status == "finished", run.error
    assert months.held() == months.lived()


@pytest.mark.parametrize("answer", ["query_error", "empty", "cut"])
def test_a_smaller_window_that_works_is_kept_for_the_rest_of_the_run(
    months: Journey, answer: str
) -> None:
    months.rescuetime.switches["long_minutes"] = answer
    months.rescuetime.switches["minute_limit_days"] = 10
    months.run()
    fine = [s for s in months.data_requests() if s.query["resolution_time"] == "minute"]
    late = [s for s in fine if s.query["restrict_begin"] >= "2026-02"]
    assert len(late) == 4 + 3  # eight days each, up to tomorrow


def test_a_window_that_came_back_empty_by_accident_is_asked_for_again(months: Journey) -> None:
    def nothing(body: Any) -> Any:
        return body | {"rows": []}

    months.world.faults.add(
        Fault("rescuetime", "wrong_shape", match="/api/oauth/data", skip=3, change=nothing)
    )
    months.run()
    assert months.held() == months.lived()
    # The days were asked about once, and the two halves; no other month costs more for it.
    assert len(months.data_requests()) == SHORTEST + 3


@pytest.mark.parametrize("kind", ["error200", "500"])
def test_a_passing_refusal_costs_two_smaller_questions(months: Journey, kind: str) -> None:
    months.world.faults.add(Fault("rescuetime", kind, match="/api/oauth/data", skip=3))
    run = months.run()
    assert run.status == "finished"
    assert months.held() == months.lived()
    assert len(months.data_requests()) == SHORTEST + 2


def without(day: str, *, share: float = 0) -> Any:
    """Take a day's rows, or all but a share of them, out of every answer about minutes."""

    def change(body: Any) -> Any:
        if "Activity" not in body["row_headers"]:
            return body
        rows = [row for row in body["rows"] if row[0].startswith(day)]
        gone = rows[int(len(rows) * share) :]
        return body | {"rows": [row for row in body["rows"] if row not in gone]}

    return change


def withhold(journey: Journey, day: str, *, share: float = 0) -> None:
    journey.world.faults.add(
        Fault(
            "rescuetime",
            "wrong_shape",
            match="/api/oauth/data",
            times=None,
            change=without(day, share=share),
        )
    )


@pytest.mark.parametrize("share", [0, 0.5])
def test_a_day_that_stays_short_holds_up_no_other_and_is_tried_again(
    months: Journey, share: float
) -> None:
    withhold(months, "2026-01-17", share=share)
    run = months.run()
    assert run.status == "finished_with_problems"
    missing = [row for row in months.lived() if row not in months.held()]
    assert {row[0][:10] for row in missing} == {"2026-01-17"}
    assert "2026-01-17" in run.changes.get(outcome="rejected").reason
    total = sum(row[1] for row in months.lived() if row[0].startswith("2026-01-17"))
    assert any("2026-01-17" in w and str(total) in w for w in run.warnings)
    # It is asked about on every day, by one question.
    for _ in range(2):
        months.clock.forward(days=1)
        months.forget_requests()
        run = months.run()
        assert (run.status, run.warnings) == ("finished", [])
        assert len(months.data_requests()) == 3 + 1
    months.world.faults.clear()
    months.clock.forward(days=1)
    assert months.run().status == "finished"
    assert months.held() == months.lived()
    assert "short" not in months.connection("rescuetime").facts


@pytest.mark.parametrize("share", [0, 0.5])
def test_a_day_that_comes_short_keeps_what_its_file_has_of_it(
    months: Journey, share: float
) -> None:
    months.run()
    months.account.days["2026-03-17"].append(("20:00:00", 250, "late.example", "Email", 0))
    withhold(months, "2026-03-16", share=share)
    months.clock.forward(days=1)
    assert months.run().status == "finished_with_problems"
    assert months.held() == months.lived()
    months.account.days["2026-03-18"].append(("20:00:00", 250, "late.example", "Email", 0))
    months.clock.forward(days=1)
    months.forget_requests()
    assert months.run().status == "finished"
    assert months.held() == months.lived()
    assert len(months.data_requests()) <= 5


def test_a_gap_that_is_known_hides_no_other(months: Journey) -> None:
    withhold(months, "2026-03-16")
    months.run()
    months.world.faults.clear()
    withhold(months, "2026-03-1")
    months.clock.forward(days=1)
    run = months.run()
    assert run.status == "finished_with_problems"
    assert "2026-03-10" in run.changes.get(outcome="rejected").reason


def test_a_month_of_which_nothing_comes_is_left_as_it_is(months: Journey) -> None:
    withhold(months, "2026-01")
    run = months.run()
    assert run.status == "finished_with_problems"
    assert "left as it is" in run.changes.get(outcome="rejected").reason
    assert "rescuetime-2026-01.json" not in months.names()
    assert len(months.names()) == 3


@pytest.mark.parametrize("day", ["2026-01-07", "2026-03-07"])
def test_a_second_of_disagreement_blocks_nothing_and_costs_nothing_later(
    months: Journey, day: str
) -> None:
    months.account.days[day] = [("09:00:00", 60, "editor.example", "Editing & IDEs", 2)]

    def one_more(body: Any) -> Any:
        if "Activity" in body["row_headers"]:
            return body
        rows = [
            [row[0], row[1] + (row[0][:10] in (day, f"{day[:7]}-01")), *row[2:]]
            for row in body["rows"][:]
        ]
        return body | {"rows": rows}

    months.world.faults.add(
        Fault("rescuetime", "wrong_shape", match="/api/oauth/data", times=None, change=one_more)
    )
    run = months.run()
    assert run.status == "finished"
    assert any("own total" in warning for warning in run.warnings)
    assert months.held() == months.lived()
    months.clock.forward(days=1)
    months.forget_requests()
    run = months.run()
    assert (run.status, run.warnings) == ("finished", [])
    assert len(months.data_requests()) == 3


@pytest.mark.parametrize(
    ("found", "expected", "short"),
    [
        (60, 61, False),
        (1, 61, False),
        (1, 62, True),
        (0, 1, True),
        (0, 0, False),
        (9900, 10000, False),
        (9899, 10000, True),
    ],
)
def test_a_minute_or_a_hundredth_is_slight_and_nothing_at_all_never(
    found: int, expected: int, short: bool
) -> None:
    assert falls_short(found, expected) is short


def test_a_small_difference_is_told_and_does_no_harm(months: Journey) -> None:
    def a_little_more(body: Any) -> Any:
        if "Activity" in body["row_headers"]:
            return body
        rows = [[row[0], row[1] + 1, *row[2:]] for row in body["rows"]]
        return body | {"rows": rows}

    months.world.faults.add(
        Fault(
            "rescuetime",
            "wrong_shape",
            match="/api/oauth/data",
            times=None,
            change=a_little_more,
        )
    )
    run = months.run()
    assert run.status == "finished"
    assert months.held() == months.lived()
    assert any("own total" in warning for warning in run.warnings)
    assert len(months.data_requests()) < 100


def test_two_coarse_answers_that_disagree_are_settled_by_asking_again(months: Journey) -> None:
    def doubled(body: Any) -> Any:
        return body | {"rows": [[row[0], row[1] * 2, *row[2:]] for row in body["rows"]]}

    months.world.faults.add(
        Fault("rescuetime", "wrong_shape", match="/api/oauth/data", change=doubled)
    )
    run = months.run()
    assert run.status == "finished"
    assert months.held() == months.lived()


@pytest.mark.parametrize(
    ("switch", "value"), [("row_order", "shuffled"), ("column_order", "changed")]
)
def test_order_of_rows_and_columns_changes_neither_content_nor_digest(
    months: Journey, switch: str, value: str
) -> None:
    months.run()
    assert months.held() == months.lived()
    months.rescuetime.switches[switch] = value
    months.clock.forward(days=1)
    months.forget_requests()
    assert months.run().status == "finished"
    assert months.uploads() == []
