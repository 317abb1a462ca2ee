"""A rota's shifts as a calendar is to show them, read from the database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.conf import settings

from rota.models import Duty, Rota, Shift
from rota.syncs.calendar.content import Slot
from rota.syncs.calendar.titles import NOBODY, filled


@dataclass(frozen=True)
class Slots:
    """What is over stays as it is, here and at the calendar."""

    rota: Rota
    today: date

    @cached_property
    def shifts(self) -> list[Shift]:
        """Those that are not over, the cancelled ones as well."""
        open_ones = self.rota.shifts.filter(end__gt=self.today)
        return list(open_ones.prefetch_related("duties__member__person"))

    @cached_property
    def over(self) -> set[str]:
        uids = self.rota.shifts.filter(end__lte=self.today).values_list("uid", flat=True)
        return {uid.hex for uid in uids}

    @property
    def keys(self) -> set[str]:
        return {shift.uid.hex for shift in self.shifts}

    @property
    def last_day(self) -> date:
        return max((shift.end for shift in self.shifts), default=self.today)

    def wanted(self) -> Iterable[Slot]:
        """Those that anybody serves in."""
        for shift in self.shifts:
            names = {duty.role: duty.member.name for duty in shift.duties.all() if duty.member}
            if names and shift.cancelled_at is None:
                yield Slot(
                    key=shift.uid.hex,
                    start=shift.start,
                    end=shift.end,
                    title=self._title(names),
                    text=self.text,
                )

    def _title(self, names: dict[str, str]) -> str:
        roles = {role: names.get(role, NOBODY) for role in Duty.Role.values}
        return filled(self.rota.event_title, {**roles, "title": self.rota.title})

    @cached_property
    def text(self) -> str:
        address = f"{settings.APP_BASE_URL}{self.rota.get_absolute_url()}"
        return f"The whole rota, and swaps: {address}\nWhat is changed here is put right again."
