"""`rota adopt` of a rolling rota: the events of a role, and the file of who has it."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from integrations.sandbox import World
from rota.models import Duty, Shift
from tests.rota.commands.earlier_tool import EarlierTool
from tests.rota.commands.typed import changes, left, refused, rota, words
from tests.rota.rolling import WEDNESDAY, Triage

WEEK = timedelta(weeks=1)
# Who serves on the Thursday before it: the second of them began a day ago.
CURRENT, INCOMING = WEDNESDAY - 2 * WEEK, WEDNESDAY - WEEK


@pytest.fixture
def before(triage: Triage, world: World) -> EarlierTool:
    return EarlierTool(triage, world)


@pytest.fixture
def triage(db: None) -> Triage:
    return Triage()


def a_file(folder: Path, **roles: Any) -> str:
    file = folder / "team-roles.json"
    file.write_text(json.dumps(roles))
    return str(file)


def served() -> dict[str, tuple[str, str]]:
    """Until when each shift lasts and who serves, by the day it begins on."""
    duties = Duty.objects.filter(shift__cancelled_at=None).select_related("shift", "member__person")
    return {f"{each.shift.start}": (f"{each.shift.end}", f"{each.member}") for each in duties}


# ------------------------------------------------------------------ the calendar


def test_services_become_shifts_with_their_spans_and_exactly_those_events_are_owned(
    triage: Triage, before: EarlierTool
) -> None:
    ids = [
        before.role(CURRENT, "Support Triager: Sarah"),
        before.role(INCOMING, "Support Triager: Jonas"),
        before.role(WEDNESDAY, "support triager:  Anton "),
    ]
    before.role(WEDNESDAY, "Meeting Facilitator: Sarah", weeks=4)
    titles = before.titles()

    code, document = rota("adopt", "triage", "--apply")

    assert code == 0
    assert changes(document) == [
        ("create", "done", "2026-11-18 to 2026-12-01: Sarah"),
        ("create", "done", "2026-11-25 to 2026-12-08: Jonas"),
        ("create", "done", "2026-12-02 to 2026-12-15: Anton"),
    ]
    assert served() == {
        "2026-11-18": ("2026-12-02", "Sarah"),
        "2026-11-25": ("2026-12-09", "Jonas"),
        "2026-12-02": ("2026-12-16", "Anton"),
    }
    assert before.owned() == dict(zip(ids, (CURRENT, INCOMING, WEDNESDAY), strict=True))
    assert (before.titles(), before.writes) == (titles, 0)


def test_turns_go_on_after_whoever_was_taken_over_last(before: EarlierTool) -> None:
    before.role(INCOMING, "Support Triager: Jonas")
    rota("adopt", "triage", "--apply")

    _, document = rota("next", "triage")

    assert [shift["duties"][0]["member"] for shift in document["shifts"]][-1] == "Anton"


def test_without_apply_spans_and_people_are_shown_and_nothing_is_written(
    before: EarlierTool,
) -> None:
    before.role(INCOMING, "Support Triager: Jonas")

    _, document = rota("adopt", "triage")

    shown = [(each["start"], each["end"]) for each in document["shifts"]]
    assert shown == [("2026-11-25", "2026-12-09")]
    assert [each["duties"][0]["member"] for each in document["shifts"]] == ["Jonas"]
    assert not Shift.objects.exists()
    assert before.owned() == {}


def test_what_the_role_was_called_before_is_known(before: EarlierTool) -> None:
    before.role(INCOMING, "Support Steward: Jonas")

    _, document = rota("adopt", "triage", "--apply")

    assert served() == {"2026-11-25": ("2026-12-09", "Jonas")}
    assert document["warnings"] == []


def test_a_name_within_another_is_nobodys(triage: Triage, before: EarlierTool) -> None:
    before.rename("Sarah", to="Samantha")
    before.role(INCOMING, "Support Triager: Sam")

    _, document = rota("adopt", "triage", "--apply")

    assert "“Sam” is nobody in this rota" in left(document)["2026-11-25"]
    assert served() == {}


def test_a_name_with_a_colon_is_not_cut(triage: Triage, before: EarlierTool) -> None:
    before.rename("Sarah", to="Sarah: north")
    before.role(INCOMING, "Support Triager: Sarah: north")

    rota("adopt", "triage", "--apply")

    assert served() == {"2026-11-25": ("2026-12-09", "Sarah: north")}


def test_an_untitled_event_and_one_with_a_time_are_left_alone(before: EarlierTool) -> None:
    before.role(CURRENT, "")
    moment: dict[str, Any] = {
        "start": {"dateTime": "2026-11-25T10:00:00Z"},
        "end": {"dateTime": "2026-11-25T11:00:00Z"},
    }
    before.role(INCOMING, "Support Triager: Jonas", **moment)

    code, document = rota("adopt", "triage", "--apply")

    assert code == 0
    assert left(document) == {"2026-11-25": "Left as it is: it has a time of day."}


# ------------------------------------------------------------- who it is, asked


@pytest.fixture
def namesakes(triage: Triage, before: EarlierTool) -> EarlierTool:
    before.rename("Chris", to="Chris Ek")
    before.rename("Anton", to="Chris Berg")
    before.role(INCOMING, "Support Triager: Chris")
    return before


def test_of_namesakes_somebody_is_asked_and_says_who_it_is(
    triage: Triage, namesakes: EarlierTool
) -> None:
    ids = {name: triage.members[name].person.slack_id for name in ("Anton", "Chris")}
    question = f"Who is “Chris”: Chris Berg ({ids['Anton']}) or Chris Ek ({ids['Chris']})?"
    assert question in words("adopt", "triage")
    rota("adopt", "triage", "--apply")
    assert served() == {}

    _, document = rota("adopt", "triage", "--apply", "--take", f"Chris={ids['Chris']}")

    assert served() == {"2026-11-25": ("2026-12-09", "Chris Ek")}
    assert "“Chris” is Chris Ek, as was said." in document["warnings"]


@pytest.mark.parametrize("take", ["Chris", "=U0CHRIS", "Chris=", "Chris=nobody"])
def test_what_says_nobody_is_status_2(namesakes: EarlierTool, take: str) -> None:
    assert "--take" in refused("adopt", "triage", "--take", take)


# --------------------------------------------------------- the earlier tool's file


def test_an_id_in_the_file_tells_namesakes_apart(
    tmp_path: Path, triage: Triage, namesakes: EarlierTool
) -> None:
    chris = triage.members["Chris"].person.slack_id
    file = a_file(
        tmp_path,
        standup_manager={"name": "Ida", "id": "U0IDA"},
        support_triager={
            "incoming": {"name": "Chris", "id": chris},
            "current": {"name": "Sarah", "id": None},
        },
    )

    rota("adopt", "triage", "--team-roles", file, "--apply")

    assert served() == {
        # Of her the calendar tells nothing, but the file does.
        "2026-11-18": ("2026-12-02", "Sarah"),
        "2026-11-25": ("2026-12-09", "Chris Ek"),
    }
    assert list(namesakes.owned().values()) == [INCOMING]


def test_where_the_two_differ_the_calendar_counts_and_it_is_said(
    tmp_path: Path, before: EarlierTool
) -> None:
    before.role(INCOMING, "Support Triager: Jonas")
    file = a_file(tmp_path, support_steward={"incoming": {"name": "Anton", "id": None}})

    _, document = rota("adopt", "triage", "--team-roles", file, "--apply")

    assert served() == {"2026-11-25": ("2026-12-09", "Jonas")}
    assert "The file says that Anton is incoming" in document["warnings"][0]


@pytest.mark.parametrize("nobody", [None, {"name": None, "id": None}, {"name": "", "id": "U0X"}])
def test_a_file_that_lost_somebody_adds_nobody(
    tmp_path: Path, before: EarlierTool, nobody: Any
) -> None:
    file = a_file(tmp_path, support_triager={"incoming": nobody, "current": nobody})

    code, document = rota("adopt", "triage", "--team-roles", file, "--apply")

    assert (code, document["changes"]) == (0, [])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "no JSON"),
        ("[]", "must hold an object"),
        ('{"meeting_facilitator": {"name": "Sarah"}}', "its roles: meeting_facilitator"),
        ('{"support_triager": 3}', "must be an object"),
    ],
)
def test_a_file_that_is_none_is_status_2(
    tmp_path: Path, before: EarlierTool, text: str, sentence: str
) -> None:
    file = tmp_path / "roles.json"
    file.write_text(text)
    assert sentence in refused("adopt", "triage", "--team-roles", str(file))


def test_a_file_that_is_not_there_is_status_2(before: EarlierTool) -> None:
    assert "cannot be read" in refused("adopt", "triage", "--team-roles", "nowhere.json")
