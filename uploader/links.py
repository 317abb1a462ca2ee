"""The links of one sync and part, kept in the database for the engine."""

from collections.abc import Iterable

from uploader import engine
from uploader.models import Link, Sync


class StoredLinks:
    def __init__(self, sync: Sync, part: str = "") -> None:
        self.sync = sync
        self.part = part

    def all(self) -> Iterable[engine.Link]:
        for row in Link.objects.filter(sync=self.sync, part=self.part):
            yield engine.Link(
                key=row.key,
                ref=row.ref,
                wanted=row.wanted,
                found=row.found,
                sent_at=row.sent_at,
                refused_at=row.refused_at,
                reason=row.reason,
            )

    def save(self, link: engine.Link) -> None:
        Link.objects.update_or_create(
            sync=self.sync,
            part=self.part,
            key=link.key,
            defaults={
                "ref": link.ref,
                "wanted": link.wanted,
                "found": link.found,
                "sent_at": link.sent_at,
                "refused_at": link.refused_at,
                "reason": link.reason,
            },
        )

    def forget(self, key: str) -> None:
        Link.objects.filter(sync=self.sync, part=self.part, key=key).delete()
