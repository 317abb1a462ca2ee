"""A folder with everybody's leave, one JSON file a person, as the tool before wrote and read them.

It holds dates and kinds and nothing else: whoever looks into a fault needs no access to Breathe HR.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from integrations.shapes import Day, Shape
from uploader.people import folded
from uploader.syncs.breathe_to_productive.leave import Event, Leave, LeaveKind
from uploader.syncs.breathe_to_productive.spans import Impossible, Span, merged

EARLIEST = date(1970, 1, 1)


class CannotRead(Exception):
    """Which file is wrong, and in what."""


class EventInFile(Shape):
    type: Literal["holiday", "sickness", "other_leave"]
    start_date: Day
    end_date: Day
    # The tool before wrote null now and then.
    half_day_at_start: bool | None = False
    half_day_at_end: bool | None = False


class PersonInFile(Shape):
    emails: list[str]
    earliest_date: Day
    events: list[EventInFile]


def write(
    leaves: Iterable[Leave], folder: Path, *, categories: Mapping[LeaveKind, str]
) -> list[Path]:
    """One file a person, readable by nobody else on this machine; the files."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    files: list[Path] = []
    for leave in sorted(leaves, key=lambda leave: leave.email):
        file = _free(leave.email, folder, taken=files)
        _write_one(leave, needed(leave, categories=categories), file)
        files.append(file)
    return files


def _free(email: str, folder: Path, *, taken: Collection[Path]) -> Path:
    """A file of its own for everybody, even for two with one address: nobody gets lost."""
    # An address may hold whatever a path would take for a folder.
    name = email.replace("/", "_")
    names = (f"{name}.json", *(f"{name} {number}.json" for number in range(2, len(taken) + 2)))
    return next(folder / each for each in names if folder / each not in taken)


def _write_one(leave: Leave, events: list[Event], file: Path) -> None:
    file.touch(mode=0o600)
    file.chmod(0o600)  # it may have been there
    file.write_text(json.dumps(_as_json(leave, events), indent=1) + "\n", encoding="utf-8")


def _as_json(leave: Leave, events: list[Event]) -> dict[str, Any]:
    return {
        "emails": list(leave.emails),
        "earliest_date": leave.since.isoformat(),
        "events": [
            {
                "type": event.kind,
                "start_date": event.span.start.isoformat(),
                "end_date": event.span.end.isoformat(),
                "half_day_at_start": event.span.half_start,
                "half_day_at_end": event.span.half_end,
            }
            for event in events
        ],
    }


def needed(leave: Leave, *, categories: Mapping[LeaveKind, str]) -> list[Event]:
    """Every event of a span that ends in the window, so that merging finds the same spans again."""
    spans: dict[str, list[Span]] = defaultdict(list)
    for event in leave.events:
        spans[categories[event.kind]].append(event.span)
    ending = {
        category: [span for span in merged(own) if span.end >= leave.since]
        for category, own in spans.items()
    }
    return sorted(
        (
            event
            for event in leave.events
            if any(
                span.start <= event.span.start <= span.end
                for span in ending[categories[event.kind]]
            )
        ),
        key=lambda event: (event.span, event.kind),
    )


def read(folder: Path) -> list[Leave]:
    """What `write` wrote, or the tool before; CannotRead names the file."""
    files = sorted(folder.glob("*.json"))
    if not files:
        raise CannotRead(f"There is no .json file in {folder}.")
    return [_read_one(file) for file in files]


def _read_one(file: Path) -> Leave:
    try:
        found = PersonInFile.model_validate_json(file.read_bytes())
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        place = f"{file}: {where}" if where else f"{file}"
        raise CannotRead(f"{place}: {first['msg']}.") from None
    except OSError as error:
        raise CannotRead(f"{file}: cannot be read: {error.strerror}.") from error
    emails = tuple(dict.fromkeys(folded(email) for email in found.emails if email.strip()))
    if found.earliest_date < EARLIEST:
        raise CannotRead(f"{file}: earliest_date: {EARLIEST} is the earliest.")
    if not emails:
        raise CannotRead(f"{file}: emails: names nobody.")
    return Leave(
        emails=emails,
        events=tuple(_event(event, file) for event in found.events),
        since=found.earliest_date,
    )


def _event(event: EventInFile, file: Path) -> Event:
    kind: LeaveKind = event.type
    try:
        halves = bool(event.half_day_at_start), bool(event.half_day_at_end)
        span = Span(event.start_date, event.end_date, *halves)
        return Event(kind, span)
    except Impossible as slip:
        raise CannotRead(f"{file}: an event cannot be meant: {slip}.") from None
