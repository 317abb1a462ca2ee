"""Following Breathe's Link header: to the next page, and with the key to nobody else."""

from typing import Any

import pytest

from integrations.breathe.client import BreatheClient
from integrations.errors import UnexpectedError
from integrations.sandbox import World
from tests.integrations.breathe.calls import EMPLOYEE, at, of
from tests.integrations.misbehaving import Misbehaving

PAGE_2 = "{url}/v1/employees?page=2&per_page=100"
BODY = {"employees": [EMPLOYEE]}


def next_of(misbehaving: Misbehaving, *headers: str) -> str | None:
    named = [header.replace("{url}", misbehaving.url) for header in headers]
    following = at(misbehaving, BODY, *named).employees().next
    return following and following.replace(misbehaving.url, "{url}")


@pytest.mark.parametrize(
    "header",
    [
        'Link: <{url}/v1/employees?page=22>; rel="last", <{url}/v1/employees?page=2>; rel="next"',
        'Link: <{url}/v1/employees?page=2>; rel="next", <{url}/v1/employees?page=22>; rel="last"',
        'link: <{url}/v1/employees?page=2&per_page=100>; rel="next"',
        'LINK: <{url}/v1/employees?page=2>;rel="next"',
        "Link: <{url}/v1/employees?page=2>; rel=next",
        'Link: <{url}/v1/employees?page=2> ; REL = "NEXT"',
        'Link: < {url}/v1/employees?page=2 >; rel="next"',
        'Link: <{url}/v1/employees?page=2>; title="to the next; page, or so"; rel="next"',
        'Link: <{url}/v1/employees?page=2>; rel="next"; title="a=b"',
        'Link: <{url}/v1/employees?page=2>; rel="last next"',
        'Link: <{url}/?page=9>; title="; rel=next"; rel=last,<{url}/v1/employees?page=2>;rel=next',
        'Link: </v1/employees?page=2>; rel="next"',
        'Link: <?page=2>; rel="next"',
        'Link: <{url}/v1/employees?per_page=25&page=2>; rel="next"',
        'Link: <{url}/v1/employees?page=2&per_page=100#rows>; rel="next"',
    ],
)
def test_the_next_page_is_found_however_the_header_is_written(
    header: str, misbehaving: Misbehaving
) -> None:
    assert next_of(misbehaving, header) == PAGE_2


def test_parameters_that_are_repeated_are_kept(misbehaving: Misbehaving) -> None:
    header = 'Link: <{url}/v1/employees?filter=&a=%26b&page=2>; rel="next"'
    assert next_of(misbehaving, header) == ("{url}/v1/employees?filter=&a=%26b&page=2&per_page=100")


@pytest.mark.parametrize(
    "headers",
    [
        (),
        ("Link:",),
        ('Link: <{url}/v1/employees?page=1>; rel="first", <{url}/v1/employees>; rel="prev"',),
        ('Link: <{url}/v1/employees?page=1>; rel="nextish"',),
        ('Link: <{url}/v1/employees?page=1>; rel="first"; title="next"',),
    ],
)
def test_without_a_next_link_this_is_the_end(
    headers: tuple[str, ...], misbehaving: Misbehaving
) -> None:
    assert next_of(misbehaving, *headers) is None


@pytest.mark.parametrize(
    "header",
    ["Link: nonsense", "Link: <{url}/v1/employees?page=2>", "Link: <", "Link: <>; rel"],
)
def test_a_link_header_that_cannot_be_read_is_not_taken_for_the_end(
    header: str, misbehaving: Misbehaving
) -> None:
    with pytest.raises(UnexpectedError, match="Link"):
        next_of(misbehaving, header)


def test_a_page_that_leads_to_itself_is_not_followed_for_ever(misbehaving: Misbehaving) -> None:
    for target in ("{url}/v1/employees?per_page=100", "{url}/v1/employees", ""):
        with pytest.raises(UnexpectedError, match="come to an end"):
            next_of(misbehaving, f'Link: <{target}>; rel="next"')


@pytest.mark.parametrize(
    ("header", "total"),
    [
        ("Total: 2137", 2137),
        ("total: 0", 0),
        ("Total:  7 ", 7),
        ("Total: many", None),
        ("Total: -1", None),
        ("Total: 1.5", None),
        ("Total: ²", None),
        (f"Total: {'9' * 5000}", None),
        ("Total:", None),
        ("Per-Page: 100", None),
    ],
)
def test_the_total_is_a_number_or_none(
    header: str, total: int | None, misbehaving: Misbehaving
) -> None:
    assert at(misbehaving, BODY, header).employees().total == total


# ------------------------------------------------------------------- elsewhere

ELSEWHERE = [
    "https://elsewhere.example/v1/employees?page=2",
    "//elsewhere.example/v1/employees?page=2",
    "https://{host}/v1/employees?page=2",  # another scheme
    "http://{host}.elsewhere.example/v1/employees?page=2",
    "http://{host}@elsewhere.example/v1/employees?page=2",
    "http://me@{host}/v1/employees?page=2",
    "http://127.0.0.1:1/v1/employees?page=2",  # another port
    "http://127.0.0.1/v1/employees?page=2",
    "http://[::1/v1/employees?page=2",  # no address at all
    "file:///etc/hostname",
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_a_link_to_anywhere_else_is_refused_when_its_page_is_read(
    target: str, misbehaving: Misbehaving
) -> None:
    named = target.replace("{host}", misbehaving.url.removeprefix("http://"))
    client = at(misbehaving, BODY, f'Link: <{named}>; rel="next"')
    with pytest.raises(UnexpectedError) as caught:
        client.employees()
    assert "elsewhere" not in str(caught.value)
    assert caught.value.__context__ is None
    assert len(misbehaving.seen) == 1


@pytest.mark.parametrize("target", [target for target in ELSEWHERE if "://" in target])
def test_an_address_anywhere_else_is_not_asked(target: str, world: World) -> None:
    client: Any = of(world)
    address = target.replace("{host}", world.url.removeprefix("http://"))
    for fetch in (client.employees, client.absences, client.sicknesses, client.courses):
        with pytest.raises(UnexpectedError):
            fetch(address)
    assert world.requests == []


def test_nothing_reaches_the_other_host(world: World, misbehaving: Misbehaving) -> None:
    """The other host is up, and would be glad to see the key."""
    client: BreatheClient = at(
        misbehaving, BODY, f'Link: <{world.url}/v1/employees?page=2>; rel="next"'
    )
    with pytest.raises(UnexpectedError, match="another host"):
        client.employees()
    assert world.requests == []
