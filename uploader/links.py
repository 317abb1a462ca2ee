"""The links of one sync and part, kept in the database for the engine."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from uploader import engine
from uploader.models import Link, Sync

KEPT = ("ref", "wanted", "found", "sent_at", "refused_at", "reason")


class StoredLinks:
    """`known`: what the database holds of this part, where that was just read. `fence` is called
    before every write, in one transaction with it, and raises where the run is in other hands."""

    def __init__(
        self,
        sync: Sync,
        part: str = "",
        *,
        known: Iterable[engine.Link] | None = None,
        fence: Callable[[], None] = lambda: None,
    ) -> None:
        self.sync = sync
        self.part = part
        self.known = known
        self.fence = fence

    def all(self) -> Iterable[engine.Link]:
        if self.known is not None:
            return self.known
        return [_link(row) for row in Link.objects.filter(sync=self.sync, part=self.part)]

    def save(self, link: engine.Link) -> None:
        self.save_all([link])

    def save_all(self, links: Iterable[engine.Link]) -> None:
        """All of them or none."""
        rows = [
            Link(
                sync=self.sync,
                part=self.part,
                key=link.key,
                **{name: getattr(link, name) for name in KEPT},
            )
            for link in links
        ]
        if not rows:
            return
        with transaction.atomic():
            self.fence()
            Link.objects.bulk_create(
                rows,
                update_conflicts=True,
                unique_fields=["sync", "part", "key"],
                update_fields=KEPT,
                batch_size=500,
            )

    def forget(self, key: str) -> None:
        with transaction.atomic():
            self.fence()
            Link.objects.filter(sync=self.sync, part=self.part, key=key).delete()


def by_part(sync: Sync) -> dict[str, list[engine.Link]]:
    """Everything that is remembered of a sync, in one question."""
    links = defaultdict(list)
    for row in Link.objects.filter(sync=sync).iterator(chunk_size=2000):
        links[row.part].append(_link(row))
    return links


@dataclass(frozen=True)
class Other:
    """Who put something at the target, and as what: another sync, or this one with other parts."""

    sync: str
    enabled: bool
    part: str
    key: str


def put_there_by_others(sync: Sync, *, but: Collection[str] | None = None) -> dict[str, Other]:
    """By what they are called at the target, the things that syncs of this kind have put there,
    without those of this sync, or only without these parts of it."""
    rows = Link.objects.filter(sync__kind=sync.kind, ref__isnull=False)
    rows = rows.filter(sync__target__provider=sync.target.provider if sync.target else "")
    own = {"sync": sync} if but is None else {"sync": sync, "part__in": but}
    # Of several that know it, one that is in use comes last and counts.
    named = rows.exclude(**own).order_by("sync__enabled")
    told = named.values_list("ref", "sync__name", "sync__enabled", "part", "key")
    return {
        ref: Other(name, enabled, part, key)
        for ref, name, enabled, part, key in told
        if ref is not None
    }


def twin_of(sync: Sync, *, begins: str) -> str | None:
    """Another enabled sync of this kind that remembers anything of a part that begins so."""
    rows = Link.objects.filter(
        sync__kind=sync.kind, sync__enabled=True, part__startswith=begins
    ).exclude(sync=sync)
    return rows.values_list("sync__name", flat=True).first()


def _link(row: Link) -> engine.Link:
    return engine.Link(key=row.key, **{name: getattr(row, name) for name in KEPT})


def try_refused_again(sync: Sync, *, now: datetime) -> None:
    """The next run does what was refused once more, as if a day had passed since."""
    held = Link.objects.filter(sync=sync, refused_at__gt=now - engine.REFUSALS_LAST)
    held.update(refused_at=now - engine.REFUSALS_LAST)
