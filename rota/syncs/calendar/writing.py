"""Writing one event so that nothing is doubled, and nothing that is not ours is touched.

What somebody did between our look and our write is looked at again: Google refuses a write to an
event that has changed since, and an id that is taken, be it by a deleted event.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from integrations.errors import RejectedError, RetryableError
from integrations.google_calendar.client import (
    ChangedMeanwhile,
    Event,
    Exists,
    Gone,
    GoogleCalendarClient,
)
from rota.syncs.calendar.content import GENERATIONS, Ownership, event_id

Body = Mapping[str, Any]
# How often an event is looked at again that others go on changing.
LOOKS = 3
# How Google refuses to revive a deleted event: it is not ours any more, or not even there.
NOT_REVIVED = (403, 404, 410)


@dataclass(frozen=True, kw_only=True)
class Writer:
    client: GoogleCalendarClient
    calendar: str
    ownership: Ownership

    def make(self, key: str, body: Body) -> Event:
        """The slot's event, under the first of its ids that can be had."""
        for generation in range(GENERATIONS):
            made = self._make_as(event_id(key, generation), key, body)
            if made is not None:
                return made
        raise self._refused("creating an event", "each of its ids belongs to a deleted event")

    def _make_as(self, id: str, key: str, body: Body) -> Event | None:
        """None where the id is used up."""
        try:
            return self.client.insert(self.calendar, id, body)
        except Exists:
            there = self.client.event(self.calendar, id)
        if there is None:
            return None
        if there.is_cancelled:
            return self._revive(there, body)
        return self._put(there, key, body)

    def _revive(self, tombstone: Event, body: Body) -> Event | None:
        try:
            return self.client.update(self.calendar, tombstone.id, body, etag=tombstone.etag)
        except ChangedMeanwhile:
            raise self._busy("reviving an event") from None
        except RejectedError as error:
            if error.status not in NOT_REVIVED:
                raise
        return None

    def change(self, event: Event, key: str, body: Body) -> Event:
        """Made what it should be; made anew where it is gone."""
        return self._put(event, key, body) or self.make(key, body)

    def _put(self, event: Event, key: str, body: Body) -> Event | None:
        """None where it is gone."""
        for _ in range(LOOKS):
            self._require_ours(event, key)
            try:
                return self.client.update(self.calendar, event.id, body, etag=event.etag)
            except Gone:
                return None
            except ChangedMeanwhile:
                there = self._still_there(event)
            if there is None:
                return None
            event = there
        raise self._busy("changing an event")

    def remove(self, event: Event, key: str) -> None:
        """Gone afterwards, unless it has become somebody else's meanwhile."""
        for _ in range(LOOKS):
            self._require_ours(event, key)
            try:
                self.client.delete(self.calendar, event.id, etag=event.etag)
                return
            except ChangedMeanwhile:
                there = self._still_there(event)
            if there is None:
                return
            event = there
        raise self._busy("deleting an event")

    def _still_there(self, event: Event) -> Event | None:
        there = self.client.event(self.calendar, event.id)
        return None if there is None or there.is_cancelled else there

    def _require_ours(self, event: Event, key: str) -> None:
        if self.ownership.key_of(event) != key:
            raise self._refused(
                "writing an event",
                f"the event “{event.summary}” is in its place and is not this rota's: remove it "
                "from the calendar by hand",
            )

    def _refused(self, doing: str, why: str) -> RejectedError:
        return RejectedError(provider=self.client.name, doing=doing, excerpt=why)

    def _busy(self, doing: str) -> RetryableError:
        why = "somebody goes on changing it"
        return RetryableError(provider=self.client.name, doing=doing, excerpt=why)
