"""Duties as bookings at Productive: made, moved, taken away, and only those that are the rota's."""

from datetime import date
from typing import Any

import pytest

from rota import duties
from rota.duties import Doing
from rota.models import Duty, Shift
from rota.syncs.productive.options import Options, in_words
from tests.rota.productive.crew import THURSDAY, TUESDAY, WEDNESDAY, Booked, Crew
from tests.rota.team import MONDAY, Team
from uploader.models import Link, Run
from uploader.people import Address, Person

pytestmark = pytest.mark.django_db

WEEK: list[Booked] = [
    ("Andy", MONDAY, 420),
    ("Gustav", MONDAY, 420),
    ("Lalitha", TUESDAY, 420),
    ("Priya", TUESDAY, 420),
    ("Murdo", WEDNESDAY, 420),
    ("Wren", WEDNESDAY, 420),
]


def told(crew: Crew) -> list[tuple[str, str, str]]:
    return [(line.action, line.subject, line.what) for line in crew.plan().changes]


# ------------------------------------------------------------------- what is booked


def test_everybody_on_duty_is_put_on_the_project_and_booked_a_day(crew: Crew) -> None:
    crew.team.week()

    crew.bring_in_step()

    assert crew.booked() == WEEK == crew.wanted()
    assert crew.on_the_project() == sorted({name for name, _, _ in WEEK})


def test_a_plan_says_who_is_booked_and_who_is_put_on_the_project(crew: Crew) -> None:
    crew.team.put(MONDAY, "Gustav", "Andy")
    crew.productive.assign(crew.people["Andy"], crew.project)

    assert told(crew) == [
        ("create", "Gustav", "on the project Data engineering support"),
        ("create", "Andy", "Support 2026-11-30, 7 h"),
        ("create", "Gustav", "Support 2026-11-30, 7 h"),
    ]
    assert crew.writes() == []


def test_what_is_as_it_should_be_costs_a_few_looks_and_no_write(crew: Crew) -> None:
    crew.team.week()
    crew.bring_in_step()
    crew.forget_requests()

    run = crew.run()

    assert (run.status, run.counts["unchanged"]) == ("finished", 12)
    assert crew.writes() == []
    assert [seen.path.removeprefix("/api/v2") for seen in crew.reads()] == [
        "/people",
        "/services/5551",
        "/bookings",
        "/project_assignments",
    ]


def test_two_duties_of_a_person_on_one_day_are_one_day(crew: Crew) -> None:
    lead, _ = crew.team.put(MONDAY, "Gustav", "Andy")
    crew.pass_on(lead, "Andy")

    crew.bring_in_step()

    assert crew.booked() == [("Andy", MONDAY, 420)]


def test_a_gap_is_nobodys_booking(crew: Crew) -> None:
    crew.team.put(MONDAY, "Gustav", None)
    crew.bring_in_step()
    assert crew.booked() == [("Gustav", MONDAY, 420)]


def test_of_a_longer_shift_its_working_days_are_booked(crew: Crew) -> None:
    crew.team.rota.holidays = "GB-ENG"
    crew.team.rota.save()
    lead, _ = crew.team.put(date(2026, 12, 24), "Gustav", None)
    Shift.objects.filter(pk=lead.shift_id).update(end=date(2026, 12, 31))

    crew.bring_in_step()

    # Christmas, and Boxing Day on the Monday after it, as that is a Saturday.
    days = (date(2026, 12, 24), date(2026, 12, 29), date(2026, 12, 30))
    assert crew.booked() == [("Gustav", day, 420) for day in days]


# --------------------------------------------------------------------- what changes


def test_a_swap_moves_a_booking_at_once(crew: Crew) -> None:
    [(lead, _), *_] = crew.team.week()
    crew.bring_in_step()
    crew.pass_on(lead, "Wren")
    assert crew.fresh_sync().next_run_at == crew.clock.now

    assert told(crew) == [
        ("create", "Wren", "Support 2026-11-30, 7 h"),
        ("delete", "Gustav", "Support 2026-11-30, 7 h"),
    ]
    crew.bring_in_step()

    assert crew.booked() == crew.wanted()
    assert ("Wren", MONDAY, 420) in crew.booked()


def test_people_who_exchange_roles_on_a_day_stay_booked_as_they_are(crew: Crew) -> None:
    lead, assist = crew.team.put(MONDAY, "Gustav", "Andy")
    crew.bring_in_step()
    for duty, name in ((lead, "Andy"), (assist, "Gustav")):
        crew.pass_on(duty, name)
    assert told(crew) == []


def test_a_day_that_is_not_needed_any_more_is_not_booked_any_more(crew: Crew) -> None:
    [(lead, assist), *_] = crew.team.week()
    crew.bring_in_step()
    for duty in (lead, assist):
        duties.cancel(duty, doing=Doing(now=crew.clock()))

    crew.bring_in_step()

    assert crew.booked() == WEEK[2:]


def test_other_minutes_change_the_bookings_that_are_there(crew: Crew) -> None:
    crew.team.week()
    crew.bring_in_step()
    before = set(crew.productive.bookings)
    crew.set_options(minutes=210)

    run = crew.bring_in_step()

    assert run.counts["update"] == 6
    assert {minutes for _, _, minutes in crew.booked()} == {210}
    assert set(crew.productive.bookings) == before


def test_what_lies_in_the_past_stays_as_it_is(crew: Crew) -> None:
    [(monday, _), (tuesday, _), *_] = crew.team.week()
    crew.bring_in_step()
    crew.clock.forward(days=5)  # Tuesday
    Duty.objects.filter(pk=monday.pk).update(member=crew.team.members["Wren"])
    crew.pass_on(tuesday, "Wren")

    crew.bring_in_step()

    assert [each for each in crew.booked() if each[1] == MONDAY] == WEEK[:2]
    assert ("Wren", TUESDAY, 420) in crew.booked()
    assert ("Priya", TUESDAY, 420) not in crew.booked()


def test_a_rota_that_was_cleared_keeps_its_bookings_until_somebody_agrees(crew: Crew) -> None:
    crew.team.week()
    crew.bring_in_step()
    Shift.objects.update(cancelled_at=crew.clock.now)

    run = crew.run()

    assert run.status == Run.Status.NEEDS_REVIEW
    assert run.warnings[0].startswith("The source came back empty, while 6 of ours")
    assert crew.booked() == WEEK
    crew.bring_in_step()
    assert crew.booked() == []
    assert crew.on_the_project() == sorted({name for name, _, _ in WEEK}), "nobody is taken off it"


def test_another_service_is_booked_anew_and_the_old_one_is_left_alone(crew: Crew) -> None:
    crew.team.week()
    crew.bring_in_step()
    crew.set_options(service_id=crew.productive.add_service("Support 2027", crew.project).id)

    run = crew.bring_in_step()

    assert (run.counts["create"], run.counts["delete"]) == (6, 0)
    assert crew.booked() == WEEK


# ---------------------------------------------------------------- people's hands


@pytest.mark.parametrize("minutes", [210, 420])
def test_peoples_own_bookings_are_never_touched(crew: Crew, minutes: int) -> None:
    """On the very service, of those on duty too; one that is just what is wanted is taken over."""
    crew.team.week()
    own = [
        crew.book("Gustav", MONDAY, minutes=60),
        crew.book("Theo", MONDAY, minutes=minutes),
        crew.book("Gustav", THURSDAY, minutes=minutes),
        crew.book("Gustav", MONDAY, minutes=minutes, service=crew.incidents),
        crew.book("Sam", TUESDAY, minutes=minutes),
        crew.productive.add_booking(
            crew.people["Gustav"],
            None,
            MONDAY,
            service_id=crew.service,
            time=None,
            method=2,
            percentage=50,
        ),
    ]
    crew.bring_in_step()
    for duty in Duty.objects.all():
        duties.cancel(duty, doing=Doing(now=crew.clock()))
    crew.bring_in_step()

    assert [crew.productive.bookings[each.id] for each in own] == own
    assert len(crew.productive.bookings) == len(own) + 1, "and the other work"


def test_an_equal_booking_that_is_there_already_is_taken_over(crew: Crew) -> None:
    crew.team.week()
    held = crew.book("Gustav", MONDAY)

    run = crew.bring_in_step()

    assert crew.booked() == WEEK
    assert held.id in crew.productive.bookings
    assert any("1 found at the target by their content" in each for each in run.warnings)


def test_a_new_database_finds_what_it_had_booked_before(crew: Crew) -> None:
    crew.team.week()
    crew.bring_in_step()
    Link.objects.all().delete()
    crew.forget_requests()

    crew.bring_in_step()
    assert crew.writes() == []

    crew.pass_on(Duty.objects.filter(shift__start=MONDAY, role="lead").get(), "Wren")
    crew.bring_in_step()
    assert crew.booked() == crew.wanted()


@pytest.mark.parametrize(
    "edit",
    [
        {"time": 60},
        {"end": THURSDAY},
        {"start": MONDAY, "end": MONDAY},
        {"method": 2, "percentage": 50, "time": None},
        {"service_id": "5552"},
        {"canceled": True},
        None,
    ],
)
def test_what_is_edited_or_deleted_by_hand_is_put_right(
    crew: Crew, edit: dict[str, Any] | None
) -> None:
    crew.team.week()
    crew.bring_in_step()
    [number] = [
        held.id
        for held in crew.productive.bookings.values()
        if (held.person_id, held.start) == (crew.people["Priya"], TUESDAY)
    ]
    if edit is None:
        crew.productive.remove_booking(number)
    else:
        crew.productive.change_booking(number, **edit)

    crew.bring_in_step()

    assert crew.booked() == WEEK


def test_a_booking_given_to_another_by_hand_comes_back(crew: Crew) -> None:
    crew.team.put(MONDAY, "Gustav", "Andy")
    crew.bring_in_step()
    held = next(b for b in crew.productive.bookings.values() if b.service_id == crew.service)
    owner = held.person_id
    crew.productive.change_booking(held.id, person_id=crew.people["Theo"])

    crew.bring_in_step()

    assert crew.productive.bookings[held.id].person_id == owner
    assert crew.booked() == crew.wanted()


def test_where_productive_does_not_give_it_back_that_is_said(crew: Crew) -> None:
    crew.productive.switches["other_person"] = "ignored"
    crew.productive.assign(crew.people["Theo"], crew.project)
    crew.team.put(MONDAY, "Gustav", "Andy")
    crew.bring_in_step()
    held = next(b for b in crew.productive.bookings.values() if b.service_id == crew.service)
    crew.productive.change_booking(held.id, person_id=crew.people["Theo"])

    run = crew.run()

    assert run.counts["rejected"] == 1
    assert "it stays Theo's" in run.changes.get().reason


def test_a_change_by_hand_just_before_a_delete_is_seen(crew: Crew) -> None:
    lead, _ = crew.team.put(MONDAY, "Gustav", "Andy")
    crew.bring_in_step()
    crew.pass_on(lead, "Wren")
    held = next(
        b for b in crew.productive.bookings.values() if b.person_id == crew.people["Gustav"]
    )

    def edit(seen: Any) -> None:
        if seen.method == "POST":
            crew.productive.change_booking(held.id, service_id=crew.incidents)

    crew.world.hook = edit
    run = crew.run()

    assert run.status == Run.Status.FINISHED
    assert crew.productive.bookings[held.id].service_id == crew.incidents


# ------------------------------------------------------------------------- people


def test_of_whom_there_is_no_trace_at_productive_it_is_said_and_nothing_is_booked(
    crew: Crew,
) -> None:
    crew.team.week()
    Address.objects.filter(person__name="Gustav").delete()
    crew.productive.deactivate(crew.people["Andy"])

    run = crew.run()

    assert run.status == Run.Status.FINISHED
    assert crew.booked() == WEEK[2:]
    about = [each for each in run.warnings if "Andy" in each or "Gustav" in each]
    assert about[0].startswith("Gustav: no e-mail address is known, so nothing is booked for them.")
    assert about[1:] == ["Andy: no match at Productive"]


def test_of_whom_there_is_no_trace_any_more_the_bookings_stay(crew: Crew) -> None:
    crew.team.week()
    crew.bring_in_step()
    Address.objects.filter(person__name="Gustav").delete()

    crew.bring_in_step()
    assert crew.booked() == WEEK

    Address.objects.create(person=Person.objects.get(name="Gustav"), email="gustav@example.org")
    crew.forget_requests()
    crew.bring_in_step()
    assert crew.writes() == []


def test_somebody_is_found_by_any_address_of_theirs(crew: Crew) -> None:
    crew.team.put(MONDAY, "Gustav", None)
    gustav = Person.objects.get(name="Gustav")
    Address.objects.create(person=gustav, email="g.sandoe@example.com")
    crew.productive.people[crew.people["Gustav"]].email = "G.Sandoe@example.com"
    crew.bring_in_step()
    assert crew.booked() == [("Gustav", MONDAY, 420)]


def test_rotas_on_one_service_have_each_their_own_bookings(crew: Crew) -> None:
    crew.team.put(MONDAY, "Gustav", "Andy")
    other = Team(name="nights")
    [lead, _] = other.put(MONDAY, "Gustav", "Theo")
    first, second = crew.sync, crew.synced(other)
    for sync in (first, second, first, second):
        crew.sync = sync
        crew.bring_in_step()
    both = [("Andy", MONDAY, 420), *2 * [("Gustav", MONDAY, 420)], ("Theo", MONDAY, 420)]
    assert crew.booked() == both

    duties.give(lead, None, origin="override", doing=Doing(now=crew.clock()), expected=lead.member)
    for sync in (second, first):
        crew.sync = sync
        crew.bring_in_step()
    assert crew.booked() == [both[0], both[1], both[3]]


# ----------------------------------------------------------------- what cannot be


def hosting(crew: Crew) -> str:
    return crew.productive.add_service("Hosting", crew.project, bookable=False).id


def pitch(crew: Crew) -> str:
    return crew.productive.add_service("Pitch", None).id


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        (lambda crew: "999", "Productive has no service 999. Choose another in the options."),
        (hosting, "The service Hosting (5553) takes no bookings. Switch booking tracking on"),
        (pitch, "The service Pitch (5553) is of no project yet, so nobody can be booked on it."),
    ],
)
def test_a_service_that_cannot_be_booked_is_told_of(crew: Crew, chosen: Any, words: str) -> None:
    crew.team.week()
    crew.set_options(service_id=chosen(crew))

    run = crew.run()

    assert run.status == Run.Status.FAILED
    assert words in run.error
    assert crew.writes() == []


def test_a_rota_that_is_switched_off_or_gone_books_nothing(crew: Crew) -> None:
    crew.team.week()
    crew.team.rota.enabled = False
    crew.team.rota.save()
    assert crew.run().error == "The rota support is switched off."
    crew.set_options(rota="elsewhere")
    assert crew.run().error == "There is no rota “elsewhere”."
    assert crew.writes() == []


def test_a_token_that_sees_nobody_elses_bookings_writes_nothing(crew: Crew) -> None:
    crew.team.week()
    crew.productive.switches["token"] = "limited"

    run = crew.run()

    assert run.status == Run.Status.NEEDS_REVIEW
    assert run.warnings[0].startswith("Productive shows this token no bookings but those of its")
    assert crew.writes() == []


@pytest.mark.parametrize("switch", ["project_filter", "before", "after", "gone_rows", "approvals"])
def test_whatever_filters_do_the_bookings_are_the_same(crew: Crew, switch: str) -> None:
    crew.productive.switches[switch] = crew.productive.declared[switch].options[1]
    crew.productive.assign(crew.people["Gustav"], crew.productive.add_project("Website").id)
    crew.team.week()
    crew.book("Priya", TUESDAY, canceled=True)

    crew.bring_in_step()
    crew.clock.forward(days=4)
    crew.bring_in_step()

    assert crew.booked() == WEEK


# -------------------------------------------------------------------------- options


def test_options_are_checked_and_told_in_words(team: Team) -> None:
    assert team.rota.name == "support"
    form = Options({"rota": "support", "service_id": 5551, "minutes": 450})
    assert form.is_valid(), form.errors
    assert form.cleaned_data == {"rota": "support", "service_id": "5551", "minutes": 450}
    assert in_words(form.cleaned_data) == [
        ("Rota", "support"),
        ("Service", "5551"),
        ("A day of duty", "7.5 h"),
    ]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("rota", "elsewhere", "There is no rota “elsewhere”."),
        ("service_id", "Support", "The id of a service is a number."),
        ("minutes", 0, "greater than or equal to 1"),
        ("minutes", 1441, "less than or equal to 1440"),
    ],
)
def test_options_that_cannot_be_are_refused(team: Team, name: str, value: Any, words: str) -> None:
    given = {"rota": team.rota.name, "service_id": "5551", "minutes": 420, name: value}
    [[complaint]] = Options(given).errors.values()
    assert words in str(complaint)
