"""Entries put into the stand-in by hand, and how they are told."""

from dataclasses import fields
from datetime import timedelta
from typing import Any

from integrations.clockify.client import Entry, EntryValues
from integrations.clockify.sandbox import ClockifySandbox
from integrations.clockify.sandbox_stored import StoredEntry, StoredUser, StoredWorkspace
from tests.integrations.clockify.rows import NINE

HOUR = timedelta(hours=1)


def hold(
    sandbox: ClockifySandbox, place: StoredWorkspace, user: StoredUser, **more: Any
) -> StoredEntry:
    """One from nine to ten."""
    return sandbox.add_entry(place.id, user.id, NINE, NINE + HOUR, **more)


def book(sandbox: ClockifySandbox, place: StoredWorkspace, user: StoredUser, count: int) -> None:
    """So many hours from nine on."""
    for number in range(count):
        start = NINE + number * HOUR
        sandbox.add_entry(place.id, user.id, start, start + HOUR)


def as_told(entry: Entry) -> EntryValues:
    """What Clockify answered with, as what it was to be."""
    return EntryValues(**{each.name: getattr(entry, each.name) for each in fields(EntryValues)})
