"""Connecting RescueTime: by whom, with what care, and what a second account is taken for."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from integrations import connections
from integrations.models import Connection
from integrations.rescuetime.sandbox import RescueTimeSandbox
from integrations.sandbox import World
from tests.pages.visitor import CONNECT, SIGN_IN, Visitor, query_of, words_of
from uploader.models import Run, Sync

CONFIRM = "/accounts/rescuetime/login/confirm/"


def test_connecting_starts_the_first_import_by_itself(visitor: Visitor) -> None:
    visitor.sign_in()
    assert "Connect RescueTime" in visitor.read("/dashboard/")

    visitor.connect()

    assert visitor.sync.name == "rescuetime-04170022"
    assert visitor.sync.runs.get().status == Run.Status.QUEUED
    assert "Import: about to start" in visitor.read("/dashboard/")


def test_signing_in_again_starts_no_import(connected: Visitor) -> None:
    due = connected.sync.next_run_at
    since = connected.connection("open_humans").connected_at

    Visitor("ben").sign_in()

    assert connected.sync.runs.count() == 1
    assert connected.sync.next_run_at == due
    assert connected.connection("open_humans").connected_at == since


@pytest.mark.parametrize("path", ["/rescuetime/complete/", "/accounts/rescuetime/login/callback/"])
def test_both_the_old_address_and_the_usual_one_end_it(path: str, visitor: Visitor) -> None:
    back = visitor.sign_in().allow(visitor.leave_for(CONNECT))

    assert visitor.get(back.replace("/rescuetime/complete/", path))["Location"] == "/dashboard/"


def test_nobody_can_sign_in_with_rescuetime(visitor: Visitor) -> None:
    response = visitor.client.post("/accounts/rescuetime/login/")

    assert response.status_code == 403
    assert "Sign in with Open Humans first" in words_of(response)


def test_a_sign_in_that_ended_on_the_way_connects_nothing(visitor: Visitor) -> None:
    back = visitor.sign_in().allow(visitor.leave_for(CONNECT))
    visitor.client.logout()

    assert "Sign in with Open Humans first" in words_of(visitor.get(back))
    assert not Connection.objects.filter(provider="rescuetime").exists()


def test_staff_who_are_no_members_cannot_connect_it(world: World, admin_client: Client) -> None:
    response = admin_client.post(CONNECT)

    assert response.status_code == 403
    assert not Connection.objects.exists()


def test_saying_no_at_rescuetime_leaves_everything_as_it_was(visitor: Visitor) -> None:
    response = visitor.sign_in().there_and_back(CONNECT, decision="refuse")

    assert "You said no at RescueTime, so nothing was stored" in words_of(response)
    assert not Connection.objects.filter(provider="rescuetime").exists()


# ---------------------------------------------------- RescueTime drops our state


@pytest.fixture
def dropping(rescuetime: RescueTimeSandbox) -> None:
    rescuetime.switches["state"] = "dropped"


def test_without_state_the_person_is_asked_before_anything_is_stored(
    visitor: Visitor, dropping: None
) -> None:
    response = visitor.sign_in().there_and_back(CONNECT)

    assert "Did you just ask to connect RescueTime?" in words_of(response)
    assert not Connection.objects.filter(provider="rescuetime").exists()

    assert visitor.post(CONFIRM, {"answer": "yes"})["Location"] == "/dashboard/"
    assert visitor.connection("rescuetime").state == "connected"


@pytest.mark.parametrize("answer", [{"answer": "no"}, {}])
def test_without_state_a_no_connects_nothing(
    answer: dict[str, str], visitor: Visitor, dropping: None
) -> None:
    visitor.sign_in().there_and_back(CONNECT)

    words = words_of(visitor.post(CONFIRM, answer))
    assert "Nothing was connected" in words
    assert "You chose not to connect RescueTime" in words
    assert "You said no at" not in words
    assert visitor.post(CONFIRM, {"answer": "yes"}).status_code == 401
    assert not Connection.objects.filter(provider="rescuetime").exists()


def test_without_state_a_link_from_somebody_else_asks_nothing(
    visitor: Visitor, dropping: None
) -> None:
    theirs = visitor.sign_in().allow(visitor.leave_for(CONNECT))
    victim = Visitor("ada").sign_in()

    assert victim.get(theirs).status_code == 401
    assert victim.post(CONFIRM, {"answer": "yes"}).status_code == 401
    assert not Connection.objects.filter(provider="rescuetime").exists()


def test_without_state_each_beginning_counts_once(visitor: Visitor, dropping: None) -> None:
    back = visitor.sign_in().allow(visitor.leave_for(CONNECT))
    visitor.get(back)

    assert visitor.get(back).status_code == 401


def test_without_state_the_answer_must_come_soon(
    visitor: Visitor, dropping: None, time_machine: Any
) -> None:
    visitor.sign_in().there_and_back(CONNECT)

    time_machine.move_to(timezone.now() + timedelta(minutes=6))

    assert visitor.post(CONFIRM, {"answer": "yes"}).status_code == 401


def test_the_answer_takes_a_form(visitor: Visitor, dropping: None) -> None:
    visitor.sign_in().there_and_back(CONNECT)

    assert visitor.get(CONFIRM).status_code == 405


def test_open_humans_is_never_forgiven_a_lost_state(visitor: Visitor) -> None:
    back = visitor.allow(visitor.leave_for(SIGN_IN), state="")

    assert visitor.get(back).status_code == 401


# --------------------------------------------------- whose account is it this time


@pytest.fixture
def again(connected: Visitor) -> Visitor:
    """Ben's RescueTime was refused, and he has connected one again."""
    connection = connected.connection("rescuetime")
    connections.needs_reconnect(connection, "RescueTime said no.", now=timezone.now())
    assert "needs to be connected again" in connected.read("/dashboard/")
    return connected.connect()


def test_a_possibly_other_account_is_asked_about_and_nothing_runs_until_then(
    again: Visitor,
) -> None:
    assert again.connection("rescuetime").state == "unconfirmed"
    assert again.sync.runs.count() == 1
    assert "Is it the same account as before?" in again.read("/dashboard/")
    page = again.get("/dashboard/").content.decode()
    assert 'href="/connections/rescuetime-04170022/confirm/"' in page
    assert 'href="/connections/rescuetime-04170022/disconnect/"' in page
    again.post(f"/dashboard/{again.sync.name}/update/")
    assert again.sync.runs.count() == 1


def test_the_same_account_goes_on(again: Visitor, carry_out: Any) -> None:
    before = again.connection("rescuetime").facts
    again.post("/connections/rescuetime-04170022/confirm/", {"account": "same"})

    assert again.connection("rescuetime").state == "connected"
    assert again.connection("rescuetime").facts == before
    assert "your history goes on" in again.read("/dashboard/")
    carry_out()
    assert again.sync.runs.latest("pk").counts["create"] == 0


def test_another_account_begins_a_new_set_and_leaves_the_earlier_files_alone(
    again: Visitor, open_humans: Any, rescuetime: RescueTimeSandbox, carry_out: Any
) -> None:
    earlier = {file.id: file.content for file in open_humans.files("ben")}
    assert earlier

    again.post("/connections/rescuetime-04170022/confirm/", {"account": "another"})
    carry_out()

    now = {file.id: file.content for file in open_humans.files("ben")}
    assert earlier.items() <= now.items()
    assert len(now) == 2 * len(earlier)
    assert again.connection("rescuetime").facts["generation"] == 2
    kept = f"An earlier set of {len(earlier)} files, from the account that was connected before"
    assert kept in again.read("/dashboard/")


def test_not_to_be_connected_lets_it_go(again: Visitor, rescuetime: RescueTimeSandbox) -> None:
    again.post("/connections/rescuetime-04170022/confirm/", {"account": "no"})

    connection = again.connection("rescuetime")
    assert connection.state == "disconnected"
    assert not connection.credentials
    assert "was not connected" in again.read("/dashboard/")


@pytest.mark.parametrize("data", [{}, {"account": "whatever"}])
def test_an_unclear_answer_is_asked_again(data: dict[str, str], again: Visitor) -> None:
    response = again.post("/connections/rescuetime-04170022/confirm/", data)

    assert "Please choose one of the three" in words_of(response)
    assert again.connection("rescuetime").state == "unconfirmed"


def test_the_question_is_asked_only_while_it_is_open(connected: Visitor) -> None:
    path = "/connections/rescuetime-04170022/confirm/"

    assert connected.get(path)["Location"] == "/dashboard/"
    assert connected.post(path, {"account": "another"})["Location"] == "/dashboard/"
    assert "generation" not in connected.connection("rescuetime").facts


def test_without_a_history_a_second_connect_is_not_asked_about(visitor: Visitor) -> None:
    visitor.sign_in().connect().connect()

    assert visitor.connection("rescuetime").state == "connected"


def test_a_deleted_connection_is_not_forgotten_when_another_account_is_connected(
    connected: Visitor, open_humans: Any, carry_out: Any
) -> None:
    earlier = {file.id: file.content for file in open_humans.files("ben")}
    connected.connection("rescuetime").delete()
    assert not Sync.objects.exists()

    connected.person = "ada"
    connected.connect()

    assert connected.connection("rescuetime").state == "unconfirmed"
    assert "Is it the same account as before?" in connected.read("/dashboard/")
    carry_out()
    assert {file.id: file.content for file in open_humans.files("ben")} == earlier


def test_what_was_once_imported_to_open_humans_is_a_history(visitor: Visitor) -> None:
    visitor.sign_in()
    Connection.objects.filter(provider="open_humans").update(facts={"imported": True})

    assert visitor.connect().connection("rescuetime").state == "unconfirmed"


def test_an_import_in_hand_is_a_history_before_it_has_written_anything(visitor: Visitor) -> None:
    visitor.sign_in().connect()
    Run.objects.update(status=Run.Status.RUNNING, started_at=timezone.now())

    assert visitor.connect().connection("rescuetime").state == "unconfirmed"


def test_what_was_learnt_about_one_account_is_not_believed_of_the_next(visitor: Visitor) -> None:
    visitor.sign_in().connect()
    learnt = {"first_day": "2019-01-01", "generation": 2}
    Connection.objects.filter(provider="rescuetime").update(facts=learnt)

    connection = visitor.connect().connection("rescuetime")

    assert (connection.state, connection.facts) == ("connected", {"generation": 2})


@pytest.mark.parametrize("path", [SIGN_IN, CONNECT])
def test_state_cannot_be_guessed(path: str, visitor: Visitor) -> None:
    visitor.sign_in()
    states = [query_of(visitor.leave_for(path))["state"] for _ in range(2)]

    assert states[0] != states[1]
    # 43 of 64 characters are 256 bits.
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", state) for state in states)


def test_the_code_is_sent_with_what_the_session_kept(visitor: Visitor) -> None:
    """RescueTime is said to know no PKCE, so no verifier must go there either."""
    address = visitor.sign_in().leave_for(CONNECT)

    assert set(query_of(address)) == {
        "client_id",
        "redirect_uri",
        "response_type",
        "scope",
        "state",
    }
