"""Geekbot: stand-ups, whom they ask, and what was answered. The legacy API; no Django here."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, TypeVar

import requests

from integrations.client import Client
from integrations.errors import (
    IntegrationError,
    ReconnectError,
    RejectedError,
    UnexpectedError,
)
from integrations.geekbot.rows import Me, MeRow, Report, ReportRow, Standup, StandupRow, written
from integrations.shapes import Shape, shaped

# The most rows of reports that Geekbot gives.
PAGE_SIZE = 100
# What a stand-up's zone may be besides one of the IANA's: everybody's own.
USER_LOCAL = "user_local"

S = TypeVar("S", bound=Shape)


@dataclass(frozen=True)
class StandupFields:
    """What a stand-up is to be. `channel` is a name with or without #, or an id; the rest is as in
    `Standup`. `personalised`: everybody may set a time of their own."""

    name: str
    channel: str
    time: str
    timezone: str
    days: tuple[str, ...]
    users: tuple[str, ...]
    questions: tuple[str, ...]
    wait_minutes: int | None = None
    personalised: bool = False


NAMES = frozenset(field.name for field in fields(StandupFields))


class NoSuchStandup(RejectedError):
    """It does not exist, or this key may not see it: Geekbot tells the two apart for nobody."""


class NotAParticipant(RejectedError):
    """Who is to be asked must be among the stand-up's participants first."""


class MayNotEdit(RejectedError):
    """The key works, but not for this stand-up: only its owner and admins may change it."""

    @property
    def in_short(self) -> str:
        return (
            f"{self.provider} does not let this key touch a stand-up: it has to be that of its "
            "owner or of an admin."
        )


class GeekbotClient(Client):
    """Users are Slack's: their ids are the same there and here.

    Nothing that writes is ever repeated here, since it may have acted.
    """

    name = "Geekbot"

    def me(self) -> Me:
        doing = "asking whose key this is"
        return self._one(MeRow, self._call("GET", "/v1/me", doing=doing), doing=doing).kept()

    # ----------------------------------------------------------------- stand-ups

    def standups(self) -> list[Standup]:
        """All of the team with an admin's key; else only those its owner takes part in."""
        doing = "reading the stand-ups"
        query = {"admin": "true"}
        response = self._call("GET", "/v1/standups", doing=doing, params=query)
        return [row.kept() for row in self._rows(StandupRow, response, doing=doing)]

    def standup(self, standup_id: int) -> Standup | None:
        """None where it is not shown, which it may not be although it is there (see `standups`).

        Whether admins are shown one by its id in which they take no part is not known, so the list
        has the last word.
        """
        doing = "reading a stand-up"
        path = f"/v1/standups/{standup_id}"
        try:
            response = self._on_one("GET", path, doing=doing)
            return self._one(StandupRow, response, doing=doing).kept()
        except NoSuchStandup:
            pass
        return next((each for each in self.standups() if each.id == standup_id), None)

    def create(self, fields: StandupFields) -> Standup:
        """Not to be repeated: names are not unique, so it would be there twice."""
        doing = "creating a stand-up"
        body = self._written(asdict(fields), doing=doing)
        response = self._call("POST", "/v1/standups", doing=doing, accept=(200, 201), json=body)
        return self._one(StandupRow, response, doing=doing).kept()

    def change(self, standup_id: int, fields: Mapping[str, Any]) -> Standup:
        """Some of the fields of `StandupFields`, by name; all else stays as it is."""
        doing = "changing a stand-up"
        body = self._written(fields, doing=doing)
        path = f"/v1/standups/{standup_id}"
        response = self._on_one("PATCH", path, doing=doing, accept=(200, 201), json=body)
        return self._one(StandupRow, response, doing=doing).kept()

    def start(self, standup_id: int, user_id: str) -> None:
        """Ask one of its participants now, whatever its days are."""
        doing = "asking by a stand-up"
        body = {"users": [self._user(user_id, doing=doing)]}
        path = f"/v1/standups/{standup_id}/start"
        response = self._on_one("POST", path, doing=doing, accept=(200, 201, 204), json=body)
        if response.status_code != 204 and self.json(response, doing=doing) != "ok":
            raise self._odd(doing, "it does not say whether it asked")

    # ------------------------------------------------------------------- answers

    def reports(self, standup_id: int, *, user_id: str, after: datetime) -> list[Report]:
        """What this user answered from that second on, the newest first.

        There are no pages: the next rows are those before the oldest. Whether that includes its
        own second is not known, so it is asked for again, and so is the first one.
        """
        doing = "reading the answers"
        since = int(after.timestamp())
        query = {"standup_id": standup_id, "user_id": user_id, "after": since - 1}
        found: dict[int, ReportRow] = {}
        before: int | None = None
        while True:
            bound = {} if before is None else {"before": before}
            params = {**query, **bound, "limit": PAGE_SIZE}
            response = self._on_one("GET", "/v1/reports", doing=doing, params=params)
            rows = self._rows(ReportRow, response, doing=doing)
            found |= {row.id: row for row in rows}
            if len(rows) < PAGE_SIZE:
                break
            oldest = min(row.timestamp for row in rows) + 1
            if before is not None and oldest >= before:
                raise self._odd(doing, "its pages do not come to an end")
            before = oldest
        # Somebody else's answer must not count, whatever the filters of the query did.
        own = [
            row
            for row in found.values()
            if row.standup_id == standup_id
            and row.timestamp >= since
            and (row.member is None or row.member.id == user_id)
        ]
        return [row.kept() for row in sorted(own, key=lambda row: (-row.timestamp, -row.id))]

    # ------------------------------------------------------------------- notices

    def post(self, recipient: str, text: str, *, key: str) -> str:
        """Asking as a notice: `recipient` is the stand-up's id, and `text` whom it asks."""
        self.start(int(recipient), text)
        return f"{recipient}/{text}"

    def find_post(self, recipient: str, *, key: str, since: datetime) -> str | None:
        raise RejectedError(
            provider=self.name,
            doing="looking for a question",
            excerpt="it does not tell who was asked, only who has answered",
        )

    # ------------------------------------------------------------------ requests

    def _call(self, method: str, path: str, *, doing: str, **options: Any) -> requests.Response:
        """The key stands alone in its header; a path ends without a slash, or it is a redirect."""
        headers = {"Authorization": self.key("api_key"), "Accept": "application/json"}
        return self.request(method, path, doing=doing, headers=headers, **options)

    def _on_one(self, method: str, path: str, *, doing: str, **options: Any) -> requests.Response:
        """A request about one stand-up, for which a good key may be refused like a bad one."""
        try:
            return self._call(method, path, doing=doing, **options)
        except ReconnectError as error:
            refusal = error
        # Outside of the block above, so that no error is the context of another.
        raise self._meant(refusal)

    def _meant(self, refusal: ReconnectError) -> IntegrationError:
        """What a refusal of the key means: whether the key is good is asked at once."""
        if refusal.status is None or not self._is_key_good():
            return refusal
        return MayNotEdit(
            provider=self.name,
            doing=refusal.doing,
            status=refusal.status,
            excerpt=f"{refusal.excerpt} (the key works, but not for this stand-up)",
        )

    def _is_key_good(self) -> bool:
        """False as well where that cannot be told just now: the refusal alone is certain."""
        try:
            self.me()
        except IntegrationError:
            return False
        return True

    def _written(self, fields: Mapping[str, Any], *, doing: str) -> dict[str, Any]:
        unknown = sorted(fields.keys() - NAMES)
        if unknown:
            raise ValueError(f"a stand-up has no {', '.join(unknown)}")
        for user_id in fields.get("users", ()):
            self._user(user_id, doing=doing)
        return written(dict(fields))

    def _user(self, user_id: Any, *, doing: str) -> str:
        """Null in place of a participant would ask nobody, or be refused in words of no help."""
        if isinstance(user_id, str) and user_id.strip():
            return user_id
        raise RejectedError(
            provider=self.name, doing=doing, excerpt="somebody to be asked has no Slack id"
        )

    def _rows(self, shape: type[S], response: requests.Response, *, doing: str) -> list[S]:
        body = self.json(response, doing=doing)
        if not isinstance(body, list):
            raise self._odd(doing, "the answer is no list")
        return [shaped(shape, row, provider=self.name, doing=doing) for row in body]

    def _one(self, shape: type[S], response: requests.Response, *, doing: str) -> S:
        return shaped(shape, self.json(response, doing=doing), provider=self.name, doing=doing)

    # -------------------------------------------------------------------- errors

    def classify(self, response: requests.Response, doing: str) -> IntegrationError:
        said = self.said(response, doing)
        if response.status_code == 403:
            return RejectedError(**said)  # a feature that the team has not, say
        if response.status_code == 404:
            return _missing(said["excerpt"])(**said)
        return super().classify(response, doing)

    def words_of(self, body: Any) -> str:
        """`error` is a text or an object with a message, or the whole body is a text."""
        error = body.get("error") if isinstance(body, Mapping) else body
        words = error.get("message") if isinstance(error, Mapping) else error
        return words if isinstance(words, str) else ""

    def _odd(self, doing: str, what: str) -> UnexpectedError:
        return UnexpectedError(provider=self.name, doing=doing, excerpt=what)


def _missing(words: str) -> Callable[..., RejectedError]:
    """Of a 404: only its words tell whether it is the stand-up or the participant."""
    return NotAParticipant if "not member" in words.lower() else NoSuchStandup
