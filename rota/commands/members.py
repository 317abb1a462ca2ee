"""`rota members`: whom a rota draws from, in the order in which turns go round."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integrations.errors import IntegrationError, RetryableError
from rota import setup
from rota.commands.part import Part
from rota.models import Member, Rota
from rota.syncs.members.kind import RotaMembers
from uploader import building
from uploader.command import FAILED, WAITING, Answer
from uploader.inline import DryRun
from uploader.kinds import CannotRun
from uploader.models import Sync


@dataclass(frozen=True, kw_only=True)
class Listed:
    """`active`: whether turns go round to them."""

    name: str
    email: str
    slack_id: str
    active: bool

    def document(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "email": self.email or None,
            "slack_id": self.slack_id or None,
            "active": self.active,
        }

    def line(self, width: int) -> str:
        notes = (self.slack_id, self.email, "" if self.active else "left out")
        return f"{self.name:{width}}  {'  '.join(filter(None, notes))}".rstrip()


class Members(Part):
    name = "members"
    words = "the people it draws from, with their ids; those of a Slack usergroup are fetched"

    @classmethod
    def nothing(cls, rota: str) -> dict[str, Any]:
        return {"rota": rota, "members": []}

    def answer(self, rota: Rota, options: dict[str, Any], *, now: datetime) -> Answer:
        drawn = rota.syncs().filter(kind=setup.MEMBERS, enabled=True)
        sync = drawn.select_related("source", "target").first()
        if sync is None:
            return self._listed(rota, _stored(rota, now=now))
        try:
            return self._listed(rota, self._fetched(sync, rota, now=now))
        except (IntegrationError, CannotRun) as error:
            waits = isinstance(error, RetryableError)
            return self.unfinished(rota, str(error), WAITING if waits else FAILED)

    def _listed(self, rota: Rota, people: Iterable[Listed]) -> Answer:
        people = list(people)
        width = max((len(each.name) for each in people), default=0)
        for each in people:
            self.command.show(each.line(width))
        if not people:
            self.command.show(f"{rota}: nobody is in it.")
        members = [each.document() for each in people]
        return Answer({"rota": rota.name, "members": members, "error": None})

    def _fetched(self, sync: Sync, rota: Rota, *, now: datetime) -> list[Listed]:
        """A look: as turns go round now, then joiners, then those of the group who cannot serve."""
        with self.command.at_work(sync) as manner:
            look = DryRun(sync=sync, manner=manner)
            kind = building.build(sync, {}, manner, look, explicit=True)
            if not isinstance(kind, RotaMembers):
                raise CannotRun(f"{sync} does not draw members from Slack.")
            found = list(_of(kind, _staying(rota, now=now)))
        for warning in kind.context.warnings:
            self.command.warn(warning)
        return found


def _of(kind: RotaMembers, members: Iterable[Member]) -> Iterator[Listed]:
    people = dict(kind.people)
    order = {member.person_id: number for number, member in enumerate(members)}
    last = len(order)

    def turn(slack_id: str) -> tuple[int, str, str]:
        someone = people[slack_id]
        number = order.get(someone.person.pk, last) if someone.person else last
        return number, someone.name.casefold(), slack_id

    for slack_id in sorted(people, key=turn):
        someone = people[slack_id]
        yield Listed(name=someone.name, email=someone.email, slack_id=slack_id, active=True)
    for user in kind.users:
        if user.id not in people:
            yield Listed(name=user.name, email=user.email, slack_id=user.id, active=False)


def _stored(rota: Rota, *, now: datetime) -> Iterator[Listed]:
    today = rota.today(now)
    for member in _staying(rota, now=now):
        emails = [each.email for each in member.person.addresses.all() if each.enabled]
        yield Listed(
            name=member.name,
            email=emails[0] if emails else "",
            slack_id=member.person.slack_id,
            active=member.serves_on(today),
        )


def _staying(rota: Rota, *, now: datetime) -> list[Member]:
    """In the order of turns; those who have left are nobody to draw from."""
    today = rota.today(now)
    rows = rota.members.select_related("person").prefetch_related("person__addresses")
    return [each for each in rows if each.left_on is None or each.left_on >= today]
