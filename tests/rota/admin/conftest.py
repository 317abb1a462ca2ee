"""Staff at the admin of rotas, and a team whose duties are still to come."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.rota.admin.staff import signed_in
from tests.rota.team import Team


def next_monday() -> date:
    """More than a week away, so that no test meets the present."""
    today = timezone.now().date()
    return today + timedelta(days=14 - today.weekday())


@pytest.fixture
def monday() -> date:
    return next_monday()


@pytest.fixture
def team(db: None, monday: date) -> Team:
    return Team(starts_on=monday)


@pytest.fixture
def root(db: None) -> Client:
    return signed_in(everything=True)
