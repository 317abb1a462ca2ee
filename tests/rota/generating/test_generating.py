"""Generating is a run like any other: planned, shown, approved, carried out, and then nothing."""

from datetime import date, timedelta

import pytest

from rota import duties
from rota.duties import Doing
from rota.models import Absence, Duty, Move, Rota
from tests.rota.generating.generated import MONDAY, NOW, Generated
from tests.uploader.killer import Killer
from uploader import work
from uploader.models import Run, Sync

DAY = timedelta(days=1)
MEMBERS = 7


def test_a_cycle_has_a_lead_day_for_everybody(rota: Generated) -> None:
    run = rota.generate(cycles=1)
    assert run.status == Run.Status.FINISHED, run.error
    found = rota.duties()
    assert len(rota.days()) == MEMBERS
    leads = [found[day, "lead"] for day in rota.days()]
    assert sorted(map(str, leads)) == sorted(rota.team.members)
    assert set(leads[:3]) == {"Gustav", "Priya", "Wren"}
    assert all(day.weekday() < 5 for day in rota.days())


def test_generating_again_changes_nothing(rota: Generated) -> None:
    rota.generate(cycles=3)
    before = rota.duties()
    run = rota.generate(cycles=3)
    assert rota.moved(before) == set()
    assert run.counts["create"] == run.counts["update"] == run.counts["delete"] == 0


def test_looking_writes_nothing(rota: Generated) -> None:
    report = rota.plan(cycles=1)
    assert report.counts["create"] == 2 * MEMBERS
    assert report.summary["level"] == 0
    assert rota.duties() == {}
    assert not Duty.objects.exists()


def test_a_proposal_waits_for_approval_whatever_the_mode(rota: Generated) -> None:
    proposal = rota.run(propose=True, cycles=1)
    assert proposal.status == Run.Status.NEEDS_REVIEW
    assert rota.duties() == {}
    begun = rota.approve(proposal)
    rota.run_once_more()
    begun.refresh_from_db()
    assert begun.status == Run.Status.FINISHED
    assert len(rota.duties()) == 2 * MEMBERS
    assert {move.by for move in Move.objects.all()} == {begun.by}


def test_with_a_horizon_it_is_kept_filled_by_whole_cycles(rota: Generated) -> None:
    Rota.objects.update(horizon=timedelta(weeks=4))
    rota.run()
    assert len(rota.days()) == 3 * MEMBERS
    assert rota.days()[-1] == date(2026, 12, 28)
    before = rota.duties()
    rota.clock.forward(days=3)
    rota.run()
    assert rota.moved(before) == set()
    rota.clock.forward(days=4)
    rota.run()
    assert len(rota.days()) == 4 * MEMBERS
    assert {key for key in rota.moved(before) if key in before} == set()


def test_a_plan_that_leaves_many_duties_to_nobody_waits_for_a_person(rota: Generated) -> None:
    rota.generate(cycles=2)
    before = rota.duties()
    for name in ("Gustav", "Priya", "Wren"):
        person = rota.team.members[name].person
        Absence.objects.create(person=person, first_day=MONDAY, last_day=MONDAY + 60 * DAY)
    run = rota.run()
    assert run.status == Run.Status.NEEDS_REVIEW
    assert run.warnings[0] == "14 of 28 duties would be nobody's, more than 30%."
    assert {line.subject for line in run.changes.all()} == {"Gustav", "Priya", "Wren"}
    assert rota.duties() == before


def test_without_a_horizon_what_is_there_is_kept_right(rota: Generated) -> None:
    rota.generate(cycles=1)
    before = rota.duties()
    away = rota.duty(MONDAY, "lead").member
    assert away is not None
    Absence.objects.create(person=away.person, first_day=MONDAY, last_day=MONDAY)
    rota.run()
    assert rota.duties().keys() == before.keys()
    assert (MONDAY, "lead") in rota.moved(before)
    assert len(rota.moved(before)) <= 3
    assert rota.duties()[MONDAY, "lead"] not in (away.name, None)


def test_nobody_serves_while_away_and_half_a_day_counts(rota: Generated) -> None:
    wren = rota.team.members["Wren"].person
    Absence.objects.create(person=wren, first_day=MONDAY, last_day=MONDAY + 3 * DAY)
    rota.generate(cycles=2)
    days = {day for (day, _), who in rota.duties().items() if who == "Wren"}
    assert days
    assert min(days) > MONDAY + 3 * DAY


def test_what_has_begun_never_changes(rota: Generated) -> None:
    rota.generate(cycles=2)
    before = rota.duties()
    rota.clock.forward(days=6)  # Wednesday
    today = rota.clock().date()
    for name in ("Gustav", "Andy"):
        person = rota.team.members[name].person
        Absence.objects.create(person=person, first_day=MONDAY, last_day=MONDAY + 20 * DAY)
    rota.run()
    moved = rota.moved(before)
    assert moved
    assert all(day > today for day, _ in moved)


def test_a_past_day_is_no_beginning(rota: Generated) -> None:
    rota.generate(cycles=1)
    rota.clock.forward(days=5)
    run = rota.generate(**{"from": str(MONDAY)})
    assert run.status == Run.Status.FAILED
    assert "2026-12-02 is the first day that has not begun" in run.error


def test_a_leaver_is_replaced_and_nobody_else_is_troubled(rota: Generated) -> None:
    rota.generate(cycles=3)
    before = rota.duties()
    leaver = rota.team.members["Lalitha"]
    leaver.left_on = MONDAY + 3 * DAY
    leaver.save()
    rota.run()
    unavoidable = {
        key for key, who in before.items() if who == "Lalitha" and key[0] > leaver.left_on
    }
    moved = rota.moved(before)
    assert unavoidable <= moved
    assert len(moved) <= len(unavoidable) + 1
    assert rota.duties().keys() == before.keys()


def test_what_people_decided_stays(rota: Generated) -> None:
    rota.generate(cycles=2)
    doing = Doing(now=NOW)
    swapped = rota.duty(MONDAY, "lead")
    other = next(
        rota.team.members[name]
        for name in ("Gustav", "Priya")
        if rota.team.members[name] != swapped.member
    )
    duties.override(swapped, other, doing=doing)
    pinned = rota.duty(MONDAY + DAY, "assist")
    duties.pin(pinned, doing=doing)
    left_empty = rota.duty(MONDAY + 2 * DAY, "lead")
    duties.override(left_empty, None, doing=doing)
    before = rota.duties()
    rota.generate(cycles=2, seed=77)
    found = rota.duties()
    for duty in (swapped, pinned, left_empty):
        key = duty.shift.start, duty.role
        assert found[key] == before[key]
    assert Duty.objects.get(pk=swapped.pk).origin == Duty.Origin.OVERRIDE


def test_another_seed_draws_anew_and_is_kept(rota: Generated) -> None:
    rota.generate(cycles=3)
    before = rota.duties()
    rota.generate(cycles=3, seed=4321)
    assert len(rota.moved(before)) > MEMBERS
    assert Rota.objects.get().seed == 4321
    drawn = rota.duties()
    rota.generate(cycles=3, seed=4321)
    assert rota.moved(drawn) == set()


def test_a_seed_that_was_only_looked_at_is_not_kept(rota: Generated) -> None:
    rota.plan(cycles=1, seed=4321)
    assert Rota.objects.get().seed == 1


def test_a_new_holiday_takes_its_day_and_shifts_nothing(rota: Generated) -> None:
    rota.generate(until="2027-01-08")
    before = rota.duties()
    christmas = date(2026, 12, 25)
    uid = rota.shift(christmas).uid
    Rota.objects.update(holidays="GB-ENG")
    rota.run()
    gone = {date(2026, 12, 25), date(2026, 12, 28), date(2027, 1, 1)}
    assert gone.isdisjoint(rota.days())
    assert all(key[0] in gone for key in rota.moved(before))
    assert rota.shift(christmas).cancelled_at is not None
    Rota.objects.update(holidays="")
    rota.run()
    assert rota.shift(christmas).uid == uid
    assert rota.shift(christmas).cancelled_at is None
    assert all(key[0] in gone for key in rota.moved(before))


def test_clearing_takes_what_begins_later(rota: Generated) -> None:
    rota.generate(cycles=2)
    run = rota.generate(clear=str(MONDAY + DAY))
    assert run.status == Run.Status.FINISHED, run.error
    assert rota.days() == [MONDAY, MONDAY + DAY]
    rota.clock.forward(days=4)
    rota.generate(clear=str(NOW.date()))
    assert rota.days() == [MONDAY]


def test_gaps_are_there_with_their_reasons(rota: Generated) -> None:
    for name in ("Gustav", "Priya", "Wren"):
        person = rota.team.members[name].person
        Absence.objects.create(person=person, first_day=MONDAY, last_day=MONDAY)
    run = rota.generate(cycles=1)
    gap = rota.duty(MONDAY, "lead")
    assert gap.member is None
    assert "away" in gap.reason
    assert any("Nobody leads on Mon 2026-11-30" in warning for warning in run.warnings)
    assert rota.sync.pk
    assert Sync.objects.get().summary["gaps"] == [
        {"day": "2026-11-30", "role": "lead", "reason": gap.reason}
    ]


def test_what_somebody_did_meanwhile_is_not_undone(
    rota: Generated, monkeypatch: pytest.MonkeyPatch
) -> None:
    rota.generate(cycles=1)
    duty = rota.duty(MONDAY, "lead")
    assert duty.member is not None
    first = duty.member
    Absence.objects.create(person=first.person, first_day=MONDAY, last_day=MONDAY)
    by_hand = next(
        member
        for name, member in rota.team.members.items()
        if name in ("Gustav", "Priya", "Wren") and member != first
    )
    leaving = work.Working._apply

    def meanwhile(self: work.Working, *args: object) -> None:
        fresh = rota.duty(MONDAY, "lead")
        if fresh.origin == Duty.Origin.GENERATED:
            duties.override(fresh, by_hand, doing=Doing(now=NOW))
        leaving(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(work.Working, "_apply", meanwhile)
    rota.run()
    found = rota.duty(MONDAY, "lead")
    assert (found.member, found.origin) == (by_hand, Duty.Origin.OVERRIDE)


@pytest.mark.parametrize("at", range(1, 40, 3))
def test_killed_anywhere_it_ends_as_if_nothing_had_happened(
    rota: Generated, killer: Killer, at: int
) -> None:
    beats = iter(range(1, 10**6))
    killer.when = lambda: next(beats) == at
    rota.generate(cycles=2, seed=5)
    killer.when = None
    assert len(rota.duties()) == 4 * MEMBERS
    run = rota.generate(cycles=2, seed=5)
    assert run.counts["update"] == run.counts["create"] == 0


def test_a_calendar_follows_when_all_is_done(rota: Generated) -> None:
    calendar = Sync.objects.create(
        name="support-calendar", kind="rota_calendar", options={"rota": "support"}
    )
    rota.generate(cycles=1)
    calendar.refresh_from_db()
    assert calendar.next_run_at == rota.clock()


def test_a_rota_that_is_switched_off_is_left_alone(rota: Generated) -> None:
    Rota.objects.update(enabled=False)
    run = rota.generate(cycles=1)
    assert (run.status, rota.duties()) == (Run.Status.FAILED, {})
    assert "switched off" in run.error
