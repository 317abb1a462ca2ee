"""The company at the Breathe sandbox: what is in it, changing it, showing it and keeping it."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from integrations.breathe.sandbox import KEY, BreatheSandbox
from integrations.sandbox import World

TODAY = datetime.now(UTC).date()
Row = dict[str, Any]


@pytest.fixture
def breathe(world: World) -> BreatheSandbox:
    return world.of(BreatheSandbox)


def ask(world: World, path: str) -> list[Row]:
    headers = {"X-API-KEY": KEY}
    address = f"{world.url}/v1/{path}"
    answer = requests.get(address, params={"per_page": "100"}, headers=headers, timeout=5)
    answer.raise_for_status()
    (rows,) = answer.json().values()
    found: list[Row] = rows
    return found


def day(text: str) -> date:
    return date.fromisoformat(text)


# ------------------------------------------------------------------- what is in it


def test_people_of_every_sort(world: World) -> None:
    people = ask(world, "employees")
    assert [row["email"] for row in people] == [
        "ada@example.org",
        "ben@example.org",
        "Cleo.Marsh@example.org",
        "dan@example.org",
        "eve@example.org",
        "finn@example.org",
        "gwen@example.org",
        "hugo@example.org",
        "iris@example.org",
        "contractor@example.org",
        "nobody@example.org",
        "",
    ]
    assert [row["email"] for row in people if row["status"] != "Current employee"] == [""]
    assert {row["person_type"] for row in people} == {"Employee", "Contractor"}
    assert {row["full_or_part_time"] for row in people} == {"Full-Time", "Part-Time"}


def test_absences_of_every_sort(world: World) -> None:
    rows = ask(world, "absences")
    lengths = [day(row["end_date"]) - day(row["start_date"]) for row in rows]
    weekends = [
        row
        for row, length in zip(rows, lengths, strict=True)
        if day(row["start_date"]).weekday() == 5 and length == timedelta(days=1)
    ]
    longest = rows[lengths.index(max(lengths))]
    assert weekends
    assert max(lengths) == timedelta(days=365)
    assert longest["leave_reason"]["name"] == "Maternity"
    assert day(longest["start_date"]) < TODAY < day(longest["end_date"])
    assert {row["cancelled"] for row in rows} == {True, False}
    assert {None, ""} < {row["notes"] for row in rows}
    reasons = {(row["type"], (row["leave_reason"] or {}).get("id")) for row in rows}
    assert {("Holiday", None), ("Holiday", 54), ("OtherLeave", 59)} < reasons
    assert sum(row["employee"]["id"] == 7012 for row in rows) == 2  # who has left


def test_two_half_days_share_a_day_of_one_kind_and_of_two(world: World) -> None:
    rows = ask(world, "absences")
    mornings = {
        (row["employee"]["id"], row["start_date"]): row["type"]
        for row in rows
        if row["start_date"] == row["end_date"] and row["half_end"] and not row["half_start"]
    }
    pairs = {
        (mornings[(row["employee"]["id"], row["start_date"])], row["type"])
        for row in rows
        if row["half_start"] and (row["employee"]["id"], row["start_date"]) in mornings
    }
    assert pairs == {("Holiday", "Holiday"), ("Holiday", "OtherLeave")}


def test_live_absences_of_one_person_never_overlap_but_for_half_days(world: World) -> None:
    """Breathe refuses them, as far as is known."""
    taken: set[tuple[int, date]] = set()
    for row in ask(world, "absences"):
        if row["cancelled"] or row["half_start"] or row["half_end"]:
            continue
        first, last = day(row["start_date"]), day(row["end_date"])
        days = {
            (row["employee"]["id"], first + timedelta(days=number))
            for number in range((last - first).days + 1)
        }
        assert not days & taken
        taken |= days


def test_sicknesses_of_every_sort_one_of_them_during_a_holiday(world: World) -> None:
    rows = ask(world, "sicknesses")
    assert {row["status"] for row in rows} == {
        "open",
        "returned",
        "rejected",
        "clarification",
        "closed",
    }
    open_ones = [day(row["start_date"]) for row in rows if row["end_date"] is None]
    assert min(open_ones) < TODAY < max(open_ones)
    holidays = [row for row in ask(world, "absences") if row["type"] == "Holiday"]
    assert any(
        ill["employee"]["id"] == away["employee"]["id"]
        and away["start_date"] <= ill["start_date"] <= (ill["end_date"] or "")
        and (ill["end_date"] or "") <= away["end_date"]
        for ill in rows
        for away in holidays
    )


def test_training_of_every_sort(world: World) -> None:
    rows = ask(world, "employee_training_courses")
    ends = {(row["start_on"] is None, row["end_on"] is None) for row in rows}
    assert ends == {(False, False), (True, True), (False, True)}
    halves = {(row["half_day"], row["half_day_am_pm"]) for row in rows}
    assert halves == {(False, None), (True, "am"), (True, None)}
    assert {"Booked", "Approved", "Completed", "Cancelled", "Requested"} < {
        row["status"] for row in rows
    }


def test_leave_is_laid_around_the_day_of_seeding(breathe: BreatheSandbox) -> None:
    breathe.now = lambda: datetime(2030, 6, 12, tzinfo=UTC)
    breathe.reset()
    assert breathe.lists["absences"][900_002]["start_date"] == "2030-06-24"


# ------------------------------------------------------------------- changing it


def test_rows_are_added_changed_and_removed(world: World, breathe: BreatheSandbox) -> None:
    person = breathe.add_employee("new@example.org", "Noor", "Haddad", person_type="Contractor")
    absence = breathe.add_absence(person, date(2026, 3, 2), notes=None)
    sickness = breathe.add_sickness(person, date(2026, 3, 4))
    course = breathe.add_course(person, date(2026, 3, 5), date(2026, 3, 5), status="Approved")
    assert ask(world, "employees")[-1]["id"] == person
    assert ask(world, "absences")[-1]["employee"]["email"] == "new@example.org"

    breathe.change("employees", person, email="Noor@example.org")
    breathe.change("absences", absence, end_date=date(2026, 3, 3), cancelled=True)
    breathe.change("sicknesses", sickness, end_date=date(2026, 3, 4), status="returned")
    breathe.change("courses", course, start_on=None)
    changed = ask(world, "absences")[-1]
    assert changed["employee"]["email"] == "Noor@example.org"
    assert (changed["end_date"], changed["cancelled"]) == ("2026-03-03", True)
    assert ask(world, "sicknesses")[-1]["end_date"] == "2026-03-04"
    assert ask(world, "employee_training_courses")[-1]["start_on"] is None

    breathe.remove("absences", absence)
    assert absence not in [row["id"] for row in ask(world, "absences")]
    assert breathe.add_absence(person, date(2026, 3, 2)) == absence + 1


def test_a_reason_that_is_renamed_is_renamed_everywhere(
    world: World, breathe: BreatheSandbox
) -> None:
    breathe.change("reasons", 51, name="Family")
    reasons = [row["leave_reason"] for row in ask(world, "absences") if row["leave_reason"]]
    assert {"name": "Family", "id": 51} in reasons
    assert "Compassionate" not in {reason["name"] for reason in reasons}


def test_leave_of_somebody_who_was_removed_is_still_listed(
    world: World, breathe: BreatheSandbox
) -> None:
    breathe.remove("employees", 7010)
    assert {"id": 7010} in [row["employee"] for row in ask(world, "absences")]
    assert requests.get(f"{world.url}/state", timeout=5).status_code == 200


def test_what_is_misspelt_or_not_there_is_an_error(breathe: BreatheSandbox) -> None:
    with pytest.raises(ValueError, match="no field start"):
        breathe.change("absences", 900_001, start="2026-03-02")
    with pytest.raises(ValueError, match="no field holiday"):
        breathe.add_absence(7001, date(2026, 3, 2), holiday=True)
    with pytest.raises(LookupError, match="no list 'absence'"):
        breathe.change("absence", 900_001, cancelled=True)
    with pytest.raises(LookupError, match="no 7 among the absences"):
        breathe.remove("absences", 7)


# -------------------------------------------------------------- showing and keeping


def test_the_state_page_shows_who_is_away_and_nothing_private(world: World) -> None:
    page = requests.get(f"{world.url}/state", timeout=5).text
    plain = requests.get(f"{world.url}/state.json", timeout=5).text
    assert '<button aria-label="Revoke the access of company at Breathe HR"' in page
    for text in (page, plain):
        assert "Okafor" in text
        assert "Maternity" in text
        assert "clarification" in text
        for private in (KEY, "made-up", "QQ123456C", "00-00-00", "12345.67", "1990-12-31"):
            assert private not in text


def test_a_key_that_was_revoked_can_be_seen_to_be_gone(world: World) -> None:
    asked = {"provider": "breathe", "person": "company"}
    told = requests.post(f"{world.url}/revoke", json=asked, timeout=5).json()
    assert told["providers"]["breathe"]["tokens"] == []
    page = requests.get(f"{world.url}/state", timeout=5).text
    assert '<button disabled aria-label="Revoke the access of company at Breathe HR"' in page


def test_rows_keys_and_switches_survive_a_restart(tmp_path: Path) -> None:
    with World(keep=tmp_path) as before:
        breathe = before.of(BreatheSandbox)
        added = breathe.add_absence(7001, date(2026, 3, 2))
        breathe.remove("sicknesses", 910_001)
        breathe.change("employees", 7003, email="cleo@example.org")
        breathe.switches["error_body"] = "string"
        breathe.revoke("company")
        shown = {kind: breathe.shown(kind) for kind in breathe.lists}
    with World(keep=tmp_path) as after:
        breathe = after.of(BreatheSandbox)
        assert {kind: breathe.shown(kind) for kind in breathe.lists} == shown
        assert breathe.switches["error_body"] == "string"
        headers = {"X-API-KEY": KEY}
        refused = requests.get(f"{after.url}/v1/absences", headers=headers, timeout=5)
        assert refused.status_code == 401
        assert breathe.add_absence(7001, date(2026, 3, 2)) == added + 1


def test_resetting_brings_the_company_back(world: World, breathe: BreatheSandbox) -> None:
    count = len(breathe.lists["absences"])
    breathe.add_absence(7001, date(2026, 3, 2))
    breathe.revoke("company")
    requests.post(f"{world.url}/reset", json={}, timeout=5).raise_for_status()
    assert len(ask(world, "absences")) == count


def test_resetting_forgets_how_much_was_asked(world: World, breathe: BreatheSandbox) -> None:
    breathe.now = lambda: datetime(2026, 3, 20, 12, tzinfo=UTC)
    for _ in range(2):
        breathe.reset()
        breathe.switches["requests_per_minute"] = 1
        assert ask(world, "absences")
