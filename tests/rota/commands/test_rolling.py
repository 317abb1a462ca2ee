"""`rota next`, `bulk`, `set-roles`, `clear`, `generate` and `show` of a rolling rota."""

import re
import shlex
from datetime import timedelta
from typing import Any

import pytest

from rota.models import Duty, Rota, Shift
from tests.rota.commands.typed import refused, rota, words
from tests.rota.rolling import TRIAGERS, WEDNESDAY, Triage
from tests.rota.team import Team
from uploader.models import Sync
from uploader.people import Person

ORDER = list(TRIAGERS)


def served(document: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(shift["start"], shift["duties"][0]["member"]) for shift in document["shifts"]]


def stored() -> list[tuple[str, str | None]]:
    return served(rota("show", "triage", "--from", "2020-01-01")[1])


# ----------------------------------------------------------------------------- next


def test_next_is_one_more_shift(triage: Triage) -> None:
    code, document = rota("next", "triage")
    assert (code, document["applied"], document["level"], document["given_up"]) == (
        0,
        False,
        None,
        [],
    )
    [shift] = document["shifts"]
    assert shift == {
        "start": "2026-12-02",
        "end": "2026-12-16",
        "duties": [
            {
                "role": "member",
                "member": "Sarah",
                "email": "sarah@example.org",
                "slack_id": "U0SARAH",
                "override": False,
            }
        ],
    }
    assert not Shift.objects.exists()

    assert rota("next", "triage", "--apply")[1]["applied"] is True
    code, document = rota("next", "triage", "--apply")

    assert served(document) == [("2026-12-02", "Sarah"), ("2026-12-09", "Gwendolyn")]
    [change] = document["changes"]
    assert (change["action"], change["outcome"], change["what"]) == (
        "create",
        "done",
        "2026-12-09 to 2026-12-22: Gwendolyn",
    )


def test_apply_means_it_whatever_the_mode_of_the_sync(triage: Triage) -> None:
    Sync.objects.update(mode=Sync.Mode.DRY_RUN)
    assert rota("next", "triage", "--apply")[1]["applied"] is True
    assert Duty.objects.count() == 1


# ----------------------------------------------------------------------------- bulk


def test_bulk_is_a_year_unless_it_is_told_how_many(triage: Triage) -> None:
    year = served(rota("bulk", "triage")[1])
    assert len(year) == 53
    assert year[-1] == ("2027-12-01", ORDER[52 % 7])
    assert [name for _, name in served(rota("bulk", "triage", "-n", "9")[1])] == [
        *ORDER,
        *ORDER[:2],
    ]
    Rota.objects.update(every="1mo", lasts="1mo", handover_on="1")
    assert [day for day, _ in served(rota("bulk", "triage")[1])] == [
        *("2027-01-01", "2027-02-01", "2027-03-01", "2027-04-01", "2027-05-01", "2027-06-01"),
        *("2027-07-01", "2027-08-01", "2027-09-01", "2027-10-01", "2027-11-01", "2027-12-01"),
    ]


def test_bulk_without_a_day_appends(triage: Triage) -> None:
    rota("bulk", "triage", "-n", "3", "--apply")
    rota("bulk", "triage", "-n", "3", "--apply")
    assert [name for _, name in stored()] == ORDER[:6]


def test_bulk_from_a_day_goes_on_after_whoever_has_the_role_and_replaces_the_rest(
    triage: Triage,
) -> None:
    rota("bulk", "triage", "-n", "8", "--apply")
    uids = dict(Shift.objects.values_list("start", "uid"))

    code, document = rota("bulk", "triage", "-n", "3", "-d", "2026-12-10", "-m", "Anton", "--apply")

    assert (code, document["applied"]) == (0, True)
    assert stored() == [
        ("2026-12-02", "Sarah"),
        ("2026-12-09", "Gwendolyn"),
        ("2026-12-16", "Signe"),
        ("2026-12-23", "Yara"),
        ("2026-12-30", "Chris"),
    ]
    # The slots stay the same ones, on calendars and in feeds.
    assert {row.uid for row in Shift.objects.all()} == set(uids.values())
    again = rota("bulk", "triage", "-n", "3", "-d", "2026-12-10", "-m", "Anton", "--apply")[1]
    assert again["changes"] == []


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["-d", "2026-12-09"], "-d and -m belong together"),
        (["-m", "Anton"], "-d and -m belong together"),
        (["-d", "2026-11-25", "-m", "Anton"], "2026-11-25 is over"),
        (["-d", "soon", "-m", "Anton"], "“soon” is not a date"),
        (["-d", "2026-12-09", "-m", "Nobody"], "“Nobody” is nobody in triage. There are: Sarah,"),
        (["-n", "0"], "“0” is no whole number"),
        (["-n", ""], "“” is no whole number"),
        (["-n", "200"], "further ahead than three years"),
        (["-d", "9999-12-31", "-m", "Anton"], "further ahead than three years"),
    ],
)
def test_what_cannot_be_meant_by_bulk_is_status_2(
    triage: Triage, options: list[str], sentence: str
) -> None:
    assert sentence in refused("bulk", "triage", *options)


# ------------------------------------------------------------------------ set-roles


def test_set_roles_says_who_is_on_duty_and_next_goes_on_with_the_successor(
    triage: Triage,
) -> None:
    Rota.objects.update(starts_on=WEDNESDAY.replace(day=30))
    code, document = rota(
        "set-roles", "triage", "--current", "jonas@example.org", "--incoming", "U0ANTON", "--apply"
    )
    assert (code, document["applied"]) == (0, True)
    # Thursday the 26th: the latest handover was yesterday.
    assert served(document) == [("2026-11-18", "Jonas"), ("2026-11-25", "Anton")]
    rota("next", "triage", "--apply")
    assert stored()[-1] == ("2026-12-30", "Signe")


def test_whoever_has_left_is_not_on_duty(triage: Triage) -> None:
    gone = triage.members["Gwendolyn"]
    gone.left_on = WEDNESDAY.replace(month=11, day=1)
    gone.save()
    both = ["--current", "Gwendolyn", "--incoming", "Anton"]
    assert "Gwendolyn is not in triage today" in refused("set-roles", "triage", *both)


def test_set_roles_again_changes_nothing_and_others_only_these_two(triage: Triage) -> None:
    both = ["--current", "Jonas", "--incoming", "Anton"]
    rota("set-roles", "triage", *both, "--apply")
    rota("bulk", "triage", "-n", "3", "--apply")
    assert rota("set-roles", "triage", *both)[1]["changes"] == []

    _, document = rota(
        "set-roles", "triage", "--current", "Sarah", "--incoming", "Chris", "--apply"
    )

    assert [name for _, name in stored()] == ["Sarah", "Chris", "Signe", "Yara", "Chris"]
    [warning] = document["warnings"]
    assert "What comes after stays as it is planned: Signe on 2026-12-02." in warning
    assert "`rota bulk triage -d 2026-12-02 -m Chris` plans it anew" in warning
    assert "beginning with Sarah" in warning


def test_what_is_advised_can_be_typed_as_it_is(triage: Triage) -> None:
    rota("bulk", "triage", "-n", "3", "--apply")
    Person.objects.filter(name="Anton").update(name="Sarah")
    Person.objects.filter(name="Yara").update(name="Yara O'Neil")
    for incoming in ("U0ANTON", "Yara O'Neil"):
        document = rota("set-roles", "triage", "--current", "Jonas", "--incoming", incoming)[1]
        [typed] = re.findall(r"`(rota bulk .*)` plans", document["warnings"][0])
        assert rota(*shlex.split(typed)[1:], "-n", "1")[0] == 0


def test_without_overlap_there_is_only_a_current_one(triage: Triage) -> None:
    Rota.objects.update(lasts="1w")
    assert "--incoming: in triage one serves at a time" in refused(
        "set-roles", "triage", "--current", "Jonas", "--incoming", "Anton"
    )
    document = rota("set-roles", "triage", "--current", "Jonas", "--apply")[1]
    assert served(document) == [("2026-11-25", "Jonas")]


def test_with_overlap_it_takes_two(triage: Triage) -> None:
    assert "--incoming is missing" in refused("set-roles", "triage", "--current", "Jonas")
    assert "current already" in refused(
        "set-roles", "triage", "--current", "Jonas", "--incoming", "jonas@example.org"
    )


def test_namesakes_are_named_rather_than_guessed(triage: Triage) -> None:
    Person.objects.filter(slack_id="U0JONAS").update(name="Sarah")

    sentence = refused("bulk", "triage", "-d", "2026-12-09", "-m", "Sarah")

    assert "“Sarah” may be Sarah (sarah@example.org, U0SARAH) or Sarah (jonas@example.org," in (
        sentence
    )
    assert rota("bulk", "triage", "-d", "2026-12-09", "-m", "U0JONAS")[0] == 0


def test_a_first_name_will_do_and_a_part_of_one_will_not(triage: Triage) -> None:
    Person.objects.filter(name="Anton").update(name="Anton Gibson")
    assert rota("bulk", "triage", "-d", "2026-12-09", "-m", "anton")[0] == 0
    assert "is nobody" in refused("bulk", "triage", "-d", "2026-12-09", "-m", "Ang")


# ------------------------------------------------------------- generate, clear, show


def test_generate_plans_anew_from_a_day_so_that_joiners_come_in(triage: Triage) -> None:
    rota("bulk", "triage", "-n", "9", "--apply")
    triage.join("Erik")
    assert [name for _, name in stored()] == [*ORDER, *ORDER[:2]]

    _, document = rota("generate", "triage", "--from", "2026-12-09", "--apply")

    assert document["applied"] is True
    assert [name for _, name in stored()] == [*ORDER, "Erik", "Sarah"]


@pytest.mark.parametrize("names", [["Sarah", "Jonas"], []])
def test_generate_begins_a_rota_with_the_service_that_is_under_way(
    db: None, names: list[str]
) -> None:
    Triage(names=names, starts_on=WEDNESDAY.replace(month=10, day=7))
    code, document = rota("generate", "triage", "--until", "2026-12-02", "--apply")
    assert code == 0
    begun = [("2026-11-18", "Sarah"), ("2026-11-25", "Jonas"), ("2026-12-02", "Sarah")]
    assert served(document) == (begun if names else [])


def test_generate_until_a_day(triage: Triage) -> None:
    _, document = rota("generate", "triage", "--until", "2026-12-23")
    assert [day for day, _ in served(document)] == [
        *("2026-12-02", "2026-12-09", "2026-12-16", "2026-12-23")
    ]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--seed", "4"], "--seed is for paired rotas"),
        (["--cycles", "4"], "--cycles is for paired rotas"),
        (["--from", "2026-11-25"], "what was, stays as it was"),
        (["--until", "2026-11-27"], "nobody starts from"),
        (["--until", "2036-11-27"], "further ahead than three years"),
        (["--until", "9999-12-31"], "further ahead than three years"),
        (["--from", "9999-12-31"], "further ahead than three years"),
    ],
)
def test_what_generate_cannot_do_with_a_rolling_rota_is_status_2(
    triage: Triage, options: list[str], sentence: str
) -> None:
    assert sentence in refused("generate", "triage", *options)


@pytest.mark.parametrize("part", ["next", "bulk", "set-roles"])
def test_a_paired_rota_has_no_next_one(team: Team, part: str) -> None:
    options = ["--current", "Andy"] if part == "set-roles" else []
    assert f"`rota {part}` is for rolling rotas" in refused(part, "support", *options)


def test_clear_takes_what_starts_later(triage: Triage) -> None:
    rota("bulk", "triage", "-n", "5", "--apply")
    code, document = rota("clear", "triage", "-d", "2026-12-09", "--apply")
    assert (code, [day for day, _ in served(document)]) == (0, ["2026-12-02", "2026-12-09"])
    rota("next", "triage", "--apply")
    assert stored()[-1] == ("2026-12-16", "Jonas")


def test_what_goes_is_told_in_order_and_that_a_horizon_brings_it_back(triage: Triage) -> None:
    rota("bulk", "triage", "-n", "20", "--apply")
    Rota.objects.update(horizon=timedelta(weeks=20))

    document = rota("clear", "triage")[1]

    days = [change["what"][:10] for change in document["changes"]]
    assert (len(days), days) == (20, sorted(days))
    [warning] = document["warnings"]
    assert "triage is kept filled 20w ahead" in warning


def test_people_see_a_table_with_dates(triage: Triage) -> None:
    rota("bulk", "triage", "-n", "3", "--apply")
    triage.put(WEDNESDAY.replace(day=23), None)
    triage.put(WEDNESDAY.replace(day=30), "Signe", turn="Yara")

    assert words("show", "triage").splitlines() == [
        "                                Member",
        "  2026-12-02 Wed to 2026-12-15  Sarah",
        "  2026-12-09 Wed to 2026-12-22  Gwendolyn",
        "  2026-12-16 Wed to 2026-12-29  Jonas",
        "  2026-12-23 Wed to 2027-01-05  nobody: everybody is away",
        "  2026-12-30 Wed to 2027-01-12  Signe (Yara’s turn)",
    ]


def test_nothing_is_laid_out_before_anybody_has_come(db: None) -> None:
    Triage(names=())
    _, document = rota("bulk", "triage", "--apply")
    assert (document["shifts"], document["warnings"]) == (
        [],
        ["Nobody is in triage yet: nothing is laid out."],
    )
