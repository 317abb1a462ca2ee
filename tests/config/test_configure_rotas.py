"""The [rotas] of a file: what they make, whom they take for whom, and what they refuse."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from integrations.models import Connection
from rota.models import Duty, Member, Rota, Shift
from uploader import kinds
from uploader.models import Sync
from uploader.people import Address, Person

pytestmark = pytest.mark.django_db

Write = Callable[[str], Path]
EXAMPLE = Path(__file__).parent / "lockstep.example.toml"

HEAD = """
[rotas.support]
kind = "paired"
title = "Support"
timezone = "Europe/London"
holidays = "GB-ENG"
starts_on = 2026-12-01
start_with = "seniors"
"""
GROUPS = """
[rotas.support.groups]
seniors = ["David", {name = "Priya", email = "priya@example.org"}]
others = ["Andy",
  {name = "Murdo", slack_id = "U7", weekdays = ["mon", "tue"], weight = 0.6, until = 2027-03-31}]
"""
CALENDAR = """
[rotas.support.google_calendar]
connection = "calendar"
calendar_id = "c_support@group.calendar.google.com"
"""
ROTA = HEAD + GROUPS


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that is installed here, for real."""
    from django import forms

    from rota.syncs.duties.options import Options

    class D(kinds.Kind):
        slug = "rota_duties"
        name = words = "x"
        source = "breathe"
        source_is_optional = True
        options_form = Options

    class C(kinds.Kind):
        slug = "rota_calendar"
        name = words = "x"
        target = "google_calendar"

        class options_form(Options):
            calendar_id = forms.CharField()
            share_with_members = forms.BooleanField(required=False)

    class P(kinds.Kind):
        slug = "rota_productive"
        name = words = "x"
        target = "productive"

        class options_form(Options):
            service_id = forms.CharField()
            minutes = forms.IntegerField()

    monkeypatch.setattr(kinds, "_kinds", {k.slug: k for k in (D, C, P)} | kinds._kinds)


@pytest.fixture
def calendar() -> Connection:
    return Connection.objects.create(name="calendar", provider="google_calendar")


def run(file: Path, *flags: str) -> tuple[int, dict[str, Any], str]:
    """Status, the JSON document, and what people read."""
    out, err = StringIO(), StringIO()
    code = 0
    try:
        call_command("configure", str(file), "--json", *flags, stdout=out, stderr=err)
    except SystemExit as ended:
        code = int(ended.code or 0)
    return code, json.loads(out.getvalue()), err.getvalue()


def lines(document: dict[str, Any]) -> list[tuple[str, str]]:
    return [(change["action"], change["what"]) for change in document["changes"]]


def applied(file: Path) -> list[tuple[str, str]]:
    """What was changed; checked: it went well, and again there is nothing to change."""
    code, document, _ = run(file, "--apply")
    assert (code, document["error"]) == (0, None)
    assert run(file, "--apply")[1]["changes"] == []
    return lines(document)


def today() -> date:
    return timezone.now().astimezone(Rota(timezone="Europe/London").zone).date()


def served(rota: Rota, name: str, *, role: str = "lead", day: date | None = None) -> Duty:
    """A duty that somebody has, of a shift that has begun."""
    day = day or today() - timedelta(days=7)
    shift = Shift.objects.create(
        rota=rota,
        start=day,
        end=day + timedelta(days=1),
        leads="seniors",
        changed_at=timezone.now(),
    )
    return Duty.objects.create(shift=shift, role=role, member=rota.members.get(person__name=name))


# ----------------------------------------------------------------- what it makes


def test_without_apply_it_shows_the_rota_and_who_is_in_it_and_changes_nothing(
    write: Write, calendar: Connection
) -> None:
    code, document, _ = run(write(ROTA + CALENDAR))

    assert code == 0
    assert lines(document) == [
        ("create", "rota support"),
        ("create", "member David of support, in seniors"),
        ("create", "member Priya of support, in seniors"),
        ("create", "member Andy of support, in others"),
        ("create", "member Murdo of support, in others"),
        ("create", "sync support-duties"),
        ("create", "sync support-calendar"),
    ]
    assert not Rota.objects.exists()
    assert not Person.objects.exists()
    assert not Sync.objects.exists()


def test_the_rota_is_as_the_file_says(write: Write, calendar: Connection) -> None:
    more = 'event_title = "{lead} with {assist}"\nmin_gap = 3\nowner = "Lead@example.org"\n'
    applied(write(HEAD + more + 'horizon = "26w"\n' + GROUPS + CALENDAR))

    rota = Rota.objects.get()
    assert (rota.kind, rota.title, rota.timezone, rota.holidays) == (
        "paired",
        "Support",
        "Europe/London",
        "GB-ENG",
    )
    assert (rota.starts_on, rota.groups) == (date(2026, 12, 1), ("seniors", "others"))
    assert rota.workdays == ["mon", "tue", "wed", "thu", "fri"]
    assert (rota.event_title, rota.min_gap) == ("{lead} with {assist}", 3)
    assert (rota.horizon, rota.enabled, rota.from_file) == (timedelta(weeks=26), True, True)
    assert rota.owner is not None
    assert rota.owner.addresses.get().email == "lead@example.org"
    murdo = rota.members.get(person__name="Murdo")
    assert (murdo.group, murdo.weekdays, murdo.weight) == ("others", ["mon", "tue"], 0.6)
    assert (murdo.joined_on, murdo.left_on) == (None, date(2027, 3, 31))
    assert murdo.person.slack_id == "U7"
    assert [member.name for member in rota.members.order_by("position")] == [
        "David",
        "Priya",
        "Andy",
        "Murdo",
    ]


def test_what_is_kept_in_step_with_it_are_syncs_of_its_name(
    write: Write, calendar: Connection
) -> None:
    applied(write(HEAD + 'horizon = "26w"\n' + GROUPS + CALENDAR + 'mode = "review"\n'))

    own = Sync.objects.get(name="support-duties")
    assert (own.kind, own.mode, own.every) == ("rota_duties", "automatic", timedelta(days=1))
    assert own.next_run_at is not None
    shown = Sync.objects.get(name="support-calendar")
    assert (shown.kind, shown.target, shown.mode) == ("rota_calendar", calendar, "review")
    assert shown.options["rota"] == "support"
    assert shown.options["calendar_id"] == "c_support@group.calendar.google.com"
    # It has no beat of its own, and is due now: there may be duties already.
    assert shown.every is None
    assert shown.next_run_at is not None
    assert set(Rota.objects.get().syncs()) == {own, shown}


def test_without_a_horizon_duties_are_generated_on_request_only(write: Write) -> None:
    applied(write(ROTA))

    own = Sync.objects.get(name="support-duties")
    assert (own.every, own.next_run_at) == (None, None)


def test_leave_is_read_from_a_connection_to_breathe_every_day(write: Write) -> None:
    breathe = Connection.objects.create(name="breathe", provider="breathe")

    applied(write(HEAD + 'leave = "breathe"\n' + GROUPS))

    assert Rota.objects.get().leave == breathe
    own = Sync.objects.get(name="support-duties")
    assert (own.source, own.every) == (breathe, timedelta(days=1))


def test_how_its_own_syncs_run_may_be_said_in_their_tables(
    write: Write, calendar: Connection
) -> None:
    how = 'mode = "dry_run"\nevery = "2d"\nmax_delete_share = 0.1\n'

    applied(write(ROTA + "[rotas.support.duties]\n" + how + CALENDAR + how))

    for name in ("support-duties", "support-calendar"):
        sync = Sync.objects.get(name=name)
        assert (sync.mode, sync.every, sync.max_delete_share) == (
            "dry_run",
            timedelta(days=2),
            0.1,
        )


def test_the_rota_of_the_example_file_can_be_set_up(
    write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """All but what a later release brings: Slack, Geekbot, and rotas that roll."""
    for name, provider in (
        ("breathe", "breathe"),
        ("calendar", "google_calendar"),
        ("productive", "productive"),
    ):
        Connection.objects.create(name=name, provider=provider)
    whole = EXAMPLE.read_text(encoding="utf-8")
    support = whole[whole.index("[rotas.support]") : whole.index("[rotas.triage]")]
    start, end = support.index("[rotas.support.slack]"), support.index("[rotas.support.productive]")

    made = applied(write(support[:start] + support[end:]))

    assert ("create", "member Murdo of support, in everyone_else, from 2026-12-01") in made
    assert [what for _, what in made if what.startswith("sync")] == [
        "sync support-duties",
        "sync support-calendar",
        "sync support-productive",
    ]
    assert Sync.objects.get(name="support-productive").options["service_id"] == "5551"


# ------------------------------------------------------- what the file lets go of


def test_a_rota_that_is_no_longer_named_is_disabled_with_its_syncs(
    write: Write, calendar: Connection
) -> None:
    applied(write(ROTA + CALENDAR))

    gone = applied(write(""))

    assert gone == [
        ("disable", "rota support"),
        ("disable", "sync support-calendar"),
        ("disable", "sync support-duties"),
    ]
    assert not Rota.objects.get().enabled
    assert Member.objects.filter(left_on=None).count() == 3

    back = applied(write(ROTA + CALENDAR))
    assert ("update", "rota support: enabled") in back
    assert ("update", "sync support-calendar: enabled") in back


def test_a_table_that_is_no_longer_there_disables_its_sync(
    write: Write, calendar: Connection
) -> None:
    applied(write(ROTA + CALENDAR))

    assert applied(write(ROTA)) == [("disable", "sync support-calendar")]


def test_a_renamed_rota_is_a_new_one_and_the_output_says_so(write: Write) -> None:
    applied(write(ROTA))

    _, document, words = run(write(ROTA.replace("rotas.support", "rotas.help")), "--apply")

    assert ("create", "rota help") in lines(document)
    assert ("disable", "rota support") in lines(document)
    assert document["warnings"][0].startswith("rota help is new and support is disabled")
    assert "a renamed thing is a new thing" in words


def test_a_rota_of_the_same_name_made_in_the_admin_is_adopted(write: Write) -> None:
    david = Person.objects.create(name="David")
    rota = Rota.objects.create(
        name="support",
        title="By hand",
        timezone="Europe/London",
        holidays="GB-ENG",
        starts_on=date(2026, 12, 1),
        start_with="seniors",
        then="others",
    )
    member = Member.objects.create(rota=rota, person=david, group="seniors")

    changes = applied(write(ROTA))

    assert changes[0] == ("update", "rota support: title Support, now kept by the file")
    assert changes[1] == ("update", "member David of support: now kept by the file")
    assert Rota.objects.get() == rota
    assert member in rota.members.filter(from_file=True)


def test_who_was_put_into_the_rota_in_the_admin_stays(write: Write) -> None:
    applied(write(ROTA))
    guest = Member.objects.create(
        rota=Rota.objects.get(), person=Person.objects.create(name="Guest"), group="others"
    )

    assert run(write(ROTA), "--apply")[1]["changes"] == []
    guest.refresh_from_db()
    assert guest.left_on is None


# ----------------------------------------------------------------------- members


def test_a_member_who_vanishes_gets_today_as_their_last_day(write: Write) -> None:
    applied(write(ROTA))

    gone = applied(write(ROTA.replace('"David", ', "")))

    assert set(gone) == {
        ("disable", f"member David of support, whose last day is {today()}"),
        ("update", "member Priya of support: place 1"),
        ("update", "member Andy of support: place 2"),
        ("update", "member Murdo of support: place 3"),
    }
    assert Member.objects.get(person__name="David").left_on == today()


def test_who_is_named_again_the_same_day_never_left(write: Write) -> None:
    applied(write(ROTA))
    applied(write(ROTA.replace('"David", ', "")))

    applied(write(ROTA))

    assert Member.objects.get(person__name="David").left_on is None


def test_who_comes_back_later_is_a_new_member_of_the_same_person(write: Write) -> None:
    applied(write(ROTA))
    left = today() - timedelta(days=40)
    Member.objects.filter(person__name="David").update(left_on=left)

    changes = applied(write(ROTA))

    assert changes == [("create", f"member David of support, in seniors, from {today()}")]
    assert Person.objects.filter(name="David").count() == 1
    spans = Member.objects.filter(person__name="David").order_by("pk")
    assert list(spans.values_list("joined_on", "left_on")) == [(None, left), (today(), None)]


def test_who_joins_a_rota_that_is_running_owes_nothing_of_what_was_before(write: Write) -> None:
    applied(write(ROTA))
    served(Rota.objects.get(), "David")

    changes = applied(write(ROTA.replace('"Andy",', '"Andy", "Nia",')))

    assert ("create", f"member Nia of support, in others, from {today()}") in changes
    assert Member.objects.get(person__name="Nia").joined_on == today()


def test_who_goes_to_the_other_group_keeps_what_they_did_in_the_first(write: Write) -> None:
    applied(write(ROTA))
    duty = served(Rota.objects.get(), "David")
    moved = ROTA.replace('"David", ', "").replace('["Andy",', '["Andy", "David",')

    changes = applied(write(moved))

    tomorrow = today() + timedelta(days=1)
    assert ("update", f"member David of support: goes from seniors to others on {tomorrow}") in (
        changes
    )
    before, after = Member.objects.filter(person__name="David").order_by("pk")
    assert (before.group, before.left_on, duty.member) == ("seniors", today(), before)
    assert (after.group, after.joined_on, after.left_on) == ("others", tomorrow, None)


def test_the_file_wins_over_what_was_edited_in_the_admin(write: Write) -> None:
    applied(write(ROTA))
    Member.objects.filter(person__name="Murdo").update(weight=1.0, weekdays=[], left_on=None)
    Rota.objects.update(min_gap=2, title="Other")

    assert applied(write(ROTA)) == [
        ("update", "rota support: title Support, min_gap as usual"),
        ("update", "member Murdo of support: weekdays mon tue, weight 0.6, until 2027-03-31"),
    ]


# ------------------------------------------------------------------ who it is


def test_adding_an_email_to_a_name_keeps_the_person(write: Write) -> None:
    applied(write(ROTA))
    david = Person.objects.get(name="David")

    changes = applied(
        write(ROTA.replace('"David"', '{name = "David", email = "David@example.org"}'))
    )

    assert changes == [("update", "member David of support: e-mail david@example.org")]
    assert Person.objects.get(name="David") == david
    assert david.addresses.get().email == "david@example.org"


def test_a_person_is_found_by_any_of_their_addresses_and_called_as_the_file_says(
    write: Write,
) -> None:
    ada = Person.objects.create(name="ada@example.org")
    for email in ("ada@example.org", "priya@example.org"):
        Address.objects.create(person=ada, email=email)

    applied(write(ROTA))

    ada.refresh_from_db()
    assert (ada.name, ada.memberships.count()) == ("Priya", 1)


def test_addresses_of_the_same_file_stand_for_its_members(write: Write) -> None:
    aliases = '[people]\naliases = [["priya@example.org", "p@example.com"]]\n'

    applied(write(aliases + ROTA))

    priya = Person.objects.get(name="Priya")
    assert set(priya.addresses.values_list("email", flat=True)) == {
        "priya@example.org",
        "p@example.com",
    }
    # What a member is known by is not let go of because [people] does not name it.
    assert applied(write(ROTA)) == [("disable", "address p@example.com of Priya")]


def test_a_slack_id_tells_who_it_is_where_there_is_no_email(write: Write) -> None:
    murdo = Person.objects.create(name="M. Example", slack_id="U7")

    applied(write(ROTA))

    murdo.refresh_from_db()
    assert (murdo.name, murdo.memberships.count()) == ("Murdo", 1)


def test_another_email_is_another_person_and_the_output_says_so(write: Write) -> None:
    applied(write(ROTA))

    _, document, _ = run(write(ROTA.replace("priya@", "priya.two@")), "--apply")

    assert ("create", "member Priya of support, in seniors") in lines(document)
    assert "another e-mail is another person" in document["warnings"][0]
    assert Person.objects.filter(name="Priya").count() == 2


def test_two_of_one_name_are_told_apart_by_their_emails(write: Write) -> None:
    sams = '{name = "Sam", email = "sam@example.org"}, {name = "Sam", email = "sam.p@example.org"}'

    applied(write(ROTA.replace('"David"', sams)))

    assert Member.objects.filter(person__name="Sam").count() == 2


def test_the_same_name_in_two_rotas_is_one_person(write: Write) -> None:
    applied(write(ROTA + ROTA.replace("rotas.support", "rotas.help")))

    assert Person.objects.filter(name="David").count() == 1
    assert Member.objects.filter(person__name="David").count() == 2


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
        (ROTA.replace("paired", "rolling"), "rotas.support.kind", "allowed: paired"),
        (ROTA.replace("paired", "round"), "rotas.support.kind", "allowed: paired"),
        (ROTA.replace('kind = "paired"\n', ""), "rotas.support.kind", "is missing"),
        (ROTA + "[rotas.support.slack]\n", "rotas.support.slack", "leave it out"),
        (ROTA + "[rotas.support.geekbot]\n", "rotas.support.geekbot", "leave it out"),
        (ROTA + "[rotas.support.members]\n", "rotas.support.members", "leave it out"),
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
