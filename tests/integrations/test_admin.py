"""The admin of connections: typed in, tried out, saved, and never shown again."""

from typing import Any

import pytest
from django import forms
from django.test import Client as Browser
from django.utils import timezone

from integrations import connections, parting
from integrations import provider as providers
from integrations.client import Client, Credentials, Gate
from integrations.models import Connection, Pace
from integrations.open_humans.client import OpenHumansClient
from integrations.open_humans.sandbox import OpenHumansSandbox
from integrations.provider import Provider
from integrations.sandbox import Fault, World
from tests.integrations.owners import connected, stored, user

pytestmark = pytest.mark.django_db(transaction=True)
ADD = "/admin/integrations/connection/add/"


class KeyForm(forms.Form):
    access_token = forms.CharField(widget=forms.PasswordInput, label="API key")
    organization_id = forms.CharField(required=False)

    def clean_access_token(self) -> str:
        token: str = self.cleaned_data["access_token"]
        if " " in token:
            raise forms.ValidationError("A key has no blanks.")
        return token


class Keyed(Provider):
    """A provider with a typed key, played by the stand-in of Open Humans."""

    slug = "keyed"
    name = "Keyed"
    words = "Made up."
    default_base_url = "https://www.keyed.example"
    hosts = ("eu.keyed.example",)
    credentials_form = KeyForm

    def client(self, credentials: Credentials, *, base_url: str, gate: Gate) -> Client:
        return OpenHumansClient(credentials, base_url=base_url, gate=gate)

    def check(self, client: Client) -> str:
        assert isinstance(client, OpenHumansClient)
        return client.member().project_member_id


@pytest.fixture(autouse=True)
def keyed(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {**providers.providers(), "keyed": Keyed()}
    monkeypatch.setattr(providers, "providers", lambda: known)


@pytest.fixture
def staff() -> Browser:
    browser = Browser()
    browser.force_login(user("boss", is_staff=True, is_superuser=True))
    return browser


@pytest.fixture
def token(world: World) -> str:
    return str(world["open_humans"].grant("ben")["access_token"])


def filled(token: str, **more: str) -> dict[str, str]:
    usual = {"name": "team-keyed", "owner": "", "base_url": "", "enabled": "on"}
    typed = {"credentials_access_token": token, "credentials_organization_id": ""}
    return {**usual, **typed, **more}


def add(staff: Browser, token: str, **more: str) -> str:
    answer = staff.post(f"{ADD}?provider=keyed", filled(token, **more), follow=True)
    return answer.content.decode()


def change(staff: Browser, connection: Connection, **values: str) -> str:
    address = f"/admin/integrations/connection/{connection.pk}/change/"
    answer = staff.post(address, filled("", **{"name": connection.name, **values}), follow=True)
    return answer.content.decode()


# ----------------------------------------------------------------------- adding


def test_the_provider_is_chosen_first_and_who_signs_in_is_not_offered(staff: Browser) -> None:
    page = staff.get(ADD).content.decode()
    assert "?provider=keyed" in page
    assert "?provider=open_humans" not in page
    assert "signing in on the site" in page
    assert "?provider=keyed" in staff.get(f"{ADD}?provider=open_humans").content.decode()


def test_a_key_is_tried_out_saved_and_never_shown(staff: Browser, token: str, world: World) -> None:
    page = add(staff, token)
    connection = Connection.objects.get()
    assert (connection.provider, connection.state) == ("keyed", "connected")
    assert stored(connection)["access_token"] == token
    assert len(world.requests) == 1
    pages = [page]
    for address in ("", f"{connection.pk}/change/", f"{connection.pk}/history/"):
        pages.append(staff.get(f"/admin/integrations/connection/{address}").content.decode())
    assert not any(token in each for each in pages)


def test_a_key_that_does_not_work_is_not_saved(staff: Browser, world: World) -> None:
    page = add(staff, "wrong-key-of-mine")
    assert "This was tried out and does not work" in page
    assert "wrong-key-of-mine" not in page
    assert not Connection.objects.exists()


def test_a_provider_out_of_order_leaves_it_for_later(
    staff: Browser, token: str, world: World
) -> None:
    world.faults.add(Fault("open_humans", "500"))
    assert "does not work" in add(staff, token)
    assert not Connection.objects.exists()


def test_what_the_providers_form_refuses_is_not_even_tried(staff: Browser, world: World) -> None:
    assert "A key has no blanks." in add(staff, "two words")
    assert world.requests == []


@pytest.mark.parametrize(
    "address",
    ["https://evil.example", "http://www.keyed.example", "https://www.keyed.example@evil.example"],
)
def test_a_key_is_sent_to_the_providers_own_hosts_only(
    address: str, staff: Browser, token: str, world: World
) -> None:
    assert "not an address of Keyed" in add(staff, token, base_url=address)
    assert not Connection.objects.exists()
    assert world.requests == []


def test_which_addresses_are_a_providers_own() -> None:
    spec = providers.get("keyed")
    own = ["https://www.keyed.example", "https://eu.keyed.example/v1", "http://127.0.0.1:9001"]
    assert all(spec.may_be_at(address) for address in [*own, "http://[::1]:9001"])
    others = ["https://keyed.example", "http://eu.keyed.example", "http://169.254.169.254", "", "x"]
    assert not any(spec.may_be_at(address) for address in others)


# --------------------------------------------------------------------- changing


def test_an_empty_key_leaves_the_old_one(staff: Browser, token: str) -> None:
    add(staff, token)
    connection = Connection.objects.get()
    change(staff, connection, name="renamed")
    connection.refresh_from_db()
    assert connection.name == "renamed"
    assert stored(connection)["access_token"] == token


def test_a_new_key_is_tried_out_and_heals(staff: Browser, token: str, world: World) -> None:
    add(staff, token)
    connection = Connection.objects.get()
    connections.needs_reconnect(connection, "refused", now=timezone.now())
    assert "does not work" in change(staff, connection, credentials_access_token="wrong-key")
    assert stored(connection)["access_token"] == token
    new = str(world["open_humans"].grant("ada")["access_token"])
    change(staff, connection, credentials_access_token=new)
    connection.refresh_from_db()
    assert (connection.state, stored(connection)["access_token"]) == ("connected", new)


def test_renaming_does_not_put_back_tokens_that_were_renewed_meanwhile(
    staff: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = connected(world)
    other = Connection.objects.get()
    save = Connection.save

    def late(self: Connection, *arguments: Any, **options: Any) -> None:
        connections.refresh(other, stored(other)["access_token"], since=other.connected_at)
        save(self, *arguments, **options)

    monkeypatch.setattr(Connection, "save", late)
    before = stored(connection)["access_token"]
    change(staff, connection, name="renamed")
    assert Connection.objects.get().name == "renamed"
    assert stored(connection)["access_token"] != before
    assert connections.check(Connection.objects.get(), now=timezone.now())


def test_a_members_own_connection_cannot_be_moved(staff: Browser, world: World) -> None:
    alice = user("alice")
    connection = connected(world, owner=alice)
    change(staff, connection, base_url=world.url, owner="")
    connection.refresh_from_db()
    assert (connection.base_url, connection.owner) == ("", alice)


def test_deleting_gives_the_tokens_back(staff: Browser, world: World) -> None:
    connection = connected(world)
    address = f"/admin/integrations/connection/{connection.pk}/delete/"
    staff.post(address, {"post": "yes"})
    assert not Connection.objects.exists()
    assert parting.wait()
    assert world.of(OpenHumansSandbox).tokens_of("ben") == []


def test_many_are_checked_at_once(staff: Browser, world: World) -> None:
    works, broken = connected(world), connected(world, person="ada")
    world.of(OpenHumansSandbox).revoke("ada")
    answer = staff.post(
        "/admin/integrations/connection/",
        {"action": "check_connections", "_selected_action": [works.pk, broken.pk]},
        follow=True,
    )
    page = answer.content.decode()
    assert "open_humans-ben works: member ben-example" in page
    assert "open_humans-ada: Open Humans: renewing the sign-in failed" in page


# ----------------------------------------------------------------------- others


def test_the_pace_can_be_looked_at_and_not_changed(staff: Browser) -> None:
    Pace.objects.create(key="rescuetime:7", free_at=timezone.now())
    assert "rescuetime:7" in staff.get("/admin/integrations/pace/").content.decode()
    assert staff.get("/admin/integrations/pace/add/").status_code == 403
    staff.post("/admin/integrations/pace/rescuetime_3A7/delete/", {"post": "yes"})
    assert Pace.objects.exists()


def test_members_and_staff_without_the_permission_see_none_of_it(world: World) -> None:
    connected(world)
    for visitor, status in ((user("alice"), 302), (user("staff", is_staff=True), 403)):
        browser = Browser()
        browser.force_login(visitor)
        assert browser.get("/admin/integrations/connection/").status_code == status
