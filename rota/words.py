"""How people are told of shifts and duties: when they are, and what somebody does in them."""

from datetime import date

from django.utils.dateformat import format as told

from rota.days import DAY
from rota.models import Duty, Shift
from rota.models.rotas import ASSIST, LEAD, MEMBER
from rota.titles import NOBODY

# What you do, what she does, and how a duty is called, by role.
DO = {LEAD: "lead", ASSIST: "assist", MEMBER: "serve"}
DOES = {LEAD: "leads", ASSIST: "assists", MEMBER: "serves"}
CALLED = {LEAD: "lead", ASSIST: "assist", MEMBER: "turn"}
MANY = {role: f"{called}s" for role, called in CALLED.items()}
FULL = "D j F Y"
SHORT = "D j M Y"


def day(on: date) -> str:
    """Tue 1 December 2026"""
    return told(on, FULL)


def last_day(shift: Shift) -> date:
    return shift.end - DAY


def is_span(shift: Shift) -> bool:
    """Whether it lasts longer than a day."""
    return last_day(shift) > shift.start


def span(shift: Shift, form: str = FULL) -> str:
    """Tue 1 December 2026; or Wed 2 December to Tue 15 December 2026. The form is Django's."""
    last = last_day(shift)
    if last == shift.start:
        return told(last, form)
    first = form.replace(" Y", "") if last.year == shift.start.year else form
    return f"{told(shift.start, first)} to {told(last, form)}"


def during(shift: Shift, form: str = FULL) -> str:
    """on Tue 1 December 2026; from Wed 2 December to Tue 15 December 2026"""
    return f"{'from' if is_span(shift) else 'on'} {span(shift, form)}"


def duty_on(duty: Duty) -> str:
    """David leads on Tue 1 December 2026"""
    return f"{duty.member or NOBODY} {DOES[duty.role]} {during(duty.shift)}"
