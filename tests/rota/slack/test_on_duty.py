"""The usergroup of whoever is on duty: compared first, set as a whole, never emptied."""

from datetime import timedelta

import pytest

from integrations.slack.sandbox_seed import (
    ADA,
    GRACE,
    GUEST,
    ON_DUTY,
    SAM,
    SARAH,
    SUPPORT_TRIAGERS,
    WIM,
)
from rota.models import Rota
from tests.rota.rolling import WEDNESDAY
from tests.rota.slack.workspace import WEEK, Workspace
from tests.rota.team import Team
from uploader.models import Run, Sync
from uploader.people import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def served(duty: Workspace) -> Workspace:
    """Ada serves, and Sam joins her a week later; it is the second day of Ada's first week, and
    who is in the rota was looked at just now."""
    duty.serve(ADA, SAM, WIM)
    duty.clock.now = duty.team.rota.begins(WEDNESDAY + timedelta(days=1))
    duty.draw()
    return duty


def in_step(space: Workspace) -> Run:
    run = space.run_to_the_end()
    assert run.status == Run.Status.FINISHED, run.error
    return run


def test_the_group_is_set_to_whoever_is_on_duty(served: Workspace) -> None:
    run = in_step(served)

    assert served.on_duty == {ADA}
    [change] = run.changes.all()
    assert change.what == "@support-on-duty: Ada Okafor"
    assert change.was == f"@support-on-duty: {SARAH}"


def test_where_two_serve_both_are_in_it(served: Workspace) -> None:
    served.clock.now += WEEK
    in_step(served)
    assert served.on_duty == {ADA, SAM}
    served.clock.now += WEEK
    in_step(served)
    assert served.on_duty == {SAM, WIM}


def test_what_is_right_already_costs_one_call_whatever_order_slack_lists_it_in(
    served: Workspace,
) -> None:
    served.clock.now += WEEK
    served.slack.set_members(ON_DUTY, [SAM, ADA])

    run = in_step(served)

    assert run.counts["unchanged"] == 1
    assert served.calls() == ["usergroups.list"]


def test_a_change_costs_few_calls(served: Workspace) -> None:
    in_step(served)
    assert served.calls() == ["usergroups.list", "usergroups.list", "usergroups.users.update"], (
        "who Ada is was asked when she was drawn"
    )


def test_what_somebody_changes_in_slack_is_put_right(served: Workspace) -> None:
    in_step(served)
    served.slack.happen("meddles")
    assert served.on_duty == {GRACE}
    run = in_step(served)
    assert served.on_duty == {ADA}
    assert "changed at Slack" in run.changes.get().reason


def test_what_is_right_by_then_is_not_written(served: Workspace) -> None:
    def somebody_was_quicker(seen: object) -> None:
        if len(served.calls()) == 1:
            served.slack.set_members(ON_DUTY, [ADA])

    served.world.hook = somebody_was_quicker
    in_step(served)
    assert served.sets() == 0
    assert served.on_duty == {ADA}


def test_a_look_writes_nothing(served: Workspace) -> None:
    look = served.plan()
    assert [change.what for change in look.changes] == ["@support-on-duty: Ada Okafor"]
    assert served.on_duty == {SARAH}


def test_it_follows_a_swap_at_once(served: Workspace) -> None:
    in_step(served)
    [first] = served.team.rota.shifts.get(start=WEDNESDAY).duties.all()
    sarah = next(each for each in served.members() if each.person.slack_id == SARAH)
    Sync.objects.filter(pk=served.sync.pk).update(next_run_at=None)

    served.pass_on(first, sarah)

    assert served.fresh_sync().next_run_at == served.clock.now
    assert Sync.objects.get(kind="rota_members").next_run_at is None, "it follows no duty"
    in_step(served)
    assert served.on_duty == {SARAH}


def test_what_was_approved_is_not_done_after_the_next_change_of_shift(served: Workspace) -> None:
    Sync.objects.filter(pk=served.sync.pk).update(mode=Sync.Mode.REVIEW)
    waiting = served.run()
    assert waiting.status == Run.Status.NEEDS_REVIEW
    served.clock.now += 2 * WEEK

    served.approve(waiting)
    run = served.run_to_the_end()

    assert run.status == Run.Status.NEEDS_REVIEW
    assert run.changes.get().what == "@support-on-duty: Sam, wim"
    assert served.on_duty == {SARAH}


# ------------------------------------------------------------------ never emptied


def test_while_nobody_is_on_duty_whoever_was_last_stays(served: Workspace) -> None:
    in_step(served)
    [first] = served.team.rota.shifts.get(start=WEDNESDAY).duties.all()
    served.pass_on(first, None)

    run = in_step(served)

    assert served.on_duty == {ADA}
    assert run.warnings == ["Nobody is on duty, so @support-on-duty stays as it is."]
    assert served.sets() == 1


def test_after_a_gap_it_is_set_again(served: Workspace) -> None:
    in_step(served)
    [first] = served.team.rota.shifts.get(start=WEDNESDAY).duties.all()
    served.pass_on(first, None)
    in_step(served)
    served.clock.now += WEEK
    in_step(served)
    assert served.on_duty == {SAM}


def test_who_has_no_slack_id_is_left_out_and_named(served: Workspace) -> None:
    served.clock.now += WEEK
    Person.objects.filter(slack_id=ADA).update(slack_id="")

    run = in_step(served)

    assert served.on_duty == {SAM}
    assert run.warnings == ["Ada Okafor has no Slack id, so the usergroup goes without them."]


def test_where_nobody_on_duty_has_a_slack_id_it_stays(served: Workspace) -> None:
    Person.objects.filter(slack_id=ADA).update(slack_id="")
    run = in_step(served)
    assert served.on_duty == {SARAH}
    assert "Nobody who is on duty can be in it" in run.warnings[-1]


def test_who_has_left_is_found_out_when_slack_refuses(served: Workspace) -> None:
    served.clock.now += WEEK
    served.draw()
    served.slack.change_user(ADA, deleted=True)  # later than they were asked about

    run = in_step(served)

    assert served.on_duty == {SAM}
    assert f"({ADA}) is deactivated" in run.warnings[0]
    assert served.calls().count("usergroups.users.update") == 2
    served.forget_requests()
    assert in_step(served).counts["unchanged"] == 1
    assert served.calls() == ["usergroups.list"], "that is known by now"


def test_where_everybody_on_duty_has_left_it_is_not_emptied(served: Workspace) -> None:
    served.slack.change_user(ADA, deleted=True)

    run = served.run_to_the_end()

    assert run.status == Run.Status.FINISHED_WITH_PROBLEMS
    assert "it is never emptied" in run.changes.get().reason
    assert served.on_duty == {SARAH}


def test_a_guest_on_duty_is_left_out(served: Workspace) -> None:
    served.clock.now += WEEK
    Person.objects.filter(slack_id=ADA).update(slack_id=GUEST)
    in_step(served)
    assert served.on_duty == {SAM}
    assert served.calls().count("usergroups.users.update") == 1


# ------------------------------------------------------------------ the group itself


@pytest.mark.parametrize("switch", ["accepted", "refused"])
def test_a_disabled_group_is_enabled_and_set(served: Workspace, switch: str) -> None:
    served.slack.switches["disabled_groups"] = switch
    served.slack.set_enabled(ON_DUTY, enabled=False)

    run = in_step(served)

    assert served.on_duty == {ADA}
    assert not served.slack.groups[ON_DUTY].deleted_at
    assert run.counts["update"] == 1
    assert in_step(served).counts["unchanged"] == 1


def test_a_group_that_is_right_but_disabled_is_enabled(served: Workspace) -> None:
    in_step(served)
    served.slack.set_enabled(ON_DUTY, enabled=False)
    in_step(served)
    assert not served.slack.groups[ON_DUTY].deleted_at
    assert served.sets() == 1


def test_a_group_that_got_another_handle_is_still_the_same(served: Workspace) -> None:
    in_step(served)
    served.slack.groups[ON_DUTY].handle = "triage-now"
    served.clock.now += WEEK
    in_step(served)
    assert served.on_duty == {ADA, SAM}


def test_without_a_group_there_is_nothing_to_compare(served: Workspace) -> None:
    served.set_options(usergroup="")
    run = in_step(served)
    assert sum(run.counts.values()) == 0
    assert served.calls() == []


def test_the_group_that_members_come_from_is_never_set(served: Workspace) -> None:
    served.set_options(usergroup=SUPPORT_TRIAGERS)

    run = served.run()

    assert run.status == Run.Status.FAILED
    assert "is where the members of the rota triage come from" in run.error
    assert len(served.triagers) == 7


def test_nor_is_it_where_nothing_was_drawn_yet(space: Workspace) -> None:
    space.sync = space.kept("@support-triagers")
    run = space.run()
    assert run.status == Run.Status.FAILED
    assert "is where the members of the rota triage come from" in run.error


def test_a_group_is_set_by_one_rota_only(served: Workspace) -> None:
    in_step(served)
    team = Team()
    mine = served.sync
    served.sync = Sync.objects.create(
        name="support-slack",
        kind="rota_slack",
        mode=Sync.Mode.AUTOMATIC,
        target=served.connection,
        options={"rota": team.rota.name, "usergroup": ON_DUTY},
    )
    run = served.run()
    assert run.status == Run.Status.FAILED
    assert "is set to whoever is on duty in the rota triage" in run.error
    served.sync = mine
    assert in_step(served).status == Run.Status.FINISHED


# ----------------------------------------------------------------------- refusals


def test_a_bot_that_may_not_manage_usergroups_is_told_what_to_do(served: Workspace) -> None:
    served.slack.switches["usergroups_managed_by"] = "admins"

    run = served.run_to_the_end()

    assert run.status == Run.Status.FAILED
    assert "only some people may manage usergroups" in run.error
    assert "user token" in run.error
    assert served.on_duty == {SARAH}


def test_what_the_connection_might_not_is_done_as_soon_as_it_may(served: Workspace) -> None:
    served.slack.switches["usergroups_managed_by"] = "admins"
    served.run_to_the_end()
    served.slack.switches["usergroups_managed_by"] = "everyone"
    in_step(served)
    assert served.on_duty == {ADA}


def test_by_a_persons_token_it_works(served: Workspace) -> None:
    served.slack.switches["usergroups_managed_by"] = "admins"
    served.connection.credentials = type(served.connection.credentials).seal(
        served.slack.grant("grace")
    )
    served.connection.save()
    in_step(served)
    assert served.on_duty == {ADA}


def test_a_missing_right_is_told_by_its_name(served: Workspace) -> None:
    served.slack.switches["scopes"] = "no changing of usergroups"
    run = served.run_to_the_end()
    assert "usergroups:write" in run.error


# ------------------------------------------------------------------- a paired rota


@pytest.fixture
def paired(space: Workspace) -> Workspace:
    """Gustav leads and Andy assists on the Monday, and nobody on the weekend before."""
    team = Team()
    team.week()
    for name, slack_id in (("Gustav", ADA), ("Andy", SAM)):
        Person.objects.filter(name=name).update(slack_id=slack_id)
    space.sync = Sync.objects.create(
        name="support-slack",
        kind="rota_slack",
        mode=Sync.Mode.AUTOMATIC,
        target=space.connection,
        options={"rota": team.rota.name, "usergroup": "support-on-duty"},
    )
    return space


def test_of_a_paired_rota_both_are_in_it(paired: Workspace) -> None:
    rota = Rota.objects.get(name="support")
    paired.clock.now = rota.begins(rota.starts_on)
    in_step(paired)
    assert paired.on_duty == {ADA, SAM}


def test_on_a_day_off_whoever_was_last_stays_and_nobody_is_alarmed(paired: Workspace) -> None:
    run = in_step(paired)
    assert paired.on_duty == {SARAH}
    assert run.warnings == []
