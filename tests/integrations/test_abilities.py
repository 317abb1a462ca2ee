"""What a connection may and may not do: found out when it is checked, and told without asking."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from integrations import abilities, connections
from integrations.models import Connection
from integrations.sandbox import Fault, World
from tests.integrations.owners import connected
from tests.pages.people import signed_in
from tests.pages.visitor import words_of

pytestmark = pytest.mark.django_db(transaction=True)

CANNOT = "It may not change stand-ups that somebody else owns."


@pytest.fixture
def checked(world: World) -> Connection:
    """The team's, with the key of somebody who is no admin at Geekbot."""
    connection = connected(world, provider="geekbot", person="member")
    connections.check(connection, now=timezone.now())
    return connection


def staff(*permissions: str) -> Client:
    user: Any = get_user_model().objects.create_user("sam", is_staff=True)
    for codename in permissions:
        of_ours = Permission.objects.filter(content_type__app_label="integrations")
        user.user_permissions.add(of_ours.get(codename=codename))
    return signed_in(user)


def told(connection: Connection) -> list[str]:
    connection.refresh_from_db()
    return [abilities.in_words(each) for each in abilities.known(connection)]


def test_what_a_key_may_is_known_once_it_is_checked(world: World) -> None:
    connection = connected(world, provider="geekbot", person="member")
    assert told(connection) == []

    connections.check(connection, now=timezone.now())

    assert any(words.startswith(CANNOT) for words in told(connection))
    assert any(words.startswith("It may create stand-ups") for words in told(connection))


def test_the_page_tells_it_to_staff_without_asking_anybody(
    world: World, checked: Connection
) -> None:
    before = len(world.requests)

    words = words_of(staff("view_connection").get("/connections/"))

    assert CANNOT in words
    assert "Make Hedy" in words
    assert "What it may do Create stand-ups" in words
    assert len(world.requests) == before


def test_staff_who_may_not_look_at_connections_are_told_nothing(checked: Connection) -> None:
    words = words_of(staff().get("/connections/"))

    assert CANNOT not in words
    assert "geekbot-member" not in words


def test_nobody_is_told_a_key(checked: Connection) -> None:
    key = checked.credentials.open()["api_key"]

    assert key not in str(checked.facts)
    assert key not in staff("view_connection").get("/connections/").content.decode()


def test_the_admin_tells_it_at_the_connection(checked: Connection) -> None:
    page = staff("view_connection").get(f"/admin/integrations/connection/{checked.pk}/change/")

    assert CANNOT in words_of(page)


def test_before_it_was_asked_the_admin_does_not_say_that_it_may_do_nothing(db: None) -> None:
    new = Connection.objects.create(name="geekbot-new", provider="geekbot")
    page = staff("view_connection").get(f"/admin/integrations/connection/{new.pk}/change/")

    assert "What it may do: not known to be limited" in words_of(page)


def test_what_was_refused_is_connected_again_where_its_key_is_typed_in(checked: Connection) -> None:
    Connection.objects.filter(pk=checked.pk).update(state="needs_reconnect", reason="Revoked.")
    change = f"/admin/integrations/connection/{checked.pk}/change/"
    page = staff("view_connection", "change_connection").get("/connections/").content.decode()
    assert f'<a href="{change}">Connect again</a>' in page


def test_the_command_tells_what_is_missing(checked: Connection, capsys: Any) -> None:
    call_command("check_connections", "geekbot-member")

    assert CANNOT in capsys.readouterr().out


def test_other_credentials_are_not_taken_for_these(world: World, checked: Connection) -> None:
    connected(world, provider="geekbot", person="member")
    assert told(checked) == []


def test_whoever_becomes_an_admin_may_more(world: World, checked: Connection) -> None:
    key = world["geekbot"].grant("admin")
    connections.keep(checked, key, by=None, now=timezone.now())
    assert told(checked) == []

    connections.check(checked, now=timezone.now())

    assert not [words for words in told(checked) if "may not" in words]


def test_what_was_known_stays_where_it_cannot_be_found_out_now(
    world: World, checked: Connection
) -> None:
    """The check works, and the question after it does not."""
    before = told(checked)
    world.faults.add(Fault("geekbot", "500", skip=1))

    assert connections.check(checked, now=timezone.now())

    assert told(checked) == before


def test_a_key_that_is_typed_in_is_tried_out_and_its_abilities_kept(world: World) -> None:
    root = signed_in(get_user_model().objects.create_superuser("root"))
    key = world["geekbot"].grant("member")["api_key"]

    root.post(
        "/admin/integrations/connection/add/?provider=geekbot",
        {"name": "our-geekbot", "credentials_api_key": key, "enabled": "on"},
    )

    assert any(words.startswith(CANNOT) for words in told(Connection.objects.get()))
