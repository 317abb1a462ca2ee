"""`rota members`: whom a rota draws from, in the order in which turns go round."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from integrations.sandbox import Fault, World
from integrations.slack.sandbox_seed import ADA, GUEST, JO_K, JO_M, SAM, SAMANTHA, SARAH, WIM, ZOE
from rota.models import Member, SlackAccount
from tests.rota.commands.typed import refused, rota, words
from tests.rota.rolling import Triage
from tests.rota.slack.workspace import Workspace
from tests.rota.team import NOW, Team
from uploader.models import Link, Run, Sync
from uploader.people import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def space(db: None, world: World) -> Workspace:
    return Workspace(world, Triage(names=()))


def listed(document: dict[str, Any]) -> list[str]:
    return [each["slack_id"] for each in document["members"]]


def test_of_a_slack_usergroup_they_are_fetched_with_ids(space: Workspace) -> None:
    code, document = rota("members", "triage")

    assert code == 0
    assert document["members"][3] == {
        "name": "Sam",
        "email": "sam.ortega@example.org",
        "slack_id": SAM,
        "active": True,
    }
    assert listed(document) == [ADA, JO_K, JO_M, SAM, SAMANTHA, SARAH, WIM]


def test_it_is_a_look_and_writes_nothing(space: Workspace) -> None:
    rota("members", "triage")
    for rows in (Person, Member, SlackAccount, Link, Run):
        assert not rows.objects.exists()


def test_they_come_as_turns_go_round_joiners_last_and_who_cannot_serve_after_them(
    space: Workspace,
) -> None:
    space.run()
    Member.objects.filter(person__slack_id=WIM).update(position=0)
    Member.objects.filter(person__slack_id=ADA).update(position=9)
    space.set_triagers(GUEST, ZOE, *space.triagers)

    _, document = rota("members", "triage")

    assert listed(document) == [WIM, JO_K, JO_M, SAM, SAMANTHA, SARAH, ADA, ZOE, GUEST]
    assert [each["active"] for each in document["members"]] == [True] * 8 + [False]
    assert "Gus" in words("members", "triage")


def test_whoever_has_left_the_group_is_nobody_to_draw_from(space: Workspace) -> None:
    space.run()
    space.slack.happen("steps_back")
    assert SAM not in listed(rota("members", "triage")[1])


def test_of_any_other_rota_they_are_as_stored(triage: Triage) -> None:
    left = triage.members["Jonas"]
    left.left_on = NOW.date() - timedelta(days=1)
    left.save()
    Person.objects.filter(name="Anton").update(slack_id="")

    code, document = rota("members", "triage")

    assert code == 0
    names = [each["name"] for each in document["members"]]
    assert names == ["Sarah", "Gwendolyn", "Anton", "Signe", "Yara", "Chris"]
    assert document["members"][2] == {
        "name": "Anton",
        "email": "anton@example.org",
        "slack_id": None,
        "active": True,
    }


def test_of_a_paired_rota_group_by_group(team: Team) -> None:
    names = [each["name"] for each in rota("members", "support")[1]["members"]]
    assert names == ["Andy", "Lalitha", "Murdo", "Theo", "Gustav", "Priya", "Wren"]


def test_people_read_a_table(triage: Triage) -> None:
    assert words("members", "triage").splitlines()[:2] == [
        "Sarah      U0SARAH  sarah@example.org",
        "Gwendolyn  U0GWENDOLYN  gwendolyn@example.org",
    ]


def test_a_rota_without_anybody_says_so(db: None) -> None:
    Triage(names=())
    assert words("members", "triage") == "triage: nobody is in it.\n"


def test_an_unknown_rota_is_wrong_usage(triage: Triage) -> None:
    assert refused("members", "triages").startswith("There is no rota “triages”")


def test_an_unknown_group_fails(space: Workspace) -> None:
    space.set_options(usergroup="nobody-knows")
    code, document = rota("members", "triage")
    assert code == 1
    assert "There is no usergroup “nobody-knows”" in document["error"]
    assert document["members"] == []


def test_a_connection_that_works_no_more_fails(space: Workspace) -> None:
    space.slack.revoke("rotabot")
    code, document = rota("members", "triage")
    assert code == 1
    assert document["error"]


def test_where_slack_is_busy_it_waits(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    space.world.faults.add(Fault("slack", "500", times=9))
    code, document = rota("members", "triage")
    assert code == 4
    assert "Slack" in document["error"]


def test_where_it_is_not_drawn_any_more_what_is_stored_counts(space: Workspace) -> None:
    space.run()
    Sync.objects.filter(pk=space.sync.pk).update(enabled=False)
    space.forget_requests()
    assert len(listed(rota("members", "triage")[1])) == 7
    assert space.calls() == []
    assert timezone.now() == NOW
