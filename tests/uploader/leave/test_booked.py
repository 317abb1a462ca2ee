"""What is booked of which leave, and for how many hours."""

import pytest
from django.contrib.auth import get_user_model

from tests.uploader.leave.company import START, Company, day
from uploader import reviews

pytestmark = pytest.mark.django_db


# ------------------------------------------------------------- what is booked


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


# -------------------------------------------------------------- open sickness


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
