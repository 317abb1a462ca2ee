"""`rota adopt`: what the tool before put on the calendar becomes the rota's own, and only that."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError

from integrations.models import Pace
from integrations.sandbox import Fault
from rota import adopting
from rota.models import Duty, Member, Move, Rota, Shift
from tests.rota.commands.earlier_tool import DAY, EarlierTool, timed, whole
from tests.rota.commands.typed import refused, rota, words
from tests.rota.team import MONDAY, NOW
from uploader.models import Sync
from uploader.people import Person

TODAY = NOW.date()
LAST_WEEK = MONDAY - 7 * DAY


def changes(document: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(each["action"], each["outcome"], each["what"]) for each in document["changes"]]


def left(document: dict[str, Any]) -> dict[str, str]:
    """Why what is left alone is, by its day."""
    conflicts = [each for each in document["changes"] if each["action"] == "conflict"]
    assert all(each["outcome"] == "skipped" for each in conflicts)
    return {each["what"][:10]: each["reason"] for each in conflicts}


def on_duty() -> dict[str, tuple[str, str]]:
    """Who leads and who assists, by day, as it is stored."""
    rows = Duty.objects.filter(shift__cancelled_at=None).select_related("shift", "member__person")
    held = {(f"{duty.shift.start}", duty.role): str(duty.member) for duty in rows}
    return {day: (held[day, "lead"], held[day, "assist"]) for day, _ in held}


@pytest.fixture
def three_days(earlier_tool: EarlierTool) -> list[str]:
    """Last Monday, today and next Monday."""
    return [
        earlier_tool.put(LAST_WEEK, "Gustav", "Andy"),
        earlier_tool.put(TODAY, "Priya", "Theo"),
        earlier_tool.put(MONDAY, "Murdo", "Wren"),
    ]


# ------------------------------------------------------------------ what it does


def test_without_apply_it_shows_what_it_would_take_and_writes_nothing(
    earlier_tool: EarlierTool, three_days: list[str]
) -> None:
    code, document = rota("adopt", "support")

    assert (code, document["applied"], document["error"]) == (0, False, None)
    assert changes(document) == [
        ("create", "planned", "2026-11-23: Gustav leads, Andy assists"),
        ("create", "planned", "2026-11-26: Priya leads, Theo assists"),
        ("create", "planned", "2026-11-30: Murdo leads, Wren assists"),
    ]
    assert [shift["start"] for shift in document["shifts"]] == [
        "2026-11-23",
        "2026-11-26",
        "2026-11-30",
    ]
    assert (document["level"], document["given_up"], document["warnings"]) == (None, [], [])
    assert not Shift.objects.exists()
    assert earlier_tool.owned() == {}
    assert earlier_tool.writes == 0


def test_apply_stores_shifts_and_owns_exactly_those_events(
    earlier_tool: EarlierTool, three_days: list[str]
) -> None:
    earlier_tool.google.add_event(
        "c_duty@group.calendar.google.com", summary="Planning", **whole(MONDAY)
    )
    before = earlier_tool.titles()

    code, document = rota("adopt", "support", "--apply")

    assert (code, document["applied"]) == (0, True)
    assert {change["outcome"] for change in document["changes"]} == {"done"}
    assert on_duty() == {
        "2026-11-23": ("Gustav", "Andy"),
        "2026-11-26": ("Priya", "Theo"),
        "2026-11-30": ("Murdo", "Wren"),
    }
    assert earlier_tool.owned() == dict(zip(three_days, (LAST_WEEK, TODAY, MONDAY), strict=True))
    # Each is recorded as a move from nobody, and nobody has to be told of it.
    assert Move.objects.filter(was=None).exclude(told_at=None).count() == 6
    assert earlier_tool.titles() == before
    assert earlier_tool.writes == 0


def test_again_it_changes_nothing(earlier_tool: EarlierTool, three_days: list[str]) -> None:
    rota("adopt", "support", "--apply")
    before = (on_duty(), earlier_tool.owned(), Move.objects.count())

    code, document = rota("adopt", "support", "--apply")

    assert (code, document["changes"], document["warnings"]) == (0, [], [])
    assert (on_duty(), earlier_tool.owned(), Move.objects.count()) == before


def test_publishing_afterwards_changes_the_same_events_and_makes_none(
    earlier_tool: EarlierTool, three_days: list[str]
) -> None:
    rota("adopt", "support", "--apply")

    _, document = rota("publish", "support", "--apply")

    # What is over stays as it is; of the others the look is made as it should be.
    counts = document["counts"]
    assert (counts["create"], counts["update"], counts["delete"]) == (0, 2, 0)
    assert {write.id for write in earlier_tool.google.writes} == set(three_days[1:])
    assert len(earlier_tool.titles()) == 3
    assert rota("publish", "support")[1]["counts"]["unchanged"] == 2


def test_the_next_generation_moves_nothing_of_what_was_taken_over(
    earlier_tool: EarlierTool,
) -> None:
    rota("generate", "support", "--cycles", "2", "--apply")
    made = on_duty()
    Shift.objects.all().delete()
    Member.objects.exclude(duties=None).update(opening_credit=0)
    for day, (lead, assist) in made.items():
        earlier_tool.put(date.fromisoformat(day), lead, assist)

    rota("adopt", "support", "--apply")

    assert on_duty() == made
    _, document = rota("generate", "support", "--cycles", "2")
    assert document["changes"] == []


def test_a_cycle_under_way_is_gone_on_with(earlier_tool: EarlierTool) -> None:
    """The sevens have led, and two of the four others: two lead days are missing."""
    days = [LAST_WEEK + n * DAY for n in range(4)] + [MONDAY - 3 * DAY]
    for day, lead, assist in zip(
        days,
        ("Gustav", "Priya", "Wren", "Andy", "Lalitha"),
        ("Andy", "Lalitha", "Murdo", "Gustav", "Priya"),
        strict=True,
    ):
        earlier_tool.put(day, lead, assist)
    rota("adopt", "support", "--apply")

    _, document = rota("generate", "support")

    leads = [shift["duties"][0]["member"] for shift in document["shifts"][2:]]
    assert sorted(leads) == ["Murdo", "Theo"]


def test_what_was_done_before_counts(earlier_tool: EarlierTool) -> None:
    for week in range(1, 9):
        earlier_tool.put(MONDAY - week * 7 * DAY, "Gustav", "Andy")
    rota("adopt", "support", "--apply")

    members = rota("report", "support")[1]["members"]

    assert {each["name"]: each["lead"] for each in members}["Gustav"] == 8


def test_until_is_inclusive_and_what_comes_after_is_left_alone(
    earlier_tool: EarlierTool, three_days: list[str]
) -> None:
    _, document = rota("adopt", "support", "--until", f"{TODAY}", "--apply")

    assert [each["what"][:10] for each in document["changes"]] == ["2026-11-23", "2026-11-26"]
    assert list(earlier_tool.owned()) == three_days[:2]


def test_a_calendar_of_many_pages_is_read_to_its_end(earlier_tool: EarlierTool) -> None:
    earlier_tool.google.switches.update({"largest_page": 50, "empty_pages": "between"})
    day = MONDAY - timedelta(days=400)
    for number in range(260):
        earlier_tool.put(day + number * DAY, "Gustav", "Andy")

    _, document = rota("adopt", "support", "--apply")

    assert len(document["changes"]) == len(earlier_tool.owned()) == 260


def test_titles_of_the_rota_itself_are_taken_as_well(earlier_tool: EarlierTool) -> None:
    Rota.objects.update(event_title="{title}: {lead} & {assist} ({lead} first)")
    title = "Data engineering support: Gustav & Andy (Gustav first)"
    ours = earlier_tool.put(MONDAY, "", "", summary=title)
    usual = earlier_tool.put(MONDAY + DAY, "Priya", "Theo")
    earlier_tool.put(MONDAY + 2 * DAY, "", "", summary=title.replace("(Gustav", "(Priya"))

    rota("adopt", "support", "--apply")

    assert earlier_tool.owned() == {ours: MONDAY, usual: MONDAY + DAY}


# ---------------------------------------------------------------- who it is


def test_people_read_whom_each_name_is_taken_for_from_when_to_when(
    earlier_tool: EarlierTool, three_days: list[str]
) -> None:
    earlier_tool.put(MONDAY + DAY, "Murdo", "Bob")

    told = words("adopt", "support")

    assert "Murdo   →  Murdo in others  1  2026-11-30 to 2026-11-30" in told
    assert "Bob     →  left alone       1  2026-12-01 to 2026-12-01" in told
    assert "left     2026-12-01: “Murdo is on support today with Bob assisting”" in told
    assert "3 events would be taken over: --apply does it." in told


def test_a_name_is_never_found_within_another(earlier_tool: EarlierTool) -> None:
    earlier_tool.rename("Gustav", to="Sam")
    earlier_tool.rename("Priya", to="Sam P")
    earlier_tool.put(MONDAY, "Sam", "Andy")
    earlier_tool.put(MONDAY + DAY, "Sam P", "Theo")
    earlier_tool.put(MONDAY + 2 * DAY, "Samantha", "Theo")

    _, document = rota("adopt", "support", "--apply")

    assert on_duty() == {"2026-11-30": ("Sam", "Andy"), "2026-12-01": ("Sam P", "Theo")}
    assert left(document) == {"2026-12-02": "Left as it is: “Samantha” is nobody in this rota."}


def test_a_first_name_is_taken_for_the_only_one_it_can_be_and_said_so(
    earlier_tool: EarlierTool,
) -> None:
    earlier_tool.rename("Gustav", to="Gustav Holm")
    earlier_tool.rename("Andy", to="Andy Price")
    earlier_tool.put(MONDAY, "Gustav", "Andy P.")

    _, document = rota("adopt", "support", "--apply")

    sentences = [
        "“Gustav” is taken for Gustav Holm, the only one it can be.",
        "“Andy P.” is taken for Andy Price, the only one it can be.",
    ]
    assert on_duty() == {"2026-11-30": ("Gustav Holm", "Andy Price")}
    assert document["changes"][0]["reason"] == " ".join(sentences)
    assert document["warnings"] == [" ".join(sentences)]


def test_a_first_name_of_two_is_listed_with_both_and_left_alone(
    earlier_tool: EarlierTool,
) -> None:
    earlier_tool.rename("Gustav", to="Sam Holm")
    earlier_tool.rename("Priya", to="Sam Park")
    earlier_tool.put(MONDAY, "Sam", "Andy")

    _, document = rota("adopt", "support", "--apply")

    assert left(document) == {
        "2026-11-30": "Left as it is: “Sam” may be Sam Holm in sevens or Sam Park in sevens, "
        "or somebody else."
    }
    assert not Shift.objects.exists()
    assert earlier_tool.owned() == {}


def test_two_names_on_the_calendar_are_two_people(earlier_tool: EarlierTool) -> None:
    """Whoever is called Sam P has a namesake there, and only one of them is known here."""
    earlier_tool.rename("Gustav", to="Sam Park")
    earlier_tool.put(MONDAY, "Sam", "Andy")
    earlier_tool.put(MONDAY + DAY, "Sam P", "Andy")

    _, document = rota("adopt", "support", "--apply")

    assert list(left(document)) == ["2026-11-30", "2026-12-01"]
    assert not Shift.objects.exists()


def test_of_namesakes_the_group_tells_which_it_is(earlier_tool: EarlierTool) -> None:
    earlier_tool.rename("Gustav", to="Sam")
    earlier_tool.rename("Theo", to="Sam")
    earlier_tool.put(MONDAY, "Sam", "Andy")
    earlier_tool.put(MONDAY + DAY, "Andy", "Sam")
    earlier_tool.put(MONDAY + 2 * DAY, "Sam", "Sam")

    _, document = rota("adopt", "support", "--apply")

    sam = earlier_tool.team.members["Gustav"]
    assert {duty.member for duty in Duty.objects.filter(member__person__name="Sam")} == {sam}
    assert list(left(document)) == ["2026-12-02"]
    assert "may be Sam in others or Sam in sevens" in left(document)["2026-12-02"]


def test_two_of_one_group_are_no_pair(earlier_tool: EarlierTool) -> None:
    earlier_tool.put(MONDAY, "Gustav", "Priya")

    reason = left(rota("adopt", "support")[1])["2026-11-30"]

    assert reason == "Left as it is: Gustav and Priya are both in sevens."


def test_whoever_left_long_ago_is_a_gap_of_the_past_and_nobody_of_the_future(
    earlier_tool: EarlierTool,
) -> None:
    past = earlier_tool.put(LAST_WEEK, "Bob", "Gustav")
    earlier_tool.put(MONDAY, "Bob", "Gustav")

    _, document = rota("adopt", "support", "--apply")

    assert on_duty() == {"2026-11-23": ("None", "Gustav")}
    assert Shift.objects.get().leads == "others"
    assert document["gaps"][0]["reason"] == "“Bob” is nobody in this rota any more"
    assert list(earlier_tool.owned()) == [past]
    assert left(document) == {"2026-11-30": "Left as it is: “Bob” is nobody in this rota."}


def test_whoever_came_back_served_in_the_membership_of_the_day(
    earlier_tool: EarlierTool,
) -> None:
    first = earlier_tool.team.members["Gustav"]
    Member.objects.filter(pk=first.pk).update(left_on=MONDAY - 30 * DAY)
    second = Member.objects.create(
        rota=earlier_tool.team.rota, person=first.person, group="sevens", joined_on=LAST_WEEK
    )
    earlier_tool.put(MONDAY - 35 * DAY, "Gustav", "Andy")
    earlier_tool.put(LAST_WEEK, "Gustav", "Andy")

    rota("adopt", "support", "--apply")

    leads = Duty.objects.filter(role="lead").order_by("shift__start")
    assert [duty.member for duty in leads] == [first, second]
    assert Person.objects.filter(name="Gustav").count() == 1


# --------------------------------------------------------- what is left alone


def test_what_people_have_made_of_events_is_left_to_them(earlier_tool: EarlierTool) -> None:
    def day(number: int) -> date:
        return MONDAY + number * DAY

    title = "Gustav is on support today with Andy assisting"
    earlier_tool.put(day(0), "Gustav", "Andy", **timed(day(0), 9))
    earlier_tool.put(day(1), "Gustav", "Andy", **whole(day(1), days=2))
    earlier_tool.put(day(3), "", "", summary=f"SWAPPED: {title}!")
    earlier_tool.put(day(4), "Gustav", "Andy", recurrence=["RRULE:FREQ=WEEKLY"])
    earlier_tool.put(day(7), "Gustav", "Andy", organizer={"email": "lee@partner.example"})
    earlier_tool.put(day(8), "", "", summary="Gustav is on support")
    earlier_tool.put(day(9), "Gustav", "Andy", status="cancelled")
    kept = earlier_tool.put(day(10), "", "", summary=f"  {title.replace(' on ', '  ON ')}")

    _, document = rota("adopt", "support", "--apply")

    assert earlier_tool.owned() == {kept: day(10)}
    assert {on: why.removeprefix("Left as it is: ") for on, why in left(document).items()} == {
        "2026-11-30": "it has a time of day.",
        "2026-12-01": "it lasts longer than a day.",
        "2026-12-03": "its title says more than who is on support.",
        "2026-12-04": "it is one of a series.",
        "2026-12-07": "it is an invitation from elsewhere, or somebody's own entry.",
    }
    assert document["warnings"] == [
        "5 events that look like the rota's: left alone; the changes say why."
    ]


def test_of_an_event_that_is_there_twice_one_is_taken(earlier_tool: EarlierTool) -> None:
    twins = {earlier_tool.put(MONDAY, "Gustav", "Andy") for _ in range(2)}

    _, document = rota("adopt", "support", "--apply")

    [owned] = earlier_tool.owned()
    assert owned in twins
    assert "the other one is taken" in left(document)["2026-11-30"]
    # Said again the next time, and nothing is done.
    again = rota("adopt", "support", "--apply")[1]
    assert left(again) == {"2026-11-30": "Left as it is: that day has an event of its own already."}
    assert list(earlier_tool.owned()) == [owned]


def test_two_events_that_disagree_are_both_left_alone(earlier_tool: EarlierTool) -> None:
    earlier_tool.put(MONDAY, "Gustav", "Andy")
    earlier_tool.put(MONDAY, "Priya", "Theo")

    _, document = rota("adopt", "support", "--apply")

    assert [each["reason"] for each in document["changes"]] == [
        "Left as it is: two events say different things of that day."
    ] * 2
    assert not Shift.objects.exists()


def test_a_shift_that_is_there_already_is_not_overwritten(earlier_tool: EarlierTool) -> None:
    earlier_tool.team.week()
    earlier_tool.put(MONDAY, "Priya", "Theo")
    same = earlier_tool.put(MONDAY + DAY, "Priya", "Lalitha")
    before = on_duty()

    _, document = rota("adopt", "support", "--apply")

    assert left(document) == {
        "2026-11-30": "Left as it is: that day has Gustav as lead and Andy as assist already."
    }
    assert changes(document)[1] == ("update", "done", "2026-12-01: Priya leads, Lalitha assists")
    assert on_duty() == before
    assert earlier_tool.owned() == {same: MONDAY + DAY}


def test_what_was_published_before_keeps_its_own_event(earlier_tool: EarlierTool) -> None:
    earlier_tool.team.week()
    rota("publish", "support", "--apply")
    earlier_tool.put(MONDAY, "Gustav", "Andy")
    before = earlier_tool.owned()

    _, document = rota("adopt", "support", "--apply")

    assert "an event of its own already" in left(document)["2026-11-30"]
    assert earlier_tool.owned() == before


# -------------------------------------------------------------- when it fails


@pytest.mark.parametrize(
    ("kind", "code"), [("500", 4), ("cut", 4), ("lost", 4), ("429", 4), ("403", 1)]
)
def test_where_the_calendar_cannot_be_read_nothing_is_taken(
    earlier_tool: EarlierTool, three_days: list[str], kind: str, code: int
) -> None:
    earlier_tool.world.faults.add(Fault("google_calendar", kind, match="GET */events", times=None))

    ended, document = rota("adopt", "support", "--apply")

    assert ended == code
    assert document["error"]
    assert document["applied"] is False
    assert not Shift.objects.exists()

    earlier_tool.world.faults.clear()
    Pace.objects.all().delete()  # whatever was asked to wait for is over
    assert rota("adopt", "support", "--apply")[0] == 0
    assert len(earlier_tool.owned()) == 3


def test_where_it_is_broken_off_half_way_nothing_is_half_done(
    earlier_tool: EarlierTool, three_days: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = adopting.own

    def broken_off(sync: Sync, shift: Shift, event_id: str) -> None:
        if event_id == three_days[-1]:
            raise DatabaseError
        own(sync, shift, event_id)

    with monkeypatch.context() as broken:
        broken.setattr(adopting, "own", broken_off)
        assert rota("adopt", "support", "--apply")[0] == 1
    assert not Shift.objects.exists()
    assert earlier_tool.owned() == {}

    rota("adopt", "support", "--apply")

    assert len(earlier_tool.owned()) == 3
    assert rota("adopt", "support", "--apply")[1]["changes"] == []


def test_a_day_that_cannot_be_meant_is_status_2(earlier_tool: EarlierTool) -> None:
    assert "is not a date like" in refused("adopt", "support", "--until", "Christmas")
