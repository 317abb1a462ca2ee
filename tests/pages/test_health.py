"""/healthz, for monitors; and the pages that are shown when something is wrong."""

from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from config import celery


def test_it_is_well_when_database_and_broker_answer(client: Client, db: None) -> None:
    response = client.get("/healthz")

    assert response.status_code == 200
    assert response.json() == {"database": "ok", "broker": "ok"}
    assert "no-store" in response["Cache-Control"]
    assert client.head("/healthz").status_code == 200
    assert client.post("/healthz").status_code == 405


def test_a_broker_that_does_not_answer_is_told(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(celery.app.conf, "broker_url", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(celery.app.conf, "broker_write_url", "redis://127.0.0.1:1/0")

    response = client.get("/healthz")

    assert response.status_code == 503
    assert response.json() == {"database": "ok", "broker": "does not answer"}


def test_a_database_that_does_not_answer_is_told(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: Any) -> Any:
        raise OperationalError("the server closed the connection")

    with monkeypatch.context() as broken:
        broken.setattr(connection, "cursor", gone)
        response = client.get("/healthz")

    assert response.status_code == 503
    assert response.json()["database"] == "does not answer"


def test_an_address_without_a_page_is_explained(client: Client, db: None) -> None:
    response = client.get("/no/such/page/")

    assert response.status_code == 404
    assert "There is nothing here" in response.content.decode()


def test_a_fault_of_ours_is_explained(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("something with a secret-token in it")

    monkeypatch.setattr("config.views.activity_page", broken)
    client.raise_request_exception = False

    response = client.get("/about/")

    assert response.status_code == 500
    assert "Something went wrong" in response.content.decode()
    assert "secret-token" not in response.content.decode()


def test_browsers_that_guess_the_address_of_the_icon_find_it(client: Client) -> None:
    response = client.get("/favicon.ico")

    assert (response.status_code, response["Location"]) == (302, "/static/icon.svg")


def test_a_form_that_is_too_old_is_explained(db: None) -> None:
    response = Client(enforce_csrf_checks=True).post("/accounts/logout/")

    assert response.status_code == 403
    assert "The form was too old" in response.content.decode()
    assert 'rel="icon"' in response.content.decode()
