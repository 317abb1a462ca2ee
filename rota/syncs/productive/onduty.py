"""Who is on duty on which days from today on, and who of them is who at Productive."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from integrations.productive.client import Person as Colleague
from rota.days import DAY, holidays_of, numbers
from rota.models import Duty, Rota, Shift
from uploader.people import Address, folded
from uploader.syncs.productive.matching import match

Warn = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class OnDuty:
    """A person and the days of their duties; two duties on one day are one day."""

    person: int
    name: str
    emails: tuple[str, ...]
    days: tuple[date, ...]
    is_wrong: bool = False

    @property
    def label(self) -> str:
        return self.name


def on_duty(rota: Rota, *, today: date) -> list[OnDuty]:
    """What is over stays as it is booked, so nothing before today is asked for."""
    shifts = Shift.objects.filter(rota=rota, cancelled_at=None, end__gt=today)
    duties = Duty.objects.filter(shift__in=shifts, member__isnull=False)
    found: dict[int, set[date]] = defaultdict(set)
    names: dict[int, str] = {}
    free = _holidays(rota, shifts)
    for duty in duties.select_related("shift", "member__person"):
        if duty.member is not None:
            person = duty.member.person
            names[person.pk] = person.name
            found[person.pk].update(_days(duty.shift, rota, today=today, free=free))
    emails = _emails(names)
    return [
        OnDuty(pk, names[pk], emails[pk], tuple(sorted(days))) for pk, days in found.items() if days
    ]


def _holidays(rota: Rota, shifts: Iterable[Shift]) -> Collection[date]:
    years = {day.year for shift in shifts for day in (shift.start, shift.end)}
    return holidays_of(rota.holidays, years)


def _days(shift: Shift, rota: Rota, *, today: date, free: Collection[date]) -> Iterator[date]:
    """The shift's working days."""
    workdays, day = numbers(rota.workdays), max(shift.start, today)
    while day < shift.end:
        if day.weekday() in workdays and day not in free:
            yield day
        day += DAY


def _emails(people: Collection[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = defaultdict(tuple)
    rows = Address.objects.filter(person__in=people, enabled=True)
    for person, email in rows.values_list("person_id", "email"):
        found[person] += (email,)
    return found


def matched(
    people: Iterable[OnDuty], colleagues: Iterable[Colleague], *, warn: Warn
) -> dict[str, OnDuty]:
    """By ids of Productive; of everybody else it is said why nothing is booked for them."""
    people = list(people)
    for each in people:
        if not each.emails:
            warn(
                f"{each.name}: no e-mail address is known, so nothing is booked for them. Add the "
                "one they have at Productive to their person."
            )
    known = [each for each in people if each.emails]
    return {found.person.id: found.who for found in match(known, colleagues, warn=warn)}


def names_of(colleagues: Iterable[Colleague], rota: Rota) -> dict[str, str]:
    """By ids of Productive, as they are called here where they are, or were, in the rota."""
    rows = Address.objects.filter(person__memberships__rota=rota, enabled=True)
    here = dict(rows.values_list("email", "person__name"))
    return {each.id: here.get(folded(each.email), each.name) for each in colleagues}
