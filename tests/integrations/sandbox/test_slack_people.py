"""The Slack sandbox as Slack's own client meets it: people and usergroups."""

import pytest
from slack_sdk.web import WebClient

from integrations.sandbox import World
from integrations.slack.sandbox import SlackSandbox
from integrations.slack.sandbox_seed import (
    ADA,
    BOT,
    GRACE,
    GUEST,
    LEFT,
    OLD,
    ON_DUTY,
    SAM,
    SARAH,
    SUPPORT_TRIAGERS,
    TRIAGERS,
    USER_TOKEN,
)
from tests.integrations.sandbox.slack import refusal, sdk

# ------------------------------------------------------------------------- people


def test_the_seeded_people_show_whatever_is_known_to_occur(slack_sdk: WebClient) -> None:
    people = {row["id"]: row for row in slack_sdk.users_list(limit=200)["members"]}
    names = [row["profile"]["display_name"] for row in people.values()]

    assert people[ADA]["profile"]["display_name"] == ""
    assert names.count("Jo") == 2
    assert people[GUEST]["is_restricted"]
    assert people[BOT]["is_bot"]
    assert not people["USLACKBOT"]["is_bot"]
    assert any(each.startswith("W") for each in TRIAGERS)


def test_of_who_left_most_is_missing_rather_than_false(slack_sdk: WebClient) -> None:
    row = slack_sdk.users_info(user=LEFT)["user"]
    assert row["deleted"]
    assert {"tz", "real_name", "is_restricted", "is_admin"}.isdisjoint(row)


def test_nobody_is_user_in_one_call_and_users_in_another(slack_sdk: WebClient) -> None:
    assert refusal(lambda: slack_sdk.users_info(user="U0NEVER001")) == "user_not_found"
    missing = "nobody@example.org"
    assert refusal(lambda: slack_sdk.users_lookupByEmail(email=missing)) == "users_not_found"
    left = "leo.gone@example.org"
    assert refusal(lambda: slack_sdk.users_lookupByEmail(email=left)) == "users_not_found"
    found = slack_sdk.users_lookupByEmail(email="SARAH.LIND@example.org")
    assert found["user"]["id"] == SARAH


def test_addresses_take_a_scope_of_their_own(slack: SlackSandbox, slack_sdk: WebClient) -> None:
    slack.switches["scopes"] = "no e-mail"
    assert "email" not in slack_sdk.users_info(user=SAM)["user"]["profile"]


def test_pages_follow_a_cursor_until_it_is_empty(slack: SlackSandbox, slack_sdk: WebClient) -> None:
    slack.switches["short_pages"] = "on"
    # Slack's client puts each page in the place of the one before.
    pages = [[row["id"] for row in page["members"]] for page in slack_sdk.users_list(limit=5)]
    assert [len(page) for page in pages] == [0, 4, 4, 4, 2]
    assert [user_id for page in pages for user_id in page] == list(slack.users)


def test_a_cursor_may_grow_old_and_a_page_without_a_size_be_refused(
    slack: SlackSandbox, slack_sdk: WebClient
) -> None:
    following = slack_sdk.users_list(limit=5)["response_metadata"]["next_cursor"]
    slack.switches["cursors"] = "expired"
    assert refusal(lambda: slack_sdk.users_list(limit=5, cursor=following)) == "invalid_cursor"
    slack.switches["no_limit"] = "refused"
    assert refusal(slack_sdk.users_list) == "limit_required"


# --------------------------------------------------------------------- usergroups


def test_people_counts_and_disabled_ones_come_only_where_asked_for(slack_sdk: WebClient) -> None:
    plain = {row["id"]: row for row in slack_sdk.usergroups_list()["usergroups"]}
    assert OLD not in plain
    assert {"users", "user_count"}.isdisjoint(plain[SUPPORT_TRIAGERS])

    told = slack_sdk.usergroups_list(include_users=True, include_count=True, include_disabled=True)
    whole = {row["id"]: row for row in told["usergroups"]}
    assert whole[OLD]["date_delete"] > 0
    assert whole[SUPPORT_TRIAGERS]["users"] == list(TRIAGERS)
    assert whole[SUPPORT_TRIAGERS]["user_count"] == "7"


def test_who_is_in_a_disabled_usergroup_is_told_where_asked_for(slack_sdk: WebClient) -> None:
    assert slack_sdk.usergroups_users_list(usergroup=SUPPORT_TRIAGERS)["users"] == list(TRIAGERS)
    assert refusal(lambda: slack_sdk.usergroups_users_list(usergroup=OLD)) == "no_such_subteam"
    shown = slack_sdk.usergroups_users_list(usergroup=OLD, include_disabled=True)
    assert shown["users"] == [GRACE]


def test_a_change_replaces_everybody(slack: SlackSandbox, slack_sdk: WebClient) -> None:
    told = slack_sdk.usergroups_users_update(usergroup=ON_DUTY, users=[SAM, ADA, SAM])
    assert (told["usergroup"]["users"], told["usergroup"]["user_count"]) == ([SAM, ADA], 2)
    assert slack.group("support-on-duty").updated_by == BOT


@pytest.mark.parametrize("code", ["no_users_provided", "invalid_users"])
def test_nobody_at_all_is_refused(slack: SlackSandbox, slack_sdk: WebClient, code: str) -> None:
    slack.switches["empty_group"] = code
    call = lambda: slack_sdk.usergroups_users_update(usergroup=ON_DUTY, users=[])  # noqa: E731
    assert refusal(call) == code
    assert slack.groups[ON_DUTY].users == [SARAH]


@pytest.mark.parametrize("who", [LEFT, GUEST, BOT])
def test_one_of_them_spoils_it_for_all(slack: SlackSandbox, slack_sdk: WebClient, who: str) -> None:
    users = [SAM, who]
    code = refusal(lambda: slack_sdk.usergroups_users_update(usergroup=ON_DUTY, users=users))
    assert code == "invalid_users"
    assert slack.groups[ON_DUTY].users == [SARAH]


def test_where_only_admins_may_no_bot_may(
    world: World, slack: SlackSandbox, slack_sdk: WebClient
) -> None:
    slack.switches["usergroups_managed_by"] = "admins"
    for call in (
        lambda: slack_sdk.usergroups_users_update(usergroup=ON_DUTY, users=[SAM]),
        lambda: slack_sdk.usergroups_enable(usergroup=OLD),
        lambda: slack_sdk.usergroups_disable(usergroup=ON_DUTY),
    ):
        assert refusal(call) == "permission_denied"
    sdk(world, USER_TOKEN).usergroups_users_update(usergroup=ON_DUTY, users=[SAM])
    assert slack.groups[ON_DUTY].users == [SAM]


def test_a_usergroup_is_disabled_and_enabled(slack_sdk: WebClient) -> None:
    slack_sdk.usergroups_disable(usergroup=ON_DUTY)
    assert ON_DUTY not in [row["id"] for row in slack_sdk.usergroups_list()["usergroups"]]
    slack_sdk.usergroups_enable(usergroup=ON_DUTY)
    assert ON_DUTY in [row["id"] for row in slack_sdk.usergroups_list()["usergroups"]]


def test_whether_who_is_deactivated_stays_in_usergroups_is_not_known(slack: SlackSandbox) -> None:
    slack.change_user(SAM, deleted=True)
    assert SAM in slack.groups[SUPPORT_TRIAGERS].users
    slack.switches["deactivated"] = "leave usergroups"
    slack.change_user(ADA, deleted=True)
    assert ADA not in slack.groups[SUPPORT_TRIAGERS].users
    with pytest.raises(ValueError, match="people have no 'colour'"):
        slack.change_user(SARAH, colour="green")


def test_a_free_plan_has_no_usergroups(slack: SlackSandbox, slack_sdk: WebClient) -> None:
    slack.switches["plan"] = "free"
    assert refusal(slack_sdk.usergroups_list) == "plan_upgrade_required"
