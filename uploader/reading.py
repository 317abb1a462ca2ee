"""Lists read page by page until they are proven whole, and kept while their run waits.

Where a list is longer than an allowance of requests, a run reads a part of it, waits, and goes on
at the page where it stopped, rather than reading the same pages again and again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from integrations.shapes import Page, Shape
from uploader.items import Incomplete

# The fewest rows of a page that there may be more behind.
FULL_PAGE = 100
MOST_PAGES = 2000
# What was read longer ago is read again.
FRESH = timedelta(minutes=15)

S = TypeVar("S", bound=Shape)


@dataclass
class Listing:
    began: datetime
    rows: list[Any] = field(default_factory=list)
    next: str | None = None
    total: int | None = None
    pages: int = 0
    whole: bool = False
    # Ids of the rows of a first reading, where a second one has to show the same.
    before: list[Any] | None = None
    # Addresses of pages, in this slice; nobody keeps them.
    seen: set[str] = field(default_factory=set)

    def begin_again(self) -> None:
        """Read it a second time."""
        self.before = [row.id for row in self.rows]
        self.rows, self.next, self.pages, self.seen = [], None, 0, set()


class Reading:
    """The lists of one run. `kept` is what `to_keep` gave an earlier slice of the same run.

    `counted`: the provider tells how many rows a list has. `fresh`: for how long what was read is
    good enough to go on from after a wait.
    """

    def __init__(
        self,
        kept: dict[str, Any],
        *,
        now: Callable[[], datetime],
        counted: bool = True,
        fresh: timedelta = FRESH,
    ) -> None:
        self.kept = kept
        self.now = now
        self.counted = counted
        self.fresh = fresh
        self.listings: dict[str, Listing] = {}

    def whole(self, name: str, shape: type[S], fetch: Callable[[str | None], Page[S]]) -> list[S]:
        """All rows; Incomplete where the pages do not prove that these are all.

        A right total proves nothing by itself: a row that went between two pages moves another one
        out of sight. So the total stays the same over all pages, every id is there once, and there
        are as many as it says. Without a total, a list of several pages is read twice, and both
        readings show the same ids in the same order: whatever came or went meanwhile would differ.
        """
        listing = self.listings.get(name) or self._kept(name, shape)
        self.listings[name] = listing
        while not listing.whole:
            self._read(name, listing, fetch(listing.next))
        return list(listing.rows)

    def names(self) -> list[str]:
        """Of all that is known, now or from an earlier slice."""
        return [*self.listings.keys() | self.kept.keys()]

    def renew(self, name: str, *, after: timedelta) -> None:
        """Read it again next time if it was read longer ago than that."""
        listing, kept = self.listings.get(name), self.kept.get(name)
        began = listing.began if listing else kept and datetime.fromisoformat(kept["began"])
        if began and self.now() - began > after:
            self.forget(name)

    def forget(self, name: str) -> None:
        self.listings.pop(name, None)
        self.kept.pop(name, None)

    def to_keep(self) -> dict[str, Any]:
        """As JSON; the rows are cut to what their shapes hold."""
        return {
            name: {
                "began": listing.began.isoformat(),
                "rows": [row.model_dump(mode="json") for row in listing.rows],
                "next": listing.next,
                "total": listing.total,
                "pages": listing.pages,
                "whole": listing.whole,
                "before": listing.before,
            }
            for name, listing in self.listings.items()
            if listing.pages or listing.before is not None
        }

    def _kept(self, name: str, shape: type[S]) -> Listing:
        kept = self.kept.pop(name, None)
        if kept is None or self.now() - datetime.fromisoformat(kept["began"]) > self.fresh:
            return Listing(began=self.now())
        rows = [shape.model_validate(row, strict=False) for row in kept["rows"]]
        return Listing(**{**kept, "rows": rows, "began": datetime.fromisoformat(kept["began"])})

    def _read(self, name: str, listing: Listing, page: Page[Any]) -> None:
        if listing.pages and page.total != listing.total:
            self._give_up(name, "it changed while it was read")
        if page.next is not None and page.next in listing.seen:
            self._give_up(name, "its pages do not come to an end")
        if page.next is not None:
            listing.seen.add(page.next)
        if listing.pages >= MOST_PAGES:
            self._give_up(name, f"it has more than {MOST_PAGES} pages")
        listing.total = page.total
        listing.rows += page.rows
        listing.pages += 1
        listing.next = page.next
        if len({row.id for row in listing.rows}) < len(listing.rows):
            self._give_up(name, "it holds the same entry twice")
        if listing.total is not None and len(listing.rows) > listing.total:
            self._give_up(name, f"it has more than the {listing.total} entries it tells of")
        if page.next is not None:
            return
        self._prove(name, listing)
        if self.counted or (listing.pages == 1 and listing.before is None):
            listing.whole = True
        elif listing.before is None:
            listing.begin_again()
        else:
            self._compare(name, listing)
            listing.whole = True

    def _compare(self, name: str, listing: Listing) -> None:
        if listing.before != [row.id for row in listing.rows]:
            self._give_up(name, "it changed while it was read")

    def _prove(self, name: str, listing: Listing) -> None:
        if listing.total is not None and listing.total != len(listing.rows):
            self._give_up(name, f"it should have {listing.total} entries, not {len(listing.rows)}")
        if self.counted and listing.total is None and len(listing.rows) >= FULL_PAGE:
            self._give_up(name, "it does not say how many entries it has")

    def _give_up(self, name: str, why: str) -> None:
        self.forget(name)
        raise Incomplete(f"The list of {name} was not read whole: {why}. It is read again.")
