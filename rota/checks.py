"""What a rota's fields may hold: validators with a sentence for whoever typed it."""

import zoneinfo
from collections.abc import Collection
from string import Formatter
from typing import Any

from django.core.exceptions import ValidationError

from rota import days
from rota.periods import NotAPeriod, Period


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


def check_filled_in(text: str, allowed: Collection[str]) -> None:
    """Names are filled in, and nothing of them is looked into."""
    known = ", ".join(f"{{{name}}}" for name in allowed)
    wrong = ValidationError(f"Only {known} can be filled in; braces stand for nothing else.")
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        raise wrong from error
    for _, name, spec, conversion in parts:
        if name is not None and (name not in allowed or spec or conversion):
            raise wrong


def check_period(text: str) -> None:
    try:
        Period.parse(text)
    except NotAPeriod as error:
        raise ValidationError(str(error)) from error


def check_handover_day(text: str) -> None:
    is_day = text.isascii() and text.isdigit() and 1 <= int(text) <= 31
    if text not in days.WEEKDAYS and not is_day:
        raise ValidationError(
            "This must be a weekday, such as wed, or a day of the month, 1 to 31."
        )


def check_two_usergroups(drawn_from: str, kept: str) -> None:
    """The group that members come from must not be the one that is set to whoever is on duty."""
    if bare_handle(drawn_from) and bare_handle(drawn_from) == bare_handle(kept):
        raise ValidationError(
            f"“{kept}” is where its members come from: set to whoever is on duty, it would lose "
            "all the others. Choose another usergroup."
        )


def bare_handle(usergroup: str) -> str:
    """As Slack keeps it: without the @ that people write, in small letters; an id as it is told."""
    return usergroup.strip().removeprefix("@").casefold()
