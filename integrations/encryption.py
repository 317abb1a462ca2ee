"""A model field for secrets: encrypted in the database, opened only where they are used."""

import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models


class CannotOpen(Exception):
    """The stored text was encrypted with a key that CREDENTIALS_KEYS no longer holds."""


def keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.CREDENTIALS_KEYS])


class Sealed:
    """An encrypted JSON object; opened on demand, so that a wrong key breaks one use, not a page."""

    def __init__(self, ciphertext: str) -> None:
        self.ciphertext = ciphertext

    @classmethod
    def seal(cls, value: dict[str, Any]) -> "Sealed":
        return cls(keys().encrypt(json.dumps(value).encode()).decode() if value else "")

    def open(self) -> dict[str, Any]:
        if not self.ciphertext:
            return {}
        try:
            value: dict[str, Any] = json.loads(keys().decrypt(self.ciphertext.encode()))
        except InvalidToken as error:
            raise CannotOpen from error
        return value

    def with_newest_key(self) -> "Sealed":
        """The same value under the first key, for rotation."""
        return Sealed.seal(self.open())

    def __bool__(self) -> bool:
        return bool(self.ciphertext)

    def __repr__(self) -> str:
        return "Sealed(…)"

    __str__ = __repr__


class SealedField(models.TextField):  # type: ignore[type-arg]
    """Holds `Sealed`; a plain dict given to it is sealed on the way into the database."""

    def from_db_value(self, value: str | None, *_: Any) -> Sealed:
        return Sealed(value or "")

    def to_python(self, value: Any) -> Sealed:
        return value if isinstance(value, Sealed) else Sealed.seal(value or {})

    def get_prep_value(self, value: Any) -> str:
        return self.to_python(value).ciphertext

    def get_lookup(self, lookup_name: str) -> Any:
        raise FieldError("Encrypted credentials cannot be searched.")
