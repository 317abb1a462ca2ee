"""What a leave sync does, as people at both services see it."""

from datetime import timedelta
from typing import Any

import pytest

from tests.uploader.leave.company import START, Company, day
from uploader.models import Link

pytestmark = pytest.mark.django_db


def whats(company: Company, **params: object) -> list[tuple[str, str, str]]:
    report = company.plan(**params)
    assert report.error is None
    return [(change.action, change.subject, change.what) for change in report.changes]


# ------------------------------------------------------------------ what is booked


def test_a_holiday_becomes_a_booking_and_then_nothing_more_is_written(company: Company) -> None:
    ada = company.hire("ada")
    company.breathe.add_absence(ada.at_breathe, day("2026-12-07"), day("2026-12-10"))

    run = company.run()

    assert run.status == "finished", run.error
    assert company.booked(ada) == [("holiday", "2026-12-07", "2026-12-10", 420)]
    company.forget_requests()
    assert company.run().counts["unchanged"] == 1
    assert company.writes() == []


def test_every_kind_of_leave_arrives_in_its_own_category(company: Company) -> None:
    ada = company.hire("ada")
    reason = company.breathe.add_reason("Compassionate")
    company.breathe.add_absence(ada.at_breathe, day("2026-12-07"))
    company.breathe.add_absence(ada.at_breathe, day("2026-12-08"), reason_id=reason)
    company.breathe.add_sickness(ada.at_breathe, day("2026-12-09"), day("2026-12-09"))
    company.breathe.add_course(
        ada.at_breathe, day("2026-12-10"), day("2026-12-10"), status="Booked"
    )

    company.run()

    assert company.booked(ada) == [
        ("holiday", "2026-12-07", "2026-12-07", 420),
        ("other", "2026-12-08", "2026-12-08", 420),
        ("other", "2026-12-10", "2026-12-10", 420),
        ("sickness", "2026-12-09", "2026-12-09", 420),
    ]


def test_half_days_are_bookings_of_their_own(company: Company) -> None:
    ada = company.hire("ada", hours=(7.5, 7.5, 7.5, 7.5, 7.5, 0, 0))
    company.breathe.add_absence(
        ada.at_breathe, day("2026-12-07"), day("2026-12-09"), half_start=True, half_end=True
    )

    company.run()

    assert company.booked(ada) == [
        ("holiday", "2026-12-07", "2026-12-07", 225),
        ("holiday", "2026-12-08", "2026-12-08", 450),
        ("holiday", "2026-12-09", "2026-12-09", 225),
    ]


def test_hours_are_those_of_the_weekday_and_valid_on_the_day(company: Company) -> None:
    ada = company.hire("ada", hours=None)
    company.productive.add_salary(ada.at_productive, (7, 7, 7, 7, 3.5, 0, 0), end=day("2026-12-13"))
    company.productive.add_salary(ada.at_productive, (6, 6, 0, 6, 6, 0, 0), start=day("2026-12-14"))
    company.breathe.add_absence(ada.at_breathe, day("2026-12-07"), day("2026-12-18"))

    company.run()

    assert company.booked(ada) == [
        ("holiday", "2026-12-07", "2026-12-10", 420),
        ("holiday", "2026-12-11", "2026-12-11", 210),
        ("holiday", "2026-12-14", "2026-12-18", 360),
    ]


def test_where_hours_come_from_is_said(company: Company) -> None:
    company.hire("ada")
    for name, hours in (("ben", (6, 6, 6, 6, 6, 0, 0)), ("cleo", None)):
        person = company.hire(name, hours=None)
        company.productive.people[person.at_productive].periods = None
        if hours:
            company.productive.people.pop(person.at_productive)
            again = company.productive.add_person(person.email, hours=hours).id
            assert again != person.at_productive
    for employee in list(company.breathe.lists["employees"]):
        company.breathe.add_absence(employee, day("2026-12-07"))

    run = company.run()

    [from_availability] = [w for w in run.warnings if "availabilities" in w and "taken" in w]
    [assumed] = [w for w in run.warnings if "assumed" in w]
    assert from_availability.endswith(": ben@example.org.")
    assert assumed.endswith(": cleo@example.org.")


def test_a_weekend_alone_is_no_booking_and_said(company: Company) -> None:
    ada = company.hire("ada")
    company.breathe.add_absence(ada.at_breathe, day("2026-12-05"), day("2026-12-06"))

    run = company.run()

    assert company.booked(ada) == []
    expected = "ada@example.org: holiday 2026-12-05 to 2026-12-06 has no working day; not booked."
    assert expected in run.warnings


def test_what_is_no_leave_is_left_out(company: Company) -> None:
    ada = company.hire("ada")
    home = company.breathe.add_reason("Working from home ")
    old = company.breathe.add_reason("Other")
    company.set_options(ignored_reasons=["working from home", str(old)])
    absence, sickness = company.breathe.add_absence, company.breathe.add_sickness
    absence(ada.at_breathe, day("2026-12-07"), reason_id=home)
    absence(ada.at_breathe, day("2026-12-08"), reason_id=old)
    absence(ada.at_breathe, day("2026-12-09"), cancelled=True)
    sickness(ada.at_breathe, day("2026-12-10"), day("2026-12-10"), status="rejected")
    for status in ("Requested", "Pending", "Rejected", "Cancelled", "Non-attended", "Expired"):
        company.breathe.add_course(
            ada.at_breathe, day("2026-12-11"), day("2026-12-11"), status=status
        )
    company.breathe.add_course(ada.at_breathe, None, None, status="Booked")
    company.breathe.add_course(ada.at_breathe, day("2026-12-14"), None, status="Booked")

    company.run()

    assert company.booked(ada) == []


def test_a_holiday_with_an_ignored_reason_is_ignored_too(company: Company) -> None:
    ada = company.hire("ada")
    reason = company.breathe.add_reason("Archived")
    company.set_options(ignored_reasons=["Archived"])
    company.breathe.add_absence(ada.at_breathe, day("2026-12-07"), reason_id=reason, type="Holiday")

    company.run()

    assert company.booked(ada) == []


def test_a_kind_without_a_category_is_not_synced_and_its_bookings_are_not_touched(
    company: Company,
) -> None:
    ada = company.hire("ada")
    company.set_options(events={"holiday": company.holiday})
    company.book(ada.at_productive, "2026-12-14", event_id=company.sickness)
    company.breathe.add_sickness(ada.at_breathe, day("2026-12-09"), day("2026-12-09"))
    company.breathe.add_absence(ada.at_breathe, day("2026-12-07"))

    company.run()

    assert company.booked(ada) == [
        ("holiday", "2026-12-07", "2026-12-07", 420),
        ("sickness", "2026-12-14", "2026-12-14", 420),
    ]


def test_two_kinds_may_share_a_category_and_are_then_one(company: Company) -> None:
    ada = company.hire("ada")
    company.set_options(events={"holiday": company.holiday, "other_leave": company.holiday})
    reason = company.breathe.add_reason("Compassionate")
    company.breathe.add_absence(ada.at_breathe, day("2026-12-07"), day("2026-12-08"))
    company.breathe.add_absence(
        ada.at_breathe, day("2026-12-08"), day("2026-12-09"), reason_id=reason
    )

    company.run()

    assert company.booked(ada) == [("holiday", "2026-12-07", "2026-12-09", 420)]


# --------------------------------------------------------------------- open sickness


def test_an_open_sickness_grows_by_changing_the_end_of_one_booking(company: Company) -> None:
    ada = company.hire("ada")
    company.breathe.add_sickness(ada.at_breathe, day("2026-11-30"))
    company.run()
    [(_, _, end, _)] = company.booked(ada)
    assert end == "2026-12-02"
    [before] = [b.id for b in company.productive.bookings.values() if b.end == day("2026-12-02")]
    company.forget_requests()

    company.clock.forward(days=1)
    company.run()

    assert [seen.method for seen in company.writes()] == ["PATCH"]
    assert company.productive.bookings[before].end == day("2026-12-03")


def test_an_open_sickness_writes_nothing_on_a_weekend(company: Company) -> None:
    ada = company.hire("ada")
    company.breathe.add_sickness(ada.at_breathe, day("2026-11-30"))
    company.clock.forward(days=2)
    company.run()
    company.forget_requests()

    for _ in ("Saturday", "Sunday"):
        company.clock.forward(days=1)
        company.run()

    assert company.writes() == []
    assert company.booked(ada) == [("sickness", "2026-11-30", "2026-12-04", 420)]


def test_an_open_sickness_that_begins_later_is_its_first_day(company: Company) -> None:
    ada = company.hire("ada")
    company.breathe.add_sickness(ada.at_breathe, day("2026-12-10"))

    company.run()

    assert company.booked(ada) == [("sickness", "2026-12-10", "2026-12-10", 420)]


def test_a_day_is_over_when_it_is_over_in_britain(company: Company) -> None:
    ada = company.hire("ada")
    company.breathe.add_sickness(ada.at_breathe, day("2026-06-29"))
    company.clock.now = START.replace(month=6, day=30, hour=23, minute=30)

    company.run()

    assert company.booked(ada)[0][2] == "2026-07-01"


def test_approving_the_next_day_does_what_was_shown_the_day_before(company: Company) -> None:
    """Overnight the sickness grew, which would go beyond the plan that was looked at."""
    from django.contrib.auth import get_user_model

    from uploader import reviews

    ada = company.hire("ada")
    company.breathe.add_sickness(ada.at_breathe, day("2026-11-30"))
    company.sync.mode = "review"
    company.sync.save()
    waiting = company.run()
    assert waiting.status == "needs_review"
    company.clock.forward(days=1)

    sam = get_user_model().objects.create_user("sam")
    assert reviews.approve(waiting, by=sam, now=company.clock()) is not None
    done = company.run_to_the_end()

    assert done.status == "finished"
    assert company.booked(ada) == [("sickness", "2026-11-30", "2026-12-02", 420)]


# -------------------------------------------------------------------- the window


def test_long_leave_that_began_before_the_window_is_whole(company: Company) -> None:
    ada = company.hire("ada")
    company.breathe.add_absence(ada.at_breathe, day("2026-01-05"), day("2026-12-31"))

    company.run()

    assert company.booked(ada) == [("holiday", "2026-01-05", "2026-12-31", 420)]


def test_what_ended_before_the_window_is_history(company: Company) -> None:
    ada = company.hire("ada")
    company.book(ada.at_productive, "2026-08-03", "2026-08-07")
    company.breathe.add_absence(ada.at_breathe, day("2026-07-06"), day("2026-07-10"))

    run = company.run()

    assert company.booked(ada) == [("holiday", "2026-08-03", "2026-08-07", 420)]
    assert run.counts["delete"] == 0


def test_since_looks_further_back_and_writes_there(company: Company) -> None:
    ada = company.hire("ada")
    company.breathe.add_absence(ada.at_breathe, day("2026-07-06"), day("2026-07-10"))

    assert whats(company) == []
    assert whats(company, since="2026-07-10") == [
        ("create", "ada@example.org", "holiday 2026-07-06 to 2026-07-10, 7 h a day")
    ]
    assert whats(company, since="2026-07-11") == []


def test_nothing_is_written_as_the_window_slides_over_leave(company: Company) -> None:
    ada = company.hire("ada", hours=(7, 7, 7, 7, 3.5, 0, 0))
    for start, end in (("2026-11-23", "2026-12-11"), ("2026-12-14", "2026-12-15")):
        company.breathe.add_absence(ada.at_breathe, day(start), day(end), half_end=True)
    company.run()
    company.forget_requests()
    before = company.booked(ada)

    for _ in range(40):
        company.clock.forward(days=3)
        run = company.run()
        assert run.status == "finished", run.error

    assert company.writes() == []
    assert company.booked(ada) == before
    assert not Link.objects.exists(), "what is history needs no memory"


def test_leave_that_is_drawn_out_across_the_border_is_not_booked_twice(company: Company) -> None:
    ada = company.hire("ada")
    absence = company.breathe.add_absence(ada.at_breathe, day("2026-12-07"), day("2026-12-11"))
    company.run()
    company.clock.forward(days=100)
    company.breathe.change("absences", absence, end_date=day("2027-03-12"))

    company.run()

    assert company.booked(ada) == [("holiday", "2026-12-07", "2027-03-12", 420)]


def test_leave_that_is_cut_short_across_the_border_stays_before_it(company: Company) -> None:
    """What lies before the window is history, and no run looks at it."""
    ada = company.hire("ada")
    absence = company.breathe.add_absence(ada.at_breathe, day("2026-12-07"), day("2027-03-12"))
    company.run()
    company.clock.forward(days=110)
    company.breathe.change("absences", absence, end_date=day("2026-12-11"))
    company.forget_requests()

    for _ in range(3):
        company.run()
        company.clock.forward(days=1)

    # 90 days before the 22nd of March.
    assert company.booked(ada) == [("holiday", "2026-12-07", "2026-12-21", 420)]
    assert [seen.method for seen in company.writes()] == ["PATCH"]


# --------------------------------------------------------------- changes at the source


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


# ------------------------------------------------------- what people do at Productive


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


# ------------------------------------------------------------------------- people


def test_addresses_match_in_any_case_and_through_aliases(company: Company) -> None:
    ada = company.breathe.add_employee(" Ada@Example.ORG ", "Ada", "Example")
    ben = company.breathe.add_employee("ben@example.org", "Ben", "Example")
    at_productive = [
        company.productive.add_person("aDA@example.org").id,
        company.productive.add_person("Ben.Example@Example.com").id,
    ]
    company.same_human("ben@example.org", "ben.example@example.com")
    for employee in (ada, ben):
        company.breathe.add_absence(employee, day("2026-12-07"))

    company.run()

    for person in at_productive:
        assert company.booked(person) == [("holiday", "2026-12-07", "2026-12-07", 420)]


def test_nobody_is_guessed(company: Company) -> None:
    for email, times_here, times_there in (
        ("nobody@example.org", 1, 0),
        ("twice-there@example.org", 1, 2),
        ("twice-here@example.org", 2, 1),
    ):
        for _ in range(times_here):
            employee = company.breathe.add_employee(email, "Some", "Body")
            company.breathe.add_absence(employee, day("2026-12-07"))
        for _ in range(times_there):
            company.productive.add_person(email)
    nameless = company.breathe.add_employee("", "No", "Address")
    company.breathe.add_absence(nameless, day("2026-12-07"))
    company.productive.add_person(None, placeholder=True)
    company.forget_requests()

    run = company.run()

    assert company.writes() == []
    assert "nobody@example.org: no match at Productive" in run.warnings
    for start in ("twice-there@example.org: several matches", "twice-here@example.org: 2 people"):
        assert any(warning.startswith(start) for warning in run.warnings), start
    assert "No Address: no e-mail address at Breathe HR, so nothing is done." in run.warnings


def test_of_several_records_at_productive_the_active_one_counts(company: Company) -> None:
    old = company.productive.add_person("ada@example.org").id
    company.productive.deactivate(old)
    ada = company.hire("ada")
    company.breathe.add_absence(ada.at_breathe, day("2026-12-07"))

    company.run()

    assert company.booked(old) == []
    assert len(company.booked(ada)) == 1


def test_whoever_leaves_keeps_their_bookings_as_they_are(company: Company) -> None:
    ada, ben = company.hire("ada"), company.hire("ben")
    absence = company.breathe.add_absence(ada.at_breathe, day("2026-12-07"), day("2026-12-11"))
    company.breathe.add_absence(ben.at_breathe, day("2026-12-07"))
    company.run()
    before = company.booked(ada)
    company.breathe.change("employees", ada.at_breathe, status="Ex-employee")
    company.breathe.change("absences", absence, cancelled=True)
    company.breathe.add_absence(ada.at_breathe, day("2026-12-14"))

    run = company.run()

    assert company.booked(ada) == before
    assert run.status == "finished"
    assert any(w.startswith("1 entry of people who are not current") for w in run.warnings)


def test_an_unknown_status_is_named_and_its_person_left_out(company: Company) -> None:
    ada = company.hire("ada")
    company.hire("ben")
    company.book(ada.at_productive, "2026-12-14")
    company.breathe.change("employees", ada.at_breathe, status="On hold")

    run = company.run()

    assert any("“On hold”" in warning for warning in run.warnings)
    assert len(company.booked(ada)) == 1


def test_only_and_exclude_choose_people_by_any_of_their_addresses(company: Company) -> None:
    people = [company.hire(name) for name in ("ada", "ben", "cleo")]
    company.same_human("ben@example.org", "ben.other@example.com")
    for person in people:
        company.breathe.add_absence(person.at_breathe, day("2026-12-07"))

    def subjects(**params: object) -> list[str]:
        return [subject for _, subject, _ in whats(company, **params)]

    assert subjects(only=["ben.other@example.com"]) == ["ben@example.org"]
    assert subjects(exclude=["ben.other@example.com"]) == ["ada@example.org", "cleo@example.org"]
    assert subjects(only=["ada@example.org", "ben@example.org"], exclude=["ben@example.org"]) == [
        "ada@example.org"
    ]
    report = company.plan(only=["nobody@example.org"])
    assert report.changes == []
    expected = "--only: nobody in this sync has the address nobody@example.org."
    assert expected in report.warnings


def test_what_is_chosen_is_all_that_is_written_and_remembered(company: Company) -> None:
    ada, ben = company.hire("ada"), company.hire("ben")
    for person in (ada, ben):
        company.breathe.add_absence(person.at_breathe, day("2026-12-07"))
    company.run()
    links = Link.objects.count()
    for person in (ada, ben):
        company.breathe.add_absence(person.at_breathe, day("2026-12-14"))

    company.run(apply=True, only=["ada@example.org"])

    assert (len(company.booked(ada)), len(company.booked(ben))) == (2, 1)
    assert Link.objects.count() == links + 1


def test_excluded_people_are_no_part_of_the_sync(company: Company) -> None:
    ada, ben = company.hire("ada"), company.hire("ben")
    company.set_options(exclude=["ada@example.org"])
    company.book(ada.at_productive, "2026-12-14")
    for person in (ada, ben):
        company.breathe.add_absence(person.at_breathe, day("2026-12-07"))

    company.run()

    assert company.booked(ada) == [("holiday", "2026-12-14", "2026-12-14", 420)]
    assert len(company.booked(ben)) == 1


# ------------------------------------------------------------------------ a slip


def test_an_entry_that_cannot_be_meant_holds_up_its_person_alone(company: Company) -> None:
    ada, ben = company.hire("ada"), company.hire("ben")
    company.book(ada.at_productive, "2026-12-14")
    for person in (ada, ben):
        company.breathe.add_absence(person.at_breathe, day("2026-12-07"))
    wrong = company.breathe.add_absence(ada.at_breathe, day("2026-12-21"))
    company.breathe.change("absences", wrong, end_date=day("2026-12-20"))

    run = company.run()

    assert company.booked(ada) == [("holiday", "2026-12-14", "2026-12-14", 420)]
    assert len(company.booked(ben)) == 1
    assert any(w.startswith("ada@example.org: an entry at Breathe HR cannot") for w in run.warnings)


def test_leave_for_a_hundred_years_is_a_slip_and_not_counted_day_by_day(company: Company) -> None:
    ada = company.hire("ada")
    company.breathe.add_absence(ada.at_breathe, day("2026-12-07"), day("9999-12-31"))

    run = company.run()

    assert run.status == "finished"
    assert any("more than ten years" in warning for warning in run.warnings)


def test_the_clock_of_the_window_is_the_day_of_the_run(company: Company) -> None:
    assert START.date() - timedelta(days=90) == day("2026-09-03")
    ada = company.hire("ada")
    company.breathe.add_absence(ada.at_breathe, day("2026-09-03"))
    company.breathe.add_absence(ada.at_breathe, day("2026-09-01"))

    company.run()

    assert company.booked(ada) == [("holiday", "2026-09-03", "2026-09-03", 420)]
