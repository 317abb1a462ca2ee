"""The rota of these tests on the Thursday before its first week, and who looks at it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client

from tests.pages.people import signed_in
from tests.rota.team import NOW, Team


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def visits(team: Team) -> Callable[[str], Client]:
    """One of the team, signed in."""
    return lambda name: signed_in(team.login(name))


@pytest.fixture
def staff(db: None) -> Callable[..., Client]:
    def sam(*permissions: str) -> Client:
        user: Any = get_user_model().objects.create_user("sam", is_staff=True)
        for codename in permissions:
            of_ours = Permission.objects.filter(content_type__app_label__in=("rota", "uploader"))
            user.user_permissions.add(of_ours.get(codename=codename))
        return signed_in(user)

    return sam
