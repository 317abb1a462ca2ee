"""The calendars at the Google Calendar stand-in, as people have filled them by hand and by tools.

Everything is laid around the week in which it is put in place. Between them the events show what is
known to occur: timed and whole days, series with exceptions, no title, birthdays, invitations from
elsewhere, what looks like a rota's and is not, and what an earlier tool wrote.
"""

from collections.abc import Callable
from datetime import date, timedelta

from integrations.google_calendar.sandbox_answers import Row
from integrations.google_calendar.sandbox_events import Events
from integrations.google_calendar.sandbox_stored import DAY

SUPPORT = "c_support@group.calendar.google.com"
TEAM_ROLES = "c_team_roles@group.calendar.google.com"
READ_ONLY = "c_holidays@group.calendar.google.com"
UNSHARED = "c_board@group.calendar.google.com"
EARLIER_TOOL = (("David", "Theo"), ("Gustav", "Andy"), ("Priya", "Lalitha"))

On = Callable[[int, int], date]


def seed(sandbox: Events, *, today: date) -> None:
    monday = today - today.weekday() * DAY

    def on(week: int, weekday: int) -> date:
        return monday + timedelta(weeks=week, days=weekday)

    for person in ("rosa", "sam"):
        email = sandbox.email_of(person)
        sandbox.add_calendar(email, email, **{person: "owner"})
    sandbox.add_calendar(sandbox.account.email, sandbox.account.email, rota="owner")
    sandbox.add_calendar(SUPPORT, "Support rota", rosa="owner", rota="writer", sam="reader")
    sandbox.add_calendar(TEAM_ROLES, "Team roles", rosa="owner", rota="owner")
    sandbox.add_calendar(READ_ONLY, "Company holidays", rosa="owner", rota="reader")
    sandbox.add_calendar(UNSHARED, "Board", rosa="owner")
    _by_hand(sandbox, on)
    _series(sandbox, on)
    _by_the_earlier_tool(sandbox, on)
    sandbox.add_event(TEAM_ROLES, summary="Team away day", **whole(on(3, 3)))
    sandbox.add_event(TEAM_ROLES, summary="Support Triager: Sam", **whole(on(1, 2), days=14))
    sandbox.add_event(READ_ONLY, summary="Office closed", **whole(on(4, 0)))
    sandbox.add_event(UNSHARED, summary="Board meeting", **timed(on(1, 1), 14))


def _by_hand(sandbox: Events, on: On) -> None:
    sandbox.add_event(
        SUPPORT,
        summary="Planning",
        description="Bring the board.",
        location="Room 2",
        attendees=[{"email": "sam@example.com", "responseStatus": "accepted"}],
        **timed(on(1, 1), 10),
    )
    sandbox.add_event(SUPPORT, summary="Office closed", **whole(on(2, 4)))
    sandbox.add_event(SUPPORT, **timed(on(1, 3), 9))  # without a title
    sandbox.add_event(SUPPORT, summary="Sam’s birthday", eventType="birthday", **whole(on(2, 0)))
    # As a rota's own might be called, and somebody's own all the same.
    sandbox.add_event(SUPPORT, summary="Priya is on support today", **whole(on(5, 2)))
    elsewhere = {"email": "lee@partner.example", "displayName": "Lee"}
    sandbox.add_event(
        SUPPORT, summary="Call with a partner", organizer=elsewhere, **timed(on(1, 2), 15)
    )


def _series(sandbox: Events, on: On) -> None:
    weekly = ["RRULE:FREQ=WEEKLY;BYDAY=MO"]
    series = sandbox.add_event(
        SUPPORT, summary="Stand-up", recurrence=weekly, **timed(on(-8, 0), 9)
    )
    for week, status in ((1, "cancelled"), (2, "confirmed")):
        was = timed(on(week, 0), 9)["start"]
        sandbox.add_event(
            SUPPORT,
            id=f"{series['id']}{on(week, 0):%Y%m%d}",
            summary="Stand-up",
            status=status,
            recurringEventId=series["id"],
            originalStartTime=was,
            **timed(on(week, 1), 9),
        )


def _by_the_earlier_tool(sandbox: Events, on: On) -> None:
    for weekday, (lead, assist) in enumerate(EARLIER_TOOL):
        summary = f"{lead} is on support today with {assist} assisting"
        sandbox.add_event(SUPPORT, summary=summary, **whole(on(1, weekday)))


def whole(day: date, *, days: int = 1) -> Row:
    """Start and end of whole days; the end is the day after the last."""
    return {
        "start": {"date": day.isoformat()},
        "end": {"date": (day + days * DAY).isoformat()},
    }


def timed(day: date, hour: int) -> Row:
    """Start and end of an hour in London."""
    zone = "Europe/London"
    return {
        "start": {"dateTime": f"{day}T{hour:02}:00:00Z", "timeZone": zone},
        "end": {"dateTime": f"{day}T{hour + 1:02}:00:00Z", "timeZone": zone},
    }
