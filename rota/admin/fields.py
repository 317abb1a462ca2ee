"""Form fields of the admin of rotas: weekdays, time zones."""

import zoneinfo
from typing import Any

from django import forms

from rota.days import WEEKDAYS

SHORT = {day: day.capitalize() for day in WEEKDAYS}


class Days(forms.CheckboxSelectMultiple):
    """In one line, also within a row of a table."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.attrs["class"] = "days"

    class Media:
        css = {"all": ["rota/admin.css"]}


class WeekdaysField(forms.MultipleChoiceField):
    """A list of days as they are stored: ["mon", "tue"]."""

    widget = Days

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=list(SHORT.items()), **options)

    def to_python(self, value: Any) -> list[str]:
        return sorted(super().to_python(value), key=lambda day: (*WEEKDAYS, day).index(day))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return set(initial or ()) != set(data or ())


def zones(*, also: str = "") -> list[str]:
    """Those that are named for a place, UTC, and the one that is chosen already."""
    named = {name for name in zoneinfo.available_timezones() if "/" in name}
    plain = {name for name in named if not name.startswith(("Etc/", "SystemV/", "US/"))}
    return ["UTC", *sorted((plain | {also}) - {"", "UTC"})]
