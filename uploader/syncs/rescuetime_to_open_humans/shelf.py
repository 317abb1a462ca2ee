"""The person's files at Open Humans: which are ours, putting a new one there, removing one.

What is known of them is the latest listing. Every file is deleted by its id, and a new one is
seen in a listing before anybody may delete what it replaces.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import BinaryIO

from integrations.errors import RetryableError, UnexpectedError
from integrations.models import Connection
from integrations.open_humans.client import File, OpenHumansClient
from uploader.syncs.rescuetime_to_open_humans import facts
from uploader.syncs.rescuetime_to_open_humans.files import (
    MARKER,
    Body,
    Marker,
    MonthFile,
    month_file,
    name_of,
)

OLD_NAME = "rescuetime.json"
OLD_TAG = "Rescuetime"


class Shelf:
    def __init__(
        self, client: OpenHumansClient, *, connection: Connection, generation: int
    ) -> None:
        self.client = client
        self.connection = connection
        self.generation = generation
        self.files: list[File] = []
        self._months: dict[str, list[MonthFile]] | None = None

    def look(self) -> None:
        self._show(self.client.files())

    def _show(self, files: list[File]) -> None:
        self.files = files
        self._months = None

    # ------------------------------------------------------------------ whose

    @property
    def source(self) -> str | None:
        """Our project's name in listings: configured, or learnt from our first upload."""
        configured = self._configured()
        if configured:
            return configured
        learnt = self.connection.facts.get("source")
        return learnt if isinstance(learnt, str) else None

    def _configured(self) -> str | None:
        number = self.connection.spec.setting("PROJECT_ID")
        return f"direct-sharing-{number}" if number else None

    def is_unsure(self) -> bool:
        """Whether files carry our mark, and nothing says yet that they are our own project's."""
        return self.source is None and any(MARKER in file.metadata for file in self.files)

    def _is_from_us(self, file: File) -> bool:
        return self.source is not None and file.source == self.source

    def months(self) -> dict[str, list[MonthFile]]:
        """Our files of this generation by month; of several copies the newest first."""
        if self._months is None:
            self._months = self._sorted()
        return self._months

    def _sorted(self) -> dict[str, list[MonthFile]]:
        found: dict[str, list[MonthFile]] = defaultdict(list)
        for file in self.files:
            ours = month_file(file) if self._is_from_us(file) else None
            if ours is not None and ours.marker.generation == self.generation:
                found[ours.marker.month].append(ours)
        for copies in found.values():
            copies.sort(key=lambda each: each.age, reverse=True)
        return dict(found)

    def odd(self) -> list[str]:
        """Names of our project's files whose mark is not as we write it: left alone."""
        return sorted(
            {
                file.basename
                for file in self.files
                if self._is_from_us(file) and MARKER in file.metadata and month_file(file) is None
            }
        )

    def earlier(self) -> int:
        """How many files of ours hold the history of an account that was connected before."""
        found = [month_file(file) for file in self.files if self._is_from_us(file)]
        return sum(ours is not None and ours.marker.generation < self.generation for ours in found)

    def old_files(self) -> list[File]:
        """What today's single-file tool left: no marker of ours, so everything else has to fit."""
        found = [file for file in self.files if self._is_from_us(file) and _is_old(file)]
        return sorted(found, key=lambda file: file.created, reverse=True)

    def everything_ours(self) -> list[File]:
        """For a person who wants it gone: every generation, and the earlier tool's file.

        Where our source was never learnt, the marker alone has to do: Open Humans deletes no file
        of another project.
        """
        if self.source is None:
            return [file for file in self.files if MARKER in file.metadata]
        return [
            file
            for file in self.files
            if self._is_from_us(file) and (MARKER in file.metadata or _is_old(file))
        ]

    # ---------------------------------------------------------------- changing

    def put(self, body: Body, marker: Marker, *, now: datetime) -> MonthFile:
        """Upload a month and see it in a listing; what it replaces is still there then."""
        body.content.seek(0)
        file_id = self.client.upload(
            filename=name_of(marker.month),
            content=body.content,
            size=body.size,
            md5=body.md5,
            metadata=marker.metadata(body, now=now),
        )
        self.look()
        file = self._with_id(file_id)
        self._learn_source(file)
        ours = month_file(file)
        if ours is None or ours.md5 != body.md5 or ours.marker.month != marker.month:
            raise self._unexpected("the listing shows other metadata than was sent")
        if not self.connection.facts.get("imported"):
            facts.note(self.connection, imported=True)
        return ours

    def delete(self, file_id: str) -> None:
        self.client.delete(file_id)
        self._show([file for file in self.files if file.id != file_id])

    def _with_id(self, file_id: str) -> File:
        for file in self.files:
            if file.id == file_id:
                return file
        raise RetryableError(
            provider=self.client.name,
            doing="looking for a new file",
            excerpt="it was uploaded, and the listing does not show it yet",
        )

    def _learn_source(self, file: File) -> None:
        configured = self._configured()
        if configured is not None and configured != file.source:
            self.delete(file.id)
            raise self._unexpected(
                f"what we upload belongs to {file.source}, while OPEN_HUMANS_PROJECT_ID says "
                f"{configured}; set it right, or leave it out"
            )
        if file.source != self.connection.facts.get("source"):
            facts.note(self.connection, source=file.source)
            self._show(self.files)

    def _unexpected(self, excerpt: str) -> UnexpectedError:
        return UnexpectedError(
            provider=self.client.name, doing="looking at a new file", excerpt=excerpt
        )

    # ----------------------------------------------------------------- reading

    @contextmanager
    def open(self, file: File) -> Iterator[BinaryIO]:
        """The bytes of a file. Links to them last an hour, so they are asked for just before."""
        self.look()
        with self.client.download(self._with_id(file.id)) as stream:
            yield stream


def _is_old(file: File) -> bool:
    tags = file.metadata.get("tags")
    return (
        file.basename == OLD_NAME
        and isinstance(tags, list)
        and OLD_TAG in tags
        and MARKER not in file.metadata
    )
