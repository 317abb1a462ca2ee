"""Example Ltd, the company at the Breathe stand-in: a dozen made-up people, and when they are away.

Everything is laid around the day on which it is put in place. Between them the rows show whatever
is known to occur: the kinds of half day, what is over, called off, open or still to come.
"""

from collections.abc import Callable
from datetime import date, timedelta

from integrations.breathe.sandbox_records import Records

NAME = "Example Ltd"
MON, TUE, WED, THU, FRI, SAT, SUN = range(7)
COMPASSIONATE, JURY_SERVICE, MATERNITY, IN_LIEU, RETIRED = 51, 52, 53, 54, 59
REASONS = {
    COMPASSIONATE: "Compassionate",
    JURY_SERVICE: "Jury service",
    MATERNITY: "Maternity",
    IN_LIEU: "Time off in lieu ",
    RETIRED: "Archived - Do not use (WFH)",
}
PEOPLE = (
    ("ada@example.org", "Ada", "Okafor"),
    ("ben@example.org", "Benjamin", "Adeyemi"),
    ("Cleo.Marsh@example.org", "Cleo", "Marsh"),
    ("dan@example.org", "Dan", "Whitlow"),
    ("eve@example.org", "Eve", "Larkin"),
    ("finn@example.org", "Finn", "Calder"),
    ("gwen@example.org", "Gwen", "Pryce"),
    ("hugo@example.org", "Hugo", "Lindqvist"),
    ("iris@example.org", "Iris", "Tan"),
    ("contractor@example.org", "Kit", "Rowe"),
    ("nobody@example.org", "Nell", "Hobday"),
    ("", "Otto", "Vane"),
)
ADA, BEN, CLEO, DAN, EVE, FINN, GWEN, HUGO, IRIS, KIT, NELL, OTTO = range(7001, 7013)

# The day of a week, counted from this one.
On = Callable[[int, int], date]


def fill(records: Records, *, today: date) -> None:
    monday = today - timedelta(days=today.weekday())

    def on(week: int, weekday: int) -> date:
        return monday + timedelta(weeks=week, days=weekday)

    _people(records, today)
    for number, name in REASONS.items():
        records.add_reason(name, number=number)
    _holidays(records, on)
    _other_leave(records, on, today)
    _sicknesses(records, on, today)
    _courses(records, on)
    _requests(records, on)


def _people(records: Records, today: date) -> None:
    for email, first_name, last_name in PEOPLE:
        records.add_employee(email, first_name, last_name)
    records.change("employees", BEN, known_as="Ben")
    records.change("employees", EVE, full_or_part_time="Part-Time", total_working_hours=22.5)
    records.change("employees", KIT, person_type="Contractor", known_as="")
    left = today - timedelta(days=20)
    records.change("employees", OTTO, status="Ex-employee", leaving_date=left, known_as=None)


def _holidays(records: Records, on: On) -> None:
    add = records.add_absence
    add(ADA, on(-20, MON), on(-19, FRI), notes="")
    add(ADA, on(2, MON), on(2, FRI))
    add(ADA, on(1, WED), half_end=True)  # a morning
    add(BEN, on(1, THU), half_start=True)  # an afternoon
    add(BEN, on(3, MON), on(3, WED), half_end=True)
    add(CLEO, on(2, THU), on(3, MON), half_start=True)  # over a weekend
    add(CLEO, on(4, MON), on(4, FRI), cancelled=True)
    add(DAN, on(1, TUE), half_end=True, notes=None)  # an afternoon for another reason follows
    add(DAN, on(4, FRI), leave_reason={"id": IN_LIEU})  # a holiday with a reason: rare, and real
    add(EVE, on(2, FRI), half_end=True)
    add(EVE, on(2, FRI), half_start=True)  # two halves that are a day
    add(FINN, on(0, MON), on(0, FRI))  # Finn falls ill meanwhile
    add(FINN, on(1, SAT), on(1, SUN))
    add(GWEN, on(2, MON), on(2, TUE), half_start=True, half_end=True)
    add(GWEN, on(3, WED), half_start=True, half_end=True)  # contradicts itself
    add(HUGO, on(-2, WED), on(1, MON))  # began before today
    add(KIT, on(2, WED), on(2, THU))
    add(NELL, on(3, MON), on(3, FRI), notes=None)
    add(OTTO, on(-8, MON), on(-8, FRI))
    add(OTTO, on(2, MON), on(2, WED))


def _other_leave(records: Records, on: On, today: date) -> None:
    add = records.add_absence
    add(DAN, on(1, TUE), half_start=True, reason_id=COMPASSIONATE, notes=None)
    add(BEN, on(5, MON), on(5, THU), reason_id=JURY_SERVICE, notes="")
    add(HUGO, on(1, THU), reason_id=RETIRED)
    add(EVE, on(4, TUE), reason_id=COMPASSIONATE, cancelled=True)
    begin = today - timedelta(days=300)
    add(IRIS, begin, begin + timedelta(days=365), reason_id=MATERNITY)


def _sicknesses(records: Records, on: On, today: date) -> None:
    add = records.add_sickness
    add(ADA, on(-6, MON), on(-6, WED))
    add(BEN, today - timedelta(days=1))  # still off
    add(CLEO, today + timedelta(days=16))  # to be: an operation, say
    add(DAN, on(-1, MON), on(-1, TUE), status="rejected")
    add(EVE, on(0, MON), on(0, MON), status="clarification")
    add(FINN, on(0, WED), on(0, THU))
    add(HUGO, on(-7, TUE), on(-7, TUE), half_start=True, status="closed")
    add(OTTO, on(-9, THU), on(-9, FRI), status="closed")


def _courses(records: Records, on: On) -> None:
    add = records.add_course
    add(ADA, on(3, MON), on(3, TUE))
    add(BEN, None, None, status="Completed", expires_on=on(100, MON))  # a certificate
    add(CLEO, on(1, MON), on(1, MON), half_day=True, half="am", status="Approved")
    add(DAN, on(2, WED), on(2, WED), half_day=True)  # which half is not said
    add(EVE, on(3, THU), on(3, FRI), status="Cancelled")
    add(FINN, on(2, MON), on(2, TUE), status="Requested")
    add(GWEN, on(2, MON), on(2, MON), status="Approved")  # on a holiday
    add(HUGO, on(-10, MON), on(-10, TUE), status="Completed")
    add(IRIS, on(-50, MON), None, status="Expired")
    add(NELL, on(-3, FRI), on(-3, FRI), status="Non-attended")


def _requests(records: Records, on: On) -> None:
    records.add_leave_request(ADA, on(2, MON), on(2, FRI), status="approved")
    records.add_leave_request(BEN, on(8, MON), on(8, FRI))
    records.add_leave_request(CLEO, on(7, MON), on(7, FRI), status="declined")
