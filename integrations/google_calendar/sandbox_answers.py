"""How the Google Calendar stand-in answers: refusals in Google's shape, and only what was asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from integrations.sandbox import Response, json_answer

Row = dict[str, Any]
# What to answer, by name; None is the whole of it.
Mask = dict[str, Any]


class Refused(Exception):
    """The answer instead."""

    def __init__(self, answer: Response) -> None:
        super().__init__(answer.status)
        self.answer = answer


def refusal(status: int, reason: str, message: str) -> Response:
    told = {"domain": "global", "reason": reason, "message": message}
    error = {"code": status, "message": message, "errors": [told]}
    return json_answer({"error": error}, status=status)


def refuse(status: int, reason: str, message: str) -> NoReturn:
    raise Refused(refusal(status, reason, message))


NOT_FOUND = (404, "notFound", "Not Found")
DELETED = (410, "deleted", "Resource has been deleted")
DUPLICATE = (409, "duplicate", "The requested identifier already exists.")
CHANGED = (412, "conditionNotMet", "Precondition Failed")
INVALID_CREDENTIALS = (401, "authError", "Invalid Credentials")
TOO_LITTLE = (403, "insufficientPermissions", "Insufficient Permission")
READER = (403, "requiredAccessLevel", "You need to have writer access to this calendar.")
OWNERS_ONLY = (403, "forbidden", "Forbidden")
NOT_ORGANIZER = (
    403,
    "forbiddenForNonOrganizer",
    "Shared properties can only be changed by the organizer of the event.",
)
NO_GUESTS = (
    403,
    "forbiddenForServiceAccounts",
    "Service accounts cannot invite attendees without Domain-Wide Delegation of Authority.",
)
API_OFF = (
    403,
    "accessNotConfigured",
    "Google Calendar API has not been used in project 1 before or it is disabled.",
)
USER_TOO_FAST = (403, "userRateLimitExceeded", "User Rate Limit Exceeded")
TOO_FAST = ("rateLimitExceeded", "Rate Limit Exceeded")
SPENT = (403, "quotaExceeded", "Calendar usage limits exceeded.")


@dataclass(frozen=True)
class Fields:
    """A selection such as `id,items(id,start)`; an empty one is everything."""

    text: str

    def of(self, data: Row) -> Row:
        return _cut(data, mask_of(self.text)) if self.text else data


def mask_of(text: str) -> Mask:
    mask: Mask = {}
    name, inner, depth = "", "", 0
    for char in f"{text},":
        if char == "," and depth == 0:
            mask[name] = mask_of(inner) if inner else None
            name, inner = "", ""
            continue
        depth += {"(": 1, ")": -1}.get(char, 0)
        if depth == 0:
            name += char.strip(")")
        elif (char, depth) != ("(", 1):
            inner += char
    return mask


def _cut(data: Any, mask: Mask) -> Any:
    if isinstance(data, list):
        return [_cut(each, mask) for each in data]
    if not isinstance(data, Mapping):
        return data
    return {
        name: value if mask[name] is None else _cut(value, mask[name])
        for name, value in data.items()
        if name in mask
    }
