"""The calendar kept shared with the members: what we give, and what is others' to give and take."""

import pytest

from integrations.sandbox import Fault, Seen
from tests.rota.calendar.board import Board
from tests.rota.calendar.paper import CALENDAR, DAY
from uploader.models import Run
from uploader.people import Address

pytestmark = pytest.mark.django_db

MEMBERS = ("gustav", "priya", "wren", "andy", "lalitha", "murdo", "theo")
ADDRESSES = {f"{name}@example.org" for name in MEMBERS}


@pytest.fixture
def shared(board: Board) -> Board:
    """Owned by the account, and kept shared."""
    board.google.share(CALENDAR, "rota", "owner")
    board.set_options(share_with_members=True)
    board.days(1)
    return board


def rules(board: Board) -> dict[str, str]:
    """With whom it is shared besides its owner and the account."""
    own = {board.google.email_of("rosa"), board.google.account.email}
    held = board.google.calendars[CALENDAR].rules
    return {email: role for email, role in held.items() if email not in own and role != "none"}


def give(board: Board, email: str, role: str) -> None:
    board.google.calendars[CALENDAR].rules[email] = role


def leave(board: Board, name: str) -> None:
    member = board.team.members[name]
    member.left_on = board.clock().date() - DAY
    member.save()


def test_every_member_may_see_it_and_nobody_gets_mail(shared: Board) -> None:
    assert shared.run().status == Run.Status.FINISHED
    assert rules(shared) == dict.fromkeys(ADDRESSES, "reader")
    assert shared.google.mails == []
    shared.forget_requests()
    shared.run()
    assert shared.writes() == []


def test_whoever_leaves_may_no_longer_see_it_and_whoever_comes_may(shared: Board) -> None:
    shared.run()
    leave(shared, "Wren")
    shared.team.join("Nell", "sevens")

    assert shared.run().status == Run.Status.FINISHED

    wanted = ADDRESSES - {"wren@example.org"} | {"nell@example.org"}
    assert rules(shared) == dict.fromkeys(wanted, "reader")


def test_the_last_day_is_still_a_members(shared: Board) -> None:
    shared.run()
    member = shared.team.members["Wren"]
    member.left_on = shared.clock().date()
    member.save()
    shared.run()
    assert "wren@example.org" in rules(shared)


def test_what_others_gave_is_enough_and_stays_theirs(shared: Board) -> None:
    give(shared, "wren@example.org", "writer")
    give(shared, "murdo@example.org", "reader")
    give(shared, "visitor@example.net", "reader")
    shared.run()
    for name in ("Wren", "Murdo", "Theo"):
        leave(shared, name)

    run = shared.run()

    assert run.counts["delete"] == 1, "the one rule of them that we made"
    kept = rules(shared)
    assert kept.pop("wren@example.org") == "writer"
    assert set(kept) == ADDRESSES - {"theo@example.org", "wren@example.org"} | {
        "visitor@example.net"
    }


def test_whoever_was_given_more_after_us_keeps_it_beyond_the_rota(shared: Board) -> None:
    shared.run()
    give(shared, "wren@example.org", "writer")
    shared.forget_requests()
    shared.run()
    leave(shared, "Wren")
    shared.run()
    assert (shared.writes(), rules(shared)["wren@example.org"]) == ([], "writer")


def test_less_than_seeing_by_somebody_elses_rule_is_shown_as_a_conflict(shared: Board) -> None:
    give(shared, "wren@example.org", "freeBusyReader")
    run = shared.run()
    assert run.counts["conflict"] == 1
    assert rules(shared)["wren@example.org"] == "freeBusyReader"


def test_what_we_gave_and_somebody_took_is_given_again(shared: Board) -> None:
    shared.run()
    del shared.google.calendars[CALENDAR].rules["wren@example.org"]
    give(shared, "murdo@example.org", "freeBusyReader")
    shared.run()
    assert rules(shared) == dict.fromkeys(ADDRESSES, "reader")


def test_what_somebody_gives_just_before_we_do_is_not_written_over(shared: Board) -> None:
    def hook(seen: Seen) -> None:
        if seen.method == "POST" and seen.path.endswith("/events"):
            give(shared, "wren@example.org", "writer")

    shared.world.hook = hook
    shared.run()
    assert rules(shared)["wren@example.org"] == "writer"


def test_a_rule_whose_answer_was_lost_is_still_known_as_ours(shared: Board) -> None:
    shared.world.faults.add(Fault("google_calendar", "lost", match="POST *acl*"))
    shared.run()
    shared.run_to_the_end()
    for name in shared.team.members:
        if name != "Theo":
            leave(shared, name)

    shared.approve(shared.run())
    assert shared.run_to_the_end().status == Run.Status.FINISHED

    assert rules(shared) == {"theo@example.org": "reader"}


def test_without_the_right_to_share_the_events_are_published_all_the_same(board: Board) -> None:
    board.set_options(share_with_members=True)
    board.days(2)

    run = board.run()

    assert run.status == Run.Status.FINISHED
    [warning] = run.warnings
    assert warning.startswith("The calendar is not kept shared with the members:")
    assert "with the right to manage sharing" in warning
    assert rules(board) == {}
    board.check()


def test_switched_off_all_that_is_shared_stays_so(shared: Board) -> None:
    shared.run()
    shared.set_options(share_with_members=False)
    shared.forget_requests()
    shared.run()
    assert (shared.writes(), len(shared.reads())) == ([], 1)
    assert set(rules(shared)) == ADDRESSES


def test_each_address_of_a_person_and_none_that_stands_for_nobody(shared: Board) -> None:
    person = shared.team.members["Wren"].person
    Address.objects.create(person=person, email="wren@example.net")
    Address.objects.create(person=person, email="old@example.net", enabled=False)
    shared.run()
    assert set(rules(shared)) == ADDRESSES | {"wren@example.net"}


def test_all_members_gone_at_once_waits_for_a_person(shared: Board) -> None:
    shared.run()
    for name in shared.team.members:
        leave(shared, name)
    assert shared.run().status == Run.Status.NEEDS_REVIEW
    assert set(rules(shared)) == ADDRESSES
