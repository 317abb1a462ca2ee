"""Secrets in the database: sealed, never searched, moved to a new key."""

import io
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError
from django.core.management import CommandError, call_command

from integrations.encryption import CannotOpen, Sealed
from integrations.models import Connection
from integrations.sandbox import World
from tests.integrations.owners import connected, stored

pytestmark = pytest.mark.django_db


def key() -> str:
    return Fernet.generate_key().decode()


def make(name: str = "a", **credentials: str) -> Connection:
    values: Any = credentials
    return Connection.objects.create(name=name, provider="open_humans", credentials=values)


def test_what_is_assigned_is_sealed_at_once() -> None:
    typed: Any = {"api_key": "made-up-secret"}
    connection = Connection(credentials=typed)
    assert "made-up-secret" not in repr(vars(connection)) + str(connection.credentials)
    assert connection.credentials.open() == {"api_key": "made-up-secret"}


def test_nothing_stays_nothing() -> None:
    connection = make()
    assert not connection.credentials
    assert stored(connection) == {}
    assert Connection.objects.filter(pk=connection.pk).extra(where=["credentials = ''"]).exists()


def test_the_same_secret_never_looks_the_same() -> None:
    assert Sealed.seal({"a": "b"}).ciphertext != Sealed.seal({"a": "b"}).ciphertext


def test_secrets_cannot_be_searched() -> None:
    with pytest.raises(FieldError):
        Connection.objects.filter(credentials={"api_key": "x"}).exists()


def test_a_wrong_key_is_an_error_rather_than_a_value(settings: Any) -> None:
    connection = make(api_key="made-up-secret")
    settings.CREDENTIALS_KEYS = [key()]
    with pytest.raises(CannotOpen):
        stored(connection)
    assert Connection.objects.get().name == "a"


def test_what_is_dumped_is_sealed_and_can_be_loaded(tmp_path: Any) -> None:
    connection = make(api_key="made-up-secret")
    file = tmp_path / "dump.json"
    call_command("dumpdata", "integrations.connection", output=str(file))
    assert "made-up-secret" not in file.read_text()
    Connection.objects.all().delete()
    call_command("loaddata", str(file), verbosity=0)
    assert stored(connection) == {"api_key": "made-up-secret"}


# --------------------------------------------------------------------- rotation


def reencrypt() -> str:
    out = io.StringIO()
    call_command("reencrypt_credentials", stdout=out)
    return out.getvalue()


def test_after_rotation_the_old_key_can_go(settings: Any, world: World) -> None:
    connection, plain = connected(world), make()
    before = stored(connection)
    new = key()
    settings.CREDENTIALS_KEYS = [new, *settings.CREDENTIALS_KEYS]
    assert "Encrypted with the newest key: 1." in reencrypt()
    settings.CREDENTIALS_KEYS = [new]
    assert stored(connection) == before
    assert stored(plain) == {}


def test_rotation_names_what_it_cannot_read_and_does_the_rest(settings: Any) -> None:
    make("lost", api_key="one")
    settings.CREDENTIALS_KEYS = [key()]
    readable = make("readable", api_key="two")
    new = key()
    settings.CREDENTIALS_KEYS = [new, *settings.CREDENTIALS_KEYS]
    with pytest.raises(CommandError, match="lost") as caught:
        reencrypt()
    assert caught.value.returncode == 1
    assert "readable" not in str(caught.value)
    settings.CREDENTIALS_KEYS = [new]
    assert stored(readable) == {"api_key": "two"}
