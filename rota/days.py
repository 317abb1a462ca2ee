"""Which days are working days: weekdays and public holidays. Pure arithmetic of dates."""

import difflib
from collections.abc import Collection, Container, Iterable, Iterator
from datetime import date, timedelta
from functools import cache

import holidays

DAY = timedelta(days=1)
# As they are written in files and options, Monday first.
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class UnknownHolidays(ValueError):
    """A sentence about a code that stands for no country's or region's public holidays."""


def holidays_of(code: str, years: Iterable[int]) -> dict[date, str]:
    """Public holidays by day. `code`: a country, or country-subdivision; empty for none."""
    found: dict[date, str] = {}
    for year in sorted(set(years)):
        found |= _in_year(code.strip(), year)
    return found


@cache
def _in_year(code: str, year: int) -> dict[date, str]:
    if not code:
        return {}
    country, _, subdivision = code.partition("-")
    known = holidays.list_supported_countries()
    if country not in known:
        raise UnknownHolidays(f"There are no public holidays “{code}”.{_like(country, known)}")
    if subdivision and subdivision not in known[country]:
        listed = ", ".join(known[country]) or "none"
        raise UnknownHolidays(f"{country} has no part “{subdivision}”; its parts: {listed}.")
    return dict(holidays.country_holidays(country, subdiv=subdivision or None, years=year))


def _like(country: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(country.upper(), list(known), cutoff=0.5)
    return f" Is it {' or '.join(near)}?" if near else " DE or GB-ENG would be some."


def numbers(names: Iterable[str]) -> frozenset[int]:
    """Weekdays by number, Monday 0, from their names."""
    return frozenset(map(WEEKDAYS.index, names))


def working_days(
    first: date, *, workdays: Collection[int], holidays: Container[date]
) -> Iterator[date]:
    """Without end, from `first` on; it must be a weekday at least."""
    if not workdays:
        return
    day = first
    while True:
        if day.weekday() in workdays and day not in holidays:
            yield day
        day += DAY


def every_day(first: date, last: date) -> list[date]:
    """From the first to the last, both included."""
    return [first + DAY * number for number in range((last - first).days + 1)]
