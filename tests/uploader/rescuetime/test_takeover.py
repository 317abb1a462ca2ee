"""Taking over the earlier tool's single file: exact, repaired, and removed only at the end."""

import json
from collections.abc import Iterable
from typing import Any

import pytest

from integrations.open_humans.sandbox_files import StoredFile
from integrations.sandbox import Fault
from tests.uploader.killer import Killer
from tests.uploader.rescuetime.journey import COLUMNS, Journey, some_days

OLD_METADATA = {"description": "RescueTime productivity data.", "tags": ["Rescuetime"]}


def table(rows: Iterable[list[Any]], *, headers: list[str] = COLUMNS) -> bytes:
    body = {"notes": "as it was", "row_headers": headers, "rows": list(rows)}
    return json.dumps(body).encode()


def old_file(journey: Journey, content: bytes, **more: Any) -> StoredFile:
    return journey.open_humans.add_file(
        journey.person, "rescuetime.json", content, OLD_METADATA, **more
    )


def as_the_tool_left_it(rows: list[list[Any]], *, updates_ended: list[str]) -> list[list[Any]]:
    """Its one mistake: at each update the last day but its last row stays, and comes again."""
    held: list[list[Any]] = []
    for end in [*updates_ended, "9999"]:
        last = held[-1][0][:10] if held else ""
        positions = [n for n, row in enumerate(held) if row[0][:10] == last]
        if positions:
            del held[positions[-1] :]
        held += [row for row in rows if last <= row[0][:10] <= end]
    return held


def in_time(rows: Iterable[list[Any]]) -> list[list[Any]]:
    return sorted(rows, key=lambda row: (row[0], -row[1]))


@pytest.fixture
def moved(journey: Journey) -> Journey:
    """Somebody with the earlier tool's file, whose days of 2025 RescueTime no longer shows."""
    journey.lives(some_days("2025-10-20", "2026-03-19"))
    rows = in_time(journey.lived())
    ends = ["2025-10-25", "2025-11-01", "2025-12-31", "2026-01-31", "2026-02-10"]
    old_file(journey, table(as_the_tool_left_it(rows, updates_ended=ends)))
    journey.everything = journey.lived()  # type: ignore[attr-defined]
    for day in list(journey.account.days):
        if day < "2026-01-15":
            del journey.account.days[day]
    return journey


def everything(journey: Journey) -> list[list[Any]]:
    return journey.everything  # type: ignore[attr-defined,no-any-return]


def test_the_earlier_tool_doubles_a_day_at_every_update() -> None:
    """The fact sheet's own example, so that what is repaired here is what it left."""
    days = some_days("2026-03-01", "2026-03-04")
    rows = [[f"{day}T{r[0]}", r[1], 1, *r[2:]] for day, rows in days.items() for r in rows[:5]]
    held = as_the_tool_left_it(rows, updates_ended=[f"2026-03-{n:02}" for n in range(1, 5)])
    assert {sum(row[0].startswith(day) for row in held) for day in days} == {9}


def test_every_day_is_there_once_and_then_the_single_file_goes(moved: Journey) -> None:
    run = moved.run()
    assert run.status == "finished", run.error
    assert moved.held() == everything(moved)
    assert moved.names()[0] == "rescuetime-2025-10.json"
    assert "rescuetime.json" not in moved.names()
    assert [(c.action, c.what) for c in run.changes.filter(action="delete")] == [
        ("delete", "rescuetime.json: the single file of the earlier tool")
    ]
    assert any("stood twice" in warning for warning in run.warnings)
    assert (run.done, run.total) == (7, 7)


def test_a_month_tells_where_its_old_days_came_from(moved: Journey) -> None:
    single = str(moved.files()[0].id)
    moved.run()
    january = moved.file("2026-01").metadata["lockstep"]
    assert january["taken_over"] == single
    assert january["carried"] == [f"2026-01-{n:02}" for n in range(1, 15)]
    december = moved.file("2025-12").metadata["lockstep"]
    assert (december["taken_over"], december["seconds"]) == (single, None)
    assert moved.table("2025-12")["notes"] == "as it was"
    assert moved.file("2026-02").metadata["lockstep"]["taken_over"] is None


def test_after_a_takeover_updates_are_as_cheap_as_ever(moved: Journey) -> None:
    moved.run()
    moved.clock.forward(days=1)
    moved.forget_requests()
    run = moved.run()
    assert moved.uploads() == []
    assert len(moved.data_requests()) == 3
    assert run.warnings == []


def test_what_rescuetime_shows_now_wins_over_the_old_file(journey: Journey) -> None:
    journey.lives(some_days("2026-02-01", "2026-03-19"))
    old = [[*row[:3], row[3], "Uncategorized", 0] for row in in_time(journey.lived())]
    old_file(journey, table(old))
    journey.run()
    assert journey.held() == journey.lived()


@pytest.mark.parametrize("month", [1, 4, 7])
def test_a_killed_takeover_goes_on_with_the_next_month(
    moved: Journey, killer: Killer, month: int
) -> None:
    killer.when = lambda: len(moved.files()) == month
    moved.run_once_more()
    assert moved.files()[0].basename == "rescuetime.json"
    killer.when = None
    before = {file.id for file in moved.files() if "2025" in file.basename}
    moved.run_to_the_end()
    assert moved.held() == everything(moved)
    assert before <= {file.id for file in moved.files()}


def test_the_single_file_stays_while_a_month_is_missing(moved: Journey) -> None:
    def short(body: Any) -> Any:
        if "Activity" not in body["row_headers"]:
            return body
        return body | {"rows": [r for r in body["rows"] if not r[0].startswith("2026-02")]}

    moved.world.faults.add(
        Fault("rescuetime", "wrong_shape", match="*/data", times=None, change=short)
    )
    run = moved.run()
    assert run.status == "finished_with_problems"
    assert "rescuetime.json" in moved.names()
    assert any("missing: 2026-02." in warning for warning in run.warnings)
    moved.world.faults.clear()
    moved.clock.forward(days=1)
    moved.run()
    assert moved.held() == everything(moved)


def test_the_last_look_before_removing_it_counts(moved: Journey) -> None:
    """A month that somebody deletes while the takeover ends keeps the single file alive."""

    def drop(body: Any) -> Any:
        files = [f for f in body["data"] if f["basename"] != "rescuetime-2025-11.json"]
        return body | {"data": files, "count": len(files)}

    # Lists: at the start, for the old file, after each of six uploads, before the removal.
    moved.world.faults.add(
        Fault("open_humans", "wrong_shape", match="*exchange-member*", skip=8, change=drop)
    )
    run = moved.run()
    assert "rescuetime.json" in moved.names()
    assert run.changes.get(action="delete").outcome == "skipped"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"<html><h1>Expired</h1></html>",
        b'{"error": "# key not found", "messages": "key not found"}',
        table([["2026-01-05T09:00:00", 5, 1, "a", "b", 0]])[:-10],
        table([["2026-01-05T09:00:00", 5, 1, "a", "b"]]),
        table([["yesterday", 5, 1, "a", "b", 0]]),
        table([["2026-01-05T09:00:00", "5", 1, "a", "b", 0]]),
        table([["2026-01-05T09:00:00", 5, 1, "a", "b"]], headers=COLUMNS[:-1]),
        table([["2026-01-05T09:00:00", 5, 1, ["a"], "b", 0]]),
        b'{"row_headers": [], "rows": {"a": 1}}',
        b"[" * 50_000,
    ],
)
def test_an_unreadable_old_file_is_told_of_and_never_removed(
    journey: Journey, content: bytes
) -> None:
    single = old_file(journey, content)
    journey.lives(some_days("2026-02-20", "2026-03-19"))
    run = journey.run()
    assert run.status == "finished"
    assert any("could not be read" in warning for warning in run.warnings)
    assert single in journey.files()
    journey.open_humans.store.remove([single.id])
    assert journey.held() == journey.lived()


def test_an_old_file_that_is_unreadable_on_two_days_is_left_alone(journey: Journey) -> None:
    old_file(journey, b"{}")
    journey.lives(some_days("2026-02-20", "2026-03-19"))
    fetched = []
    for _ in range(4):
        journey.forget_requests()
        run = journey.run()
        fetched.append(
            any("storage" in s.path for s in journey.world.requests if s.method == "GET")
        )
        assert bool(run.warnings) is fetched[-1]
        journey.clock.forward(days=1)
    assert fetched == [True, True, False, False]


def test_rubbish_in_place_of_the_old_file_is_not_held_against_it(moved: Journey) -> None:
    moved.world.faults.add(Fault("open_humans", "error200", match="GET */storage/*"))
    moved.run()
    assert "rescuetime.json" in moved.names()
    moved.clock.forward(minutes=5)
    moved.run()
    assert moved.held() == everything(moved)


@pytest.mark.parametrize("kind", ["cut", "500", "403", "html200", "before"])
def test_a_download_that_fails_is_tried_again_and_no_reason_to_give_the_file_up(
    moved: Journey, kind: str
) -> None:
    moved.world.faults.add(Fault("open_humans", kind, match="GET */storage/*"))
    moved.run_to_the_end()
    assert moved.held() == everything(moved)


def test_columns_of_the_old_file_are_read_by_their_names(moved: Journey) -> None:
    single = moved.files()[0]
    body = json.loads(single.content)
    turned = [row[::-1] for row in body["rows"]]
    single.put(table(turned, headers=COLUMNS[::-1]))
    moved.run()
    assert moved.held() == everything(moved)


def test_only_a_file_of_that_name_tag_and_source_is_taken_over(journey: Journey) -> None:
    rows = table([["2020-01-05T09:00:00", 5, 1, "a", "b", 0]])
    add = journey.open_humans.add_file
    others = [
        add("cleo", "rescuetime.json", rows, OLD_METADATA, source="direct-sharing-7"),
        add("cleo", "rescuetime.json", rows, {"description": "x", "tags": ["Other"]}),
        add("cleo", "rescuetime.json", rows, {"description": "x"}),
        add("cleo", "rescuetime-all.json", rows, OLD_METADATA),
        add("cleo", "rescuetime.json", rows, OLD_METADATA | {"lockstep": {"format": 9}}),
    ]
    journey.lives(some_days("2026-02-20", "2026-03-19"))
    journey.run()
    assert all(other in journey.open_humans.files("cleo") for other in others)
    assert not any("2020" in name for name in journey.names())


@pytest.mark.parametrize("fuller_first", [True, False])
def test_of_two_old_files_each_day_is_taken_from_the_one_that_has_most_of_it(
    journey: Journey, fuller_first: bool
) -> None:
    whole = some_days("2025-11-01", "2025-11-10")
    part = {day: rows[:3] for day, rows in whole.items() if day > "2025-11-05"}
    part |= some_days("2025-11-11", "2025-11-15")
    for days in (whole, part) if fuller_first else (part, whole):
        journey.lives(days)
        old_file(journey, table(in_time(journey.lived())))
        journey.clock.forward(minutes=1)
    journey.lives(part | whole)
    expected = journey.lived()
    journey.lives(some_days("2026-03-01", "2026-03-19"))
    run = journey.run()
    assert journey.held() == sorted(expected + journey.lived(), key=repr)
    assert "There are 2 files of the earlier tool" in run.warnings[0]


def test_a_new_account_never_takes_over_the_file_of_the_one_before(journey: Journey) -> None:
    single = old_file(journey, table([["2020-01-05T09:00:00", 5, 1, "a", "b", 0]]))
    connection = journey.connection("rescuetime")
    connection.facts = {"generation": 2}
    connection.save()
    journey.lives(some_days("2026-02-20", "2026-03-19"))
    journey.run()
    assert single in journey.files()
    assert len(journey.files()) == 3


def test_without_a_project_number_the_first_upload_tells_whose_the_file_is(
    moved: Journey, settings: Any
) -> None:
    own = dict(settings.PROVIDER_SETTINGS)
    own["open_humans"] = {k: v for k, v in own["open_humans"].items() if k != "PROJECT_ID"}
    settings.PROVIDER_SETTINGS = own
    run = moved.run()
    assert run.status == "finished"
    assert moved.held() == everything(moved)
