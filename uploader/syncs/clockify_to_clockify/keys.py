"""With whose key a sync of times works: one that is kept as a connection, or one just typed in."""

import hmac
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.text import slugify

from integrations import connections
from integrations import provider as providers
from integrations.clockify.client import OWN_KEY, ClockifyClient
from integrations.clockify.provider import REGIONS, regional_address
from integrations.errors import (
    IntegrationError,
    ReconnectError,
    RetryableError,
    UnexpectedError,
)
from integrations.models import Connection
from uploader.syncs.clockify_to_clockify.draft import CannotSetUp

State = Connection.State
PROVIDER = "clockify"
GLOBAL = "global"
# Names are cut so that a number still fits behind them.
LONGEST_NAME = 90
WHERE_TO_MAKE = (
    "A workspace with its own subdomain, or in a region, needs a key that was made there, and a "
    "connection that says which region."
)
WRONG_KEY = (
    "Clockify does not accept this key. Copy it again from your preferences at Clockify, or make "
    f"a new one there. {WHERE_TO_MAKE}"
)


def offered() -> "QuerySet[Connection]":
    """The team's connections to Clockify that work, or may work again."""
    there = Connection.objects.filter(provider=PROVIDER, owner=None, enabled=True)
    return there.filter(state__in=(State.CONNECTED, State.NEEDS_RECONNECT))


def regions() -> list[tuple[str, str]]:
    """Where a key may be from: a code and words; one alone where the environment says where."""
    if providers.get(PROVIDER).is_sandbox():
        return [(GLOBAL, "where this installation is set up to look")]
    usual = (GLOBAL, "no region: app.clockify.me, or a subdomain that is in none")
    return [usual, *REGIONS.items()]


def usable(name: str) -> Connection:
    found = offered().filter(name=name).first()
    if found is None:
        raise CannotSetUp(f"There is no connection “{name}” to Clockify that could be used.")
    return found


def tried(connection: Connection, *, now: datetime) -> str:
    """Whose key it is; CannotSetUp where it does not work."""
    with in_words(f"The connection {connection} does not work. {WRONG_KEY}"):
        return connections.check(connection, now=now)


def keep(
    key: str, *, region: str = GLOBAL, name: str = "", by: Any, now: datetime
) -> tuple[Connection, bool]:
    """A connection of the team with this key, and whether it is new: it is tried out first.

    A key that is kept already is not kept twice. Without a name it gets one that tells whose it is.
    """
    base_url = _address(region)
    credentials = _credentials(key)
    spec = providers.get(PROVIDER)
    with in_words(WRONG_KEY):
        client = cast(ClockifyClient, connections.typed_in(spec, credentials, base_url=base_url))
        account = spec.check(client)
        same = _with_key(credentials["api_key"], base_url)
        if same is not None:
            return same, False
        name = name.strip() or _suggested(client, account)
    new = Connection(name=name, provider=PROVIDER, base_url=base_url, account=account[:200])
    _refuse_what_is_no_name(new)
    try:
        with transaction.atomic():
            connections.keep(new, credentials, by=by, now=now)
    except IntegrityError:  # somebody was quicker
        raise CannotSetUp(f"There is a connection “{name}” already.", at="name") from None
    return new, True


def _address(region: str) -> str:
    """Of a region that is offered; an address never comes from outside."""
    if region not in dict(regions()):
        raise CannotSetUp("Choose one of the regions.", at="region")
    return "" if region == GLOBAL else regional_address(region)


def _credentials(key: str) -> dict[str, Any]:
    form = providers.get(PROVIDER).credentials_form({"api_key": key})
    if not form.is_valid():
        raise CannotSetUp(" ".join(map(str, form.errors["api_key"])), at="key")
    return form.cleaned_data


def _with_key(key: str, base_url: str) -> Connection | None:
    for connection in offered().filter(base_url=base_url, state=State.CONNECTED):
        if hmac.compare_digest(_key_of(connection).encode(), key.encode()):
            return connection
    return None


def _key_of(connection: Connection) -> str:
    try:
        values: Mapping[str, Any] = connections.opened(connection)
    except UnexpectedError:  # encrypted with a lost key
        return ""
    return str(values.get("api_key", ""))


def _suggested(client: ClockifyClient, account: str) -> str:
    """After the one workspace that the key opens, else after whose it is."""
    seen = client.workspaces()
    whose = seen[0].name if len(seen) == 1 else account.partition("@")[0]
    taken = Connection.objects.values_list("name", flat=True)
    return free_name(f"{PROVIDER}-{slugify(whose) or 'key'}", taken)


def free_name(wanted: str, taken: Iterable[str]) -> str:
    names, wanted = set(taken), wanted[:LONGEST_NAME].rstrip("-_")
    numbered = (f"{wanted}-{number}" for number in range(2, len(names) + 3))
    return wanted if wanted not in names else next(name for name in numbered if name not in names)


def _refuse_what_is_no_name(connection: Connection) -> None:
    if Connection.objects.filter(name=connection.name).exists():
        sentence = f"There is a connection “{connection.name}” already: choose another name."
        raise CannotSetUp(sentence, at="name")
    try:
        connection.full_clean()
    except ValidationError as error:
        raise CannotSetUp(" ".join(error.messages), at="name") from None


@contextmanager
def in_words(not_let_in: str) -> Iterator[None]:
    """What goes wrong at Clockify as a sentence for people; `not_let_in` is that of a refused
    key."""
    try:
        yield
    except ReconnectError as error:
        # Clockify says 401 of more than wrong keys: of addresses not confirmed, of closed accounts.
        if error.status is None and error.excerpt:  # nobody was asked
            raise CannotSetUp(f"{not_let_in} ({error.excerpt})", at="key") from error
        known = not error.excerpt or OWN_KEY in error.excerpt
        more = "" if known else f" Clockify’s own words: {error.excerpt}"
        raise CannotSetUp(f"{not_let_in}{more}", at="key") from error
    except RetryableError as error:
        raise CannotSetUp(f"{error.in_short} Try again in a moment.", again=True) from error
    except UnexpectedError as error:
        sentence = f"We did not understand Clockify’s answer; is the region right? {error}"
        raise CannotSetUp(sentence, again=True) from error
    except IntegrationError as error:
        raise CannotSetUp(str(error), again=True) from error
