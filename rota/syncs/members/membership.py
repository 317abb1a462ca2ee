"""Who is in a rota, as the usergroup has it: joiners come last, and whoever is gone has left."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import cached_property

from django.db import transaction
from django.db.models import Q, QuerySet

from rota import joining
from rota.models import Member, Rota
from rota.syncs.members.people import Someone
from uploader.engine import Action, Change, Item
from uploader.kinds import Batch, Context
from uploader.people import Address, Person


class Membership(Batch):
    """The members of today, keyed by Slack id; whoever has none by their number."""

    part = "members"
    there = "here"
    rechecks: tuple[Action, ...] = ("create", "update", "delete")

    def __init__(self, rota: Rota, people: Mapping[str, Someone], context: Context) -> None:
        self.rota = rota
        self.people = people
        self.context = context
        self.today: date = rota.today(context.clock())

    def desired(self) -> Iterable[Item]:
        """Those who join together do so by their names, whatever order Slack lists them in."""
        by_name = sorted(self.people.items(), key=lambda one: (one[1].name.casefold(), one[0]))
        return [self._wanted(someone) for _, someone in by_name]

    def existing(self) -> Iterable[Item]:
        return [self._shown(member) for member in self.members.values()]

    @cached_property
    def members(self) -> dict[int, Member]:
        """By person."""
        rows = self._staying.select_related("person").prefetch_related("person__addresses")
        return {member.person_id: member for member in rows.order_by("-pk")}

    @property
    def _staying(self) -> "QuerySet[Member]":
        return self.rota.members.filter(Q(left_on=None) | Q(left_on__gt=self.today))

    @cached_property
    def _known(self) -> dict[int, Someone]:
        """Those who are somebody here, by person."""
        return {one.person.pk: one for one in self.people.values() if one.person is not None}

    # ------------------------------------------------------------------- items

    def _wanted(self, someone: Someone) -> Item:
        user = someone.user
        return Item(
            key=user.id,
            content={
                "name": someone.name,
                "timezone": someone.timezone,
                "slack_id": user.id,
                "email": someone.email,
            },
            subject=someone.name,
            what=_told(someone.name, user.id, someone.email, someone.timezone),
            load=someone,
        )

    def _shown(self, member: Member) -> Item:
        person = member.person
        someone = self._known.get(person.pk)
        own = {address.email for address in person.addresses.all() if address.enabled}
        email = someone.email if someone and someone.email in own else ""
        told = _told(person.name, person.slack_id, email, person.timezone)
        return Item(
            key=someone.user.id if someone else person.slack_id or f"member {member.pk}",
            ref=str(member.pk),
            ours=True,
            content={
                "name": person.name,
                "timezone": person.timezone,
                "slack_id": person.slack_id,
                "email": email,
            },
            subject=person.name,
            what=told if someone else f"{person.name}: {self._last_day(member)}",
            load=member,
        )

    def _last_day(self, member: Member) -> str:
        starts = self._ahead(member)
        if not starts:
            return f"last day {self.today}"
        shifts = "1 shift" if len(starts) == 1 else f"{len(starts)} shifts"
        return f"last day {self.today}; {shifts} from {starts[0]} on to be given to others"

    def _ahead(self, member: Member) -> list[date]:
        """When the shifts begin that were still to come."""
        ahead = member.duties.filter(shift__start__gt=self.today, shift__cancelled_at=None)
        return list(ahead.order_by("shift__start").values_list("shift__start", flat=True))

    # ----------------------------------------------------------------- writing

    def recheck(self, change: Change) -> bool:
        """Whether they are in the rota, or not, as when this was planned."""
        return (self._now(change) is None) == (change.found is None)

    def _now(self, change: Change) -> Member | None:
        if change.found is not None:
            member: Member = change.found.load
            return self._staying.filter(pk=member.pk).first()
        return self._staying.filter(person__slack_id=change.key).first()

    @transaction.atomic
    def apply(self, change: Change) -> Item | None:
        """What follows from it for the duties is written down with it."""
        # One after the other: two workers must not take the same person for a new one.
        Rota.objects.select_for_update().get(pk=self.rota.pk)
        joining.planned_anew(self.rota, now=self.context.clock())
        there = self._now(change)
        if change.wanted is None:
            if there is not None:
                self._leaves(there)
            return None
        someone: Someone = change.wanted.load
        person = there.person if there else someone.person or Person()
        _put_right(person, someone)
        member = there or joining.join_last(self.rota, person, today=self.today)
        return replace(change.wanted, ref=str(member.pk), ours=True)

    def _leaves(self, member: Member) -> None:
        joining.leave(member, today=self.today)
        if self._ahead(member) and not joining.follows_by_itself(self.rota):
            self.context.warn(
                f"What {member} was to do stays theirs until it is planned anew: "
                f"`rota generate {self.rota} --apply`."
            )


def _put_right(person: Person, someone: Someone) -> None:
    person.name, person.timezone = someone.name, someone.timezone
    person.slack_id = someone.user.id
    person.save()
    if someone.email:
        # One that stands for nobody is free to have.
        address, _ = Address.objects.get_or_create(email=someone.email, defaults={"person": person})
        if not address.enabled:
            address.person, address.enabled = person, True
            address.save()


def _told(name: str, slack_id: str, email: str, timezone: str) -> str:
    return ", ".join(filter(None, (f"{name} ({slack_id or 'no Slack id'})", email, timezone)))
