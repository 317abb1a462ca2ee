"""The Productive sandbox: bookings found, made, changed and removed, and what is kept of them."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from integrations.productive.sandbox import ProductiveSandbox
from integrations.productive.sandbox_stored import Period, StoredBooking
from integrations.sandbox import World
from tests.integrations.productive.calls import Caller, errors

DAY = timedelta(days=1)
MONDAY = date(2026, 3, 2)
BEN, DAN, EVE, PAT = "302", "304", "305", "314"
HOLIDAY, SICKNESS, OTHER_LEAVE, REMOTE_WORK = "501", "502", "503", "504"
LEAVE: dict[str, Any] = {
    "person_id": PAT,
    "event_id": OTHER_LEAVE,
    "started_on": "2026-03-02",
    "ended_on": "2026-03-08",
    "booking_method_id": 1,
    "time": 420,
}


@pytest.fixture
def productive(world: World) -> ProductiveSandbox:
    return world.of(ProductiveSandbox)


@pytest.fixture
def caller(world: World) -> Caller:
    return Caller(world)


@pytest.fixture
def days(productive: ProductiveSandbox) -> list[StoredBooking]:
    """Pat is away on each of five days."""
    return [productive.add_booking(PAT, SICKNESS, MONDAY + number * DAY) for number in range(5)]


def found(caller: Caller, **query: str) -> list[int]:
    """On which days in March Pat's bookings begin."""
    query = {f"filter__{name}": value for name, value in query.items()}
    rows = caller.get("/bookings", filter__person_id=PAT, sort="started_on", **query)["data"]
    return [date.fromisoformat(row["attributes"]["started_on"]).day for row in rows]


# -------------------------------------------------------------------- questions


def test_after_and_before_have_uneven_edges(
    caller: Caller, productive: ProductiveSandbox, days: list[StoredBooking]
) -> None:
    assert found(caller, after="2026-03-04") == [4, 5, 6]
    assert found(caller, before="2026-03-04") == [2, 3]
    assert found(caller, after="2026-03-04", before="2026-03-04") == []
    productive.switches.change({"after": "exclusive", "before": "inclusive"})
    assert found(caller, after="2026-03-04") == [5, 6]
    assert found(caller, before="2026-03-04") == [2, 3, 4]


def test_what_reaches_into_the_days_is_found(caller: Caller, productive: ProductiveSandbox) -> None:
    productive.add_booking(PAT, SICKNESS, MONDAY, MONDAY + 4 * DAY)
    assert found(caller, after="2026-03-06") == [2]
    assert found(caller, before="2026-03-03") == [2]
    assert found(caller, after="2026-03-07") == []


def test_days_and_ids_are_compared(caller: Caller, days: list[StoredBooking]) -> None:
    assert found(caller, started_on="2026-03-04") == [4]
    assert found(caller, started_on__gt="2026-03-04") == [5, 6]
    assert found(caller, started_on__gt_eq="2026-03-04", ended_on__lt="2026-03-06") == [4, 5]
    assert found(caller, ended_on__lt_eq="2026-03-03") == [2, 3]
    assert found(caller, id=f"{days[0].id},{days[3].id}") == [2, 5]


def test_several_values_are_a_list_or_the_name_again(caller: Caller) -> None:
    listed = caller.ids("/bookings", filter__event_id=f"{HOLIDAY},{SICKNESS}")
    again = caller.ids("/bookings", filter__event_id__=[HOLIDAY, SICKNESS])
    alone = [caller.ids("/bookings", filter__event_id=event) for event in (HOLIDAY, SICKNESS)]
    assert sorted(listed) == sorted(again) == sorted(alone[0] + alone[1])
    assert len(listed) > 10


def test_every_category_together_is_every_absence_and_no_work(caller: Caller) -> None:
    events = "501,502,503,504,505"
    absences = caller.ids("/bookings", filter__event_id=events)
    work = set(caller.ids("/bookings")) - set(absences)
    assert len(work) == 4
    without = caller.ids("/bookings", filter__event_id__not_eq=HOLIDAY)
    assert set(without) < set(absences)


def test_a_known_filter_may_do_nothing(caller: Caller) -> None:
    assert caller.ids("/bookings", filter__booking_type="absences") == caller.ids("/bookings")


def test_states_are_asked_for_by_number(caller: Caller, productive: ProductiveSandbox) -> None:
    productive.add_booking(PAT, SICKNESS, MONDAY, approved=False)
    productive.add_booking(PAT, SICKNESS, MONDAY + DAY, approved=False, rejected=True)
    productive.add_booking(PAT, SICKNESS, MONDAY + 2 * DAY, canceled=True)
    productive.add_booking(PAT, SICKNESS, MONDAY + 3 * DAY)
    for name in ("approval_status", "status"):
        assert [found(caller, **{name: state}) for state in "1235"] == [[5], [2], [3], [4]]
    assert found(caller, canceled="true") == [4]
    assert found(caller, canceled="false") == [2, 3, 5]


def test_what_is_gone_may_be_hidden_until_somebody_asks(
    caller: Caller, productive: ProductiveSandbox
) -> None:
    productive.add_booking(PAT, SICKNESS, MONDAY, canceled=True)
    productive.add_booking(PAT, SICKNESS, MONDAY + DAY, rejected=True)
    assert found(caller) == [2, 3]
    productive.switches["gone_rows"] = "hidden"
    assert found(caller) == []
    assert found(caller, canceled="true") == [2]
    assert found(caller, approval_status="3") == [3]


def test_tentative_bookings_are_hidden_until_somebody_asks(
    caller: Caller, productive: ProductiveSandbox
) -> None:
    productive.add_booking(PAT, None, MONDAY, service_id="801", draft=True)
    productive.add_booking(PAT, None, MONDAY + DAY, service_id="801")
    assert found(caller) == [3]
    assert found(caller, with_draft="true") == [2, 3]
    assert found(caller, with_draft="false") == [3]
    assert found(caller, draft="true") == [2]


# --------------------------------------------------------------------- quantities


def shown(caller: Caller, booking: StoredBooking) -> dict[str, Any]:
    attributes: dict[str, Any] = caller.get(f"/bookings/{booking.id}")["data"]["attributes"]
    return attributes


def test_totals_follow_the_working_days(caller: Caller, productive: ProductiveSandbox) -> None:
    every_other: list[float] = [7, 7, 7, 7, 7, 0, 0, 7, 7, 7, 7, 0, 0, 0]
    nora = productive.add_person(
        "nora@example.org", periods=[Period(MONDAY, MONDAY + 13 * DAY, every_other)]
    )
    whole = productive.add_booking(nora.id, OTHER_LEAVE, MONDAY - 7 * DAY, MONDAY + 20 * DAY)
    told = shown(caller, whole)
    assert (told["total_working_days"], told["total_time"]) == (9, 9 * 420)
    weekend = productive.add_booking(nora.id, OTHER_LEAVE, MONDAY + 5 * DAY, MONDAY + 6 * DAY)
    told = shown(caller, weekend)
    assert (told["total_working_days"], told["total_time"]) == (0, 0)


def test_each_method_fills_its_own_quantity(caller: Caller, productive: ProductiveSandbox) -> None:
    week = (EVE, OTHER_LEAVE, MONDAY, MONDAY + 6 * DAY)
    half = productive.add_booking(*week, method=2, time=None, percentage=50)
    total = productive.add_booking(*week, method=3, time=0, total_time=600)
    odd = productive.add_booking(*week, time=None)
    names = ("booking_method_id", "time", "total_time", "percentage", "total_working_days")
    told = [[shown(caller, booking)[name] for name in names] for booking in (half, total, odd)]
    assert told == [
        [2, None, round(31.5 * 60 / 2), 50, 5],
        [3, 0, 600, None, 5],
        [1, None, None, None, 5],
    ]


# ------------------------------------------------------------------------ writes


@pytest.mark.parametrize("as_id", [str, int])
def test_a_booking_is_made_with_flat_ids_of_either_sort(
    as_id: Any, caller: Caller, productive: ProductiveSandbox
) -> None:
    answer = caller.book(**LEAVE | {"person_id": as_id(PAT), "event_id": as_id(OTHER_LEAVE)})
    assert answer.status_code == 201
    made = answer.json()["data"]
    assert made["attributes"]["total_working_days"] == 5
    assert made["relationships"]["person"] == {"meta": {"included": False}}
    assert made["relationships"]["event"] == {"meta": {"included": False}}
    held = productive.bookings[made["id"]]
    assert (held.person_id, held.event_id) == (PAT, OTHER_LEAVE)
    assert productive.writes == [
        ("POST", made["id"], PAT, OTHER_LEAVE, MONDAY, MONDAY + 6 * DAY, 420)
    ]


def test_without_a_method_it_is_by_the_day(caller: Caller, productive: ProductiveSandbox) -> None:
    given = {name: value for name, value in LEAVE.items() if name != "booking_method_id"}
    made = caller.book(**given).json()["data"]
    assert productive.bookings[made["id"]].method == 1


def test_relationships_and_people_who_left_get_the_same_refusal(caller: Caller) -> None:
    related = {
        "person": {"data": {"type": "people", "id": PAT}},
        "event": {"data": {"type": "events", "id": OTHER_LEAVE}},
    }
    times = {name: LEAVE[name] for name in ("started_on", "ended_on", "time")}
    data = {"type": "bookings", "attributes": times, "relationships": related}
    by_relationship = caller.ask("POST", "/bookings", {"data": data})
    by_left = caller.book(**LEAVE | {"person_id": "308"})
    for answer in (by_relationship, by_left):
        assert answer.status_code == 422
        first = answer.json()["errors"][0]
        assert first["title"] == "Invalid Attribute"
        assert first["source"]["pointer"] == "data/attributes/person"
    assert by_left.json()["errors"] == by_relationship.json()["errors"][:1]


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"started_on": None}, "invalid_attribute_value", "started_on"),
        ({"ended_on": "soon"}, "invalid_attribute_value", "ended_on"),
        ({"ended_on": "2026-03-01"}, "invalid_attribute_value", "ended_on"),
        ({"event_id": None}, "invalid_attribute_value", "event"),
        ({"event_id": "999"}, "invalid_attribute_value", "event"),
        ({"time": 225.0}, "invalid_attribute_value", "time"),
        ({"time": "420"}, "invalid_attribute_value", "time"),
        ({"booking_method_id": 4}, "invalid_attribute_value", "booking_method_id"),
        ({"person_id": DAN, "event_id": HOLIDAY}, "entitlements_required", "event"),
    ],
)
def test_what_is_not_valid_is_refused_and_nothing_is_made(
    change: dict[str, Any],
    code: str,
    pointer: str,
    caller: Caller,
    productive: ProductiveSandbox,
) -> None:
    before = dict(productive.bookings)
    answer = caller.book(**LEAVE | change)
    assert answer.status_code == 422
    assert errors(answer) == [(code, f"data/attributes/{pointer}")]
    assert (productive.bookings, productive.writes) == (before, [])


@pytest.mark.parametrize(
    "body",
    [[], {}, {"data": []}, {"data": {"type": "people"}}, {"data": {"type": "bookings", "id": "1"}}],
)
def test_a_body_of_another_form_is_a_bad_request(body: Any, caller: Caller) -> None:
    assert caller.ask("POST", "/bookings", body).status_code == 400


def test_duplicates_are_stored_happily(caller: Caller, productive: ProductiveSandbox) -> None:
    ids = {caller.book(**LEAVE).json()["data"]["id"] for _ in range(3)}
    assert len(ids) == 3
    assert ids <= productive.bookings.keys()


def test_work_is_booked_on_a_service(caller: Caller, productive: ProductiveSandbox) -> None:
    work = LEAVE | {"person_id": BEN, "event_id": None, "service_id": 5554}
    made = caller.book(**work).json()["data"]
    held = productive.bookings[made["id"]]
    assert (held.event_id, held.service_id) == (None, "5554")


def test_new_bookings_may_wait_for_approval(caller: Caller, productive: ProductiveSandbox) -> None:
    productive.switches["approvals"] = "pending"
    made = caller.book(**LEAVE).json()["data"]
    assert (made["attributes"]["approved"], made["attributes"]["approved_at"]) == (False, None)
    assert made["id"] in caller.ids("/bookings", filter__approval_status=2)


def test_a_weekend_alone_is_accepted_or_refused(
    caller: Caller, productive: ProductiveSandbox
) -> None:
    weekend = LEAVE | {"started_on": "2026-03-07"}
    assert caller.book(**weekend).status_code == 201
    productive.switches["weekend_only"] = "422"
    assert caller.book(**weekend).status_code == 422
    assert caller.book(**LEAVE).status_code == 201


def test_a_change_keeps_what_it_does_not_name(
    caller: Caller, productive: ProductiveSandbox
) -> None:
    held = productive.add_booking(PAT, OTHER_LEAVE, MONDAY, note="to the sea", approved=False)
    answer = caller.change(held.id, ended_on="2026-03-03", time=210)
    assert answer.status_code == 200
    assert answer.json()["data"]["relationships"]["person"] == {"meta": {"included": False}}
    changed = productive.bookings[held.id]
    assert (changed.start, changed.end, changed.time) == (MONDAY, MONDAY + DAY, 210)
    assert (changed.note, changed.approved) == ("to the sea", False)
    assert errors(caller.change(held.id, ended_on="2026-03-01")) == [
        ("invalid_attribute_value", "data/attributes/ended_on")
    ]
    assert caller.change("999", time=210).status_code == 404
    data = {"data": {"type": "bookings", "attributes": {"time": 210}}}
    assert caller.ask("PATCH", f"/bookings/{held.id}", data).status_code == 400


def test_a_removal_answers_nothing_at_all_and_works_once(
    caller: Caller, productive: ProductiveSandbox
) -> None:
    held = productive.add_booking(PAT, OTHER_LEAVE, MONDAY)
    answer = caller.ask("DELETE", f"/bookings/{held.id}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert "Content-Type" not in answer.headers
    assert caller.ask("DELETE", f"/bookings/{held.id}").status_code == 404
    assert [write.method for write in productive.writes] == ["DELETE"]


# ------------------------------------------------------------------ tests and time


def test_everything_can_be_put_there_and_changed_by_hand(
    caller: Caller, productive: ProductiveSandbox
) -> None:
    nora = productive.add_person("nora@example.org", name="Nora Quist", hours=[6] * 5 + [0, 0])
    event = productive.add_event("Parental leave", limited=True, half_days=False)
    productive.add_salary(nora.id, [6] * 14)
    assert caller.book(**LEAVE | {"person_id": nora.id, "event_id": event.id}).status_code == 422
    productive.set_entitlement(nora.id, event.id)
    made = caller.book(**LEAVE | {"person_id": nora.id, "event_id": event.id}).json()["data"]
    productive.change_booking(made["id"], canceled=True, note="by hand")
    assert shown(caller, productive.bookings[made["id"]])["canceled"] is True
    productive.deactivate(nora.id)
    assert nora.id in caller.ids("/people", filter__status=2)
    productive.remove_booking(made["id"])
    assert caller.ask("GET", f"/bookings/{made['id']}").status_code == 404
    assert [write.method for write in productive.writes] == ["POST"]


def test_everything_survives_a_restart(tmp_path: Path) -> None:
    with World(keep=tmp_path) as before:
        caller, held = Caller(before), before.of(ProductiveSandbox)
        made = caller.book(**LEAVE).json()["data"]["id"]
        gone = next(iter(held.bookings))
        caller.ask("DELETE", f"/bookings/{gone}")
        held.add_person("nora@example.org")
        held.set_entitlement(DAN, HOLIDAY)
        held.revoke("limited")
        held.switches["before"] = "inclusive"
    with World(keep=tmp_path) as after:
        again = after.of(ProductiveSandbox)
        for name in ("people", "events", "salaries", "bookings", "entitlements"):
            assert getattr(again, name) == getattr(held, name)
        assert made in again.bookings
        assert gone not in again.bookings
        assert again.working_tokens == {"admin"}
        assert again.switches["before"] == "inclusive"
        assert again.writes == []
        assert Caller(after).book(**LEAVE).json()["data"]["id"] == str(int(made) + 1)


def test_resetting_goes_back_to_the_beginning(productive: ProductiveSandbox) -> None:
    bookings, people = dict(productive.bookings), dict(productive.people)
    productive.revoke("admin")
    productive.add_person("nora@example.org")
    productive.remove_booking("9001")
    productive.reset()
    assert productive.people == people
    assert productive.bookings.keys() == bookings.keys()
    assert productive.working_tokens == {"admin", "limited"}


def test_the_seed_has_something_just_over_and_something_to_come(
    productive: ProductiveSandbox,
) -> None:
    today = productive.now().date()
    starts = [booking.start for booking in productive.bookings.values()]
    assert min(starts) < today - 14 * DAY
    assert max(starts) > today + 14 * DAY
    assert 15 < len(starts) < 30
    assert PAT not in {booking.person_id for booking in productive.bookings.values()}
