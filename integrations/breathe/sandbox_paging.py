"""Pages and the allowance of requests as the Breathe stand-in keeps them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urlencode

from integrations.sandbox import Request

LARGEST_PAGE = 100
MINUTE = timedelta(minutes=1)


class Refused(Exception):
    """A parameter that Breathe would complain of: its name, and the complaint."""

    def __init__(self, name: str, words: str) -> None:
        super().__init__(name, words)
        self.name = name
        self.words = words


@dataclass(frozen=True)
class Asked:
    """Which page of how many rows."""

    page: int
    size: int

    def first(self) -> int:
        return (self.page - 1) * self.size


def asked_page(request: Request, *, usual: int, too_many: Literal["clamped", "refused"]) -> Asked:
    size = _number(request, "per_page", usual)
    if size > LARGEST_PAGE and too_many == "refused":
        raise Refused("per_page", "invalid")
    return Asked(_number(request, "page", 1), min(size, LARGEST_PAGE))


def _number(request: Request, name: str, usual: int) -> int:
    text = request.query.get(name, str(usual))
    if not (text.isascii() and text.isdigit() and int(text)):
        raise Refused(name, "invalid")
    return int(text)


def page_headers(request: Request, asked: Asked, *, total: int) -> dict[str, str]:
    """`Link` only where there is another page; a page past the end leads back."""
    last = max(1, -(-total // asked.size))
    rels: dict[str, int] = {}
    if asked.page > 1:
        rels |= {"first": 1, "prev": min(asked.page - 1, last)}
    if asked.page < last:
        rels |= {"last": last, "next": asked.page + 1}
    links = [f'<{_address(request, page)}>; rel="{rel}"' for rel, page in rels.items()]
    link = {"Link": ", ".join(links)} if links else {}
    return link | {"Total": str(total), "Per-Page": str(asked.size)}


def _address(request: Request, page: int) -> str:
    query = sorted({**request.query, "page": str(page)}.items())
    return f"{request.base_url}{request.path}?{urlencode(query)}"


@dataclass
class Allowance:
    """Requests a minute of each key; what is refused does not count."""

    passed: dict[str, list[datetime]] = field(default_factory=dict)

    def wait(
        self, key: str, *, allowed: int, window: Literal["fixed", "sliding"], now: datetime
    ) -> timedelta | None:
        """None if it may pass, and then it counts; else how long until the next one may."""
        begin = now - MINUTE if window == "sliding" else now.replace(second=0, microsecond=0)
        recent = [
            at for at in self.passed.get(key, []) if at > begin or (window, at) == ("fixed", begin)
        ]
        if len(recent) < allowed:
            self.passed[key] = [*recent, now]
            return None
        self.passed[key] = recent
        freed = recent[-allowed] if window == "sliding" else begin
        return freed + MINUTE - now
