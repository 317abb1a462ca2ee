"""What may be written to a stand-up at the Geekbot stand-in, and in which words it is refused."""

import json
import re
from collections.abc import Collection, Mapping
from typing import Any
from zoneinfo import available_timezones

from integrations.geekbot.sandbox_stored import USER_LOCAL, WEEKDAYS

TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]")
SLACK_ID = re.compile(r"[UW][0-9A-Z]{2,}")
KNOWN = frozenset(
    ("name", "channel", "time", "days", "questions", "users", "timezone", "wait_time")
) | {"sync_channel_members", "personalised"}
NO_USERS = (
    "You should send an array with users to add to the standup or use the sync channel members "
    "option"
)
NO_USERS_BY_HAND = 'You tried to set participants manually but "users" param is missing'
BAD_TIME = "Time should be in format xx:xx:xx (24 hours format)"
BAD_QUESTIONS = '"questions" must be an array of objects having a "question" property'
BAD_QUESTION = 'Each question must have a "question" property'


class Invalid(ValueError):
    """In the words of the provider, as far as they are known."""


def body_of(content: bytes) -> Mapping[str, Any]:
    try:
        body = json.loads(content or b"{}")
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Invalid("The body must be a JSON object")
    return body


def check_new(body: Mapping[str, Any]) -> None:
    """What a new stand-up needs, in the order in which it is missed."""
    if not body.get("sync_channel_members") and not body.get("users"):
        raise Invalid(NO_USERS)
    if not body.get("time") or not body.get("days"):
        raise Invalid("time amd days must be set")
    if not body.get("questions"):
        raise Invalid("Please define questions")
    for name in ("name", "channel"):
        if not body.get(name):
            raise Invalid(f"{name} must be set")


def check_change(body: Mapping[str, Any], *, empty_users: bool) -> None:
    if body.get("sync_channel_members") is False and "users" not in body:
        raise Invalid(NO_USERS_BY_HAND)
    if body.get("users") == [] and not body.get("sync_channel_members") and not empty_users:
        raise Invalid(NO_USERS)


def read(
    body: Mapping[str, Any], *, users: Collection[str], unknown: str, unknown_users: str
) -> dict[str, Any]:
    """The fields as they are kept, those that were sent; `questions` are texts."""
    strangers = sorted(body.keys() - KNOWN)
    if strangers and unknown == "refused":
        raise Invalid(f"Unknown parameters: {', '.join(strangers)}")
    found = {name: value for name, value in body.items() if name in KNOWN}
    found |= {name: _checked(name, found[name]) for name in found if name in CHECKS}
    if "wait_time" in found:
        found["wait_minutes"] = found.pop("wait_time")
    if "sync_channel_members" in found:
        found["sync"] = bool(found.pop("sync_channel_members"))
    if "users" in found:
        found["users"] = _participants(found["users"], users, strangers=unknown_users)
    return found


def _checked(name: str, value: Any) -> Any:
    return CHECKS[name](value)


def _name(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Invalid("name must be a text")
    return value


def _channel(value: Any) -> str:
    if not isinstance(value, str) or not value.strip("# "):
        raise Invalid("channel must be a text")
    return value.strip().removeprefix("#")


def _time(value: Any) -> str:
    if not isinstance(value, str) or not TIME.fullmatch(value):
        raise Invalid(BAD_TIME)
    return value


def _days(value: Any) -> list[str]:
    if not isinstance(value, list) or not value or not set(value) <= set(WEEKDAYS):
        raise Invalid(f"days must be some of {', '.join(WEEKDAYS)}")
    return [day for day in WEEKDAYS if day in value]


def _timezone(value: Any) -> str:
    if value != USER_LOCAL and value not in available_timezones():
        raise Invalid("timezone must be a valid time zone")
    return str(value)


def _wait(value: Any) -> int | None:
    """In minutes; null and -1 are the same."""
    if value is None or value == -1:
        return None
    if type(value) is not int or value < 0:
        raise Invalid("wait_time must be a number of minutes")
    return value


def _questions(value: Any) -> list[str]:
    """The shape in which they are told is none in which they are taken."""
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise Invalid(BAD_QUESTIONS)
    texts = [each.get("question") for each in value]
    if not all(isinstance(text, str) and text.strip() for text in texts):
        raise Invalid(BAD_QUESTION)
    if not texts:
        raise Invalid("Please define questions")
    return [str(text) for text in texts]


def _participants(value: Any, known: Collection[str], *, strangers: str) -> list[str]:
    if not isinstance(value, list):
        raise Invalid("users must be an array of user ids")
    texts = [each for each in value if isinstance(each, str)]
    found = [
        each for each in texts if each in known or (strangers == "met" and SLACK_ID.fullmatch(each))
    ]
    if len(found) < len(value) and strangers != "left out":
        raise Invalid("Some of the users could not be found")
    return list(dict.fromkeys(found))


CHECKS = {
    "name": _name,
    "channel": _channel,
    "time": _time,
    "days": _days,
    "timezone": _timezone,
    "wait_time": _wait,
    "questions": _questions,
}
