"""Productive: what is asked, page by page, and what its stand-in's lists become."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from integrations.errors import (
    ReconnectError,
    RejectedError,
    UnexpectedError,
)
from integrations.productive.client import Owner, ProductiveClient
from integrations.productive.sandbox import ProductiveSandbox
from integrations.sandbox import Fault, World
from tests.integrations.misbehaving import Misbehaving
from tests.integrations.productive.rows import EVENT, MEMBERSHIP, at, client_with, every, listed, of

DAY = timedelta(days=1)
MONDAY = date(2026, 3, 2)
BEN, CLEO, EVE, GWEN, PAT = "302", "303", "305", "307", "314"
HOLIDAY, SICKNESS, OTHER_LEAVE, REMOTE_WORK = "501", "502", "503", "504"


def asked(world: World) -> list[dict[str, str]]:
    return [seen.query for seen in world.requests]


def overheard(world: World) -> list[Any]:
    """What the next request will be answered, as it went over the line."""
    answers: list[Any] = []

    def hear(answer: Any) -> Any:
        answers.append(answer)
        return answer

    world.faults.add(Fault("productive", "wrong_shape", change=hear))
    return answers


# -------------------------------------------------------------------- questions


def test_every_request_is_signed_for_one_organisation(
    productive: ProductiveClient, world: World
) -> None:
    productive.people()
    productive.delete_booking("1")
    for seen in world.requests:
        assert seen.headers["X-Auth-Token"] == "sandbox-productive-token"
        assert seen.headers["X-Organization-Id"] == "1"
        assert seen.headers["Accept"] == "application/vnd.api+json"
        assert seen.headers["Content-Type"] is None
    assert world.unknown == []


def test_people_are_the_active_ones_without_their_custom_fields(
    productive: ProductiveClient, world: World
) -> None:
    people = every(productive.people)
    assert asked(world) == [
        {
            "filter[status]": "1",
            "sort": "name",
            "fields[people]": "first_name,last_name,email,availabilities,deactivated_at",
            "page[number]": "1",
            "page[size]": "200",
        }
    ]
    assert [person.name for person in people] == sorted(person.name for person in people)
    assert [person.id for person in people if person.email == "hugo@example.org"] == ["309"]
    assert [person.id for person in people if not person.email] == ["313", "312"]
    assert "Ada.Okafor@Example.com" in {person.email for person in people}


def test_contracted_hours_come_with_people_and_salaries(productive: ProductiveClient) -> None:
    weeks = {person.id: person.weeks for person in every(productive.people)}
    assert weeks[EVE][0].hours == (7, 7, 7, 7, 3.5, 0, 0) * 2
    assert weeks["310"] == ()
    salaries = every(productive.salaries)
    [later, earlier] = [salary for salary in salaries if salary.person_id == GWEN]
    assert (earlier.hours[0], later.hours[0]) == (7, 6)
    assert later.end is None
    assert later.start is not None
    assert earlier.end == later.start - DAY
    assert {EVE, "310"}.isdisjoint(salary.person_id for salary in salaries)


def test_of_salaries_no_money_is_even_asked_for(productive: ProductiveClient, world: World) -> None:
    answers = overheard(world)
    productive.salaries()
    assert asked(world) == [
        {
            "include": "person",
            "fields[salaries]": "started_on,ended_on,working_hours,person",
            "page[number]": "1",
            "page[size]": "200",
        }
    ]
    for row in answers[0]["data"]:
        assert row["attributes"].keys() == {"started_on", "ended_on", "working_hours"}


def test_categories_say_what_they_are(productive: ProductiveClient) -> None:
    events = {event.id: event for event in every(productive.events)}
    assert [event.name for event in events.values() if event.is_archived] == ["Old leave"]
    assert [event.name for event in events.values() if event.is_limited] == ["Holiday"]
    assert events[REMOTE_WORK].absence_type == "remote_work"
    assert not events[REMOTE_WORK].half_days
    assert events[OTHER_LEAVE].absence_type == "time_off"
    assert events[OTHER_LEAVE].half_days


def test_bookings_are_asked_for_without_what_is_private(
    productive: ProductiveClient, world: World
) -> None:
    answers = overheard(world)
    productive.bookings(event_ids=[HOLIDAY, SICKNESS], person_ids=(BEN, CLEO), after=MONDAY)
    fields = "started_on,ended_on,time,booking_method_id,approved,rejected,canceled,draft"
    assert asked(world) == [
        {
            "include": "person,event",
            "fields[bookings]": f"{fields},person,event",
            "sort": "started_on",
            "page[number]": "1",
            "page[size]": "200",
            "filter[event_id]": f"{HOLIDAY},{SICKNESS}",
            "filter[person_id]": f"{BEN},{CLEO}",
            "filter[after]": "2026-03-02",
        }
    ]
    assert answers[0]["data"]
    for row in answers[0]["data"]:
        assert row["attributes"].keys() == set(fields.split(","))
        assert row["relationships"].keys() == {"person", "event"}


def test_bookings_of_some_people_and_categories(productive: ProductiveClient) -> None:
    found = productive.bookings(event_ids=[HOLIDAY, SICKNESS], person_ids=[BEN, CLEO]).rows
    assert {booking.person_id for booking in found} == {BEN, CLEO}
    assert {booking.event_id for booking in found} == {HOLIDAY, SICKNESS}
    both = [booking for booking in found if booking.person_id == BEN and booking.start > _today()]
    assert len(both) == 2
    assert both[0].model_copy(update={"id": both[1].id}) == both[1]


def _today() -> date:
    return datetime.now(UTC).date()


def test_all_bookings_are_there_in_whatever_shape(productive: ProductiveClient) -> None:
    found = every(productive.bookings)
    assert [booking.start for booking in found] == sorted(booking.start for booking in found)
    assert PAT not in {booking.person_id for booking in found}
    assert sum(not booking.is_live for booking in found) == 2
    assert sum(booking.event_id is None for booking in found) == 4
    foreign = [booking for booking in found if booking.minutes is None]
    assert len(foreign) == 3
    assert {booking.minutes for booking in found if booking.minutes} == {210, 360, 420, 450}


@pytest.mark.parametrize("after", ["inclusive", "exclusive"])
def test_a_day_more_finds_the_same_whichever_edge_it_is(
    after: str, productive: ProductiveClient, sandbox: ProductiveSandbox
) -> None:
    sandbox.switches["after"] = after
    for number in range(5):
        sandbox.add_booking(PAT, SICKNESS, MONDAY + number * DAY)
    found = productive.bookings(person_ids=[PAT], after=MONDAY + DAY).rows
    assert [booking.start.day for booking in found if booking.start >= MONDAY + 2 * DAY] == [
        4,
        5,
        6,
    ]


def test_what_is_hidden_unless_asked_for_is_not_alive_anyway(
    productive: ProductiveClient, sandbox: ProductiveSandbox
) -> None:
    listed = [booking for booking in every(productive.bookings) if booking.is_live]
    sandbox.switches["gone_rows"] = "hidden"
    assert every(productive.bookings) == listed


def test_one_booking_is_read_as_it_is_now(
    productive: ProductiveClient, sandbox: ProductiveSandbox
) -> None:
    held = sandbox.add_booking(BEN, OTHER_LEAVE, MONDAY, MONDAY + DAY)
    [there] = productive.bookings(event_ids=[OTHER_LEAVE], after=MONDAY, person_ids=[BEN]).rows[:1]
    assert productive.booking(held.id) == there
    sandbox.remove_booking(held.id)
    assert productive.booking(held.id) is None


# ------------------------------------------------------------------------ pages


def test_pages_are_followed_by_their_links_with_all_that_was_asked(
    productive: ProductiveClient, sandbox: ProductiveSandbox, world: World
) -> None:
    for number in range(401):
        sandbox.add_booking(PAT, SICKNESS, MONDAY + number * DAY)
    first = productive.bookings(event_ids=[SICKNESS], person_ids=[PAT], after=MONDAY)
    second = productive.bookings(first.next)
    third = productive.bookings(second.next)
    assert [len(page.rows) for page in (first, second, third)] == [200, 200, 1]
    assert [page.total for page in (first, second, third)] == [401, 401, 401]
    assert third.next is None
    assert {booking.person_id for booking in third.rows} == {PAT}
    numbers = [query.pop("page[number]") for query in asked(world)]
    assert numbers == ["1", "2", "3"]
    assert asked(world)[0] == asked(world)[1] == asked(world)[2]


def test_an_empty_list_is_one_empty_page(productive: ProductiveClient) -> None:
    page = productive.bookings(person_ids=[PAT])
    assert (page.rows, page.next, page.total) == ([], None, 0)


@pytest.mark.parametrize(
    "link",
    [
        "https://elsewhere.example/api/v2/events?page%5Bnumber%5D=2",
        "http://127.0.0.1:1/api/v2/events",
        "//elsewhere.example/api/v2/events",
        "ftp://127.0.0.1/api/v2/events",
    ],
)
def test_a_link_to_another_host_is_refused_and_nothing_is_sent_there(
    link: str, misbehaving: Misbehaving
) -> None:
    client = at(misbehaving, listed(EVENT, links={"next": link}))
    with pytest.raises(UnexpectedError, match="another host"):
        client.events()
    assert len(misbehaving.seen) == 1
    if "://" in link:
        with pytest.raises(UnexpectedError, match="another host"):
            client.events(link)
    assert len(misbehaving.seen) == 1


def test_a_link_without_a_host_stays_here(misbehaving: Misbehaving) -> None:
    client = at(misbehaving, listed(EVENT, links={"next": "/api/v2/events?page=2"}))
    assert client.events().next == f"{misbehaving.url}/api/v2/events?page=2"


def test_a_list_may_leave_out_how_long_it_is(misbehaving: Misbehaving) -> None:
    page = at(misbehaving, {"data": [EVENT]}).events()
    assert (len(page.rows), page.next, page.total) == (1, None, None)


# -------------------------------------------------------------------- whose token


def test_the_owner_is_who_the_token_acts_as(world: World) -> None:
    assert of(world).owner() == Owner(person_id=PAT, organization="Example Ltd")
    assert of(world, "limited").owner() == Owner(person_id=BEN, organization="Example Ltd")
    assert len(world.requests) == 2


def test_a_token_of_another_organisation_belongs_to_nobody_here(world: World) -> None:
    keys = world["productive"].grant("admin") | {"organization_id": "77"}
    client = client_with(keys, url=world.url)
    with pytest.raises(ReconnectError, match="belongs to nobody in organisation 77"):
        client.owner()
    with pytest.raises(ReconnectError, match="no person"):
        client.people()


def test_a_membership_without_a_person_is_nobodys(misbehaving: Misbehaving) -> None:
    row = {**MEMBERSHIP, "relationships": {**MEMBERSHIP["relationships"], "person": {"data": None}}}
    with pytest.raises(ReconnectError, match="belongs to nobody"):
        at(misbehaving, listed(row)).owner()


def test_a_small_token_sees_its_owners_bookings_alone_and_is_told_nothing(world: World) -> None:
    small = of(world, "limited")
    assert {booking.person_id for booking in every(small.bookings)} == {BEN}
    assert len(every(small.people)) == len(every(of(world).people))
    with pytest.raises(RejectedError, match="not authorized"):
        small.salaries()


def test_a_token_of_great_promise_may_be_blind_too(
    productive: ProductiveClient, sandbox: ProductiveSandbox
) -> None:
    sandbox.switches["token"] = "limited"
    assert every(productive.bookings) == []
    assert productive.owner().person_id == PAT


@pytest.mark.parametrize(("shown", "whose"), [("empty", set()), ("own", {PAT})])
def test_salaries_may_be_missing_without_a_word(
    shown: str, whose: set[str], productive: ProductiveClient, sandbox: ProductiveSandbox
) -> None:
    sandbox.switches["salaries"] = shown
    assert {salary.person_id for salary in every(productive.salaries)} == whose


def test_contracted_hours_may_be_hidden(
    productive: ProductiveClient, sandbox: ProductiveSandbox
) -> None:
    sandbox.switches["availabilities"] = "null"
    assert {person.weeks for person in every(productive.people)} == {()}
