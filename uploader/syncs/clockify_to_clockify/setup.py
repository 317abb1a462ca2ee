"""Setting up a sync of times, for the wizard and the command: what there is, what fits, making it.

What was chosen so far is a Draft; each choice is looked at against Clockify before it is kept.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.text import slugify

from integrations import connections
from integrations.clockify.client import ClockifyClient
from integrations.errors import RejectedError
from integrations.pace import PacedGate
from integrations.shapes import Page
from uploader.models import Sync
from uploader.syncs.clockify_to_clockify import keys
from uploader.syncs.clockify_to_clockify.draft import CannotSetUp, Draft, Named
from uploader.syncs.clockify_to_clockify.kind import ClockifyToClockify
from uploader.syncs.clockify_to_clockify.options import Options
from uploader.syncs.clockify_to_clockify.places import folded

R = TypeVar("R")

EVERY = timedelta(hours=1)
# Seconds that somebody waits for a page, or at a terminal, because of our own pacing.
PATIENCE = 5
WRONG_WAY_ROUND = (
    "Perhaps source and target are the wrong way round: time is copied from the workspace that has "
    "the client to the client’s own."
)


# ---------------------------------------------------------------- what there is


def workspaces(connection: str) -> list[Named]:
    """Those that the connection's key opens."""
    with keys.in_words(f"The connection {connection} does not work. {keys.WRONG_KEY}"):
        seen = _client(connection).workspaces()
    return _sorted(Named(each.id, each.name) for each in seen)


def clients(connection: str, workspace: Named) -> list[Named]:
    """The active ones of a workspace."""
    with keys.in_words(_closed(workspace)):
        client = _client(connection)
        seen = _all(lambda page: client.customers(page, workspace=workspace.id))
    return _sorted(Named(each.id, each.name) for each in seen if not each.archived)


def people(connection: str, workspace: Named) -> list[Named]:
    """The users of a workspace without the key's owner; none where the key may not list them."""
    with keys.in_words(_closed(workspace)):
        client = _client(connection)
        owner = client.user()
        try:
            seen = _all(lambda page: client.users(page, workspace=workspace.id))
        except RejectedError:
            return []
    others = [user for user in seen if user.id != owner.id]
    return _sorted(Named(user.id, _person(user.name, user.email)) for user in others)


def owner(connection: str) -> str:
    with keys.in_words(f"The connection {connection} does not work. {keys.WRONG_KEY}"):
        user = _client(connection).user()
    return _person(user.name, user.email)


def _person(name: str, email: str) -> str:
    return f"{name} ({email})" if name and email else name or email


def _client(name: str) -> ClockifyClient:
    connection = keys.usable(name)
    gate = PacedGate.for_connection(connection, beat=lambda: None, patience=PATIENCE)
    return cast(ClockifyClient, connections.client(connection, gate=gate))


def _all(fetch: Callable[[str | None], Page[R]]) -> list[R]:
    page = fetch(None)
    rows = list(page.rows)
    while page.next is not None:
        page = fetch(page.next)
        rows += page.rows
    return rows


def _sorted(things: Iterable[Named]) -> list[Named]:
    return sorted(things, key=lambda each: (folded(each.name), each.id))


def _closed(workspace: Named) -> str:
    return (
        f"Clockify does not accept this key for “{workspace.name}”. {keys.WHERE_TO_MAKE} Go back "
        "to the keys, and give that one."
    )


# --------------------------------------------------------------------- choosing


def choose_workspaces(draft: Draft, source: Named, target: Named) -> Draft:
    """Refused where nothing could come of it: one workspace twice, a closed one, a circle."""
    if source.id == target.id:
        raise CannotSetUp(f"Both sides are the workspace “{source.name}”; choose two.")
    _refuse_a_circle(source, target)
    clients(draft.source, source)
    clients(draft.target, target)
    return draft.with_workspaces(source, target)


def chosen(thing: Named | None) -> Named:
    if thing is None:
        raise CannotSetUp("Choose the workspaces first.")
    return thing


def _refuse_a_circle(source: Named, target: Named) -> None:
    for sync in Sync.objects.filter(kind=ClockifyToClockify.slug, enabled=True):
        goes = sync.options.get("source_workspace"), sync.options.get("target_workspace")
        if _means(goes[0], target) and _means(goes[1], source):
            raise CannotSetUp(
                f"The sync “{sync.name}” copies from “{target.name}” to “{source.name}” already; "
                f"two that go round would copy their own copies. {WRONG_WAY_ROUND} If it is the "
                "other sync that is wrong, switch that one off first."
            )


def _refuse_a_twin(draft: Draft) -> None:
    """Two that copy the same time to one workspace, in whose name ever, would double it."""
    source, client, target = chosen(draft.source_workspace), draft.client, draft.target_workspace
    for sync in Sync.objects.filter(kind=ClockifyToClockify.slug, enabled=True):
        options = sync.options
        same = (
            _means(options.get("source_workspace"), source)
            and _means(options.get("source_client"), chosen(client))
            and _means(options.get("target_workspace"), chosen(target))
        )
        whose = draft.source_user.id if draft.source_user else ""
        if same and (options.get("source_user") or "") == whose:
            raise CannotSetUp(
                f"The sync “{sync.name}” copies the time of this client to the same workspace "
                "already. Change that one, or switch it off first."
            )


def _means(given: Any, thing: Named) -> bool:
    """Files and the admin may name things, or give their ids."""
    return given == thing.id or (isinstance(given, str) and folded(given) == folded(thing.name))


def choose_client(draft: Draft, wanted: str) -> Draft:
    """By its id; it has to belong to the workspace that is copied from."""
    source, target = chosen(draft.source_workspace), chosen(draft.target_workspace)
    found = _by_id(clients(draft.source, source), wanted)
    if found is not None:
        return replace(draft, client=found)
    there = _by_id(clients(draft.target, target), wanted)
    if there is not None:
        raise CannotSetUp(
            f"The client “{there.name}” belongs to “{target.name}”, and not to “{source.name}” "
            f"that is copied from. {WRONG_WAY_ROUND}",
            at="client",
        )
    raise CannotSetUp(f"“{source.name}” has no such active client.", at="client")


def why_no_client(draft: Draft) -> str:
    """What is to be done where the workspace that is copied from has none."""
    source, target = chosen(draft.source_workspace), chosen(draft.target_workspace)
    none = f"“{source.name}” has no active client."
    if clients(draft.target, target):
        return f"{none} “{target.name}” has. {WRONG_WAY_ROUND}"
    return f"{none} Make one there first: its projects stand for those of “{target.name}”."


def _by_id(things: Iterable[Named], wanted: str) -> Named | None:
    return next((each for each in things if each.id == wanted), None)


# ----------------------------------------------------------------------- making


def suggested_name(draft: Draft) -> str:
    called = slugify(draft.client.name) if draft.client else ""
    taken = Sync.objects.values_list("name", flat=True)
    return keys.free_name(f"timesheets-{called}" if called else "timesheets", taken)


def check_name(name: str) -> None:
    """CannotSetUp where a sync cannot be called so."""
    if Sync.objects.filter(name=name).exists():
        sentence = f"There is a sync “{name}” already: choose another name."
        raise CannotSetUp(sentence, at="name")
    try:
        Sync(name=name, kind=ClockifyToClockify.slug).full_clean()
    except ValidationError as error:
        raise CannotSetUp(" ".join(error.messages), at="name") from None


def create(draft: Draft, *, now: datetime) -> Sync:
    """A new sync that asks before it writes; it overwrites nothing that is there."""
    sides = {"source": keys.usable(draft.source), "target": keys.usable(draft.target)}
    check_name(draft.name)
    _refuse_a_circle(chosen(draft.source_workspace), chosen(draft.target_workspace))
    _refuse_a_twin(draft)
    sync = Sync(
        name=draft.name,
        kind=ClockifyToClockify.slug,
        **sides,
        options=_valid(draft),
        summary={"names": draft.names()},
        mode=Sync.Mode.REVIEW,
        every=EVERY,
        # Its first run is begun by whoever makes it.
        next_run_at=now + EVERY,
    )
    try:
        with transaction.atomic():
            sync.save(force_insert=True)
    except IntegrityError:  # somebody was quicker
        raise CannotSetUp(f"There is a sync “{draft.name}” already.", at="name") from None
    return sync


def _valid(draft: Draft) -> dict[str, Any]:
    form = Options(draft.options())
    if form.is_valid():
        return form.cleaned_data
    name, errors = next(iter(form.errors.items()))
    raise CannotSetUp(" ".join(map(str, errors)), at=name)
