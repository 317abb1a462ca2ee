"""Fields for what a kind of sync lets people choose; lists are typed as JSON in the admin, or with
commas where what is in them has none."""

from collections.abc import Callable
from datetime import time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from uploader.people import folded

LIST = 'This must be a list of texts, such as ["one", "another"].'
NUMBERS = "This must be a list of whole numbers from 0 to {most}, such as [7, 1]."
TIME = "This must be a time of day, such as 08:30."


def cleaned(clean: Callable[[Any], Any], value: Any, *, complaint: str) -> Any:
    """Numbers and nests beyond what Python reads are errors of another sort than wrong JSON."""
    try:
        return clean(value)
    except (RecursionError, ValueError) as error:
        raise ValidationError(complaint) from error


def is_plain(text: Any) -> bool:
    """What a database and a page can hold."""
    if not isinstance(text, str) or "\x00" in text:
        return False
    return text.isascii() or text.encode("utf-8", "replace").decode() == text


class TextListField(forms.JSONField):
    """A list of texts; in the admin it is written as JSON."""

    default_error_messages = {"invalid": LIST}

    def clean(self, value: Any) -> Any:
        texts = cleaned(super().clean, value, complaint=LIST)
        if texts is None:
            return []
        if not isinstance(texts, list) or not all(map(is_plain, texts)):
            raise ValidationError(LIST)
        return [text.strip() for text in texts if text.strip()]


class EmailListField(TextListField):
    def clean(self, value: Any) -> Any:
        emails = [folded(text) for text in super().clean(value)]
        for email in emails:
            try:
                validate_email(email)
            except ValidationError:
                raise ValidationError(f"“{email}” is not an e-mail address.") from None
        return emails


class Separated(forms.JSONField):
    """A list that is typed with commas: 7, 1."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str):
            return super().to_python(value)
        texts = (each.strip(" \"'“”") for each in value.strip(" []").split(","))
        return [self.one(text) for text in texts if text]

    def one(self, text: str) -> Any:
        return text

    def bound_data(self, data: Any, initial: Any) -> Any:
        return data

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value


class WordListField(Separated, TextListField):
    """A list of words without commas."""


class NumberListField(Separated):
    """A list of whole numbers from nought to `most`."""

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        self.complaint = NUMBERS.format(most=most)
        super().__init__(error_messages={"invalid": self.complaint}, **kwargs)
        self.most = most

    def clean(self, value: Any) -> Any:
        numbers = cleaned(super().clean, value, complaint=self.complaint)
        if numbers is None:
            return []
        if not isinstance(numbers, list) or not all(map(self._is_one, numbers)):
            raise ValidationError(self.complaint)
        return numbers

    def one(self, text: str) -> Any:
        return int(text) if text.isascii() and text.isdigit() else text

    def _is_one(self, number: Any) -> bool:
        return type(number) is int and 0 <= number <= self.most


class TimeTextField(forms.CharField):
    """A time of day, kept as it is written: 08:30."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=8, **kwargs)

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if not text:
            return ""
        try:
            found = time.fromisoformat(text)
        except ValueError:
            raise ValidationError(TIME) from None
        if found.tzinfo is not None:
            raise ValidationError(TIME)
        return f"{found:%H:%M:%S}" if found.second else f"{found:%H:%M}"
