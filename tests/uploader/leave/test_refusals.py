"""What Productive refuses, what limits there are, and what is set up wrong."""

from datetime import timedelta
from typing import Any

import pytest

from integrations.sandbox import Fault
from tests.uploader.leave.company import Company, day

pytestmark = pytest.mark.django_db


# ------------------------------------------------------------- refused writes


def test_somebody_deactivated_between_plan_and_apply_holds_up_nobody_else(
    company: Company,
) -> None:
    ada, ben = company.with_leave("ada", "ben")

    def deactivate(seen: Any) -> None:
        if seen.method == "POST":
            company.productive.deactivate(ada.at_productive)

    company.world.hook = deactivate
    run = company.run()

    assert run.status == "finished_with_problems"
    [refused] = run.changes.filter(outcome="rejected")
    assert refused.subject == "ada@example.org"
    assert "422" in refused.reason
    assert len(company.booked(ben)) == 1


def test_without_an_entitlement_it_is_said_and_tried_again_a_day_later(company: Company) -> None:
    limited = company.productive.add_event("Limited holiday", limited=True).id
    company.set_options(events={"holiday": limited})
    ada, ben = company.with_leave("ada", "ben")
    company.productive.set_entitlement(ben.at_productive, limited)
    company.productive.set_entitlement(ada.at_productive, limited, entitled=False)

    run = company.run()

    [refused] = run.changes.filter(outcome="rejected")
    assert (refused.subject, run.status) == ("ada@example.org", "finished_with_problems")
    assert "ntitlement" in refused.reason
    company.forget_requests()
    company.clock.forward(hours=1)
    again = company.run()
    assert company.writes() == []
    assert again.changes.get().reason == refused.reason
    company.productive.set_entitlement(ada.at_productive, limited)
    company.clock.forward(days=1)
    assert company.run().status == "finished"


def test_what_is_booked_stays_while_what_is_to_replace_it_is_refused(company: Company) -> None:
    """A holiday turns into two stretches of other hours: no day of it may be free meanwhile."""
    [ada] = company.with_leave("ada")
    company.run()
    company.productive.salaries.clear()
    company.productive.add_salary(ada.at_productive, (7, 7, 3.5, 7, 7, 0, 0))
    company.world.faults.add(
        Fault(
            "productive",
            "409",
            match="POST",
            times=None,
        )
    )
    company.forget_requests()

    run = company.run()

    assert [seen.method for seen in company.writes()] == ["POST"]
    assert company.booked(ada) == [("holiday", "2026-12-07", "2026-12-09", 420)]
    reasons = [line.reason for line in run.changes.filter(outcome="rejected")]
    assert reasons[1] == "It stays, because what is to take its place was refused."
    company.world.faults.clear()
    company.clock.forward(hours=1)
    company.run()
    assert company.booked(ada) == [("holiday", "2026-12-07", "2026-12-09", 420)], "still refused"
    company.clock.forward(days=1)
    company.run()
    assert company.booked(ada) == [
        ("holiday", "2026-12-07", "2026-12-08", 420),
        ("holiday", "2026-12-09", "2026-12-09", 210),
    ]


@pytest.mark.parametrize("kind", ["lost", "cut", "500", "502"])
def test_a_create_whose_answer_is_lost_is_neither_lost_nor_doubled(
    company: Company, kind: str
) -> None:
    people = company.with_leave("ada", "ben", "cleo")
    company.world.faults.add(Fault("productive", kind, match="POST", skip=1))

    assert company.run().status == "waiting"
    done = company.run_to_the_end()

    assert done.status == "finished", done.error
    for person in people:
        assert company.booked(person) == [("holiday", "2026-12-07", "2026-12-09", 420)]
    assert done.counts["create"] >= 2


def test_a_booking_that_somebody_else_deleted_is_as_good_as_deleted(company: Company) -> None:
    [ada] = company.with_leave("ada")
    company.run()
    [number] = [
        n for n, b in company.productive.bookings.items() if b.person_id == ada.at_productive
    ]
    company.breathe.add_absence(ada.at_breathe, day("2026-12-21"))
    company.breathe.change("absences", min(company.breathe.lists["absences"]), cancelled=True)

    def delete_first(seen: Any) -> None:
        if seen.method == "DELETE":
            company.productive.bookings.pop(number, None)

    company.world.hook = delete_first
    run = company.run()

    assert run.status == "finished", run.error
    assert [seen.status for seen in company.writes()][-1] == 404
    assert company.booked(ada) == [("holiday", "2026-12-21", "2026-12-21", 420)]


# --------------------------------------------------------------------- limits


def test_too_many_requests_are_waited_out_as_long_as_productive_says(company: Company) -> None:
    people = company.with_leave(*(f"p{n}" for n in range(15)))
    company.productive.switches["requests_per_10s"] = 12

    run = company.run()

    assert run.status == "waiting"
    assert run.next_at is not None
    assert timedelta(0) < run.next_at - company.clock() <= timedelta(seconds=10)
    assert "Productive asked us to slow down." in run.error
    assert company.run_to_the_end().status == "finished"
    assert all(len(company.booked(person)) == 1 for person in people)


def test_a_budget_that_is_used_up_for_hours_stops_the_run_and_says_so(company: Company) -> None:
    company.with_leave("ada")
    company.productive.switches["budget_seconds"] = 5 * 3600
    company.forget_requests()

    run = company.run()

    assert run.status == "waiting"
    assert run.next_at == company.clock() + timedelta(hours=5)
    assert "allowance of computing time" in run.error
    at_productive = [seen for seen in company.world.requests if seen.provider == "productive"]
    assert len(at_productive) == 1
    company.productive.switches["budget_seconds"] = 0
    assert company.run_to_the_end().status == "finished"


@pytest.mark.once
def test_breathe_is_never_asked_more_often_than_it_allows(company: Company, settings: Any) -> None:
    """A company with more pages than one allowance holds, at the pace of the real Breathe HR."""
    settings.PROVIDER_SETTINGS = {"breathe": {"RATE": "55"}}
    company.breathe.switches["requests_per_minute"] = 60
    company.breathe.switches["rate_window"] = "sliding"
    ada = company.hire("ada")
    for n in range(7100):
        company.breathe.add_absence(ada.at_breathe, day("1990-01-01") + timedelta(days=n))
    company.breathe.add_absence(ada.at_breathe, day("2026-12-07"))

    run = company.run()
    assert (run.status, run.attempts) == ("waiting", 0)
    assert "gets only so many requests a minute from us" in run.error
    done = company.run_to_the_end()

    assert done.status == "finished", done.error
    assert len(company.booked(ada)) == 1
    asked = [seen for seen in company.world.requests if seen.provider == "breathe"]
    assert all(seen.status == 200 for seen in asked)
    assert len(asked) == 72 + 3, "every page once"


# ------------------------------------------------------- what is set up wrong


@pytest.mark.parametrize(
    ("events", "says"),
    [
        ({"holiday": "999"}, "Productive has no absence category 999."),
        ({"holiday": "remote"}, "Productive's category Remote work"),
    ],
)
def test_a_category_that_cannot_be_meant_fails_before_any_write(
    company: Company, events: dict[str, str], says: str
) -> None:
    company.with_leave("ada")
    numbers = {"remote": company.remote}
    chosen = {kind: numbers.get(name, name) for kind, name in events.items()}
    company.set_options(events=chosen)

    run = company.run()

    assert run.status == "failed"
    assert says in run.error
    assert "`list_event_types productive` shows those there are." in run.error
    assert company.writes() == []


def test_an_archived_category_is_said(company: Company) -> None:
    [ada] = company.with_leave("ada")
    company.productive.events[company.holiday].archived = True

    run = company.run()

    assert any("is archived at Productive" in warning for warning in run.warnings)
    assert len(company.booked(ada)) == 1


def test_where_salaries_may_not_be_seen_availabilities_tell_the_hours(company: Company) -> None:
    company.productive.switches["salaries"] = "forbidden"
    ada = company.hire("ada", hours=None)
    company.productive.people.pop(ada.at_productive)
    part_time = company.productive.add_person("ada@example.org", hours=(5, 5, 5, 5, 5, 0, 0)).id
    company.breathe.add_absence(ada.at_breathe, day("2026-12-07"))

    run = company.run()

    assert company.booked(part_time) == [("holiday", "2026-12-07", "2026-12-07", 300)]
    assert any(warning.startswith("Salaries, and the working hours") for warning in run.warnings)
