"""Breathe HR: who works at a company, and when they are away. Reading only; no Django here.

Breathe answers with bank details, salaries and illnesses. What is not declared here is dropped
where an answer is parsed, and goes no further.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import requests
from pydantic import BeforeValidator, Field, StringConstraints

from integrations.client import Client
from integrations.errors import IntegrationError, ReconnectError, UnexpectedError
from integrations.shapes import Day, Page, Shape, rows_in, shaped

# The most that Breathe gives. Always sent: what it gives without is 25, or 100.
PAGE_SIZE = 100
CURRENT = "Current employee"
# One target of a Link header with its parameters, and one of those.
LINK = re.compile(r'<([^<>]*)>((?:[^,"<>]|"[^"]*")*)')
PARAMETER = re.compile(r';\s*([^\s;,="]+)\s*=\s*(?:"([^"]*)"|([^\s;,"]*))')

R = TypeVar("R", bound=Shape)
S = TypeVar("S", bound=Shape)


# ------------------------------------------------------------------- what is used


class Employee(Shape):
    id: int
    email: str  # "" where Breathe has none, and as it is written there
    name: str
    status: str

    @property
    def is_current(self) -> bool:
        return self.status == CURRENT


class Absence(Shape):
    """Approved holiday or other leave; both ends are included. It may end before it starts."""

    id: int
    employee_id: int
    is_holiday: bool
    reason_id: int | None
    reason: str
    start: Day
    end: Day
    half_start: bool
    half_end: bool
    cancelled: bool


class Sickness(Shape):
    """`end` is None as long as the person is off. What somebody suffers from is not here."""

    id: int
    employee_id: int
    start: Day
    end: Day | None
    half_start: bool
    half_end: bool
    status: str


class Course(Shape):
    """A training course. Without one of its dates it is a wish or a certificate, and no event."""

    id: str
    employee_id: int
    start: Day | None
    end: Day | None
    half_day: bool
    half: Literal["am", "pm"] | None
    status: str


class Reason(Shape):
    """A reason of other leave, in the company's own words."""

    id: int
    name: Annotated[str, StringConstraints(strip_whitespace=True)]


# --------------------------------------------------------------- as Breathe says it


def _flag(value: object) -> object:
    return False if value is None else value


def _half(value: object) -> object:
    """Only a clear morning or afternoon is one."""
    text = value.strip().lower() if isinstance(value, str) else None
    return text if text in ("am", "pm") else None


Flag = Annotated[bool, BeforeValidator(_flag)]
Half = Annotated[Literal["am", "pm"] | None, BeforeValidator(_half)]
# Shown to people and compared with nothing, so a name of another kind is simply none.
Name = Annotated[str, BeforeValidator(lambda value: value if isinstance(value, str) else "")]


class _Ref(Shape):
    id: int


class _Employee(Shape):
    id: int
    email: str | None
    known_as: Name = ""
    first_name: Name = ""
    last_name: Name = ""
    status: str

    def cut(self) -> Employee:
        first = self.known_as.strip() or self.first_name.strip()
        return Employee(
            id=self.id,
            email=(self.email or "").strip(),
            name=f"{first} {self.last_name.strip()}".strip(),
            status=self.status,
        )


class _LeaveReason(Shape):
    id: int
    name: str | None


class _Absence(Shape):
    id: int
    employee: _Ref
    type: Literal["Holiday", "OtherLeave"]
    leave_reason: _LeaveReason | None
    start_date: Day
    end_date: Day
    half_start: Flag = False
    half_end: Flag = False
    cancelled: bool

    def cut(self) -> Absence:
        reason = self.leave_reason
        return Absence(
            id=self.id,
            employee_id=self.employee.id,
            is_holiday=self.type == "Holiday",
            reason_id=reason.id if reason else None,
            reason=(reason.name or "").strip() if reason else "",
            start=self.start_date,
            end=self.end_date,
            half_start=self.half_start,
            half_end=self.half_end,
            cancelled=self.cancelled,
        )


class _Sickness(Shape):
    id: int
    employee: _Ref
    start_date: Day
    end_date: Day | None
    half_start: Flag = False
    half_end: Flag = False
    status: str

    def cut(self) -> Sickness:
        return Sickness(
            id=self.id,
            employee_id=self.employee.id,
            start=self.start_date,
            end=self.end_date,
            half_start=self.half_start,
            half_end=self.half_end,
            status=self.status,
        )


class _Course(Shape):
    id: int | Annotated[str, Field(min_length=1)]
    employee: _Ref
    start_on: Day | None
    end_on: Day | None
    half_day: Flag = False
    half_day_am_pm: Half = None
    status: str

    def cut(self) -> Course:
        return Course(
            id=str(self.id),
            employee_id=self.employee.id,
            start=self.start_on,
            end=self.end_on,
            half_day=self.half_day,
            half=self.half_day_am_pm,
            status=self.status,
        )


class _Account(Shape):
    name: str


class _AccountAnswer(Shape):
    account: _Account


# ----------------------------------------------------------------------- the client


class BreatheClient(Client):
    """Each list comes a page at a time: `page` is the address that the page before gave as next.

    No list is narrowed down by dates: what `start_date` alone leaves out is not certain, and leave
    that began long ago would be missing.
    """

    name = "Breathe HR"

    def employees(self, page: str | None = None) -> Page[Employee]:
        """Everybody, those who have left as well."""
        return self._page("employees", page, shape=_Employee, cut=_Employee.cut)

    def absences(self, page: str | None = None) -> Page[Absence]:
        """Holidays and other leave of everybody, cancelled ones as well."""
        return self._page("absences", page, shape=_Absence, cut=_Absence.cut)

    def sicknesses(self, page: str | None = None) -> Page[Sickness]:
        return self._page("sicknesses", page, shape=_Sickness, cut=_Sickness.cut)

    def courses(self, page: str | None = None) -> Page[Course]:
        return self._page("employee_training_courses", page, shape=_Course, cut=_Course.cut)

    def leave_reasons(self) -> list[Reason]:
        """The reasons of other leave, retired ones as well; they come all at once."""
        doing = "reading the reasons of leave"
        response = self._get(self._sized("/other_leave_reasons"), doing=doing)
        body = self.json(response, doing=doing)
        rows = rows_in(body, "other_leave_reasons", provider=self.name, doing=doing)
        return [shaped(Reason, row, provider=self.name, doing=doing) for row in rows]

    def account(self) -> str:
        """The company's name."""
        doing = "asking whose key this is"
        body = self.json(self._get("/account", doing=doing), doing=doing)
        answer = shaped(_AccountAnswer, body, provider=self.name, doing=doing)
        return answer.account.name.strip()

    # ----------------------------------------------------------------- requests

    def _page(
        self, name: str, page: str | None, *, shape: type[S], cut: Callable[[S], R]
    ) -> Page[R]:
        doing = f"reading {name.replace('_', ' ')}"
        address = self._sized(page or f"/{name}")
        response = self._get(address, doing=doing)
        rows = rows_in(self.json(response, doing=doing), name, provider=self.name, doing=doing)
        return Page(
            rows=[cut(shaped(shape, row, provider=self.name, doing=doing)) for row in rows],
            next=self._following(response.headers.get("Link", ""), address, doing=doing),
            total=_total(response.headers.get("Total", "")),
        )

    def _get(self, address: str, *, doing: str) -> requests.Response:
        signed = {"X-API-KEY": self.key("api_key"), "Accept": "application/json"}
        return self.request("GET", address, doing=doing, headers=signed)

    def _sized(self, address: str) -> str:
        """The address at Breathe, with our size of a page: pages of another are other pages."""
        with suppress(ValueError):
            parts = urlsplit(self.url(address))
            pairs = parse_qsl(parts.query, keep_blank_values=True)
            asked = [pair for pair in pairs if pair[0] != "per_page"]
            query = urlencode([*asked, ("per_page", str(PAGE_SIZE))])
            return parts._replace(query=query, fragment="").geturl()
        raise self._odd("following a link", "it is no address")

    def _following(self, header: str, asked: str, *, doing: str) -> str | None:
        """The address of the next page; None where there is none, or no header at all."""
        targets = _targets(header)
        if header.strip() and not targets:
            raise self._odd(doing, "its Link header is not one")  # rather than the end
        target = targets.get("next")
        if target is None:
            return None
        address = self._sized(self._joined(asked, target))
        if address == asked:
            raise self._odd(doing, "its pages do not come to an end")
        return address

    def _joined(self, asked: str, target: str) -> str:
        with suppress(ValueError):
            return urljoin(asked, target)
        raise self._odd("following a link", "it is no address")

    # ------------------------------------------------------------------- errors

    def classify(self, response: requests.Response, doing: str) -> IntegrationError:
        said = self.said(response, doing)
        if response.status_code == 403:
            return ReconnectError(**said)  # a key that may not read this is no use to us
        if response.status_code == 404:
            return UnexpectedError(**said)  # every path we ask for exists
        return super().classify(response, doing)

    def words_of(self, body: Any) -> str:
        """`error` is a text, or an object with a type and complaints by field; nothing else."""
        error = body.get("error") if isinstance(body, Mapping) else None
        if isinstance(error, str):
            return error
        if not isinstance(error, Mapping):
            return ""
        kind = error.get("type")
        complaints = [
            f"{field} {', '.join(words)}"
            for field, words in error.items()
            if isinstance(words, list) and all(isinstance(word, str) for word in words)
        ]
        return "; ".join([kind, *complaints] if isinstance(kind, str) else complaints)

    def _odd(self, doing: str, what: str) -> UnexpectedError:
        return UnexpectedError(provider=self.name, doing=doing, excerpt=what)


def _targets(header: str) -> dict[str, str]:
    """Where a Link header leads, by rel; of two for one rel the first counts."""
    found: dict[str, str] = {}
    for target, parameters in LINK.findall(header):
        for name, quoted, bare in PARAMETER.findall(parameters):
            if name.lower() == "rel":
                for rel in (quoted or bare).lower().split():
                    found.setdefault(rel, target.strip())
    return found


def _total(header: str) -> int | None:
    text = header.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
