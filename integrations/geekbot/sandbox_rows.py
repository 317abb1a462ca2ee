"""How Geekbot's legacy API tells what is kept: people, stand-ups, reports."""

from collections.abc import Mapping
from typing import Any

from integrations.geekbot.sandbox_stored import StoredReport, StoredStandup, StoredUser

TEAM = {"id": 4001, "name": "Example Team"}
COLOR = "#FFC107"
Row = dict[str, Any]
Users = Mapping[str, StoredUser]


def owner(user: StoredUser) -> Row:
    """Whose key it is; nobody else is told in such detail."""
    return {
        "id": user.id,
        "username": user.username,
        "realname": user.realname,
        "firstname": user.realname.partition(" ")[0],
        "email": user.email,
        "profile_img": picture(user, 192),
        "timezone": user.timezone,
        "is_admin": user.is_admin,
        "is_billing_admin": False,
        "role": user.role,
    }


def person(user: StoredUser) -> Row:
    return {
        "id": user.id,
        "role": user.role,
        "email": user.email,
        "username": user.username,
        "realname": user.realname or None,
        "profile_img": picture(user, 48),
    }


def picture(user: StoredUser, size: int) -> str:
    return f"https://img.example.org/{user.username}/{size}.png"


def standup(held: StoredStandup, *, users: Users, ready: bool, timezone: str) -> Row:
    """The wait is in seconds here, and -1 where there is none."""
    participants = [person(users[user]) for user in held.users if user in users]
    return {
        "id": held.id,
        "name": held.name,
        "time": held.time,
        "wait_time": -1 if held.wait_minutes is None else held.wait_minutes * 60,
        "timezone": timezone,
        "days": held.days,
        "channel": "" if held.confidential else f"#{held.channel}",
        "channel_ready": ready,
        "questions": [question(number, text) for number, text in held.questions],
        "users": participants,
        "users_total": len(participants),
        "webhooks": [],
        "master": held.master,
        "sync_channel_members": held.sync,
        "sync_channel_ready": held.sync and ready,
        "sync_channel": held.channel if held.sync else None,
        "confidential": held.confidential,
        "anonymous": held.anonymous,
        "draft": held.draft,
        "paused": held.paused,
    }


def question(number: int, text: str) -> Row:
    return {
        "id": number,
        "color": COLOR,
        "text": text,
        "schedule": None,
        "answer_type": "text",
        "answer_choices": [],
        "hasAnswers": False,
        "is_random": False,
        "random_texts": [],
        "prefilled_by": None,
        "text_id": number - 8970,
        "preconditions": [],
        "label": None,
        "flavor": "",
    }


def report(held: StoredReport, *, user: StoredUser | None, channel: str, slack_ts: Any) -> Row:
    """Without a user the stand-up is anonymous: then the member is not told at all."""
    moment = int(held.at.timestamp())
    row: Row = {
        "id": held.id,
        "slack_ts": slack_ts,
        "standup_id": held.standup,
        "timestamp": moment,
        "channel": f"#{channel}",
        "is_anonymous": user is None,
        "broadcast_thread": False,
        "is_confidential": False,
        "questions": [
            {
                "id": held.id * 10 + place,
                "question": text,
                "question_id": number,
                "color": COLOR,
                "answer": given,
                "images": [],
            }
            for place, ((number, text), given) in enumerate(
                zip(held.questions, held.answers, strict=True)
            )
        ],
    }
    if user is not None:
        row["member"] = {
            "id": user.id,
            "username": user.username,
            "realname": user.realname or None,
            "profileImg": picture(user, 192),
        }
    return row
