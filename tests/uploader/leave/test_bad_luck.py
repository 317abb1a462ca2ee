"""What a leave sync does when a service fails, hides something or hands out nonsense."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from integrations.models import Connection
from integrations.sandbox import Fault
from tests.uploader.leave.company import Colleague, Company, day
from uploader import reviews
from uploader.models import Run

pytestmark = pytest.mark.django_db


def approved(company: Company, run: Run) -> Run:
    assert run.status == "needs_review", run.error
    user, _ = get_user_model().objects.get_or_create(username="sam")
    assert reviews.approve(run, by=user, now=company.clock()) is not None
    return company.run_to_the_end()


# ------------------------------------------------------------ an empty source


def test_a_source_without_any_leave_deletes_nothing(company: Company) -> None:
    [ada] = company.with_leave("ada")
    company.run()
    company.breathe.lists["absences"].clear()

    run = company.run()

    assert run.status == "needs_review"
    assert run.warnings[0].startswith("The source came back empty, while 1 of ours")
    assert len(company.booked(ada)) == 1


def test_a_source_without_any_employee_is_a_failure_and_no_success(company: Company) -> None:
    [ada] = company.with_leave("ada")
    company.run()
    company.breathe.lists["employees"].clear()

    run = company.run()

    assert run.status == "failed"
    assert "not one current employee is listed" in run.error
    assert len(company.booked(ada)) == 1


def test_too_many_deletions_wait_for_a_person_and_only_choosing_some_is_no_way_round(
    company: Company,
) -> None:
    people = company.with_leave(*(f"p{n}" for n in range(12)))
    company.run()
    kept = people[-1]
    for number, row in list(company.breathe.lists["absences"].items()):
        if row["employee"]["id"] != kept.at_breathe:
            company.breathe.remove("absences", number)

    assert company.run().status == "needs_review"
    run = company.run(apply=True, only=[people[0].email])

    assert run.status == "needs_review"
    assert run.warnings[0] == "11 of 12 would be deleted, more than 30%."
    assert all(company.booked(person) for person in people)
    assert approved(company, run).status == "finished"
    assert [bool(company.booked(person)) for person in people] == [False] + [True] * 11


# ---------------------------------------------------- in the middle of a read


def big_company(company: Company) -> Colleague:
    """Eight pages of absences."""
    ada = company.hire("ada")
    for n in range(750):
        company.breathe.add_absence(ada.at_breathe, day("2010-01-04") + timedelta(days=2 * n))
    company.breathe.add_absence(ada.at_breathe, day("2026-12-07"))
    return ada


def pages(company: Company) -> list[str]:
    return [seen.query.get("page", "1") for seen in company.reads() if "absences" in seen.path]


@pytest.mark.parametrize("kind", ["429", "500", "502", "html200"])
def test_a_source_that_fails_on_page_7_is_read_on_from_page_7(company: Company, kind: str) -> None:
    ada = big_company(company)
    company.world.faults.add(Fault("breathe", kind, match="absences", skip=6))

    run = company.run()
    assert run.status == "waiting"
    assert company.writes() == []
    done = company.run_to_the_end()

    assert done.status == "finished", done.error
    assert company.booked(ada) == [("holiday", "2026-12-07", "2026-12-07", 420)]
    # The refused request is asked again; no page before it is.
    assert pages(company) == ["1", "2", "3", "4", "5", "6", "7", "7", "8"]


def test_what_was_read_is_kept_encrypted_while_waiting_and_gone_afterwards(
    company: Company,
) -> None:
    big_company(company)
    company.world.faults.add(Fault("breathe", "429", match="absences", skip=6))

    run = company.run()

    stored: Any = Run.objects.values_list("kept", flat=True).get(pk=run.pk)
    assert stored
    assert "ada@example.org" not in stored.ciphertext
    assert set(stored.open()) == {"employees", "absences"}
    company.run_to_the_end()
    assert not Run.objects.filter(pk=run.pk).values_list("kept", flat=True).get()


def test_what_was_read_long_ago_is_read_again(company: Company) -> None:
    big_company(company)
    company.world.faults.add(Fault("breathe", "429", match="absences", skip=6, retry_after=3600))

    company.run()
    company.run_to_the_end()

    assert pages(company) == [*"1234567", *"12345678"]


def test_an_absence_that_is_removed_while_it_is_read_hides_no_other(company: Company) -> None:
    """Its page closes up: the first row of the next one would be overlooked, and be deleted."""
    ada = big_company(company)
    company.run()
    first = min(company.breathe.lists["absences"])

    def remove(seen: Any) -> None:
        if seen.query.get("page") == "5" and first in company.breathe.lists["absences"]:
            company.breathe.remove("absences", first)

    company.world.hook = remove
    run = company.run()

    assert run.status == "waiting"
    assert "The list of absences was not read whole" in run.error
    assert company.run_to_the_end().counts["delete"] == 0
    assert len(company.booked(ada)) == 1


def test_a_full_page_that_tells_neither_of_more_nor_how_many_is_no_whole_list(
    company: Company,
) -> None:
    ada = big_company(company)
    company.run()

    def same(rows: Any) -> Any:
        return rows  # sent without any of Breathe's headers

    company.world.faults.add(Fault("breathe", "wrong_shape", match="absences", change=same))
    run = company.run()

    assert run.status == "waiting"
    assert "it does not say how many entries it has" in run.error
    assert company.run_to_the_end().counts["delete"] == 0
    assert len(company.booked(ada)) == 1


# ----------------------------------------------------------------------- keys


@pytest.mark.parametrize(("slug", "who"), [("breathe", "company"), ("productive", "admin")])
def test_a_key_that_is_revoked_in_the_middle_stops_the_run_and_asks_to_connect_again(
    company: Company, slug: str, who: str
) -> None:
    company.with_leave("ada", "ben")
    path = {"breathe": "/v1/sicknesses", "productive": "/api/v2/bookings"}[slug]

    def revoke(seen: Any) -> None:
        if seen.path == path:
            company.world[slug].revoke(who)

    company.world.hook = revoke
    run = company.run()

    assert run.status == "failed"
    assert "has to be connected again" in run.error
    assert Connection.objects.get(name=slug).state == "needs_reconnect"
    company.world.hook = None
    company.world[slug].grant(who)
    Connection.objects.update(state="connected")
    assert company.run_to_the_end().status == "finished"


def test_a_401_that_was_a_mishap_is_waited_out(company: Company) -> None:
    [ada] = company.with_leave("ada")
    company.world.faults.add(Fault("breathe", "401", match="absences"))

    assert company.run().status == "waiting"
    assert company.run_to_the_end().status == "finished"
    assert len(company.booked(ada)) == 1


# -------------------------------------------------------------- a blind token


def alone(company: Company) -> None:
    """Nobody but the token's owner has a booking."""
    company.productive.remove_booking(company.strangers_booking)
    company.book(company.owner, "2026-12-07")


@pytest.mark.parametrize("apply", [True, False])
def test_a_token_that_sees_nobody_elses_bookings_writes_nothing(
    company: Company, apply: bool
) -> None:
    [ada] = company.with_leave("ada")
    company.run()
    company.productive.switches["token"] = "limited"
    company.forget_requests()
    company.breathe.add_absence(ada.at_breathe, day("2026-12-14"))

    run = company.run(**({"apply": True} if apply else {}))

    assert run.status == "needs_review"
    assert run.warnings[0].startswith("Productive shows this token no bookings but those of its")
    assert company.writes() == []
    assert any("no bookings but those" in warning for warning in company.plan().warnings)


def test_a_blind_token_that_was_approved_is_found_out_at_the_first_booking(
    company: Company,
) -> None:
    people = company.with_leave("ada", "ben")
    company.run()
    before = len(company.productive.bookings)
    company.productive.switches["token"] = "limited"
    company.forget_requests()

    done = approved(company, company.run())

    assert done.status == "failed"
    assert "is not shown to this token" in done.error
    assert [seen.method for seen in company.writes()] == ["POST"]
    assert len(company.productive.bookings) == before + 1
    company.productive.switches["token"] = "admin"
    assert company.run().status == "finished"
    assert len(company.productive.bookings) == before, "what was too much is gone"
    assert all(len(company.booked(person)) == 1 for person in people)


def test_where_really_nobody_has_a_booking_approving_is_enough(company: Company) -> None:
    alone(company)
    people = company.with_leave("ada", "ben")

    done = approved(company, company.run())

    assert done.status == "finished", done.error
    assert all(len(company.booked(person)) == 1 for person in people)
    company.breathe.add_absence(people[0].at_breathe, day("2026-12-14"))
    assert company.run().status == "finished", "from now on it is plain that others can be seen"


def test_others_bookings_of_whatever_sort_show_that_the_token_sees_everybody(
    company: Company,
) -> None:
    alone(company)
    company.productive.add_booking(company.stranger, None, day("2020-01-06"), service_id="7")
    [ada] = company.with_leave("ada")

    assert company.run().status == "finished"
    assert len(company.booked(ada)) == 1


def test_when_most_of_what_we_made_is_hidden_nothing_is_made_again(company: Company) -> None:
    people = company.with_leave(*(f"p{n}" for n in range(8)))
    company.run()
    hidden = {
        number: booking
        for number, booking in company.productive.bookings.items()
        if booking.person_id in {person.at_productive for person in people[:5]}
    }
    for number in hidden:
        company.productive.remove_booking(number)
    company.forget_requests()

    run = company.run()

    assert run.status == "needs_review"
    assert run.warnings[0].startswith("5 of the 8 that we put at the target are not shown there")
    assert company.writes() == []
