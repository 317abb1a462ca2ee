"""The Google Calendar sandbox: events listed, made, changed and deleted, as any client would."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from integrations.google_calendar.sandbox import GoogleCalendarSandbox
from integrations.google_calendar.sandbox_seed import SUPPORT, timed, whole
from integrations.sandbox import World
from tests.integrations.google_calendar.calls import (
    AN_ID,
    CALENDAR,
    FRIDAY,
    MONDAY,
    Caller,
    body,
    reason,
)

DAY = timedelta(days=1)


@pytest.fixture
def google(world: World) -> GoogleCalendarSandbox:
    sandbox = world.of(GoogleCalendarSandbox)
    sandbox.add_calendar(CALENDAR, "Tests", rosa="owner", rota="writer")
    return sandbox


@pytest.fixture
def caller(world: World, google: GoogleCalendarSandbox) -> Caller:
    return Caller.of(world)


# ------------------------------------------------------------------------ lists


def test_the_lower_bound_is_of_the_end_and_the_upper_one_of_the_start(
    caller: Caller, google: GoogleCalendarSandbox
) -> None:
    held = google.add_event(CALENDAR, **whole(MONDAY, days=2))["id"]

    assert caller.ids(timeMin="2026-03-03T00:00:00Z") == [held]
    assert caller.ids(timeMin="2026-03-04T00:00:00Z") == []
    assert caller.ids(timeMax="2026-03-02T00:00:01Z") == [held]
    assert caller.ids(timeMax="2026-03-02T00:00:00Z") == []


def test_whole_days_begin_in_the_zone_of_the_calendar_or_in_utc(
    caller: Caller, google: GoogleCalendarSandbox
) -> None:
    google.calendars[CALENDAR].time_zone = "America/New_York"
    held = google.add_event(CALENDAR, **whole(MONDAY))["id"]
    late = "2026-03-03T04:00:00Z"  # before New York's midnight

    assert caller.ids(timeMin=late) == [held]
    google.switches["days_begin"] = "UTC"
    assert caller.ids(timeMin=late) == []


@pytest.mark.parametrize("bad", ["2026-03-02T00:00:00", "2026-03-02T00:00:00 01:00", "monday"])
def test_a_time_without_an_offset_is_refused(bad: str, caller: Caller) -> None:
    assert reason(caller.ask("GET", "/events", timeMin=bad)) == (400, "badRequest")


def test_bounds_the_wrong_way_round_are_refused(
    caller: Caller, google: GoogleCalendarSandbox
) -> None:
    google.add_event(CALENDAR, **whole(MONDAY))
    bounds = {"timeMin": "2026-03-03T00:00:00Z", "timeMax": "2026-03-02T00:00:00Z"}
    assert reason(caller.ask("GET", "/events", **bounds)) == (400, "timeRangeEmpty")


def test_filters_by_property_are_and_or_or(caller: Caller, google: GoogleCalendarSandbox) -> None:
    both = caller.insert(extendedProperties={"private": {"a": "1", "b": "2"}}).json()["id"]
    one = caller.insert(extendedProperties={"private": {"a": "1"}}).json()["id"]
    filters = ["a=1", "b=2"]

    assert caller.ids(privateExtendedProperty="a=1") == [both, one]
    assert caller.ids(privateExtendedProperty=filters) == [both]
    google.switches["repeated_filter"] = "any"
    assert caller.ids(privateExtendedProperty=filters) == [both, one]
    assert caller.ids(sharedExtendedProperty="a=1") == []


def test_a_page_is_never_larger_than_allowed_and_250_by_itself(
    caller: Caller, google: GoogleCalendarSandbox
) -> None:
    for _ in range(260):
        google.add_event(CALENDAR, **whole(MONDAY))

    assert len(caller.ids()) == 250
    assert len(caller.ids(maxResults=9999)) == 260
    google.switches["largest_page"] = 100
    assert len(caller.ids(maxResults=2500)) == 100


def test_a_list_has_a_token_for_more_or_one_for_later_and_never_both(
    caller: Caller, google: GoogleCalendarSandbox
) -> None:
    for _ in range(2):
        google.add_event(CALENDAR, **whole(MONDAY))
    first = caller.ask("GET", "/events", maxResults=1).json()
    last = caller.ask("GET", "/events", maxResults=1, pageToken=first["nextPageToken"]).json()

    assert "nextSyncToken" not in first
    assert "nextPageToken" not in last
    assert "nextSyncToken" in last


def test_a_page_token_of_another_list_is_refused(
    caller: Caller, google: GoogleCalendarSandbox
) -> None:
    for _ in range(2):
        google.add_event(CALENDAR, **whole(MONDAY))
    token = caller.ask("GET", "/events", maxResults=1).json()["nextPageToken"]

    assert reason(caller.ask("GET", "/events", pageToken=token, q="x")) == (400, "invalid")
    assert reason(caller.ask("GET", "/events", pageToken="rubbish")) == (400, "invalid")


def test_a_parameter_nobody_knows_is_refused(caller: Caller) -> None:
    assert reason(caller.ask("GET", "/events", remindMe="yes")) == (400, "invalidParameter")


def test_a_token_for_changes_has_always_run_out(caller: Caller) -> None:
    assert reason(caller.ask("GET", "/events", syncToken="C1")) == (410, "fullSyncRequired")


def test_only_what_is_asked_for_is_answered(caller: Caller) -> None:
    caller.insert(id=AN_ID)
    fields = "summary,items(id,reminders(useDefault))"

    answer = caller.ask("GET", "/events", fields=fields).json()

    assert answer == {
        "summary": "Tests",
        "items": [{"id": AN_ID, "reminders": {"useDefault": False}}],
    }


def test_an_address_that_is_too_long_may_come_as_a_form(world: World, caller: Caller) -> None:
    caller.insert(id=AN_ID)
    answer = requests.post(
        f"{world.url}/calendar/v3/calendars/{CALENDAR}/events",
        data={"fields": "items(id)", "maxResults": "5"},
        headers={"Authorization": f"Bearer {caller.token}", "X-HTTP-Method-Override": "GET"},
        timeout=5,
    )
    assert answer.json() == {"items": [{"id": AN_ID}]}


def test_deleted_ones_are_listed_only_on_request_but_exceptions_of_a_series_always(
    caller: Caller, google: GoogleCalendarSandbox
) -> None:
    caller.insert(id=AN_ID)
    caller.ask("DELETE", f"/events/{AN_ID}")

    assert caller.ids() == []
    assert caller.ids(showDeleted="true") == [AN_ID]
    caller.calendar_id = SUPPORT
    rows = caller.ask("GET", "/events").json()["items"]
    cancelled = [row for row in rows if row["status"] == "cancelled"]
    assert [row["recurringEventId"] in caller.ids() for row in cancelled] == [True]


# -------------------------------------------------------------------- one event


@pytest.mark.parametrize("bad", ["abcd", "with-dash", "Upper0case", "wxyz0w", "", "a" * 1025])
def test_an_id_of_other_characters_is_refused(bad: str, caller: Caller) -> None:
    assert reason(caller.insert(id=bad)) == (400, "invalid")


def test_an_id_is_taken_for_ever_or_until_it_is_forgotten(
    caller: Caller, google: GoogleCalendarSandbox
) -> None:
    caller.insert(id=AN_ID)
    assert reason(caller.insert(id=AN_ID)) == (409, "duplicate")
    caller.ask("DELETE", f"/events/{AN_ID}")
    assert reason(caller.insert(id=AN_ID)) == (409, "duplicate")

    google.switches["tombstones"] = "expired"
    caller.insert(id=f"{AN_ID}2")
    caller.ask("DELETE", f"/events/{AN_ID}2")
    assert caller.insert(id=f"{AN_ID}2").status_code == 200


@pytest.mark.parametrize(
    ("times", "why"),
    [
        ({"start": None}, "required"),
        ({"end": {"date": "2026-03-02"}}, "timeRangeEmpty"),
        ({"end": {"dateTime": "2026-03-02T10:00:00Z"}}, "invalid"),
        ({"start": {"date": "2. März"}}, "invalid"),
        ({"start": {"dateTime": "2026-03-02T09:00:00"}}, "invalid"),
        ({"start": {}}, "invalid"),
        ({"start": "2026-03-02"}, "invalid"),
    ],
)
def test_times_that_make_no_sense_are_refused(
    times: dict[str, Any], why: str, caller: Caller
) -> None:
    assert reason(caller.ask("POST", "/events", body() | times)) == (400, why)


def test_a_moment_may_name_its_zone_instead_of_an_offset(caller: Caller) -> None:
    zone = {"timeZone": "Europe/London"}
    start = {"dateTime": "2026-07-01T09:00:00", **zone}
    end = {"dateTime": "2026-07-01T10:00:00", **zone}
    assert caller.insert(start=start, end=end).status_code == 200


def test_put_loses_what_is_not_sent_and_patch_keeps_it(caller: Caller) -> None:
    made = caller.insert(id=AN_ID, description="a", location="b").json()

    kept = caller.ask("PATCH", f"/events/{AN_ID}", {"location": None, "summary": "c"}).json()
    assert (kept["summary"], kept["description"]) == ("c", "a")
    assert "location" not in kept
    assert kept["extendedProperties"] == made["extendedProperties"]

    put = caller.ask("PUT", f"/events/{AN_ID}", body()).json()
    assert "description" not in put
    assert put["created"] == made["created"]


def test_patch_merges_properties_and_null_takes_one_away(caller: Caller) -> None:
    caller.insert(id=AN_ID, extendedProperties={"private": {"a": "1", "b": "2"}})
    change = {"extendedProperties": {"private": {"a": None, "c": "3"}}}

    patched = caller.ask("PATCH", f"/events/{AN_ID}", change).json()

    assert patched["extendedProperties"]["private"] == {"b": "2", "c": "3"}


def test_properties_that_are_too_long_are_dropped_or_cut(caller: Caller) -> None:
    properties = {"k" * 44: "v" * 1024, "k" * 45: "gone", "long": "v" * 1025}

    made = caller.insert(extendedProperties={"private": properties}).json()

    kept = made["extendedProperties"]["private"]
    assert kept == {"k" * 44: "v" * 1024, "long": "v" * 1024}
    many = {f"k{number}": "v" for number in range(301)}
    assert caller.insert(extendedProperties={"private": many}).status_code == 400


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_another_etag_is_refused_and_changes_nothing(
    method: str, caller: Caller, google: GoogleCalendarSandbox
) -> None:
    first = caller.insert(id=AN_ID).json()["etag"]
    second = caller.ask("PUT", f"/events/{AN_ID}", body()).json()["etag"]
    assert first != second
    told = None if method == "DELETE" else body(FRIDAY)

    assert reason(caller.ask(method, f"/events/{AN_ID}", told, etag=first)) == (
        412,
        "conditionNotMet",
    )
    assert google.events_of(CALENDAR)[0]["etag"] == second
    assert caller.ask(method, f"/events/{AN_ID}", told, etag=second).status_code in (200, 204)


def test_deleting_again_is_410_and_what_never_was_404(caller: Caller) -> None:
    caller.insert(id=AN_ID)
    deleted = caller.ask("DELETE", f"/events/{AN_ID}")

    assert (deleted.status_code, deleted.content) == (204, b"")
    assert reason(caller.ask("DELETE", f"/events/{AN_ID}")) == (410, "deleted")
    assert reason(caller.ask("DELETE", "/events/never0there")) == (404, "notFound")
    assert caller.ask("GET", f"/events/{AN_ID}").json()["status"] == "cancelled"


def test_guests_hear_of_it_unless_nobody_is_to(
    caller: Caller, google: GoogleCalendarSandbox
) -> None:
    guests: dict[str, Any] = {"attendees": [{"email": "sam@example.com"}]}

    caller.ask("POST", "/events", body(**guests), sendUpdates="none")
    assert google.mails == []
    caller.ask("POST", "/events", body(**guests), sendUpdates="all")
    assert [mail.to for mail in google.mails] == ["sam@example.com"]


# ---------------------------------------------------------------------- sharing


def test_sharing_sends_a_mail_unless_it_is_not_to(
    world: World, google: GoogleCalendarSandbox
) -> None:
    token = google.keep_token(
        "rosa",
        "https://www.googleapis.com/auth/calendar.acls",
        lasts=timedelta(hours=1),
        refreshable=False,
    )
    caller = Caller(world, token.access)
    rule = {"role": "reader", "scope": {"type": "user", "value": "ada@example.com"}}

    caller.ask("POST", "/acl", rule, sendNotifications="false")
    assert google.mails == []
    assert caller.ask("POST", "/acl", rule).json()["id"] == "user:ada@example.com"
    assert [mail.to for mail in google.mails] == ["ada@example.com"]

    assert caller.ask("DELETE", "/acl/user:ada@example.com").status_code == 204
    assert reason(caller.ask("DELETE", "/acl/user:ada@example.com")) == (404, "notFound")
    last_owner = caller.ask("DELETE", "/acl/user:rosa@example.com")
    assert last_owner.status_code == 403
    assert reason(caller.ask("GET", "/events")) == (403, "insufficientPermissions")


def test_events_give_no_right_to_ask_for_the_calendar_or_its_rules(caller: Caller) -> None:
    for path in ("", "/acl"):
        assert reason(caller.ask("GET", path)) == (403, "insufficientPermissions")


# ------------------------------------------------------------------- what is kept


def test_everything_survives_a_restart(tmp_path: Path) -> None:
    with World(keep=tmp_path) as before:
        key = before["google_calendar"].grant("rota")
        caller = Caller.of(before)
        caller.calendar_id = SUPPORT
        caller.insert(id=AN_ID)
        shown = before.of(GoogleCalendarSandbox).calendars
    with World(keep=tmp_path) as after:
        sandbox = after.of(GoogleCalendarSandbox)
        assert sandbox.calendars == shown
        assert sandbox.writes == before.of(GoogleCalendarSandbox).writes
        assert sandbox.account.private_key in key["service_account"].replace("\\n", "\n")
        again = Caller(after, caller.token, SUPPORT)
        assert again.ask("GET", f"/events/{AN_ID}").json()["id"] == AN_ID


def test_the_state_page_shows_calendars_and_no_secret(
    world: World, caller: Caller, google: GoogleCalendarSandbox
) -> None:
    world["google_calendar"].grant("rota")

    page = requests.get(f"{world.url}/state", timeout=5).text
    plain = requests.get(f"{world.url}/state.json", timeout=5).text

    for text in (page, plain):
        assert "David is on support today with Theo assisting" in text
        assert SUPPORT in text
        assert caller.token not in text
        assert "PRIVATE KEY" not in text


# --------------------------------------------------------------- what may happen


def published(caller: Caller, google: GoogleCalendarSandbox) -> dict[str, Any]:
    tomorrow = google.now().date() + DAY
    row: dict[str, Any] = caller.ask("POST", "/events", body(tomorrow, id=AN_ID)).json()
    return row


def test_somebody_moves_retitles_copies_or_deletes_what_is_published(
    caller: Caller, google: GoogleCalendarSandbox
) -> None:
    before = published(caller, google)
    with pytest.raises(LookupError, match="nothing called"):
        google.happen("vanished")

    google.happen("copied")
    (copy,) = [row for row in google.events_of(CALENDAR) if row["id"] != AN_ID]
    assert copy["extendedProperties"] == before["extendedProperties"]
    google.happen("retitled")
    google.happen("moved")
    after = google.calendars[CALENDAR].events[AN_ID]
    assert after["summary"] != before["summary"]
    assert after["start"] == {"date": (google.now().date() + 2 * DAY).isoformat()}
    assert after["etag"] != before["etag"]
    google.happen("deleted")
    assert [row["id"] for row in google.events_of(CALENDAR)] == [copy["id"]]


def test_nothing_happens_before_something_is_published(
    google: GoogleCalendarSandbox, world: World
) -> None:
    given = {"provider": "google_calendar", "name": "moved"}
    answer = requests.post(f"{world.url}/happen", json=given, timeout=5)
    assert answer.json() == {"error": "nothing to come was published yet"}


def test_timed_events_are_not_taken_for_published_ones(
    caller: Caller, google: GoogleCalendarSandbox
) -> None:
    tomorrow = google.now().date() + DAY
    caller.ask("POST", "/events", body() | timed(tomorrow, 9))
    with pytest.raises(LookupError, match="published"):
        google.happen("moved")
