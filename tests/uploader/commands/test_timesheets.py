"""The command `timesheets`, as somebody at a real terminal meets it; the sandbox answers."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.utils import timezone

from integrations import connections
from integrations.clockify.sandbox import ClockifySandbox
from integrations.clockify.sandbox_seed import KEYS
from integrations.models import Connection
from integrations.sandbox import Fault, World
from tests.integrations.processes import database_url
from tests.uploader.commands.pty_session import CTRL_C, CTRL_D, Sitting, at_a_terminal
from uploader.models import Run, Sync

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clockify(world: World) -> ClockifySandbox:
    return world.of(ClockifySandbox)


@pytest.fixture
def kept(clockify: ClockifySandbox) -> None:
    """Both keys are the team's connections already."""
    for name, key in (("ours", KEYS["ours"]), ("theirs", KEYS["customer"])):
        connection = Connection(name=name, provider="clockify")
        connections.keep(connection, {"api_key": key}, by=None, now=timezone.now())


def with_new_keys(person: Sitting) -> None:
    person.answers("Whose key reads the time that is tracked?", "1")
    person.answers("API key (it is not shown): ", KEYS["ours"])
    person.answers("Name for it (empty: one is made): ", "")
    person.reads("kept encrypted as the connection clockify-our-workspace")
    person.answers("Whose key books it?", "2")
    person.answers("API key (it is not shown): ", KEYS["customer"])
    person.answers("Name for it (empty: one is made): ", "at-the-customers")
    person.reads("kept encrypted as the connection at-the-customers")


def with_kept_keys(person: Sitting) -> None:
    person.answers("Whose key reads the time that is tracked?", "1")
    person.reads("It works: ada@example.org.")
    person.answers("Whose key books it?", "2")
    person.reads("It works: ada@customer.example.")


def chooses_places(person: Sitting) -> None:
    person.answers("Copied from which workspace?", "1")
    person.answers("Copied to which workspace?", "1")
    person.answers("Which client of “Our workspace” is “Customer's workspace”?", "1")


def takes_what_is_usual(person: Sitting) -> None:
    for question in (
        "Whose time is copied?",
        "In whose name is it booked?",
        "Days to look back [30]: ",
        "Color, such as #00FFFF: ",
        "Note: ",
        "Billable?",
        "Public?",
        "If somebody changes a copied entry:",
        "Name of the sync [timesheets-customer-ltd]: ",
    ):
        person.answers(question, "")


def test_the_whole_way_from_two_keys_to_time_that_is_booked(clockify: ClockifySandbox) -> None:
    with at_a_terminal("timesheets") as person:
        with_new_keys(person)
        chooses_places(person)
        takes_what_is_usual(person)
        person.reads("This is kept as the sync timesheets-customer-ltd, which asks before")
        person.reads("create   planned")
        assert clockify.writes == []
        person.answers("Apply this plan? [y/N] ", "y")
        person.reads("create   done")
        assert person.ends() == 0, person.seen

    assert KEYS["ours"] not in person.seen
    assert KEYS["customer"] not in person.seen
    assert {write.method for write in clockify.writes} <= {"POST", "PUT"}
    assert clockify.writes
    sync = Sync.objects.get()
    ours, theirs = clockify.workspaces.values()
    assert (sync.mode, sync.options["source_workspace"]) == ("review", ours.id)
    assert (sync.options["target_workspace"], sync.options["source_user"]) == (theirs.id, "")
    assert {c.name: c.owner for c in Connection.objects.all()} == {
        "clockify-our-workspace": None,
        "at-the-customers": None,
    }
    # What was approved was exactly the plan that was shown.
    assert Run.objects.get().params["approve"]

    with at_a_terminal("timesheets") as person:
        person.answers("Which sync of times?", "1")
        person.reads("There is nothing to write.")
        assert person.ends() == 0


def test_no_writes_nothing_and_says_how_to_go_on(kept: None, clockify: ClockifySandbox) -> None:
    with at_a_terminal("timesheets") as person:
        with_kept_keys(person)
        chooses_places(person)
        takes_what_is_usual(person)
        person.answers("Apply this plan? [y/N] ", "perhaps")
        person.reads("Please type y or n.")
        person.answers("Apply this plan? [y/N] ", "")
        person.reads(
            "Nothing was written. The sync timesheets-customer-ltd is kept, and set to ask"
        )
        person.reads("`sync timesheets-customer-ltd --approve ")
        assert person.ends() == 0

    assert clockify.writes == []
    assert Sync.objects.get().mode == "review"
    assert not Run.objects.exists()


def test_a_number_that_is_none_of_the_list_is_asked_again(kept: None) -> None:
    with at_a_terminal("timesheets") as person:
        person.reads("Whose key reads the time that is tracked?")
        for wrong in ("0", "-1", "4", "99999999999", "one", "", "1.5", "²"):
            person.answers("Number: ", wrong)
            person.reads("Please type a number from 1 to 3.")
        person.answers("Number: ", "1")
        person.reads("It works: ada@example.org.")


def test_what_does_not_fit_is_said_and_asked_again(kept: None, clockify: ClockifySandbox) -> None:
    """One workspace on both sides, the wrong way round, days and a color that are none."""
    ours, theirs = clockify.workspaces.values()
    clockify.join(theirs, next(iter(clockify.users.values())))
    with at_a_terminal("timesheets") as person:
        with_kept_keys(person)
        person.answers("Copied from which workspace?", "1")
        person.answers("Copied to which workspace?", "1")
        person.reads("Both sides are the workspace “Customer's workspace”; choose two.")
        person.answers("Choose other keys? [y/N]", "")
        person.answers("Copied from which workspace?", "2")
        person.answers("Copied to which workspace?", "1")
        person.answers("Which client of “Our workspace”", "1")
        person.answers("Whose time is copied?", "")
        person.answers("In whose name is it booked?", "3")
        person.answers("Days to look back [30]: ", "0")
        person.answers("Days to look back [30]: ", "many")
        person.answers("Days to look back [30]: ", "7")
        person.answers("Color, such as #00FFFF: ", "blue")
        person.reads("a color is written like #00FFFF")
        person.answers("Color, such as #00FFFF: ", "#00ffff")
        person.answers("Note: ", "Made by Lockstep")
        person.answers("Billable?", "2")
        person.answers("Public?", "3")
        person.answers("If somebody changes a copied entry:", "2")
        person.answers("Name of the sync [", "Two Words")
        person.answers("Name of the sync [", "times")
        person.reads("This is kept as the sync times")

    sync = Sync.objects.get()
    cora = next(user for user in clockify.users.values() if user.name == "Cora Customer")
    assert sync.options | {"source_client": ""} == {
        "source_workspace": ours.id,
        "source_client": "",
        "target_workspace": theirs.id,
        "source_user": "",
        "target_user": cora.id,
        "window_days": 7,
        "project_options": {
            "color": "#00ffff",
            "note": "Made by Lockstep",
            "billable": True,
            "is_public": False,
        },
        "on_target_edit": "overwrite",
    }


def test_the_wrong_way_round_is_said(kept: None) -> None:
    with at_a_terminal("timesheets") as person:
        person.answers("Whose key reads the time that is tracked?", "2")
        person.answers("Whose key books it?", "1")
        person.answers("Copied from which workspace?", "1")
        person.answers("Copied to which workspace?", "1")
        person.reads("“Customer's workspace” has no active client. “Our workspace” has.")
        person.reads("Perhaps source and target are the wrong way round")
        person.answers("Choose other keys? [y/N]", "y")
        person.reads("Whose key reads the time that is tracked?")


def test_a_wrong_key_is_not_kept_and_is_asked_for_again(clockify: ClockifySandbox) -> None:
    with at_a_terminal("timesheets") as person:
        person.answers("Whose key reads the time that is tracked?", "1")
        person.answers("API key (it is not shown): ", "no-such-key")
        person.answers("Name for it (empty: one is made): ", "")
        person.reads("Clockify does not accept this key.")
        person.reads("Whose key reads the time that is tracked?")
        assert person.ends_on(CTRL_C) == 130

    assert "Stopped. Nothing was written." in person.seen
    assert not Connection.objects.exists()


@pytest.mark.parametrize(("keys", "status"), [(CTRL_C, 130), (CTRL_D, 2)])
def test_ending_in_the_middle_writes_nothing_and_says_so(
    kept: None, clockify: ClockifySandbox, keys: str, status: int
) -> None:
    with at_a_terminal("timesheets") as person:
        with_kept_keys(person)
        person.reads("Copied from which workspace?")
        person.reads("Number: ")
        assert person.ends_on(keys) == status

    assert "Nothing was written." in person.seen
    assert "Traceback" not in person.seen
    assert not Sync.objects.exists()
    assert clockify.writes == []


def test_ending_at_the_plan_tells_that_the_sync_is_kept(kept: None) -> None:
    with at_a_terminal("timesheets") as person:
        with_kept_keys(person)
        chooses_places(person)
        takes_what_is_usual(person)
        person.reads("Apply this plan? [y/N] ")
        assert person.ends_on(CTRL_D) == 2

    assert "Nothing was written. The sync timesheets-customer-ltd is kept." in person.seen


def test_stopping_while_it_is_applied_leaves_nobody_going_on(
    kept: None, world: World, clockify: ClockifySandbox
) -> None:
    with at_a_terminal("timesheets") as person:
        with_kept_keys(person)
        chooses_places(person)
        takes_what_is_usual(person)
        world.faults.add(Fault("clockify", "slow", match="POST", times=None, delay=1.0))
        person.answers("Apply this plan? [y/N] ", "yes")
        while not clockify.writes:
            timezone.now()
        assert person.ends_on(CTRL_C) == 130

    assert (
        "What was written stays; `sync timesheets-customer-ltd` shows what is left" in person.seen
    )
    assert Run.objects.get().status == "cancelled"


def test_a_clockify_that_does_not_answer_is_asked_again_on_request(
    kept: None, world: World
) -> None:
    with at_a_terminal("timesheets") as person:
        with_kept_keys(person)
        person.reads("Copied from which workspace?")
        world.faults.add(Fault("clockify", "502", match="GET /api/v1/workspaces", times=None))
        person.types("1")
        person.reads("Clockify is busy or has a fault. Try again in a moment.")
        person.answers("Try again? [Y/n] ", "n")
        assert person.ends() == 1

    assert "Nothing was written." in person.seen


def test_without_a_terminal_it_says_what_does_the_same() -> None:
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "manage.py", "timesheets"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": database_url()},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert ended.returncode == 2
    assert ended.stdout == ""
    assert "`configure FILE` sets up" in ended.stderr
