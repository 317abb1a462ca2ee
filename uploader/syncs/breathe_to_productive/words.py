"""What a leave sync warns of, in sentences for people."""

from collections.abc import Callable, Collection, Iterable

from uploader.syncs.breathe_to_productive.bookings import Bookings
from uploader.syncs.breathe_to_productive.hours import Origin

Warn = Callable[[str], None]
# So many are named; of the rest it is said how many there are.
NAMED = 10

ORIGINS: dict[Origin, str] = {
    "availability": "Working hours taken from availabilities, as no salary tells them",
    "usual": "7 h a day from Monday to Friday assumed, as neither a salary nor an availability "
    "tells the working hours",
}
UNEVEN = "Two different weeks in turn: of each weekday the larger hours were taken"


def named(emails: Iterable[str]) -> str:
    emails = sorted(emails)
    more = len(emails) - NAMED
    return ", ".join(emails[:NAMED]) + (f" and {more} more" if more > 0 else "")


def warn_of_hours(people: Collection[Bookings], warn: Warn) -> None:
    for origin, sentence in ORIGINS.items():
        concerned = [each.leave.email for each in people if origin in each.hours.origins]
        if concerned:
            warn(f"{sentence}: {named(concerned)}.")
    uneven = [each.leave.email for each in people if each.hours.is_uneven]
    if uneven:
        warn(f"{UNEVEN}: {named(uneven)}.")


def warn_of_overfull_days(people: Iterable[Bookings], warn: Warn) -> None:
    for each in people:
        days = each.overfull_days()
        if days:
            told = ", ".join(f"{day} ({' and '.join(words)})" for day, words in days[:NAMED])
            warn(f"{each.leave.email}: more leave than working hours on {told}.")


def warn_of_idle_spans(people: Iterable[Bookings], warn: Warn) -> None:
    for each in people:
        for category, span in each.idle:
            days = f"{span.start}" if span.start == span.end else f"{span.start} to {span.end}"
            warn(f"{each.leave.email}: {category.words} {days} has no working day; not booked.")
