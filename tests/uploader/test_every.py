"""How often something is done, as people write it in a file and in the admin."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from uploader.every import EveryField, parse, written


@pytest.mark.parametrize(
    ("text", "every"),
    [
        ("30m", timedelta(minutes=30)),
        ("1h", timedelta(hours=1)),
        (" 1d ", timedelta(days=1)),
        ("2w", timedelta(weeks=2)),
    ],
)
def test_a_number_and_a_unit_are_understood_and_written_back(text: str, every: timedelta) -> None:
    assert parse(text) == every
    assert written(every) == text.strip()
    assert EveryField().to_python(text) == every
    assert EveryField().prepare_value(every) == text.strip()


@pytest.mark.parametrize("text", ["0d", "1", "d", "1y", "1.5h", "-1d", "12345d", "١d", "1 d"])
def test_anything_else_is_not(text: str) -> None:
    assert parse(text) is None


def test_the_admin_takes_djangos_own_form_too_and_shows_what_no_unit_fits() -> None:
    field = EveryField()
    assert field.to_python("1 00:00:00") == timedelta(days=1)
    assert field.prepare_value(timedelta(seconds=90)) == "00:01:30"


@pytest.mark.parametrize("text", ["soon", "-1 00:00:00", "0 00:00:00"])
def test_what_cannot_be_meant_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValidationError, match="such as 30m, 1h, 1d or 2w"):
        EveryField().clean(text)
