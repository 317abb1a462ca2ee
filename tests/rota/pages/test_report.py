"""The report, as JSON and CSV."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest

from rota import report
from rota.models import Absence, Member
from tests.rota.team import MONDAY, NOW, Team
from uploader.people import Person


@pytest.fixture
def served(team: Team) -> Team:
    """Two weeks: Gustav leads on three days, two of them Mondays; Priya on one."""
    for day, lead, assist in (
        (0, "Gustav", "Andy"),
        (1, "Priya", "Theo"),
        (2, "Gustav", "Lalitha"),
        (7, "Gustav", None),
    ):
        team.put(MONDAY + timedelta(days=day), lead, assist)
    return team


def test_it_counts_what_everybody_has_done(served: Team) -> None:
    document = report.document(served.rota, now=NOW)

    assert list(document) == ["rota", "members", "from", "to", "config"]
    by_name = {member["name"]: member for member in document["members"]}
    gustav = by_name["Gustav"]
    assert (gustav["lead"], gustav["assist"], gustav["smallest_gap"]) == (3, 0, 1)
    assert gustav["weekdays"] == {
        "lead": {"mon": 2, "tue": 0, "wed": 1},
        "assist": {"mon": 0, "tue": 0, "wed": 0},
    }
    assert by_name["Priya"]["smallest_gap"] is None
    assert by_name["Wren"]["lead"] == 0
    assert (document["from"], document["to"]) == ("2026-11-30", "2026-12-07")
    # Four leads among three who are equal; the assist that nobody had is nobody's share.
    assert gustav["share"] == {"lead": 1.33, "assist": 0}
    assert gustav["difference"]["lead"] == 1.67
    assert by_name["Andy"]["share"]["assist"] == 0.75


def test_the_settings_are_those_of_the_file(served: Team) -> None:
    config = report.document(served.rota, now=NOW)["config"]

    assert config["groups"]["sevens"] == ["Gustav", "Priya", "Wren"]
    assert (config["starts_on"], config["start_with"]) == ("2026-11-30", "sevens")
    assert config["workdays"] == ["mon", "tue", "wed", "thu", "fri"]
    assert "token" not in json.dumps(config)


def test_what_is_more_than_a_year_ago_does_not_count(served: Team) -> None:
    later = report.document(served.rota, now=NOW + timedelta(days=366 + 5))

    assert later["from"] == "2026-12-02"


def test_those_who_left_before_are_not_listed_and_those_who_served_are(served: Team) -> None:
    day_before = MONDAY - timedelta(days=1)
    Member.objects.filter(person__name__in=("Priya", "Wren")).update(left_on=day_before)

    names = {each["name"] for each in report.document(served.rota, now=NOW)["members"]}

    assert "Priya" in names
    assert "Wren" not in names


def test_a_rota_without_duties_has_a_report_too(team: Team) -> None:
    document = report.document(team.rota, now=NOW)

    assert (document["members"], document["from"], document["to"]) == ([], None, None)
    assert report.as_csv(document).startswith("name,group,lead")


def test_members_take_it_along_in_both_forms(served: Team, visits: Any) -> None:
    gustav = visits("Gustav")

    as_json = gustav.get("/rotas/support/report.json")
    assert as_json.json() == report.document(served.rota, now=NOW)
    assert "attachment" in as_json["Content-Disposition"]

    as_csv = gustav.get("/rotas/support/report.csv")
    assert as_csv["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(as_csv.content.decode("utf-8-sig"))))
    first = next(row for row in rows if row["name"] == "Gustav")
    assert (first["lead"], first["lead mon"], first["assist wed"]) == ("3", "2", "0")


@pytest.mark.parametrize(
    "name", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", " =1", "＝1+1", "\r=1"]
)
def test_no_name_is_carried_out_by_a_spreadsheet(served: Team, name: str) -> None:
    Person.objects.filter(name="Gustav").update(name=name)
    served.rota.title = name

    rows = list(csv.reader(io.StringIO(report.as_csv(report.document(served.rota, now=NOW)))))

    cells = [cell for row in rows for cell in row]
    assert f"'{name}" in cells
    assert name not in cells
    assert not [cell for cell in cells if cell[:1] in "=+@" and cell]


def test_numbers_below_zero_stay_numbers() -> None:
    assert report.plain(-1.5) == -1.5


def test_why_somebody_was_away_is_in_no_report(served: Team) -> None:
    before = report.document(served.rota, now=NOW)
    Absence.objects.create(person=served.members["Wren"].person, first_day=MONDAY, last_day=MONDAY)

    assert report.document(served.rota, now=NOW) == before
