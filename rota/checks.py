"""What a rota's fields may hold: validators with a sentence for whoever typed it."""

import zoneinfo
from string import Formatter
from typing import Any

from django.core.exceptions import ValidationError

from rota import days

TITLE_FIELDS = ("lead", "assist", "title")


def check_timezone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(f"“{name}” is no time zone; Europe/London is one.")


def check_holidays(code: str) -> None:
    try:
        days.holidays_of(code, years=[2026])
    except ValueError as error:
        raise ValidationError(str(error)) from error


def check_weekdays(value: Any) -> None:
    known = days.WEEKDAYS
    wrong = ValidationError(f"This must be a list of days, of {', '.join(known)}.")
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise wrong
    if not set(value) <= set(known) or len(set(value)) < len(value):
        raise wrong


def check_event_title(text: str) -> None:
    """Names are filled in, and nothing of them is looked into."""
    allowed = ", ".join(f"{{{name}}}" for name in TITLE_FIELDS)
    wrong = ValidationError(f"Only {allowed} can be filled in; braces stand for nothing else.")
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        raise wrong from error
    for _, name, spec, conversion in parts:
        if name is not None and (name not in TITLE_FIELDS or spec or conversion):
            raise wrong
