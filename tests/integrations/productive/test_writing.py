"""Productive: bookings made, changed and deleted, once and no oftener than asked for."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from integrations.errors import RejectedError, RetryableError, UnexpectedError
from integrations.productive.client import Booking, ProductiveClient
from integrations.productive.sandbox import ProductiveSandbox
from integrations.sandbox import Fault, World
from tests.integrations.misbehaving import Misbehaving
from tests.integrations.productive.rows import ABSENT, BOOKING, at, changed

MONDAY = date(2026, 3, 2)
WEDNESDAY = MONDAY + timedelta(days=2)
BEN, DAN, FORMER_HUGO = "302", "304", "308"
HOLIDAY, SICKNESS, OTHER_LEAVE = "501", "502", "503"
LEAVE: dict[str, Any] = {
    "person_id": BEN,
    "event_id": OTHER_LEAVE,
    "start": MONDAY,
    "end": WEDNESDAY,
    "minutes": 420,
}


def test_a_booking_is_made_with_ids_as_plain_attributes(
    productive: ProductiveClient, sandbox: ProductiveSandbox, world: World
) -> None:
    made = productive.create_booking(**LEAVE)
    assert json.loads(world.requests[0].body) == {
        "data": {
            "type": "bookings",
            "attributes": {
                "person_id": BEN,
                "event_id": OTHER_LEAVE,
                "started_on": "2026-03-02",
                "ended_on": "2026-03-04",
                "booking_method_id": 1,
                "time": 420,
            },
        }
    }
    assert world.requests[0].headers["Content-Type"] == "application/vnd.api+json"
    assert made == Booking(id=made.id, **LEAVE, is_live=True, is_approved=True)
    assert made == productive.booking(made.id)
    assert sandbox.writes == [
        ("POST", made.id, BEN, OTHER_LEAVE, MONDAY, WEDNESDAY, 420),
    ]


def test_a_booking_may_have_to_wait_for_approval(
    productive: ProductiveClient, sandbox: ProductiveSandbox
) -> None:
    sandbox.switches["approvals"] = "pending"
    made = productive.create_booking(**LEAVE)
    assert made.is_live
    assert not made.is_approved


def test_the_same_again_is_another_booking(
    productive: ProductiveClient, sandbox: ProductiveSandbox
) -> None:
    first, second = (productive.create_booking(**LEAVE) for _ in range(2))
    assert first.id != second.id
    assert {first.id, second.id} <= sandbox.bookings.keys()


def test_a_booking_gets_other_days_minutes_and_another_category(
    productive: ProductiveClient, sandbox: ProductiveSandbox, world: World
) -> None:
    made = productive.create_booking(**LEAVE)
    other = next(number for number in ("502", "503") if number != LEAVE["event_id"])
    after = LEAVE | {"start": WEDNESDAY, "minutes": 210, "event_id": other}
    assert productive.update_booking(made.id, **after) == made.model_copy(update=after)
    assert json.loads(world.requests[-1].body) == {
        "data": {
            "type": "bookings",
            "id": made.id,
            "attributes": {
                "event_id": other,
                "started_on": "2026-03-04",
                "ended_on": "2026-03-04",
                "booking_method_id": 1,
                "time": 210,
            },
        }
    }
    assert productive.booking(made.id) == made.model_copy(update=after)


def test_what_is_gone_cannot_be_changed_and_need_not_be_deleted(
    productive: ProductiveClient, sandbox: ProductiveSandbox
) -> None:
    made = productive.create_booking(**LEAVE)
    productive.delete_booking(made.id)
    productive.delete_booking(made.id)
    assert made.id not in sandbox.bookings
    assert [write.method for write in sandbox.writes] == ["POST", "DELETE"]
    with pytest.raises(RejectedError, match="Record not found"):
        productive.update_booking(made.id, **LEAVE)


def test_ids_cannot_lead_to_other_paths(productive: ProductiveClient, world: World) -> None:
    productive.delete_booking("9001/../../people")
    assert [seen.path for seen in world.requests] == ["/api/v2/bookings/9001/../../people"]
    assert world.unknown == world.requests


# -------------------------------------------------------------------- lost answers


def test_a_lost_answer_to_a_create_leaves_one_booking_and_one_error(
    productive: ProductiveClient, sandbox: ProductiveSandbox, world: World
) -> None:
    world.faults.add(Fault("productive", "lost", "POST /api/v2/bookings"))
    with pytest.raises(RetryableError):
        productive.create_booking(**LEAVE)
    assert len(sandbox.writes) == 1
    found = productive.bookings(event_ids=[OTHER_LEAVE], person_ids=[BEN], after=MONDAY).rows
    assert sum(booking.start == MONDAY for booking in found) == 1


@pytest.mark.parametrize("kind", ["lost", "before", "500", "429"])
@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_no_write_repeats_itself(
    kind: str, method: str, productive: ProductiveClient, sandbox: ProductiveSandbox, world: World
) -> None:
    held = sandbox.add_booking(BEN, OTHER_LEAVE, MONDAY)
    world.faults.add(Fault("productive", kind, "bookings", times=None))
    with pytest.raises(RetryableError):
        write(productive, method, booking_id=held.id)
    assert [seen.method for seen in world.requests] == [method]
    assert len(sandbox.writes) == (kind == "lost")


def write(client: ProductiveClient, method: str, *, booking_id: str) -> object:
    if method == "POST":
        return client.create_booking(**LEAVE)
    if method == "PATCH":
        return client.update_booking(booking_id, **LEAVE)
    client.delete_booking(booking_id)
    return None


# ------------------------------------------------------------------ odd answers


@pytest.mark.parametrize("status", [b"200 OK", b"202 Accepted"])
def test_only_201_has_made_something(status: bytes, misbehaving: Misbehaving) -> None:
    with pytest.raises(UnexpectedError) as caught:
        at(misbehaving, {"data": BOOKING}, status=status).create_booking(**LEAVE)
    assert "sea" not in str(caught.value)


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"data": None},
        {"data": []},
        {"data": changed(BOOKING, "id", ABSENT)},
        {"data": changed(BOOKING, "id", None)},
        {"data": changed(BOOKING, "id", "")},
        {"data": changed(BOOKING, "attributes", ABSENT)},
        {"data": changed(BOOKING, "attributes.started_on", None)},
    ],
)
def test_a_booking_without_an_id_was_not_made(body: Any, misbehaving: Misbehaving) -> None:
    with pytest.raises(UnexpectedError):
        at(misbehaving, body, status=b"201 Created").create_booking(**LEAVE)
    with pytest.raises(UnexpectedError):
        at(misbehaving, body).update_booking("9001", **LEAVE)


def test_a_deletion_that_answers_something_is_not_understood(misbehaving: Misbehaving) -> None:
    with pytest.raises(UnexpectedError):
        at(misbehaving, {"data": BOOKING}).delete_booking("9001")


# -------------------------------------------------------------- what is not allowed


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"person_id": FORMER_HUGO}, r"Invalid Attribute: person is invalid \(person\)"),
        ({"person_id": "999"}, r"Invalid Attribute: person is invalid \(person\)"),
        ({"event_id": "999"}, r"must exist \(event\)"),
        ({"person_id": DAN, "event_id": HOLIDAY}, r"no entitlement for this category \(event\)"),
        ({"end": MONDAY - timedelta(days=1)}, r"must not be before the start \(ended_on\)"),
        ({"minutes": 225.0}, r"must be an integer \(time\)"),
    ],
)
def test_what_productive_refuses_is_told_in_its_words(
    change: dict[str, Any],
    words: str,
    productive: ProductiveClient,
    sandbox: ProductiveSandbox,
) -> None:
    with pytest.raises(RejectedError, match=words):
        productive.create_booking(**LEAVE | change)
    assert sandbox.writes == []


def test_an_entitlement_is_all_that_was_missing(
    productive: ProductiveClient, sandbox: ProductiveSandbox
) -> None:
    sandbox.set_entitlement(DAN, HOLIDAY)
    productive.create_booking(**LEAVE | {"person_id": DAN, "event_id": HOLIDAY})
    sandbox.set_entitlement(DAN, HOLIDAY, entitled=False)
    with pytest.raises(RejectedError, match="entitlement"):
        productive.create_booking(**LEAVE | {"person_id": DAN, "event_id": HOLIDAY})


def test_somebody_who_has_left_meanwhile_cannot_be_booked(
    productive: ProductiveClient, sandbox: ProductiveSandbox
) -> None:
    sandbox.deactivate(BEN)
    with pytest.raises(RejectedError, match="person is invalid"):
        productive.create_booking(**LEAVE)


def test_a_weekend_is_booked_or_refused(
    productive: ProductiveClient, sandbox: ProductiveSandbox
) -> None:
    weekend = LEAVE | {"start": date(2026, 3, 7), "end": date(2026, 3, 8)}
    productive.create_booking(**weekend)
    sandbox.switches["weekend_only"] = "422"
    with pytest.raises(RejectedError, match="no working day"):
        productive.create_booking(**weekend)
