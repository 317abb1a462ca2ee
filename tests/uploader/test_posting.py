"""Notices in Slack, and questions by Geekbot, over their stand-ins: each once, whatever happens."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.core import mail

from integrations import connections
from integrations.geekbot.sandbox import GeekbotSandbox
from integrations.models import Connection
from integrations.sandbox import Fault, World
from integrations.slack.sandbox import SlackSandbox
from integrations.slack.sandbox_seed import RANDOM, SARAH, SUPPORT
from tests.uploader.clock import Clock
from tests.uploader.killer import Killed, Killer, Once
from uploader import notices, outcomes, posting
from uploader.models import Notice

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 12, 2, 9, tzinfo=UTC)
POST = "POST /api/chat.postMessage"
FAULTS = ["500", "html200", "cut", "lost", "before"]


class Messenger:
    """The team's connection to Slack, and a clock for both sides."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.clock = Clock(NOW)
        self.slack = world.of(SlackSandbox)
        self.slack.now = self.clock
        self.connect()

    def connect(self) -> None:
        self.connection = connections.connect(
            provider="slack",
            owner=None,
            name="slack",
            credentials=self.slack.grant("rotabot"),
            by=None,
            now=self.clock(),
        )

    def announce(self, key: str = "one", **values: Any) -> Notice:
        given = {
            "person": None,
            "recipient": SUPPORT,
            "text": "Sarah is on duty.",
            "due_at": self.clock(),
            "channel": "slack",
            "connection": self.connection,
        }
        assert notices.announce(key, **(given | values))
        return Notice.objects.get(key=key)

    def send(self) -> int:
        return notices.send_due(now=self.clock())

    def for_hours(self, hours: float = 3) -> None:
        """Looks as often as something is due, and every half an hour."""
        end = self.clock() + timedelta(hours=hours)
        while self.clock() < end:
            if notices.gather(now=self.clock()):
                with suppress(Killed):
                    self.send()
            ahead = Notice.objects.filter(due_at__gt=self.clock()).exclude(outcome="sent")
            due = ahead.order_by("due_at").values_list("due_at", flat=True).first() or end
            self.clock.now = min(end, due, self.clock() + timedelta(minutes=30))

    def posts(self) -> list[str]:
        return [post.text for post in self.slack.posts]

    def calls(self, method: str = "chat.postMessage") -> int:
        return len([seen for seen in self.world.requests if seen.path.endswith(method)])


@pytest.fixture
def messenger(world: World) -> Messenger:
    return Messenger(world)


def test_a_message_arrives_once_and_is_known_by_what_it_is_called(messenger: Messenger) -> None:
    notice = messenger.announce()
    assert messenger.send() == 1
    messenger.for_hours()
    assert messenger.posts() == ["Sarah is on duty."]
    notice.refresh_from_db()
    [post] = messenger.slack.posts
    assert (notice.outcome, notice.text) == ("sent", "")
    assert notice.ref == f"{SUPPORT}/{post.ts}"


@pytest.mark.parametrize("recipient", [SARAH, RANDOM, "#support"])
def test_it_goes_to_a_person_a_channel_to_be_joined_or_one_by_name(
    messenger: Messenger, recipient: str
) -> None:
    messenger.announce(recipient=recipient)
    assert messenger.send() == 1


@pytest.mark.parametrize("kind", FAULTS)
@pytest.mark.parametrize("recipient", [SUPPORT, SARAH, RANDOM])
def test_whatever_fails_it_is_there_once_in_the_end(
    messenger: Messenger, kind: str, recipient: str
) -> None:
    """At every request on the way, the looking for it included."""
    for n in count():
        fault = messenger.world.faults.add(Fault("slack", kind, skip=n))
        messenger.slack.posts.clear()
        for channel in messenger.slack.channels.values():
            if channel.id == RANDOM:
                channel.users = [user for user in channel.users if user == SARAH]
        if recipient != RANDOM:  # nothing is posted there at first, and only one repeat is allowed
            messenger.world.faults.add(Fault("slack", "lost", match=POST))
        notice = messenger.announce(f"number {n}", recipient=recipient)
        messenger.for_hours(1)
        assert messenger.posts() == ["Sarah is on duty."], f"{kind} at request {n}"
        notice.refresh_from_db()
        assert notice.outcome == "sent"
        messenger.world.faults.clear()
        if not fault.fired:
            break
    assert n >= 2


@pytest.mark.parametrize("kind", FAULTS)
def test_without_the_right_to_look_it_is_never_repeated(messenger: Messenger, kind: str) -> None:
    messenger.slack.switches["scopes"] = "no history"
    messenger.world.faults.add(Fault("slack", kind, match=POST))
    notice = messenger.announce()
    messenger.for_hours()
    assert messenger.calls() == 1
    notice.refresh_from_db()
    assert (notice.outcome, notice.text) == ("unknown", "")
    assert "channels:history" in notice.reason


def test_what_does_not_arrive_twice_is_given_up(messenger: Messenger) -> None:
    messenger.world.faults.add(Fault("slack", "500", match=POST, times=None))
    notice = messenger.announce()
    messenger.for_hours()
    assert messenger.calls() == 2
    notice.refresh_from_db()
    assert notice.outcome == "given up"
    assert notice.reason == "It was sent twice, and did not arrive."


def test_a_refusal_is_told_in_words_and_not_repeated(messenger: Messenger) -> None:
    notice = messenger.announce(recipient="C0NOWHERE1")
    messenger.for_hours()
    assert messenger.calls() == 1
    notice.refresh_from_db()
    assert notice.outcome == "given up"
    assert "there is no such channel" in notice.reason


def test_asked_to_slow_down_it_waits_and_so_do_the_others_of_this_connection(
    messenger: Messenger,
) -> None:
    messenger.world.faults.add(Fault("slack", "429", match=POST, retry_after=30))
    for key in ("one", "two", "three"):
        messenger.announce(key)
    notices.announce("mail", person=None, recipient="ada@example.org", text="Hello", due_at=NOW)
    assert messenger.send() == 1  # the mail
    assert messenger.calls() == 1
    messenger.clock.forward(seconds=29)
    messenger.send()
    assert messenger.posts() == []
    messenger.clock.forward(seconds=2)
    messenger.for_hours(1)
    assert len(messenger.posts()) == 3
    assert len(mail.outbox) == 1


def test_one_that_does_not_answer_is_not_asked_for_each(messenger: Messenger) -> None:
    messenger.world.faults.add(Fault("slack", "cut", match=POST, times=None))
    for key in ("one", "two", "three"):
        messenger.announce(key)
    messenger.send()
    assert messenger.calls() == 1


def test_it_waits_for_a_connection_to_be_connected_again(messenger: Messenger) -> None:
    messenger.slack.revoke("rotabot")
    notice = messenger.announce()
    messenger.for_hours(2)
    assert messenger.posts() == []
    notice.refresh_from_db()
    assert notice.outcome == ""
    messenger.connection.refresh_from_db()
    assert messenger.connection.state == Connection.State.NEEDS_RECONNECT
    assert messenger.calls() == 1
    messenger.slack.reset()
    messenger.connect()
    messenger.for_hours(1)
    assert messenger.posts() == ["Sarah is on duty."]


def test_too_late_is_not_at_all_and_said(messenger: Messenger) -> None:
    messenger.slack.revoke("rotabot")
    notice = messenger.announce(expires_at=NOW + timedelta(hours=2))
    messenger.for_hours(3)
    messenger.slack.reset()
    messenger.connect()
    messenger.for_hours(1)
    assert messenger.posts() == []
    notice.refresh_from_db()
    assert (notice.outcome, notice.text) == ("too late", "")


def test_what_is_not_there_and_is_too_late_is_not_repeated(messenger: Messenger) -> None:
    messenger.world.faults.add(Fault("slack", "500", match=POST))
    notice = messenger.announce(expires_at=NOW + timedelta(seconds=30))
    messenger.for_hours()
    assert messenger.calls() == 1
    notice.refresh_from_db()
    assert notice.outcome == "too late"


@pytest.fixture
def deadly_sending(killer: Killer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sends may die before each request, and before and after each note."""
    beat, settle, take = posting.InHand._beat, outcomes.settle, posting.InHand._take

    def dying(do: Callable[..., Any]) -> Callable[..., Any]:
        def done(*args: Any, **values: Any) -> Any:
            killer.strike()
            result = do(*args, **values)
            killer.strike()
            return result

        return done

    monkeypatch.setattr(posting.InHand, "_beat", dying(beat))
    monkeypatch.setattr(posting.InHand, "_take", dying(take))
    monkeypatch.setattr(posting, "settle", dying(settle))


@pytest.mark.usefixtures("deadly_sending")
@pytest.mark.parametrize("scopes", ["all", "no history"])
def test_whoever_sends_may_be_killed_at_any_boundary(
    messenger: Messenger, killer: Killer, scopes: str
) -> None:
    messenger.slack.switches["scopes"] = scopes
    arrived = []
    for n in count(1):
        messenger.slack.posts.clear()
        moment = Once(n)
        killer.when = moment
        messenger.announce(f"number {n}")
        messenger.for_hours(1)
        killer.when = None
        arrived.append(len(messenger.posts()))
        if moment.passed < n:
            break
    assert n > 5
    assert set(arrived) == ({1} if scopes == "all" else {0, 1})


def test_two_at_once_send_it_once(messenger: Messenger) -> None:
    notice = messenger.announce()
    same = Notice.objects.select_related("connection").get(pk=notice.pk)
    assert messenger.send() == 1
    assert posting.post([same], clock=messenger.clock) == 0
    assert len(messenger.posts()) == 1


def test_somebody_slow_sends_nothing_once_it_is_in_other_hands(messenger: Messenger) -> None:
    notice = messenger.announce()
    slow = posting.InHand(
        Notice.objects.select_related("connection").get(pk=notice.pk), messenger.clock
    )
    slow._take(Notice.objects.filter(sent_at=None), sent_at=messenger.clock())
    messenger.for_hours(1)  # not there, as it seems: sent once more
    with pytest.raises(posting.Lost):
        slow._client().post(SUPPORT, "Sarah is on duty.", key=notice.key)
    assert len(messenger.posts()) == 1


@pytest.mark.parametrize("kind", ["500", "cut", "lost", "before"])
def test_a_question_is_asked_at_most_once(world: World, kind: str) -> None:
    geekbot = world.of(GeekbotSandbox)
    clock = Clock(NOW)
    geekbot.now = clock
    connection = connections.connect(
        provider="geekbot",
        owner=None,
        name="geekbot",
        credentials=geekbot.grant("admin"),
        by=None,
        now=NOW,
    )
    world.faults.add(Fault("geekbot", kind, match="*/start"))
    standup = next(each for each in geekbot.standups.values() if each.users)
    notices.announce(
        "question",
        person=None,
        recipient=str(standup.id),
        text=standup.users[0],
        due_at=NOW,
        channel="geekbot",
        connection=connection,
    )
    for _ in range(120):
        notices.send_due(now=clock())
        clock.forward(minutes=1)
    assert len([seen for seen in world.requests if seen.path.endswith("/start")]) == 1
    notice = Notice.objects.get()
    assert (notice.outcome, notice.text) == ("unknown", "")
    assert "it does not tell who was asked" in notice.reason
