"""Slack and Geekbot on the page of a rota: whom it draws from, where it is told, who is asked."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from integrations.models import Connection
from rota import setup
from tests.pages.visitor import words_of
from tests.rota.admin.staff import ROTAS, errors_of, page_of, typed
from tests.rota.admin.test_rolling import NEW, new_rota
from tests.rota.rolling import Triage
from tests.rota.team import Team
from uploader.models import Sync

pytestmark = pytest.mark.django_db


@pytest.fixture
def slack(db: None) -> Connection:
    return Connection.objects.create(name="slack", provider="slack")


@pytest.fixture
def triage(db: None) -> Triage:
    return Triage(names=("Sarah", "Gwendolyn", "Jonas"), starts_on=timezone.now().date())


def saved(client: Client, rota: Any, **changed: Any) -> Any:
    page = page_of(rota)
    return client.post(page, typed(client, page, **changed), follow=True)


def from_slack(client: Client, rota: Any, slack: Connection, **changed: Any) -> Any:
    values = {"members_connection": slack.pk, "members_usergroup": "support-triagers"}
    return saved(client, rota, **{**values, **changed})


def test_members_are_drawn_from_a_usergroup_every_day(
    triage: Triage, slack: Connection, root: Client
) -> None:
    response = from_slack(root, triage.rota, slack)

    assert errors_of(response) == ""
    sync = Sync.objects.get(name="triage-members")
    assert (sync.kind, sync.source, sync.target, sync.mode) == (
        setup.MEMBERS,
        slack,
        None,
        "automatic",
    )
    assert sync.options == {"rota": "triage", "usergroup": "support-triagers"}
    assert sync.every == timedelta(days=1)
    assert sync.next_run_at is not None


def test_who_was_brought_by_slack_is_shown_and_not_changed_here(
    triage: Triage, slack: Connection, root: Client
) -> None:
    from_slack(root, triage.rota, slack)

    page = root.get(page_of(triage.rota))

    words = words_of(page)
    assert "who is in the usergroup at Slack, in the order of their turns" in words
    assert "Gwendolyn" in words
    assert 'name="members-0-place"' not in page.content.decode()
    saved(root, triage.rota, title="Triage")
    assert [member.name for member in triage.rota.members.all()] == [
        "Sarah",
        "Gwendolyn",
        "Jonas",
    ]


def test_a_usergroup_that_is_not_chosen_any_more_leaves_the_members_to_be_edited(
    triage: Triage, slack: Connection, root: Client
) -> None:
    from_slack(root, triage.rota, slack)

    saved(root, triage.rota, members_connection="")

    assert not Sync.objects.get(name="triage-members").enabled
    assert 'name="members-0-place"' in root.get(page_of(triage.rota)).content.decode()


def test_members_never_come_from_the_usergroup_that_is_set(
    triage: Triage, slack: Connection, root: Client
) -> None:
    response = from_slack(
        root,
        triage.rota,
        slack,
        slack_connection=slack.pk,
        slack_usergroup="@Support-Triagers",
    )

    assert "is where its members come from" in errors_of(response)
    assert not Sync.objects.filter(kind=setup.SLACK).exists()


def test_a_rota_is_told_in_slack_and_asked_by_geekbot(
    triage: Triage, slack: Connection, root: Client
) -> None:
    geekbot = Connection.objects.create(name="geekbot", provider="geekbot")

    response = saved(
        root,
        triage.rota,
        slack_connection=slack.pk,
        slack_channel="C0SUPPORT",
        slack_usergroup="support-on-duty",
        slack_message="{incoming} joins {current}.",
        slack_remind_days_before="7, 1",
        geekbot_connection=geekbot.pk,
        geekbot_standup="SupportTriagerStandup",
        geekbot_channel="#support",
        geekbot_days="Wed",
    )

    assert errors_of(response) == ""
    told, asked = (Sync.objects.get(name=f"triage-{name}") for name in ("slack", "geekbot"))
    assert told.options["remind_days_before"] == [7, 1]
    assert told.options["message"] == "{incoming} joins {current}."
    assert (asked.target, asked.options["days"]) == (geekbot, ["Wed"])

    Sync.objects.update(next_run_at=None)
    elsewhere = Sync.objects.exclude(kind=setup.DUTIES).order_by("pk")
    before = list(elsewhere.values())
    saved(root, triage.rota, title="Another")
    assert list(elsewhere.values()) == before


@pytest.mark.parametrize(
    ("message", "field"), [("{lead} is on", "{incoming}"), ("{nobody}", "{member}")]
)
def test_a_message_names_those_of_its_own_kind_of_rota(
    message: str, field: str, triage: Triage, slack: Connection, root: Client
) -> None:
    response = saved(
        root,
        triage.rota,
        slack_connection=slack.pk,
        slack_channel="C0SUPPORT",
        slack_message=message,
    )

    assert field in errors_of(response)
    assert errors_of(response).count("can be filled in") == 1


def test_that_is_so_for_a_rota_that_is_added_as_well(slack: Connection, root: Client) -> None:
    response = new_rota(
        root,
        slack_connection=slack.pk,
        slack_channel="C0SUPPORT",
        slack_message="{lead} is on",
    )

    assert "can be filled in" in errors_of(response)


def test_a_paired_rota_is_told_in_slack_and_has_no_stand_up(
    team: Team, slack: Connection, root: Client
) -> None:
    response = saved(
        root, team.rota, slack_connection=slack.pk, slack_channel="C0SUPPORT", slack_at="08:30"
    )

    assert errors_of(response) == ""
    assert Sync.objects.get(name="support-slack").options["at"] == "08:30"
    page = root.get(page_of(team.rota)).content.decode()
    assert "geekbot_connection" not in page
    assert "members_connection" not in page


def test_what_shows_it_elsewhere_is_published_and_whom_it_draws_from_is_not(
    triage: Triage, slack: Connection, root: Client
) -> None:
    from_slack(root, triage.rota, slack)
    assert "Publish" not in words_of(root.get(page_of(triage.rota)))

    saved(root, triage.rota, slack_connection=slack.pk, slack_usergroup="support-on-duty")

    words = words_of(root.get(f"{ROTAS}{triage.rota.pk}/publish/"))
    assert "triage-slack (slack)" in words
    assert "triage-members" not in words


def test_a_new_rota_may_be_drawn_from_slack_at_once(slack: Connection, root: Client) -> None:
    assert "members_usergroup" in root.get(NEW).content.decode()

    new_rota(root, members_connection=slack.pk, members_usergroup="support-triagers")

    assert Sync.objects.get(name="triage-members").enabled
