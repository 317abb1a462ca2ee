"""Geekbot's client against its stand-in, whatever that does where the facts leave it open."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integrations.errors import (
    ReconnectError,
    RejectedError,
    RetryableError,
    UnexpectedError,
)
from integrations.geekbot.client import (
    GeekbotClient,
    MayNotEdit,
    NoSuchStandup,
    NotAParticipant,
)
from integrations.geekbot.rows import Report
from integrations.geekbot.sandbox import GeekbotSandbox
from integrations.geekbot.sandbox_seed import ADMIN, COLLEAGUE, TWINS
from integrations.sandbox import Fault, World
from tests.integrations.geekbot.calls import (
    ANTON,
    HANDOVER,
    JONAS,
    MEMBER_KEY,
    NOON,
    SARAH,
    fields,
    of,
    stopped,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def admin(geekbot: GeekbotSandbox, world: World) -> GeekbotClient:
    return of(world)


@pytest.fixture
def member(geekbot: GeekbotSandbox, world: World) -> GeekbotClient:
    return of(world, key=MEMBER_KEY)


def lines(world: World) -> list[str]:
    return [f"{seen.method} {seen.path}" for seen in world.requests]


# ------------------------------------------------------------------------ whose key


def test_it_is_told_whose_key_it_is_and_what_that_may(
    admin: GeekbotClient, member: GeekbotClient
) -> None:
    grace, hedy = admin.me(), member.me()
    assert (grace.user_id, grace.name, grace.team, grace.team_id, grace.is_admin) == (
        ADMIN,
        "Grace Example",
        "Example Team",
        4001,
        True,
    )
    assert (hedy.user_id, hedy.is_admin) == (COLLEAGUE, False)


def test_the_key_stands_alone_in_its_header(admin: GeekbotClient, world: World) -> None:
    admin.me()
    assert world.requests[-1].headers["Authorization"] == "sandbox-geekbot-key"


# ------------------------------------------------------------------------ stand-ups


def test_an_admin_sees_all_stand_ups_and_others_those_they_take_part_in(
    admin: GeekbotClient, member: GeekbotClient, geekbot: GeekbotSandbox
) -> None:
    assert [each.id for each in admin.standups()] == list(geekbot.standups)
    assert [each.name for each in admin.standups()].count(TWINS) == 2
    assert [each.name for each in member.standups()] == [TWINS]


def test_what_was_created_is_told_as_it_was_wanted(
    admin: GeekbotClient, world: World, geekbot: GeekbotSandbox
) -> None:
    made = admin.create(HANDOVER)

    assert (made.name, made.channel, made.time) == (HANDOVER.name, "#support", "10:00:00")
    assert (made.timezone, made.days, made.users) == ("Europe/Stockholm", ("Wed",), (SARAH,))
    assert made.questions == HANDOVER.questions
    assert (made.wait_minutes, made.master, made.channel_ready) == (10, ADMIN, True)
    assert (made.syncs_channel, made.is_paused, made.is_draft) == (False, False, False)
    assert admin.standup(made.id) == made
    assert not geekbot.standups[made.id].personalised


@pytest.mark.parametrize("minutes", [None, 0, 10, 90])
def test_reading_and_writing_a_wait_leaves_it_as_it_is(
    minutes: int | None, admin: GeekbotClient
) -> None:
    made = admin.create(fields(wait_minutes=minutes))
    for _ in range(3):
        made = admin.change(made.id, {"wait_minutes": made.wait_minutes})
    assert made.wait_minutes == minutes


def test_each_field_can_be_changed_alone_and_the_rest_stays(admin: GeekbotClient) -> None:
    made = admin.create(HANDOVER)
    changes: dict[str, Any] = {
        "name": "Another",
        "channel": "#general",
        "time": "09:15:00",
        "timezone": "Europe/London",
        "days": ("Thu", "Fri"),
        "users": (JONAS, ANTON),
        "questions": ("One?", "Two?"),
        "wait_minutes": None,
    }
    for name, value in changes.items():
        before, after = admin.standup(made.id), admin.change(made.id, {name: value})
        assert getattr(after, name) == value
        differing = [each for each in vars(after) if vars(after)[each] != vars(before)[each]]
        assert differing == [name]


def test_participants_named_one_by_one_no_longer_come_from_the_channel(
    admin: GeekbotClient, geekbot: GeekbotSandbox
) -> None:
    made = admin.create(HANDOVER)
    geekbot.change_standup(made.id, sync=True, users=[SARAH, JONAS])
    assert (standup := admin.standup(made.id)) is not None
    assert standup.syncs_channel

    after = admin.change(made.id, {"users": [JONAS]})

    assert (after.users, after.syncs_channel) == ((JONAS,), False)


def test_nobody_can_be_left_to_ask_where_that_is_accepted(
    admin: GeekbotClient, geekbot: GeekbotSandbox
) -> None:
    made = admin.create(HANDOVER)
    assert admin.change(made.id, {"users": []}).users == ()
    geekbot.switches["empty_users"] = "refused"
    with pytest.raises(RejectedError, match="You should send an array with users"):
        admin.change(made.id, {"users": []})


@pytest.mark.parametrize("nobody", [None, "", " ", 7])
def test_a_participant_without_an_id_is_never_sent(
    nobody: Any, admin: GeekbotClient, world: World
) -> None:
    for call in (
        lambda: admin.create(fields(users=(SARAH, nobody))),
        lambda: admin.change(7001, {"users": [nobody]}),
        lambda: admin.start(7001, nobody),
    ):
        with pytest.raises(RejectedError, match="no Slack id"):
            call()
    assert world.requests == []


def test_a_misspelt_field_is_a_mistake_of_ours_and_is_never_sent(
    admin: GeekbotClient, world: World
) -> None:
    with pytest.raises(ValueError, match="personalized"):
        admin.change(7001, {"personalized": True})
    assert world.requests == []


def test_geekbot_understands_all_that_is_sent(
    admin: GeekbotClient, geekbot: GeekbotSandbox
) -> None:
    geekbot.switches["unknown_fields"] = "refused"
    made = admin.create(HANDOVER)
    admin.change(made.id, {"personalised": True, "users": [JONAS], "wait_minutes": 5})
    assert geekbot.standups[made.id].personalised


def test_a_stand_up_in_everybodys_own_zone_may_be_told_in_the_owners(
    admin: GeekbotClient, geekbot: GeekbotSandbox
) -> None:
    assert admin.create(fields(timezone="user_local")).timezone == "user_local"
    geekbot.switches["timezone_shown"] = "the owner's"
    assert admin.create(fields(timezone="user_local")).timezone == "Europe/London"


def test_a_stand_up_that_is_gone_is_none(admin: GeekbotClient, geekbot: GeekbotSandbox) -> None:
    made = admin.create(HANDOVER)
    geekbot.delete_standup(made.id)
    assert admin.standup(made.id) is None
    with pytest.raises(NoSuchStandup, match="Standup not found"):
        admin.change(made.id, {"name": "Another"})


@pytest.mark.parametrize("by_id", ["own only", "any stand-up"])
def test_an_admin_finds_the_stand_up_of_somebody_else(
    by_id: str, admin: GeekbotClient, geekbot: GeekbotSandbox
) -> None:
    geekbot.switches["admin_by_id"] = by_id
    found = admin.standup(7001)
    assert found is not None
    assert found.master == COLLEAGUE


def test_what_others_may_not_see_is_none_to_them(
    admin: GeekbotClient, member: GeekbotClient
) -> None:
    made = admin.create(HANDOVER)
    assert member.standup(made.id) is None


def test_drafts_pauses_and_channels_that_are_not_ready_are_told(admin: GeekbotClient) -> None:
    shown = {each.name: each for each in admin.standups()}
    assert shown["Retrospective"].is_draft
    assert shown["Release notes"].is_paused
    assert not shown["Budget"].channel_ready


# --------------------------------------------------------------------- refused keys


def test_a_good_key_that_may_not_edit_is_no_reason_to_connect_again(
    admin: GeekbotClient, member: GeekbotClient, world: World
) -> None:
    made = admin.create(fields(users=(SARAH, COLLEAGUE)))
    with pytest.raises(MayNotEdit, match="the key works, but not for this stand-up") as caught:
        member.change(made.id, {"name": "Mine"})
    assert "owner or of an admin" in caught.value.in_short
    assert caught.value.__context__ is None
    assert lines(world)[-2:] == [f"PATCH /v1/standups/{made.id}", "GET /v1/me"]


def test_a_bad_key_is_found_out_at_a_stand_up_as_well(
    admin: GeekbotClient, geekbot: GeekbotSandbox
) -> None:
    made = admin.create(HANDOVER)
    geekbot.revoke("admin")
    for call in (
        lambda: admin.standup(made.id),
        lambda: admin.change(made.id, {"name": "Another"}),
        lambda: admin.start(made.id, SARAH),
        lambda: admin.reports(made.id, user_id=SARAH, after=NOON),
        lambda: admin.standups(),
    ):
        with pytest.raises(ReconnectError):
            call()


def test_where_the_key_cannot_be_confirmed_the_refusal_stands(
    admin: GeekbotClient, world: World
) -> None:
    """It is certain that nothing was done; being busy would leave that open."""
    made = admin.create(HANDOVER)
    world.faults.add(Fault("geekbot", "401", "POST /v1/standups/"))
    world.faults.add(Fault("geekbot", "429", "GET /v1/me"))
    with pytest.raises(ReconnectError):
        admin.start(made.id, SARAH)


def test_what_the_team_has_not_is_a_refusal_of_one_request(
    admin: GeekbotClient, world: World
) -> None:
    world.faults.add(Fault("geekbot", "403", "POST /v1/standups"))
    with pytest.raises(RejectedError, match="not available for your team"):
        admin.create(HANDOVER)


@pytest.mark.parametrize("shape", ["object", "text"])
def test_refusals_are_told_in_geekbots_own_words(
    shape: str, admin: GeekbotClient, geekbot: GeekbotSandbox
) -> None:
    geekbot.switches["error_body"] = shape
    for changes, words in (
        ({"days": ()}, "time amd days must be set"),
        ({"time": "10:00"}, "Time should be in format"),
        ({"questions": ()}, "Please define questions"),
        ({"users": ()}, "You should send an array with users"),
        ({"users": ("nobody@example.org",)}, "could not be found"),
    ):
        with pytest.raises(RejectedError, match=words):
            admin.create(fields(**changes))


def test_a_redirect_of_a_creation_is_an_error_and_not_a_list(
    admin: GeekbotClient, world: World
) -> None:
    with pytest.raises(UnexpectedError, match="another address"):
        admin._call("POST", "/v1/standups/", doing="creating a stand-up", json={})
    assert lines(world) == ["POST /v1/standups/"]


# --------------------------------------------------------------------------- asking


def test_somebody_is_asked_at_once_whatever_the_day(
    admin: GeekbotClient, geekbot: GeekbotSandbox
) -> None:
    made = admin.create(HANDOVER)
    admin.start(made.id, SARAH)
    [asked] = geekbot.asked_of(made.id)
    assert (asked.user, asked.at, asked.by) == (SARAH, NOON, "start")
    assert asked.text == HANDOVER.questions[0]


def test_asking_is_a_notice_that_tells_whom_it_asked(
    admin: GeekbotClient, geekbot: GeekbotSandbox
) -> None:
    made = admin.create(HANDOVER)
    assert admin.post(str(made.id), SARAH, key="handover:1") == f"{made.id}/{SARAH}"
    assert [each.user for each in geekbot.asked_of(made.id)] == [SARAH]
    with pytest.raises(RejectedError, match="only who has answered"):
        admin.find_post(str(made.id), key="handover:1", since=NOON)


@pytest.mark.parametrize("kind", ["lost", "cut", "500", "html200", "wrong_shape"])
def test_a_question_that_may_have_been_put_is_not_put_again(
    kind: str, admin: GeekbotClient, geekbot: GeekbotSandbox, world: World
) -> None:
    made = admin.create(HANDOVER)
    world.faults.add(Fault("geekbot", kind, "POST /v1/standups/", change=[]))
    with pytest.raises((RetryableError, UnexpectedError)):
        admin.post(str(made.id), SARAH, key="handover:1")
    assert lines(world).count(f"POST /v1/standups/{made.id}/start") == 1
    assert len(geekbot.asked_of(made.id)) == (0 if kind in ("500", "html200") else 1)


def test_only_participants_can_be_asked(admin: GeekbotClient) -> None:
    made = admin.create(HANDOVER)
    with pytest.raises(NotAParticipant, match="not member"):
        admin.start(made.id, JONAS)
    with pytest.raises(NoSuchStandup):
        admin.start(9999, JONAS)


# -------------------------------------------------------------------------- answers


def asked_and_answered(admin: GeekbotClient, geekbot: GeekbotSandbox, text: str) -> int:
    made = admin.create(HANDOVER)
    admin.start(made.id, SARAH)
    geekbot.answer(SARAH, text)
    return made.id


@pytest.mark.parametrize("told", ["number", "text", "null"])
def test_an_answer_is_read_back(told: str, admin: GeekbotClient, geekbot: GeekbotSandbox) -> None:
    geekbot.switches["slack_ts"] = told
    standup = asked_and_answered(admin, geekbot, "ok, but Bob covers Friday")
    found = admin.reports(standup, user_id=SARAH, after=NOON)
    assert found == [Report(8001, SARAH, NOON, ("ok, but Bob covers Friday",))]


def test_an_edited_answer_is_read_as_it_is_now(
    admin: GeekbotClient, geekbot: GeekbotSandbox
) -> None:
    standup = asked_and_answered(admin, geekbot, "no")
    geekbot.edit_answer(8001, "ok")
    [found] = admin.reports(standup, user_id=SARAH, after=NOON)
    assert (found.at, found.answers) == (NOON, ("ok",))


def test_an_empty_answer_is_a_text_without_words(
    admin: GeekbotClient, geekbot: GeekbotSandbox
) -> None:
    made = admin.create(HANDOVER)
    admin.start(made.id, SARAH)
    geekbot.answer(SARAH, None)
    assert admin.reports(made.id, user_id=SARAH, after=NOON)[0].answers == ("",)


def test_an_answer_from_before_the_question_does_not_count(
    admin: GeekbotClient, geekbot: GeekbotSandbox, world: World
) -> None:
    standup = asked_and_answered(admin, geekbot, "ok")
    assert admin.reports(standup, user_id=SARAH, after=NOON + timedelta(seconds=1)) == []
    assert len(admin.reports(standup, user_id=SARAH, after=NOON)) == 1


def test_an_answer_of_somebody_else_does_not_count_even_where_filters_do_nothing(
    admin: GeekbotClient, geekbot: GeekbotSandbox, world: World
) -> None:
    standup = asked_and_answered(admin, geekbot, "ok")
    assert admin.reports(standup, user_id=JONAS, after=NOON) == []
    everything = geekbot._report_row(geekbot.reports[8001])
    for changes in ({"standup_id": 1}, {"timestamp": 1}, {"member": {"id": JONAS}}):
        row = {**everything, **changes}
        world.faults.add(Fault("geekbot", "wrong_shape", "GET /v1/reports", change=[row]))
        assert admin.reports(standup, user_id=SARAH, after=NOON) == []


def test_who_answered_anonymously_is_not_told(
    admin: GeekbotClient, geekbot: GeekbotSandbox
) -> None:
    standup = asked_and_answered(admin, geekbot, "ok")
    geekbot.change_standup(standup, anonymous=True)
    assert admin.reports(standup, user_id=SARAH, after=NOON) == []
    geekbot.switches["anonymous_by_user"] = "shown"
    assert [each.user_id for each in admin.reports(standup, user_id=SARAH, after=NOON)] == [""]


@pytest.mark.parametrize("ends", ["exclusive", "inclusive"])
def test_no_answer_is_missed_or_read_twice_where_many_fall_into_one_second(
    ends: str, admin: GeekbotClient, geekbot: GeekbotSandbox, world: World
) -> None:
    geekbot.switches["before"] = ends
    made = admin.create(HANDOVER)
    for number in range(230):
        sandbox = stopped(world, NOON + timedelta(seconds=number // 40))
        sandbox.start(sandbox.standups[made.id], SARAH)
        sandbox.answer(SARAH, f"answer {number}")
    found = admin.reports(made.id, user_id=SARAH, after=NOON)
    assert [each.answers for each in found] == [(f"answer {n}",) for n in reversed(range(230))]


def test_more_than_a_page_in_one_second_is_said_rather_than_cut_short(
    admin: GeekbotClient, geekbot: GeekbotSandbox
) -> None:
    made = admin.create(HANDOVER)
    for _ in range(101):
        geekbot.start(geekbot.standups[made.id], SARAH)
        geekbot.answer(SARAH, "ok")
    with pytest.raises(UnexpectedError, match="do not come to an end"):
        admin.reports(made.id, user_id=SARAH, after=NOON)


def test_moments_are_read_as_what_they_are(admin: GeekbotClient, geekbot: GeekbotSandbox) -> None:
    standup = asked_and_answered(admin, geekbot, "ok")
    [found] = admin.reports(standup, user_id=SARAH, after=NOON - DAY)
    assert found.at == datetime(2026, 11, 30, 12, tzinfo=UTC)
