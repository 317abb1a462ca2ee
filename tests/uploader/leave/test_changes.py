"""What changes at Breathe HR, and what people do to bookings at Productive."""

from typing import Any

import pytest

from tests.uploader.leave.company import Company, day

pytestmark = pytest.mark.django_db


# ------------------------------------------------------ changes at the source


def test_a_changed_end_is_one_update(company: Company) -> None:
    ada = company.hire("ada")
    absence = company.breathe.add_absence(ada.at_breathe, day("2026-12-07"), day("2026-12-09"))
    company.run()
    company.forget_requests()
    company.breathe.change("absences", absence, end_date=day("2026-12-10"))

    company.run()

    assert [seen.method for seen in company.writes()] == ["PATCH"]
    assert company.booked(ada) == [("holiday", "2026-12-07", "2026-12-10", 420)]


def test_a_changed_start_is_one_update_too(company: Company) -> None:
    ada = company.hire("ada")
    absence = company.breathe.add_absence(ada.at_breathe, day("2026-12-07"), day("2026-12-09"))
    company.run()
    company.forget_requests()
    company.breathe.change("absences", absence, start_date=day("2026-12-08"))

    company.run()

    assert [seen.method for seen in company.writes()] == ["PATCH"]
    assert company.booked(ada) == [("holiday", "2026-12-08", "2026-12-09", 420)]


def test_another_kind_of_leave_is_another_booking_and_the_old_one_goes(company: Company) -> None:
    ada = company.hire("ada")
    reason = company.breathe.add_reason("Compassionate")
    absence = company.breathe.add_absence(ada.at_breathe, day("2026-12-07"), day("2026-12-09"))
    company.run()
    company.forget_requests()
    kind = {"type": "OtherLeave", "leave_reason": {"id": reason, "name": "Compassionate"}}
    company.breathe.change("absences", absence, **kind)

    company.run()

    assert [seen.method for seen in company.writes()] == ["POST", "DELETE"]
    assert company.booked(ada) == [("other", "2026-12-07", "2026-12-09", 420)]


def test_a_day_back_at_work_splits_a_booking_new_before_old(company: Company) -> None:
    ada = company.hire("ada")
    absence = company.breathe.add_absence(ada.at_breathe, day("2026-12-07"), day("2026-12-11"))
    company.run()
    company.forget_requests()
    company.breathe.change("absences", absence, end_date=day("2026-12-08"))
    company.breathe.add_absence(ada.at_breathe, day("2026-12-10"), day("2026-12-11"))

    company.run()

    assert [seen.method for seen in company.writes()] == ["POST", "PATCH"]
    assert company.booked(ada) == [
        ("holiday", "2026-12-07", "2026-12-08", 420),
        ("holiday", "2026-12-10", "2026-12-11", 420),
    ]


def test_cancelled_leave_goes(company: Company) -> None:
    ada = company.hire("ada")
    absence = company.breathe.add_absence(ada.at_breathe, day("2026-12-07"))
    company.breathe.add_absence(ada.at_breathe, day("2026-12-14"))
    company.run()
    company.breathe.change("absences", absence, cancelled=True)

    company.run()

    assert company.booked(ada) == [("holiday", "2026-12-14", "2026-12-14", 420)]


# ----------------------------------------------- what people do at Productive


def test_a_booking_by_hand_in_a_managed_category_goes_and_the_plan_says_so(
    company: Company,
) -> None:
    ada = company.hire("ada")
    company.book(ada.at_productive, "2026-12-14", "2026-12-15")
    company.breathe.add_absence(ada.at_breathe, day("2026-12-07"))

    report = company.plan()

    [goes] = [change for change in report.changes if change.action == "delete"]
    assert goes.what == "holiday 2026-12-14 to 2026-12-15, 7 h a day"
    assert goes.reason == "It was made by hand or by another tool."
    company.run()
    assert company.booked(ada) == [("holiday", "2026-12-07", "2026-12-07", 420)]


def test_what_somebody_changed_or_deleted_is_put_right_and_it_is_said(company: Company) -> None:
    ada = company.hire("ada")
    company.breathe.add_absence(ada.at_breathe, day("2026-12-07"), day("2026-12-09"))
    company.breathe.add_absence(ada.at_breathe, day("2026-12-14"), day("2026-12-16"))
    company.run()
    first, second = (
        booking.id
        for booking in sorted(company.productive.bookings.values(), key=lambda b: b.start)
        if booking.person_id == ada.at_productive
    )
    company.productive.change_booking(first, end=day("2026-12-08"))
    company.productive.remove_booking(second)

    run = company.run()

    assert company.booked(ada) == [
        ("holiday", "2026-12-07", "2026-12-09", 420),
        ("holiday", "2026-12-14", "2026-12-16", 420),
    ]
    reasons = {line.action: line.reason for line in run.changes.all()}
    assert reasons == {
        "update": "It was changed at the target.",
        "create": "It was deleted at the target.",
    }


def test_what_an_earlier_tool_booked_over_the_weekend_is_right_already(company: Company) -> None:
    ada = company.hire("ada")
    company.book(ada.at_productive, "2026-12-05", "2026-12-13")
    company.breathe.add_absence(ada.at_breathe, day("2026-12-05"), day("2026-12-13"))
    company.forget_requests()

    run = company.run()

    assert run.counts["unchanged"] == 1
    assert company.writes() == []


def test_surplus_copies_go_and_one_stays(company: Company) -> None:
    ada = company.hire("ada")
    for _ in range(4):
        company.book(ada.at_productive, "2026-12-07", "2026-12-09")
    company.breathe.add_absence(ada.at_breathe, day("2026-12-07"), day("2026-12-09"))

    run = company.run()

    assert run.status == "finished", run.warnings
    assert company.booked(ada) == [("holiday", "2026-12-07", "2026-12-09", 420)]
    reasons = {line.reason for line in run.changes.all()}
    assert reasons == {"It is there more than once."}


@pytest.mark.parametrize(
    "shape",
    [
        {"minutes": None},
        {"minutes": 0, "method": 3, "total_time": 1260},
        {"minutes": None, "method": 2, "percentage": 50},
    ],
)
def test_a_booking_of_another_shape_is_left_alone_and_not_doubled(
    company: Company, shape: dict[str, Any]
) -> None:
    ada = company.hire("ada")
    minutes = shape.pop("minutes")
    booking = company.book(ada.at_productive, "2026-12-08", minutes=minutes, **shape)
    free = company.book(ada.at_productive, "2026-12-21", minutes=minutes, **shape)
    company.breathe.add_absence(ada.at_breathe, day("2026-12-07"), day("2026-12-09"))
    company.forget_requests()

    run = company.run()

    assert company.writes() == []
    assert {booking.id, free.id} <= company.productive.bookings.keys()
    [line] = run.changes.all()
    assert (line.action, line.outcome) == ("conflict", "skipped")
    assert line.what == "holiday 2026-12-07 to 2026-12-09, 7 h a day"
    assert "holiday 2026-12-08, not booked by the day" in line.reason


@pytest.mark.parametrize("state", ["canceled", "rejected", "draft"])
def test_a_booking_that_does_not_count_is_as_if_it_were_not_there(
    company: Company, state: str
) -> None:
    ada = company.hire("ada")
    gone: dict[str, Any] = {state: True}
    dead = company.book(ada.at_productive, "2026-12-07", "2026-12-09", **gone)
    other = company.book(ada.at_productive, "2026-12-14", **gone)
    company.breathe.add_absence(ada.at_breathe, day("2026-12-07"), day("2026-12-09"))

    company.run()

    alive = [b for b in company.productive.bookings.values() if b.person_id == ada.at_productive]
    assert {dead.id, other.id} < {b.id for b in alive}
    assert len(alive) == 3
    company.forget_requests()
    company.run()
    assert company.writes() == []


def test_other_peoples_and_other_categories_bookings_are_never_touched(company: Company) -> None:
    ada = company.hire("ada")
    theirs = [
        company.book(ada.at_productive, "2026-12-07", event_id=company.remote).id,
        company.productive.add_booking(
            ada.at_productive, None, day("2026-12-07"), service_id="77"
        ).id,
        company.book(company.owner, "2026-12-07").id,
        company.strangers_booking,
    ]
    before = {number: company.productive.bookings[number] for number in theirs}
    company.breathe.add_absence(ada.at_breathe, day("2026-12-14"))

    run = company.run()

    assert run.counts["delete"] == 0
    assert {number: company.productive.bookings[number] for number in theirs} == before
