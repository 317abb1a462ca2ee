"""A stand-in for Breathe HR: what a company's key reads, a page at a time."""

import json
import math
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from integrations.breathe import sandbox_company as company
from integrations.breathe.sandbox_happenings import HAPPENINGS, happen
from integrations.breathe.sandbox_paging import Allowance, Refused, asked_page, page_headers
from integrations.breathe.sandbox_records import Records
from integrations.breathe.sandbox_rows import Row
from integrations.sandbox import Fault, Request, Response, Switch, route
from integrations.sandbox.pages import fingerprint

KEY = "sandbox-breathe-key"
# The only one who can connect: a key belongs to a company, not to a person.
COMPANY = "company"
ROOTS = {"courses": "employee_training_courses", "reasons": "other_leave_reasons"}
REFUSALS = {
    "400": "Record Invalid",
    "403": "Forbidden",
    "404": "Not Found",
    "405": "Method Not Allowed",
    "409": "Conflict",
    "429": "Rate Limit Reached",
}

Keep = Callable[[Row], bool]


class BreatheSandbox(Records):
    slug = "breathe"
    title = "Breathe HR"
    prefixes = ("/v1/",)
    declared = {
        "default_per_page": Switch((25, 100), "rows of a page where none are asked for"),
        "max_per_page": Switch(("clamped", "refused"), "what becomes of more than 100"),
        "start_date": Switch(
            ("overlap", "start_on_or_after", "ignored"), "what start_date alone leaves over"
        ),
        "requests_per_minute": Switch((0,), "what one key may ask; 0: no limit", free=True),
        "rate_window": Switch(("fixed", "sliding"), "the minute in which requests are counted"),
        "retry_after": Switch(("none", "seconds"), "whether 429 says how long to wait"),
        "error_body": Switch(("object", "string"), "what `error` is in refusals other than 401"),
    }

    happenings = HAPPENINGS

    def happen(self, name: str) -> None:
        happen(self, name, today=self.now().date())

    def seed(self) -> None:
        self.keys = {KEY}
        self.allowance = Allowance()
        self.forget_rows()
        company.fill(self, today=self.now().date())

    # ------------------------------------------------------------------- access

    def grant(self, person: str) -> dict[str, Any]:
        self._require(person)
        with self.lock:
            self.keys.add(KEY)
            self.dirty = True
        return {"api_key": KEY}

    def revoke(self, person: str) -> None:
        self._require(person)
        with self.lock:
            self.keys.discard(KEY)
            self.dirty = True

    def expire(self, person: str) -> None:
        self._require(person)
        raise LookupError("keys of Breathe HR do not expire, they are only revoked")

    def _require(self, person: str) -> None:
        if person != COMPANY:
            raise LookupError(f"there is no {person!r}; there is {COMPANY}")

    def _refused(self, request: Request) -> Response | None:
        """The answer to whoever may not read, or not just now."""
        key = request.header("X-API-KEY")
        if key not in self.keys:
            return _answer({"error": "401 Unauthorized"}, status=401)
        allowed = self.switches["requests_per_minute"]
        if allowed <= 0:
            return None
        window = self.switches["rate_window"]
        wait = self.allowance.wait(key, allowed=allowed, window=window, now=self.now())
        if wait is None:
            return None
        answer = self._error("429")
        if self.switches["retry_after"] == "seconds":
            answer.headers["Retry-After"] = str(math.ceil(wait.total_seconds()))
        return answer

    # ------------------------------------------------------------------ answers

    @route("GET", "/v1/account")
    def account(self, request: Request) -> Response:
        row = {"id": 1, "uuid": "00000000-0000-4000-8000-000000000001", "name": company.NAME}
        return self._refused(request) or _answer({"account": row})

    @route("GET", "/v1/employees")
    def employees(self, request: Request) -> Response:
        return self._list(request, "employees")

    @route("GET", "/v1/employees/{employee}")
    def employee(self, request: Request) -> Response:
        number = request.args["employee"]
        found = [row for row in self.shown("employees") if str(row["id"]) == number]
        answer = _answer({"employees": found}) if found else self._error("404")
        return self._refused(request) or answer

    @route("GET", "/v1/absences")
    def absences(self, request: Request) -> Response:
        return self._list(request, "absences", self._dates, self._absence_filters)

    @route("GET", "/v1/employees/{employee}/absences")
    def absences_of(self, request: Request) -> Response:
        return self._list(request, "absences", _cancelled_filter)

    @route("GET", "/v1/sicknesses")
    def sicknesses(self, request: Request) -> Response:
        return self._list(request, "sicknesses", self._dates)

    @route("GET", "/v1/employees/{employee}/sicknesses")
    def sicknesses_of(self, request: Request) -> Response:
        return self._list(request, "sicknesses")

    @route("GET", "/v1/employee_training_courses")
    def courses(self, request: Request) -> Response:
        """Courses before `start_date` were seen to come back, so it does nothing here."""
        return self._list(request, "courses")

    @route("GET", "/v1/leave_requests")
    def leave_requests(self, request: Request) -> Response:
        """Its dates look at the start alone, and its `status` does nothing."""
        return self._list(request, "leave_requests", _starts_between)

    @route("GET", "/v1/other_leave_reasons")
    def other_leave_reasons(self, request: Request) -> Response:
        return self._refused(request) or _answer({"other_leave_reasons": self.shown("reasons")})

    def _list(
        self, request: Request, kind: str, *filters: Callable[[dict[str, str]], Keep]
    ) -> Response:
        if refused := self._refused(request):
            return refused
        own = request.args.get("employee")
        if own is not None and own not in map(str, self.lists["employees"]):
            return self._error("404")
        try:
            asked = asked_page(
                request,
                usual=self.switches["default_per_page"],
                too_many=self.switches["max_per_page"],
            )
            keeps = [self._whose(request), *(made(request.query) for made in filters)]
        except Refused as complaint:
            return self._error("400", **{complaint.name: [complaint.words]})
        rows = [row for row in self.shown(kind) if all(keep(row) for keep in keeps)]
        page = rows[asked.first() : asked.first() + asked.size]
        headers = page_headers(request, asked, total=len(rows))
        return _answer({ROOTS.get(kind, kind): page}, headers=headers)

    # ------------------------------------------------------------------ filters

    def _whose(self, request: Request) -> Keep:
        """Of one employee, or of those of one department."""
        employee = request.args.get("employee", request.query.get("employee_id"))
        department = request.query.get("department_id")

        def keep(row: Row) -> bool:
            if "employee" not in row:
                return True
            number = row["employee"]["id"]
            mine = employee is None or str(number) == employee
            return mine and (department is None or self._department(number) == department)

        return keep

    def _department(self, employee_id: int) -> str:
        known = self.lists["employees"].get(employee_id)
        return str(known["department"]["id"]) if known else ""

    def _dates(self, query: dict[str, str]) -> Keep:
        """Both dates mean overlap; what `start_date` alone means is not certain."""
        begin, end = _day(query, "start_date"), _day(query, "end_date")
        alone = self.switches["start_date"] if begin and not end else "overlap"

        def keep(row: Row) -> bool:
            if alone == "ignored":
                return True
            if alone == "start_on_or_after":
                return bool(row["start_date"] >= begin)
            ends = row["end_date"] or "9999-12-31"
            return (not begin or ends >= begin) and (not end or row["start_date"] <= end)

        return keep

    def _absence_filters(self, query: dict[str, str]) -> Keep:
        kind, reason = query.get("type"), query.get("other_leave_reason_id")
        live = _cancelled_filter(query)

        def keep(row: Row) -> bool:
            given = row["leave_reason"]
            fits = reason is None or (given is not None and str(given["id"]) == reason)
            return fits and kind in (None, row["type"]) and live(row)

        return keep

    # ------------------------------------------------------------------- errors

    def _error(self, status: str, **fields: list[str]) -> Response:
        kind = REFUSALS[status]
        whole = {"error": {"type": kind, **fields}}
        short = {"error": f"{status} {kind}"}
        as_object = self.switches["error_body"] == "object"
        return _answer(whole if as_object else short, status=int(status))

    def not_found(self, request: Request) -> Response:
        return self._error("404")

    def method_not_allowed(self, request: Request) -> Response:
        return self._error("405")

    def fault_answer(self, fault: Fault) -> Response:
        if fault.kind == "401":
            answer = _answer({"error": "401 Unauthorized"}, status=401)
        elif fault.kind in REFUSALS:
            answer = self._error(fault.kind)
        else:
            return super().fault_answer(fault)
        if fault.retry_after is not None:
            answer.headers["Retry-After"] = str(fault.retry_after)
        return answer

    # -------------------------------------------------------------------- state

    def state(self) -> dict[str, Any]:
        return {
            "people": [{"person": COMPANY, "about": f"{company.NAME}, which has one key"}],
            "tokens": [{"person": COMPANY, "key": fingerprint(key)} for key in sorted(self.keys)],
            "employees": [_person(row) for row in self.lists["employees"].values()],
            "absences": [self._absence(row) for row in self.shown("absences")],
            "sicknesses": [self._away(row) for row in self.lists["sicknesses"].values()],
            "training": [self._course(row) for row in self.lists["courses"].values()],
        }

    def _away(self, row: Row) -> Row:
        return {
            "id": row["id"],
            "employee": self.name_of(row["employee"]["id"]),
            "start": row["start_date"],
            "end": row["end_date"],
            "half_start": _yes(row["half_start"]),
            "half_end": _yes(row["half_end"]),
            "status": row.get("status", "cancelled" if row.get("cancelled") else ""),
        }

    def _absence(self, row: Row) -> Row:
        reason = (row["leave_reason"] or {}).get("name", "")
        return self._away(row) | {"type": row["type"], "reason": reason}

    def _course(self, row: Row) -> Row:
        half = row["half_day_am_pm"] or "not said"
        return {
            "id": row["id"],
            "employee": self.name_of(row["employee"]["id"]),
            "start": row["start_on"],
            "end": row["end_on"],
            "half_day": half if row["half_day"] else "",
            "status": row["status"],
        }

    def snapshot(self) -> dict[str, Any]:
        return {"keys": sorted(self.keys), **self.rows_snapshot()}

    def restore(self, data: dict[str, Any], blobs: dict[str, bytes]) -> None:
        self.keys = set(data["keys"])
        self.rows_restore(data)


def _answer(data: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Compact, and without a charset, as recorded."""
    body = json.dumps(data, separators=(",", ":")).encode()
    return Response(status, body, {"Content-Type": "application/json", **(headers or {})})


def _day(query: dict[str, str], name: str) -> str | None:
    text = query.get(name)
    if text is None:
        return None
    try:
        return date.fromisoformat(text.replace("/", "-")).isoformat()
    except ValueError:
        raise Refused(name, "invalid") from None


def _cancelled_filter(query: dict[str, str]) -> Keep:
    leave_out = query.get("exclude_cancelled_absences") == "true"
    return lambda row: not (leave_out and row["cancelled"])


def _starts_between(query: dict[str, str]) -> Keep:
    begin, end = _day(query, "start_date"), _day(query, "end_date")
    return lambda row: (begin or "") <= row["start_date"] <= (end or "9999-12-31")


def _person(row: Row) -> Row:
    names = ("id", "first_name", "last_name", "email", "status", "person_type")
    return {name: row[name] for name in (*names, "full_or_part_time")}


def _yes(flag: Any) -> str:
    return "yes" if flag else ""
