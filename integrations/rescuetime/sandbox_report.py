"""Questions to the RescueTime stand-in, read as the service reads them, and their answers' rows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from integrations.rescuetime.sandbox_history import Account, What

NAMES = {
    "perspective": ("perspective", "pv", "by"),
    "resolution": ("resolution_time", "rs", "interval", "i"),
    "begin": ("restrict_begin", "rb"),
    "end": ("restrict_end", "re"),
    "kind": ("restrict_kind", "rk", "taxonomy", "ty"),
    "format": ("format",),
    "token": ("access_token",),
}
KNOWN = {alias: name for name, aliases in NAMES.items() for alias in aliases}
RESOLUTIONS = ("month", "week", "day", "hour", "minute")
# Without an end the service stops somewhere of its own choice; a recording showed six weeks.
END_OF_ITS_OWN = timedelta(weeks=6)

COLUMNS: dict[str, tuple[str, ...]] = {
    "overview": ("Category",),
    "category": ("Category",),
    "activity": ("Activity", "Category", "Productivity"),
    "document": ("Activity", "Document", "Category", "Productivity"),
    "productivity": ("Productivity",),
    "efficiency": ("Efficiency (-2:2)", "Efficiency (percent)"),
}
OVERVIEWS = {
    "Editing & IDEs": "Software Development",
    "Systems Operations": "Software Development",
    "Email": "Communication & Scheduling",
    "Instant Message": "Communication & Scheduling",
    "Meetings": "Communication & Scheduling",
    "Calendars": "Communication & Scheduling",
    "General Reference & Learning": "Reference & Learning",
    "Search": "Reference & Learning",
    "Spreadsheets": "Business",
    "Presentation": "Business",
    "General Utilities": "Utilities",
    "General News & Opinion": "News & Opinion",
    "General Shopping": "Shopping",
    "General Social Networking": "Social Networking",
    "Video": "Entertainment",
    "Travel & Outdoors": "Entertainment",
}


class QueryError(Exception):
    """The service answers 200 with `# query error` and does not say what was wrong."""


@dataclass(frozen=True)
class Query:
    perspective: str
    resolution: str
    kind: str
    begin: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.begin).days + 1


def read_query(given: dict[str, str], *, today: date) -> Query:
    """Unknown parameters are errors here: ignoring a filter would answer another question."""
    if given.keys() - KNOWN.keys():
        raise QueryError
    asked = {KNOWN[alias]: value for alias, value in given.items()}
    query = Query(
        perspective=asked.get("perspective", "rank"),
        resolution=asked.get("resolution", "hour"),
        kind=asked.get("kind", "activity"),
        begin=_date(asked.get("begin"), today),
        end=_date(asked.get("end"), _end(asked, today)),
    )
    if asked.get("format") != "json" or query.perspective not in ("rank", "interval"):
        raise QueryError
    if query.resolution not in RESOLUTIONS or query.kind not in COLUMNS:
        raise QueryError
    if query.kind == "efficiency" and query.perspective != "interval":
        raise QueryError
    if query.begin > query.end or ("end" in asked and "begin" not in asked):
        raise QueryError
    return query


def _end(asked: dict[str, str], today: date) -> date:
    return min(today, _date(asked.get("begin"), today) + END_OF_ITS_OWN)


def _date(text: str | None, otherwise: date) -> date:
    if text is None:
        return otherwise
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise QueryError from error
    if text != found.isoformat():
        raise QueryError
    return found


def headers(query: Query) -> list[str]:
    first = "Date" if query.perspective == "interval" else "Rank"
    return [first, "Time Spent (seconds)", "Number of People", *COLUMNS[query.kind]]


def rows(account: Account, query: Query) -> list[list[Any]]:
    if query.perspective == "rank":
        return _ranked(account, query)
    found: list[list[Any]] = []
    for bucket, sums in _buckets(account, query):
        if query.kind == "efficiency":
            found.append([bucket, sum(sums.values()), 1, *_efficiency(sums)])
            continue
        largest_first = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
        found += [[bucket, seconds, 1, *columns] for columns, seconds in largest_first]
    return found


def _ranked(account: Account, query: Query) -> list[list[Any]]:
    sums: dict[tuple[Any, ...], int] = {}
    columns = _columns(query.kind)
    for _, what, seconds in _spent(account, query):
        key = columns(account.what(what))
        sums[key] = sums.get(key, 0) + seconds
    ordered = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
    return [[rank, seconds, 1, *key] for rank, (key, seconds) in enumerate(ordered, 1)]


def _buckets(account: Account, query: Query) -> Iterator[tuple[str, dict[tuple[Any, ...], int]]]:
    buckets: dict[str, dict[tuple[Any, ...], int]] = {}
    columns = _columns(query.kind)
    for bucket, what, seconds in _spent(account, query):
        sums = buckets.setdefault(bucket, {})
        key = columns(account.what(what))
        sums[key] = sums.get(key, 0) + seconds
    return iter(sorted(buckets.items()))


def _spent(account: Account, query: Query) -> Iterator[tuple[str, What, int]]:
    """Every bit of time within the ends, both inclusive, with the label of its bucket."""
    fine = query.resolution in ("hour", "minute") and query.perspective == "interval"
    for day in account.days.dates(query.begin, query.end):
        if not fine:
            label = f"{_start(day, query.resolution)}T00:00:00"
            for what, seconds in account.days.totals(day).items():
                yield label, what, seconds
            continue
        for time, seconds, activity, category, productivity in account.days.rows(day):
            clock = f"{time[:2]}:00:00" if query.resolution == "hour" else time
            yield f"{day}T{clock}", (activity, category, productivity), seconds


def _start(day: date, resolution: str) -> date:
    if resolution == "month":
        return day.replace(day=1)
    if resolution == "week":
        return day - timedelta(days=(day.weekday() + 1) % 7)
    return day


def _columns(kind: str) -> Callable[[What], tuple[Any, ...]]:
    return {
        "overview": lambda what: (OVERVIEWS.get(what[1], what[1]),),
        "category": lambda what: (what[1],),
        "activity": lambda what: what,
        "document": lambda what: (what[0], "No Details", what[1], what[2]),
        "productivity": lambda what: (what[2],),
        "efficiency": lambda what: (what[2],),
    }[kind]


def _efficiency(sums: dict[tuple[Any, ...], int]) -> tuple[float, float]:
    """The mean productivity by time, and the same from 0 to 100."""
    total = sum(sums.values())
    mean = sum(key[0] * seconds for key, seconds in sums.items()) / total if total else 0.0
    return round(mean, 2), round((mean + 2) * 25, 1)
