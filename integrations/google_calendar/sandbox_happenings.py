"""What somebody who tries things out can let happen to what is published at the stand-in."""

from collections.abc import Callable
from datetime import date

from integrations.google_calendar.sandbox_answers import Row
from integrations.google_calendar.sandbox_events import Events
from integrations.google_calendar.sandbox_stored import CANCELLED, DAY, StoredCalendar


class CannotHappen(LookupError):
    """Why not, in words."""


def happen(sandbox: Events, name: str) -> None:
    if name not in ACTS:
        raise CannotHappen(f"nothing called {name!r} can happen; there are {', '.join(ACTS)}")
    calendar, event = _published(sandbox)
    ACTS[name][1](sandbox, calendar, event)


def _published(sandbox: Events) -> tuple[StoredCalendar, Row]:
    """The next whole day that was written over the API and has a mark of its own."""
    today = sandbox.now().date().isoformat()
    written = {(write.calendar_id, write.id) for write in sandbox.writes}
    found = [
        (event["start"]["date"], calendar, event)
        for calendar in sandbox.calendars.values()
        for event in calendar.events.values()
        if event["status"] != CANCELLED
        and event["start"].get("date", "") > today
        and event.get("extendedProperties", {}).get("private")
        and (calendar.id, event["id"]) in written
    ]
    if not found:
        raise CannotHappen("nothing to come was published yet")
    _, calendar, event = min(found, key=lambda each: each[0])
    return calendar, event


def _moved(sandbox: Events, calendar: StoredCalendar, event: Row) -> None:
    later = {
        name: {"date": (date.fromisoformat(event[name]["date"]) + DAY).isoformat()}
        for name in ("start", "end")
    }
    sandbox.change_event(calendar.id, event["id"], **later)


def _deleted(sandbox: Events, calendar: StoredCalendar, event: Row) -> None:
    sandbox.change_event(calendar.id, event["id"], status=CANCELLED)


def _retitled(sandbox: Events, calendar: StoredCalendar, event: Row) -> None:
    sandbox.change_event(calendar.id, event["id"], summary=f"{event.get('summary', '')} (swapped?)")


def _copied(sandbox: Events, calendar: StoredCalendar, event: Row) -> None:
    kept = ("summary", "description", "start", "end", "extendedProperties")
    sandbox.add_event(calendar.id, **{name: event[name] for name in kept if name in event})


ACTS: dict[str, tuple[str, Callable[[Events, StoredCalendar, Row], None]]] = {
    "moved": ("Somebody moves the next published event by a day", _moved),
    "deleted": ("Somebody deletes it", _deleted),
    "retitled": ("Somebody gives it another title", _retitled),
    "copied": ("Somebody copies it, with all that is marked on it", _copied),
}
HAPPENINGS = {name: words for name, (words, _) in ACTS.items()}
