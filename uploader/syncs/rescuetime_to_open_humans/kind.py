"""The kind `rescuetime_to_open_humans`: a member's computer use, one file a month.

Which months are due is decided here, from coarse totals and the listing's metadata. A month is
put together in making.py, and the files are shelf.py's.
"""

from collections.abc import Iterator
from typing import Any

from django import forms

from integrations.models import Connection
from integrations.open_humans.client import File
from uploader.kinds import Batch, Context, Kind, register
from uploader.syncs.rescuetime_to_open_humans import facts
from uploader.syncs.rescuetime_to_open_humans.batches import (
    KeptBatch,
    MonthBatch,
    OldFileBatch,
    PreviewBatch,
    RemovalBatch,
    ShortBatch,
)
from uploader.syncs.rescuetime_to_open_humans.due import Known, is_due, would_change
from uploader.syncs.rescuetime_to_open_humans.gaps import Gaps
from uploader.syncs.rescuetime_to_open_humans.making import Maker
from uploader.syncs.rescuetime_to_open_humans.months import (
    WINDOW_DAYS,
    last_day,
    overlapped,
    today,
)
from uploader.syncs.rescuetime_to_open_humans.overview import Overview, Search
from uploader.syncs.rescuetime_to_open_humans.progress import (
    Progress,
    learn_window_days,
    window_days,
)
from uploader.syncs.rescuetime_to_open_humans.reading import Reader
from uploader.syncs.rescuetime_to_open_humans.shelf import Shelf
from uploader.syncs.rescuetime_to_open_humans.takeover import OldFile, OldFiles

# How often the files are listed again after an erasure, for what a dying import still put there.
ERASING_ROUNDS = 5


class Options(forms.Form):
    window_days = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=28,
        initial=WINDOW_DAYS,
        help_text="Days in one question to RescueTime; fewer where it refuses so many.",
    )


@register
class RescueTimeToOpenHumans(Kind):
    slug = "rescuetime_to_open_humans"
    name = "RescueTime to Open Humans"
    words = "Keeps a person's RescueTime history at Open Humans, one file a month, up to date."
    noun = "file"
    updating = ("replace", "replaced")
    counts = "month"
    source = "rescuetime"
    target = "open_humans"
    options_form = Options
    on_edit = "restore"
    for_members = True
    one_by_one = True
    remembers = False

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.from_connection = _given(context.sync.source)
        self.to_connection = _given(context.sync.target)
        self.shelf = Shelf(
            context.target, connection=self.to_connection, generation=self._generation()
        )
        self.old = OldFiles()
        self.overview: Overview | None = None
        self._read_old_from: str | None = None
        self._progress: Progress | None = None
        self._only_looks = False
        self.gaps = Gaps(self.from_connection, now=context.now)
        self._again: str | None = None

    def _generation(self) -> int:
        """Rises when a person connects another account: its files never mix with those before."""
        for connection in (self.from_connection, self.to_connection):
            if isinstance(connection.facts.get("generation"), int):
                return int(connection.facts["generation"])
        return 1

    @property
    def _erases(self) -> bool:
        return bool(self.context.params.get("erase"))

    @property
    def progress(self) -> Progress:
        if self._progress is None:
            run = None if self._only_looks else self.context.sync.runs.open().first()
            self._progress = Progress(
                self.from_connection, run_id=run.pk if run else None, now=self.context.now
            )
        return self._progress

    # ---------------------------------------------------------------- looking

    def _look(self) -> Overview:
        """The listing and the coarse totals: all that deciding needs."""
        if self.overview is None:
            self.shelf.look()
            search = Search(
                self.context.source,
                facts=self.from_connection.facts,
                now=self.context.now,
                beat=self.context.beat,
                progress=self.progress,
            )
            self.overview = search.overview()
            for name in self.shelf.odd():
                self.context.warn(
                    f"{name} carries a mark that is not as we write it, so it is left alone."
                )
            for warning in self.overview.warnings:
                self.context.warn(warning)
        return self.overview

    def _read_old_files(self) -> None:
        """Once it is known which project we are: before, nothing proves whose such a file is.

        The file of another account than the first is not this history's.
        """
        source = self.shelf.source
        if source == self._read_old_from or self.shelf.generation != 1:
            return
        self._read_old_from = source
        self.old.close()
        self.old = OldFiles()
        self.old.read(
            self.shelf,
            unreadable=self._given_up(),
            beat=self.context.beat,
            refuse=self._refuse_old_file,
        )
        if len(self.old.files) > 1:
            self.context.warn(
                f"There are {len(self.old.files)} files of the earlier tool; each day is taken "
                "from the one that has most of it."
            )

    def _refuse_old_file(self, file: File, why: str) -> None:
        self.context.warn(
            f"{file.basename}, the file of the earlier tool, could not be read ({why}). "
            "It stays where it is, and the import goes on without it."
        )
        days = self._unreadable().get(file.id, [])
        day = today(self.context.now).isoformat()
        if day not in days:
            facts.note(
                self.to_connection,
                unreadable={**self._unreadable(), file.id: [*days, day]},
            )

    def _unreadable(self) -> dict[str, list[str]]:
        """By the id of an old file, the days on which it could not be read."""
        return dict(self.to_connection.facts.get("unreadable", {}))

    def _given_up(self) -> set[str]:
        """On one day the storage may be at fault; on a second one it is the file, and a large
        one is not fetched every day for nothing."""
        return {id for id, days in self._unreadable().items() if len(days) > 1}

    # --------------------------------------------------------------- deciding

    def _months(self) -> list[str]:
        overview = self._look()
        return sorted(overview.months.keys() | self.shelf.months().keys() | self.old.months())

    def _known(self, month: str) -> Known:
        overview = self._look()
        copies = self.shelf.months().get(month, [])
        marker = copies[0].marker if copies else None
        noted = self.from_connection.facts.get("read", {}).get(month)
        return Known(
            total=overview.months.get(month),
            said=noted if noted is not None else marker.seconds if marker else None,
            has_file=marker is not None,
            overlapped=month in overlapped(self.context.now),
            has_room=len(overlapped(self.context.now)) == 1,
            earliest=month == overview.earliest,
            lacks_old_days=bool(self.old.days(month).difference(marker.rows if marker else ())),
        )

    def _due(self) -> list[str]:
        """The oldest first: what a resumed run would read twice, the newest, comes last."""
        return [month for month in self._months() if self._is_due(month)]

    def _is_due(self, month: str) -> bool:
        known = self._known(month)
        if month in self.progress.months and known.has_file and not known.lacks_old_days:
            return False
        return is_due(known) or month == self._again

    def _settled(self, month: str) -> None:
        """The month was read and its file is right: note the total if the metadata tells another.

        See `due.is_due` for why.
        """
        said = self._look().months.get(month)
        copies = self.shelf.months().get(month, [])
        read = dict(self.from_connection.facts.get("read", {}))
        before = read.pop(month, None)
        if copies and said is not None and copies[0].marker.seconds != said:
            read[month] = said
        if read.get(month) != before:
            facts.note(self.from_connection, read=read or None)
        self.progress.settled(month)

    # ---------------------------------------------------------------- the run

    def total(self) -> int:
        if self._erases:
            return 1
        self._look()
        self._read_old_files()
        return len(self._due()) + len(self.old.files)

    def batches(self) -> Iterator[Batch]:
        if self._erases:
            yield from self._erase()
            return
        self._look()
        try:
            done: set[str] = set()
            yield from self._each_month(done)
            kept = self.shelf.months().keys() - done
            if kept:
                yield KeptBatch(self.shelf, kept)
            yield from self._remove_old_files()
        finally:
            self.old.close()

    def _each_month(self, done: set[str]) -> Iterator[Batch]:
        maker = Maker(
            reader=Reader(
                self.context.source,
                last=last_day(self.context.now),
                beat=self.context.beat,
                window_days=window_days(
                    self.from_connection,
                    most=self.context.options.get("window_days") or WINDOW_DAYS,
                    now=self.context.now,
                ),
                learn=self._learn_window_days,
            ),
            shelf=self.shelf,
            old=self.old,
            beat=self.context.beat,
            warn=self.context.warn,
            now=self.context.now,
        )
        self._look_into_gaps(maker.reader)
        while True:
            source = self._read_old_from
            self._read_old_files()
            maker.old = self.old
            if source != self._read_old_from:
                # Our first upload has just taught us which files are ours: look again.
                done -= {month for month in done if self._is_unfinished(month)}
            month = next((month for month in self._due() if month not in done), None)
            if month is None:
                return
            done.add(month)
            batch = MonthBatch(
                month,
                seconds=self._look().months.get(month),
                maker=maker,
                settled=self._settled,
                known=self.gaps.of(month) if month != self._again else None,
                found=self.gaps.note,
            )
            try:
                yield batch
            finally:
                batch.close()
            if batch.short is not None and batch.short.serious():
                yield ShortBatch(month, batch.short)

    def _look_into_gaps(self, reader: Reader) -> None:
        """A day that was short is asked about once more, while an update is cheap."""
        if len(overlapped(self.context.now)) == 1:
            self._again = self.gaps.have_closed(reader.came)

    def _learn_window_days(self, days: int) -> None:
        learn_window_days(self.from_connection, days, now=self.context.now)

    def _is_unfinished(self, month: str) -> bool:
        return self._known(month).lacks_old_days or len(self.shelf.months().get(month, [])) > 1

    # --------------------------------------------------------------- removals

    def _remove_old_files(self) -> Iterator[Batch]:
        for old in self.old.files:
            missing = self._not_yet_there(old)
            if missing:
                self.context.warn(
                    f"{old.file.basename}, the file of the earlier tool, stays until every month "
                    f"of it is there; missing: {', '.join(missing)}."
                )
                continue
            doubled = old.doubled()
            if doubled:
                self.context.warn(
                    f"{doubled:,} {'row' if doubled == 1 else 'rows'} stood twice in "
                    f"{old.file.basename}, the file of the earlier tool, and came over once."
                )
            yield OldFileBatch(self.shelf, old, is_safe=self._is_there_now)

    def _not_yet_there(self, old: OldFile) -> list[str]:
        """The months in which our file lacks a day of the old one."""
        months = self.shelf.months()
        return [
            month
            for month in sorted(old.months())
            if month not in months or old.days(month) - months[month][0].marker.rows.keys()
        ]

    def _is_there_now(self, old: OldFile) -> bool:
        self.shelf.look()
        return not self._not_yet_there(old)

    def _erase(self) -> Iterator[Batch]:
        for _ in range(ERASING_ROUNDS):
            self.shelf.look()
            if not self.shelf.everything_ours():
                return
            yield RemovalBatch(self.shelf)
        self.shelf.look()
        left = len(self.shelf.everything_ours())
        if left:
            self.context.warn(f"{left} files are still listed at Open Humans after deleting them.")

    # ------------------------------------------------------------------ pages

    def preview(self) -> Iterator[Batch] | None:
        self._only_looks = True
        self._look()
        if self.shelf.is_unsure():
            self.context.warn(
                "There are files with our mark, but it is not known yet which project is ours, so "
                "they are not counted here. Set OPEN_HUMANS_PROJECT_ID, or let one run find out."
            )
        changing = {month for month in self._months() if would_change(self._known(month))}
        return iter([PreviewBatch(self.shelf, changing=changing)])

    def finish(self) -> None:
        if self._erases:
            facts.note(self.from_connection, read=None, short=None, under_way=None)
        else:
            self._note_overview()
            self.progress.forget()

    def summary(self) -> dict[str, Any]:
        earlier = self.shelf.earlier()
        return {
            "months": {
                month: sum(copies[0].marker.rows.values())
                for month, copies in sorted(self.shelf.months().items())
            },
            **({"earlier": earlier} if earlier else {}),
        }

    def _note_overview(self) -> None:
        """Only once everything it told of is there: a resumed run has to ask in full again."""
        overview = self._look()
        if overview.learnt and overview.months.keys() <= self.shelf.months().keys():
            facts.note(self.from_connection, **overview.learnt)


def _given(connection: Connection | None) -> Connection:
    if connection is None:
        raise ValueError("A sync of this kind needs both its connections.")
    return connection
