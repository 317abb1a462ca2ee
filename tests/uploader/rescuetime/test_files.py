"""Whose file is whose, and that a file is only replaced by one that is seen to be there."""

import json
from typing import Any

import pytest

from integrations.sandbox import Fault, Seen
from tests.uploader.rescuetime.journey import Journey, some_day, some_days


@pytest.fixture
def unconfigured(journey: Journey, settings: Any) -> Journey:
    """An installation that was not told its project's number."""
    own = dict(settings.PROVIDER_SETTINGS)
    own["open_humans"] = {k: v for k, v in own["open_humans"].items() if k != "PROJECT_ID"}
    settings.PROVIDER_SETTINGS = own
    return journey


def marked(month: str, *, generation: int = 1, **more: Any) -> dict[str, Any]:
    marker = {
        "format": 1,
        "month": month,
        "generation": generation,
        "rows": {f"{month}-01": 1},
        "seconds": 5,
        **more,
    }
    return {"description": "x", "tags": [], "md5": "0" * 32, "lockstep": marker}


def untouched(journey: Journey, **files: Any) -> None:
    for file in files.values():
        assert file in journey.open_humans.files(journey.person)


def test_a_file_is_only_ours_if_source_and_marker_say_so(journey: Journey) -> None:
    add = journey.open_humans.add_file
    name = "rescuetime-2026-03.json"
    ours = journey.open_humans.source
    strangers = {
        "another_source": add("cleo", name, b"{}", marked("2026-03"), source="direct-sharing-7"),
        "no_marker": add("cleo", name, b"{}", {"description": "x", "tags": ["Rescuetime"]}, ours),
        "no_tags": add("cleo", name, b"{}", {}, source="direct-sharing-9"),
        "half_a_marker": add("cleo", name, b"{}", {"lockstep": {"month": "2026-03"}}, ours),
        "odd_marker": add("cleo", name, b"{}", {"lockstep": "yes"}, ours),
        "newer": add("cleo", name, b"{}", marked("2026-03", format=2), ours),
        "odd_month": add("cleo", name, b"{}", marked("2026-13"), ours),
        "generation": add("cleo", name, b"{}", marked("2026-03", generation=2), ours),
    }
    journey.lives(some_days("2026-02-25", "2026-03-19"))
    for n in range(3):
        assert journey.run().status == "finished"
        journey.clock.forward(days=1)
        journey.account.days[journey.clock.now.date().isoformat()] = some_day(n)
    untouched(journey, **strangers)
    added = [f for f in journey.files() if f not in strangers.values()]
    assert len(added) == 2


@pytest.mark.parametrize(
    "odd",
    [
        {"carried": 5},
        {"carried": [{"a": 1}]},
        {"rows": []},
        {"rows": {"2026-03-01": -5}},
        {"rows": {"2026-03-01": "5"}},
        {"rows": {"2026-03": 5}},
        {"seconds": True},
        {"generation": "1"},
        {"taken_over": 7},
        {"notes": ["x"]},
    ],
)
def test_a_mark_that_we_never_wrote_is_told_of_and_fails_nothing(
    journey: Journey, odd: dict[str, Any]
) -> None:
    strange = journey.open_humans.add_file(
        "cleo", "rescuetime-2026-03.json", b"{}", marked("2026-03", **odd)
    )
    journey.lives(some_days("2026-03-01", "2026-03-19"))
    run = journey.run()
    assert run.status == "finished", run.error
    assert any("rescuetime-2026-03.json carries a mark" in warning for warning in run.warnings)
    untouched(journey, strange=strange)
    journey.open_humans.store.remove([strange.id])
    assert journey.held() == journey.lived()


def test_the_first_upload_is_noted_beside_the_connection(journey: Journey) -> None:
    journey.run()
    assert "imported" not in journey.connection("open_humans").facts
    journey.lives(some_days("2026-03-01", "2026-03-19"))
    journey.clock.forward(days=31)
    journey.run()
    assert journey.connection("open_humans").facts["imported"] is True


def test_the_listing_may_have_many_pages(journey: Journey) -> None:
    for n in range(230):
        journey.open_humans.add_file(
            "cleo", f"steps-{n}.json", b"{}", {}, source=f"direct-sharing-{n % 3 + 1}"
        )
    journey.lives(some_days("2026-02-25", "2026-03-19"))
    journey.run()
    journey.clock.forward(days=1)
    journey.forget_requests()
    journey.run()
    assert journey.held() == journey.lived()
    assert journey.uploads() == []


def test_more_months_than_a_page_holds_are_all_known_again(journey: Journey) -> None:
    """A plan has lapsed, and only the files still know of ten years."""
    months = [f"{year}-{month:02}" for year in range(2015, 2025) for month in range(1, 13)]
    for month in months:
        journey.open_humans.add_file("cleo", f"rescuetime-{month}.json", b"{}", marked(month))
    journey.lives(some_days("2026-02-25", "2026-03-19"))
    journey.run()
    assert len(journey.uploads()) == 2
    assert len(journey.files()) == 122
    assert journey.fresh_sync().summary["months"].keys() == {*months, "2026-02", "2026-03"}


def test_our_own_source_is_learnt_from_the_first_upload(unconfigured: Journey) -> None:
    unconfigured.lives(some_days("2026-01-25", "2026-03-19"))
    unconfigured.run()
    assert unconfigured.connection("open_humans").facts["source"] == "direct-sharing-42"
    assert unconfigured.held() == unconfigured.lived()
    unconfigured.clock.forward(days=1)
    unconfigured.forget_requests()
    unconfigured.run()
    assert unconfigured.uploads() == []


def test_a_new_database_finds_its_files_again_after_one_upload(unconfigured: Journey) -> None:
    unconfigured.lives(some_days("2026-01-25", "2026-03-19"))
    unconfigured.run()
    connection = unconfigured.connection("open_humans")
    connection.facts = {}
    connection.save()
    unconfigured.forget_requests()
    run = unconfigured.run()
    assert run.status == "finished"
    assert len(unconfigured.uploads()) == 1
    assert unconfigured.held() == unconfigured.lived()
    assert len(unconfigured.files()) == 3


def test_a_wrong_project_number_stops_the_run_and_leaves_nothing_behind(
    journey: Journey, settings: Any
) -> None:
    own = settings.PROVIDER_SETTINGS
    settings.PROVIDER_SETTINGS = own | {"open_humans": own["open_humans"] | {"PROJECT_ID": "7"}}
    journey.lives(some_days("2026-01-25", "2026-03-19"))
    run = journey.run()
    assert run.status == "failed"
    assert "OPEN_HUMANS_PROJECT_ID" in run.error
    assert journey.files() == []


def test_another_generation_is_another_history(journey: Journey) -> None:
    journey.lives(some_days("2026-01-25", "2026-03-19"))
    journey.run()
    before = journey.files()
    connection = journey.connection("rescuetime")
    connection.facts = {**connection.facts, "generation": 2}
    connection.save()
    journey.lives(some_days("2026-02-01", "2026-03-10", every=3))
    journey.run()
    added = [file for file in journey.files() if file not in before]
    untouched(journey, **{str(file.id): file for file in before})
    assert [file.metadata["lockstep"]["generation"] for file in added] == [2, 2]
    assert journey.fresh_sync().summary["earlier"] == len(journey.files()) - 2
    rows = sorted((row for f in added for row in json.loads(f.content)["rows"]), key=repr)
    assert rows == journey.lived()


# --------------------------------------------------------------------- replacing


@pytest.fixture
def changed(journey: Journey) -> Journey:
    """Somebody whose file of March has to be replaced."""
    journey.lives(some_days("2026-03-01", "2026-03-19"))
    journey.run()
    journey.account.days["2026-03-20"] = some_day(3)
    journey.clock.forward(hours=6)  # the access token is still good
    journey.forget_requests()
    return journey


def steps(journey: Journey) -> list[str]:
    """What was said to Open Humans, in short."""
    names = {
        "exchange-member": "list",
        "upload/direct": "announce",
        "storage": "put",
        "upload/complete": "complete",
        "files/delete": "delete",
    }
    return [
        next(word for part, word in names.items() if part in seen.path)
        for seen in journey.world.requests
        if seen.provider == "open_humans"
    ]


def test_the_new_file_is_seen_before_the_old_one_goes_by_its_id(changed: Journey) -> None:
    old = changed.file("2026-03").id
    changed.run()
    assert steps(changed) == ["list", "announce", "put", "complete", "list", "delete"]
    delete = changed.world.requests[-1]
    assert delete.body == f"file_id={old}".encode()


@pytest.mark.once
@pytest.mark.parametrize("kind", ["500", "before", "lost", "cut", "html200", "429", "slow"])
@pytest.mark.parametrize("step", ["upload/direct", "storage", "upload/complete", "files/delete"])
def test_there_is_a_good_file_at_every_moment_of_a_replacement_that_fails(
    changed: Journey, step: str, kind: str
) -> None:
    moments: list[int] = []

    def look(seen: Seen) -> None:
        moments.append(len([f for f in changed.files() if f.basename == "rescuetime-2026-03.json"]))

    changed.world.hook = look
    changed.world.faults.add(Fault("open_humans", kind, match=f"*{step}*"))
    changed.run_to_the_end()
    assert min(moments) >= 1
    assert len(changed.files()) == 1
    assert changed.held() == changed.lived()


def test_an_upload_that_is_never_listed_replaces_nothing(changed: Journey) -> None:
    old = changed.file("2026-03")
    known: list[Any] = []

    def as_before(body: Any) -> Any:
        known.append([entry for entry in body["data"] if entry["id"] == old.id])
        return body | {"data": known[0], "count": 1}

    changed.world.faults.add(
        Fault("open_humans", "wrong_shape", match="*exchange-member*", times=2, change=as_before)
    )
    run = changed.run()
    assert run.status == "waiting"
    assert "does not show it yet" in run.error
    assert old in changed.files()
    changed.run_to_the_end()
    assert changed.held() == changed.lived()


def test_a_second_copy_of_a_month_goes_though_nothing_is_new(journey: Journey) -> None:
    journey.lives(some_days("2025-12-01", "2026-03-19"))
    journey.run()
    first = journey.file("2025-12")
    journey.open_humans.add_file("cleo", first.basename, first.content, first.metadata)
    journey.clock.forward(days=1)
    run = journey.run()
    assert journey.held() == journey.lived()
    assert run.counts["delete"] == 1


def test_a_person_who_deleted_a_file_by_hand_gets_it_back(journey: Journey) -> None:
    journey.lives(some_days("2025-12-01", "2026-03-19"))
    journey.run()
    journey.open_humans.store.remove([journey.file("2026-01").id])
    journey.clock.forward(days=1)
    journey.run()
    assert journey.held() == journey.lived()


# ------------------------------------------------------------------------- erasing


def test_on_request_every_file_of_ours_goes_and_no_other(journey: Journey) -> None:
    add = journey.open_humans.add_file
    foreign = add("cleo", "rescuetime-2026-03.json", b"{}", marked("2026-03"), "direct-sharing-7")
    mine = add("cleo", "notes.json", b"{}", {"description": "x", "tags": []})
    add("cleo", "rescuetime.json", b"{}", {"description": "x", "tags": ["Rescuetime"]})
    add("cleo", "rescuetime-2020-01.json", b"{}", marked("2020-01", generation=3))
    journey.lives(some_days("2025-12-01", "2026-03-19"))
    journey.run()
    journey.forget_requests()
    run = journey.run(erase=True)
    assert run.status == "finished"
    assert journey.files() == [mine]
    untouched(journey, foreign=foreign)
    assert journey.data_requests() == []
    assert journey.fresh_sync().summary == {"months": {}}
    assert run.counts["delete"] == 6


def test_erasing_goes_on_after_every_kind_of_failure(journey: Journey) -> None:
    journey.lives(some_days("2025-12-01", "2026-03-19"))
    journey.run()
    for skip, kind in enumerate(["500", "lost", "before", "cut"]):
        journey.world.faults.add(Fault("open_humans", kind, match="*files/delete*", skip=skip))
    journey.run_to_the_end(erase=True)
    assert journey.files() == []


def test_what_a_dying_import_still_puts_there_goes_as_well(journey: Journey) -> None:
    journey.lives(some_days("2026-02-01", "2026-03-19"))
    journey.run()
    late = [("rescuetime-2026-01.json", marked("2026-01"))]

    def put_late(seen: Seen) -> None:
        if "files/delete" in seen.path and late:
            name, metadata = late.pop()
            journey.open_humans.add_file("cleo", name, b"{}", metadata)

    journey.world.hook = put_late
    assert journey.run(erase=True).status == "finished"
    assert journey.files() == []
