"""Two rotas that call their events alike, and a rota whose own events nobody remembers."""

import uuid

import pytest

from rota.models import Rota, Shift
from tests.rota.calendar.board import Board
from tests.rota.commands.typed import rota as typed
from tests.rota.team import MONDAY, Team
from uploader.models import Link, Run, Sync

pytestmark = pytest.mark.django_db
LEGACY = "Gustav is on support today with Andy assisting"


@pytest.fixture
def triage(board: Board) -> Sync:
    """Another rota of the same people, on the same calendar."""
    return board.published(Team(name="triage", title="Triage"))


def left(name: str) -> list[str]:
    status, document = typed("adopt", name, "--apply")
    assert status == 0, document["error"]
    return [change["reason"] for change in document["changes"] if change["reason"]]


def test_what_another_rota_published_is_never_taken_over(board: Board, triage: Sync) -> None:
    board.days(3)
    board.run()
    assert left("triage") == ["Left as it is: it is the rota support's."] * 3
    assert not Link.objects.filter(sync=triage).exists()
    assert not Shift.objects.filter(rota__name="triage").exists()
    board.forget_requests()
    assert board.run().counts["unchanged"] == 3
    assert board.writes() == []


def test_what_another_rota_has_taken_over_and_not_yet_marked_is_its_own(
    board: Board, triage: Sync
) -> None:
    board.put(LEGACY, MONDAY)
    assert left("support") == []
    assert left("triage") == ["Left as it is: it is the rota support's."]


def test_events_of_a_rota_that_is_switched_off_can_be_taken_over(
    board: Board, triage: Sync
) -> None:
    board.days(2)
    board.run()
    Rota.objects.filter(name="support").update(enabled=False)
    assert left("triage") == []
    assert Link.objects.filter(sync=triage).count() == 2


def test_after_a_lost_database_what_was_published_before_is_told_of_and_can_be_taken_over(
    board: Board,
) -> None:
    board.days(3)
    board.run()
    before = {row["id"] for row in board.ours()}
    Link.objects.all().delete()
    for shift in Shift.objects.all():
        Shift.objects.filter(pk=shift.pk).update(uid=uuid.uuid4())
    Rota.objects.update(uid=uuid.uuid4())
    board.team.rota.refresh_from_db()

    warnings = board.plan().warnings
    assert any(
        "`rota adopt support` shows what can be taken over" in words for words in warnings
    ), warnings

    assert left("support") == []
    run = board.run()
    assert (run.status, run.counts["create"], run.counts["update"]) == (Run.Status.FINISHED, 0, 3)
    assert {row["id"] for row in board.ours()} == before
    board.check()
