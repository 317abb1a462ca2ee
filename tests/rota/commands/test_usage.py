"""The command `rota`: unknown names, wrong words, and the one document that is owed."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from rota.management.commands.rota import Command
from rota.models import Rota
from tests.rota.commands.earlier_tool import EarlierTool
from tests.rota.commands.typed import refused, rota
from tests.rota.team import Team
from uploader.models import Sync

PARTS = ("generate", "show", "report", "publish", "clear", "adopt")


@pytest.mark.parametrize("part", PARTS)
def test_an_unknown_rota_is_status_2_and_told_which_there_are(team: Team, part: str) -> None:
    assert refused(part, "suport") == "There is no rota “suport”. There are: support."


@pytest.mark.parametrize("part", PARTS)
def test_a_disabled_rota_is_status_2(team: Team, part: str) -> None:
    Rota.objects.update(enabled=False)

    assert refused(part, "support") == "The rota “support” is disabled."


@pytest.mark.parametrize("part", ["publish", "adopt"])
def test_without_a_calendar_it_is_told_how_to_give_it_one(team: Team, part: str) -> None:
    assert "support has no calendar: give it one in the admin" in refused(part, "support")


def test_without_the_sync_of_its_duties_it_is_told_how_to_make_it(team: Team) -> None:
    Sync.objects.all().delete()

    assert "save it once more in the admin" in refused("generate", "support")


def test_a_file_about_rolling_rotas_is_of_no_use_to_a_paired_one(team: Team) -> None:
    assert "support is a paired rota" in refused("adopt", "support", "--team-roles", "roles.json")


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (["--json"], "shifts"),
        (["show", "--json"], "shifts"),
        (["nest", "support", "--json"], "shifts"),
        (["show", "a", "b", "--json"], "shifts"),
        (["generate", "support", "--aply", "--json"], "given_up"),
        (["generate", "a", "--cycles", "1", "--until", "2026-12-01", "--json"], "given_up"),
        (["bulk", "a", "--all", "--json"], "given_up"),
        (["set-roles", "a", "--incoming", "b", "--json"], "given_up"),
        (["publish", "a", "--apply", "--approve", "12345678", "--json"], "counts"),
        (["report", "a", "b", "--json"], "config"),
    ],
)
def test_wrong_usage_is_status_2_with_exactly_one_document(
    arguments: list[str], field: str
) -> None:
    out, err = StringIO(), StringIO()
    with pytest.raises(SystemExit) as ended:
        Command(stdout=out, stderr=err).run_from_argv(["manage.py", "rota", *arguments])

    assert ended.value.code == 2
    document = json.loads(out.getvalue())
    assert document["error"]
    assert document["error"] in err.getvalue()
    assert field in document


def test_publish_is_the_same_as_the_sync_of_the_calendar(earlier_tool: EarlierTool) -> None:
    earlier_tool.team.week()

    code, document = rota("publish", "support")

    out = StringIO()
    call_command("sync", "support-calendar", "--json", stdout=out, stderr=StringIO())
    same = json.loads(out.getvalue())
    assert code == 0
    assert document | {"requests": 0} == same | {"requests": 0}
    assert earlier_tool.writes == 0

    code, document = rota("publish", "support", "--approve", document["checksum"])

    assert (code, document["status"], document["counts"]["create"]) == (0, "finished", 3)
    assert "Gustav is on support today with Andy assisting" in earlier_tool.titles()
    assert rota("publish", "support", "--apply")[1]["counts"]["unchanged"] == 3


def test_publish_takes_no_checksum_that_is_none(earlier_tool: EarlierTool) -> None:
    assert "“yes” is no checksum" in refused("publish", "support", "--approve", "yes")
