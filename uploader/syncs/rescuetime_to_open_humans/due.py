"""Whether a month has to be read again: decided from coarse totals and metadata alone."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is known of one month without reading it."""

    # RescueTime's coarse total now; None: it shows nothing of this month.
    total: int | None
    # What that total was when the month was last read; None: it never was.
    said: int | None
    has_file: bool
    # Whether the last days, in which data usually still arrives, touch it.
    overlapped: bool
    # Whether RescueTime shows nothing of any month before it.
    earliest: bool
    # Whether two questions more keep a daily update as cheap as it has to be.
    has_room: bool = True
    # Whether the earlier tool's single file has days that our file has not.
    lacks_old_days: bool = False


def is_due(known: Known) -> bool:
    """Whether its rows have to be fetched, or put together, once more.

    The rule beyond the last days: when the coarse total is not what it was at the last reading.
    So data that arrives late, however old, is found for nothing. That total stands in the file's
    metadata; a reading that changed no row uploads nothing, so its total is noted beside the
    connection instead, and the month is not read over and over.

    One difference says little: when a plan lapses, the oldest days vanish first, one more every
    day. So where nothing older is shown, a shrinking total is looked into only while there is
    room for it, which is in the second half of a month (the last days touch one month then).
    """
    if known.lacks_old_days:
        return True
    if known.total is None:
        return False
    if not known.has_file or known.overlapped:
        return True
    if known.said is None or known.total > known.said:
        return True
    return known.total < known.said and (known.has_room or not known.earliest)


def would_change(known: Known) -> bool:
    """For a dry run, which reads nothing: whether the totals alone say that it would change."""
    if known.total is None:
        return False
    if not known.has_file:
        return True
    return known.total != known.said and (known.overlapped or is_due(known))
