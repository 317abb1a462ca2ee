"""Who of those on duty is on the project of the service; nobody is ever taken off it by us."""

from collections.abc import Iterable, Mapping

from integrations.productive.client import Assignment, ProductiveClient, Service
from rota.syncs.productive.onduty import OnDuty
from uploader.engine import Change, Item
from uploader.kinds import Batch


class AssignmentBatch(Batch):
    """Comes before the bookings: somebody who is not on the project cannot be booked."""

    group = "project"

    def __init__(
        self,
        client: ProductiveClient,
        service: Service,
        people: Mapping[str, OnDuty],
        listed: Iterable[Assignment],
    ) -> None:
        self.client = client
        self.project_id = service.project_id or ""
        self.project = service.project or f"project {self.project_id}"
        self.people = people
        self.listed = listed
        self.part = f"project {self.project_id}"

    def desired(self) -> Iterable[Item]:
        return [self._item(person_id) for person_id in self.people]

    def existing(self) -> Iterable[Item]:
        """Only of those who are wanted, and only on this project: the filters may do nothing."""
        return [
            self._item(held.person_id, ref=held.id)
            for held in self.listed
            if held.project_id == self.project_id and held.person_id in self.people
        ]

    def apply(self, change: Change) -> Item | None:
        if change.wanted is None:
            return None
        person_id = change.key
        held = self.client.assign(person_id=person_id, project_id=self.project_id)
        return self._item(person_id, ref=held.id)

    def _item(self, person_id: str, *, ref: str | None = None) -> Item:
        return Item(
            key=person_id,
            content=None,
            ref=None if ref is None else f"assignment {ref}",
            subject=self.people[person_id].name,
            what=f"on the project {self.project}",
        )
