"""The window of days, as it slides over leave that is known, drawn out or cut short."""

import pytest

from tests.uploader.leave.company import Company, day
from uploader.models import Link

pytestmark = pytest.mark.django_db


def whats(company: Company, **params: object) -> list[tuple[str, str, str]]:
    report = company.plan(**params)
    assert report.error is None
    return [(change.action, change.subject, change.what) for change in report.changes]


# ----------------------------------------------------------------- the window


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
    [ben] = company.with_leave("ben")
    company.breathe.add_absence(ben.at_breathe, day("2027-05-03"))
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
