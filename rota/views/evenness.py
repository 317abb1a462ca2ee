"""The picture of how evenly the duties fell: a row a person, with a fair share and weekdays."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from rota import days
from rota.fairness import Figures
from rota.problem import ASSIST, LEAD, ROLES
from rota.report import Evenness
from rota.words import day

NAME, BARS, SQUARES = 108, 180, 302
ROW, BAR, SQUARE, TOP = 26, 16, 21, 20
LONGEST_NAME = 15


@dataclass(frozen=True)
class Square:
    """One weekday of one person."""

    weekday: str
    lead: int
    assist: int
    x: int
    shade: float

    @property
    def total(self) -> int:
        return self.lead + self.assist

    @property
    def middle(self) -> float:
        return self.x + SQUARE / 2


@dataclass(frozen=True)
class Row:
    name: str
    y: int
    lead: int
    assist: int
    lead_share: float
    assist_share: float
    lead_width: float
    assist_width: float
    fair: float
    smallest_gap: int | None
    squares: list[Square]

    @property
    def total(self) -> int:
        return self.lead + self.assist

    @property
    def difference(self) -> float:
        return self.total - self.lead_share - self.assist_share

    @property
    def signed(self) -> str:
        """+1.2, −0.3, or 0.0"""
        rounded = round(self.difference, 1)
        return f"{rounded:+.1f}".replace("-", "−") if rounded else "0.0"

    @property
    def short(self) -> str:
        name = self.name
        return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1].rstrip()}…"

    @property
    def assist_x(self) -> float:
        return NAME + self.lead_width

    @property
    def fair_y(self) -> int:
        return self.y - 2

    @property
    def text_y(self) -> float:
        return self.y + BAR - 4


@dataclass(frozen=True)
class Group:
    name: str
    rows: list[Row]
    weekdays: list[str]
    width: int

    bars_x = NAME
    total_x = SQUARES - 10

    @property
    def height(self) -> int:
        return TOP + len(self.rows) * ROW

    @property
    def letters(self) -> list[tuple[float, str]]:
        return [
            (SQUARES + n * SQUARE + SQUARE / 2, name[:2].capitalize())
            for n, name in enumerate(self.weekdays)
        ]

    @property
    def words(self) -> str:
        leads, assists = (sum(getattr(row, role) for row in self.rows) for role in ROLES)
        far = max(self.rows, key=lambda row: abs(row.difference))
        return (
            f"{self.name}: {leads} leads and {assists} assists of {len(self.rows)} people; "
            f"furthest from a fair share is {far.name}, by {far.signed} duties"
        )


@dataclass(frozen=True)
class Picture:
    first: date
    last: date
    groups: list[Group]

    @property
    def span(self) -> str:
        return f"{day(self.first)} to {day(self.last)}"


def picture(even: Evenness, *, groups: Iterable[str]) -> Picture | None:
    """None where nobody has had a duty yet, nor will."""
    if even.first is None or even.last is None:
        return None
    shown = [
        _group(name, [each for each in even.figures if each.member.group == name], even)
        for name in groups
    ]
    return Picture(first=even.first, last=even.last, groups=[g for g in shown if g.rows])


def _group(name: str, figures: list[Figures], even: Evenness) -> Group:
    weekdays = [day for day in days.WEEKDAYS if day in even.figures[0].weekdays[LEAD]]
    most = max((_most(each) for each in even.figures), default=1.0) or 1.0
    busiest = max((n for each in even.figures for n in _by_weekday(each, weekdays)), default=1)
    rows = [
        _row(each, n, scale=(BARS - 24) / most, busiest=busiest or 1, weekdays=weekdays)
        for n, each in enumerate(sorted(figures, key=lambda each: each.member.name.casefold()))
    ]
    return Group(name, rows, weekdays, width=SQUARES + len(weekdays) * SQUARE)


def _most(figures: Figures) -> float:
    accounts = figures.accounts.values()
    return max(sum(each.done for each in accounts), sum(each.share for each in accounts))


def _by_weekday(figures: Figures, weekdays: list[str]) -> list[int]:
    return [sum(figures.weekdays[role].get(day, 0) for role in ROLES) for day in weekdays]


def _row(figures: Figures, n: int, *, scale: float, busiest: int, weekdays: list[str]) -> Row:
    lead, assist = figures.accounts[LEAD], figures.accounts[ASSIST]
    squares = [
        Square(
            weekday=name.capitalize(),
            lead=figures.weekdays[LEAD].get(name, 0),
            assist=figures.weekdays[ASSIST].get(name, 0),
            x=SQUARES + at * SQUARE,
            shade=round(0.5 * total / busiest, 2),
        )
        for at, (name, total) in enumerate(
            zip(weekdays, _by_weekday(figures, weekdays), strict=True)
        )
    ]
    return Row(
        name=figures.member.name,
        y=TOP + n * ROW,
        lead=lead.done,
        assist=assist.done,
        lead_share=lead.share,
        assist_share=assist.share,
        lead_width=round(lead.done * scale, 1),
        assist_width=round(assist.done * scale, 1),
        fair=round(NAME + (lead.share + assist.share) * scale, 1),
        smallest_gap=figures.smallest_gap,
        squares=squares,
    )
