"""What an event of a rota is: its id, its mark, what it says, and which events are ours. Pure."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from integrations.google_calendar.client import Event
from rota.syncs.calendar.titles import squeezed

# Names of private properties: of which rota, and of which of its slots.
ROTA, SHIFT = "lockstepRota", "lockstepShift"
# Ids may hold digits and the letters from a to v.
PREFIX = "lockstep"
# A deleted event keeps its id, and cannot always be revived: so many ids a slot may use up.
GENERATIONS = 10


@dataclass(frozen=True, kw_only=True)
class Slot:
    """One shift as a calendar shows it; `key` is what tells it from all others, for ever."""

    key: str
    start: date
    # The day after the last one.
    end: date
    title: str
    text: str


def event_id(key: str, generation: int = 0) -> str:
    """The id that the slot's event is made under."""
    digest = hashlib.sha256(f"{key} {generation}".encode()).digest()[:20]
    return PREFIX + base64.b32hexencode(digest).decode().lower()


def mark(rota: str, key: str) -> dict[str, str]:
    return {ROTA: rota, SHIFT: key}


def body(slot: Slot, *, rota: str) -> dict[str, Any]:
    """All of the event, as it is sent: what is not in here is lost at Google."""
    return {
        "status": "confirmed",
        "summary": slot.title,
        "description": slot.text,
        "start": {"date": slot.start.isoformat()},
        "end": {"date": slot.end.isoformat()},
        "transparency": "transparent",
        "reminders": {"useDefault": False},
        "extendedProperties": {"private": mark(rota, slot.key)},
    }


def wanted(slot: Slot, *, rota: str) -> dict[str, Any]:
    """The same as it is compared."""
    return {
        "title": squeezed(slot.title),
        "text": slot.text.strip(),
        "start": slot.start.isoformat(),
        "end": slot.end.isoformat(),
        "is_free": True,
        "rings": False,
        "repeats": False,
        "mark": mark(rota, slot.key),
    }


def shown(event: Event) -> dict[str, Any]:
    """What of an event is compared: what we manage, and nothing else."""
    return {
        "title": squeezed(event.summary),
        "text": event.description.strip(),
        "start": event.start.isoformat() if event.start else None,
        "end": event.end.isoformat() if event.end else None,
        "is_free": event.transparency == "transparent",
        "rings": event.uses_default_reminders,
        "repeats": event.recurs,
        "mark": {name: event.private.get(name) for name in (ROTA, SHIFT)},
    }


@dataclass(frozen=True)
class Ownership:
    """Which events are ours. `recorded`: slots by the ids of the events that we know to be theirs.

    A mark alone proves nothing, since whoever copies an event copies its mark as well.
    """

    rota: str
    recorded: Mapping[str, str]

    def key_of(self, event: Event) -> str | None:
        """Whose event it is; None where it is not ours."""
        if not _may_be_written(event):
            return None
        return self.recorded.get(event.id) or self._marked(event)

    def _marked(self, event: Event) -> str | None:
        key = event.private.get(SHIFT, "")
        if event.private.get(ROTA) != self.rota or event.id not in _ids(key):
            return None
        return key


def _may_be_written(event: Event) -> bool:
    """An event of this calendar itself, not one of a series, nor of a sort that is a person's."""
    return (
        not event.is_cancelled
        and event.recurring_event_id is None
        and event.event_type == "default"
        and event.organizer_self
    )


def _ids(key: str) -> set[str]:
    return {event_id(key, generation) for generation in range(GENERATIONS)}
