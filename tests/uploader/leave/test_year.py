"""A year of a company, a few days at a time: whatever changes on either side, Productive holds
what a second opinion says, nobody else's booking is touched, and nothing is written that need not
be."""

import os
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest

from integrations.productive.sandbox_records import fortnight
from integrations.productive.sandbox_seed import DEVELOPMENT
from integrations.productive.sandbox_stored import LONG_AGO, Period, StoredBooking
from tests.uploader.leave.account import Account
from tests.uploader.leave.company import DAY, Colleague, Company, day
from uploader.models import Run

pytestmark = [pytest.mark.django_db, pytest.mark.once]

# `make soak` lives through that many years.
YEARS = int(os.environ.get("LOCKSTEP_TEST_TIMES", "1"))
SEED = int(os.environ.get("FAULT_SEED") or random.SystemRandom().randrange(10**6))
A_YEAR = 365
# How many days pass between two runs.
PAUSES = (1, 1, 1, 3, 5)
FULL_DAYS = (420, 450, 240, 210)
STATUSES = ["Requested", "Approved", "Booked", "Completed", "Rejected", "Cancelled", "Expired"]


@dataclass
class Life:
    """What happens at a company: `a_few_things` on one day, and everything by chance."""

    company: Company
    draw: random.Random
    staff: list[Colleague] = field(default_factory=list)
    # Nobody but people touches these: of other categories, of work, cancelled ones, of strangers.
    foreign: dict[str, StoredBooking] = field(default_factory=dict)
    # What was booked for people who have left.
    of_leavers: dict[str, list[StoredBooking]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        company = self.company
        names = ["Compassionate", "Study", "Working from home", "On site"]
        self.reasons = [company.breathe.add_reason(name) for name in names]
        company.set_options(ignored_reasons=[" working from HOME", str(self.reasons[3])])
        self.account = Account(company)
        self._keep_as_is(company.productive.bookings[company.strangers_booking])

    @property
    def today(self) -> date:
        return self.account.today

    def hire(self, name: str, **how: Any) -> Colleague:
        who = self.company.hire(name, **how)
        self.staff.append(who)
        return who

    def has_a_past(self, *days_ago: int) -> None:
        for who in self.staff:
            for ago in days_ago:
                start = self.today - self.draw.randrange(ago - 5, ago + 5) * DAY
                self._absence(who, start, start + self.draw.randrange(8) * DAY)

    def _keep_as_is(self, booking: StoredBooking) -> None:
        self.foreign[booking.id] = booking

    def a_few_things(self, at_most: int) -> None:
        moves = self.moves()
        number = self.draw.randint(1, at_most)
        for move in self.draw.choices(list(moves), weights=list(moves.values()), k=number):
            move()

    def moves(self) -> dict[Callable[[], None], int]:
        return {
            self.somebody_takes_leave: 12,
            self.somebody_falls_ill: 5,
            self.somebody_gets_well: 12,
            self.somebody_is_trained: 4,
            self.leave_is_changed: 14,
            self.leave_long_ago_is_changed: 4,
            self.leave_at_the_border_is_changed: 6,
            self.sickness_is_changed: 4,
            self.training_is_changed: 4,
            self.somebody_books_by_hand: 3,
            self.a_booking_is_edited: 4,
            self.a_booking_is_deleted: 2,
            self.a_booking_is_doubled: 3,
            self.somebody_works_elsewhere: 1,
            self.an_address_is_typed_anew: 1,
        }

    # --------------------------------------------------------------- at Breathe HR

    def _absence(self, who: Colleague, start: date, end: date) -> None:
        self.company.breathe.add_absence(
            who.at_breathe,
            start,
            end,
            reason_id=self.draw.choice([None, None, None, *self.reasons]),
            half_start=self.draw.random() < 0.2,
            half_end=self.draw.random() < 0.2,
        )

    def _length(self) -> timedelta:
        return self.draw.choice([0, 0, 0, 0, 1, 2, 3, 4, 6, 8, 11, 15, 30]) * DAY

    def somebody_takes_leave(self) -> None:
        start = self.today + self.draw.randrange(-30, 60) * DAY
        self._absence(self.draw.choice(self.staff), start, start + self._length())

    def somebody_falls_ill(self) -> None:
        """And nobody knows for how long; now and then it was, or is to be, at another time."""
        start = self.today - self.draw.randrange(3) * DAY
        end = None
        if self.draw.random() < 0.3:
            start = self.today + self.draw.randrange(-40, 12) * DAY
            end = self.draw.choice([None, start + self._length()])
        self.company.breathe.add_sickness(
            self.draw.choice(self.staff).at_breathe,
            start,
            end,
            half_start=self.draw.random() < 0.2,
            half_end=end is not None and self.draw.random() < 0.2,
        )

    def somebody_gets_well(self) -> None:
        """The sickness ends, turns out not to have been one, or vanishes."""
        breathe = self.company.breathe
        still_ill = [row for row in breathe.shown("sicknesses") if row["end_date"] is None]
        if not still_ill:
            return
        row = self.draw.choice(still_ill)
        turn = self.draw.random()
        if turn < 0.15:
            breathe.change("sicknesses", row["id"], status="rejected")
        elif turn < 0.3:
            breathe.remove("sicknesses", row["id"])
        else:
            start = day(row["start_date"])
            lasted = self.draw.randrange(max(1, (self.today - start).days + 1)) * DAY
            end = start + lasted
            breathe.change("sicknesses", row["id"], end_date=end, status="returned")

    def somebody_is_trained(self) -> None:
        start = self.today + self.draw.randrange(-20, 40) * DAY
        dates = self.draw.choice([(start, start + self._length())] * 4 + [(start, None)])
        self.company.breathe.add_course(
            self.draw.choice(self.staff).at_breathe,
            *dates,
            half_day=self.draw.random() < 0.4,
            half=self.draw.choice(["am", "pm", None]),
            status=self.draw.choice(STATUSES),
        )

    def leave_is_changed(self) -> None:
        self._change_some_absence(self.today - 60 * DAY, date.max)

    def leave_long_ago_is_changed(self) -> None:
        self._change_some_absence(date.min, self.account.since - DAY)

    def leave_at_the_border_is_changed(self) -> None:
        since = self.account.since
        self._change_some_absence(since - 12 * DAY, since + 12 * DAY, by=15)

    def _change_some_absence(self, begin: date, end: date, *, by: int = 4) -> None:
        rows = [
            row
            for row in self.company.breathe.shown("absences")
            if begin <= day(row["end_date"]) and day(row["start_date"]) <= end
        ]
        if not rows:
            return
        row, breathe = self.draw.choice(rows), self.company.breathe
        turn = self.draw.random()
        if turn < 0.2:
            breathe.change("absences", row["id"], cancelled=not row["cancelled"])
        elif turn < 0.3:
            reason = self.draw.choice([{"id": number} for number in self.reasons])
            is_holiday = row["type"] == "Holiday"
            breathe.change(
                "absences",
                row["id"],
                type="OtherLeave" if is_holiday else "Holiday",
                leave_reason=reason if is_holiday else None,
            )
        elif turn < 0.4:
            which = self.draw.choice(["half_start", "half_end"])
            breathe.change("absences", row["id"], **{which: not row[which]})
        else:
            dates = self._other_dates(row["start_date"], row["end_date"], by=by)
            breathe.change("absences", row["id"], start_date=dates[0], end_date=dates[1])

    def _other_dates(self, start: str, end: str, *, by: int) -> tuple[date, date]:
        """Longer or shorter at either end, or moved."""
        first, last = day(start), day(end)
        days = self.draw.randint(-by, by) * DAY
        turn = self.draw.randrange(3)
        first += days if turn != 1 else 0 * DAY
        last += days if turn != 0 else 0 * DAY
        return min(first, last), max(first, last)

    def sickness_is_changed(self) -> None:
        breathe = self.company.breathe
        over = [row for row in breathe.shown("sicknesses") if row["end_date"] is not None]
        if not over:
            return
        row = self.draw.choice(over[-8:])
        if self.draw.random() < 0.2:
            breathe.remove("sicknesses", row["id"])
        else:
            dates = self._other_dates(row["start_date"], row["end_date"], by=4)
            breathe.change("sicknesses", row["id"], start_date=dates[0], end_date=dates[1])

    def training_is_changed(self) -> None:
        breathe = self.company.breathe
        rows = breathe.shown("courses")[-8:]
        if rows:
            number = self.draw.choice(rows)["id"]
            breathe.change("courses", number, status=self.draw.choice(STATUSES))

    # ------------------------------------------------------------- at Productive

    def _categories(self) -> list[str]:
        return [self.company.holiday, self.company.sickness, self.company.other]

    def somebody_books_by_hand(self) -> None:
        start = self.today + self.draw.randrange(-110, 60) * DAY
        self.company.productive.add_booking(
            self.draw.choice(self.staff).at_productive,
            self.draw.choice(self._categories()),
            start,
            start + self._length(),
            time=self.draw.choice(FULL_DAYS),
        )

    def a_booking_is_edited(self) -> None:
        ours = self.account.held()
        if not ours:
            return
        booking = self.draw.choice(ours)
        dates = self._other_dates(booking.start.isoformat(), booking.end.isoformat(), by=5)
        changes: list[dict[str, Any]] = [
            {"start": dates[0], "end": dates[1]},
            {"time": self.draw.choice(FULL_DAYS)},
            {"event_id": self.draw.choice(self._categories())},
            {"person_id": self.draw.choice(self.staff).at_productive},
            {"canceled": True},
            {"rejected": True, "approved": False},
        ]
        changed = self.company.productive.change_booking(booking.id, **self.draw.choice(changes))
        if changed.canceled or changed.rejected:
            self._keep_as_is(changed)

    def a_booking_is_deleted(self) -> None:
        if ours := self.account.held():
            self.company.productive.remove_booking(self.draw.choice(ours).id)

    def a_booking_is_doubled(self) -> None:
        if ours := self.account.held():
            one = self.draw.choice(ours)
            self.company.productive.add_booking(
                one.person_id, one.event_id, one.start, one.end, time=one.time
            )

    def somebody_works_elsewhere(self) -> None:
        start = self.today + self.draw.randrange(-20, 20) * DAY
        who = self.draw.choice(self.staff).at_productive
        event, service = self.draw.choice([(self.company.remote, None), (None, DEVELOPMENT)])
        self._keep_as_is(
            self.company.productive.add_booking(
                who, event, start, start + self._length(), service_id=service
            )
        )

    # --------------------------------------------------------------------- people

    def an_address_is_typed_anew(self) -> None:
        who, breathe = self.draw.choice(self.staff), self.company.breathe
        type_anew = self.draw.choice([str.upper, str.title, str.lower])
        if self.draw.random() < 0.5:
            known = breathe.row("employees", who.at_breathe)["email"]
            breathe.change("employees", who.at_breathe, email=type_anew(known))
        else:
            person = self.company.productive.people[who.at_productive]
            person.email = type_anew(person.email or "")

    def leaves(self, who: Colleague) -> None:
        self.staff.remove(who)
        self.company.breathe.change("employees", who.at_breathe, status="Ex-employee")
        self.of_leavers[who.at_productive] = self._bookings_of(who.at_productive)

    def works_from_now_on(self, who: Colleague, hours: list[float]) -> None:
        salaries = self.company.productive.salaries.values()
        for salary in [each for each in salaries if each.person_id == who.at_productive]:
            salary.end = salary.end or self.today - DAY
        self.company.productive.add_salary(who.at_productive, hours, start=self.today)

    def _bookings_of(self, person_id: str) -> list[StoredBooking]:
        bookings = self.company.productive.bookings.values()
        return [each for each in bookings if each.person_id == person_id]

    def what_was_touched(self) -> list[str]:
        """Of all that nobody but people may touch."""
        bookings = self.company.productive.bookings
        touched = [f"{each}" for number, each in self.foreign.items() if bookings[number] != each]
        left = self.of_leavers.items()
        return touched + [who for who, own in left if self._bookings_of(who) != own]


# ------------------------------------------------------------------------- a year


@dataclass
class Year:
    life: Life
    reviewed: int = 0

    @property
    def company(self) -> Company:
        return self.life.company

    def passes(self) -> None:
        life, draw = self.life, self.life.draw
        company = self.company
        self.carried_out(quiet=False)
        ben, cleo = life.staff[1:3]
        contract, joins, leaves = draw.randrange(90, 140), 160, draw.randrange(200, 330)
        today = 0
        while today < A_YEAR:
            pause = draw.choice(PAUSES)
            company.clock.forward(days=pause)
            passed = range(today + 1, today + pause + 1)
            today = passed[-1]
            quiet = draw.random() < 0.5
            if not quiet:
                life.a_few_things(at_most=3)
            if contract in passed:
                life.works_from_now_on(ben, [7.5, 0, 7.5, 7.5, 0, 0, 0])
            if joins in passed:
                life.hire("gwen", hours=(8, 8, 8, 8, 0, 0, 0))
            if leaves in passed:
                life.leaves(cleo)
            quiet = quiet and not {contract, joins, leaves} & set(passed)
            if quiet and self.nothing_is_to_be_done():
                continue
            self.carried_out(quiet=quiet)
            if any(each % 12 == 0 for each in passed):
                self.is_in_step()

    def carried_out(self, *, quiet: bool) -> None:
        life, account = self.life, self.life.account
        assert len(account.people()) == len(life.staff)
        account.begin()
        before = Counter(account.there())
        self.company.productive.writes.clear()
        run = self._run()
        assert run.status == Run.Status.FINISHED, run.error
        account.check()
        assert life.what_was_touched() == []
        after = Counter(account.there())
        writes = self.company.productive.writes
        # One write for what is new, and one for what is no more, or one for both.
        assert len(writes) <= (before - after).total() + (after - before).total()
        assert max(Counter(write.booking_id for write in writes).values(), default=1) == 1
        if quiet:
            self._only_open_sickness_grew()

    def nothing_is_to_be_done(self) -> bool:
        self.life.account.begin()
        looked = self.company.plan()
        assert looked.status == Run.Status.FINISHED, looked.error
        if looked.changes:
            return False
        self.life.account.check()
        return True

    def _run(self) -> Run:
        company = self.company
        run = company.run_to_the_end(apply=True)
        if run.status == Run.Status.NEEDS_REVIEW:
            assert company.productive.writes == []
            self.reviewed += 1
            company.approve(run)
            run = company.run_to_the_end()
        return run

    def _only_open_sickness_grew(self) -> None:
        people = self.life.account.people()
        ill = {
            people.get(row["employee"]["id"])
            for row in self.company.breathe.shown("sicknesses")
            if row["end_date"] is None and row["status"] != "rejected"
        }
        for write in self.company.productive.writes:
            assert write.event_id == self.company.sickness, write
            assert write.person_id in ill, write

    def is_in_step(self) -> None:
        """The same day once more: nothing is to be done."""
        self.company.productive.writes.clear()
        run = self.company.run_to_the_end(apply=True)
        assert run.status == Run.Status.FINISHED, run.error
        assert self.company.productive.writes == []


def a_year_of(company: Company, seed: int) -> None:
    life = Life(company, random.Random(seed))
    life.hire("ada")
    life.hire("ben", hours=(7.5, 7.5, 7.5, 7.5, 7.5, 0, 0))
    life.hire("cleo", hours=(7, 0, 7, 7, 0, 0, 0))
    life.hire("dan", hours=(7, 7, 7, 7, 3.5, 0, 0))
    # Nobody entered a salary for Eve; of Finn's two weeks in turn one is longer.
    weeks = [Period(LONG_AGO, None, fortnight((6, 6, 6, 6, 6.25, 0, 0)))]
    eve = life.hire("eve", hours=None, periods=weeks)
    life.hire("finn", hours=(7, 7, 7, 7, 7, 0, 0, 7, 7, 7, 7, 0, 0, 0))
    company.productive.people[eve.at_productive].email = "eve@another.example"
    company.same_human(eve.email, "eve@another.example")
    life.account.aliases[eve.email] = "eve@another.example"
    # From before the window, across its first day, and after it.
    life.has_a_past(300, 200, 110, 92, 90, 85, 40, 10)
    for _ in range(4):
        life.somebody_books_by_hand()
        life.somebody_works_elsewhere()
    Year(life).passes()


@pytest.mark.long
@pytest.mark.randomized
@pytest.mark.parametrize("n", range(YEARS))
def test_all_through_a_year_productive_holds_what_a_second_opinion_says(
    company: Company, n: int
) -> None:
    try:
        a_year_of(company, SEED + n)
    except BaseException as error:
        error.add_note(f"replay with FAULT_SEED={SEED + n} and -k '[0]'")
        raise


def test_a_booking_that_somebody_moved_to_another_category_is_put_right(company: Company) -> None:
    ada = company.hire("ada")
    company.breathe.add_absence(ada.at_breathe, day("2026-12-07"))
    company.run()
    [ours] = company.productive.bookings.keys() - {company.strangers_booking}
    company.productive.change_booking(ours, event_id=company.sickness)
    company.run()
    assert company.booked(ada) == [("holiday", "2026-12-07", "2026-12-07", 420)]
    assert company.plan().changes == []
