"""The records of the Geekbot stand-in, and what a test or a person does to them by hand."""

from collections.abc import Iterable
from itertools import count
from typing import Any, TypeVar

from integrations.geekbot.sandbox_stored import (
    Asking,
    StoredChannel,
    StoredReport,
    StoredStandup,
    StoredUser,
    back,
    plain,
)
from integrations.sandbox import Sandbox

K = TypeVar("K")
R = TypeVar("R")

FIRST = {"standup": 7001, "question": 9001, "asking": 1, "report": 8001}


class Records(Sandbox):
    users: dict[str, StoredUser]
    channels: dict[str, StoredChannel]
    standups: dict[int, StoredStandup]
    askings: list[Asking]
    reports: dict[int, StoredReport]
    # What came over the API and was done: the verb and the id of the stand-up.
    writes: list[tuple[str, int]]

    def empty(self) -> None:
        self.users, self.channels, self.standups = {}, {}, {}
        self.askings, self.reports, self.writes = [], {}, []
        self._ids = {name: count(first) for name, first in FIRST.items()}

    def next_id(self, name: str) -> int:
        return next(self._ids[name])

    # ------------------------------------------------------------------- by hand

    def add_user(self, user_id: str, username: str, realname: str, **more: Any) -> StoredUser:
        return self._added(self.users, user_id, StoredUser(user_id, username, realname, **more))

    def meet(self, ids: Iterable[str]) -> None:
        """People of the team's Slack that the stand-in has not heard of yet."""
        for user_id in ids:
            if user_id not in self.users:
                self.add_user(user_id, user_id.lower(), user_id)

    def add_channel(self, channel_id: str, name: str, **more: Any) -> StoredChannel:
        return self._added(self.channels, channel_id, StoredChannel(channel_id, name, **more))

    def add_standup(self, name: str, *questions: str, **more: Any) -> StoredStandup:
        """`master` is required; the rest is as in `StoredStandup`."""
        with self.lock:
            number = self.next_id("standup")
            more.setdefault("channel", "support")
            more.setdefault("created", self.now().isoformat())
            held = StoredStandup(number, name, questions=self.asked(questions), **more)
            return self._added(self.standups, number, held)

    def asked(self, texts: Any) -> list[tuple[int, str]]:
        return [(self.next_id("question"), text) for text in texts]

    def change_standup(self, number: int, **changes: Any) -> StoredStandup:
        """As somebody does in Geekbot's own pages: renames it, pauses it, moves it."""
        with self.lock:
            self.catch_up()
            held = self.standups[number]
            for name, value in changes.items():
                if not hasattr(held, name):
                    raise AttributeError(f"a stand-up has no {name}")
                setattr(held, name, value)
            self.dirty = True
            return held

    def delete_standup(self, number: int) -> StoredStandup:
        with self.lock:
            self.catch_up()
            self.dirty = True
            return self.standups.pop(number)

    def named(self, channel: str) -> list[StoredChannel]:
        return [each for each in self.channels.values() if each.name == channel]

    def channel_name(self, given: str) -> str:
        """Of a channel given by its id, or by its name with or without #."""
        held = self.channels.get(given)
        return held.name if held else given.removeprefix("#")

    def catch_up(self) -> None:
        raise NotImplementedError

    def _added(self, records: dict[K, R], key: K, record: R) -> R:
        with self.lock:
            records[key] = record
            self.dirty = True
            return record

    def wrote(self, verb: str, number: int) -> None:
        self.writes.append((verb, number))
        self.dirty = True

    # ------------------------------------------------------------------- keeping

    def records_snapshot(self) -> dict[str, Any]:
        return {
            "users": [plain(each) for each in self.users.values()],
            "channels": [plain(each) for each in self.channels.values()],
            "standups": [plain(each) for each in self.standups.values()],
            "askings": [plain(each) for each in self.askings],
            "reports": [plain(each) for each in self.reports.values()],
            "writes": self.writes,
            "ids": {name: self._peek(name) for name in FIRST},
        }

    def _peek(self, name: str) -> int:
        number = next(self._ids[name])
        self._ids[name] = count(number)
        return number

    def records_restore(self, data: dict[str, Any]) -> None:
        self.empty()
        self.users = {row["id"]: StoredUser(**row) for row in data["users"]}
        self.channels = {row["id"]: StoredChannel(**row) for row in data["channels"]}
        self.standups = {row["id"]: StoredStandup(**back(row)) for row in data["standups"]}
        self.askings = [Asking(**back(row)) for row in data["askings"]]
        self.reports = {row["id"]: StoredReport(**back(row)) for row in data["reports"]}
        self.writes = [(verb, number) for verb, number in data["writes"]]
        self._ids = {name: count(first) for name, first in data["ids"].items()}
