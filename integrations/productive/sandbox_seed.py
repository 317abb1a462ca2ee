"""Who works at the Productive stand-in's made-up organisation, and what is booked at first.

Days are counted from today, so that there is always something just over and something to come.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from integrations.productive.sandbox_stored import DAY, LONG_AGO, PERCENTAGE, TOTAL, Period

if TYPE_CHECKING:
    from integrations.productive.sandbox_records import Records

WEEK = timedelta(weeks=1)
SEVEN_AND_A_HALF = [7.5, 7.5, 7.5, 7.5, 7.5, 0, 0]
SHORT_FRIDAYS = [7, 7, 7, 7, 3.5, 0, 0]
SIX = [6.0, 6, 6, 6, 6, 0, 0]
SEVEN = [7.0, 7, 7, 7, 7, 0, 0]
# 308 is Hugo's former record; 311 to 313 have nothing booked.
ADA, BEN, CLEO, DAN, EVE, FINN, GWEN, HUGO, IRIS, PAT = (
    str(number) for number in (301, 302, 303, 304, 305, 306, 307, 309, 310, 314)
)
HOLIDAY, SICKNESS, OTHER_LEAVE, REMOTE_WORK, OLD_LEAVE = map(str, range(501, 506))
WEBSITE, SUPPORT_PROJECT = "401", "402"
# Rotas are booked on the first; beside it there is other work for the same project, and a service
# on which nobody may be booked.
SUPPORT, INCIDENTS, HOSTING, DEVELOPMENT = map(str, range(5551, 5555))


def seed(records: Records) -> None:
    today = records.now().date()
    _events(records)
    _people(records, changed=today - 6 * WEEK)
    _projects(records)
    _bookings(records, monday=today - today.weekday() * DAY)


def _events(records: Records) -> None:
    records.add_event("Holiday", limited=True)
    records.add_event("Sickness")
    records.add_event("Other leave")
    records.add_event("Remote work", absence_type="remote_work", half_days=False)
    records.add_event("Old leave", archived=True)


def _people(records: Records, *, changed: date) -> None:
    """`changed` is when Gwen began to work less."""
    # At other services her address is another one.
    add, paid = records.add_person, records.add_salary
    paid(add("Ada.Okafor@Example.com", name="Ada Okafor").id, SEVEN)
    paid(add("ben@example.org", name="Ben Adeyemi").id, SEVEN)
    paid(add("cleo.marsh@example.org", name="Cleo Marsh").id, SEVEN)
    # Holidays are limited by days, and nobody has given him any.
    paid(add("dan@example.org", name="Dan Whitlow", entitled=False).id, SEVEN)
    add("eve@example.org", name="Eve Larkin", hours=SHORT_FRIDAYS)
    paid(add("finn@example.org", name="Finn Calder", hours=SEVEN_AND_A_HALF).id, SEVEN_AND_A_HALF)
    _gwen(records, changed)
    former = add("hugo@example.org", name="Hugo Lindqvist")
    records.deactivate(former.id)
    paid(add("hugo@example.org", name="Hugo Lindqvist").id, SEVEN)
    add("iris@example.org", name="Iris Tan", hours=None)
    add("contractor@example.org", name="Kit Rowe")
    add(None, name="Developer to be hired", placeholder=True)
    add(None, name="Designer to be hired", placeholder=True)
    paid(add("pat@example.org", name="Pat Quinn").id, SEVEN)


def _gwen(records: Records, changed: date) -> None:
    before, since = (LONG_AGO, changed - DAY), (changed, None)
    periods = [Period(*before, SEVEN * 2), Period(*since, SIX * 2)]
    gwen = records.add_person("gwen@example.org", name="Gwen Pryce", periods=periods)
    records.add_salary(gwen.id, SEVEN, start=before[0], end=before[1])
    records.add_salary(gwen.id, SIX, start=since[0])


def _projects(records: Records) -> None:
    records.add_project("Website")
    records.add_project("Data engineering support")
    records.add_service("Support", SUPPORT_PROJECT)
    records.add_service("Incidents", SUPPORT_PROJECT)
    records.add_service("Hosting", SUPPORT_PROJECT, bookable=False)
    records.add_service("Development", WEBSITE)
    for person_id in (BEN, CLEO, FINN):
        records.assign(person_id, WEBSITE)
    for person_id in (ADA, GWEN):
        records.assign(person_id, SUPPORT_PROJECT)


def _bookings(records: Records, *, monday: date) -> None:
    """`monday` is this week's. The owner of the admin token has none of these."""
    add = records.add_booking

    def day(week: int, weekday: int = 0) -> date:
        return monday + week * WEEK + weekday * DAY

    # As an earlier tool would have left them, and once it did so twice. Most agree with what the
    # stand-in of Breathe HR tells of the same people.
    add(ADA, SICKNESS, day(-6), day(-6, 2))
    add(ADA, HOLIDAY, day(2), day(2, 2))
    add(BEN, OTHER_LEAVE, day(5), day(5, 3))
    add(BEN, HOLIDAY, day(3), day(3, 4))
    add(BEN, HOLIDAY, day(3), day(3, 4))
    add(CLEO, SICKNESS, day(-1), day(-1, 2))
    add(CLEO, HOLIDAY, day(4, 4), time=210)
    add(EVE, HOLIDAY, day(2, 4), time=210)
    add(FINN, HOLIDAY, day(0), day(0, 4), time=450)
    add(GWEN, HOLIDAY, day(5), day(5, 4), time=360)
    add(HUGO, OTHER_LEAVE, day(-10), day(-10, 1))
    # Not absences any more.
    add(ADA, HOLIDAY, day(1), day(1, 1), canceled=True)
    add(BEN, OTHER_LEAVE, day(2, 3), approved=False, rejected=True)
    # Entered by hand, in other ways than a sync would.
    add(HUGO, OTHER_LEAVE, day(2), day(2, 1), method=TOTAL, time=0, total_time=840)
    add(IRIS, OTHER_LEAVE, day(1), time=None)
    add(IRIS, SICKNESS, day(-2), method=PERCENTAGE, time=None, percentage=50)
    # At work.
    add(ADA, REMOTE_WORK, day(0), day(0, 4))
    add(DAN, REMOTE_WORK, day(1), day(1, 4))
    add(BEN, None, day(0), day(0, 4), service_id=DEVELOPMENT, note="Sprint")
    add(CLEO, None, day(1), day(1, 4), service_id=DEVELOPMENT)
    add(FINN, None, day(2), day(2, 4), service_id=DEVELOPMENT, approved=False, draft=True)
    # Of people's own, on the project and on the very service that a rota is booked on.
    add(ADA, None, day(1, 2), service_id=INCIDENTS, time=210, note="Review of the outage")
    add(GWEN, None, day(1, 3), service_id=SUPPORT, time=210, note="Handbook")
