"""Leave from Breathe HR as absences of a rota's people. Of what kind it is goes no further."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from integrations.models import Connection
from rota.models import Absence
from uploader.engine import Change, Item
from uploader.kinds import Batch, Context
from uploader.models import Sync
from uploader.people import Address, Person
from uploader.reading import Reading
from uploader.syncs.breathe_to_productive.leave import KINDS, Leave
from uploader.syncs.breathe_to_productive.options import TRAINING_STATUSES
from uploader.syncs.breathe_to_productive.source import BreatheSource, Wanted
from uploader.syncs.breathe_to_productive.spans import Span, merged

LEAVE_SYNCS = "breathe_to_productive"


@dataclass(frozen=True, slots=True)
class Away:
    """A person is away from one day to another, both included."""

    person: int
    first: date
    last: date

    @property
    def key(self) -> str:
        return f"{self.person}/{self.first}/{self.last}"


class LeaveBatch(Batch):
    """Absences that come from the leave system, compared with those that are kept here."""

    part = "absences"
    group = "absences"
    there = "here"

    def __init__(
        self,
        connection: Connection,
        names: Mapping[int, str],
        leaves: Mapping[int, Collection[Leave]],
        *,
        since: date,
    ) -> None:
        self.connection = connection
        self.names = names
        # Of nobody else is anything known, so nothing of theirs is taken away.
        self.people = list(leaves)
        self.since = since
        self.wanted = [away for person in leaves for away in self._away(person, leaves[person])]

    def _away(self, person: int, leaves: Iterable[Leave]) -> list[Away]:
        """Half a day counts as away."""
        spans = merged(event.span for leave in leaves for event in leave.events)
        whole = merged(Span(span.start, span.end) for span in spans)
        return [Away(person, span.start, span.end) for span in whole if span.end >= self.since]

    def desired(self) -> Iterable[Item]:
        return [self._item(away) for away in self.wanted]

    def existing(self) -> Iterable[Item]:
        kept = Absence.objects.filter(
            origin=Absence.Origin.LEAVE,
            connection=self.connection,
            person__in=self.people,
            last_day__gte=self.since,
        )
        for row in kept:
            away = Away(row.person_id, row.first_day, row.last_day)
            yield self._item(away, ref=str(row.pk))

    def replaces(self, row: Absence) -> bool:
        """Whether it is leave that was read anew."""
        own = row.origin == Absence.Origin.LEAVE and row.connection_id == self.connection.pk
        return own and row.person_id in self.people

    def _item(self, away: Away, *, ref: str | None = None) -> Item:
        return Item(
            key=away.key,
            content=None,
            ref=ref,
            ours=True,
            subject=self.names[away.person],
            what=f"away {away.first} to {away.last}",
            load=away,
        )

    def apply(self, change: Change) -> Item | None:
        if change.wanted is None:
            ref = change.found.ref if change.found is not None else None
            Absence.objects.filter(pk=ref or 0).delete()
            return None
        away: Away = change.wanted.load
        row = Absence.objects.create(
            person_id=away.person,
            first_day=away.first,
            last_day=away.last,
            origin=Absence.Origin.LEAVE,
            connection=self.connection,
        )
        return self._item(away, ref=str(row.pk))


def leave_batch(
    context: Context, reading: Reading, people: Iterable[Person], *, today: date
) -> LeaveBatch:
    """The leave that has not ended, of those of these people who are known there."""
    connection = context.sync.source
    if connection is None:
        raise ValueError(f"{context.sync} has no source to read leave from.")
    wanted = Wanted(
        kinds=KINDS,
        ignored_reasons=_is_no_leave(connection),
        training_statuses=TRAINING_STATUSES,
        today=today,
        since=today,
    )
    # Warnings about people who are in no rota are for the sync of leave itself.
    source = BreatheSource(context.source, wanted, reading=reading, warn=lambda _: None)
    names = {person.pk: person.name for person in people}
    by_person = _by_person(source.leaves(), names)
    for person, name in names.items():
        if person not in by_person:
            context.warn(f"{name}: nobody at Breathe HR has an address of theirs; no leave known.")
        elif any(leave.is_wrong for leave in by_person[person]):
            context.warn(f"{name}: something of their leave cannot be meant; it stays as it was.")
            del by_person[person]
    return LeaveBatch(connection, names, by_person, since=today)


def _is_no_leave(connection: Connection) -> list[str]:
    """Reasons that a sync of leave from there leaves out, such as working from home."""
    options = Sync.objects.filter(kind=LEAVE_SYNCS, source=connection, enabled=True)
    return [
        reason
        for each in options.values_list("options", flat=True)
        for reason in each.get("ignored_reasons", [])
    ]


def _by_person(leaves: Iterable[Leave], names: Mapping[int, str]) -> dict[int, list[Leave]]:
    rows = Address.objects.filter(person__in=names, enabled=True)
    owners = dict(rows.values_list("email", "person_id"))
    found: dict[int, list[Leave]] = defaultdict(list)
    for leave in leaves:
        for person in {owners[email] for email in leave.emails if email in owners}:
            found[person].append(leave)
    return found


def days_away(
    absences: Iterable[Absence], leave: LeaveBatch | None
) -> dict[int, tuple[tuple[date, date], ...]]:
    """By person, from when to when they are away: as it is kept here, and as leave is now."""
    spans: dict[int, set[tuple[date, date]]] = defaultdict(set)
    for row in absences:
        if leave is None or not leave.replaces(row):
            spans[row.person_id].add((row.first_day, row.last_day))
    for away in leave.wanted if leave is not None else ():
        spans[away.person].add((away.first, away.last))
    return {person: tuple(sorted(found)) for person, found in spans.items()}
