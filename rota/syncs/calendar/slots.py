"""A rota's shifts as a calendar is to show them, read from the database."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.conf import settings

from rota.models import Rota, Shift
from rota.syncs.calendar.content import Slot
from rota.titles import title


@dataclass
class Slots:
    """What is over on `today` stays as it is, here and at the calendar."""

    rota: Rota
    today: date

    @cached_property
    def shifts(self) -> list[Shift]:
        """Those that are not over, the cancelled ones as well."""
        shifts = self.rota.shifts.filter(end__gt=self.today)
        return list(shifts.prefetch_related("duties__member__person"))

    @cached_property
    def keys(self) -> frozenset[str]:
        return frozenset(shift.uid.hex for shift in self.shifts)

    @cached_property
    def over(self) -> frozenset[str]:
        """Of these, too, it is known that they are this rota's."""
        uids = self.rota.shifts.filter(end__lte=self.today).values_list("uid", flat=True)
        return frozenset(uid.hex for uid in uids)

    @property
    def last_day(self) -> date:
        return max((shift.end for shift in self.shifts), default=self.today)

    def wanted(self) -> Iterator[Slot]:
        """Those that anybody serves in."""
        for shift in self.shifts:
            if shift.cancelled_at is None and any(duty.member for duty in shift.duties.all()):
                yield Slot(
                    key=shift.uid.hex,
                    start=shift.start,
                    end=shift.end,
                    title=title(shift),
                    text=self.text,
                )

    @cached_property
    def text(self) -> str:
        address = f"{settings.APP_BASE_URL}{self.rota.get_absolute_url()}"
        return f"The whole rota, and swaps: {address}\nWhat is changed here is put right again."
