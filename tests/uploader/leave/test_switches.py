"""Wherever the facts leave open how a provider behaves, the bookings come out the same."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integrations.breathe.sandbox import BreatheSandbox
from integrations.productive.sandbox import ProductiveSandbox
from integrations.productive.sandbox_records import fortnight
from integrations.productive.sandbox_seed import DEVELOPMENT
from integrations.productive.sandbox_stored import LONG_AGO, PERCENTAGE, TOTAL, Period
from integrations.sandbox import Sandbox
from tests.uploader.leave.account import Account
from tests.uploader.leave.company import DAY, Colleague, Company, day
from uploader import building, hands, inline
from uploader.models import Run
from uploader.syncs.breathe_to_productive.kind import BreatheToProductive

pytestmark = [pytest.mark.django_db, pytest.mark.once]

SANDBOXES: tuple[type[Sandbox], ...] = (BreatheSandbox, ProductiveSandbox)
# What a plan needs is just allowed at once; a plan and what it comes to is not.
RATES = {"requests_per_minute": 7, "requests_per_10s": 7}
# What is only seen where the rate is limited.
OF_LIMITS = {
    "rate_window": "requests_per_minute",
    "retry_after": "requests_per_minute",
    "error_body": "requests_per_minute",
    "limit_header": "requests_per_10s",
}
# Tests of their own: nothing at all comes of these.
STOPS = ("token", "budget_seconds")


def others(limits: bool) -> Iterator[Any]:
    """Every value that is no default, by sandbox and name, and what has to be set besides."""
    for sandbox in SANDBOXES:
        for name, switch in sandbox.declared.items():
            for value in (RATES[name],) if name in RATES else switch.options[1:]:
                given = {name: value}
                if name in OF_LIMITS:
                    given[OF_LIMITS[name]] = RATES[OF_LIMITS[name]]
                if name not in STOPS and bool(given.keys() & RATES.keys()) == limits:
                    yield pytest.param(sandbox, given, id=f"{sandbox.slug}-{name}-{value}")


class Everybody:
    """A company with one of everything that can be met at either service.

    Salaries and availabilities say the same, so that nothing is lost where one is not to be seen.
    """

    def __init__(self, company: Company) -> None:
        self.company = company
        self.account = Account(company)
        breathe = company.breathe
        at_home = breathe.add_reason("Working from home")
        self.study = breathe.add_reason("Study")
        company.set_options(ignored_reasons=[str(at_home)])
        self.ada, self.dan = company.hire("ada"), company.hire("dan")
        self.cleo = company.hire("cleo")
        company.productive.people[self.cleo.at_productive].email = "Cleo@Example.ORG"
        weeks = [Period(LONG_AGO, None, fortnight((7, 7, 7, 0, 0, 0, 0)))]
        self.ben = company.hire("ben", hours=(7, 7, 7, 0, 0, 0, 0), periods=weeks)
        self.eve = company.hire("eve")
        breathe.change("employees", self.eve.at_breathe, status="Ex-employee", email="")
        breathe.add_absence(breathe.add_employee("", "No", "Address"), day("2026-12-07"))
        nobody = breathe.add_employee("nobody@example.org", "Known", "Nowhere")
        breathe.add_absence(nobody, day("2026-12-07"))
        self._leave_of_ada(at_home)
        self._leave_of_ben()
        self._leave_of_cleo()
        self._leave_of_dan()
        self._bookings()
        self.account.begin()

    def _absence(self, who: Colleague, start: str, end: str | None = None, **more: Any) -> None:
        self.company.breathe.add_absence(who.at_breathe, day(start), day(end or start), **more)

    def _leave_of_ada(self, at_home: int) -> None:
        """Half days of all sorts, weekends, and what is no leave."""
        ada = self.ada
        self._absence(ada, "2026-12-05", "2026-12-06")
        self._absence(ada, "2026-12-07", "2026-12-10")
        self._absence(ada, "2026-12-14", cancelled=True)
        self._absence(ada, "2026-12-16", "2026-12-18", half_start=True, half_end=True)
        self._absence(ada, "2026-12-21", half_end=True)
        self._absence(ada, "2026-12-21", half_start=True, reason_id=self.study)
        self._absence(ada, "2026-12-22", half_end=True)
        self._absence(ada, "2026-12-22", half_start=True)
        self._absence(ada, "2026-12-24", half_start=True, half_end=True)
        self._absence(ada, "2026-12-28", reason_id=at_home)
        self._absence(ada, "2026-12-29", type="Holiday", reason_id=self.study)
        self._absence(ada, "2026-12-30", type="Holiday", reason_id=at_home)
        self._absence(ada, "2027-01-04", "2027-01-08", notes=None)
        self._absence(ada, "2027-01-08", "2027-01-12")

    def _leave_of_ben(self) -> None:
        """A whole year, and training."""
        ben, breathe = self.ben.at_breathe, self.company.breathe
        self._absence(self.ben, "2025-12-10", "2026-12-10", reason_id=self.study)
        for status in ("Approved", "Requested", "Rejected", "Cancelled", "Non-attended"):
            breathe.add_course(ben, day("2027-01-04"), day("2027-01-05"), status=status)
        breathe.add_course(ben, day("2027-01-18"), day("2027-01-19"), half_day=True, half="am")
        breathe.add_course(ben, day("2027-01-25"), day("2027-01-25"), half_day=True)
        breathe.add_course(ben, None, None)
        breathe.add_course(ben, day("2027-02-01"), None)

    def _leave_of_cleo(self) -> None:
        """Ill since before the window, and again some day; on holiday at the same time."""
        cleo, breathe = self.cleo.at_breathe, self.company.breathe
        breathe.add_sickness(cleo, day("2026-08-25"))
        breathe.add_sickness(cleo, day("2026-12-14"))
        breathe.add_sickness(cleo, day("2026-12-08"), day("2026-12-09"), status="rejected")
        self._absence(self.cleo, "2026-11-30", "2026-12-04")

    def _leave_of_dan(self) -> None:
        """Before, at and across the window's first day, the 3rd of September; and years of it."""
        self._absence(self.dan, "2026-08-17", "2026-08-18")
        self._absence(self.dan, "2026-08-31", "2026-09-01")
        self._absence(self.dan, "2026-09-03")
        self._absence(self.dan, "2026-12-07", "2026-12-08")
        self._absence(self.dan, "2026-12-10", "2026-12-11")
        for number in range(110):
            self._absence(self.dan, f"{day('2019-01-07') + 7 * number * DAY}")

    def _bookings(self) -> None:
        company, dan = self.company, self.dan.at_productive
        # More than a page.
        for number in range(205):
            start = day("2026-09-07") + number * DAY
            company.book(company.stranger, f"{start}", event_id=company.sickness)
        company.book(dan, "2026-08-17", "2026-08-18")
        company.book(dan, "2026-08-24")
        company.book(dan, "2026-09-03")
        company.book(dan, "2026-12-07", "2026-12-08")
        company.book(dan, "2026-12-07", "2026-12-08")
        company.book(dan, "2026-12-09", minutes=300)
        company.book(dan, "2026-12-10", "2026-12-11", canceled=True)
        company.book(dan, "2026-12-10", "2026-12-11", rejected=True, approved=False)
        company.book(dan, "2027-03-01", minutes=None, method=PERCENTAGE, percentage=50)
        company.book(dan, "2027-03-02", minutes=0, method=TOTAL, total_time=300)
        company.book(dan, "2026-12-11", event_id=company.remote)
        company.productive.add_booking(dan, None, day("2026-12-07"), service_id=DEVELOPMENT)
        # On the very first day that matters.
        company.book(self.ben.at_productive, "2025-12-10", event_id=company.other)
        company.book(self.eve.at_productive, "2026-12-07", "2026-12-11")
        company.book(self.ada.at_productive, "2026-12-07", "2026-12-09")

    def booked(self) -> dict[str, list[tuple[str, str, str, int | None]]]:
        people = {name: getattr(self, name) for name in ("ada", "ben", "cleo", "dan", "eve")}
        return {name: self.company.booked(who) for name, who in people.items()}


EXPECTED = {
    "ada": [
        ("holiday", "2026-12-07", "2026-12-10", 420),
        ("holiday", "2026-12-16", "2026-12-16", 210),
        ("holiday", "2026-12-17", "2026-12-17", 420),
        ("holiday", "2026-12-18", "2026-12-18", 210),
        ("holiday", "2026-12-21", "2026-12-21", 210),
        ("holiday", "2026-12-22", "2026-12-22", 420),
        ("holiday", "2026-12-24", "2026-12-24", 210),
        ("holiday", "2026-12-29", "2026-12-29", 420),
        ("holiday", "2027-01-04", "2027-01-12", 420),
        ("other", "2026-12-21", "2026-12-21", 210),
    ],
    "ben": [
        ("other", "2025-12-10", "2026-12-09", 420),
        ("other", "2027-01-04", "2027-01-05", 420),
        ("other", "2027-01-18", "2027-01-18", 210),
        ("other", "2027-01-19", "2027-01-19", 210),
        ("other", "2027-01-25", "2027-01-25", 420),
    ],
    "cleo": [
        ("holiday", "2026-11-30", "2026-12-04", 420),
        ("sickness", "2026-08-25", "2026-12-02", 420),
        ("sickness", "2026-12-14", "2026-12-14", 420),
    ],
    "dan": [
        ("?", "2026-12-07", "2026-12-07", 420),
        ("?", "2026-12-11", "2026-12-11", 420),
        ("holiday", "2026-08-17", "2026-08-18", 420),
        ("holiday", "2026-08-24", "2026-08-24", 420),
        ("holiday", "2026-09-03", "2026-09-03", 420),
        ("holiday", "2026-12-07", "2026-12-08", 420),
        ("holiday", "2026-12-10", "2026-12-11", 420),
        ("holiday", "2027-03-01", "2027-03-01", None),
        ("holiday", "2027-03-02", "2027-03-02", 0),
    ],
    "eve": [("holiday", "2026-12-07", "2026-12-11", 420)],
}


def lines(looked: inline.DryRun) -> list[tuple[str, str, str, str, str]]:
    assert looked.status == Run.Status.FINISHED, looked.error
    return [(c.action, c.subject, c.what, c.was, c.reason) for c in looked.changes]


def dump(company: Company, folder: Path) -> None:
    """As the command does it, by the company's clock."""
    manner = hands.Manner(clock=company.clock)
    sync = company.fresh_sync()
    pulse = inline.DryRun(sync=sync, manner=manner)
    kind = building.build(sync, {}, manner, pulse, explicit=True, without="target")
    assert isinstance(kind, BreatheToProductive)
    kind.dump(folder)


def comes_out_the_same(everybody: Everybody, folder: Path) -> list[Run]:
    """Planned live and from a dump, and carried out; each attempt at the run."""
    company = everybody.company
    live = company.plan()
    company.clock.forward(minutes=1)
    dump(company, folder)
    from_dump = company.plan(from_dump=str(folder))
    assert lines(from_dump) == lines(live) != []
    assert from_dump.checksum == live.checksum
    attempts = [company.run(apply=True)]
    while attempts[-1].is_open:
        attempts += filter(None, [company.run_once_more()])
    assert attempts[-1].status == Run.Status.FINISHED, attempts[-1].error
    assert everybody.booked() == EXPECTED
    everybody.account.check()
    return attempts


@pytest.mark.parametrize(
    ("sandbox", "given"), [pytest.param(BreatheSandbox, {}, id="defaults"), *others(limits=False)]
)
def test_what_is_not_known_of_a_provider_makes_no_difference(
    company: Company, tmp_path: Path, sandbox: type[Sandbox], given: dict[str, Any]
) -> None:
    everybody = Everybody(company)
    company.world.of(sandbox).switches.update(given)
    assert len(comes_out_the_same(everybody, tmp_path)) == 1
    again = company.plan()
    assert [change for change in again.changes if change.action != "conflict"] == []


@pytest.mark.parametrize(("sandbox", "given"), list(others(limits=True)))
def test_where_the_rate_is_limited_a_run_waits_and_comes_to_the_same(
    company: Company, tmp_path: Path, sandbox: type[Sandbox], given: dict[str, Any]
) -> None:
    everybody = Everybody(company)
    company.world.of(sandbox).switches.update(given)
    attempts = comes_out_the_same(everybody, tmp_path)
    assert len(attempts) > 1
    assert any(seen.status == 429 for seen in company.world.requests)


def test_a_budget_that_is_used_up_is_waited_for(company: Company) -> None:
    everybody = Everybody(company)
    company.productive.switches["budget_seconds"] = 1200
    run = company.run(apply=True)
    assert run.status == Run.Status.WAITING
    assert run.next_at is not None
    assert (run.next_at - company.clock.now).total_seconds() >= 1200
    assert company.writes() == []
    company.productive.switches["budget_seconds"] = 0
    assert company.run_to_the_end().status == Run.Status.FINISHED
    assert everybody.booked() == EXPECTED


def test_a_token_that_is_blind_writes_nothing_and_says_so(company: Company) -> None:
    everybody = Everybody(company)
    before = dict(company.productive.bookings)
    company.productive.switches["token"] = "limited"
    run = company.run(apply=True)
    assert run.status == Run.Status.NEEDS_REVIEW
    assert any("shows this token no bookings" in warning for warning in run.warnings)
    assert company.writes() == []
    assert company.productive.bookings == before
    company.productive.switches["token"] = "admin"
    assert company.run(apply=True).status == Run.Status.FINISHED
    assert everybody.booked() == EXPECTED
