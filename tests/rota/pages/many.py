"""A rota with weeks behind it and before it, for the eyes: holidays, leave, gaps, swaps."""

from datetime import UTC, date, datetime, timedelta

from rota import days, duties, swaps
from rota.duties import Doing, Place
from rota.models import Absence, Duty, Rota
from tests.rota.team import Team

FIRST = date(2026, 11, 30)
NOW = datetime(2026, 12, 15, 10, tzinfo=UTC)
LEADS = ("Beatrix Ainsworth-Kowalczyk", "David", "Gustav", "Ines", "Jan", "Karim", "Ola", "Priya")
OTHERS = (
    *("Andy", "Chidi", "Dmitri", "Esther", "Farah", "Hana", "Lalitha", "Maximiliano Featherstone"),
    *("Murdo", "Niamh", "Quentin", "Rosa", "Sven", "Theo", "Uma", "Wren"),
)


def busy(*, days_planned: int = 60) -> Team:
    """Nobody is away on their own duty; one day before Christmas has nobody to lead."""
    team = Team(sevens=LEADS, others=OTHERS, starts_on=FIRST, holidays="GB-ENG")
    rota = team.rota
    working = days.working_days(
        FIRST,
        workdays=days.numbers(rota.workdays),
        holidays=days.holidays_of(rota.holidays, (2026, 2027)),
    )
    for number, day in zip(range(days_planned), working, strict=False):
        _plan(team, number, day)
    _leave(team)
    return team


def _plan(team: Team, number: int, day: date) -> None:
    first = number // 8 % 3 == 0
    leads, assists = (LEADS, OTHERS) if first else (OTHERS, LEADS)
    leader: str | None = leads[number % len(leads)]
    if day == date(2026, 12, 23):
        leader = None
    for role, name in (("lead", leader), ("assist", assists[(number * 3 + 1) % len(assists)])):
        duties.make(
            team.rota,
            Place(day=day, role=role, leads="sevens" if first else "others", cycle=1),
            team.members[name] if name else None,
            reason="" if name else "everybody in sevens is away",
            doing=Doing(now=NOW - timedelta(days=20)),
        )


def _leave(team: Team) -> None:
    for number, member in enumerate(team.members.values()):
        if number % 3 == 0:
            begin = date(2026, 12, 21) + timedelta(days=number % 5)
            Absence.objects.create(
                person=member.person, first_day=begin, last_day=begin + timedelta(days=9)
            )


def first_own(rota: Rota, name: str) -> Duty:
    """The next duty of somebody."""
    return Duty.objects.filter(
        shift__rota=rota, member__person__name=name, shift__start__gt=NOW.date()
    ).earliest("shift__start")


def ask(team: Team, name: str, *, note: str = "") -> None:
    swaps.ask(first_own(team.rota, name), doing=Doing(now=NOW), note=note)
