"""What `configure` says of a wrong rota: file, key and what is allowed, and nothing is changed."""

from pathlib import Path

import pytest

from integrations.models import Connection
from rota.models import Member, Rota
from tests.config.rotas import CALENDAR, GROUPS, HEAD, ROTA, Write, run
from uploader.models import Sync
from uploader.people import Address, Person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def installed() -> None:
    """All that is installed here, for real."""


@pytest.fixture
def calendar() -> Connection:
    return Connection.objects.create(name="calendar", provider="google_calendar")


# ------------------------------------------------------------------------ errors


def refused(file: Path) -> str:
    """The one error; checked: status 2, and nothing was changed."""
    before = [list(model.objects.values()) for model in (Rota, Member, Person, Sync, Address)]
    code, document, words = run(file, "--apply")
    assert (code, document["applied"], document["changes"]) == (2, False, [])
    assert document["error"] in words
    after = [list(model.objects.values()) for model in (Rota, Member, Person, Sync, Address)]
    assert after == before
    return str(document["error"])


TWO = '[rotas.support.groups]\na = ["David"]\nb = ["Andy"]\n'


@pytest.mark.parametrize(
    ("text", "key", "allowed"),
    [
        (ROTA.replace("paired", "round"), "rotas.support.kind", "allowed: paired, rolling"),
        (ROTA.replace('kind = "paired"\n', ""), "rotas.support.kind", "is missing"),
        (ROTA + "[rotas.support.geekbot]\n", "rotas.support.geekbot", "leave it out"),
        (ROTA + "[rotas.support.members]\n", "rotas.support.members", "named in [groups]"),
        (HEAD + 'every = "1w"\n' + GROUPS, "rotas.support.every", "with each working day"),
        (ROTA.replace("rotas.support", 'rotas."No name"'), "rotas.No name", "Small letters"),
        (HEAD, "rotas.support.groups", "is missing; it must be a table"),
        (HEAD + "colour = 1\n" + GROUPS, "rotas.support.colour: unknown key", "event_title"),
        (ROTA.replace('"Support"', "7"), "rotas.support.title", "a text"),
        (ROTA.replace('title = "Support"\n', ""), "rotas.support.title", "is missing"),
        (ROTA.replace("2026-12-01", '"2026-12-01"'), "rotas.support.starts_on", "a date"),
        (ROTA.replace("Europe/London", "Mars"), "rotas.support.timezone", "Europe/London is one"),
        (ROTA.replace("GB-ENG", "GB-XXX"), "rotas.support.holidays", "its parts: "),
        (ROTA.replace('"seniors"\n', '"juniors"\n'), "start_with", "allowed: seniors, others"),
        (HEAD + 'workdays = ["monday"]\n' + GROUPS, "rotas.support.workdays", "mon, tue, wed"),
        (HEAD + 'horizon = "half a year"\n' + GROUPS, "rotas.support.horizon", "1d or 2w"),
        (HEAD + "horizon = 26\n" + GROUPS, "rotas.support.horizon", "26w"),
        (HEAD + "min_gap = 0\n" + GROUPS, "rotas.support.min_gap", "greater than or equal to 1"),
        (HEAD + 'event_title = "{who}"\n' + GROUPS, "event_title", "{lead}, {assist}, {title}"),
        (HEAD + 'owner = "Lead"\n' + GROUPS, "rotas.support.owner", "an e-mail address"),
        (HEAD + 'leave = "breathe"\n' + GROUPS, "rotas.support.leave", "connection to breathe"),
        (HEAD + TWO.replace("b =", "c.d ="), "rotas.support.groups.c", "a list of members"),
        (HEAD + TWO + 'c = ["Theo"]\n', "rotas.support.groups", "two groups"),
        (HEAD + TWO.replace('["Andy"]', "[]"), "rotas.support.groups.b", "not empty"),
        (HEAD + TWO.replace('"Andy"', "7"), "rotas.support.groups.b[1]", "name, email, slack_id"),
        (
            ROTA.replace("slack_id", "slack"),
            "rotas.support.groups.others[2].slack: unknown key",
            "weekdays, weight, from, until",
        ),
        (ROTA.replace("priya@", "priya "), "groups.seniors[2].email", "valid email"),
        (ROTA.replace("0.6", "0"), "groups.others[2].weight", "greater than or equal to"),
        (ROTA.replace("0.6", "true"), "groups.others[2].weight", "a number"),
        (ROTA.replace('"tue"]', '"tues"]'), "groups.others[2].weekdays", "mon, tue, wed"),
        (ROTA.replace("until", "from = 2027-04-01, until"), "others[2].until", "before `from`"),
        (ROTA.replace('"Andy"', '"David"'), "groups.others[1]", "tell them apart"),
        (
            ROTA.replace('"Andy"', '"Priya"'),
            "rotas.support.groups.others[1]",
            "the other is rotas.support.groups.seniors[2]",
        ),
        (
            ROTA.replace('"Andy"', '{name = "P", email = "PRIYA@example.org"}'),
            "rotas.support.groups.others[1]",
            "the e-mail priya@example.org is there twice",
        ),
        (
            ROTA + ROTA.replace("rotas.support", "rotas.help").replace('"Priya"', '"P"'),
            "rotas.help.groups.seniors[2].name",
            "one person has one name",
        ),
        (ROTA + CALENDAR, "rotas.support.google_calendar.connection", "google_calendar"),
        (ROTA + "[rotas.support.duties]\nconnection = 'x'\n", "duties.connection", "mode, every"),
        (
            ROTA + '[syncs.x]\nkind = "rota_duties"\n',
            "syncs.x.kind",
            "is set up by a table of its rota",
        ),
    ],
)
def test_what_is_wrong_is_named_with_what_is_allowed(
    write: Write, text: str, key: str, allowed: str
) -> None:
    error = refused(write(text))

    assert key in error
    assert allowed in error


def test_an_unknown_key_of_the_calendar_is_named_with_what_is_allowed(
    write: Write, calendar: Connection
) -> None:
    error = refused(write(ROTA + CALENDAR + "share = true\n"))

    assert "rotas.support.google_calendar.share: unknown key" in error
    assert "calendar_id" in error
    assert "share_with_members" in error


def test_a_message_in_slack_names_those_of_its_own_kind_of_rota(write: Write) -> None:
    Connection.objects.create(name="slack", provider="slack")
    table = '[rotas.support.slack]\nconnection = "slack"\nchannel = "C0SUPPORT"\n'

    error = refused(write(ROTA + table + 'message = "{incoming} joins"\n'))

    assert "rotas.support.slack.message" in error
    assert "{lead}, {assist} can be filled in" in error


def test_two_people_of_one_name_in_the_database_are_never_guessed_among(write: Write) -> None:
    for email in ("one@example.org", "two@example.org"):
        person = Person.objects.create(name="David")
        Address.objects.create(person=person, email=email)

    error = refused(write(ROTA))

    assert "rotas.support.groups.seniors[1]" in error
    assert "David (one@example.org) and David (two@example.org)" in error
    assert 'email = "…"' in error


def test_two_addresses_of_one_person_are_not_two_members(write: Write) -> None:
    priya = Person.objects.create(name="Priya")
    for email in ("priya@example.org", "p@example.org"):
        Address.objects.create(person=priya, email=email)
    text = ROTA.replace('"David"', '{name = "P", email = "p@example.org"}')

    error = refused(write(text))

    assert "is rotas.support.groups.seniors[1] too: one person is one member" in error


def test_a_sync_of_another_kind_that_has_the_name_is_left_alone(write: Write) -> None:
    Sync.objects.create(name="support-duties", kind="breathe_to_productive")

    assert "is a sync of kind breathe_to_productive already" in refused(write(ROTA))
