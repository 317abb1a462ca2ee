"""Posting to Slack once, and looking for a message of which nobody heard whether it arrived."""

from datetime import UTC, datetime, timedelta

import pytest

from integrations.errors import RejectedError, RetryableError, UnexpectedError
from integrations.sandbox import Fault, World
from integrations.slack.client import MissingScope, NoSuchChannel, NotInChannel, SlackClient
from integrations.slack.sandbox import SlackSandbox
from integrations.slack.sandbox_seed import LEADS, LEFT, RANDOM, SAM, SUPPORT
from tests.integrations.misbehaving import Misbehaving
from tests.integrations.slack.calls import asked_for, at

TEXT = "Sam is on support this week."


@pytest.fixture
def since() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=5)


def texts(sandbox: SlackSandbox, where: str) -> list[str]:
    return [post.text for post in sandbox.posts_in(where)]


# ------------------------------------------------------------------------ posting


@pytest.mark.parametrize("recipient", [SUPPORT, "support", "#support", f" {SUPPORT}\n"])
def test_a_channel_is_named_by_its_id_or_its_name(
    recipient: str, slack: SlackClient, sandbox: SlackSandbox
) -> None:
    ref = slack.post(recipient, TEXT, key="a-key")

    assert texts(sandbox, "support") == [TEXT]
    assert ref == f"{SUPPORT}/{sandbox.posts[0].ts}"


def test_a_person_gets_a_message_of_their_own(slack: SlackClient, sandbox: SlackSandbox) -> None:
    ref = slack.post(SAM, TEXT, key="a-key")

    assert texts(sandbox, SAM) == [TEXT]
    assert ref.startswith("D")


def test_the_name_of_a_message_keeps_its_six_decimals(
    slack: SlackClient, sandbox: SlackSandbox
) -> None:
    sandbox.now = lambda: datetime(2026, 3, 4, 9, tzinfo=UTC)
    assert slack.post(SUPPORT, TEXT, key="a-key") == f"{SUPPORT}/1772614800.000000"
    assert slack.post(SUPPORT, TEXT, key="another") == f"{SUPPORT}/1772614800.000001"


def test_a_public_channel_that_the_bot_is_not_in_is_joined(
    slack: SlackClient, sandbox: SlackSandbox, world: World
) -> None:
    slack.post(RANDOM, TEXT, key="a-key")

    assert texts(sandbox, "random") == [TEXT]
    assert asked_for(world) == ["chat.postMessage", "conversations.join", "chat.postMessage"]
    slack.post(RANDOM, "Again.", key="another")
    assert len(world.requests) == 4


def test_it_is_joined_by_its_name_as_well(slack: SlackClient, sandbox: SlackSandbox) -> None:
    sandbox.switches["largest_page"] = 1
    slack.post("#random", TEXT, key="a-key")
    assert texts(sandbox, "random") == [TEXT]


def test_where_posting_from_outside_is_allowed_nothing_is_joined(
    slack: SlackClient, sandbox: SlackSandbox, world: World
) -> None:
    sandbox.switches["outside_posting"] = "allowed"
    slack.post(RANDOM, TEXT, key="a-key")
    assert asked_for(world) == ["chat.postMessage"]


def test_where_the_bot_may_not_join_that_is_said(slack: SlackClient, sandbox: SlackSandbox) -> None:
    sandbox.switches["scopes"] = "no joining"
    with pytest.raises(MissingScope, match="channels:join"):
        slack.post(RANDOM, TEXT, key="a-key")
    assert sandbox.posts == []


@pytest.mark.parametrize("recipient", [LEADS, "leads", "C0NEVER001", "nowhere"])
def test_a_channel_that_is_unseen_is_explained(recipient: str, slack: SlackClient) -> None:
    with pytest.raises(NoSuchChannel, match="or it is private and the bot was not invited"):
        slack.post(recipient, TEXT, key="a-key")


def test_a_private_channel_with_the_bot_in_it_is_like_any_other(
    slack: SlackClient, sandbox: SlackSandbox, since: datetime
) -> None:
    sandbox.channels[LEADS].users.append(slack.team().user_id)
    ref = slack.post(LEADS, TEXT, key="a-key")
    assert slack.find_post(LEADS, key="a-key", since=since) == ref


@pytest.mark.parametrize(
    ("recipient", "words"), [("archive", "the channel is archived"), (LEFT, "user_disabled")]
)
def test_what_cannot_be_reached_any_more_is_refused(
    recipient: str, words: str, slack: SlackClient
) -> None:
    with pytest.raises(RejectedError, match=words):
        slack.post(recipient, TEXT, key="a-key")


def test_a_text_that_is_too_long_is_refused(slack: SlackClient) -> None:
    with pytest.raises(RejectedError, match="msg_too_long"):
        slack.post(SUPPORT, "long " * 10_000, key="a-key")


@pytest.mark.parametrize("code", ["fatal_error", "internal_error", "request_timeout"])
def test_what_may_have_acted_is_no_refusal(code: str, misbehaving: Misbehaving) -> None:
    with pytest.raises(RetryableError) as caught:
        at(misbehaving, {"ok": False, "error": code}).post(SUPPORT, TEXT, key="a-key")
    assert caught.value.status != 429
    assert len(misbehaving.seen) == 1


# ----------------------------------------------------------------------- looking


@pytest.mark.parametrize("recipient", [SUPPORT, "#support", SAM])
def test_a_message_whose_answer_was_lost_is_found(
    recipient: str, slack: SlackClient, sandbox: SlackSandbox, world: World, since: datetime
) -> None:
    world.faults.add(Fault("slack", "lost", "chat.postMessage"))
    with pytest.raises(RetryableError):
        slack.post(recipient, TEXT, key="a-key")

    found = slack.find_post(recipient, key="a-key", since=since)
    assert found == f"{sandbox.posts[0].channel}/{sandbox.posts[0].ts}"
    assert len(sandbox.posts) == 1


def test_one_that_never_arrived_is_certainly_not_there(
    slack: SlackClient, world: World, since: datetime
) -> None:
    slack.post(SUPPORT, "Something else.", key="another")
    world.faults.add(Fault("slack", "before", "chat.postMessage"))
    with pytest.raises(RetryableError):
        slack.post(SUPPORT, TEXT, key="a-key")
    assert slack.find_post(SUPPORT, key="a-key", since=since) is None


def test_it_is_found_behind_many_others(
    slack: SlackClient, sandbox: SlackSandbox, since: datetime
) -> None:
    sandbox.switches["largest_page"] = 2
    sandbox.switches["short_pages"] = "on"
    refs = [slack.post(SUPPORT, TEXT, key=f"key-{number}") for number in range(7)]
    assert slack.find_post(SUPPORT, key="key-0", since=since) == refs[0]


def test_the_same_words_with_another_key_are_another_message(
    slack: SlackClient, since: datetime
) -> None:
    slack.post(SUPPORT, TEXT, key="a-key")
    assert slack.find_post(SUPPORT, key="another", since=since) is None


def test_what_was_posted_before_is_not_it(slack: SlackClient) -> None:
    slack.post(SUPPORT, TEXT, key="a-key")
    later = datetime.now(UTC) + timedelta(minutes=5)
    assert slack.find_post(SUPPORT, key="a-key", since=later) is None


def test_a_channel_to_be_looked_through_is_joined_if_need_be(
    slack: SlackClient, sandbox: SlackSandbox, since: datetime
) -> None:
    sandbox.switches["outside_posting"] = "allowed"
    ref = slack.post(RANDOM, TEXT, key="a-key")
    assert slack.find_post(RANDOM, key="a-key", since=since) == ref


def test_that_the_bot_joined_is_no_message_of_ours(
    slack: SlackClient, world: World, since: datetime
) -> None:
    world.faults.add(Fault("slack", "before", "chat.postMessage", skip=1))
    with pytest.raises(RetryableError):
        slack.post(RANDOM, TEXT, key="a-key")
    assert slack.find_post(RANDOM, key="a-key", since=since) is None


def test_without_the_right_to_read_it_cannot_be_told(
    slack: SlackClient, sandbox: SlackSandbox, since: datetime
) -> None:
    slack.post(SUPPORT, TEXT, key="a-key")
    sandbox.switches["scopes"] = "no history"
    with pytest.raises(MissingScope, match="channels:history"):
        slack.find_post(SUPPORT, key="a-key", since=since)


def test_a_history_that_does_not_tell_keys_is_no_proof(
    slack: SlackClient, sandbox: SlackSandbox, since: datetime
) -> None:
    slack.post(SUPPORT, TEXT, key="a-key")
    sandbox.switches["metadata"] = "untold"
    with pytest.raises(RejectedError, match="do not tell which is which"):
        slack.find_post(SUPPORT, key="a-key", since=since)


def test_a_history_that_breaks_off_is_no_proof(misbehaving: Misbehaving, since: datetime) -> None:
    told = {"ok": True, "messages": [], "has_more": True}
    with pytest.raises(UnexpectedError, match="there is more"):
        at(misbehaving, told).find_post(SUPPORT, key="a-key", since=since)


def test_other_peoples_messages_are_passed_over(misbehaving: Misbehaving, since: datetime) -> None:
    messages = [
        {"ts": "1772614800.000100", "user": SAM, "text": "hello"},
        {"ts": "1772614800.000200", "subtype": "channel_join"},
        {"ts": "1772614800.000300", "metadata": {"event_type": "theirs", "event_payload": {}}},
        {"ts": "1772614800.000400", "metadata": {"event_type": "lockstep", "event_payload": {}}},
    ]
    told = {"ok": True, "messages": messages, "team_id": "T0EXAMPLE1", "user_id": "U0000ROTAB"}
    assert at(misbehaving, told).find_post(SUPPORT, key="a-key", since=since) is None


def test_a_private_channel_cannot_be_joined_to_look(misbehaving: Misbehaving) -> None:
    with pytest.raises(NotInChannel, match="invite it there"):
        at(misbehaving, {"ok": False, "error": "not_in_channel"}).post(SUPPORT, TEXT, key="a-key")
