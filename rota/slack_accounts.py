"""Who people are at Slack: known for a day, then asked again, with as few requests as it takes.

The only writer of SlackAccount. Whoever only looks asks, and stores nothing.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from integrations.errors import RetryableError
from integrations.models import Connection
from integrations.pace import Paused
from integrations.slack.client import SlackClient, User
from rota.models import SlackAccount

FRESH = timedelta(days=1)
# One by one up to here; more of them are looked for in the list of everybody.
FEW = 10


class Accounts:
    """Of one connection. `kept` is what `to_keep` gave before a wait."""

    def __init__(
        self,
        connection: Connection,
        client: SlackClient,
        *,
        now: Callable[[], datetime],
        kept: Mapping[str, Any] | None = None,
    ) -> None:
        kept = kept or {}
        self.connection = connection
        self.client = client
        self.now = now
        self.asked = {each["id"]: User(**each) for each in kept.get("asked", [])}
        # Where the list of everybody goes on.
        self.page: str | None = kept.get("page")

    def of(self, ids: Iterable[str], *, anew: bool = False) -> dict[str, User]:
        """Who they are, in that order; somebody nobody may see there is no regular person.
        `anew`: whatever is known may be outdated."""
        ids = list(dict.fromkeys(ids))
        known = {} if anew else self._known(ids)
        self._ask([each for each in ids if each not in known])
        return {each: self.asked.get(each) or known[each] for each in ids}

    def told_apart(self, users: Iterable[User]) -> list[User]:
        """The same with names that are theirs alone among everybody we know of there: who is shown
        by the same as somebody else goes by the full name, or else with the id beside it."""
        users = list(users)
        shown = dict(
            SlackAccount.objects.filter(connection=self.connection).values_list("slack_id", "name")
        )
        times = Counter((shown | {user.id: user.name for user in users}).values())
        full = Counter(user.full_name for user in users)
        return [
            user if times[user.name] == 1 else replace(user, name=_own_name(user, full))
            for user in users
        ]

    def store(self) -> None:
        """For those who ask next."""
        SlackAccount.objects.bulk_create(
            [
                SlackAccount(
                    connection=self.connection,
                    slack_id=user.id,
                    name=user.name[:200],
                    full_name=user.full_name[:200],
                    email=user.email[:254],
                    timezone=user.timezone[:64],
                    is_regular=user.is_regular,
                    looked_up_at=self.now(),
                )
                for user in self.asked.values()
            ],
            update_conflicts=True,
            unique_fields=["connection", "slack_id"],
            update_fields=["name", "full_name", "email", "timezone", "is_regular", "looked_up_at"],
        )

    def to_keep(self) -> dict[str, Any]:
        return {"asked": [asdict(user) for user in self.asked.values()], "page": self.page}

    def _known(self, ids: list[str]) -> dict[str, User]:
        stored = SlackAccount.objects.filter(
            connection=self.connection,
            slack_id__in=ids,
            looked_up_at__gt=self.now() - FRESH,
        )
        known = {
            row.slack_id: User(
                id=row.slack_id,
                name=row.name,
                email=row.email,
                timezone=row.timezone,
                is_regular=row.is_regular,
                full_name=row.full_name,
            )
            for row in stored
        }
        return known | {each: self.asked[each] for each in ids if each in self.asked}

    def _ask(self, ids: list[str]) -> None:
        missing = set(ids)
        if len(missing) > FEW:
            missing -= self._found_in_the_list(missing)
        for each in ids:
            if each in missing:
                self.asked[each] = self.client.user(each) or _nobody(each)

    def _found_in_the_list(self, ids: set[str]) -> set[str]:
        """Read no further than it takes; after a wait it goes on where it was."""
        found: set[str] = set()
        while True:
            page = self._next_page()
            here = {user.id: user for user in page.rows if user.id in ids}
            self.asked |= here
            found |= here.keys()
            self.page = page.next
            if self.page is None or found == ids:
                self.page = None
                return found

    def _next_page(self) -> Any:
        try:
            return self.client.users(self.page)
        except RetryableError as error:
            if not isinstance(error, Paused) and error.status != 429:
                # Perhaps the address of the page is what is wrong.
                self.page = None
            raise


def _own_name(user: User, full: Mapping[str, int]) -> str:
    if user.full_name and user.full_name != user.name and full[user.full_name] == 1:
        return user.full_name
    return f"{user.name} ({user.id})"


def _nobody(slack_id: str) -> User:
    return User(id=slack_id, name=slack_id, email="", timezone="", is_regular=False)
