"""Who is who on both sides, whom a run is meant for, and entries that cannot be meant."""

from datetime import timedelta

import pytest

from tests.uploader.leave.company import START, Company, day
from uploader.models import Link

pytestmark = pytest.mark.django_db


def whats(company: Company, **params: object) -> list[tuple[str, str, str]]:
    report = company.plan(**params)
    assert report.error is None
    return [(change.action, change.subject, change.what) for change in report.changes]


# --------------------------------------------------------------------- people


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
    for start in (
        "twice-there@example.org: several matches",
        "twice-here@example.org: several people",
    ):
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


# --------------------------------------------------------------------- a slip


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
