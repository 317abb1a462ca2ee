"""The wizard for a sync of times, page by page: what it refuses, and what it keeps to itself."""

import logging
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from integrations import connections
from integrations.clockify.provider import REGIONS
from integrations.clockify.sandbox import ClockifySandbox
from integrations.clockify.sandbox_seed import ADA, KEYS
from integrations.clockify.sandbox_stored import StoredWorkspace
from integrations.models import Connection
from integrations.sandbox import Fault, World
from tests.pages.people import signed_in
from tests.pages.visitor import words_of
from uploader.models import Run, Sync
from uploader.syncs.clockify_to_clockify import setup
from uploader.syncs.clockify_to_clockify.draft import Named

pytestmark = pytest.mark.django_db(transaction=True)

START = "/timesheets/new/"
PAGES = {name: f"{START}{name}/" for name in ("workspaces", "client", "options", "preview")}
NEEDED = ("integrations.add_connection", "uploader.add_sync")
LOOK = ("integrations.view_connection", "uploader.view_sync")
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def clockify(world: World) -> ClockifySandbox:
    return world.of(ClockifySandbox)


@pytest.fixture
def places(clockify: ClockifySandbox) -> tuple[StoredWorkspace, StoredWorkspace]:
    ours, theirs = clockify.workspaces.values()
    return ours, theirs


@pytest.fixture
def sam(clockify: ClockifySandbox) -> Client:
    return signed_in(staff(*NEEDED, *LOOK))


def staff(*permissions: str, name: str = "sam", is_staff: bool = True) -> Any:
    user = get_user_model().objects.create_user(name, is_staff=is_staff)
    for permission in permissions:
        app, codename = permission.split(".")
        found = Permission.objects.get(content_type__app_label=app, codename=codename)
        user.user_permissions.add(found)
    return user


def keys(source: str = KEYS["ours"], target: str = KEYS["customer"], **more: str) -> dict[str, str]:
    typed = {"source-key": source, "target-key": target}
    return {**typed, "source-connection": "", "target-connection": "", **more}


def with_keys(sam: Client) -> Client:
    answer = sam.post(START, keys())
    assert answer["Location"] == PAGES["workspaces"], words_of(answer)
    return sam


def with_places(sam: Client, places: tuple[StoredWorkspace, StoredWorkspace]) -> Client:
    ours, theirs = places
    with_keys(sam)
    answer = sam.post(PAGES["workspaces"], {"source": ours.id, "target": theirs.id})
    assert answer["Location"] == PAGES["client"], words_of(answer)
    return sam


def with_client(sam: Client, places: tuple[StoredWorkspace, StoredWorkspace]) -> Client:
    with_places(sam, places)
    answer = sam.post(PAGES["client"], {"client": client_called("Customer Ltd", sam)})
    assert answer["Location"] == PAGES["options"], words_of(answer)
    return sam


def client_called(name: str, sam: Client) -> str:
    draft = sam.session["timesheets"]
    workspace = Named(**draft["source_workspace"])
    return next(each.id for each in setup.clients(draft["source"], workspace) if each.name == name)


def options(**more: str) -> dict[str, str]:
    usual = {"name": "times", "window_days": "30", "on_target_edit": "keep"}
    return {**usual, **more}


def with_options(sam: Client, places: tuple[StoredWorkspace, StoredWorkspace], **more: str) -> Any:
    with_client(sam, places)
    answer = sam.post(PAGES["options"], options(**more))
    assert answer["Location"] == PAGES["preview"], words_of(answer)
    return sam


# ------------------------------------------------------------------ the whole way


def test_from_two_keys_to_a_run_that_plans(
    sam: Client,
    places: tuple[StoredWorkspace, StoredWorkspace],
    clockify: ClockifySandbox,
    carry_out: Any,
) -> None:
    with_options(sam, places, color="#00FFFF", billable="no", note="By us", window_days="7")
    words = words_of(sam.get(PAGES["preview"]))
    for said in (
        "From Our workspace, with the connection clockify-our-workspace",
        "Client there Customer Ltd",
        "To Customer's workspace, with the connection clockify-customers-workspace",
        "Looks back 7 days",
        "New projects color #00FFFF, not billable, note “By us”",
    ):
        assert said in words

    answer = sam.post(PAGES["preview"])

    sync, run = Sync.objects.get(), Run.objects.get()
    assert answer["Location"] == f"/runs/{run.pk}/"
    assert (sync.name, sync.mode, run.trigger, str(run.by)) == ("times", "review", "by hand", "sam")
    ours, theirs = places
    assert (sync.options["source_workspace"], sync.options["target_workspace"]) == (
        ours.id,
        theirs.id,
    )
    assert (sync.options["source_user"], sync.options["window_days"]) == ("", 7)
    assert sync.options["project_options"] == {
        "color": "#00FFFF",
        "billable": False,
        "note": "By us",
    }
    assert "timesheets" not in sam.session
    carry_out()
    run.refresh_from_db()
    assert run.status == "needs_review", run.error
    assert clockify.writes == []


def test_somebody_else_by_name_is_kept_by_id(
    sam: Client, places: tuple[StoredWorkspace, StoredWorkspace], clockify: ClockifySandbox
) -> None:
    cora = next(user for user in clockify.users.values() if user.name == "Cora Customer")

    with_options(sam, places, target_user=cora.id)

    said = "Booked for Cora Customer (cora@customer.example)"
    assert said in words_of(sam.get(PAGES["preview"]))
    sam.post(PAGES["preview"])
    assert Sync.objects.get().options["target_user"] == cora.id


def test_connections_that_are_there_can_be_chosen(sam: Client) -> None:
    for name, key in (("ours", KEYS["ours"]), ("theirs", KEYS["customer"])):
        connections.keep(
            Connection(name=name, provider="clockify"),
            {"api_key": key},
            by=None,
            now=timezone.now(),
        )
    assert "the connection ours" in words_of(sam.get(START))

    chosen = {"source-connection": "ours", "target-connection": "theirs"}
    answer = sam.post(START, keys("", "", **chosen))

    assert answer["Location"] == PAGES["workspaces"]
    assert Connection.objects.count() == 2


def test_one_key_can_stand_on_both_sides(
    sam: Client, clockify: ClockifySandbox, places: tuple[StoredWorkspace, StoredWorkspace]
) -> None:
    ada = next(user for user in clockify.users.values() if user.email == ADA)
    clockify.join(places[1], ada)

    sam.post(START, keys(target="", **{"target-connection": "="}))

    assert Connection.objects.get().name == "clockify-ada"
    assert sam.session["timesheets"]["target"] == "clockify-ada"
    assert sam.get(PAGES["workspaces"]).status_code == 200


# ------------------------------------------------------------------- wrong order


@pytest.mark.parametrize("path", PAGES.values())
@pytest.mark.parametrize("verb", ["get", "post"])
def test_a_step_without_what_it_needs_leads_to_the_first(sam: Client, path: str, verb: str) -> None:
    assert getattr(sam, verb)(path)["Location"] == START


def test_a_later_step_leads_to_the_first_that_is_missing(sam: Client) -> None:
    with_keys(sam)

    assert sam.get(PAGES["preview"])["Location"] == PAGES["workspaces"]
    assert sam.get(PAGES["client"])["Location"] == PAGES["workspaces"]


def test_other_workspaces_make_the_client_be_chosen_again(
    sam: Client, places: tuple[StoredWorkspace, StoredWorkspace], clockify: ClockifySandbox
) -> None:
    with_options(sam, places)
    ada = next(user for user in clockify.users.values() if user.email == ADA)
    other = clockify.add_workspace("Another of ours", owner=ada)
    clockify.add_client(other.id, "Initech")

    sam.post(PAGES["workspaces"], {"source": other.id, "target": places[1].id})

    assert sam.get(PAGES["preview"])["Location"] == PAGES["client"]
    assert "Initech" in words_of(sam.get(PAGES["client"]))


def test_pressing_twice_makes_one_sync(
    sam: Client, places: tuple[StoredWorkspace, StoredWorkspace]
) -> None:
    with_options(sam, places)
    sam.post(PAGES["preview"])

    assert sam.post(PAGES["preview"])["Location"] == START
    assert Sync.objects.count() == 1


def test_what_an_older_lockstep_has_left_in_a_session_begins_anew(sam: Client) -> None:
    session = sam.session
    session["timesheets"] = {"source": "x", "source_workspace": {"nonsense": 1}}
    session.save()

    assert sam.get(PAGES["client"])["Location"] == START


# --------------------------------------------------------------- what does not fit


def test_equal_workspaces_are_refused(
    sam: Client, places: tuple[StoredWorkspace, StoredWorkspace], clockify: ClockifySandbox
) -> None:
    ada = next(user for user in clockify.users.values() if user.email == ADA)
    clockify.join(places[1], ada)
    with_keys(sam)

    answer = sam.post(PAGES["workspaces"], {"source": places[1].id, "target": places[1].id})

    said = "Both sides are the workspace “Customer's workspace”; choose two."
    assert said in words_of(answer)
    assert sam.get(PAGES["client"])["Location"] == PAGES["workspaces"]


@pytest.mark.parametrize("by", ["id", "name"])
def test_the_opposite_of_a_sync_that_is_there_is_refused(
    sam: Client, places: tuple[StoredWorkspace, StoredWorkspace], by: str
) -> None:
    ours, theirs = places
    there = {"source_workspace": getattr(theirs, by), "target_workspace": getattr(ours, by)}
    sync = Sync.objects.create(name="back", kind="clockify_to_clockify", options=there)
    with_keys(sam)
    wanted = {"source": ours.id, "target": theirs.id}

    words = words_of(sam.post(PAGES["workspaces"], wanted))

    assert "The sync “back” copies from “Customer's workspace” to “Our workspace” already" in words
    assert "wrong way round" in words
    sync.enabled = False
    sync.save()
    assert sam.post(PAGES["workspaces"], wanted)["Location"] == PAGES["client"]


def test_a_client_of_the_target_is_told_to_be_that(
    sam: Client, places: tuple[StoredWorkspace, StoredWorkspace], clockify: ClockifySandbox
) -> None:
    theirs = clockify.add_client(places[1].id, "A client of theirs")
    with_places(sam, places)

    words = words_of(sam.post(PAGES["client"], {"client": theirs.id}))

    assert "“A client of theirs” belongs to “Customer's workspace”, and not to “Our" in words
    assert "Perhaps source and target are the wrong way round" in words
    words = words_of(sam.post(PAGES["client"], {"client": "no-such-id"}))
    assert "“Our workspace” has no such active client." in words


def test_a_source_without_clients_is_perhaps_the_wrong_way_round(
    sam: Client, places: tuple[StoredWorkspace, StoredWorkspace]
) -> None:
    sam.post(START, keys(KEYS["customer"], KEYS["ours"]))
    sam.post(PAGES["workspaces"], {"source": places[1].id, "target": places[0].id})

    words = words_of(sam.get(PAGES["client"]))

    assert "“Customer's workspace” has no active client. “Our workspace” has." in words
    assert "Perhaps source and target are the wrong way round" in words


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": "Two Words"}, "Small letters, digits, hyphens and underscores only."),
        ({"name": "taken"}, "There is a sync “taken” already: choose another name."),
        ({"window_days": "0"}, "greater than or equal to 1"),
        ({"window_days": "many"}, "Enter a whole number."),
        ({"color": "blue"}, "a color is written like #00FFFF"),
        ({"on_target_edit": "nonsense"}, "Select a valid choice."),
        ({"target_user": "nobody"}, "Select a valid choice."),
        ({"note": "\x00"}, "Null characters are not allowed."),
    ],
)
def test_options_that_cannot_be_are_told(
    sam: Client,
    places: tuple[StoredWorkspace, StoredWorkspace],
    given: dict[str, str],
    said: str,
) -> None:
    Sync.objects.create(name="taken", kind="clockify_to_clockify")
    with_client(sam, places)

    assert said in words_of(sam.post(PAGES["options"], options(**given)))
    assert sam.get(PAGES["preview"])["Location"] == PAGES["options"]


def test_a_name_that_is_taken_meanwhile_overwrites_nothing(
    sam: Client, places: tuple[StoredWorkspace, StoredWorkspace]
) -> None:
    with_options(sam, places)
    Sync.objects.create(name="times", kind="clockify_to_clockify", options={"mine": 1})

    words = words_of(sam.post(PAGES["preview"]))

    assert "There is a sync “times” already" in words
    assert Sync.objects.get().options == {"mine": 1}


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
    sam: Client, places: tuple[StoredWorkspace, StoredWorkspace], clockify: ClockifySandbox
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
    kind: str, sam: Client, places: tuple[StoredWorkspace, StoredWorkspace], world: World
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
    path: str, sam: Client, places: tuple[StoredWorkspace, StoredWorkspace], world: World
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
    places: tuple[StoredWorkspace, StoredWorkspace],
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
    sam: Client, places: tuple[StoredWorkspace, StoredWorkspace], clockify: ClockifySandbox
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


# ------------------------------------------------------------------------- who may


@pytest.mark.parametrize("path", [START, *PAGES.values()])
@pytest.mark.parametrize(
    ("permissions", "is_staff"),
    [((), True), (NEEDED[:1], True), (NEEDED[1:], True), (NEEDED, False)],
)
def test_others_get_404(
    path: str, permissions: tuple[str, ...], is_staff: bool, clockify: ClockifySandbox
) -> None:
    other = signed_in(staff(*permissions, is_staff=is_staff))

    assert other.get(path).status_code == 404
    assert other.post(path, keys()).status_code == 404
    assert not Connection.objects.exists()


def test_the_link_is_there_for_those_who_may(sam: Client) -> None:
    words = "Keep two Clockify workspaces in step"

    assert words in words_of(sam.get("/syncs/"))
    other = signed_in(staff(*LOOK, name="other"))
    assert words not in words_of(other.get("/syncs/"))


def test_who_may_not_see_the_run_is_led_to_the_list(
    places: tuple[StoredWorkspace, StoredWorkspace],
) -> None:
    pat = signed_in(staff(*NEEDED, name="pat"))
    with_options(pat, places)

    assert pat.post(PAGES["preview"])["Location"] == "/syncs/"
    assert Run.objects.get().status == "queued"
