"""Who serves at a moment, told from stored shifts and nothing else."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from rota.models import Member, Rota, Shift


@dataclass(frozen=True)
class OnDuty:
    """`shifts`: those that serve at that moment, the one that began last first, with their duties
    and members."""

    rota: Rota
    at: datetime
    shifts: tuple[Shift, ...]

    @cached_property
    def members(self) -> list[Member]:
        """Everybody who serves, once."""
        return list(dict.fromkeys(one for each in self.shifts for one in holders(each)))

    @property
    def incoming(self) -> Member | None:
        """Of a rolling rota: whoever started last; nobody where shifts do not overlap."""
        return self._holder(0) if self.rota.overlaps else None

    @property
    def current(self) -> Member | None:
        """Of a rolling rota: whoever started before the one who is incoming."""
        return self._holder(1 if self.rota.overlaps else 0)

    @property
    def starter(self) -> Member | None:
        """Of a rolling rota: whoever started last, overlap or not."""
        return self._holder(0)

    def _holder(self, number: int) -> Member | None:
        if number >= len(self.shifts):
            return None
        return next(iter(holders(self.shifts[number])), None)


def holders(shift: Shift) -> list[Member]:
    """Who serves in it, by role."""
    return [duty.member for duty in shift.duties.all() if duty.member is not None]


def on_duty(rota: Rota, at: datetime) -> OnDuty:
    today = rota.today(at)
    shifts = rota.shifts.filter(start__lte=today, end__gt=today, cancelled_at=None)
    found = shifts.order_by("-start").prefetch_related("duties__member__person")
    return OnDuty(rota, at, tuple(found))
