"""What the pages of a rota's syncs with Slack tell, and whom."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.rota.slack.workspace import Workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(get_user_model().objects.create_superuser("grace"))
    return client


def test_who_joined_is_told_by_name_and_id(space: Workspace, staff: Client) -> None:
    run = space.run()
    page = staff.get(run.get_absolute_url()).content.decode()
    assert "Sam (U0000SAM01)" in page
    page = staff.get(space.sync.get_absolute_url()).content.decode()
    assert "support-triagers" in page
    assert "Whoever is in a usergroup is in the rota, and nobody else" in page


def test_what_is_told_in_slack_is_said_of_the_sync(duty: Workspace, staff: Client) -> None:
    duty.set_options(channel="C0SUPPORT", remind_days_before=[7, 1])
    duty.run()
    page = staff.get(duty.sync.get_absolute_url()).content.decode()
    for words in ("C0SUPPORT", "support-on-duty", "7 and 1 days before, at 09:00"):
        assert words in page


def test_no_token_is_on_any_of_them(duty: Workspace, staff: Client) -> None:
    run = duty.run()
    for path in (duty.sync.get_absolute_url(), run.get_absolute_url()):
        assert "sandbox-slack-bot-token" not in staff.get(path).content.decode()


def test_a_stranger_sees_none_of_it(space: Workspace, client: Client) -> None:
    run = space.run()
    client.force_login(get_user_model().objects.create_user("somebody"))
    for path in (space.sync.get_absolute_url(), run.get_absolute_url()):
        assert client.get(path).status_code == 404
