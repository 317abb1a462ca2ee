"""`rota adopt`: whom a name on the calendar is taken for, and what is left to people."""

from datetime import date

from rota.models import Duty, Member, Shift
from tests.rota.commands.earlier_tool import DAY, EarlierTool, timed, whole
from tests.rota.commands.typed import changes, left, on_duty, rota, words
from tests.rota.team import MONDAY, NOW
from uploader.people import Person

TODAY = NOW.date()
LAST_WEEK = MONDAY - 7 * DAY


# ---------------------------------------------------------------- who it is


def test_people_read_whom_each_name_is_taken_for_from_when_to_when(
    earlier_tool: EarlierTool, three_days: list[str]
) -> None:
    earlier_tool.put(MONDAY + DAY, "Murdo", "Bob")

    told = words("adopt", "support")

    assert "Gustav  →  Gustav in sevens  1  2026-11-23 to 2026-11-23" in told
    assert "Bob     →  left alone        1  2026-12-01 to 2026-12-01" in told
    assert "left     2026-12-01: “Murdo is on support today with Bob assisting”" in told
    assert "3 shifts are to be taken over: --apply does it." in told


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
        "2026-12-03": "its title says more than who serves.",
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
