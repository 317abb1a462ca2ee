"""Which person each of a usergroup's people is: by Slack id, else by address, never by a name."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from integrations.slack.client import User
from rota.checks import check_timezone
from rota.models import Rota
from uploader.people import Address, Person, folded


@dataclass(frozen=True)
class Someone:
    """One of the usergroup, and who that is here; None for somebody new. `email` is theirs to
    have, or ""."""

    user: User
    person: Person | None
    email: str

    @property
    def name(self) -> str:
        """What a file calls people it goes on calling them."""
        if self.person is not None and self.person.from_file:
            return self.person.name
        return self.user.name[:200]

    @property
    def timezone(self) -> str:
        """Where Slack does not tell, it is as it was."""
        try:
            check_timezone(self.user.timezone)
        except ValidationError:
            return self.person.timezone if self.person else "UTC"
        return self.user.timezone


def who_they_are(
    users: Iterable[User], rota: Rota, *, warn: Callable[[str], None]
) -> dict[str, Someone]:
    """By Slack id, in the same order."""
    users = list(users)
    by_id = _by_slack_id([user.id for user in users], rota)
    addresses = _addresses(users)
    taken = {person.pk for person in by_id.values()}
    found = {}
    for user in users:
        address = addresses.get(folded(user.email))
        person = by_id.get(user.id)
        if person is None and address is not None and address.person_id not in taken:
            person = address.person
            taken.add(person.pk)
        email = folded(user.email) if _is_address(user.email) else ""
        if address is not None and (person is None or address.person_id != person.pk):
            warn(
                f"{user.name} ({user.id}) has the address {email} at Slack, which is that of "
                f"{address.person} here. If they are one person, give that one the Slack id "
                f"{user.id} in the admin."
            )
            email = ""
        found[user.id] = Someone(user, person, email)
    return found


def _by_slack_id(ids: list[str], rota: Rota) -> dict[str, Person]:
    """Of several who have one id, whoever is in the rota already."""
    people = Person.objects.filter(slack_id__in=ids).order_by("-pk")
    here = set(rota.members.values_list("person", flat=True))
    return {person.slack_id: person for person in sorted(people, key=lambda one: one.pk in here)}


def _addresses(users: Iterable[User]) -> dict[str, Address]:
    emails = {folded(user.email) for user in users if user.email}
    known = Address.objects.filter(email__in=emails, enabled=True).select_related("person")
    return {address.email: address for address in known}


def _is_address(email: str) -> bool:
    try:
        validate_email(email)
    except ValidationError:
        return False
    return True
