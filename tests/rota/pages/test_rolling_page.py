"""The page of a rolling rota: current, incoming, upcoming, what they said, and the handovers."""

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.test import Client

from rota import duties
from rota.duties import Doing
from rota.models import Absence, Duty, Rota
from tests.pages.people import signed_in
from tests.pages.visitor import words_of
from tests.rota.pages import midway
from tests.rota.rolling import WEDNESDAY, Triage
from uploader.people import Person

PAGE = "/rotas/triage/"
WEEK = timedelta(weeks=1)


def visits(triage: Triage, name: str) -> Client:
    """One of the rota, signed in."""
    user = get_user_model().objects.create_user(f"rota-{name.lower()}")
    Person.objects.filter(pk=triage.members[name].person_id).update(user=user)
    return signed_in(user)


def read(client: Client, path: str = PAGE) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return words_of(response)


@pytest.fixture
def at(clock: time_machine.Traveller) -> Callable[[date], None]:
    """Noon of a day."""
    return lambda day: clock.move_to(
        midway.NOW.replace(year=day.year, month=day.month, day=day.day, hour=12)
    )


def test_it_says_who_is_current_and_who_is_incoming(triage: Triage, at: Any) -> None:
    triage.fortnights(4)
    at(WEDNESDAY + WEEK)
    jenny = visits(triage, "Jenny")

    for path in (PAGE, "/rotas/"):
        words = read(jenny, path)
        assert "Current Sarah until Tuesday 15 December" in words
        assert "Incoming Georgiana until Tuesday 22 December" in words
        assert "Next, on Wednesday 16 December: Jenny starts." in words
