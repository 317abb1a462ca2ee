"""With whom a rota's calendar is kept shared: its members, and nobody loses what others gave."""

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date
from functools import cached_property

from django.db.models import Q

from integrations.google_calendar.client import GoogleCalendarClient, Rule
from rota.models import Rota
from uploader.engine import Action, Change, Item, Link, fingerprint
from uploader.kinds import Batch
from uploader.people import Address, folded

READER = "reader"
# Who may read events, by whatever else they may do.
READING = (READER, "writerWithoutPrivateAccess", "writer", "owner")
WANTED = {"reads": True}


def members_addresses(rota: Rota, *, today: date) -> list[str]:
    """Every address of everybody who has not left."""
    present = rota.members.filter(Q(left_on=None) | Q(left_on__gte=today))
    own = Address.objects.filter(enabled=True, person__in=present.values("person"))
    return list(own.values_list("email", flat=True))


def part_of(calendar: str) -> str:
    return f"sharing {fingerprint(calendar)}"


class Sharing(Batch):
    """`rules` gives those of the calendar as they are, not much older than a few seconds."""

    group = "sharing"
    there = "in the calendar's sharing"
    # Google puts a new rule in the place of whatever somebody had before.
    rechecks: tuple[Action, ...] = ("create", "update", "delete")

    def __init__(
        self,
        addresses: Iterable[str],
        links: Iterable[Link],
        *,
        client: GoogleCalendarClient,
        calendar: str,
        rules: Callable[[], list[Rule]],
        wrote: Callable[[], None],
    ) -> None:
        self.part = part_of(calendar)
        self.client = client
        self.calendar = calendar
        self.addresses = list(addresses)
        self.links = {link.key: link for link in links}
        self.rules = rules
        self.wrote = wrote

    def desired(self) -> Iterator[Item]:
        for email in self.addresses:
            if email not in self.left_alone:
                yield Item(key=email, content=WANTED, what=f"{email} may see the calendar")

    def existing(self) -> Iterator[Item]:
        for email, rule in self.of_people.items():
            if email not in self.left_alone:
                yield self._shown(email, rule)

    def aside(self) -> Collection[str]:
        return self.left_alone

    @cached_property
    def of_people(self) -> dict[str, Rule]:
        """What is given to one person or group, by their address."""
        return _of_people(self.rules())

    @cached_property
    def left_alone(self) -> frozenset[str]:
        """Who was given more than we gave: that is for whoever gave it to take back. And who may
        see the calendar anyway, as everybody in their company may."""
        given = {email for email, rule in self.of_people.items() if self._was_raised(email, rule)}
        broad = [rule for rule in self.rules() if rule.role in READING]
        covered = {
            email
            for email in self.addresses
            if email not in self.links and any(_covers(rule, email) for rule in broad)
        }
        return frozenset(given | covered)

    def _was_raised(self, email: str, rule: Rule) -> bool:
        return self._is_ours(email, rule) is True and rule.role in READING[1:]

    def _is_ours(self, email: str, rule: Rule) -> bool | None:
        link = self.links.get(email)
        if link is None or (link.ref is None and link.sent_at is None):
            return False
        # Sent and never answered: this rule is the answer.
        return None if link.ref is None else link.ref == rule.id

    def _shown(self, email: str, rule: Rule) -> Item:
        can = "may see" if rule.role in READING else "may not see"
        return Item(
            key=email,
            ref=rule.id,
            ours=self._is_ours(email, rule),
            content={"reads": rule.role in READING},
            what=f"{email} {can} the calendar",
            load=rule,
        )

    # ----------------------------------------------------------------- writing

    def recheck(self, change: Change) -> bool:
        """Whether nobody has given or taken anything there since it was planned."""
        email = change.wanted.key if change.wanted else change.found and change.found.key
        now = _of_people(self.rules()).get(email or "")
        return now == (change.found.load if change.found else None)

    def apply(self, change: Change) -> Item | None:
        self.wrote()
        if change.wanted is None:
            if change.found is not None and change.found.ref is not None:
                self.client.delete_rule(self.calendar, change.found.ref)
            return None
        rule = self.client.insert_rule(self.calendar, change.key, READER)
        return self._shown(change.key, rule)


def _of_people(rules: Iterable[Rule]) -> dict[str, Rule]:
    return {folded(rule.value): rule for rule in rules if rule.scope_type in ("user", "group")}


def _covers(rule: Rule, email: str) -> bool:
    if rule.scope_type == "default":
        return True
    return rule.scope_type == "domain" and email.endswith(f"@{folded(rule.value)}")
