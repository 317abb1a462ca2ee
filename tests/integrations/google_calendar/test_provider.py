"""Google Calendar as a provider: what is typed to connect it, and what shares an allowance."""

import json
from typing import Any

import pytest
from django.test import Client

from config.configuration.form_fields import is_secret
from integrations import connections
from integrations import provider as providers
from integrations.google_calendar.client import GoogleCalendarClient
from integrations.google_calendar.sandbox import GoogleCalendarSandbox
from integrations.models import Connection
from integrations.sandbox import World

GOOGLE = providers.get("google_calendar")
ADD = "/admin/integrations/connection/add/?provider=google_calendar"


@pytest.fixture
def key(world: World) -> str:
    return str(world["google_calendar"].grant("rota")["service_account"])


def test_the_key_is_typed_unseen_and_never_shown_again(key: str) -> None:
    form = GOOGLE.credentials_form({"service_account": f" {key}\n"})

    assert form.is_valid()
    assert form.cleaned_data == {"service_account": key.strip()}
    assert 'type="password"' in str(form)
    assert "PRIVATE KEY" not in str(form)
    assert is_secret(GOOGLE.credentials_form.base_fields["service_account"])


def test_a_password_field_drops_line_breaks_and_the_key_still_works(key: str) -> None:
    typed = "".join(key.splitlines())
    assert GOOGLE.credentials_form({"service_account": typed}).is_valid()


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ("", "This field is required."),
        ("made-up", "this is not the JSON key file of a service account: it is not JSON"),
        ("{}", "it lacks type, client_email, private_key, token_uri"),
    ],
)
def test_what_is_wrong_with_it_is_said_in_words(typed: str, complaint: str) -> None:
    form = GOOGLE.credentials_form({"service_account": typed})
    assert complaint in form.errors["service_account"][0]


def test_a_broken_private_key_is_found_out_at_once(key: str) -> None:
    broken = json.dumps(json.loads(key) | {"private_key": "cut off"})
    form = GOOGLE.credentials_form({"service_account": broken})
    assert "its private_key cannot be read" in form.errors["service_account"][0]


def test_checking_tells_whose_account_it_is(
    google: GoogleCalendarClient, rosa: GoogleCalendarClient, sandbox: GoogleCalendarSandbox
) -> None:
    assert GOOGLE.check(google) == sandbox.account.email
    assert GOOGLE.check(rosa) == "rosa@example.com"


def test_keys_of_one_account_share_one_allowance(key: str) -> None:
    newer = json.dumps(json.loads(key) | {"private_key_id": "0" * 40})
    other = json.dumps(json.loads(key) | {"client_email": "other@example.com"})

    shared = GOOGLE.pace_key(7, {"service_account": key})

    assert shared == GOOGLE.pace_key(8, {"service_account": newer})
    assert shared != GOOGLE.pace_key(8, {"service_account": other})
    assert "sandbox-project" not in shared


@pytest.mark.parametrize("keys", [{}, {"service_account": "{}"}, {"access_token": "made-up"}])
def test_without_a_key_a_connection_stands_alone(keys: dict[str, Any]) -> None:
    assert GOOGLE.pace_key(7, keys) == "google_calendar:7"


def test_without_an_application_service_accounts_still_work(settings: Any) -> None:
    settings.PROVIDER_SETTINGS = {}

    assert GOOGLE.missing_settings() == []
    assert GOOGLE.missing_to_sign_in() == ["GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"]
    assert not GOOGLE.staff_may_sign_in()


def test_the_key_is_typed_into_the_admin_and_tried_out(admin_client: Client, key: str) -> None:
    fields = {"name": "calendar", "enabled": "on", "credentials_service_account": key}

    response: Any = admin_client.post(ADD, fields)

    assert response.status_code == 302, response.content.decode()
    connection = Connection.objects.get()
    assert (connection.name, connection.state) == ("calendar", "connected")
    assert connections.opened(connection) == {"service_account": key.strip()}


def test_a_key_that_does_not_work_is_not_kept(
    admin_client: Client, key: str, sandbox: GoogleCalendarSandbox
) -> None:
    sandbox.revoke("rota")
    fields = {"name": "calendar", "enabled": "on", "credentials_service_account": key}

    page = admin_client.post(ADD, fields).content.decode()

    assert "the key was deleted" in page
    assert "PRIVATE KEY" not in page
    assert not Connection.objects.exists()
