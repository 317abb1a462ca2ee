"""Leave in files: what is written, what is read, also of the tool before, and what is wrong."""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.productive.client import Booking, Salary
from uploader.engine import MemoryLinks, Plan, plan
from uploader.syncs.breathe_to_productive import dump
from uploader.syncs.breathe_to_productive.bookings import Bookings, Category
from uploader.syncs.breathe_to_productive.hours import Hours
from uploader.syncs.breathe_to_productive.leave import KINDS, Event, Leave, LeaveKind
from uploader.syncs.breathe_to_productive.spans import DAY, Span, merged, stretches

# The 7th of December 2026 is a Monday.
FIRST = date(2026, 12, 1)
NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
APART: dict[LeaveKind, str] = {"holiday": "501", "sickness": "502", "other_leave": "503"}
TOGETHER: dict[LeaveKind, str] = {"holiday": "501", "sickness": "502", "other_leave": "501"}


def december(text: str) -> date:
    return date(2026, 12, int(text[:2]))


def event(text: str, kind: LeaveKind = "holiday") -> Event:
    """“07” is a day of December, “07pm..09am” begins at noon on one and ends at noon on another."""
    first, _, last = text.partition("..")
    last = last or first
    half_start, half_end = first.endswith("pm"), last.endswith("am")
    return Event(kind, Span(december(first), december(last), half_start, half_end))


def leave(*events: Event | str, since: str = "01", email: str = "ada@example.org") -> Leave:
    return Leave(
        emails=(email,),
        events=tuple(event(each) if isinstance(each, str) else each for each in events),
        since=december(since),
    )


def written(
    leaves: Iterable[Leave], folder: Path, categories: dict[LeaveKind, str] = APART
) -> list[Leave]:
    """What is read of it again."""
    dump.write(leaves, folder, categories=categories)
    return dump.read(folder)


def by_hand(folder: Path, content: Any, *, name: str = "ada@example.org") -> Path:
    """A file as the tool before wrote it: on one line, with no end of it."""
    file = folder / f"{name}.json"
    file.write_text(json.dumps(content, separators=(",", ":")), encoding="utf-8")
    return file


def a_file(**more: Any) -> dict[str, Any]:
    return {
        "emails": ["ada@example.org"],
        "earliest_date": "2026-09-02",
        "events": [an_event_in_file()],
    } | more


def an_event_in_file(**more: Any) -> dict[str, Any]:
    return {
        "type": "holiday",
        "start_date": "2026-12-07",
        "end_date": "2026-12-09",
        "half_day_at_start": False,
        "half_day_at_end": False,
    } | more


def without(content: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in content.items() if key != name}


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


# ---------------------------------------------------------------------- writing


def test_a_file_holds_dates_and_kinds_and_nothing_else(tmp_path: Path) -> None:
    own = Leave(
        emails=("ada@example.org", "ada@example.net"),
        events=(event("08am", "sickness"), event("07pm..10", "holiday")),
        since=december("01"),
    )
    (file,) = dump.write([own], tmp_path / "dump", categories=APART)
    assert file == tmp_path / "dump" / "ada@example.org.json"
    assert json.loads(file.read_text(encoding="utf-8")) == {
        "emails": ["ada@example.org", "ada@example.net"],
        "earliest_date": "2026-12-01",
        "events": [
            {
                "type": "holiday",
                "start_date": "2026-12-07",
                "end_date": "2026-12-10",
                "half_day_at_start": True,
                "half_day_at_end": False,
            },
            {
                "type": "sickness",
                "start_date": "2026-12-08",
                "end_date": "2026-12-08",
                "half_day_at_start": False,
                "half_day_at_end": True,
            },
        ],
    }


def test_nobody_else_may_read_what_is_written(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "dump"
    (file,) = dump.write([leave("07")], folder, categories=APART)
    assert mode(file) == 0o600
    assert mode(folder) == 0o700


def test_nobody_else_may_read_what_is_written_over_a_file_that_all_could(tmp_path: Path) -> None:
    older = by_hand(tmp_path, a_file())
    older.chmod(0o644)
    assert dump.write([leave("07")], tmp_path, categories=APART) == [older]
    assert mode(older) == 0o600


def test_a_file_is_written_anew_and_whole(tmp_path: Path) -> None:
    written([leave("07", "09", "11")], tmp_path)
    assert written([leave("09")], tmp_path) == [leave("09")]


def test_files_are_listed_by_address(tmp_path: Path) -> None:
    leaves = [leave("07", email=f"{name}@example.org") for name in ("lin", "ada", "sam")]
    files = dump.write(leaves, tmp_path, categories=APART)
    assert [file.name for file in files] == [
        "ada@example.org.json",
        "lin@example.org.json",
        "sam@example.org.json",
    ]


def test_whoever_has_no_leave_has_a_file_too(tmp_path: Path) -> None:
    assert written([leave()], tmp_path) == [leave()]


@pytest.mark.parametrize("email", ["a/b@example.org", "../ada@example.org", "/@example.org"])
def test_an_address_with_a_slash_is_a_file_of_that_folder(tmp_path: Path, email: str) -> None:
    folder = tmp_path / "dump"
    (file,) = dump.write([leave("07", email=email)], folder, categories=APART)
    assert file.parent == folder
    assert list(tmp_path.rglob("*.json")) == [file]
    assert dump.read(folder) == [leave("07", email=email)]


@pytest.mark.parametrize("other", ["ada@example.org", "a/b@example.org"])
def test_two_people_are_two_also_where_their_files_would_have_one_name(
    tmp_path: Path, other: str
) -> None:
    one = leave("07", email="a_b@example.org" if "/" in other else other)
    two = leave("14", email=other)
    assert sorted(written([one, two], tmp_path), key=lambda each: each.events[0].span) == [one, two]


# --------------------------------------------------------------- what is needed


@pytest.mark.parametrize(
    ("events", "since", "expected"),
    [
        (["07..09"], "09", ["07..09"]),
        (["07..09"], "10", []),
        (["01", "07..09", "14"], "09", ["07..09", "14"]),
        # What ended before, but is of a span that ends in the window.
        (["01..04", "05..09", "10"], "10", ["01..04", "05..09", "10"]),
        (["08am", "08pm..09", "10"], "10", ["08am", "08pm..09", "10"]),
        (["01..09", "02..03", "08..10"], "10", ["01..09", "02..03", "08..10"]),
        # What ended before, and does not touch it.
        (["01..04", "07..10"], "10", ["07..10"]),
        (["09am", "10"], "10", ["10"]),
        (["08", "09pm..10"], "10", ["09pm..10"]),
        # A span that ends with days off ends with them.
        (["10..11", "12..13"], "13", ["10..11", "12..13"]),
        (["10..11", "12..13"], "14", []),
    ],
)
def test_every_event_of_a_span_that_ends_in_the_window_is_needed(
    events: list[str], since: str, expected: list[str]
) -> None:
    for listed in (events, events[::-1]):
        found = dump.needed(leave(*listed, since=since), categories=APART)
        assert found == [event(text) for text in expected]


def test_kinds_of_one_category_make_one_span() -> None:
    own = leave("07", event("08..09", "other_leave"), event("06", "sickness"), "10", since="10")
    assert dump.needed(own, categories=TOGETHER) == [
        event("07"),
        event("08..09", "other_leave"),
        event("10"),
    ]
    assert dump.needed(own, categories=APART) == [event("10")]


# ---------------------------------------------------------------------- reading


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    leaves = [
        Leave(
            emails=("ada@example.org", "ada@example.net"),
            events=(
                event("07pm..07am"),
                event("07pm..08am", "sickness"),
                event("09..11", "other_leave"),
            ),
            since=december("02"),
        ),
        leave("14am", since="03", email="lin@example.org"),
    ]
    assert written(reversed(leaves), tmp_path) == leaves


def test_files_of_the_tool_before_are_read(tmp_path: Path) -> None:
    (tmp_path / "Ada.Okafor@Example.org.json").write_text(
        '{"emails":["Ada.Okafor@Example.org"," ada@example.net ","ada.okafor@example.org"],'
        '"earliest_date":"2026-09-02","events":['
        '{"type":"holiday","start_date":"2026-12-07","end_date":"2026-12-09",'
        '"half_day_at_start":true,"half_day_at_end":false},'
        '{"type":"sickness","start_date":"2026-10-05","end_date":"2026-10-05",'
        '"half_day_at_start":false,"half_day_at_end":true},'
        '{"type":"other_leave","start_date":"2026-11-02","end_date":"2026-11-02",'
        '"half_day_at_start":true,"half_day_at_end":true}]}',
        encoding="utf-8",
    )
    (tmp_path / "notes.txt").write_text("not one of them", encoding="utf-8")
    (found,) = dump.read(tmp_path)
    november, october = date(2026, 11, 2), date(2026, 10, 5)
    assert found == Leave(
        emails=("ada.okafor@example.org", "ada@example.net"),
        events=(
            event("07pm..09"),
            Event("sickness", Span(october, october, half_end=True)),
            Event("other_leave", Span(november, november, half_start=True, half_end=True)),
        ),
        since=date(2026, 9, 2),
    )


@pytest.mark.parametrize("flag", ["half_day_at_start", "half_day_at_end"])
def test_a_flag_that_is_not_there_is_not_set(tmp_path: Path, flag: str) -> None:
    by_hand(tmp_path, a_file(events=[without(an_event_in_file(), flag)]))
    assert dump.read(tmp_path)[0].events == (event("07..09"),)


@pytest.mark.parametrize("flag", ["half_day_at_start", "half_day_at_end"])
def test_a_flag_that_the_tool_before_wrote_as_null_is_not_set(tmp_path: Path, flag: str) -> None:
    # It wrote what Breathe HR said, and `nil && …` of a training course.
    by_hand(tmp_path, a_file(events=[an_event_in_file(**{flag: None})]))
    assert dump.read(tmp_path)[0].events == (event("07..09"),)


def test_what_else_stands_in_a_file_is_not_looked_at(tmp_path: Path) -> None:
    by_hand(tmp_path, a_file(note="by hand", events=[an_event_in_file(reason="private")]))
    assert dump.read(tmp_path)[0].events == (event("07..09"),)


def test_files_are_read_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("sam", "ada", "lin"):
        by_hand(tmp_path, a_file(emails=[f"{name}@example.org"]), name=name)
    assert [each.email for each in dump.read(tmp_path)] == [
        "ada@example.org",
        "lin@example.org",
        "sam@example.org",
    ]


# ------------------------------------------------------------------ what is wrong


def complaint(folder: Path) -> str:
    with pytest.raises(dump.CannotRead) as caught:
        dump.read(folder)
    return str(caught.value)


WRONG_FILES: list[tuple[dict[str, Any], str]] = [
    (without(a_file(), "emails"), "emails"),
    (without(a_file(), "earliest_date"), "earliest_date"),
    (without(a_file(), "events"), "events"),
    (a_file(emails="ada@example.org"), "emails"),
    (a_file(emails=None), "emails"),
    (a_file(emails=[]), "emails"),
    (a_file(emails=["ada@example.org", 7]), "emails.1"),
    (a_file(earliest_date=None), "earliest_date"),
    (a_file(earliest_date=20261201), "earliest_date"),
    (a_file(earliest_date="yesterday"), "earliest_date"),
    (a_file(earliest_date="2026-12-01T00:00:00"), "earliest_date"),
    (a_file(events={}), "events"),
    (a_file(events=[7]), "events.0"),
]
WRONG_EVENTS: list[tuple[dict[str, Any], str]] = [
    (without(an_event_in_file(), "type"), "events.1.type"),
    (without(an_event_in_file(), "start_date"), "events.1.start_date"),
    (without(an_event_in_file(), "end_date"), "events.1.end_date"),
    (an_event_in_file(type="vacation"), "events.1.type"),
    (an_event_in_file(type="Holiday"), "events.1.type"),
    (an_event_in_file(type=None), "events.1.type"),
    (an_event_in_file(start_date=None), "events.1.start_date"),
    (an_event_in_file(start_date="01/12/2026"), "events.1.start_date"),
    (an_event_in_file(start_date="2026-02-30"), "events.1.start_date"),
    (an_event_in_file(start_date="2026-12-1"), "events.1.start_date"),
    (an_event_in_file(end_date=1796601600), "events.1.end_date"),
    (an_event_in_file(end_date="20261209"), "events.1.end_date"),
    (an_event_in_file(half_day_at_start="true"), "events.1.half_day_at_start"),
    (an_event_in_file(half_day_at_end=1), "events.1.half_day_at_end"),
]


@pytest.mark.parametrize(
    ("content", "field"),
    [
        *WRONG_FILES,
        *((a_file(events=[an_event_in_file(), wrong]), field) for wrong, field in WRONG_EVENTS),
    ],
)
def test_a_wrong_file_is_named_with_the_field_that_is_wrong(
    tmp_path: Path, content: dict[str, Any], field: str
) -> None:
    by_hand(tmp_path, a_file(emails=["lin@example.org"]), name="a right one")
    file = by_hand(tmp_path, content)
    assert complaint(tmp_path).startswith(f"{file}: {field}: ")


def test_a_wrong_value_is_not_repeated(tmp_path: Path) -> None:
    by_hand(tmp_path, a_file(events=[an_event_in_file(type="something private")]))
    assert "private" not in complaint(tmp_path)


@pytest.mark.parametrize(
    ("first", "last", "because"),
    [
        ("2026-12-07", "2026-12-06", "it ends on 2026-12-06, before it begins on 2026-12-07"),
        ("2006-12-07", "2026-12-07", "lasts from 2006-12-07 to 2026-12-07, more than ten years"),
    ],
)
def test_an_event_that_cannot_be_meant_is_named(
    tmp_path: Path, first: str, last: str, because: str
) -> None:
    wrong = an_event_in_file(start_date=first, end_date=last)
    file = by_hand(tmp_path, a_file(events=[an_event_in_file(), wrong]))
    found = complaint(tmp_path)
    assert found.startswith(f"{file}: ")
    assert because in found


@pytest.mark.parametrize(
    "content", [b"", b"leave", b'{"emails": ["ada@exa', b"\xff\xfe{}", b"[]", b"null", b"7"]
)
def test_what_is_no_file_of_leave_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "ada@example.org.json"
    file.write_bytes(content)
    assert complaint(tmp_path).startswith(f"{file}: ")


@pytest.mark.parametrize("content", [b"leave", b"[]"])
def test_no_field_is_named_where_none_is_wrong(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "ada@example.org.json").write_bytes(content)
    assert ": :" not in complaint(tmp_path)


def test_a_folder_in_place_of_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "ada@example.org.json").mkdir()
    assert complaint(tmp_path).startswith(f"{tmp_path / 'ada@example.org.json'}: cannot be read: ")


def test_a_folder_without_files_is_named(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("none of them", encoding="utf-8")
    assert complaint(tmp_path) == f"There is no .json file in {tmp_path}."
    assert str(tmp_path / "nowhere") in complaint(tmp_path / "nowhere")


# ---------------------------------------------- the plan from it is the live one


def hours() -> Hours:
    """Five days of 7, 7, 7, 7 and 3.5 hours, since the first of December."""
    told = Salary(
        id="1", person_id="301", start=FIRST, end=None, hours=(7.0, 7.0, 7.0, 7.0, 3.5, 0.0, 0.0)
    )
    return Hours(salaries=[told], availabilities=[])


def bookings(own: Leave, categories: dict[LeaveKind, str], there: Iterable[Booking]) -> Bookings:
    used = [
        Category(
            id=number,
            kinds=tuple(kind for kind in KINDS if categories[kind] == number),
            name=f"Category {number}",
        )
        for number in dict.fromkeys(categories.values())
    ]
    found = Bookings(own, hours(), used)
    found.compare(there)
    return found


def planned(own: Leave, categories: dict[LeaveKind, str], there: Iterable[Booking]) -> Plan:
    found = bookings(own, categories, there)
    return plan(
        found.wanted, found.existing, MemoryLinks(), on_edit="restore", now=NOW, managed=True
    )


def booking(first: date, last: date, minutes: int, *, event_id: str = "501") -> Booking:
    return Booking(
        id="9001",
        person_id="301",
        event_id=event_id,
        start=first,
        end=last,
        minutes=minutes,
        is_live=True,
        is_approved=True,
    )


def an_event(kind: LeaveKind, first: int, days: int, half_start: bool, half_end: bool) -> Event:
    start = FIRST + first * DAY
    return Event(kind, Span(start, start + days * DAY, half_start, half_end))


def a_booking(first: int, days: int, minutes: int, event_id: str) -> Booking:
    start = FIRST + first * DAY
    return booking(start, start + days * DAY, minutes, event_id=event_id)


def numbered(there: list[Booking]) -> list[Booking]:
    return [each.model_copy(update={"id": str(n)}) for n, each in enumerate(there)]


# Dense enough that much of it meets, on either side of the first day of the window.
EVENTS = st.lists(
    st.builds(
        an_event,
        st.sampled_from(KINDS),
        st.integers(0, 30),
        st.integers(0, 4),
        st.booleans(),
        st.booleans(),
    ),
    min_size=3,
    max_size=10,
)
THERE = st.lists(
    st.builds(
        a_booking,
        st.integers(0, 30),
        st.integers(0, 9),
        st.sampled_from([210, 420]),
        st.sampled_from(["501", "502", "503"]),
    ),
    min_size=3,
    max_size=8,
).map(numbered)
LEAVES = st.builds(
    lambda events, since: Leave(
        emails=("ada@example.org",), events=tuple(events), since=FIRST + since * DAY
    ),
    EVENTS,
    st.integers(8, 28),
)
CATEGORIES = st.sampled_from([APART, TOGETHER])


@pytest.mark.randomized
@given(LEAVES, CATEGORIES)
def test_spans_of_a_dump_are_those_of_the_whole_leave_that_end_in_the_window(
    tmp_path_factory: pytest.TempPathFactory, own: Leave, categories: dict[LeaveKind, str]
) -> None:
    (found,) = written([own], tmp_path_factory.mktemp("dump"), categories)
    assert (found.emails, found.since) == (own.emails, own.since)
    for number in set(categories.values()):
        whole, dumped = (
            [
                span
                for span in merged(e.span for e in each.events if categories[e.kind] == number)
                if span.end >= own.since
            ]
            for each in (own, found)
        )
        assert dumped == whole
        of_whole, of_dumped = (
            [s for span in spans for s in stretches(span, hours().minutes_on)]
            for spans in (whole, dumped)
        )
        assert of_dumped == of_whole


@pytest.mark.randomized
@given(LEAVES, CATEGORIES)
def test_a_dump_holds_no_event_of_a_span_that_ended_before_the_window(
    own: Leave, categories: dict[LeaveKind, str]
) -> None:
    found = dump.needed(own, categories=categories)
    for number in set(categories.values()):
        spans = merged(each.span for each in found if categories[each.kind] == number)
        assert all(span.end >= own.since for span in spans)


@pytest.mark.randomized
@given(LEAVES, CATEGORIES)
def test_the_plan_of_a_dump_is_the_live_one_where_nothing_is_booked_yet(
    own: Leave, categories: dict[LeaveKind, str]
) -> None:
    events = tuple(dump.needed(own, categories=categories))
    dumped = Leave(emails=own.emails, events=events, since=own.since)
    assert planned(dumped, categories, []) == planned(own, categories, [])


def test_the_plan_of_a_dump_is_the_live_one_where_leave_was_shortened(tmp_path: Path) -> None:
    own = leave("01..03", since="09")
    there = [booking(december("01"), december("10"), 420)]
    live = planned(own, APART, there)
    assert [change.action for change in live.changes] == ["update"]
    assert planned(written([own], tmp_path)[0], APART, there) == live


@pytest.mark.randomized
@given(LEAVES, CATEGORIES, THERE)
def test_the_plan_of_a_dump_is_the_live_one_whatever_is_booked(
    own: Leave, categories: dict[LeaveKind, str], there: list[Booking]
) -> None:
    events = tuple(dump.needed(own, categories=categories))
    dumped = Leave(emails=own.emails, events=events, since=own.since)
    assert planned(dumped, categories, there) == planned(own, categories, there)


def test_the_same_is_said_of_working_hours_from_a_dump(tmp_path: Path) -> None:
    """Leave from before the first salary is history, and its hours are nobody's concern."""
    before = date(2025, 12, 1)
    own = leave(Event("holiday", Span(before, before)), "07", since="01")
    dumped = written([own], tmp_path)[0]
    assert bookings(dumped, APART, []).hours.origins == {"salary"}
    assert bookings(own, APART, []).hours.origins == {"salary"}
