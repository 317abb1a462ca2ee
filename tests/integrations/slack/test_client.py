"""Reading people and usergroups from Slack, and setting who is in a usergroup."""

import json
from typing import Any

import pytest

from integrations.errors import RejectedError, RetryableError, UnexpectedError
from integrations.sandbox import Fault, World
from integrations.slack.client import (
    MissingScope,
    NoSuchUsergroup,
    NoSuchUsers,
    NotPermitted,
    SlackClient,
    Usergroup,
)
from integrations.slack.sandbox import SlackSandbox
from integrations.slack.sandbox_seed import (
    ADA,
    BOT,
    GUEST,
    JO_K,
    JO_M,
    LEFT,
    OLD,
    ON_DUTY,
    SAM,
    SARAH,
    SUPPORT_TRIAGERS,
    TRIAGERS,
    VISITOR,
    WIM,
)
from tests.integrations.misbehaving import Misbehaving
from tests.integrations.slack.calls import asked_for, at, everybody


def group(client: SlackClient, group_id: str) -> Usergroup:
    return next(each for each in client.usergroups() if each.id == group_id)


# ------------------------------------------------------------------------ reading


def test_usergroups_come_with_their_people_in_one_call(slack: SlackClient, world: World) -> None:
    triagers = group(slack, SUPPORT_TRIAGERS)

    assert triagers.handle == "support-triagers"
    assert set(triagers.users) == set(TRIAGERS)
    assert triagers.is_enabled
    assert asked_for(world) == ["usergroups.list"]


def test_a_disabled_usergroup_is_there_and_says_so(slack: SlackClient) -> None:
    assert not group(slack, OLD).is_enabled


def test_a_usergroup_without_its_people_is_not_taken_for_an_empty_one(
    misbehaving: Misbehaving,
) -> None:
    row = {"id": "S0EXAMPLE1", "handle": "duty", "name": "Duty", "date_delete": 0}
    with pytest.raises(UnexpectedError, match="S0EXAMPLE1 comes without its people"):
        at(misbehaving, {"ok": True, "usergroups": [row]}).usergroups()


def test_a_name_is_never_empty(slack: SlackClient) -> None:
    ada = slack.user(ADA)
    assert ada is not None
    assert ada.name == "Ada Okafor"


@pytest.mark.parametrize(
    ("profile", "top", "name"),
    [
        ({"display_name": " ada ", "real_name": "Ada O"}, {}, "ada"),
        ({"display_name": "", "real_name": "Ada O"}, {}, "Ada O"),
        ({"real_name": " "}, {"real_name": "Ada Okafor", "name": "ada"}, "Ada Okafor"),
        ({}, {"name": "ada"}, "ada"),
        ({"display_name": None}, {}, "U0EXAMPLE1"),
    ],
)
def test_a_name_is_the_first_of_four_that_is_not_blank(
    profile: dict[str, Any], top: dict[str, Any], name: str, misbehaving: Misbehaving
) -> None:
    row = {"id": "U0EXAMPLE1", "profile": profile, **top}
    user = at(misbehaving, {"ok": True, "user": row}).user("U0EXAMPLE1")
    assert user is not None
    assert (user.name, user.email, user.timezone) == (name, "", "")


def test_people_have_their_zone_and_their_address(slack: SlackClient) -> None:
    wim = slack.user(WIM)
    assert wim is not None
    assert (wim.timezone, wim.email) == ("Europe/Amsterdam", "wim.de.vries@example.org")
    assert wim.is_regular


def test_without_the_scope_there_are_no_addresses_and_all_else(
    slack: SlackClient, sandbox: SlackSandbox
) -> None:
    sandbox.switches["scopes"] = "no e-mail"
    wim = slack.user(WIM)
    assert wim is not None
    assert (wim.name, wim.email) == ("wim", "")


@pytest.mark.parametrize("who", [LEFT, GUEST, VISITOR, BOT, "USLACKBOT"])
def test_who_left_guests_and_bots_are_told_apart(slack: SlackClient, who: str) -> None:
    user = slack.user(who)
    assert user is not None
    assert not user.is_regular


def test_nobody_of_an_id_is_nobody_and_no_error(slack: SlackClient) -> None:
    assert slack.user("U0NEVER001") is None


def test_two_people_of_one_name_are_two_people(slack: SlackClient) -> None:
    names = {user.id: user.name for user in everybody(slack)}
    assert names[JO_M] == names[JO_K] == "Jo"


def test_short_and_empty_pages_are_not_the_end(slack: SlackClient, sandbox: SlackSandbox) -> None:
    sandbox.switches["largest_page"] = 4
    sandbox.switches["short_pages"] = "on"
    assert [user.id for user in everybody(slack)] == list(sandbox.users)


def test_a_cursor_that_grew_old_means_to_begin_again(
    slack: SlackClient, sandbox: SlackSandbox
) -> None:
    sandbox.switches["largest_page"] = 4
    page = slack.users()
    sandbox.switches["cursors"] = "expired"
    with pytest.raises(RetryableError, match="invalid_cursor"):
        slack.users(page.next)


def test_the_same_page_twice_is_an_error(misbehaving: Misbehaving) -> None:
    told = {"ok": True, "members": [], "response_metadata": {"next_cursor": "again"}}
    with pytest.raises(UnexpectedError, match="do not come to an end"):
        at(misbehaving, told).users("again")


# ------------------------------------------------------------------------- writing


def test_a_usergroup_is_set_to_exactly_these(slack: SlackClient, sandbox: SlackSandbox) -> None:
    changed = slack.set_members(ON_DUTY, [SAM, ADA])

    assert set(changed.users) == {SAM, ADA}
    assert sandbox.groups[ON_DUTY].users == [SAM, ADA]


def test_a_usergroup_is_never_emptied_and_slack_is_not_even_asked(
    slack: SlackClient, sandbox: SlackSandbox, world: World
) -> None:
    with pytest.raises(RejectedError, match="cannot be emptied"):
        slack.set_members(ON_DUTY, [])
    assert world.requests == []
    assert sandbox.groups[ON_DUTY].users == [SARAH]


@pytest.mark.parametrize("who", [LEFT, GUEST, BOT, "U0NEVER001"])
def test_one_who_cannot_be_in_it_has_the_whole_refused(
    who: str, slack: SlackClient, sandbox: SlackSandbox
) -> None:
    with pytest.raises(NoSuchUsers):
        slack.set_members(ON_DUTY, [SAM, who])
    assert sandbox.groups[ON_DUTY].users == [SARAH]


@pytest.mark.parametrize("code", ["invalid_user", "single_channel_guests_cannot_be_added"])
def test_whatever_that_refusal_is_called(
    code: str, slack: SlackClient, sandbox: SlackSandbox
) -> None:
    sandbox.switches["guests_and_bots"] = code
    with pytest.raises(NoSuchUsers):
        slack.set_members(ON_DUTY, [GUEST])


def test_a_usergroup_that_is_not_there_is_said_to_be_so(slack: SlackClient) -> None:
    with pytest.raises(NoSuchUsergroup, match="no such usergroup, or it is disabled"):
        slack.set_members("S0NEVER001", [SAM])


def test_a_disabled_usergroup_can_be_enabled_and_set(
    slack: SlackClient, sandbox: SlackSandbox
) -> None:
    sandbox.switches["disabled_groups"] = "refused"
    with pytest.raises(NoSuchUsergroup):
        slack.set_members(OLD, [SAM])

    slack.enable(OLD)
    slack.set_members(OLD, [SAM])
    assert group(slack, OLD).users == (SAM,)


def test_a_lost_answer_to_a_change_is_not_repeated_by_the_client(
    slack: SlackClient, sandbox: SlackSandbox, world: World
) -> None:
    world.faults.add(Fault("slack", "lost", "usergroups.users.update"))
    with pytest.raises(RetryableError):
        slack.set_members(ON_DUTY, [SAM])
    assert sandbox.groups[ON_DUTY].users == [SAM]
    assert asked_for(world) == ["usergroups.users.update"]


# ---------------------------------------------------------- who may manage usergroups


def test_where_bots_may_not_it_is_said_what_helps(
    slack: SlackClient, sandbox: SlackSandbox
) -> None:
    sandbox.switches["usergroups_managed_by"] = "admins"
    with pytest.raises(NotPermitted, match="add the user token of a person who may") as caught:
        slack.set_members(ON_DUTY, [SAM])
    assert "let everyone manage them" in str(caught.value)
    assert sandbox.groups[ON_DUTY].users == [SARAH]


def test_a_persons_token_changes_usergroups_and_does_nothing_else(
    grace: SlackClient, sandbox: SlackSandbox, world: World
) -> None:
    sandbox.switches["usergroups_managed_by"] = "admins"
    grace.usergroups()
    grace.set_members(ON_DUTY, [SAM])
    grace.enable(OLD)
    grace.post("support", "Sam is on support.", key="a-key")

    signed = [
        seen.headers["Authorization"].partition("sandbox-slack-")[2] for seen in world.requests
    ]
    assert signed == ["bot-token", "user-token", "user-token", "bot-token"]
    assert sandbox.groups[ON_DUTY].users == [SAM]


def test_of_a_person_who_may_not_either_that_is_said(
    grace: SlackClient, sandbox: SlackSandbox
) -> None:
    sandbox.switches["usergroups_managed_by"] = "admins"
    sandbox.change_user(sandbox.tokens["sandbox-slack-user-token"].user_id, role="member")
    with pytest.raises(NotPermitted, match="the user token: whoever it belongs to may not manage"):
        grace.set_members(ON_DUTY, [SAM])


def test_a_scope_that_lacks_is_named(slack: SlackClient, sandbox: SlackSandbox) -> None:
    sandbox.switches["scopes"] = "no changing of usergroups"
    with pytest.raises(MissingScope, match="scope usergroups:write: add it to the app") as caught:
        slack.set_members(ON_DUTY, [SAM])
    assert caught.value.needed == "usergroups:write"


def test_a_plan_without_usergroups_is_said(slack: SlackClient, sandbox: SlackSandbox) -> None:
    sandbox.switches["plan"] = "free"
    with pytest.raises(RejectedError, match="not part of this workspace's plan"):
        slack.usergroups()


# -------------------------------------------------------------------- on the wire


def test_calls_travel_as_slacks_own_client_would_send_them(
    slack: SlackClient, world: World
) -> None:
    slack.usergroups()
    slack.set_members(ON_DUTY, [SAM, ADA])
    slack.post("support", "Sam is on support.", key="a-key")
    listing, setting, posting = world.requests

    assert {seen.method for seen in world.requests} == {"POST"}
    assert all(seen.query == {} for seen in world.requests)
    assert sorted(listing.body.decode().split("&")) == ["include_disabled=1", "include_users=1"]
    assert f"users={SAM}%2C{ADA}".encode() in setting.body
    assert json.loads(posting.body)["metadata"]["event_payload"] == {"key": "a-key"}
    assert "token" not in posting.body.decode()
