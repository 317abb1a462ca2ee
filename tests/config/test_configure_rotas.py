"""The [rotas] of a file: what they make, and what becomes of it when they no longer name it."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from integrations.models import Connection
from integrations.sandbox import World
from rota.models import Member, Rota
from tests.config.rotas import CALENDAR, GROUPS, HEAD, ROTA, Write, applied, lines, run
from uploader.models import Sync
from uploader.people import Person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def installed() -> None:
    """All that is installed here, for real."""


@pytest.fixture
def calendar() -> Connection:
    return Connection.objects.create(name="calendar", provider="google_calendar")


EXAMPLE = Path(__file__).parent / "lockstep.example.toml"


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


def test_what_keeps_it_in_step_is_due_after_each_change_of_it(
    write: Write, calendar: Connection
) -> None:
    file = HEAD + 'horizon = "26w"\n' + GROUPS + CALENDAR
    applied(write(file))
    later = timezone.now() + timedelta(hours=9)

    for change in (file.replace('"Support"', '"Help"'), file.replace('"David", ', "")):
        Sync.objects.update(next_run_at=later)
        applied(write(change))
        assert not Sync.objects.filter(next_run_at=later).exists()


@pytest.fixture
def everywhere(db: None) -> None:
    """Connections to all that a rota can be kept in step with."""
    for name, provider in (
        ("breathe", "breathe"),
        ("calendar", "google_calendar"),
        ("productive", "productive"),
        ("slack", "slack"),
        ("geekbot", "geekbot"),
    ):
        Connection.objects.create(name=name, provider=provider)


def test_the_rotas_of_the_documented_file_can_be_set_up(write: Write, everywhere: None) -> None:
    page = Path(settings.BASE_DIR, "docs", "commands.md").read_text(encoding="utf-8")
    documented = page[page.index("[rotas.support]") :]

    applied(write(documented[: documented.index("```")]))

    assert Sync.objects.get(name="support-duties").mode == "review"
    assert Sync.objects.get(name="triage-slack").options["usergroup"] == "support-on-duty"


def test_the_rotas_of_the_example_file_can_be_set_up(write: Write, everywhere: None) -> None:
    whole = EXAMPLE.read_text(encoding="utf-8")

    made = applied(write(whole[whole.index("[rotas.support]") :]))

    assert ("create", "member Murdo of support, in everyone_else, from 2026-12-01") in made
    assert [what for _, what in made if what.startswith("sync")] == [
        "sync support-duties",
        "sync support-calendar",
        "sync support-productive",
        "sync support-slack",
        "sync triage-duties",
        "sync triage-calendar",
        "sync triage-slack",
        "sync triage-geekbot",
        "sync triage-members",
    ]
    assert Sync.objects.get(name="support-productive").options["service_id"] == "5551"


def test_the_whole_example_file_is_accepted(
    write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, world: World
) -> None:
    for name in (
        "BREATHE_API_KEY",
        "PRODUCTIVE_API_KEY",
        "SRC_CLOCKIFY_API_KEY",
        "DEST_CLOCKIFY_API_KEY",
        "SLACK_BOT_TOKEN",
        "GEEKBOT_API_KEY",
    ):
        monkeypatch.setenv(name, "made-up")
    key = str(world["google_calendar"].grant("rota")["service_account"])
    (tmp_path / "service-account.json").write_text(key, encoding="utf-8")

    applied(write(EXAMPLE.read_text(encoding="utf-8")))

    assert Rota.objects.count() == 2
    assert Connection.objects.count() == 7


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
