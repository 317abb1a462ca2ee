"""`rota generate` and `rota clear`: what would be, what is done, and what is refused."""

from datetime import date, timedelta
from typing import Any

import pytest

from rota import duties
from rota.duties import Doing
from rota.models import Absence, Duty, Rota, Shift
from tests.rota.commands.typed import refused, rota, words
from tests.rota.team import MONDAY, NOW, Team
from uploader import runs
from uploader.models import Run, Sync

DAY = timedelta(days=1)
# One cycle: a day for each of the seven.
CYCLE = 7


def served(document: dict[str, Any]) -> dict[tuple[str, str], str | None]:
    return {
        (shift["start"], duty["role"]): duty["member"]
        for shift in document["shifts"]
        for duty in shift["duties"]
    }


def test_without_apply_it_shows_the_rota_as_it_would_be_and_writes_nothing(team: Team) -> None:
    code, document = rota("generate", "support")

    assert (code, document["applied"], document["error"]) == (0, False, None)
    assert len(document["shifts"]) == CYCLE
    assert {change["outcome"] for change in document["changes"]} == {"planned"}
    assert len(document["changes"]) == 2 * CYCLE
    leads = [shift["duties"][0]["member"] for shift in document["shifts"]]
    assert sorted(leads) == sorted(team.members)
    assert (document["level"], document["given_up"], document["gaps"]) == (0, [], [])
    assert not Shift.objects.exists()
    assert not Run.objects.exists()


def test_apply_makes_it_what_was_shown_and_again_there_is_nothing_to_change(team: Team) -> None:
    _, shown = rota("generate", "support")

    code, document = rota("generate", "support", "--apply")

    assert (code, document["applied"], document["level"]) == (0, True, 0)
    assert {change["outcome"] for change in document["changes"]} == {"done"}
    assert document["shifts"] == shown["shifts"] == rota("show", "support")[1]["shifts"]
    code, again = rota("generate", "support", "--apply")
    assert (code, again["changes"], again["applied"]) == (0, [], True)
    assert again["shifts"] == document["shifts"]


def test_how_far_it_goes_is_told_in_cycles_or_by_the_last_day(team: Team) -> None:
    def days(*options: str) -> list[str]:
        return [each["start"] for each in rota("generate", "support", *options)[1]["shifts"]]

    assert len(days("--cycles", "3")) == 3 * CYCLE
    assert days("--until", "2026-12-02") == ["2026-11-30", "2026-12-01", "2026-12-02"]
    assert days("--from", "2026-12-07", "--until", "2026-12-08") == ["2026-12-07", "2026-12-08"]


def test_a_seed_draws_another_rota_and_is_kept(team: Team) -> None:
    first = rota("generate", "support", "--cycles", "3", "--apply")[1]

    other = rota("generate", "support", "--cycles", "3", "--seed", "5", "--apply")[1]

    assert served(other) != served(first)
    assert Rota.objects.get().seed == 5
    assert rota("generate", "support", "--cycles", "3", "--seed", "5")[1]["changes"] == []


def test_an_absence_moves_as_few_as_can_be_and_the_table_marks_them(team: Team) -> None:
    before = served(rota("generate", "support", "--cycles", "2", "--apply")[1])
    name = before["2026-11-30", "lead"]
    person = team.members[str(name)].person
    Absence.objects.create(person=person, first_day=MONDAY, last_day=MONDAY)

    _, document = rota("generate", "support", "--cycles", "2")

    after = served(document)
    moved = [key for key in before if before[key] != after[key]]
    assert ("2026-11-30", "lead") in moved
    assert 1 <= len(moved) <= 4
    assert len(document["changes"]) == len(moved)
    told = words("generate", "support", "--cycles", "2")
    assert told.count("(new)") == len(moved)
    assert "--apply does it" in told
    assert served(rota("show", "support")[1]) == before


def test_a_gap_is_shown_with_its_reason_and_warned_of(team: Team) -> None:
    for name in ("Gustav", "Priya", "Wren"):
        person = team.members[name].person
        Absence.objects.create(person=person, first_day=MONDAY, last_day=MONDAY)

    code, document = rota("generate", "support")

    assert code == 0
    [gap] = document["gaps"]
    assert (gap["start"], gap["end"], gap["role"]) == ("2026-11-30", "2026-12-01", "lead")
    assert "away" in gap["reason"]
    assert any("Nobody leads on Mon 2026-11-30" in each for each in document["warnings"])


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--from", "2026-11-25"], "2026-11-30 is the first day that has not begun"),
        (["--from", "tomorrow"], "is not a date like 2026-12-01"),
        (["--until", "2026-11-29"], "must lie between the first day, 2026-11-30,"),
        (["--until", "2040-01-01"], "and three years later"),
        (["--cycles", "0"], "no whole number from 1"),
        (["--cycles", "two"], "no whole number from 1"),
        (["--seed=-1"], "no whole number from 0"),
        (["--seed", "99999999999999999999999"], "no whole number from 0"),
    ],
)
def test_what_cannot_be_meant_is_status_2(team: Team, options: list[str], sentence: str) -> None:
    assert sentence in refused("generate", "support", *options)


def test_a_day_that_has_begun_is_in_the_past(team: Team) -> None:
    team.put(date(2026, 11, 26), "Gustav", "Andy")
    Rota.objects.update(starts_on=date(2026, 11, 2))

    assert "2026-11-27 is the first day" in refused("generate", "support", "--from", "2026-11-26")


def test_a_plan_that_goes_too_far_is_left_for_a_review(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    rota("generate", "support", "--cycles", "4", "--apply")
    before = served(rota("show", "support")[1])
    Sync.objects.update(max_delete_share=0.0)
    # Working days that are holidays from now on are not needed any more.
    Rota.objects.update(workdays=["mon", "tue"])

    code, document = rota("generate", "support", "--apply")

    assert (code, document["applied"], document["error"]) == (3, False, None)
    checksum = Run.objects.get(status=Run.Status.NEEDS_REVIEW).checksum
    assert document["warnings"][-1] == (
        f"Nothing was written: `sync support-duties --approve {checksum}` does this plan."
    )
    assert served(document) == before


def test_while_a_worker_is_at_it_the_command_waits(team: Team) -> None:
    run = runs.start(team.sync, trigger="test", by=None, params={}, now=NOW)
    assert run is not None
    runs.claim(run.pk, run.claim, now=NOW)

    code, document = rota("generate", "support", "--apply")

    assert (code, document["applied"]) == (4, False)
    assert document["error"] == "A worker is carrying out this sync just now."
    assert not Shift.objects.exists()


# -------------------------------------------------------------------------- clear


def test_clear_shows_what_would_go_and_takes_it_away_with_apply(team: Team) -> None:
    rota("generate", "support", "--cycles", "2", "--apply")
    uids = set(Shift.objects.values_list("uid", flat=True))

    code, document = rota("clear", "support", "-d", "2026-12-02")

    assert (code, document["applied"], document["level"]) == (0, False, None)
    assert [shift["start"] for shift in document["shifts"]] == [
        "2026-11-30",
        "2026-12-01",
        "2026-12-02",
    ]
    assert {change["action"] for change in document["changes"]} == {"delete"}
    assert len(rota("show", "support")[1]["shifts"]) == 2 * CYCLE

    code, document = rota("clear", "support", "-d", "2026-12-02", "--apply")

    assert (code, document["applied"], len(document["shifts"])) == (0, True, 3)
    assert len(rota("show", "support")[1]["shifts"]) == 3
    # The slots stay the same ones, should they be needed again.
    assert set(Shift.objects.values_list("uid", flat=True)) == uids


def test_without_a_day_all_that_has_not_begun_goes(team: Team) -> None:
    team.put(NOW.date(), "Gustav", "Andy")
    team.week()

    _, document = rota("clear", "support", "--apply")

    assert [shift["start"] for shift in document["shifts"]] == ["2026-11-26"]
    assert Duty.objects.filter(member=None).count() == 6


def test_what_was_cannot_be_cleared(team: Team) -> None:
    assert "what was stays as it is" in refused("clear", "support", "-d", "2026-11-25")


def test_what_people_decided_is_built_upon(team: Team) -> None:
    rota("generate", "support", "--apply")
    duty = Duty.objects.get(shift__start=MONDAY, role="lead")
    other = next(
        team.members[name]
        for name in ("Gustav", "Priya", "Wren")
        if team.members[name] != duty.member
    )
    duties.override(duty, other, doing=Doing(now=NOW))

    rota("generate", "support", "--apply")

    first = rota("show", "support")[1]["shifts"][0]["duties"][0]
    assert (first["member"], first["override"]) == (other.name, True)
