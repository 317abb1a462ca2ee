"""What the Slack stand-in holds, and how tests and happenings change it; nothing is asked here."""

from collections.abc import Iterable
from datetime import UTC
from typing import Any

from pydantic import TypeAdapter

from integrations.sandbox import Sandbox
from integrations.slack.sandbox_stored import (
    StoredChannel,
    StoredGroup,
    StoredPost,
    StoredToken,
    StoredUser,
)

KEPT: dict[str, TypeAdapter[Any]] = {
    "users": TypeAdapter(dict[str, StoredUser]),
    "groups": TypeAdapter(dict[str, StoredGroup]),
    "channels": TypeAdapter(dict[str, StoredChannel]),
    "posts": TypeAdapter(list[StoredPost]),
    "events": TypeAdapter(list[StoredPost]),
    "tokens": TypeAdapter(dict[str, StoredToken]),
    "calls": TypeAdapter(dict[str, int]),
}
TEAM_ID, TEAM = "T0EXAMPLE1", "Example Team"


class Records(Sandbox):
    users: dict[str, StoredUser]
    groups: dict[str, StoredGroup]
    channels: dict[str, StoredChannel]
    posts: list[StoredPost]
    # What a channel tells of itself among its messages: who joined.
    events: list[StoredPost]
    tokens: dict[str, StoredToken]
    # How often each method was asked for since the beginning.
    calls: dict[str, int]

    def empty(self) -> None:
        self.users, self.groups, self.channels = {}, {}, {}
        self.posts, self.events, self.tokens, self.calls = [], [], {}, {}
        self._last = 0

    # ------------------------------------------------------------------- changing

    def add_user(self, real_name: str, *, id: str = "", **more: Any) -> str:
        """`more` as in StoredUser; its id."""
        with self.lock:
            self.dirty = True
            number = id or f"U0{self._number():08}"
            name = more.pop("name", real_name.split()[0].lower())
            self.users[number] = StoredUser(number, name, real_name, **more)
            return number

    def change_user(self, user_id: str, **changes: Any) -> None:
        """As an admin does it, or the person."""
        with self.lock:
            self.dirty = True
            user = self.users[user_id]
            for name, value in changes.items():
                if not hasattr(user, name):
                    raise ValueError(f"people have no {name!r}")
                setattr(user, name, value)
            if user.deleted and self.switches["deactivated"] == "leave usergroups":
                for group in self.groups.values():
                    group.users = [each for each in group.users if each != user_id]

    def add_group(
        self, handle: str, users: Iterable[str] = (), *, id: str = "", name: str = ""
    ) -> str:
        with self.lock:
            self.dirty = True
            number = id or f"S0{self._number():08}"
            self.groups[number] = StoredGroup(
                number, handle, name or handle.replace("-", " ").capitalize(), list(users)
            )
            return number

    def add_channel(self, name: str, *, id: str = "", **more: Any) -> str:
        """`more` as in StoredChannel."""
        with self.lock:
            self.dirty = True
            number = id or f"C0{self._number():08}"
            self.channels[number] = StoredChannel(number, name, **more)
            return number

    def set_members(self, group_id: str, users: Iterable[str], *, by: str = "") -> None:
        with self.lock:
            self.dirty = True
            group = self.groups[group_id]
            group.users, group.updated_at, group.updated_by = list(users), self.seconds(), by

    def set_enabled(self, group_id: str, *, enabled: bool) -> None:
        with self.lock:
            self.dirty = True
            self.groups[group_id].deleted_at = 0 if enabled else self.seconds()

    # -------------------------------------------------------------------- looking

    def group(self, handle: str) -> StoredGroup:
        """By its handle; LookupError where there is none."""
        found = [group for group in self.groups.values() if group.handle == handle]
        if not found:
            raise LookupError(f"there is no usergroup {handle!r}")
        return found[0]

    def channel_named(self, name: str) -> StoredChannel:
        found = [channel for channel in self.channels.values() if channel.name == name]
        if not found:
            raise LookupError(f"there is no channel {name!r}")
        return found[0]

    def posts_in(self, name: str) -> list[StoredPost]:
        """What was posted in a channel, by its name; or to a person, by the id."""
        ids = [channel.id for channel in self.channels.values() if channel.name == name]
        return [post for post in self.posts if post.channel in ids]

    def seconds(self) -> int:
        return int(self.now().astimezone(UTC).timestamp())

    def new_ts(self) -> str:
        """A moment that no other message has: six decimals."""
        taken = [_micro(post) for post in (*self.posts, *self.events)]
        micro = max([int(self.now().timestamp() * 1_000_000), *(one + 1 for one in taken)])
        return f"{micro // 1_000_000}.{micro % 1_000_000:06}"

    def _number(self) -> int:
        self._last += 1
        return self._last

    # -------------------------------------------------------------------- keeping

    def snapshot(self) -> dict[str, Any]:
        kept = {
            name: kind.dump_python(getattr(self, name), mode="json") for name, kind in KEPT.items()
        }
        return {**kept, "last": self._last}

    def restore(self, data: dict[str, Any], blobs: dict[str, bytes]) -> None:
        for name, kind in KEPT.items():
            setattr(self, name, kind.validate_python(data[name]))
        self._last = data["last"]


def _micro(post: StoredPost) -> int:
    return int(post.ts.replace(".", ""))
