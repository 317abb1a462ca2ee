"""How often something is done, as people write it: 30m, 1h, 1d, 2w."""

import re
from datetime import timedelta
from typing import Any

from django import forms

UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
WORDS = "a number and a unit, such as 30m, 1h, 1d or 2w"


def parse(text: str) -> timedelta | None:
    """None where it is not of this form."""
    match = re.fullmatch(r"([1-9][0-9]{0,3})([mhdw])", text.strip())
    return timedelta(**{UNITS[match[2]]: int(match[1])}) if match else None


def written(every: timedelta) -> str | None:
    """In the largest unit that fits; None where none does."""
    for unit, name in reversed(UNITS.items()):
        number = every / timedelta(**{name: 1})
        if number.is_integer() and 1 <= number <= 9999:
            return f"{int(number)}{unit}"
    return None


class EveryField(forms.DurationField):
    """Takes what Django takes as well, such as 1 00:00:00."""

    default_error_messages = {"invalid": f"This must be {WORDS}."}

    def to_python(self, value: Any) -> timedelta | None:
        short = parse(value) if isinstance(value, str) else None
        every: timedelta | None = short or super().to_python(value)
        if every is not None and every <= timedelta(0):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return every

    def prepare_value(self, value: Any) -> Any:
        short = written(value) if isinstance(value, timedelta) else None
        return short or super().prepare_value(value)
