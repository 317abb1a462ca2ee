"""The wizard for a sync of times, step by step: what fits, what does not, and for whom it is."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from integrations import connections
from integrations.clockify.sandbox import ClockifySandbox
from integrations.clockify.sandbox_seed import ADA, KEYS
from integrations.models import Connection
from tests.pages.people import signed_in
from tests.pages.visitor import words_of
from tests.pages.walk import (
    LOOK,
    NEEDED,
    PAGES,
    START,
    Places,
    keys,
    options,
    staff,
    with_client,
    with_keys,
    with_options,
    with_places,
)
from uploader.models import Run, Sync

pytestmark = pytest.mark.django_db(transaction=True)


# ------------------------------------------------------------------ the whole way


def test_from_two_keys_to_a_run_that_plans(
    sam: Client,
    places: Places,
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
    sam: Client, places: Places, clockify: ClockifySandbox
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
    sam: Client, clockify: ClockifySandbox, places: Places
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
    sam: Client, places: Places, clockify: ClockifySandbox
) -> None:
    with_options(sam, places)
    ada = next(user for user in clockify.users.values() if user.email == ADA)
    other = clockify.add_workspace("Another of ours", owner=ada)
    clockify.add_client(other.id, "Initech")

    sam.post(PAGES["workspaces"], {"source": other.id, "target": places[1].id})

    assert sam.get(PAGES["preview"])["Location"] == PAGES["client"]
    assert "Initech" in words_of(sam.get(PAGES["client"]))


def test_pressing_twice_makes_one_sync(sam: Client, places: Places) -> None:
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
    sam: Client, places: Places, clockify: ClockifySandbox
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
    sam: Client, places: Places, by: str
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
    sam: Client, places: Places, clockify: ClockifySandbox
) -> None:
    theirs = clockify.add_client(places[1].id, "A client of theirs")
    with_places(sam, places)

    words = words_of(sam.post(PAGES["client"], {"client": theirs.id}))

    assert "“A client of theirs” belongs to “Customer's workspace”, and not to “Our" in words
    assert "Perhaps source and target are the wrong way round" in words
    words = words_of(sam.post(PAGES["client"], {"client": "no-such-id"}))
    assert "“Our workspace” has no such active client." in words


def test_a_source_without_clients_is_perhaps_the_wrong_way_round(
    sam: Client, places: Places
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
    places: Places,
    given: dict[str, str],
    said: str,
) -> None:
    Sync.objects.create(name="taken", kind="clockify_to_clockify")
    with_client(sam, places)

    assert said in words_of(sam.post(PAGES["options"], options(**given)))
    assert sam.get(PAGES["preview"])["Location"] == PAGES["options"]


def test_a_name_that_is_taken_meanwhile_overwrites_nothing(sam: Client, places: Places) -> None:
    with_options(sam, places)
    Sync.objects.create(name="times", kind="clockify_to_clockify", options={"mine": 1})

    words = words_of(sam.post(PAGES["preview"]))

    assert "There is a sync “times” already" in words
    assert Sync.objects.get().options == {"mine": 1}


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


def test_the_last_step_leads_to_the_run_and_names_what_was_chosen(places: Places) -> None:
    pat = signed_in(staff(*NEEDED, name="pat"))
    with_options(pat, places)

    answer = pat.post(PAGES["preview"])
    run = Run.objects.get()
    assert (answer["Location"], run.status) == (f"/runs/{run.pk}/", "queued")
    ours, theirs = places
    words = words_of(pat.get(run.sync.get_absolute_url()))
    assert f"{ours.name}, client Customer Ltd" in words
    assert theirs.name in words
    assert ours.id not in words
