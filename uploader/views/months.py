"""The picture of how much history each month holds: a row of bars a year."""

from calendar import month_name
from dataclasses import dataclass
from typing import Any

from uploader.views.words import count

LEFT, TOP, STEP, BAR, HEIGHT, GAP = 52, 22, 30, 20, 34, 12


@dataclass(frozen=True)
class Bar:
    name: str
    month: str
    rows: int
    x: int
    y: float
    width: int
    height: float


@dataclass(frozen=True)
class Year:
    year: int
    base: int
    bars: list[Bar]

    @property
    def rows(self) -> int:
        return sum(bar.rows for bar in self.bars)

    @property
    def months(self) -> int:
        return sum(bar.rows > 0 for bar in self.bars)


@dataclass(frozen=True)
class Picture:
    years: list[Year]
    letters: list[tuple[int, str]]
    months: int
    rows: int
    most: Bar
    width: int
    height: int

    @property
    def words(self) -> str:
        first, last = self.years[0].year, self.years[-1].year
        span = f"in {first}" if first == last else f"from {first} to {last}"
        return (
            f"{count(self.rows, 'row')} in {count(self.months, 'month')} {span}; "
            f"most in {self.most.name}, with {self.most.rows:,}"
        )


def picture(summary: dict[str, Any]) -> Picture | None:
    """From a sync's summary, `{"months": {"2024-05": 12034}}`; None where there is nothing yet."""
    months = {name: int(rows) for name, rows in summary.get("months", {}).items() if rows}
    if not months:
        return None
    highest = max(months.values())
    first, last = (int(name[:4]) for name in (min(months), max(months)))
    years = [_year(year, n, months, highest) for n, year in enumerate(range(first, last + 1))]
    bars = [bar for year in years for bar in year.bars]
    return Picture(
        years=years,
        letters=[(LEFT + n * STEP + BAR // 2, month_name[n + 1][0]) for n in range(12)],
        months=len(months),
        rows=sum(months.values()),
        most=max(bars, key=lambda bar: bar.rows),
        width=LEFT + 12 * STEP,
        height=TOP + len(years) * (HEIGHT + GAP),
    )


def _year(year: int, n: int, months: dict[str, int], highest: int) -> Year:
    base = TOP + n * (HEIGHT + GAP) + HEIGHT
    bars = []
    for month in range(1, 13):
        rows = months.get(f"{year}-{month:02}", 0)
        # A month with little is still to be seen beside one with much.
        height = max(2.0, round(rows / highest * HEIGHT, 1)) if rows else 0.0
        bars.append(
            Bar(
                name=f"{month_name[month]} {year}",
                month=month_name[month],
                rows=rows,
                x=LEFT + (month - 1) * STEP,
                y=base - height,
                width=BAR,
                height=height,
            )
        )
    return Year(year=year, base=base, bars=bars)
