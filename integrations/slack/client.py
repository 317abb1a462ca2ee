"""Slack: usergroups and who is in them, and messages that are posted once. No Django here."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import requests

from integrations.client import Client, Gate, retry_after
from integrations.errors import (
    IntegrationError,
    RejectedError,
    RetryableError,
    UnexpectedError,
)
from integrations.shapes import Page, Shape, rows_in, shaped
from integrations.slack import refusals
from integrations.slack.api import NAME, Asked, asked, rate_of
from integrations.slack.refusals import (
    MissingScope,
    NoSuchChannel,
    NoSuchUsergroup,
    NoSuchUsers,
    NotInChannel,
    NotPermitted,
)
from integrations.slack.rows import (
    EVENT_TYPE,
    ChannelAnswer,
    ChannelRow,
    MessageRow,
    PagedRow,
    PostedRow,
    Team,
    TeamRow,
    User,
    UserAnswer,
    Usergroup,
    UsergroupAnswer,
    UsergroupRow,
    UserRow,
)

__all__ = [
    "MissingScope",
    "NoSuchChannel",
    "NoSuchUsergroup",
    "NoSuchUsers",
    "NotInChannel",
    "NotPermitted",
    "SlackClient",
    "Team",
    "User",
    "Usergroup",
]

S = TypeVar("S", bound=Shape)

PAGE_SIZE = 200
A_USER = re.compile(r"[UW][A-Z0-9]{5,}")
A_CHANNEL = re.compile(r"[CDG][A-Z0-9]{5,}")
BOT, PERSON = "bot_token", "user_token"


class SlackClient(Client):
    """Everything goes by the bot's token; usergroups are changed by a person's, where there is one.

    Every method of Slack has its own allowance, so each has its own pace.
    """

    name = NAME

    # ------------------------------------------------------------------ who we are

    def team(self, token: str = BOT) -> Team:
        """Whose workspace it is and who we are there; one request."""
        doing = "asking whose token this is"
        body, headers = self._sent(asked("auth_test"), doing=doing, token=token, again=True)
        row = self._shaped(TeamRow, body, doing=doing)
        return row.kept(headers.get("X-OAuth-Scopes"))

    @property
    def has_person(self) -> bool:
        """Whether a person's token is there, by which usergroups are changed."""
        token = self.credentials.read().get(PERSON)
        return isinstance(token, str) and bool(token.strip())

    # ------------------------------------------------------------------ reading

    def usergroups(self) -> list[Usergroup]:
        """All of them with their people, disabled ones as well; one request."""
        doing = "listing the usergroups"
        call = asked("usergroups_list", include_users=True, include_disabled=True)
        body = self._body(call, doing=doing, again=True)
        rows = self._rows(UsergroupRow, body, "usergroups", doing=doing)
        if untold := [row.id for row in rows if row.users is None and not row.date_delete]:
            raise self._odd(doing, f"{untold[0]} comes without its people")
        return [row.kept() for row in rows]

    def user(self, user_id: str) -> User | None:
        """None where there is nobody of this id that we could see."""
        doing = f"looking at the person {user_id}"
        try:
            body = self._body(asked("users_info", user=user_id), doing=doing, again=True)
        except NoSuchUsers:
            return None
        return self._shaped(UserAnswer, body, doing=doing).user.kept()

    def users(self, page: str | None = None) -> Page[User]:
        """Everybody, bots, guests and those who have left as well; `page` is the `next` before."""
        doing = "listing people"
        body = self._body(
            asked("users_list", cursor=page, limit=PAGE_SIZE), doing=doing, again=True
        )
        rows = self._rows(UserRow, body, "members", doing=doing)
        return Page(rows=[row.kept() for row in rows], next=self._next(body, page, doing=doing))

    # ------------------------------------------------------------------ usergroups

    def set_members(self, usergroup_id: str, users: Sequence[str]) -> Usergroup:
        """Exactly these are in it afterwards, whoever was before."""
        doing = f"setting who is in the usergroup {usergroup_id}"
        if not users:
            raise RejectedError(
                provider=self.name, doing=doing, excerpt="a usergroup cannot be emptied"
            )
        call = asked("usergroups_users_update", usergroup=usergroup_id, users=list(users))
        body = self._body(call, doing=doing, token=self._manager)
        return self._shaped(UsergroupAnswer, body, doing=doing).usergroup.kept()

    def enable(self, usergroup_id: str) -> None:
        doing = f"enabling the usergroup {usergroup_id}"
        self._body(
            asked("usergroups_enable", usergroup=usergroup_id), doing=doing, token=self._manager
        )

    @property
    def _manager(self) -> str:
        return PERSON if self.has_person else BOT

    # ------------------------------------------------------------------ messages

    def post(self, recipient: str, text: str, *, key: str) -> str:
        """Post to a channel (id or name) or a person (id); what the message is called there.

        Joins a public channel that the bot is not in. After an error without an answer it may be
        there all the same: look with `find_post`.
        """
        channel = recipient.strip()
        try:
            return self._post(channel, text, key=key)
        except NotInChannel:
            self._join(self._channel_id(channel))
            return self._post(channel, text, key=key)

    def find_post(self, recipient: str, *, key: str, since: datetime) -> str | None:
        """The message of this key that was posted after `since`; None: it certainly is not there.

        RejectedError where that cannot be told, as without the right to read the history.
        """
        channel = self._channel_id(recipient.strip())
        try:
            return self._find(channel, key=key, since=since)
        except NotInChannel:
            self._join(channel)
            return self._find(channel, key=key, since=since)

    def _post(self, channel: str, text: str, *, key: str) -> str:
        doing = f"posting to {channel}"
        call = asked(
            "chat_postMessage",
            channel=channel,
            text=text,
            unfurl_links=False,
            unfurl_media=False,
            metadata={"event_type": EVENT_TYPE, "event_payload": {"key": key}},
        )
        posted = self._shaped(PostedRow, self._body(call, doing=doing), doing=doing)
        return f"{posted.channel}/{posted.ts}"

    def _find(self, channel: str, *, key: str, since: datetime) -> str | None:
        doing = f"looking for a message in {channel}"
        pages = self._each_page(
            "conversations_history",
            doing=doing,
            channel=channel,
            oldest=f"{since.timestamp():.6f}",
            include_all_metadata=True,
        )
        silent: list[MessageRow] = []
        for body in pages:
            for message in self._rows(MessageRow, body, "messages", doing=doing):
                if message.key == key:
                    return f"{channel}/{message.ts}"
                if message.metadata is None and message.is_posted:
                    silent.append(message)
        if silent and self.team().user_id in {message.user for message in silent}:
            raise RejectedError(
                provider=self.name, doing=doing, excerpt="its messages do not tell which is which"
            )
        return None

    def _channel_id(self, recipient: str) -> str:
        if A_USER.fullmatch(recipient):
            doing = f"opening the conversation with {recipient}"
            body = self._body(asked("conversations_open", users=recipient), doing=doing, again=True)
            return self._shaped(ChannelAnswer, body, doing=doing).channel.id
        return recipient if A_CHANNEL.fullmatch(recipient) else self._channel_named(recipient)

    def _channel_named(self, name: str) -> str:
        doing = f"looking for the channel {name}"
        wanted = name.removeprefix("#")
        for body in self._each_page("conversations_list", doing=doing, exclude_archived=True):
            for row in self._rows(ChannelRow, body, "channels", doing=doing):
                if row.name == wanted:
                    return row.id
        raise NoSuchChannel(
            provider=self.name, doing=doing, excerpt="there is no public channel of this name"
        )

    def _join(self, channel: str) -> None:
        """RejectedError where it cannot be joined."""
        self._body(
            asked("conversations_join", channel=channel), doing=f"joining {channel}", again=True
        )

    # ------------------------------------------------------------------ requests

    def gate_of(self, path: str) -> Gate:
        return self.gate.lane(path.removeprefix("/"), rate=rate_of(path))

    def _body(
        self, call: Asked, *, doing: str, token: str = BOT, again: bool = False
    ) -> Mapping[str, Any]:
        return self._sent(call, doing=doing, token=token, again=again)[0]

    def _sent(
        self, call: Asked, *, doing: str, token: str = BOT, again: bool = False
    ) -> tuple[Mapping[str, Any], Mapping[str, str]]:
        """What came of a call that Slack has not refused, and its headers. `again`: where it was
        cut off, it is asked once more."""
        response = self.request(
            "POST",
            call.path,
            doing=doing,
            again=again,
            data=call.body,
            headers={
                "Authorization": f"Bearer {self.key(token)}",
                "Content-Type": call.content_type,
                "Accept": "application/json",
            },
        )
        body = self.json(response, doing=doing)
        if not isinstance(body, Mapping) or not isinstance(body.get("ok"), bool):
            raise self._odd(doing, "it does not say ok")
        if not body["ok"]:
            self.refuse(response, doing, gate=self.gate_of(call.path))
        return body, response.headers

    def _each_page(
        self, name: str, *, doing: str, **parameters: Any
    ) -> Iterator[Mapping[str, Any]]:
        page: str | None = None
        for _ in range(self.most_pages):
            call = asked(name, cursor=page, limit=PAGE_SIZE, **parameters)
            body = self._body(call, doing=doing, again=True)
            yield body
            page = self._next(body, page, doing=doing)
            if page is None:
                return
        raise self._odd(doing, "its pages do not come to an end")

    def _next(self, body: Mapping[str, Any], page: str | None, *, doing: str) -> str | None:
        following = self._shaped(PagedRow, body, doing=doing)
        if following.next is not None and following.next == page:
            raise self._odd(doing, "its pages do not come to an end")
        if following.has_more and following.next is None:
            raise self._odd(doing, "there is more, and it does not say where")
        return following.next

    def _rows(self, shape: type[S], body: Mapping[str, Any], name: str, *, doing: str) -> list[S]:
        rows = rows_in(body, name, provider=self.name, doing=doing)
        return [self._shaped(shape, row, doing=doing) for row in rows]

    def _shaped(self, shape: type[S], row: Any, *, doing: str) -> S:
        return shaped(shape, row, provider=self.name, doing=doing)

    # ------------------------------------------------------------------- errors

    def classify(self, response: requests.Response, doing: str) -> IntegrationError:
        """By Slack's code, as refusals come with status 200; by the status where there is none."""
        kind = refusals.kind_of(response)
        if kind is None:
            return super().classify(response, doing)
        said = self.said(response, doing) | {"status": None}
        if issubclass(kind, RetryableError):
            said["status"] = 429 if self.asks_to_slow_down(response) else 500
            return kind(**said, retry_after=retry_after(response.headers))
        if issubclass(kind, refusals.ABOUT_TOKENS) and self._went_by_person(response):
            said["excerpt"] = f"the user token: {refusals.OF_A_PERSON.get(kind, said['excerpt'])}"
        if issubclass(kind, MissingScope):
            said["needed"] = refusals.needed_in(refusals.body_of(response))
        return kind(**said)

    def asks_to_slow_down(self, response: requests.Response) -> bool:
        told = refusals.code_of(response) in refusals.TOO_FAST
        return told or super().asks_to_slow_down(response)

    def words_of(self, body: Any) -> str:
        return refusals.words_of(body) if isinstance(body, Mapping) else ""

    def _went_by_person(self, response: requests.Response) -> bool:
        signed = response.request.headers.get("Authorization")
        return self.has_person and signed == f"Bearer {self.key(PERSON)}"

    def _odd(self, doing: str, what: str) -> UnexpectedError:
        return UnexpectedError(provider=self.name, doing=doing, excerpt=what)
