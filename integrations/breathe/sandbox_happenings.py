"""What somebody who tries things out can let happen to the people of the Breathe stand-in."""

from collections.abc import Callable
from datetime import date, timedelta

from integrations.breathe.sandbox_company import ADA, BEN, CLEO, EVE, FINN
from integrations.breathe.sandbox_records import Records
from integrations.breathe.sandbox_rows import Row

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
FRIDAY = 4


class CannotHappen(LookupError):
    """Why not, in words."""


def happen(records: Records, name: str, *, today: date) -> None:
    if name not in ACTS:
        raise CannotHappen(f"nothing called {name!r} can happen; there are {', '.join(ACTS)}")
    ACTS[name][1](records, today)


def _longer(records: Records, today: date) -> None:
    row = _next_holiday(records, ADA, today)
    end = date.fromisoformat(row["end_date"])
    records.change("absences", row["id"], end_date=_at_work(end + DAY))


def _week_off(records: Records, today: date) -> None:
    booked = [date.fromisoformat(row["end_date"]) for row in _holidays(records, EVE)]
    after = max([today, *booked]) + WEEK
    monday = after - after.weekday() * DAY
    records.add_absence(EVE, monday, monday + 4 * DAY)


def _called_off(records: Records, today: date) -> None:
    records.change("absences", _next_holiday(records, CLEO, today)["id"], cancelled=True)


def _was_not_ill(records: Records, _today: date) -> None:
    for row in records.lists["sicknesses"].values():
        if row["employee"]["id"] == BEN and row["status"] == "open":
            records.change("sicknesses", row["id"], end_date=row["start_date"], status="rejected")
            return
    raise CannotHappen("Ben is not ill")


def _falls_ill(records: Records, today: date) -> None:
    records.add_sickness(FINN, _at_work(today), status="open")


def _at_work(day: date) -> date:
    """The day, or the Monday after a weekend, so that something is to be seen of it."""
    return day + max(0, 7 - day.weekday()) * DAY if day.weekday() > FRIDAY else day


def _holidays(records: Records, employee: int) -> list[Row]:
    return [
        row
        for row in records.lists["absences"].values()
        if row["employee"]["id"] == employee and not row["cancelled"]
    ]


def _next_holiday(records: Records, employee: int, today: date) -> Row:
    coming = [row for row in _holidays(records, employee) if row["start_date"] > today.isoformat()]
    if not coming:
        raise CannotHappen("there is no such holiday to come")
    return max(coming, key=lambda row: str(row["start_date"]))


ACTS: dict[str, tuple[str, Callable[[Records, date], None]]] = {
    "longer": ("Ada’s last holiday becomes a day longer", _longer),
    "not_ill": ("Ben was not ill after all", _was_not_ill),
    "called_off": ("Cleo calls her last holiday off", _called_off),
    "week_off": ("Eve takes another week off", _week_off),
    "falls_ill": ("Finn falls ill", _falls_ill),
}
HAPPENINGS = {name: words for name, (words, _) in ACTS.items()}
