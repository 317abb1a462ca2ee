"""Requests of Calendar v3 as Google's own client builds them; who sends them is the client's part.

The description of the API that the package brings along decides the path, the names of parameters
and what must be there. It is loaded where the first request is built: it takes twenty megabytes.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from integrations.errors import RejectedError

NAME = "Google Calendar"


@dataclass(frozen=True)
class Asked:
    """One request; `path` begins below the base address and has its query with it."""

    method: str
    path: str
    body: str | None


def asked(resource: str, method: str, **parameters: Any) -> Asked:
    """TypeError for a parameter that the API does not have; None is one that is not given."""
    if any(value in (".", "..") for value in parameters.values()):
        # As a part of a path it would lead elsewhere: from an event up to its calendar.
        raise RejectedError(provider=NAME, doing="naming a calendar", excerpt="this is no id")
    request = getattr(_resource(resource), method)(**parameters)
    path = request.uri.removeprefix(_calendar()._baseUrl.rstrip("/"))
    return Asked(method=request.method, path=path, body=request.body)


@cache
def _resource(name: str) -> Any:
    return getattr(_calendar(), name)()


@cache
def _calendar() -> Any:
    import httplib2
    from googleapiclient.discovery import build

    # Nothing goes through this: without it, credentials of this machine would be looked for.
    return build(
        "calendar", "v3", http=httplib2.Http(), static_discovery=True, cache_discovery=False
    )
