"""Days that the earlier tool doubled are taken over once, and no row that it wrote once is lost."""

import random
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.uploader.rescuetime.journey import Journey, rows_of, some_day, some_days
from tests.uploader.rescuetime.test_takeover import in_time, old_file, table
from uploader.syncs.rescuetime_to_open_humans.files import in_order
from uploader.syncs.rescuetime_to_open_humans.takeover import repaired


def test_a_day_that_came_four_times_is_taken_once(journey: Journey) -> None:
    journey.lives({"2026-01-05": some_day(1, rows=5), "2026-01-06": some_day(2, rows=3)})
    day = in_time(rows_of(journey.account, ["2026-01-05"]))
    after = in_time(rows_of(journey.account, ["2026-01-06"]))
    expected = journey.lived()
    old_file(journey, table([*day[:-1], *day[:-1], *day[:-1], *day, *after]))
    journey.lives(some_days("2026-03-01", "2026-03-02"))
    journey.run()
    assert journey.held() == sorted(expected + journey.lived(), key=repr)


def test_a_day_of_one_bucket_is_repaired_by_the_row_that_comes_again(journey: Journey) -> None:
    bucket = [
        ["2026-01-05T09:00:00", 90, 1, "a.example", "Email", 0],
        ["2026-01-05T09:00:00", 60, 1, "b.example", "Email", 0],
        ["2026-01-05T09:00:00", 30, 1, "b.example", "Video", -2],
    ]
    old_file(journey, table([*bucket[:-1], *bucket]))
    journey.lives(some_days("2026-03-01", "2026-03-02"))
    journey.run()
    assert journey.table("2026-01")["rows"] == bucket


def row(time: str, seconds: int, activity: str = "a", category: str = "Email") -> list[Any]:
    return [f"2026-01-05T{time}:00", seconds, 1, activity, category, 0]


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        # The first fetch ended within its first bucket, and the second began with another row.
        (
            [row("00:00", 60), row("00:00", 150, "b"), row("00:00", 100), row("09:00", 10)],
            [row("00:00", 150, "b"), row("00:00", 100), row("09:00", 10)],
        ),
        # Likewise, and nothing shows where the second one begins.
        (
            [row("00:00", 160), row("00:00", 150, "b"), row("00:00", 100)],
            [row("00:00", 150, "b"), row("00:00", 100)],
        ),
        # A day out of order holds nothing twice.
        (
            [row("10:00", 5), row("09:00", 6), row("11:00", 7)],
            [row("10:00", 5), row("09:00", 6), row("11:00", 7)],
        ),
        # Rows that came late, and one that the second fetch does not repeat.
        (
            [row("09:00", 50), row("10:00", 50), row("08:00", 70), row("10:00", 60)],
            [row("09:00", 50), row("08:00", 70), row("10:00", 60)],
        ),
        # A new category in between is no second row ...
        (
            [row("09:00", 50), row("10:00", 9), row("09:00", 50, category="Work"), row("10:00", 9)],
            [row("09:00", 50, category="Work"), row("10:00", 9)],
        ),
        # ... and one activity in two categories is two, in one fetch or where seconds differ.
        (
            [row("09:00", 50), row("09:00", 50, category="Work"), row("10:00", 9)],
            [row("09:00", 50), row("09:00", 50, category="Work"), row("10:00", 9)],
        ),
        (
            [row("09:00", 50), row("10:00", 9), row("09:00", 40, category="Work"), row("10:00", 9)],
            [row("09:00", 50), row("09:00", 40, category="Work"), row("10:00", 9)],
        ),
    ],
)
def test_no_row_that_stands_only_once_is_lost(held: list[Any], expected: list[Any]) -> None:
    assert repaired(held) == expected


def test_only_rows_that_stood_twice_are_counted_as_such(journey: Journey) -> None:
    shuffled = [row("10:00", 5), row("09:00", 6), row("11:00", 7), row("11:00", 7)]
    old_file(journey, table(shuffled))
    journey.lives(some_days("2026-03-01", "2026-03-02"))
    run = journey.run()
    assert journey.table("2026-01")["rows"] == [shuffled[1], shuffled[0], shuffled[2]]
    assert run.warnings == [
        "1 row stood twice in rescuetime.json, the file of the earlier tool, and came over once."
    ]


def remove_partial_data(held: list[list[Any]]) -> None:
    """The earlier tool's own step before an update: it cuts at the last row of the last day."""
    if held:
        del held[-1:]


@dataclass
class Growing:
    """Somebody's days while they are lived: what RescueTime shows at a moment of them."""

    draw: random.Random
    truth: list[list[Any]] = field(default_factory=list)

    def live(self, days: int) -> None:
        for day in range(1, days + 1):
            buckets = sorted(self.draw.sample(range(288), self.draw.choice([1, 1, 2, 5])))
            for bucket in buckets:
                time = f"2026-01-{day:02}T{bucket // 12:02}:{bucket % 12 * 5:02}:00"
                whats = [(a, c) for a in "abc" for c in ("Email", "Video")]
                for what in self.draw.sample(whats, self.draw.randrange(1, 5)):
                    self.truth.append([time, self.draw.randrange(1, 250), 1, *what, 0])
        self.truth = in_time(self.truth)

    def shown(self, moment: str, *, late: float) -> list[list[Any]]:
        """All before the moment, its own bucket in part; some rows are known only later."""
        today = moment[:10]
        rows = [
            row
            for row in self.truth
            if row[0] < moment and (row[0][:10] < today or self.draw.random() >= late)
        ]
        for row in self.truth:
            if row[0] == moment and self.draw.random() < 0.7:
                rows.append([row[0], self.draw.randrange(1, row[1] + 1), *row[2:]])
        return in_time(rows)


@pytest.mark.parametrize("seed", range(300))
def test_whatever_the_earlier_tool_doubled_is_taken_over_exactly(seed: int) -> None:
    draw = random.Random(seed)
    person = Growing(draw)
    person.live(days=draw.randrange(1, 4))
    moments = sorted({row[0] for row in person.truth})
    held: list[list[Any]] = []
    chosen = draw.sample(moments, draw.randrange(min(5, len(moments)) + 1))
    # The tool never looks back beyond its last day: what comes late comes within it.
    for moment in [*sorted(chosen), "9999", *["9999"] * draw.randrange(3)]:
        last = held[-1][0][:10] if held else ""
        remove_partial_data(held)
        shown = person.truth if moment == "9999" else person.shown(moment, late=0.2)
        held += [row for row in shown if row[0][:10] >= last]
    days = sorted({row[0][:10] for row in held})
    found = [r for day in days for r in repaired([row for row in held if row[0][:10] == day])]
    assert in_order(found) == in_order(person.truth), f"seed {seed}"
