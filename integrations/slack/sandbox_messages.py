"""Channels, conversations and messages at the Slack stand-in."""

from typing import Any

from integrations.sandbox import Request, Response, route
from integrations.slack import sandbox_rows as rows
from integrations.slack.sandbox_access import refuse
from integrations.slack.sandbox_people import METHODS, People, ok
from integrations.slack.sandbox_stored import StoredChannel, StoredPost

LONGEST = 40_000
SCOPE_OF = {"public": "channels:history", "private": "groups:history", "im": "im:history"}


class Messages(People):
    @route("POST", "/api/chat.postMessage")
    def post_message(self, request: Request) -> Response:
        asker = self.asker(request)
        channel = self._recipient(self.required(request, "channel"), asker.id)
        if channel.archived:
            refuse("is_archived")
        if asker.id not in channel.users and not self._may_post_from_outside(channel):
            refuse("not_in_channel")
        if self.switches["posting"] == "restricted" and channel.kind != "im":
            refuse("restricted_action")
        text = self.fields(request).get("text", "")
        if not text:
            refuse("no_text")
        if len(text) > LONGEST:
            refuse("msg_too_long")
        metadata = (request.json() or {}).get("metadata") if request.is_json else None
        post = StoredPost(channel.id, self.new_ts(), asker.id, text, metadata)
        self.posts.append(post)
        self.dirty = True
        told = rows.message(post, with_metadata=True) | {"subtype": "bot_message"}
        return ok(channel=channel.id, ts=post.ts, message=told)

    def _may_post_from_outside(self, channel: StoredChannel) -> bool:
        return channel.kind == "public" and self.switches["outside_posting"] == "allowed"

    def _recipient(self, told: str, asker: str) -> StoredChannel:
        """By id or name, or a person by id; a private channel is unseen from outside."""
        if told in self.users:
            return self._direct(told, asker)
        name = told.removeprefix("#")
        named = (each for each in self.channels.values() if each.name == name)
        found = self.channels.get(told) or next(named, None)
        if found is None or not self._sees(found, asker):
            refuse("channel_not_found")
        return found

    def _sees(self, channel: StoredChannel, asker: str) -> bool:
        return channel.kind == "public" or asker in channel.users

    def _direct(self, user_id: str, asker: str) -> StoredChannel:
        if self.users[user_id].deleted:
            refuse("user_disabled")
        for each in self.channels.values():
            if each.kind == "im" and each.name == user_id and asker in each.users:
                return each
        number = self.add_channel(
            user_id, id=f"D0{self._number():08}", kind="im", users=[asker, user_id]
        )
        return self.channels[number]

    # -------------------------------------------------------------- conversations

    @route(METHODS, "/api/conversations.list")
    def conversations_list(self, request: Request) -> Response:
        asker, fields = self.asker(request).id, self.fields(request)
        types = (fields.get("types") or "public_channel").split(",")
        kinds = [each.removesuffix("_channel") for each in types]
        if not set(kinds) <= {"public", "private", "im", "mpim"}:
            refuse("invalid_types")
        if "private" in kinds:
            self.need(request, "groups:read")
        without = self.flag(request, "exclude_archived")
        known = [
            each
            for each in self.channels.values()
            if each.kind in kinds and self._sees(each, asker) and not (without and each.archived)
        ]
        found, following = self.page(known, request, usual=100, most=999)
        told = [rows.channel(each, asker=asker) for each in found]
        return ok(channels=told, response_metadata=following)

    @route("POST", "/api/conversations.join")
    def conversations_join(self, request: Request) -> Response:
        asker = self.asker(request).id
        channel = self._channel(request, asker)
        if channel.archived:
            refuse("is_archived")
        if channel.kind != "public":
            refuse("method_not_supported_for_channel_type")
        told: dict[str, Any] = {"channel": rows.channel(channel, asker=asker)}
        if asker in channel.users:
            warning = "already_in_channel"
            return ok(**told, warning=warning, response_metadata={"warnings": [warning]})
        channel.users.append(asker)
        words = f"<@{asker}> has joined the channel"
        told_of = StoredPost(channel.id, self.new_ts(), asker, words, subtype="channel_join")
        self.events.append(told_of)
        self.dirty = True
        return ok(channel=rows.channel(channel, asker=asker))

    @route("POST", "/api/conversations.open")
    def conversations_open(self, request: Request) -> Response:
        asker = self.asker(request).id
        user_id = self.fields(request).get("users", "")
        if not user_id:
            refuse("users_list_not_supplied")
        if user_id not in self.users:
            refuse("user_not_found")
        return ok(channel={"id": self._direct(user_id, asker).id})

    @route(METHODS, "/api/conversations.history")
    def conversations_history(self, request: Request) -> Response:
        """The newest first."""
        asker, fields = self.asker(request).id, self.fields(request)
        channel = self._channel(request, asker)
        self.need(request, SCOPE_OF[channel.kind])
        if asker not in channel.users:
            refuse("not_in_channel")
        oldest, latest = float(fields.get("oldest") or 0), float(fields.get("latest") or "inf")
        posts = [
            post
            for post in sorted((*self.posts, *self.events), key=lambda post: post.ts, reverse=True)
            if post.channel == channel.id and oldest < float(post.ts) <= latest
        ]
        found, following = self.page(posts, request, usual=100, most=999)
        tells = self.switches["metadata"] == "told" and self.flag(request, "include_all_metadata")
        told = [rows.message(post, with_metadata=tells) for post in found]
        more = bool(following["next_cursor"])
        return ok(messages=told, has_more=more, response_metadata=following)

    def _channel(self, request: Request, asker: str) -> StoredChannel:
        found = self.channels.get(self.required(request, "channel"))
        if found is None or not self._sees(found, asker):
            refuse("channel_not_found")
        return found
