"""Events and sharing over real sockets: what is asked, what is kept, and what is never touched."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from integrations.google_calendar.client import (
    ChangedMeanwhile,
    Event,
    Exists,
    Gone,
    GoogleCalendarClient,
    NotOrganizer,
    NotShared,
)
from integrations.google_calendar.sandbox import GoogleCalendarSandbox
from integrations.google_calendar.sandbox_seed import SUPPORT, TEAM_ROLES, UNSHARED, timed, whole
from integrations.sandbox import Fault, World
from tests.integrations.google_calendar.calls import (
    AN_ID,
    CALENDAR,
    FRIDAY,
    MONDAY,
    body,
    events,
    pages,
)

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def calendar(sandbox: GoogleCalendarSandbox) -> None:
    sandbox.add_calendar(CALENDAR, "Tests", rosa="owner", rota="writer")


# ---------------------------------------------------------------------- reading


def test_a_calendar_says_its_name_its_zone_and_what_we_may(google: GoogleCalendarClient) -> None:
    found = google.calendar(SUPPORT)

    assert (found.id, found.summary, found.time_zone) == (SUPPORT, "Support rota", "Europe/London")
    assert found.is_writable


def test_a_list_holds_what_touches_its_days_and_both_ends_count(
    google: GoogleCalendarClient, sandbox: GoogleCalendarSandbox
) -> None:
    days = [MONDAY - 9 * DAY, MONDAY, FRIDAY, FRIDAY + 9 * DAY]
    ids = [sandbox.add_event(CALENDAR, **whole(day))["id"] for day in days]
    long = sandbox.add_event(CALENDAR, **whole(MONDAY - 20 * DAY, days=90))["id"]

    assert [event.id for event in events(google)] == [ids[1], ids[2], long]


@pytest.mark.parametrize("begins", ["calendar", "UTC"])
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/London"])
def test_the_edges_are_there_wherever_days_begin(
    begins: str, zone: str, google: GoogleCalendarClient, sandbox: GoogleCalendarSandbox
) -> None:
    sandbox.switches["days_begin"] = begins
    sandbox.calendars[CALENDAR].time_zone = zone
    ids = {sandbox.add_event(CALENDAR, **whole(day))["id"] for day in (MONDAY, FRIDAY)}

    assert ids <= {event.id for event in events(google)}


def test_an_empty_page_in_the_middle_is_not_the_last(
    google: GoogleCalendarClient, sandbox: GoogleCalendarSandbox
) -> None:
    sandbox.switches["empty_pages"] = "between"
    ids = [sandbox.add_event(CALENDAR, **whole(MONDAY))["id"] for _ in range(4)]

    found = pages(google)

    assert [len(page.rows) for page in found] == [2, 0, 2]
    assert [event.id for page in found for event in page.rows] == ids
    assert {page.access_role for page in found} == {"writer"}
    assert {page.time_zone for page in found} == {"Europe/London"}


def test_a_list_is_asked_for_once_where_it_fits_a_page(
    google: GoogleCalendarClient, sandbox: GoogleCalendarSandbox, world: World
) -> None:
    for _ in range(300):
        sandbox.add_event(CALENDAR, **whole(MONDAY))

    assert len(events(google)) == 300
    lists = [seen for seen in world.requests if seen.method == "GET"]
    assert [seen.query["maxResults"] for seen in lists] == ["2500"]


def test_what_people_have_there_is_read_whatever_it_looks_like(
    google: GoogleCalendarClient, sandbox: GoogleCalendarSandbox
) -> None:
    today = sandbox.now().date()
    found = events(google, SUPPORT, start=today - 7 * DAY, end=today + 60 * DAY)

    by_title = {event.summary: event for event in found if event.status == "confirmed"}
    assert isinstance(by_title["Planning"].start, datetime)
    assert not by_title["Planning"].is_all_day
    assert by_title["Office closed"].is_all_day
    assert by_title["Office closed"].uses_default_reminders
    assert by_title[""].start is not None
    assert by_title["Sam’s birthday"].event_type == "birthday"
    assert not by_title["Call with a partner"].organizer_self
    assert by_title["David is on support today with Theo assisting"].private == {}
    (series,) = [event for event in found if event.recurs]
    exceptions = [event for event in found if event.recurring_event_id == series.id]
    assert {event.status for event in exceptions} == {"confirmed", "cancelled"}


def test_guests_places_and_notes_to_oneself_do_not_even_arrive(
    google: GoogleCalendarClient, world: World
) -> None:
    answers: list[str] = []

    def note(answer: Any) -> Any:
        answers.append(json.dumps(answer))
        return answer

    path = f"GET /calendar/v3/calendars/{SUPPORT}"
    world.faults.add(Fault("google_calendar", "wrong_shape", path, change=note))
    today = datetime.now(UTC).date()

    events(google, SUPPORT, start=today, end=today + 30 * DAY)

    assert "Planning" in answers[0]
    for unasked in ("sam@example.com", "Room 2", "creator", "attendees"):
        assert unasked not in answers[0]


def test_moments_are_told_in_utc(
    google: GoogleCalendarClient, sandbox: GoogleCalendarSandbox
) -> None:
    summer = {
        "start": {"dateTime": "2026-07-01T09:00:00+01:00"},
        "end": {"dateTime": "2026-07-01T10:00:00.5+01:00"},
    }
    sandbox.add_event(CALENDAR, **summer)

    (event,) = events(google, start=date(2026, 7, 1), end=date(2026, 7, 1))

    assert event.start == datetime(2026, 7, 1, 8, tzinfo=UTC)


def test_an_event_outlives_a_wait_as_json(
    google: GoogleCalendarClient, sandbox: GoogleCalendarSandbox
) -> None:
    sandbox.add_event(CALENDAR, **timed(MONDAY, 9))
    sandbox.add_event(CALENDAR, **body())

    for event in events(google):
        kept = json.loads(json.dumps(event.model_dump(mode="json")))
        assert Event.model_validate(kept, strict=False) == event


@pytest.mark.parametrize("shows", ["its id", "all"])
def test_a_deleted_event_is_found_by_its_id_and_in_no_list(
    shows: str, google: GoogleCalendarClient, sandbox: GoogleCalendarSandbox
) -> None:
    sandbox.switches["tombstone_shows"] = shows
    made = google.insert(CALENDAR, AN_ID, body())
    google.delete(CALENDAR, AN_ID, etag=made.etag)

    found = google.event(CALENDAR, AN_ID)

    assert found is not None
    assert found.is_cancelled
    assert events(google) == []


def test_what_never_was_is_none(google: GoogleCalendarClient) -> None:
    assert google.event(CALENDAR, "never0was0there") is None


# ---------------------------------------------------------------------- writing


def test_an_event_is_made_under_the_id_that_was_chosen(
    google: GoogleCalendarClient, sandbox: GoogleCalendarSandbox
) -> None:
    made = google.insert(CALENDAR, AN_ID, body())

    assert (made.id, made.summary, made.start, made.end) == (
        AN_ID,
        "Support: Ada",
        MONDAY,
        MONDAY + DAY,
    )
    assert made.transparency == "transparent"
    assert not made.uses_default_reminders
    assert made.private == {"lockstep": "support"}
    assert made.organizer_self
    assert made.etag.startswith('"')
    assert events(google) == [made]


def test_the_same_id_again_exists_also_after_it_was_deleted(google: GoogleCalendarClient) -> None:
    made = google.insert(CALENDAR, AN_ID, body())
    with pytest.raises(Exists):
        google.insert(CALENDAR, AN_ID, body())

    google.delete(CALENDAR, AN_ID, etag=made.etag)
    with pytest.raises(Exists):
        google.insert(CALENDAR, AN_ID, body())


def test_an_update_replaces_everything(google: GoogleCalendarClient) -> None:
    made = google.insert(CALENDAR, AN_ID, body(description="Call the desk first."))

    changed = google.update(CALENDAR, AN_ID, body(FRIDAY), etag=made.etag)

    assert changed.start == FRIDAY
    assert changed.description == ""
    assert changed.etag != made.etag


def test_what_somebody_changed_meanwhile_is_left_alone(
    google: GoogleCalendarClient, sandbox: GoogleCalendarSandbox
) -> None:
    made = google.insert(CALENDAR, AN_ID, body())
    sandbox.change_event(CALENDAR, AN_ID, summary="Mine now")

    with pytest.raises(ChangedMeanwhile):
        google.update(CALENDAR, AN_ID, body(), etag=made.etag)
    with pytest.raises(ChangedMeanwhile):
        google.delete(CALENDAR, AN_ID, etag=made.etag)
    assert [row["summary"] for row in sandbox.events_of(CALENDAR)] == ["Mine now"]


def test_a_deleted_event_is_revived_by_its_etag(google: GoogleCalendarClient) -> None:
    made = google.insert(CALENDAR, AN_ID, body())
    google.delete(CALENDAR, AN_ID, etag=made.etag)
    tombstone = google.event(CALENDAR, AN_ID)
    assert tombstone is not None

    google.update(CALENDAR, AN_ID, body(status="confirmed"), etag=tombstone.etag)

    assert [event.status for event in events(google)] == ["confirmed"]


@pytest.mark.parametrize(
    ("answer", "kind"), [("forbidden", NotOrganizer), ("not found", Gone), ("deleted", Gone)]
)
def test_a_revival_that_is_refused_says_so(
    answer: str, kind: type[Exception], google: GoogleCalendarClient, sandbox: GoogleCalendarSandbox
) -> None:
    sandbox.switches["revival"] = answer
    made = google.insert(CALENDAR, AN_ID, body())
    google.delete(CALENDAR, AN_ID, etag=made.etag)
    tombstone = google.event(CALENDAR, AN_ID)
    assert tombstone is not None

    with pytest.raises(kind):
        google.update(CALENDAR, AN_ID, body(status="confirmed"), etag=tombstone.etag)


def test_an_invitation_from_elsewhere_cannot_be_changed(
    google: GoogleCalendarClient, sandbox: GoogleCalendarSandbox
) -> None:
    theirs = sandbox.add_event(CALENDAR, organizer={"email": "lee@partner.example"}, **body())

    with pytest.raises(NotOrganizer):
        google.update(CALENDAR, theirs["id"], body(), etag=theirs["etag"])


def test_deleting_twice_is_as_good_as_once(google: GoogleCalendarClient) -> None:
    made = google.insert(CALENDAR, AN_ID, body())

    google.delete(CALENDAR, AN_ID, etag=made.etag)
    google.delete(CALENDAR, AN_ID, etag=made.etag)
    google.delete(CALENDAR, "never0was0there", etag=made.etag)

    assert events(google) == []


def test_a_delete_whose_answer_was_lost_is_asked_again_at_once(
    google: GoogleCalendarClient, world: World
) -> None:
    made = google.insert(CALENDAR, AN_ID, body())
    world.faults.add(Fault("google_calendar", "lost", "DELETE"))

    google.delete(CALENDAR, AN_ID, etag=made.etag)

    assert [seen.status for seen in world.requests if seen.method == "DELETE"][-1] == 410
    assert events(google) == []


def test_an_insert_whose_answer_was_lost_is_there_under_its_id(
    google: GoogleCalendarClient, world: World
) -> None:
    world.faults.add(Fault("google_calendar", "lost", "POST /calendar/v3"))
    with pytest.raises(Exception, match="the connection was cut"):
        google.insert(CALENDAR, AN_ID, body())

    with pytest.raises(Exists):
        google.insert(CALENDAR, AN_ID, body())
    assert google.event(CALENDAR, AN_ID) is not None


def test_no_write_tells_anybody_and_every_change_is_conditional(
    google: GoogleCalendarClient, world: World, sandbox: GoogleCalendarSandbox
) -> None:
    made = google.insert(CALENDAR, AN_ID, body())
    changed = google.update(CALENDAR, AN_ID, body(FRIDAY), etag=made.etag)
    google.delete(CALENDAR, AN_ID, etag=changed.etag)

    writes = [seen for seen in world.requests if "/events" in seen.path and seen.method != "GET"]
    assert [seen.method for seen in writes] == ["POST", "PUT", "DELETE"]
    assert {seen.query["sendUpdates"] for seen in writes} == {"none"}
    assert [seen.headers["If-Match"] for seen in writes[1:]] == [made.etag, changed.etag]
    assert sandbox.mails == []


@pytest.mark.parametrize("status", ["404", "403"])
def test_a_calendar_out_of_reach_is_never_an_empty_one(
    status: str, google: GoogleCalendarClient, sandbox: GoogleCalendarSandbox
) -> None:
    sandbox.switches["unshared"] = status
    asked: list[Callable[[], object]] = [
        lambda: google.calendar(UNSHARED),
        lambda: google.events(UNSHARED, start=MONDAY, end=FRIDAY),
        lambda: google.event(UNSHARED, AN_ID),
        lambda: google.insert(UNSHARED, AN_ID, body()),
        lambda: google.update(UNSHARED, AN_ID, body(), etag='"1"'),
        lambda: google.delete(UNSHARED, AN_ID, etag='"1"'),
    ]
    for ask in asked:
        with pytest.raises(NotShared, match=sandbox.account.email):
            ask()


def test_a_calendar_one_may_only_read_says_what_to_do(
    google: GoogleCalendarClient, sandbox: GoogleCalendarSandbox
) -> None:
    sandbox.share(CALENDAR, "rota", "reader")

    assert not google.calendar(CALENDAR).is_writable
    with pytest.raises(NotShared, match="make changes to events"):
        google.insert(CALENDAR, AN_ID, body())


# ---------------------------------------------------------------------- sharing


def test_a_calendar_is_shared_and_no_longer_without_a_mail(
    google: GoogleCalendarClient, sandbox: GoogleCalendarSandbox
) -> None:
    made = google.insert_rule(TEAM_ROLES, "ada@example.com", "reader")
    assert (made.role, made.scope_type, made.value) == ("reader", "user", "ada@example.com")
    assert made in google.rules(TEAM_ROLES).rows

    google.delete_rule(TEAM_ROLES, made.id)
    google.delete_rule(TEAM_ROLES, made.id)

    assert made not in google.rules(TEAM_ROLES).rows
    assert sandbox.mails == []


def test_rules_come_by_the_page(
    google: GoogleCalendarClient, sandbox: GoogleCalendarSandbox
) -> None:
    sandbox.switches["empty_pages"] = "between"
    first = google.rules(TEAM_ROLES)
    second = google.rules(TEAM_ROLES, first.next)

    assert first.next is not None
    assert second.rows == []
    assert len(google.rules(TEAM_ROLES, second.next).rows) == 1


def test_sharing_takes_the_right_to_manage_it(google: GoogleCalendarClient) -> None:
    with pytest.raises(NotShared, match="manage sharing"):
        google.insert_rule(SUPPORT, "ada@example.com", "reader")


def test_who_signed_in_cannot_share_and_nothing_is_asked(
    rosa: GoogleCalendarClient, world: World
) -> None:
    with pytest.raises(Exception, match="service account"):
        rosa.insert_rule(TEAM_ROLES, "ada@example.com", "reader")
    assert world.requests == []
