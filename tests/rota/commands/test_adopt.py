"""`rota adopt`: what the tool before put on the calendar becomes the rota's own, and only that."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError

from integrations.models import Pace
from integrations.sandbox import Fault
from rota.models import Member, Move, Rota, Shift
from rota.syncs.calendar.foreign import own
from tests.rota.commands.earlier_tool import DAY, EarlierTool, whole
from tests.rota.commands.typed import changes, on_duty, refused, rota
from tests.rota.team import MONDAY, NOW
from uploader.models import Sync

TODAY = NOW.date()
LAST_WEEK = MONDAY - 7 * DAY


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
        ("Andy", "Lalitha", "Andy", "Gustav", "Priya"),
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
    def broken_off(sync: Sync, shift: Shift, event_id: str) -> None:
        if event_id == three_days[-1]:
            raise DatabaseError
        own(sync, shift, event_id)

    with monkeypatch.context() as broken:
        broken.setattr("rota.adopting.own", broken_off)
        assert rota("adopt", "support", "--apply")[0] == 1
    assert not Shift.objects.exists()
    assert earlier_tool.owned() == {}

    rota("adopt", "support", "--apply")

    assert len(earlier_tool.owned()) == 3
    assert rota("adopt", "support", "--apply")[1]["changes"] == []


def test_a_day_that_cannot_be_meant_is_status_2(earlier_tool: EarlierTool) -> None:
    assert "is not a date like" in refused("adopt", "support", "--until", "Christmas")
