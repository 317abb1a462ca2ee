"""Whom a rota draws from a usergroup: who is in it, in which order, and who that is here."""

from datetime import date, timedelta

import pytest

from integrations.slack.sandbox_seed import (
    ADA,
    BOT,
    FACILITATORS,
    GUEST,
    JO_K,
    JO_M,
    LEFT,
    OLD,
    ON_DUTY,
    SAM,
    SAMANTHA,
    SARAH,
    SUPPORT_TRIAGERS,
    TRIAGERS,
    VISITOR,
    WIM,
    ZOE,
)
from rota.models import Member, SlackAccount
from tests.rota.rolling import Triage
from tests.rota.slack.workspace import Workspace
from uploader.models import Link, Run, Sync
from uploader.people import Address, Person

pytestmark = pytest.mark.django_db

# By name, and of the two Jos by id, as they joined together.
AT_FIRST = [ADA, JO_K, JO_M, SAM, SAMANTHA, SARAH, WIM]


def person(slack_id: str) -> Person:
    return Person.objects.get(slack_id=slack_id)


def test_everybody_in_the_group_becomes_a_member(space: Workspace) -> None:
    run = space.run()

    assert run.status == Run.Status.FINISHED, run.error
    assert space.order() == AT_FIRST
    sam = person(SAM)
    assert (sam.name, sam.timezone) == ("Sam", "America/New_York")
    assert [each.email for each in sam.addresses.all()] == ["sam.ortega@example.org"]
    assert {member.joined_on for member in space.members()} == {None}


def test_a_look_writes_nothing_here_or_there(space: Workspace) -> None:
    look = space.plan()

    assert [change.action for change in look.changes] == ["create"] * 7
    assert "Sam (U0000SAM01), sam.ortega@example.org" in look.changes[3].what
    assert not Person.objects.exists()
    assert not SlackAccount.objects.exists()
    assert not Link.objects.exists()


def test_somebody_who_shows_no_name_is_called_by_their_real_one(space: Workspace) -> None:
    space.run()
    assert person(ADA).name == "Ada Okafor"


def test_two_people_of_one_name_are_two_members(space: Workspace) -> None:
    space.run()
    names = {member.person.slack_id: member.name for member in space.members()}
    assert (names[JO_M], names[JO_K]) == ("Jo Miller", "Jo Kimura")
    assert person(JO_M) != person(JO_K)
    # Once they are known there, nothing of that is a change.
    assert space.plan().changes == []


def test_namesakes_without_other_names_are_told_apart_by_their_ids(space: Workspace) -> None:
    for who in (JO_M, JO_K):
        space.slack.change_user(who, real_name="Jo")
    space.run()
    assert (person(JO_M).name, person(JO_K).name) == (f"Jo ({JO_M})", f"Jo ({JO_K})")


def test_guests_bots_and_whoever_has_left_are_not_drawn(space: Workspace) -> None:
    space.set_triagers(*TRIAGERS, GUEST, VISITOR, BOT, LEFT)

    run = space.run()

    assert space.order() == AT_FIRST
    [warning] = run.warnings
    for name in ("Gus", "Val", "Rota Bot", "Leo"):
        assert name in warning


@pytest.mark.parametrize(
    "called", ["support-triagers", "@support-triagers", "@Support-Triagers ", SUPPORT_TRIAGERS]
)
def test_the_group_is_known_by_handle_with_or_without_the_at_or_by_id(
    space: Workspace, called: str
) -> None:
    space.set_options(usergroup=called)
    assert space.run().counts["create"] == 7


def test_what_is_right_already_costs_one_call_and_writes_nothing(space: Workspace) -> None:
    space.run()
    space.forget_requests()

    run = space.run()

    assert run.counts == {
        "create": 0, "update": 0, "delete": 0, "conflict": 0, "rejected": 0, "unchanged": 7
    }  # fmt: skip
    assert space.calls() == ["usergroups.list"]


def test_people_are_asked_about_one_by_one_and_again_after_a_day(space: Workspace) -> None:
    space.run()
    assert sorted(space.calls()) == ["usergroups.list", *["users.info"] * 7]
    space.forget_requests()
    space.clock.forward(hours=25)

    space.run()

    assert space.calls().count("users.info") == 7


def test_many_people_are_looked_for_in_the_list_of_everybody(space: Workspace) -> None:
    many = [space.slack.add_user(f"Person {number}") for number in range(450)]
    space.set_triagers(*TRIAGERS, *many[:12])

    run = space.run()

    assert run.counts["create"] == 19
    assert space.calls() == ["usergroups.list", "users.list"]


def test_the_list_is_gone_on_with_where_it_was_throttled(space: Workspace) -> None:
    many = [space.slack.add_user(f"Person {number}") for number in range(450)]
    space.set_triagers(*many[-12:])
    space.slack.switches["requests_per_minute"] = 1

    run = space.run_to_the_end()

    assert run.status == Run.Status.FINISHED, run.error
    assert run.counts["create"] == 12
    assert space.calls().count("users.list") <= 3 + 3  # three pages, each refused once at most


# ------------------------------------------------------------------ coming and going


def test_who_joins_comes_last_and_nobody_else_moves(space: Workspace) -> None:
    space.run()
    space.serve(ADA)
    space.clock.now = space.team.rota.begins(date(2026, 12, 3))
    space.slack.happen("joins")

    run = space.run()

    assert space.order() == [*AT_FIRST, ZOE]
    assert run.counts["create"] == 1
    assert space.members()[-1].joined_on == date(2026, 12, 3)


def test_a_new_name_changes_nothing_but_the_name(space: Workspace) -> None:
    space.run()
    space.slack.change_user(WIM, display_name="Aaron")
    space.clock.forward(hours=25)

    run = space.run()

    assert space.order() == AT_FIRST
    assert space.names()[-1] == "Aaron"
    [change] = run.changes.all()
    assert (change.action, change.subject) == ("update", "Aaron")
    assert change.was.startswith("wim")


def test_who_steps_back_has_their_last_day_today_and_their_shifts_are_to_be_given(
    space: Workspace,
) -> None:
    space.run()
    space.serve(ADA, SAM, SARAH, SAM)
    space.clock.now = space.team.rota.begins(date(2026, 12, 3))
    space.slack.happen("steps_back")

    look = space.plan()
    run = space.run()

    [change] = look.changes
    assert change.what == (
        "Sam: last day 2026-12-03; 2 shifts from 2026-12-09 on to be given to others"
    )
    assert run.status == Run.Status.FINISHED, run.error
    assert space.order() == [each for each in AT_FIRST if each != SAM]
    left = Member.objects.get(person=person(SAM))
    assert left.left_on == date(2026, 12, 3)
    assert left.duties.count() == 2, "the duties' own sync gives them to others"
    assert run.warnings == [
        "What Sam was to do stays theirs until it is planned anew: `rota generate triage --apply`."
    ]


def test_where_the_rota_is_looked_at_daily_nobody_has_to_plan_it_anew(space: Workspace) -> None:
    Sync.objects.filter(pk=space.team.sync.pk).update(every=timedelta(days=1))
    space.run()
    space.serve(ADA, SAM)
    space.slack.happen("steps_back")
    assert space.run().warnings == []


def test_what_those_who_left_were_to_do_goes_to_others(space: Workspace) -> None:
    space.run()
    later = space.serve(*AT_FIRST)
    space.clock.now = space.team.rota.begins(date(2026, 12, 3))
    space.slack.happen("steps_back")
    space.run()
    members, space.sync = space.sync, space.team.sync

    assert space.run_to_the_end().status == Run.Status.FINISHED

    for duty in later:
        duty.refresh_from_db()
    assert SAM not in [duty.member.person.slack_id for duty in later if duty.member]
    moved = [n for n, duty in enumerate(later) if duty.moves.count() > 1]
    assert moved == [AT_FIRST.index(SAM)], "everybody else's stay"
    space.sync = members
    assert space.run().counts["unchanged"] == 6


def test_what_came_of_it_is_planned_anew_a_little_later(space: Workspace) -> None:
    Sync.objects.filter(pk=space.team.sync.pk).update(every=timedelta(days=1), next_run_at=None)
    space.run()

    due = Sync.objects.get(pk=space.team.sync.pk).next_run_at

    assert due is not None
    assert due > space.clock.now, "once all of them have come"
    assert space.fresh_sync().next_run_at is None, "it has done its part"


def test_who_comes_back_is_a_new_member_at_the_end(space: Workspace) -> None:
    space.run()
    space.slack.happen("steps_back")
    space.run()
    space.clock.forward(days=10)
    space.set_triagers(*TRIAGERS)

    space.run()

    assert space.order() == [*(each for each in AT_FIRST if each != SAM), SAM]
    first, second = Member.objects.filter(person=person(SAM)).order_by("pk")
    assert first.left_on == date(2026, 11, 26)
    assert (second.joined_on, second.left_on) == (date(2026, 12, 6), None)


def test_who_comes_back_on_the_same_day_is_one_as_well(space: Workspace) -> None:
    space.run()
    space.slack.happen("steps_back")
    space.run()
    space.set_triagers(*TRIAGERS)

    assert space.run().status == Run.Status.FINISHED
    assert space.order()[-1] == SAM
    assert space.run().counts["unchanged"] == 7


def test_who_leaves_the_company_leaves_the_rota(space: Workspace) -> None:
    space.run()
    space.slack.happen("leaves")
    space.clock.forward(hours=25)

    space.run()

    assert WIM not in space.order()
    assert space.order() == AT_FIRST[:-1]


def test_where_everybody_seems_to_have_left_nothing_is_written(space: Workspace) -> None:
    space.run()
    space.set_triagers()

    run = space.run()

    assert run.status == Run.Status.NEEDS_REVIEW
    assert "The source came back empty" in run.warnings[0]
    assert space.order() == AT_FIRST


def test_where_everybody_seems_to_be_deactivated_nothing_is_written(space: Workspace) -> None:
    space.run()
    for each in TRIAGERS:
        space.slack.change_user(each, deleted=True)
    space.clock.forward(hours=25)

    assert space.run().status == Run.Status.NEEDS_REVIEW
    assert space.order() == AT_FIRST


def test_where_many_seem_to_have_left_somebody_has_to_look(space: Workspace) -> None:
    space.run()
    space.set_triagers(SARAH, SAM, ADA)

    run = space.run()

    assert run.status == Run.Status.NEEDS_REVIEW
    assert "4 of 7 would be deleted" in run.warnings[0]
    space.approve(run)
    assert space.run_to_the_end().status == Run.Status.FINISHED
    assert space.order() == [ADA, SAM, SARAH]


def test_whom_somebody_typed_in_is_in_the_rota_only_if_they_are_in_the_group(
    space: Workspace,
) -> None:
    ours = Person.objects.create(name="Somebody", slack_id=ZOE)
    Member.objects.create(rota=space.team.rota, person=ours)

    run = space.run()

    assert space.order() == AT_FIRST
    assert run.counts["delete"] == 1


# -------------------------------------------------------------------- who that is


def test_a_person_is_found_by_their_address_and_learns_their_slack_id(space: Workspace) -> None:
    known = Person.objects.create(name="S. Ortega")
    Address.objects.create(person=known, email="Sam.Ortega@example.org")

    space.run()

    known.refresh_from_db()
    assert (known.name, known.slack_id) == ("Sam", SAM)
    assert Person.objects.count() == 7
    assert known.addresses.count() == 1


def test_nobody_is_found_by_their_name(space: Workspace) -> None:
    namesake = Person.objects.create(name="Sam")
    space.run()
    assert person(SAM) != namesake


def test_a_slack_id_counts_more_than_an_address(space: Workspace) -> None:
    by_id = Person.objects.create(name="Sam", slack_id=SAM)
    other = Person.objects.create(name="Samuel")
    Address.objects.create(person=other, email="sam.ortega@example.org")

    run = space.run()

    assert by_id in [member.person for member in space.members()]
    assert other not in [member.person for member in space.members()]
    [warning] = run.warnings
    assert "which is that of Samuel here" in warning
    assert space.run().counts["unchanged"] == 7


def test_a_person_from_the_file_keeps_the_name_that_it_gives(space: Workspace) -> None:
    known = Person.objects.create(name="Sam Ortega (support)", slack_id=SAM, from_file=True)
    space.run()
    known.refresh_from_db()
    assert known.name == "Sam Ortega (support)"
    assert known.timezone == "America/New_York"


def test_without_the_right_to_read_addresses_nobody_gets_one(space: Workspace) -> None:
    space.slack.switches["scopes"] = "no e-mail"
    run = space.run()
    assert run.status == Run.Status.FINISHED, run.error
    assert space.order() == AT_FIRST
    assert not Address.objects.exists()


def test_an_address_that_is_not_told_any_more_stays(space: Workspace) -> None:
    space.run()
    space.slack.switches["scopes"] = "no e-mail"
    space.clock.forward(hours=25)
    assert space.run().counts["unchanged"] == 7
    assert Address.objects.count() == 7


def test_an_address_that_stands_for_nobody_is_free_to_have(space: Workspace) -> None:
    before = Person.objects.create(name="Somebody")
    Address.objects.create(person=before, email="sam.ortega@example.org", enabled=False)
    space.run()
    assert Address.objects.get(email="sam.ortega@example.org").person == person(SAM)


def test_a_member_who_is_in_the_rota_under_their_address_keeps_their_place(
    db: None, space: Workspace
) -> None:
    known = Person.objects.create(name="Wim")
    Address.objects.create(person=known, email="wim.de.vries@example.org")
    Member.objects.create(rota=space.team.rota, person=known, position=0)

    run = space.run()

    assert run.counts["update"] == 1
    assert space.order() == [WIM, *AT_FIRST[:-1]]


# --------------------------------------------------------------------- which group


def test_a_group_that_got_another_handle_is_still_the_same(space: Workspace) -> None:
    space.run()
    space.slack.groups[SUPPORT_TRIAGERS].handle = "triage-crew"

    run = space.run()

    assert run.status == Run.Status.FINISHED, run.error
    assert run.counts["unchanged"] == 7


def test_another_group_that_is_called_so_by_now_is_told_of(space: Workspace) -> None:
    space.run()
    space.slack.groups[SUPPORT_TRIAGERS].handle = "triage-crew"
    space.slack.groups[FACILITATORS].handle = "support-triagers"

    run = space.run()

    assert run.counts["unchanged"] == 7
    assert FACILITATORS in run.warnings[0]


def test_an_unknown_group_is_told_with_those_that_look_like_it(space: Workspace) -> None:
    space.set_options(usergroup="suport-triager")
    run = space.run()
    assert run.status == Run.Status.FAILED
    assert run.error.startswith(
        "There is no usergroup “suport-triager” at Slack. There is @support-triagers"
    )


def test_a_disabled_group_is_not_drawn_from(space: Workspace) -> None:
    space.run()
    space.slack.set_enabled(SUPPORT_TRIAGERS, enabled=False)
    run = space.run()
    assert run.status == Run.Status.FAILED
    assert "@support-triagers is disabled" in run.error
    assert space.order() == AT_FIRST


def test_a_group_that_a_rota_sets_is_not_drawn_from(space: Workspace) -> None:
    space.run()
    space.serve(SAM)
    space.clock.now = space.team.rota.begins(date(2026, 12, 2))
    members, space.sync = space.sync, space.kept()
    assert space.run().status == Run.Status.FINISHED
    space.sync = members
    space.set_options(usergroup=ON_DUTY)

    run = space.run()

    assert run.status == Run.Status.FAILED
    assert "is set to whoever is on duty in the rota triage" in run.error


def test_a_missing_right_is_told_by_its_name(space: Workspace) -> None:
    space.slack.switches["scopes"] = "no reading of usergroups"
    run = space.run()
    assert run.status == Run.Status.FAILED
    assert "usergroups:read" in run.error


def test_a_group_by_id_that_is_disabled_says_so_too(space: Workspace) -> None:
    space.set_options(usergroup=OLD)
    assert "@old-rota is disabled" in space.run().error


def test_two_rotas_may_draw_from_one_group(space: Workspace) -> None:
    space.run()
    space.team = Triage(names=(), name="second")
    space.sync = space.drawn()
    run = space.run()
    assert run.counts["create"] == 7
    assert Person.objects.count() == 7
