"""Every request of the client, held against the description of the API that Google publishes."""

import json
import re
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any
from urllib.parse import parse_qsl

import pytest

from integrations.errors import RejectedError
from integrations.google_calendar import api
from integrations.google_calendar.client import GoogleCalendarClient
from integrations.google_calendar.sandbox import GoogleCalendarSandbox
from integrations.google_calendar.sandbox_answers import mask_of as selection
from integrations.google_calendar.sandbox_seed import TEAM_ROLES, UNSHARED
from integrations.sandbox import Seen, World
from tests.integrations.google_calendar.calls import AN_ID, FRIDAY, MONDAY, body, client_with

Schema = Mapping[str, Any]
DOCUMENT: Schema = json.loads(
    resources.files("googleapiclient.discovery_cache.documents")
    .joinpath("calendar.v3.json")
    .read_text()
)
BASE = "/calendar/v3/"
WRITES = ("POST", "PUT", "PATCH", "DELETE")


def methods() -> Iterator[tuple[str, Schema]]:
    for name, resource in DOCUMENT["resources"].items():
        for method, described in resource["methods"].items():
            yield f"{name}.{method}", described


def described(seen: Seen) -> tuple[str, Schema]:
    """The one method whose verb and path these are; plain paths come before those with a part."""
    for name, method in methods():
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(method["path"]))
        path = seen.path.removeprefix(BASE)
        if method["httpMethod"] == seen.method and re.fullmatch(pattern, path):
            return name, method
    raise AssertionError(f"there is no {seen.method} {seen.path}")


def schema_of(reference: Schema) -> Schema:
    name = reference.get("$ref")
    return schema_of(DOCUMENT["schemas"][name]) if name else reference


def unknown_keys(told: Any, reference: Schema, *, at: str = "") -> list[str]:
    """Where a body says what the schema does not have; properties of one's own may be any."""
    schema = schema_of(reference)
    if isinstance(told, list):
        return [key for each in told for key in unknown_keys(each, schema["items"], at=f"{at}[]")]
    if not isinstance(told, dict):
        return []
    known, others = schema.get("properties", {}), schema.get("additionalProperties")
    found = []
    for name, value in told.items():
        where = f"{at}.{name}"
        described_as = known.get(name, others)
        found += unknown_keys(value, described_as, at=where) if described_as else [where]
    return found


def unknown_fields(mask: Mapping[str, Any], reference: Schema, *, at: str = "") -> list[str]:
    schema = schema_of(reference)
    schema = schema_of(schema["items"]) if schema.get("type") == "array" else schema
    found = []
    for name, inner in mask.items():
        field = schema.get("properties", {}).get(name)
        where = f"{at}.{name}"
        if field is None:
            found.append(where)
        elif inner:
            found += unknown_fields(inner, field, at=where)
    return found


@pytest.fixture
def everything_asked(
    google: GoogleCalendarClient, sandbox: GoogleCalendarSandbox, world: World
) -> list[Seen]:
    """Each method of the client once, over more than one page; the requests that came of it."""
    sandbox.switches["largest_page"] = 1
    sandbox.add_event(TEAM_ROLES, **body())
    google.whose()
    google.calendar(TEAM_ROLES)
    with pytest.raises(Exception, match="share the calendar"):
        google.calendar(UNSHARED)
    made = google.insert(TEAM_ROLES, AN_ID, body(description="See the board.", status="confirmed"))
    first = google.events(TEAM_ROLES, start=MONDAY, end=FRIDAY)
    google.events(TEAM_ROLES, page=first.next, start=MONDAY, end=FRIDAY)
    google.event(TEAM_ROLES, AN_ID)
    made = google.update(TEAM_ROLES, AN_ID, body(FRIDAY), etag=made.etag)
    google.delete(TEAM_ROLES, AN_ID, etag=made.etag)
    rule = google.insert_rule(TEAM_ROLES, "ada@example.com", "reader")
    google.rules(TEAM_ROLES, google.rules(TEAM_ROLES).next)
    google.delete_rule(TEAM_ROLES, rule.id)
    return [seen for seen in world.requests if seen.path.startswith(BASE)]


def test_every_request_is_one_that_the_api_has(everything_asked: list[Seen]) -> None:
    names = {described(seen)[0] for seen in everything_asked}
    assert names == {
        "acl.delete",
        "acl.insert",
        "acl.list",
        "events.delete",
        "events.get",
        "events.insert",
        "events.list",
        "events.update",
    }


def test_every_parameter_is_known_and_of_its_kind(everything_asked: list[Seen]) -> None:
    for seen in everything_asked:
        name, method = described(seen)
        known = DOCUMENT["parameters"] | method["parameters"]
        assert seen.query.keys() <= known.keys(), name
        for parameter, value in seen.query.items():
            allowed = known[parameter].get("enum")
            assert allowed is None or value in allowed, (name, parameter)
            if "maximum" in known[parameter]:
                assert int(value) <= int(known[parameter]["maximum"])


def test_every_body_says_only_what_its_schema_has(everything_asked: list[Seen]) -> None:
    checked = 0
    for seen in everything_asked:
        name, method = described(seen)
        assert bool(seen.body) == ("request" in method), name
        if seen.body:
            assert unknown_keys(json.loads(seen.body), method["request"]) == [], name
            checked += 1
    assert checked == 3


def test_every_field_that_is_asked_for_is_answered(everything_asked: list[Seen]) -> None:
    for seen in everything_asked:
        name, method = described(seen)
        fields = seen.query.get("fields", "")
        assert bool(fields) == ("response" in method), name
        assert unknown_fields(selection(fields) if fields else {}, method.get("response", {})) == []


def test_every_request_has_the_right_that_it_takes_and_no_wider_one(
    everything_asked: list[Seen], sandbox: GoogleCalendarSandbox
) -> None:
    for seen in everything_asked:
        name, method = described(seen)
        token = sandbox.token_for(seen.headers["Authorization"].removeprefix("Bearer "))
        assert token is not None
        assert token.scope in method["scopes"], name
        assert token.scope.rsplit("/", 1)[-1] in ("calendar.events", "calendar.acls")


def test_every_write_says_that_nobody_is_told(everything_asked: list[Seen]) -> None:
    for seen in everything_asked:
        _, method = described(seen)
        silent = {"sendUpdates": "none"} if "sendUpdates" in method["parameters"] else {}
        if not silent and "sendNotifications" in method["parameters"]:
            silent = {"sendNotifications": "false"}
        if seen.method in WRITES:
            assert silent.items() <= seen.query.items()


def test_what_the_api_does_not_have_is_not_even_built() -> None:
    with pytest.raises(TypeError, match="tellNobody"):
        api.asked("events", "delete", calendarId="c", eventId="e", tellNobody=True)
    with pytest.raises(TypeError, match="eventId"):
        api.asked("events", "delete", calendarId="c")
    with pytest.raises(AttributeError):
        api.asked("events", "obliterate", calendarId="c")


def test_the_check_would_notice_what_is_not_in_the_document() -> None:
    event = {"$ref": "Event"}
    wrong = body(remindme=False, start={"day": "2026-03-02"})
    assert unknown_keys(wrong, event) == [".start.day", ".remindme"]
    assert unknown_fields(selection("id,items(id,begin(date))"), {"$ref": "Events"}) == [
        ".id",
        ".items.begin",
    ]


def test_ids_with_odd_characters_stay_one_part_of_the_path(world: World) -> None:
    google = client_with(world, "rota")
    for odd in ("a/../b", "c?x=1", "c#x", "ü %2f"):
        with pytest.raises(Exception, match="share the calendar"):
            google.calendar(odd)
    assert all(seen.query.keys() == {"maxResults", "fields", "alt"} for seen in _asked(world))


def _asked(world: World) -> list[Seen]:
    return [seen for seen in world.requests if seen.path.startswith(BASE)]


@pytest.mark.parametrize("dots", [".", ".."])
def test_no_id_leads_up_to_something_else(
    dots: str, google: GoogleCalendarClient, world: World
) -> None:
    with pytest.raises(RejectedError, match="this is no id"):
        google.delete(TEAM_ROLES, dots, etag='"1"')
    with pytest.raises(RejectedError, match="this is no id"):
        google.delete_rule(TEAM_ROLES, dots)
    assert world.requests == []


def test_a_plus_in_a_time_or_a_name_is_not_taken_for_a_blank() -> None:
    request = api.asked("events", "list", calendarId="a+b@example.com", timeMin="2026+01")
    assert "a%2Bb%40example.com" in request.path
    assert dict(parse_qsl(request.path.partition("?")[2]))["timeMin"] == "2026+01"
