"""A model field for secrets: encrypted in the database, opened only where they are used."""

import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models
from django.db.models.query_utils import DeferredAttribute


class CannotOpen(Exception):
    """The stored text was encrypted with a key that CREDENTIALS_KEYS no longer holds."""


def keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.CREDENTIALS_KEYS])


class Sealed:
    """An encrypted JSON object, opened on demand: a wrong key breaks one use, not a page."""

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

    def __eq__(self, other: object) -> bool:
        """The very same text; one value is encrypted differently each time."""
        return isinstance(other, Sealed) and other.ciphertext == self.ciphertext

    def __hash__(self) -> int:
        return hash(self.ciphertext)

    def __bool__(self) -> bool:
        return bool(self.ciphertext)

    def __repr__(self) -> str:
        return "Sealed(…)"

    __str__ = __repr__


class SealedAttribute(DeferredAttribute):
    """Seals what is assigned at once, so that an instance never holds secrets in clear."""

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = self.field.to_python(value)


class SealedField(models.TextField):  # type: ignore[type-arg]
    """Holds `Sealed`; a plain dict given to it is sealed, a text is taken to be sealed already."""

    descriptor_class = SealedAttribute

    def from_db_value(self, value: str | None, *_: Any) -> Sealed:
        return Sealed(value or "")

    def to_python(self, value: Any) -> Sealed:
        if isinstance(value, Sealed):
            return value
        return Sealed(value) if isinstance(value, str) else Sealed.seal(value or {})

    def get_prep_value(self, value: Any) -> str:
        return self.to_python(value).ciphertext

    def value_to_string(self, obj: models.Model) -> str:
        return self.get_prep_value(self.value_from_object(obj))

    def get_lookup(self, lookup_name: str) -> Any:
        raise FieldError("Encrypted credentials cannot be searched.")
