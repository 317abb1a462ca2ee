"""Whose yes is waited for: duties whose holders are asked, and have not accepted; only read."""

from datetime import datetime

from rota.asking import Asking
from rota.models import Duty


def not_accepted(asking: Asking, *, now: datetime) -> list[Duty]:
    """Of shifts that may be asked about by now and are not over; earlier ones first."""
    rota = asking.rota
    found = Duty.objects.filter(
        shift__rota=rota,
        shift__end__gt=rota.today(now),
        shift__start__lte=asking.day_asked_about(now),
        shift__cancelled_at=None,
        member__isnull=False,
        accepted_at=None,
    )
    return list(found.select_related("shift__rota", "member__person").order_by("shift__start"))


def waited_for(asking: Asking, *, now: datetime) -> list[Duty]:
    """Of these: those whose holders were asked by now."""
    return [duty for duty in not_accepted(asking, now=now) if was_asked(duty, now=now)]


def was_asked(duty: Duty, *, now: datetime) -> bool:
    return duty.asked_at is not None and duty.asked_at <= now
