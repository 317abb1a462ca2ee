"""People join, leave, are renamed, are away, swap: the others' turns stay theirs."""

from datetime import date, timedelta

from rota import duties, swaps
from rota.duties import Doing, NotPossible
from rota.models import Duty, Rota
from tests.rota.rolling import TRIAGERS
from tests.rota.team import Team
from tests.rota.turns.rotating import DAY, WEDNESDAY, WEEK, Rotating
from uploader.models import Run
from uploader.people import Person

ORDER = " ".join(TRIAGERS)


def day(week: int) -> date:
    return WEDNESDAY + week * WEEK


def refusal(do: object) -> str:
    try:
        do()  # type: ignore[operator]
    except NotPossible as error:
        return str(error)
    raise AssertionError("it was possible")


# ----------------------------------------------------------------------- who is there


def test_a_joiner_changes_nothing_and_comes_last(rotating: Rotating) -> None:
    rotating.generate(append=9)
    before = rotating.serving()
    rotating.team.join("Erik")
    run = rotating.generate()
    assert rotating.moved(before) == {}
    assert run.counts["unchanged"] == 9
    [warning] = run.warnings
    assert warning == (
        "Erik has no turn up to 2027-02-09: it comes after what is laid out. "
        "`rota generate triage --from 2026-12-02` plans it anew."
    )
    rotating.generate(append=7)
    assert rotating.names() == f"{ORDER} Sarah Gwendolyn Jonas Anton Signe Yara Chris Erik Sarah"


def test_a_joiner_who_serves_for_a_leaver_is_not_said_to_be_without_a_turn(
    rotating: Rotating,
) -> None:
    rotating.generate(append=9)
    rotating.team.join("Erik")
    leaver = rotating.team.members["Jonas"]
    leaver.left_on = WEDNESDAY
    leaver.save()
    run = rotating.generate()
    assert rotating.serving()[day(2)] == "Erik"
    assert not any("has no turn" in warning for warning in run.warnings)


def test_a_leavers_services_are_given_and_everybody_elses_stay(rotating: Rotating) -> None:
    rotating.generate(append=21)
    before = rotating.serving()
    leaver = rotating.team.members["Jonas"]
    leaver.left_on = WEDNESDAY
    leaver.save()
    run = rotating.generate()
    moved = rotating.moved(before)
    assert sorted(moved) == [day(2), day(9), day(16)]
    assert len(set(moved.values())) == 3
    assert run.counts["update"] == 3
    # Whose turn it was is not forgotten, and nobody's next turn comes earlier for it.
    assert rotating.turns() == before
    rotating.generate(append=3)
    assert rotating.names().split()[21:] == ["Sarah", "Gwendolyn", "Anton"]


def test_a_leaver_keeps_nothing_that_was_swapped_to_them_either(rotating: Rotating) -> None:
    rotating.generate(append=8)
    duties.override(
        rotating.duty(5), rotating.team.members["Jonas"], doing=Doing(now=rotating.clock())
    )
    rotating.team.rota.members.filter(person__name="Jonas").update(left_on=WEDNESDAY)
    rotating.generate()
    assert "Jonas" not in rotating.serving().values()
    assert rotating.serving()[day(5)] == "Yara"


def test_too_many_leavers_are_for_a_person_to_look_at(rotating: Rotating) -> None:
    rotating.generate(append=14)
    before = rotating.serving()
    rotating.team.rota.members.update(left_on=WEDNESDAY)
    run = rotating.run(apply=True)
    assert run.status == Run.Status.NEEDS_REVIEW
    assert run.warnings[0] == "14 of 14 duties would be nobody's, more than 30%."
    assert rotating.serving() == before


def test_renaming_and_namesakes_change_nothing(rotating: Rotating) -> None:
    rotating.generate(append=8)
    before = {day: duty.member_id for day, duty in rotating.duties().items()}
    Person.objects.filter(name__in=["Anton", "Jonas"]).update(name="Sarah")
    run = rotating.generate()
    assert run.counts["update"] == run.counts["create"] == 0
    rotating.generate(append=7)
    after = {day: duty.member_id for day, duty in rotating.duties().items()}
    assert {day: after[day] for day in before} == before
    by_turn = [after[day(week)] for week in range(15)]
    assert by_turn[7:14] == by_turn[:7]


# ------------------------------------------------------------------------------- away


def test_whoever_is_away_for_half_of_it_swaps_with_the_following(rotating: Rotating) -> None:
    rotating.generate(append=8)
    before = rotating.serving()
    rotating.away("Jonas", day(2), 7)
    run = rotating.generate()
    assert rotating.moved(before) == {day(2): "Anton", day(3): "Jonas"}
    assert [change.what for change in run.changes.all()] == [
        "2026-12-16 to 2026-12-29: Anton (Jonas’s turn)",
        "2026-12-23 to 2027-01-05: Jonas (Anton’s turn)",
    ]
    assert rotating.generate().counts["unchanged"] == 8


def test_less_is_shown_only(rotating: Rotating) -> None:
    rotating.generate(append=8)
    before = rotating.serving()
    rotating.away("Jonas", day(2), 6)
    run = rotating.generate()
    assert rotating.moved(before) == {}
    assert run.warnings == ["Jonas is away 6 of the 14 days 2026-12-16 to 2026-12-29."]


def test_a_service_that_has_begun_stays(rotating: Rotating) -> None:
    rotating.generate(append=4)
    rotating.clock.forward(days=7)
    before = rotating.serving()
    rotating.away("Sarah", WEDNESDAY, 14)
    rotating.away("Gwendolyn", WEDNESDAY, 14)
    rotating.generate()
    assert rotating.moved(before) == {day(1): "Jonas", day(2): "Gwendolyn"}


def test_whoever_is_on_duty_elsewhere_then_is_spared(rotating: Rotating) -> None:
    support = Team(sevens=["Jonas"], others=["Theo"])
    support.members["Jonas"].person = rotating.team.members["Jonas"].person
    support.members["Jonas"].save()
    for number in range(7):
        support.put(day(2) + number * DAY, "Jonas", "Theo")
    rotating.generate(append=5)
    assert rotating.names() == "Sarah Gwendolyn Anton Jonas Signe"


# ----------------------------------------------------------------------------- by hand


def test_what_was_decided_by_hand_stays_and_the_order_goes_on(rotating: Rotating) -> None:
    rotating.generate(append=6)
    doing = Doing(now=rotating.clock())
    duties.override(rotating.duty(1), rotating.team.members["Signe"], doing=doing)
    duties.pin(rotating.duty(3), doing=doing)
    rotating.away("Anton", day(3), 14)
    rotating.generate()
    rotating.generate(append=3)
    assert rotating.names() == ("Sarah Signe Jonas Anton Signe Yara Chris Sarah Gwendolyn")


def test_a_swap_of_neighbours_is_possible_though_they_overlap(rotating: Rotating) -> None:
    rotating.generate(append=6)
    doing = Doing(now=rotating.clock())
    swap = swaps.ask(rotating.duty(2), with_duty=rotating.duty(3), doing=doing)
    swaps.take(swap, rotating.team.members["Anton"], doing=doing)
    rotating.generate()
    assert rotating.names() == "Sarah Gwendolyn Anton Jonas Signe Yara"
    assert rotating.duty(2).accepted_at is not None


def test_nobody_is_given_two_at_once_by_hand(rotating: Rotating) -> None:
    rotating.generate(append=6)
    doing = Doing(now=rotating.clock())
    gwendolyn = rotating.team.members["Gwendolyn"]
    why = "Gwendolyn serves from Wed 9 Dec to Tue 22 Dec 2026 already."
    assert refusal(lambda: duties.override(rotating.duty(2), gwendolyn, doing=doing)) == why
    swap = swaps.ask(rotating.duty(2), doing=doing)
    assert refusal(lambda: swaps.take(swap, gwendolyn, doing=doing)) == why
    swaps.take(swap, gwendolyn, with_duty=rotating.duty(1), doing=doing)
    assert rotating.names() == "Sarah Jonas Gwendolyn Anton Signe Yara"


def test_who_could_take_it_are_those_who_are_free_or_can_give_theirs(rotating: Rotating) -> None:
    rotating.generate(append=7)
    rotating.away("Yara", day(2), 8)
    rotating.away("Chris", day(2), 5)
    swap = swaps.ask(rotating.duty(2), doing=Doing(now=rotating.clock()))
    free = swaps.Free(rotating.team.rota)
    names = {member.name for member in swaps.possible_takers(swap, free=free)}
    assert names == {"Sarah", "Gwendolyn", "Anton", "Signe", "Chris"}


def test_whoever_leaves_before_the_end_of_it_cannot_have_it(rotating: Rotating) -> None:
    rotating.generate(append=7)
    yara = rotating.team.members["Yara"]
    yara.left_on = day(2) + 5 * DAY
    yara.save()
    doing = Doing(now=rotating.clock())
    assert refusal(lambda: duties.override(rotating.duty(2), yara, doing=doing)) == (
        "Yara is not in the rota on 2026-12-29."
    )


# -------------------------------------------------------------------------- the rhythm


def test_another_rhythm_is_said_and_what_is_laid_out_stays(rotating: Rotating) -> None:
    rotating.generate(append=6)
    before = rotating.serving()
    Rota.objects.update(handover_on="mon")
    run = rotating.generate()
    assert rotating.moved(before) == {}
    assert "From 2026-12-02 on, shifts do not lie as" in run.warnings[0]
    rotating.generate(append=1)
    assert list(rotating.duties())[5:] == [day(5), day(5) + 5 * DAY]
    assert rotating.names().endswith("Yara Chris")


def test_planned_anew_in_another_rhythm_waits_for_somebody_to_look(rotating: Rotating) -> None:
    rotating.generate(append=6)
    Rota.objects.update(handover_on="mon")
    anew = {"from": str(WEDNESDAY), "until": "2027-01-06"}
    run = rotating.run(apply=True, **anew)
    assert run.status == Run.Status.NEEDS_REVIEW
    rotating.approve(run)
    rotating.run_once_more()
    assert list(rotating.duties()) == [
        WEDNESDAY,
        *(day(week) - 2 * DAY for week in range(1, 6)),
    ]


def test_longer_services_keep_their_slots(rotating: Rotating) -> None:
    rotating.generate(append=3)
    uids = {duty.shift.uid for duty in rotating.duties().values()}
    Rota.objects.update(lasts="3w")
    rotating.generate(first=WEDNESDAY, until=str(day(2)))
    found = rotating.duties()
    assert {duty.shift.uid for duty in found.values()} == uids
    assert {duty.shift.end - start for start, duty in found.items()} == {3 * WEEK}
    assert Duty.objects.count() == 3


def test_months_are_laid_out_too(rotating: Rotating) -> None:
    Rota.objects.update(every="1mo", lasts="1mo", handover_on="31", horizon=timedelta(days=120))
    rotating.generate()
    assert list(rotating.duties()) == [
        date(2026, 12, 31),
        date(2027, 1, 31),
        date(2027, 2, 28),
    ]
