"""Which stand-up it is: by the id that is known, by its name, or by a person's word; never a second
one."""

from datetime import UTC, datetime

import pytest

from integrations import connections
from integrations.sandbox import Fault
from tests.rota.geekbot.desk import NAME, Desk
from uploader.models import Run

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 12, 7, 12, tzinfo=UTC)


@pytest.fixture
def on_monday(desk: Desk) -> Desk:
    """Sarah has started; nothing has run yet."""
    desk.turns(6)
    desk.turn_to(MONDAY)
    return desk


def test_one_of_the_name_is_taken_over(on_monday: Desk) -> None:
    """Such as the one that another tool has made."""
    desk = on_monday
    before = desk.geekbot.add_standup(
        NAME, "Ready?", master="U0GRACE", users=["U0GRACE", "U0SARAH"], days=["Mon"]
    )
    run = desk.run()
    assert (run.counts["create"], run.counts["update"]) == (0, 1)
    assert desk.standup.id == before.id
    assert desk.standup.users == ["U0SARAH"]


def test_two_of_the_name_are_left_alone_and_both_named(on_monday: Desk) -> None:
    desk = on_monday
    two = [
        desk.geekbot.add_standup(NAME, "Ready?", master="U0GRACE", users=["U0HEDY"])
        for _ in range(2)
    ]
    run = desk.run()
    assert run.counts["conflict"] == 1
    reason = run.changes.get().reason
    assert all(str(each.id) in reason for each in two)
    assert [each.users for each in desk.named()] == [["U0HEDY"], ["U0HEDY"]]
    desk.set_options(standup=str(two[1].id))
    assert desk.run().counts["update"] == 1
    assert [each.users for each in desk.named()] == [["U0HEDY"], ["U0SARAH"]]


def test_a_renamed_one_is_still_the_same(on_monday: Desk) -> None:
    desk = on_monday
    desk.run()
    number = desk.standup.id
    desk.geekbot.change_standup(number, name="Something else")
    desk.set_options(standup="Triage")
    desk.run()
    assert [each.id for each in desk.named("Triage")] == [number]
    assert desk.named() == []


def test_a_deleted_one_is_made_again_only_when_somebody_says_so(on_monday: Desk) -> None:
    desk = on_monday
    desk.run()
    desk.geekbot.delete_standup(desk.standup.id)
    run = desk.run()
    assert run.status == Run.Status.NEEDS_REVIEW
    assert "Was it deleted" in run.warnings[0]
    assert desk.named() == []
    desk.approve(run)
    assert desk.run_to_the_end().status == Run.Status.FINISHED
    assert desk.standup.users == ["U0SARAH"]


def test_one_of_the_name_in_place_of_the_deleted_one_is_not_taken(on_monday: Desk) -> None:
    desk = on_monday
    desk.run()
    desk.geekbot.delete_standup(desk.standup.id)
    other = desk.geekbot.add_standup(NAME, "Ready?", master="U0HEDY", users=["U0HEDY"])
    run = desk.run()
    assert (run.counts["conflict"], other.users) == (1, ["U0HEDY"])
    assert str(other.id) in run.changes.get().reason


def test_an_id_that_is_not_shown_is_said(on_monday: Desk) -> None:
    on_monday.set_options(standup="424242")
    assert "shows no stand-up 424242" in on_monday.run().error


def test_a_paused_one_and_one_that_is_not_in_its_channel_are_told_of(on_monday: Desk) -> None:
    desk = on_monday
    desk.set_options(channel="#leads")
    desk.run()
    desk.geekbot.change_standup(desk.standup.id, paused=True)
    warnings = " ".join(desk.run().warnings)
    assert "is paused" in warnings
    assert "/invite" in warnings


def test_a_key_that_is_no_admins_cannot_prove_that_there_is_none(on_monday: Desk) -> None:
    desk = on_monday
    desk.sync.target = connections.connect(
        provider="geekbot",
        owner=None,
        name="by-a-member",
        credentials=desk.geekbot.grant("member"),
        by=None,
        now=desk.clock(),
    )
    desk.sync.save()
    run = desk.run()
    assert run.status == Run.Status.FAILED
    assert "no admin's" in run.error
    assert desk.named() == []


def test_one_whose_answer_was_lost_is_found_again(on_monday: Desk) -> None:
    desk = on_monday
    desk.world.faults.add(Fault("geekbot", "lost", match="POST /v1/standups"))
    assert desk.run().status == Run.Status.WAITING
    assert desk.run_to_the_end().status == Run.Status.FINISHED
    assert desk.standup.users == ["U0SARAH"]
