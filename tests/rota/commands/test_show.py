"""`rota show` and `rota report`: who is on when, for scripts and for people."""

from datetime import timedelta

from rota import duties
from rota.duties import Doing
from tests.rota.commands.typed import refused, rota, words
from tests.rota.rolling import Triage
from tests.rota.team import MONDAY, NOW, Team
from uploader.people import Person

DAY = timedelta(days=1)
DOING = Doing(now=NOW)


def test_a_shift_is_told_with_who_has_which_role(team: Team) -> None:
    Person.objects.filter(name="Andy").update(slack_id="U6")
    team.put(MONDAY, "Gustav", "Andy")

    code, document = rota("show", "support")

    assert code == 0
    assert document == {
        "rota": "support",
        "kind": "paired",
        "timezone": "Europe/London",
        "shifts": [
            {
                "start": "2026-11-30",
                "end": "2026-12-01",
                "duties": [
                    {
                        "role": "lead",
                        "member": "Gustav",
                        "email": "gustav@example.org",
                        "slack_id": None,
                        "override": False,
                    },
                    {
                        "role": "assist",
                        "member": "Andy",
                        "email": "andy@example.org",
                        "slack_id": "U6",
                        "override": False,
                    },
                ],
            }
        ],
        "gaps": [],
        "error": None,
    }


def test_a_gap_is_told_with_its_reason(team: Team) -> None:
    team.put(MONDAY, None, "Andy")

    _, document = rota("show", "support")

    assert document["gaps"] == [
        {
            "start": "2026-11-30",
            "end": "2026-12-01",
            "role": "lead",
            "reason": "everybody is away",
        }
    ]
    assert document["shifts"][0]["duties"][0]["member"] is None


def test_who_serves_instead_of_somebody_is_told_as_an_override(team: Team) -> None:
    [(first, _), (second, _), _] = team.week()
    duties.override(first, team.members["Wren"], doing=DOING)
    duties.pin(second, doing=DOING)

    _, document = rota("show", "support")

    told = [shift["duties"][0]["override"] for shift in document["shifts"]]
    assert told == [True, False, False]


def test_without_dates_it_shows_what_is_not_over_and_with_them_the_days_between(
    team: Team,
) -> None:
    for number in (-7, -4, -3, 0, 1, 2):
        team.put(MONDAY + number * DAY, "Gustav", "Andy")

    def days(*options: str) -> list[str]:
        return [shift["start"][5:] for shift in rota("show", "support", *options)[1]["shifts"]]

    # Thursday the 26th is today.
    assert days() == ["11-26", "11-27", "11-30", "12-01", "12-02"]
    assert days("--from", "2026-11-01") == ["11-23", "11-26", "11-27", "11-30", "12-01", "12-02"]
    # The last day is included.
    assert days("--from", "2026-11-27", "--until", "2026-12-01") == ["11-27", "11-30", "12-01"]


def test_a_shift_that_was_cancelled_is_not_shown(team: Team) -> None:
    for duty in team.put(MONDAY, "Gustav", "Andy"):
        duties.cancel(duty, doing=DOING)

    assert rota("show", "support")[1]["shifts"] == []
    assert "there are no duties in that time" in words("show", "support")


def test_people_get_a_table_with_marks(team: Team) -> None:
    team.put(MONDAY - 4 * DAY, "Gustav", "Andy")
    [(first, _), (second, _), _] = team.week()
    duties.override(first, team.members["Wren"], doing=DOING)
    duties.pin(second, doing=DOING)
    team.put(MONDAY + 3 * DAY, None, "Theo")

    assert words("show", "support").splitlines() == [
        "                  Lead                       Assist",
        "→ 2026-11-26 Thu  Gustav                     Andy",
        "",
        "  2026-11-30 Mon  Wren (by hand for Gustav)  Andy",
        "  2026-12-01 Tue  Priya (pinned)             Lalitha",
        "  2026-12-02 Wed  Wren                       Murdo",
        "  2026-12-03 Thu  nobody: everybody is away  Theo",
    ]


def test_dates_that_cannot_be_meant_are_status_2(team: Team) -> None:
    assert "“30 November” is not a date like" in refused("show", "support", "--from", "30 November")
    assert "2026-11-01 lies before 2026-12-01" in refused(
        "show", "support", "--from", "2026-12-01", "--until", "2026-11-01"
    )


def test_the_report_counts_leads_assists_weekdays_and_gaps(team: Team) -> None:
    team.week()
    team.put(MONDAY + 7 * DAY, "Gustav", "Lalitha")

    code, document = rota("report", "support")

    assert code == 0
    assert (document["rota"], document["from"], document["to"]) == (
        "support",
        "2026-11-30",
        "2026-12-07",
    )
    gustav = next(member for member in document["members"] if member["name"] == "Gustav")
    assert (gustav["lead"], gustav["assist"]) == (2, 0)
    assert gustav["weekdays"]["lead"]["mon"] == 2
    assert gustav["smallest_gap"] == 3
    assert document["config"]["starts_on"] == "2026-11-30"
    assert "support, 2026-11-30 to 2026-12-07" in words("report", "support")
    assert "Gustav" in words("report", "support")


def test_the_report_of_a_rolling_rota_counts_turns(triage: Triage) -> None:
    triage.fortnights(8)

    code, document = rota("report", "triage")

    assert code == 0
    assert (document["from"], document["to"]) == ("2026-12-02", "2027-02-02")
    sarah = document["members"][0]
    assert (sarah["name"], sarah["member"], sarah["smallest_gap"]) == ("Sarah", 2, 35)
    assert document["config"]["every"] == "1w"
    table = words("report", "triage")
    assert "turns  smallest gap" in table
    assert "Sarah      2      35" in table
    assert "Jonas      1      ·" in table


def test_a_report_before_anybody_has_served_says_so(team: Team) -> None:
    assert rota("report", "support")[0] == 0
    assert "nobody has served yet" in words("report", "support")
