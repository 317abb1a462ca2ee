"""What the company at the Breathe stand-in holds: lists of rows, and how they are changed."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from integrations.breathe import sandbox_rows as rows
from integrations.breathe.sandbox_rows import Row
from integrations.sandbox import Sandbox

# Each list with the first of its ids, which ascend from there.
FIRST_IDS = {
    "employees": 7001,
    "absences": 900_001,
    "sicknesses": 910_001,
    "courses": 920_001,
    "leave_requests": 930_001,
    "reasons": 51,
}


class Records(Sandbox):
    """Tests and programs add, change and remove; ids are given out once and never again."""

    lists: dict[str, dict[int, Row]]
    next_ids: dict[str, int]

    def forget_rows(self) -> None:
        self.lists = {kind: {} for kind in FIRST_IDS}
        self.next_ids = dict(FIRST_IDS)

    # ---------------------------------------------------------------- changing

    def add_employee(self, email: str, first_name: str, last_name: str, **fields: Any) -> int:
        """The new id. `fields` are further ones of the row, in Breathe's own words."""
        with self.lock:
            number = self.next_ids["employees"]
            today = self.now().date()
            row = rows.employee(email, first_name, last_name, number=number, now=today)
            return self._add("employees", row, fields)

    def add_absence(
        self,
        employee_id: int,
        start: date,
        end: date | None = None,
        *,
        reason_id: int | None = None,
        half_start: bool = False,
        half_end: bool = False,
        **fields: Any,
    ) -> int:
        """One day without `end`; a holiday without `reason_id`, and other leave with one."""
        row = rows.absence(
            employee_id,
            start,
            end or start,
            reason_id=reason_id,
            half_start=half_start,
            half_end=half_end,
        )
        return self._add("absences", row, fields)

    def add_sickness(
        self,
        employee_id: int,
        start: date,
        end: date | None = None,
        *,
        half_start: bool = False,
        half_end: bool = False,
        **fields: Any,
    ) -> int:
        """Still going on without `end`."""
        row = rows.sickness(employee_id, start, end, half_start=half_start, half_end=half_end)
        return self._add("sicknesses", row, fields)

    def add_course(
        self,
        employee_id: int,
        start: date | None,
        end: date | None,
        *,
        half_day: bool = False,
        half: str | None = None,
        **fields: Any,
    ) -> int:
        row = rows.course(employee_id, start, end, half_day=half_day, half=half)
        return self._add("courses", row, fields)

    def add_leave_request(
        self, employee_id: int, start: date, end: date, *, status: str = "pending", **fields: Any
    ) -> int:
        row = rows.leave_request(employee_id, start, end, status=status)
        return self._add("leave_requests", row, fields)

    def add_reason(self, name: str, *, number: int | None = None) -> int:
        with self.lock:
            self.next_ids["reasons"] = number or self.next_ids["reasons"]
            return self._add("reasons", {"id": 0, "name": name, "deduct": False}, {})

    def change(self, kind: str, number: int, **fields: Any) -> None:
        """`fields` in Breathe's own words, days as dates; LookupError if there is no such row."""
        with self.lock:
            self._put(self.row(kind, number), fields)

    def remove(self, kind: str, number: int) -> None:
        """As when somebody deletes it in Breathe: it is simply no longer listed."""
        with self.lock:
            self.row(kind, number)
            del self.lists[kind][number]
            self.dirty = True

    def row(self, kind: str, number: int) -> Row:
        if kind not in self.lists:
            raise LookupError(f"there is no list {kind!r}; there are {', '.join(self.lists)}")
        if number not in self.lists[kind]:
            raise LookupError(f"there is no {number} among the {kind}")
        return self.lists[kind][number]

    def _add(self, kind: str, row: Row, fields: Row) -> int:
        with self.lock:
            number = self.next_ids[kind]
            self._put(row, {"id": number, **fields})
            self.lists[kind][number] = row
            self.next_ids[kind] = number + 1
            return number

    def _put(self, row: Row, fields: Row) -> None:
        unknown = sorted(fields.keys() - row.keys())
        if unknown:
            raise ValueError(f"there is no field {', '.join(unknown)} in such a row")
        plain = {k: v.isoformat() if isinstance(v, date) else v for k, v in fields.items()}
        row.update(plain)
        self.dirty = True

    # ----------------------------------------------------------------- showing

    def shown(self, kind: str) -> list[Row]:
        """All rows in ascending order of id, with what they refer to filled in."""
        return [self._shown(kind, row) for _, row in sorted(self.lists[kind].items())]

    def _shown(self, kind: str, row: Row) -> Row:
        if kind == "employees":
            return row | self._filled(row, ("line_manager",), with_email=True)
        if kind == "absences":
            reason = row["leave_reason"]
            known = self.lists["reasons"].get(reason["id"]) if reason else None
            named = {"name": known["name"], "id": known["id"]} if known else reason
            people = self._filled(row, ("employee",), with_email=True)
            return row | people | self._filled(row, ("approved_by",)) | {"leave_reason": named}
        return row  # sicknesses, courses and requests carry the id alone

    def _filled(self, row: Row, names: Iterable[str], *, with_email: bool = False) -> Row:
        fields = ("id", "first_name", "last_name", *(("email",) if with_email else ()))
        filled = {}
        for name in names:
            known = self.lists["employees"].get(row[name]["id"]) if row[name] else None
            filled[name] = {field: known[field] for field in fields} if known else row[name]
        return filled

    def name_of(self, employee_id: int) -> str:
        row = self.lists["employees"].get(employee_id)
        return f"{row['first_name']} {row['last_name']}" if row else f"{employee_id} (removed)"

    # ------------------------------------------------------------------- state

    def rows_snapshot(self) -> dict[str, Any]:
        kept = {kind: list(by_id.values()) for kind, by_id in self.lists.items()}
        return {"lists": kept, "next_ids": self.next_ids}

    def rows_restore(self, data: dict[str, Any]) -> None:
        self.forget_rows()
        for kind, kept in data["lists"].items():
            self.lists[kind] = {row["id"]: row for row in kept}
        self.next_ids.update(data["next_ids"])
