"""Rolling rotas of a file: their rhythm, the order of turns, and what is refused."""

from datetime import date, time, timedelta

import pytest
from django.utils import timezone

from integrations.models import Connection
from rota.models import Member, Rota
from tests.config.rotas import Write, applied, run
from tests.config.test_configure_rota_errors import refused
from uploader.models import Sync
from uploader.people import Person

pytestmark = pytest.mark.django_db

HEAD = """
[rotas.triage]
kind = "rolling"
title = "Support Triager"
every = "1w"
lasts = "2w"
"""
MEMBERS = """
members = ["Sarah", {name = "Jonas", email = "jonas@example.org", from = 2026-12-01}, "Anton"]
"""
ROTA = HEAD + MEMBERS


@pytest.fixture(autouse=True)
def installed() -> None:
    """All that is installed here, for real."""


def order(rota: Rota) -> list[str]:
    return [member.name for member in rota.members.filter(left_on=None)]


# ----------------------------------------------------------------- what it makes


def test_the_rota_is_as_the_file_says(write: Write) -> None:
    more = (
        'timezone = "Pacific/Auckland"\nat = "09:30"\nhandover_on = "wed"\nhorizon = "52w"\n'
        'starts_on = 2026-12-02\nevent_title = "{title} is {member}"\n'
    )

    applied(write(HEAD + more + MEMBERS))

    rota = Rota.objects.get()
    assert (rota.kind, rota.title, rota.every, rota.lasts) == (
        "rolling",
        "Support Triager",
        "1w",
        "2w",
    )
    assert (rota.timezone, rota.at, rota.handover_on) == ("Pacific/Auckland", time(9, 30), "wed")
    assert (rota.starts_on, rota.horizon) == (date(2026, 12, 2), timedelta(weeks=52))
    assert (rota.event_title, rota.roles) == ("{title} is {member}", ("member",))


def test_what_it_does_not_say_is_as_usual(write: Write) -> None:
    applied(write(ROTA))

    rota = Rota.objects.get()
    assert rota.event_title == "{title}: {member}"
    assert (rota.at, rota.handover_on, rota.horizon) == (time(0), "", None)
    assert rota.starts_on == timezone.now().date()


def test_a_rota_that_has_begun_begins_no_later_for_being_configured_again(write: Write) -> None:
    applied(write(ROTA))
    Rota.objects.update(starts_on=date(2025, 1, 1))

    assert run(write(ROTA), "--apply")[1]["changes"] == []

    assert Rota.objects.get().starts_on == date(2025, 1, 1)


def test_turns_go_round_in_the_order_of_the_file(write: Write) -> None:
    made = applied(write(ROTA))

    assert made == [
        ("create", "rota triage"),
        ("create", "member Sarah of triage"),
        ("create", "member Jonas of triage, from 2026-12-01"),
        ("create", "member Anton of triage"),
        ("create", "sync triage-duties"),
    ]
    assert order(Rota.objects.get()) == ["Sarah", "Jonas", "Anton"]

    applied(write(ROTA.replace('"Anton"]', '"Anton", "Yara"]')))

    assert order(Rota.objects.get()) == ["Sarah", "Jonas", "Anton", "Yara"]


def test_how_far_it_is_kept_filled_is_told_as_it_is_typed(write: Write) -> None:
    applied(write(ROTA))
    assert ("update", "rota triage: horizon 52w") in applied(
        write(HEAD + 'horizon = "52w"\n' + MEMBERS)
    )


def test_who_is_no_longer_named_gets_today_as_the_last_day(write: Write) -> None:
    applied(write(ROTA))

    gone = applied(write(ROTA.replace('"Sarah", ', "")))

    today = timezone.now().date()
    assert ("disable", f"member Sarah of triage, whose last day is {today}") in gone
    assert order(Rota.objects.get()) == ["Jonas", "Anton"]


def test_its_duties_are_looked_at_daily_where_it_is_kept_filled(write: Write) -> None:
    applied(write(HEAD + 'horizon = "52w"\n' + MEMBERS))

    assert Sync.objects.get(name="triage-duties").every == timedelta(days=1)


# --------------------------------------------------------------------- with Slack

FROM_SLACK = """
[rotas.triage.members]
connection = "slack"
usergroup = "@support-triagers"
"""
IN_SLACK = """
[rotas.triage.slack]
connection = "slack"
channel = "C0SUPPORT"
usergroup = "support-on-duty"
"""
BY_GEEKBOT = """
[rotas.triage.geekbot]
connection = "geekbot"
standup = "SupportTriagerStandup"
channel = "#support"
"""


@pytest.fixture
def slack(db: None) -> Connection:
    return Connection.objects.create(name="slack", provider="slack")


@pytest.fixture
def geekbot(db: None) -> Connection:
    return Connection.objects.create(name="geekbot", provider="geekbot")


def test_members_are_drawn_from_slack_every_day(write: Write, slack: Connection) -> None:
    made = applied(write(HEAD + FROM_SLACK))

    assert made == [
        ("create", "rota triage"),
        ("create", "sync triage-duties"),
        ("create", "sync triage-members"),
    ]
    sync = Sync.objects.get(name="triage-members")
    assert (sync.kind, sync.source, sync.target) == ("rota_members", slack, None)
    assert sync.options == {"rota": "triage", "usergroup": "@support-triagers"}
    assert (sync.mode, sync.every) == ("automatic", timedelta(days=1))
    assert sync.next_run_at is not None


def test_whom_slack_brought_is_neither_ended_nor_changed_by_the_file(
    write: Write, slack: Connection
) -> None:
    applied(write(HEAD + FROM_SLACK))
    sarah = Person.objects.create(name="Sarah", slack_id="U1")
    Member.objects.create(rota=Rota.objects.get(), person=sarah)

    assert run(write(HEAD + FROM_SLACK), "--apply")[1]["changes"] == []

    assert order(Rota.objects.get()) == ["Sarah"]


def test_whom_the_file_named_is_handed_over_to_slack(write: Write, slack: Connection) -> None:
    applied(write(ROTA))

    changes = applied(write(HEAD + FROM_SLACK))

    assert ("update", "member Sarah of triage: kept by Slack from now on") in changes
    assert order(Rota.objects.get()) == ["Sarah", "Jonas", "Anton"]
    assert not Member.objects.filter(from_file=True).exists()


def test_whom_slack_brought_can_be_named_by_the_file_from_then_on(
    write: Write, slack: Connection
) -> None:
    applied(write(HEAD + FROM_SLACK))
    sarah = Person.objects.create(name="Sarah", slack_id="U1")
    member = Member.objects.create(rota=Rota.objects.get(), person=sarah)

    changes = applied(write(ROTA.replace('"Sarah"', '{name = "Sarah", slack_id = "U1"}')))

    assert ("update", "member Sarah of triage: now kept by the file") in changes
    assert ("disable", "sync triage-members") in changes
    assert Member.objects.get(person=sarah) == member


def test_where_it_is_told_and_asked_are_syncs_of_its_name(
    write: Write, slack: Connection, geekbot: Connection
) -> None:
    applied(write(ROTA + IN_SLACK + 'mode = "review"\n' + BY_GEEKBOT))

    told, asked = (Sync.objects.get(name=f"triage-{name}") for name in ("slack", "geekbot"))
    assert (told.kind, told.target, told.mode) == ("rota_slack", slack, "review")
    assert told.options["usergroup"] == "support-on-duty"
    assert (asked.kind, asked.target, asked.mode) == ("rota_geekbot", geekbot, "automatic")
    assert asked.options["standup"] == "SupportTriagerStandup"


@pytest.mark.parametrize("other", ["support-triagers", "@Support-Triagers"])
def test_members_never_come_from_the_usergroup_that_is_set(
    other: str, write: Write, slack: Connection
) -> None:
    text = HEAD + FROM_SLACK + IN_SLACK.replace("support-on-duty", other)

    error = refused(write(text))

    assert "rotas.triage.slack.usergroup: " in error
    assert "is where its members come from" in error


@pytest.mark.parametrize(
    ("text", "key", "allowed"),
    [
        (HEAD + FROM_SLACK.replace('"slack"', '"geekbot"'), "members.connection", "slack"),
        (HEAD + FROM_SLACK + "size = 3\n", "members.size: unknown key", "connection, mode"),
        (HEAD + "[rotas.triage.members]\nconnection = 'slack'\n", "members.usergroup", "missing"),
        (
            ROTA + IN_SLACK + 'message = "{lead} is on"\n',
            "rotas.triage.slack.message",
            "{incoming}",
        ),
        (ROTA + IN_SLACK + 'at = "noon"\n', "rotas.triage.slack.at", "such as 08:30"),
        (ROTA + IN_SLACK + "remind_days_before = 7\n", "remind_days_before", "[7, 1]"),
        (
            ROTA
            + BY_GEEKBOT.replace("[rotas.triage.geekbot]\n", "[rotas.triage.geekbot]\ndays=3\n"),
            "rotas.triage.geekbot.days",
            "a list",
        ),
    ],
)
def test_what_is_wrong_in_slack_is_named_with_what_is_allowed(
    write: Write, slack: Connection, geekbot: Connection, text: str, key: str, allowed: str
) -> None:
    error = refused(write(text))

    assert key in error
    assert allowed in error


# ------------------------------------------------------------------------ errors


@pytest.mark.parametrize(
    ("text", "key", "allowed"),
    [
        (HEAD, "rotas.triage.members", "is missing; it must be a list of members, or a table"),
        (HEAD + "members = []\n", "rotas.triage.members", "a list of members"),
        (HEAD + 'members = "Sarah"\n', "rotas.triage.members", "a list of members"),
        (HEAD + "members = [7]\n", "rotas.triage.members[1]", "a name, or a table of name, email"),
        (
            HEAD + 'members = [{name = "Sarah", weight = 2}]\n',
            "rotas.triage.members[1].weight: unknown key",
            "name, email, slack_id, from, until",
        ),
        (HEAD + 'members = ["Sarah", "Sarah"]\n', "rotas.triage.members[2]", "tell them apart"),
        (
            ROTA + '[rotas.triage.groups]\na = ["David"]\n',
            "rotas.triage.groups",
            "its [members] take turns",
        ),
        (HEAD + 'start_with = "a"\n' + MEMBERS, "rotas.triage.start_with", "has no groups"),
        (HEAD + "min_gap = 3\n" + MEMBERS, "rotas.triage.min_gap", "leave it out"),
        (ROTA.replace('every = "1w"\n', ""), "rotas.triage.every", "is missing"),
        (ROTA.replace('"1w"', '"weekly"'), "rotas.triage.every", "days, weeks or months"),
        (ROTA.replace('"1w"', "7"), "rotas.triage.every", "must be a text"),
        (ROTA.replace('"2w"', '"3d"'), "rotas.triage.lasts", "Nobody would be on duty in between"),
        (HEAD + 'handover_on = "1"\n' + MEMBERS, "rotas.triage.handover_on", "a weekday"),
        (
            ROTA.replace('"1w"', '"1mo"').replace('"2w"', '"2mo"\nhandover_on = "wed"'),
            "rotas.triage.handover_on",
            "a day of the month",
        ),
        (HEAD + 'at = "noon"\n' + MEMBERS, "rotas.triage.at", "valid time"),
        (HEAD + "at = 9\n" + MEMBERS, "rotas.triage.at", "a time such as 09:00"),
        (HEAD + 'event_title = "{lead}"\n' + MEMBERS, "event_title", "Only {member}, {title} can"),
    ],
)
def test_what_is_wrong_is_named_with_what_is_allowed(
    write: Write, text: str, key: str, allowed: str
) -> None:
    error = refused(write(text))

    assert key in error
    assert allowed in error


def test_a_rota_stays_of_its_kind(write: Write) -> None:
    applied(write(ROTA))
    paired = (
        '[rotas.triage]\nkind = "paired"\ntitle = "T"\nstarts_on = 2026-12-01\nstart_with = "a"\n'
        '[rotas.triage.groups]\na = ["Sarah"]\nb = ["Anton"]\n'
    )

    assert "is a rolling rota already, and stays one" in refused(write(paired))


def test_an_at_of_the_file_may_be_a_time_without_quotes(write: Write) -> None:
    applied(write(HEAD + "at = 09:30:00\n" + MEMBERS))

    assert Rota.objects.get().at == time(9, 30)
    assert Person.objects.count() == 3
