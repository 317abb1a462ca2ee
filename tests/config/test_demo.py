"""The command `demo`: Ben's first import, as somebody who only watches the terminal sees it."""

import re
import time
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import authenticate, get_user_model
from django.core.management import CommandError, call_command
from django.utils import timezone

from config.management.commands import demo
from integrations.models import Connection
from integrations.sandbox import Fault, World
from integrations.slack.sandbox import SlackSandbox
from rota.models import Rota
from rota.on_duty import on_duty
from uploader import inline, work
from uploader.models import Run, Sync

pytestmark = pytest.mark.django_db(transaction=True)

SYNC = "rescuetime-04170022"


class WithWorker(demo.Command):
    """Whatever is due is carried out while the demo pauses."""

    def pause(self) -> None:
        time.sleep(0.1)
        for _ in inline.carry_out_open(manner=work.Manner(clock=timezone.now)):
            pass


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    """The real providers and kinds; a password file of this test's own."""
    settings.VAR_DIR = tmp_path


def run(*flags: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command(WithWorker(), *flags, stdout=out, stderr=out)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue()
    return 0, out.getvalue()


def files(world: World) -> list[str]:
    return [row["basename"] for row in world["open_humans"].state()["files"]]


def test_bens_history_arrives_and_the_terminal_tells_of_it(world: World) -> None:
    code, words = run("--once")

    assert code == 0
    assert "Ben's import is done: month files at Open Humans: " in words
    assert "added" in words
    assert "Open http://127.0.0.1:8000/ and click “Sign in with Open Humans”." in words
    run_ = Run.objects.get(sync__name=SYNC)
    assert run_.status == "finished"
    assert len(files(world)) >= 3


def test_the_staff_login_that_is_printed_works_and_stays_the_same(
    world: World, settings: Any
) -> None:
    _, words = run()
    password = (settings.VAR_DIR / "admin_password").read_text()

    assert f"with the password {password} " in words
    user = authenticate(username="admin", password=password)
    assert user is not None
    assert user.is_superuser
    assert (settings.VAR_DIR / "admin_password").stat().st_mode & 0o077 == 0
    assert f"with the password {password} " in run()[1]


def test_a_password_that_somebody_chose_is_left_alone(world: World) -> None:
    get_user_model().objects.create_superuser("admin", password="my own")

    _, words = run()

    assert "with the password that was chosen there" in words
    assert authenticate(username="admin", password="my own") is not None


def test_a_plan_of_the_companys_leave_waits_for_approval(world: World) -> None:
    _, words = run()

    assert re.search(r"The company's leave: Waits for approval: \d+ bookings to add", words)
    assert "Their sync of leave is at http://127.0.0.1:8000/syncs/leave/." in words
    assert all(seen.method == "GET" for seen in world.requests if seen.provider == "productive")
    run()
    assert Run.objects.get(sync__name="leave").status == "needs_review"


def test_people_of_the_companys_slack_take_turns_and_are_told_there(world: World) -> None:
    _, words = run()

    assert "Who triages support in turns: Finished: 7 members added" in words
    assert re.search(r"Their turns on the calendar: Finished: \d+ \w+ added", words)
    assert "Who is on duty (Support Triager) is shown at http://127.0.0.1:8000/rotas/triage/." in (
        words
    )
    serving = on_duty(Rota.objects.get(name="triage"), timezone.now())
    group = world.of(SlackSandbox).group("support-on-duty")
    assert set(group.users) == {member.person.slack_id for member in serving.members}
    assert len(serving.members) == 2
    standups = [row["name"] for row in world["geekbot"].state()["standups"]]
    assert standups.count("SupportTriagerStandup") == 1


def test_signing_in_as_ben_later_finds_the_same_person(world: World) -> None:
    run()

    ben = get_user_model().objects.get(username="open_humans-04170022")
    account = SocialAccount.objects.get(provider="open_humans", uid="04170022")
    assert account.user == ben
    assert not ben.has_usable_password()
    assert Connection.objects.filter(owner=ben, state="connected").count() == 2


def test_a_second_time_it_says_that_all_is_up_to_date(world: World) -> None:
    run()
    asked = len(world.requests)

    code, words = run("--once")

    assert code == 0
    assert "Ben's history is up to date" in words
    assert "An update by hand is possible again from" in words
    assert Run.objects.filter(sync__name=SYNC).count() == 1
    assert Connection.objects.exclude(owner=None).count() == 2
    assert len(world.requests) - asked <= 2


def test_a_second_time_after_an_hour_it_starts_an_update(world: World) -> None:
    run()
    Run.objects.update(created_at=timezone.now() - timedelta(hours=2))

    code, words = run("--once")

    assert code == 0
    assert "Ben's import is done" in words
    assert Sync.objects.get(name=SYNC).last_ok_at is not None


def test_a_sandbox_that_was_reset_is_connected_anew(world: World) -> None:
    run()
    world.reset()

    code, words = run("--once")

    assert code == 0
    assert "Ben has connected Open Humans." in words
    assert len(files(world)) >= 3


def test_an_import_that_fails_is_status_1_with_a_sentence(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.faults.add(Fault(kind="wrong_shape", provider="open_humans", times=None))

    code, words = run("--once")

    assert code == 1
    assert "Ben's import failed: " in words


def test_a_wait_is_told_with_a_countdown_and_the_import_goes_on(world: World) -> None:
    world.faults.add(Fault(kind="429", provider="rescuetime", retry_after=2))

    code, words = run("--once")

    assert code == 0
    assert re.search(r"Ben's import waits: RescueTime.* — again in 0:0[12]\n", words)
    assert "Ben's import is done" in words


@pytest.mark.parametrize(("flags", "code"), [(["--once"], 1), ([], 0)])
def test_an_import_that_takes_too_long_is_left_to_the_worker(
    world: World, monkeypatch: pytest.MonkeyPatch, flags: list[str], code: int
) -> None:
    monkeypatch.setattr(demo, "LONGEST_IMPORT_SECONDS", 0)

    ended, words = run(*flags)

    assert ended == code
    assert "It goes on for as long as a worker runs." in words
    assert Run.objects.get(sync__name=SYNC).status == "queued"


def test_it_never_works_without_a_sandbox(settings: Any) -> None:
    settings.SANDBOX_URL = ""

    with pytest.raises(CommandError, match="never with real services") as refused:
        call_command("demo")

    assert refused.value.returncode == 2
    assert not get_user_model().objects.exists()
