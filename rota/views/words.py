"""How pages of rotas speak of days and duties."""

from datetime import date

from rota.models import Duty
from rota.titles import NOBODY


def day(on: date) -> str:
    """Tue 1 December 2026"""
    return f"{on:%a} {on.day} {on:%B %Y}"


def duty_on(duty: Duty) -> str:
    """David leads on Tue 1 December 2026"""
    verb = "leads" if duty.role == Duty.Role.LEAD else "assists"
    return f"{duty.member or NOBODY} {verb} on {day(duty.shift.start)}"
