"""The wizard for a sync of times: its keys, what it keeps to itself, and a Clockify in trouble."""

import logging
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.test import Client

from integrations.clockify.provider import REGIONS
from integrations.clockify.sandbox import ClockifySandbox
from integrations.clockify.sandbox_seed import KEYS
from integrations.models import Connection
from integrations.sandbox import Fault, World
from tests.pages.people import signed_in
from tests.pages.visitor import words_of
from tests.pages.walk import (
    NEEDED,
    PAGES,
    START,
    Places,
    client_called,
    keys,
    options,
    staff,
    with_keys,
    with_options,
    with_places,
)
from uploader.models import Run, Sync

pytestmark = pytest.mark.django_db(transaction=True)

SCRIPT = "<script>alert(1)</script>"


# -------------------------------------------------------------------------- keys


def test_a_wrong_key_is_told_and_not_kept(sam: Client) -> None:
    answer = sam.post(START, keys("made-up-1", "made-up-2"))

    assert "Clockify does not accept this key. Copy it again" in words_of(answer)
    assert not Connection.objects.exists()


def test_the_key_that_works_is_kept_when_the_other_does_not(sam: Client) -> None:
    words = words_of(sam.post(START, keys(target="made-up")))

    assert "is kept as the connection clockify-our-workspace" in words
    assert Connection.objects.get().owner is None
    assert sam.get(PAGES["workspaces"])["Location"] == START
    again = keys("", KEYS["customer"], **{"source-connection": "clockify-our-workspace"})
    assert sam.post(START, again)["Location"] == PAGES["workspaces"]


def test_a_key_that_is_kept_already_is_not_kept_twice(sam: Client) -> None:
    with_keys(sam)
    with_keys(sam)

    assert Connection.objects.count() == 2


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (keys("", "", **{"source-connection": ""}), "Type in a key here, or choose one"),
        (keys(**{"target-connection": "="}), "Either a new key, or one that is there"),
        (keys(**{"source-connection": "no-such"}), "Select a valid choice."),
        (keys(**{"source-name": "Two Words"}), "Small letters, digits, hyphens"),
        (keys(**{"source-name": "taken"}), "There is a connection “taken” already"),
        (keys("schlüssel-ключ"), "Clockify"),
    ],
)
def test_keys_that_cannot_be_are_told(sam: Client, given: dict[str, str], said: str) -> None:
    Connection.objects.create(name="taken", provider="productive")

    answer = sam.post(START, given)

    assert answer.status_code == 200
    assert said in words_of(answer)
    assert Connection.objects.get(name="taken").provider == "productive"


def test_a_key_for_another_subdomain_is_told_to_be_that(
    sam: Client, places: Places, clockify: ClockifySandbox
) -> None:
    with_keys(sam)
    places[1].subdomain = "customer"

    answer = sam.post(PAGES["workspaces"], {"source": places[0].id, "target": places[1].id})

    words = words_of(answer)
    assert "Clockify does not accept this key for “Customer's workspace”." in words
    assert "its own subdomain, or in a region, needs a key that was made there" in words
    state = Connection.objects.values_list("state", flat=True)
    assert set(state) == {"connected"}, "the key itself is good"


def test_a_connection_that_works_no_more_is_told(sam: Client, clockify: ClockifySandbox) -> None:
    with_keys(sam)
    clockify.revoke("ours")

    words = words_of(sam.get(PAGES["workspaces"]))

    assert "The connection clockify-our-workspace does not work." in words
    again = keys("", "", **{f"{side}-connection": name for side, name in two_connections().items()})
    assert "does not work" in words_of(sam.post(START, again))
    assert Connection.objects.get(name="clockify-our-workspace").state == "needs_reconnect"


def two_connections() -> dict[str, str]:
    return {"source": "clockify-our-workspace", "target": "clockify-customers-workspace"}


def test_members_connections_and_those_switched_off_are_not_offered(sam: Client) -> None:
    ben = get_user_model().objects.create_user("ben")
    Connection.objects.create(name="bens", provider="clockify", owner=ben)
    Connection.objects.create(name="off", provider="clockify", enabled=False)
    Connection.objects.create(name="of-others", provider="productive")

    page = words_of(sam.get(START))

    for name in ("bens", "off", "of-others"):
        assert name not in page
        chosen = keys("", "", **{"source-connection": name, "target-connection": name})
        assert "Select a valid choice." in words_of(sam.post(START, chosen))


def test_who_may_not_see_connections_is_shown_none_but_may_type_keys(
    clockify: ClockifySandbox,
) -> None:
    Connection.objects.create(name="secretive", provider="clockify")
    pat = signed_in(staff(*NEEDED, name="pat"))

    assert "secretive" not in words_of(pat.get(START))
    assert pat.post(START, keys())["Location"] == PAGES["workspaces"]


# ------------------------------------------------------------------------ regions


def test_at_a_stand_in_there_are_no_regions_to_choose(sam: Client) -> None:
    assert "source-region" not in sam.get(START).content.decode()
    sam.post(START, keys(**{"source-region": "euc1", "target-region": "https://evil.example"}))

    assert set(Connection.objects.values_list("base_url", flat=True)) == {""}


def test_regions_are_a_choice_and_never_an_address(sam: Client, settings: Any) -> None:
    settings.SANDBOX_URL = ""
    page = sam.get(START).content.decode()

    assert [f'value="{region}"' in page for region in ("global", *REGIONS)] == [True] * 5
    for region in ("https://evil.example/api/v1", "evil", "developer"):
        answer = sam.post(START, keys(**{"source-region": region, "target-region": region}))
        assert words_of(answer).count("Select a valid choice.") == 2
    assert not Connection.objects.exists()


# ------------------------------------------------------------- a Clockify in trouble


@pytest.mark.parametrize("kind", ["502", "429", "html200", "cut", "500"])
def test_a_clockify_that_does_not_answer_is_a_sentence_and_another_try(
    kind: str, sam: Client, places: Places, world: World
) -> None:
    with_options(sam, places)
    for name in ("workspaces", "client", "options"):
        world.faults.add(Fault("clockify", kind, times=None))

        answer = sam.get(PAGES[name])

        assert answer.status_code == 200
        words = words_of(answer)
        assert "Clockify" in words
        assert "Try again" in words
        world.faults.clear()


@pytest.mark.parametrize("path", [START, PAGES["workspaces"], PAGES["client"]])
def test_trouble_while_something_is_sent_is_a_sentence_too(
    path: str, sam: Client, places: Places, world: World
) -> None:
    with_options(sam, places)
    given = {
        START: keys("a-new-one", "another"),
        PAGES["workspaces"]: {"source": places[0].id, "target": places[1].id},
        PAGES["client"]: {"client": client_called("Internal", sam)},
    }
    world.faults.add(Fault("clockify", "502", times=None))

    answer = sam.post(path, given[path])

    assert answer.status_code == 200
    assert "Clockify is busy or has a fault." in words_of(answer)


# -------------------------------------------------------------------------- secrecy


def test_no_key_is_in_any_page_session_row_or_log(
    sam: Client,
    places: Places,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    shown = [sam.post(START, keys(target="sandbox-clockify-mistyped")).content.decode()]
    with_options(sam, places)
    shown += [sam.get(path).content.decode() for path in (START, *PAGES.values())]
    sam.post(PAGES["preview"])
    shown.append(sam.get(f"/runs/{Run.objects.get().pk}/").content.decode())

    sessions = [str(row.get_decoded()) for row in Session.objects.all()]
    stored = [str(row) for model in (Sync, Run, Connection) for row in model.objects.values()]
    everything = "\n".join([*shown, *sessions, *stored, caplog.text])
    for key in (*KEYS.values(), "sandbox-clockify-mistyped"):
        assert key not in everything


def test_markup_in_names_is_only_shown(
    sam: Client, places: Places, clockify: ClockifySandbox
) -> None:
    for workspace in places:
        workspace.name = f"{workspace.name} {SCRIPT}"
    for client in clockify.clients.values():
        client.name = f"{client.name} {SCRIPT}"
    for user in clockify.users.values():
        user.name = f"{user.name} {SCRIPT}"
    with_places(sam, places)
    wanted = client_called(f"Customer Ltd {SCRIPT}", sam)
    sam.post(PAGES["client"], {"client": wanted})
    sam.post(PAGES["options"], options(note=SCRIPT))

    for path in (START, *PAGES.values()):
        page = sam.get(path)
        assert page.status_code == 200
        assert SCRIPT not in page.content.decode()
    assert SCRIPT in words_of(sam.get(PAGES["client"]))


@pytest.mark.parametrize("path", [START, *PAGES.values()])
def test_every_form_is_protected_against_forgery(path: str, clockify: ClockifySandbox) -> None:
    user = staff(*NEEDED)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    assert strict.post(path, keys()).status_code == 403
    assert not Connection.objects.exists()
