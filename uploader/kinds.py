"""What a kind of sync declares, and how kinds are found: by their folder in an app's syncs/."""

import importlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils import timezone

from uploader.engine import Action, Change, Item, OnEdit
from uploader.models import Sync


@dataclass(kw_only=True)
class Context:
    """All that a kind may use while it works: both sides, the options, and the run's hands."""

    sync: Sync
    # The clients of the kind's two providers; None for a side that is Lockstep itself.
    source: Any
    target: Any
    options: dict[str, Any]
    params: dict[str, Any]
    now: datetime
    # The time as it is; `now` is when an approved plan was made.
    clock: Callable[[], datetime] = timezone.now
    # What `keep` gave an earlier slice of the same run.
    kept: dict[str, Any] = field(default_factory=dict)
    # Called before every chunk of work that makes no request; raises when the run is over.
    beat: Callable[[], None] = lambda: None
    warnings: list[str] = field(default_factory=list)

    def warn(self, sentence: str) -> None:
        if sentence not in self.warnings:
            self.warnings.append(sentence)


class CannotRun(Exception):
    """A sentence for people about why a sync cannot run as it stands."""


class Batch:
    """What is compared and applied together; `part` keeps the links of batches apart."""

    part: str = ""
    # Whom or what it is about, where warnings have to say so.
    label: str = ""
    # Whether this run is to write it. What it does not write is still planned, so that the sync is
    # judged as a whole.
    chosen: bool = True
    # Batches of things of another sort: too many deletions of one are not hidden by the other.
    group: str = ""
    # Where it is written, in the reasons of changes.
    there: str = "at the target"
    # What happens to what people changed at the target; None: as the kind says.
    on_edit: OnEdit | None = None
    # Before which writes `recheck` is asked.
    rechecks: tuple[Action, ...] = ("delete",)
    # How many updates, or deletes, `apply_together` takes at once.
    most_together: int = 1

    def desired(self) -> Iterable[Item]:
        raise NotImplementedError

    def existing(self) -> Iterable[Item]:
        raise NotImplementedError

    def apply(self, change: Change) -> Item | None:
        raise NotImplementedError

    def aside(self) -> Collection[str]:
        """Keys that this comparison is not about: what is remembered of them stays as it is."""
        return ()

    def look_again(self, changes: Sequence[Change]) -> None:
        """Before several are asked about by `recheck`: the place to look at them all at once."""

    def apply_together(self, changes: Sequence[Change]) -> Sequence[Item | None]:
        """Several of one action in one request; asked only where `most_together` says so."""
        raise NotImplementedError

    def recheck(self, change: Change) -> bool:
        """Whether a write is still right, asked just before it where `rechecks` has its action."""
        return True

    def carried_out(self) -> None:
        """All of its plan was: the place to note what the next one may build on."""


class Kind:
    """One kind of sync. A folder in an app's `syncs/` with a `kind.py` that holds a subclass."""

    # Templates call whatever can be called; of a kind they only read what it declares.
    do_not_call_in_templates: ClassVar[bool] = True

    slug: ClassVar[str]
    name: ClassVar[str]
    # One sentence for the sync's page.
    words: ClassVar[str]
    # What one of its items is called on the pages.
    noun: ClassVar[str] = "item"
    # Whom or what its items concern: one of them, and several.
    subjects: ClassVar[tuple[str, str]] = ("person", "people")
    # What is done to an item that differs, and what then was done.
    updating: ClassVar[tuple[str, str]] = ("change", "changed")
    # What its progress counts, where that is not its items.
    counts: ClassVar[str] = ""
    # Slugs of the providers; empty for a side that is Lockstep itself.
    source: ClassVar[str] = ""
    target: ClassVar[str] = ""
    # It does without a source where none is chosen.
    source_is_optional: ClassVar[bool] = False
    # Takes long to plan, so that no page waits for it: looking is a run of its own.
    plans_long: ClassVar[bool] = False
    options_form: ClassVar[type[forms.Form]] = forms.Form
    # Which of `since`, `only`, `exclude`, `from_dump` the command `sync` may hand it as params.
    takes: ClassVar[tuple[str, ...]] = ()
    on_edit: OnEdit = "restore"
    # An equal item that is nobody's is taken over, rather than made a second time.
    adopt: ClassVar[bool] = False
    # What is found again by its likeness alone is put right, rather than taken for as it should be.
    mend: ClassVar[bool] = False
    # Whatever is in its categories at the target is ours, whoever made it.
    managed: ClassVar[bool] = False
    # What its changes say, and of whom, is nobody's business after a year: not even that stays.
    is_private: ClassVar[bool] = False
    # Made by itself for a person who has connected both sides, rather than set up by staff.
    for_members: ClassVar[bool] = False
    # Each batch is planned and applied before the next is looked at: nothing waits for review.
    one_by_one: ClassVar[bool] = False
    # The option that names what it is set up with, and is called after; nobody adds it by itself.
    comes_with: ClassVar[str] = ""
    # Keeps links; a target that shows our own key and content verbatim needs none.
    remembers: ClassVar[bool] = True

    def __init__(self, context: Context) -> None:
        self.context = context

    @classmethod
    def details(cls, options: dict[str, Any], summary: dict[str, Any]) -> list[tuple[str, str]]:
        """What the sync's page says of its options: a term and words for each. `summary` is what
        a run has left for the pages."""
        return []

    def batches(self) -> Iterator[Batch]:
        raise NotImplementedError

    def total(self) -> int:
        """How many batches there will be, where that is known; for the progress shown."""
        return 0

    def preview(self) -> Iterator[Batch] | None:
        """Cheaper batches for a dry run, good enough to show what would change; None: the same."""
        return None

    def doubt(self) -> str | None:
        """Why a person should look before anything is written; asked when everything is planned."""
        return None

    def is_asked_for(self) -> bool:
        """Somebody asked for just this, however much of it goes: no guard stands in the way."""
        return False

    def keep(self) -> dict[str, Any]:
        """What the next slice of this run need not find out again, as JSON; stored encrypted.

        Asked when the run has to wait; it may wait for hours.
        """
        return {}

    def finish(self) -> None:
        """Everything is done: the place to note what the next run may build on."""

    def summary(self) -> dict[str, Any] | None:
        """What the pages are to show of the target (`Sync.summary`); asked while a run goes on."""
        return None


_kinds: dict[str, type[Kind]] = {}


def register(kind: type[Kind]) -> type[Kind]:
    _kinds[kind.slug] = kind
    return kind


def get(slug: str) -> type[Kind]:
    return _kinds[slug]


def all_kinds() -> list[type[Kind]]:
    return list(_kinds.values())


def autodiscover(app: str) -> None:
    """Import every kind of an app, which registers it."""
    for file in sorted((settings.BASE_DIR / app / "syncs").glob("*/kind.py")):
        importlib.import_module(f"{app}.syncs.{file.parent.name}.kind")
