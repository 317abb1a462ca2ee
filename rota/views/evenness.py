"""The picture of how evenly the duties fell: a row a person, with a fair share and weekdays."""

from dataclasses import dataclass
from datetime import date

from rota import days
from rota.fairness import Figures
from rota.models import Rota
from rota.report import Evenness
from rota.words import CALLED, MANY, day

NAME, BARS, SQUARES = 108, 180, 302
ROW, BAR, SQUARE, TOP = 26, 16, 21, 20
LONGEST_NAME = 15


@dataclass(frozen=True)
class Square:
    """One weekday of one person: how often, by role."""

    weekday: str
    counts: list[int]
    x: int
    shade: float

    @property
    def total(self) -> int:
        return sum(self.counts)

    @property
    def told(self) -> str:
        return "+".join(map(str, self.counts)) if self.total else "–"

    @property
    def middle(self) -> float:
        return self.x + SQUARE / 2


@dataclass(frozen=True)
class Part:
    """What one person had of one role."""

    role: str
    done: int
    share: float
    x: float
    width: float

    @property
    def told(self) -> str:
        return _count(self.done, self.role)


@dataclass(frozen=True)
class Row:
    name: str
    y: int
    parts: list[Part]
    fair: float
    smallest_gap: int | None
    squares: list[Square]

    @property
    def total(self) -> int:
        return sum(part.done for part in self.parts)

    @property
    def told(self) -> str:
        return ", ".join(part.told for part in self.parts)

    @property
    def difference(self) -> float:
        return self.total - sum(part.share for part in self.parts)

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
    def fair_y(self) -> int:
        return self.y - 2

    @property
    def text_y(self) -> float:
        return self.y + BAR - 4


@dataclass(frozen=True)
class Group:
    """`name`: empty where everybody is in one."""

    name: str
    roles: tuple[str, ...]
    rows: list[Row]
    weekdays: list[str]
    width: int

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
    def heads(self) -> list[str]:
        return [MANY[role].capitalize() for role in self.roles]

    @property
    def words(self) -> str:
        done = [
            f"{sum(row.parts[n].done for row in self.rows)} {MANY[role]}"
            for n, role in enumerate(self.roles)
        ]
        far = max(self.rows, key=lambda row: abs(row.difference))
        noun = "turns" if len(self.roles) == 1 else "duties"
        return (
            f"{self.name or 'Everybody'}: {' and '.join(done)} of {len(self.rows)} people; "
            f"furthest from a fair share is {far.name}, by {far.signed} {noun}"
        )


@dataclass(frozen=True)
class Picture:
    first: date
    last: date
    groups: list[Group]

    @property
    def span(self) -> str:
        return f"{day(self.first)} to {day(self.last)}"


def picture(even: Evenness, *, rota: Rota) -> Picture | None:
    """None where nobody has had a duty yet, nor will."""
    if even.first is None or even.last is None:
        return None
    shown = [
        _group(name, [each for each in even.figures if each.member.group == name], rota.roles)
        for name in dict.fromkeys(rota.groups)
    ]
    return Picture(first=even.first, last=even.last, groups=[g for g in shown if g.rows])


def _group(name: str, figures: list[Figures], roles: tuple[str, ...]) -> Group:
    weekdays = _weekdays(figures, roles)
    most = max((_most(each) for each in figures), default=1.0) or 1.0
    busiest = max((n for each in figures for n in _by_weekday(each, weekdays)), default=1)
    rows = [
        _row(each, n, scale=(BARS - 24) / most, busiest=busiest or 1, weekdays=weekdays)
        for n, each in enumerate(sorted(figures, key=lambda each: each.member.name.casefold()))
    ]
    return Group(name, roles, rows, weekdays, width=SQUARES + len(weekdays) * SQUARE)


def _weekdays(figures: list[Figures], roles: tuple[str, ...]) -> list[str]:
    """On which a day's duty is fairer or not; when a turn begins says nothing of that sort."""
    if not figures or len(roles) == 1:
        return []
    return [day for day in days.WEEKDAYS if day in figures[0].weekdays[roles[0]]]


def _most(figures: Figures) -> float:
    accounts = figures.accounts.values()
    return max(sum(each.done for each in accounts), sum(each.share for each in accounts))


def _by_weekday(figures: Figures, weekdays: list[str]) -> list[int]:
    return [sum(of.get(day, 0) for of in figures.weekdays.values()) for day in weekdays]


def _row(figures: Figures, n: int, *, scale: float, busiest: int, weekdays: list[str]) -> Row:
    squares = [
        Square(
            weekday=name.capitalize(),
            counts=[of.get(name, 0) for of in figures.weekdays.values()],
            x=SQUARES + at * SQUARE,
            shade=round(0.5 * total / busiest, 2),
        )
        for at, (name, total) in enumerate(
            zip(weekdays, _by_weekday(figures, weekdays), strict=True)
        )
    ]
    parts = _parts(figures, scale=scale)
    return Row(
        name=figures.member.name,
        y=TOP + n * ROW,
        parts=parts,
        fair=round(NAME + sum(part.share for part in parts) * scale, 1),
        smallest_gap=figures.smallest_gap,
        squares=squares,
    )


def _parts(figures: Figures, *, scale: float) -> list[Part]:
    """One beside the other."""
    parts: list[Part] = []
    for role, account in figures.accounts.items():
        x = parts[-1].x + parts[-1].width if parts else NAME
        width = round(account.done * scale, 1)
        parts.append(Part(role, account.done, account.share, round(x, 1), width))
    return parts


def _count(number: int, role: str) -> str:
    return f"{number} {CALLED[role] if number == 1 else MANY[role]}"
