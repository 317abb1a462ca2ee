"""The admin of syncs and people: what staff see, may change, and may start."""

from datetime import timedelta
from typing import Any

import pytest
from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from integrations.models import Connection
from tests.uploader.runs.shelf import Whole, shelf
from uploader import inline, kinds, runs, work
from uploader.models import Link, Notice, Run, Sync
from uploader.people import Address, Person

pytestmark = pytest.mark.django_db

SYNCS, PEOPLE, RUNS = "/admin/uploader/sync/", "/admin/uploader/person/", "/admin/uploader/run/"


class Options(forms.Form):
    since_days = forms.IntegerField(initial=90, min_value=1)
    quietly = forms.BooleanField(required=False)


class WithOptions(Whole):
    slug, name = "test_options", "A shelf with options"
    options_form = Options


class Members(Whole):
    slug, name = "test_members", "A shelf of one's own"
    for_members = True


class ShelfOptions(forms.Form):
    shelf = forms.CharField()


class OfAShelf(Whole):
    slug, name = "test_of_a_shelf", "What comes with a shelf"
    source = "breathe"
    source_is_optional = True
    options_form = ShelfOptions
    comes_with = "shelf"


class TakesLong(Whole):
    slug, name = "test_takes_long", "A shelf of ten thousand books"
    plans_long = True


class ToTheTeam(Whole):
    slug, name = "test_to_the_team", "A shelf with a target"
    target = "open_humans"


@pytest.fixture(autouse=True)
def kinds_of_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = {
        kind.slug: kind for kind in (WithOptions, Members, OfAShelf, TakesLong, ToTheTeam, Whole)
    }
    monkeypatch.setattr(kinds, "_kinds", ours)
    shelf.__init__()  # type: ignore[misc]


def staff(*permissions: str) -> Client:
    user = get_user_model().objects.create_user("sam", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    assert user.user_permissions.count() == len(permissions)
    client = Client()
    client.force_login(user)
    return client


def asked_to_run(client: Client, *syncs: Sync, **values: Any) -> Any:
    data = {"action": "run_now", "_selected_action": [sync.pk for sync in syncs], **values}
    return client.post(SYNCS, data, follow=True)


def own_fields(**values: Any) -> dict[str, Any]:
    return {"name": "leave", "mode": "review", "max_delete_share": "0.3", "enabled": "on", **values}


def test_a_new_sync_begins_with_its_kind_and_members_kinds_are_not_offered() -> None:
    page = staff("add_sync", "view_sync").get(f"{SYNCS}add/").content.decode()

    assert "?kind=test_options" in page
    assert "?kind=test_members" not in page
    assert "A shelf of one&#x27;s own" in page


def test_a_members_kind_cannot_be_added_by_naming_it() -> None:
    client = staff("add_sync", "view_sync")

    client.post(f"{SYNCS}add/?kind=test_members", own_fields())

    assert not Sync.objects.exists()


def test_what_comes_with_something_else_is_set_up_there_and_keeps_its_name() -> None:
    client = staff("add_sync", "view_sync", "change_sync")
    page = client.get(f"{SYNCS}add/").content.decode()
    assert "?kind=test_of_a_shelf" not in page
    assert "What comes with a shelf" in page
    client.post(f"{SYNCS}add/?kind=test_of_a_shelf", own_fields(options_shelf="one"))
    assert not Sync.objects.exists()

    options = {"shelf": "one"}
    sync = Sync.objects.create(name="one-books", kind="test_of_a_shelf", options=options)
    typed = own_fields(name="another", options_shelf="two", mode="automatic")
    client.post(f"{SYNCS}{sync.pk}/change/", typed)

    sync.refresh_from_db()
    assert (sync.name, sync.options, sync.mode) == ("one-books", options, "automatic")


def test_options_are_those_of_the_kinds_own_form() -> None:
    client = staff("add_sync", "view_sync", "change_sync")
    address = f"{SYNCS}add/?kind=test_options"
    assert 'name="options_since_days" value="90"' in client.get(address).content.decode()

    wrong = client.post(address, own_fields(options_since_days="0"))
    assert "greater than or equal to 1" in wrong.content.decode()
    assert not Sync.objects.exists()

    values = own_fields(options_since_days="30", options_quietly="on", every="1 00:00:00")
    client.post(address, values)
    sync = Sync.objects.get()
    assert (sync.kind, sync.options) == ("test_options", {"since_days": 30, "quietly": True})
    assert sync.every == timedelta(days=1)
    assert sync.next_run_at is not None

    page = client.get(f"{SYNCS}{sync.pk}/change/").content.decode()
    assert 'name="options_since_days" value="30"' in page


def test_only_the_teams_connections_to_the_right_provider_are_offered() -> None:
    owner = get_user_model().objects.create_user("ada")
    team = Connection.objects.create(name="team", provider="open_humans")
    other = Connection.objects.create(name="other", provider="rescuetime")
    adas = Connection.objects.create(name="adas", provider="open_humans", owner=owner)
    client = staff("add_sync", "view_sync")
    address = f"{SYNCS}add/?kind=test_to_the_team"

    page = client.get(address).content.decode()
    assert "team</option>" in page
    assert "adas</option>" not in page
    assert 'name="source"' not in page

    for wrong in (other, adas):
        client.post(address, own_fields(target=wrong.pk))
    assert not Sync.objects.exists()
    client.post(address, own_fields(target=team.pk))
    assert Sync.objects.get().target == team


def test_run_now_asks_first_then_shows_what_would_change_then_starts() -> None:
    sync = Sync.objects.create(name="shelf", kind="test_whole")
    shelf.wanted = {"a": "new"}
    client = staff("view_sync", "run_sync", "view_run")

    asked = asked_to_run(client, sync).content.decode()
    assert "Run now?" in asked
    assert not Run.objects.exists()

    looked = asked_to_run(client, sync, how="look").content.decode()
    assert "book a" in looked
    assert not Run.objects.exists()
    assert shelf.books == {}

    begun = asked_to_run(client, sync, how="apply")
    run = Run.objects.get()
    assert f'<a href="{run.get_absolute_url()}">' in begun.content.decode()
    assert (run.status, run.params, run.by and run.by.get_username()) == (
        "queued",
        {"apply": True},
        "sam",
    )
    work.carry_out(run.pk, run.claim, work.Manner(clock=timezone.now))
    assert shelf.books == {"a": "new"}


def test_what_takes_long_is_planned_by_a_run_and_not_while_the_page_waits() -> None:
    long = Sync.objects.create(name="long", kind="test_takes_long", mode="automatic")
    quick = Sync.objects.create(name="quick", kind="test_whole")
    shelf.wanted = {"a": "new"}
    shelf.troubles = [AssertionError("planned by the page")]
    client = staff("view_sync", "run_sync", "view_run")

    alone = asked_to_run(client, long, how="look").content.decode()
    run = Run.objects.get()
    assert f'<a href="{run.get_absolute_url()}">' in alone
    assert shelf.troubles.pop()
    both = asked_to_run(client, long, quick, how="look").content.decode()
    assert "A run of long is open already" in both
    assert "book a" in both

    work.carry_out(run.pk, run.claim, work.Manner(clock=timezone.now))
    run.refresh_from_db()
    assert (run.status, shelf.books) == ("needs_review", {})


def test_an_open_run_is_not_doubled_and_a_disabled_sync_is_not_started() -> None:
    busy = Sync.objects.create(name="busy", kind="test_whole")
    off = Sync.objects.create(name="off", kind="test_whole", enabled=False)
    runs.start(busy, trigger="schedule", now=timezone.now())

    page = asked_to_run(staff("view_sync", "run_sync"), busy, off, how="apply").content.decode()

    assert "A run of busy is open already" in page
    assert "The sync off is disabled." in page
    assert Run.objects.count() == 1


def test_without_the_permission_to_run_nothing_can_be_started() -> None:
    sync = Sync.objects.create(name="shelf", kind="test_whole")

    asked_to_run(staff("view_sync", "change_sync"), sync, how="apply")

    assert not Run.objects.exists()


def test_a_run_shows_its_changes_and_nobody_can_write_there() -> None:
    sync = Sync.objects.create(name="shelf", kind="test_whole")
    shelf.wanted = {"a": "new"}
    manner = work.Manner(clock=timezone.now)
    run = inline.carry_out_now(sync, params={"apply": True}, manner=manner)
    admin = get_user_model().objects.create_superuser("root")
    client = Client()
    client.force_login(admin)

    page = client.get(f"{RUNS}{run.pk}/change/").content.decode()

    assert "book a" in page
    assert 'name="_save"' not in page
    assert client.post(f"{RUNS}{run.pk}/change/", {"status": "failed"}).status_code == 403
    assert client.get(f"{RUNS}add/").status_code == 403
    assert client.post(f"{RUNS}{run.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(
    "page", ["sync", "run", "person", "link", "notice", "sync/?q=shelf", "person/add"]
)
def test_every_list_opens_with_few_questions_to_the_database(
    page: str, django_assert_max_num_queries: Any
) -> None:
    now = timezone.now()
    for n in range(15):
        person = Person.objects.create(name=f"Person {n}")
        target = Connection.objects.create(name=f"c{n}", provider="open_humans")
        sync = Sync.objects.create(name=f"shelf-{n}", kind="test_whole", target=target)
        runs.start(sync, trigger="schedule", now=now)
        Link.objects.create(sync=sync, key="a", ref="1")
        Notice.objects.create(key=f"n{n}", person=person, channel="slack", due_at=now)
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("root"))

    with django_assert_max_num_queries(12):
        answer = client.get(f"/admin/uploader/{page}", follow=True)

    assert answer.status_code == 200
    assert "Lockstep" in answer.content.decode()


def test_an_address_in_capitals_is_seen_to_be_taken() -> None:
    ada = Person.objects.create(name="Ada")
    Address.objects.create(person=ada, email="ada@example.org")
    client = staff("add_person", "view_person", "add_address", "view_address")
    inline_form = {
        "addresses-TOTAL_FORMS": "1",
        "addresses-INITIAL_FORMS": "0",
        "addresses-0-email": "ADA@Example.org",
        "addresses-0-enabled": "on",
    }

    page = client.post(f"{PEOPLE}add/", {"name": "Eve", "timezone": "UTC", **inline_form})

    assert "already exists" in page.content.decode()
    assert not Person.objects.filter(name="Eve").exists()
