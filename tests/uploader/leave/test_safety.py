"""What a person must be asked first, and which day must never be free meanwhile."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from integrations.sandbox import Fault
from tests.uploader.leave.company import Colleague, Company, day
from uploader import reviews
from uploader.models import Run, Sync

pytestmark = pytest.mark.django_db


def on_long_leave(company: Company, *names: str) -> list[Colleague]:
    people = [company.hire(name) for name in names]
    for person in people:
        company.breathe.add_absence(person.at_breathe, day("2026-03-02"), day("2027-03-01"))
    return people


def approved(company: Company, run: Run) -> Run:
    user, _ = get_user_model().objects.get_or_create(username="sam")
    begun = reviews.approve(run, by=user, now=company.clock())
    assert begun is not None
    return begun


# ----------------------------------------------------------------- asked first


def test_an_empty_source_cuts_no_long_leave_short(company: Company) -> None:
    [ada] = on_long_leave(company, "ada")
    company.run()
    before = company.booked(ada)
    company.breathe.lists["absences"].clear()

    run = company.run()

    assert run.status == "needs_review"
    assert run.warnings[0].startswith("The source came back empty")
    assert company.booked(ada) == before


def test_cutting_many_short_counts_as_deleting_them(company: Company) -> None:
    people = on_long_leave(company, *(f"p{n}" for n in range(12)))
    company.run()
    company.breathe.lists["absences"].clear()
    company.breathe.add_sickness(people[0].at_breathe, day("2026-12-02"), day("2026-12-02"))

    run = company.run()

    assert run.status == "needs_review"
    assert run.warnings[0] == "12 of 12 would be deleted, more than 30%."


def test_what_is_approved_for_one_person_is_not_approved_for_another(company: Company) -> None:
    company.sync.mode = "review"
    company.sync.save()
    ada, ben = company.hire("ada"), company.hire("ben")
    absence = company.breathe.add_absence(ada.at_breathe, day("2026-12-07"))
    plan = company.run()
    company.breathe.remove("absences", absence)
    company.breathe.add_absence(ben.at_breathe, day("2026-12-07"))
    assert company.plan().checksum != plan.checksum

    approved(company, plan)
    done = company.run_to_the_end()

    assert done.status == "needs_review"
    assert company.booked(ben) == []


def test_a_plan_that_overtakes_an_approved_one_is_as_of_now(company: Company) -> None:
    company.sync.mode = "review"
    company.sync.save()
    ada = company.hire("ada")
    company.breathe.add_sickness(ada.at_breathe, day("2026-11-30"))
    plan = company.run()
    company.clock.forward(days=7)
    company.breathe.add_absence(ada.at_breathe, day("2026-12-21"))

    approved(company, plan)
    newer = company.run_to_the_end()

    assert newer.status == "needs_review"
    assert "sickness 2026-11-30 to 2026-12-09, 7 h a day" in [
        line.what for line in newer.changes.all()
    ]


def test_an_approved_run_that_waits_for_hours_looks_again(company: Company) -> None:
    company.sync.mode = "review"
    company.sync.save()
    ada = company.hire("ada")
    absence = company.breathe.add_absence(ada.at_breathe, day("2026-12-07"))
    company.breathe.add_absence(ada.at_breathe, day("2026-12-14"))
    plan = company.run()
    company.productive.switches["budget_seconds"] = 20 * 3600
    run = approved(company, plan)
    assert company.run_once_more() is not None
    company.breathe.change("absences", absence, cancelled=True)
    company.productive.switches["budget_seconds"] = 0

    company.run_to_the_end()

    run.refresh_from_db()
    assert run.status == "finished"
    assert company.booked(ada) == [("holiday", "2026-12-14", "2026-12-14", 420)]


# ------------------------------------------------------------------- never free


def test_leave_of_another_kind_is_there_before_the_first_goes(company: Company) -> None:
    """Its new category needs an entitlement that nobody has: so it stays in the old one."""
    limited = company.productive.add_event("Limited", limited=True).id
    company.set_options(events={"holiday": company.holiday, "other_leave": limited})
    [ada] = company.with_leave("ada")
    company.productive.set_entitlement(ada.at_productive, limited, entitled=False)
    company.run()
    reason = company.breathe.add_reason("Compassionate")
    [number] = company.breathe.lists["absences"]
    company.breathe.change(
        "absences", number, type="OtherLeave", leave_reason={"id": reason, "name": "Compassionate"}
    )

    run = company.run()

    assert run.status == "finished_with_problems"
    assert company.booked(ada) == [("holiday", "2026-12-07", "2026-12-09", 420)]


@pytest.mark.parametrize("refused", [False, True])
def test_a_day_that_moves_from_one_booking_to_the_next_is_in_both_for_a_moment(
    company: Company, refused: bool
) -> None:
    ada = company.hire("ada", hours=(7, 7, 7, 4, 4, 0, 0))
    company.breathe.add_absence(ada.at_breathe, day("2026-12-07"), day("2026-12-11"))
    company.run()
    company.productive.salaries.clear()
    company.productive.add_salary(ada.at_productive, (7, 7, 4, 4, 4, 0, 0))
    free: list[str] = []

    def look(seen: Any) -> None:
        days = [(b.start, b.end) for b in company.productive.bookings.values()]
        wednesday = day("2026-12-09")
        mine = [b for b in company.productive.bookings.values() if b.person_id == ada.at_productive]
        if days and not any(b.start <= wednesday <= b.end for b in mine):
            free.append(f"before {seen.method}")

    company.world.hook = look
    if refused:
        company.world.faults.add(Fault("productive", "409", match="PATCH"))
    company.run()

    assert free == []
    mine = [(start, end) for _, start, end, _ in company.booked(ada)]
    changed = [("2026-12-07", "2026-12-08"), ("2026-12-09", "2026-12-11")]
    assert mine == (
        [("2026-12-07", "2026-12-09"), ("2026-12-10", "2026-12-11")] if refused else changed
    )


def test_what_somebody_moved_away_since_it_was_listed_is_not_deleted(company: Company) -> None:
    ada = company.hire("ada")
    booking = company.book(ada.at_productive, "2026-12-14")
    company.breathe.add_absence(ada.at_breathe, day("2026-12-07"))

    def move(seen: Any) -> None:
        if seen.method == "POST":
            company.productive.change_booking(booking.id, event_id=company.remote)

    company.world.hook = move
    run = company.run()

    assert booking.id in company.productive.bookings
    [line] = run.changes.filter(action="delete")
    assert (line.outcome, line.reason[:23]) == ("skipped", "It is no longer certain")


# -------------------------------------------------------------------- who is who


def test_a_twin_with_a_slip_makes_nobody_unique(company: Company) -> None:
    [ada] = company.with_leave("ada")
    company.run()
    twin = company.breathe.add_employee("ADA@example.org", "Ada", "Twin")
    company.breathe.add_absence(twin, day("2026-12-21"))
    slip = min(company.breathe.lists["absences"])
    company.breathe.change("absences", slip, end_date=day("2026-12-01"))

    run = company.run()

    assert company.booked(ada) == [("holiday", "2026-12-07", "2026-12-09", 420)]
    assert any("several people at the source" in warning for warning in run.warnings)


def test_the_token_of_a_team_is_found_out_at_the_first_booking_of_somebody_else(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It shows the stranger's bookings, and not those of Ada."""
    [ada] = company.with_leave("ada")
    company.book(ada.at_productive, "2026-12-07", "2026-12-09")
    visible = company.productive._visible

    def of_the_team(request: Any) -> Any:
        return [b for b in visible(request) if b.person_id == company.stranger]

    monkeypatch.setattr(company.productive, "_visible", of_the_team)

    run = company.run()

    assert run.status == "failed"
    assert "is not shown to this token" in run.error
    assert sum(b.person_id == ada.at_productive for b in company.productive.bookings.values()) == 2


def test_two_syncs_never_undo_each_others_work(company: Company) -> None:
    [ada] = company.with_leave("ada")
    company.run()
    first = company.fresh_sync()
    options = {**first.options, "events": {"sickness": company.holiday}}
    second = Sync.objects.create(
        name="second", kind=first.kind, mode="automatic", source=first.source,
        target=first.target, options=options,
    )  # fmt: skip
    company.breathe.add_sickness(ada.at_breathe, day("2026-12-09"), day("2026-12-10"))
    company.sync = second

    run = company.run()

    assert company.booked(ada) == [("holiday", "2026-12-07", "2026-12-09", 420)]
    [line] = run.changes.all()
    assert line.action == "conflict"
    assert "made by the sync leave" in line.reason


# ------------------------------------------------------------------ a year later


def test_a_year_later_nothing_is_left_of_whom_and_when(company: Company) -> None:
    ada = company.hire("ada")
    company.breathe.add_sickness(ada.at_breathe, day("2026-12-05"), day("2026-12-06"))
    company.breathe.add_sickness(ada.at_breathe, day("2026-12-09"), day("2026-12-10"))
    run = company.run()
    assert any("2026-12-05" in warning for warning in run.warnings)
    company.clock.now += timedelta(days=400)

    company.run()

    run.refresh_from_db()
    assert (run.warnings, run.params, run.in_step, run.approvable) == ([], {}, {}, [])
    assert not run.changes.exists()
