"""Events that are not a rota's: which of them look like it, and how one is made the rota's own."""

from collections.abc import Callable, Iterable
from datetime import date, datetime

from integrations.google_calendar.client import Event, EventPage, GoogleCalendarClient
from rota.models import Rota, Shift
from rota.syncs.calendar.content import ROTA, Ownership
from rota.syncs.calendar.events import day_of, part_of
from rota.syncs.calendar.titles import looks_like, squeezed
from rota.syncs.duties.options import rota_named
from uploader.links import StoredLinks
from uploader.models import Link, Sync
from uploader.reading import Reading

# So many are named in a warning; of the rest it is said how many there are.
NAMED = 5


def foreign(
    sync: Sync, client: GoogleCalendarClient, *, start: date, end: date, now: datetime
) -> list[Event]:
    """What is on the sync's calendar from `start` to `end` without being ours, all of it."""
    calendar = sync.options["calendar_id"]

    def fetch(page: str | None) -> EventPage:
        return client.events(calendar, page=page, start=start, end=end)

    links = StoredLinks(sync, part_of(calendar)).all()
    recorded = {link.ref: link.key for link in links if link.ref}
    ownership = Ownership(rota_named(sync.options["rota"]).uid.hex, recorded)
    listed = Reading({}, now=lambda: now, counted=False).whole("events", Event, fetch)
    return not_ours(listed, ownership, start=start, end=end)


def not_ours(
    events: Iterable[Event], ownership: Ownership, *, start: date, end: date
) -> list[Event]:
    """In the order of their days; Google lists what lies a day before or after as well."""
    found = [
        (day, event.id, event)
        for event in events
        if (day := day_of(event)) is not None
        and start <= day <= end
        and not event.is_cancelled
        and ownership.key_of(event) is None
    ]
    return [event for _, _, event in sorted(found, key=lambda each: each[:2])]


def alike(rota: Rota, events: Iterable[Event]) -> list[Event]:
    """Those that look like the rota's: named as it names its events, or copied from one of them.

    What is marked as another rota's is that one's, however the two are called; unless that rota is
    switched off, or nobody knows it any more, as after a database was lost.
    """
    pattern = looks_like(rota.event_title, title=rota.title)
    others = rotas_besides(rota)

    def is_alike(event: Event) -> bool:
        marked = event.private.get(ROTA)
        if marked == rota.uid.hex or marked in others or pattern is None:
            return marked == rota.uid.hex
        return pattern.fullmatch(squeezed(event.summary)) is not None

    return [event for event in events if is_alike(event)]


def rotas_besides(rota: Rota) -> dict[str, str]:
    """The other rotas in use, by what marks their events."""
    found = Rota.objects.filter(enabled=True).exclude(pk=rota.pk)
    return {each.uid.hex: each.name for each in found}


def whose(sync: Sync, rota: Rota) -> Callable[[Event], str]:
    """Of which other rota in use an event is known to be, by its mark or by its id; or of none."""
    marks = rotas_besides(rota)
    links = Link.objects.filter(part=part_of(sync.options["calendar_id"]), sync__enabled=True)
    recorded = {
        link.ref: link.sync.options.get("rota", "")
        for link in links.exclude(sync=sync).exclude(ref=None).select_related("sync")
    }
    names = {*marks.values()}

    def of(event: Event) -> str:
        told = recorded.get(event.id, "")
        return marks.get(event.private.get(ROTA, ""), told if told in names else "")

    return of


def own(sync: Sync, shift: Shift, event_id: str) -> None:
    """From now on the event is this shift's, whoever made it; the next run puts it right."""
    calendar = sync.options["calendar_id"]
    Link.objects.update_or_create(
        sync=sync,
        part=part_of(calendar),
        key=shift.uid.hex,
        defaults={
            "ref": event_id,
            "wanted": None,
            "found": None,
            "sent_at": None,
            "refused_at": None,
            "reason": "",
        },
    )


def warning(rota: Rota, events: list[Event]) -> str:
    """One sentence about events that look like the rota's."""
    told = ", ".join(f"“{event.summary}” on {day_of(event)}" for event in events[:NAMED])
    more = f" and {len(events) - NAMED} more" if len(events) > NAMED else ""
    verb, is_not = ("looks", "is not") if len(events) == 1 else ("look", "are not")
    return (
        f"{told}{more} {verb} like this rota's, and {is_not}: "
        f"`rota adopt {rota}` shows what can be taken over."
    )
