"""The command `sync`: what it shows, what it does, and how it ends."""

import json
import logging
import os
import subprocess
import sys
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from integrations.errors import RejectedError, RetryableError, UnexpectedError
from tests.uploader.commands.conftest import asked
from tests.uploader.runs.shelf import shelf
from uploader import runs
from uploader.management.commands.sync import Command as CommandOfSync
from uploader.models import Run, Sync

FIELDS = "sync kind run status applied checksum retry_at counts requests changes warnings error"


def run(*arguments: str) -> tuple[int, dict[str, Any]]:
    """The exit status and the one document; errors are told people too, on the other output."""
    out, err = StringIO(), StringIO()
    code = 0
    try:
        call_command("sync", *arguments, "--json", stdout=out, stderr=err)
    except SystemExit as ended:
        code = int(ended.code or 0)
    document = json.loads(out.getvalue())
    assert " ".join(document) == FIELDS
    assert (document["error"] or "") in err.getvalue()
    return code, document


def many(books: int) -> dict[str, str]:
    return {f"{n:02}": "text" for n in range(books)}


def test_without_apply_it_shows_the_plan_and_writes_nothing(sync: Sync) -> None:
    shelf.wanted, shelf.books = {"a": "new", "b": "same"}, {"a": "old", "b": "same"}

    code, document = run("shelf")

    assert code == 0
    assert (document["run"], document["applied"], document["status"]) == (None, False, "finished")
    assert document["changes"] == [
        {
            "action": "update",
            "subject": "a",
            "what": "book a",
            "outcome": "planned",
            "reason": None,
        }
    ]
    assert (document["counts"]["update"], document["counts"]["unchanged"]) == (1, 1)
    assert shelf.books["a"] == "old"
    assert not Run.objects.exists()


def test_apply_does_it_whatever_the_mode_and_the_plan_afterwards_is_empty(sync: Sync) -> None:
    shelf.wanted = {"a": "new"}
    assert sync.mode == "dry_run"

    code, document = run("shelf", "--apply")

    assert (code, document["status"], document["applied"]) == (0, "finished", True)
    assert document["run"] == Run.objects.get().pk
    assert [change["outcome"] for change in document["changes"]] == ["done"]
    assert document["counts"] == {
        "create": 1,
        "update": 0,
        "delete": 0,
        "unchanged": 0,
        "conflict": 0,
        "rejected": 0,
    }
    assert shelf.books == {"a": "new"}
    assert run("shelf")[1]["changes"] == []


def test_an_unsafe_plan_is_shown_with_a_warning_but_not_applied(sync: Sync) -> None:
    shelf.books, shelf.wanted = many(20), many(10)

    code, document = run("shelf")
    assert (code, len(document["changes"])) == (0, 10)
    assert document["warnings"]

    code, refused = run("shelf", "--apply")
    assert (code, refused["status"], refused["applied"]) == (3, "needs_review", False)
    assert refused["checksum"] == document["checksum"]
    assert len(shelf.books) == 20


def test_what_was_approved_is_done_and_more_than_that_is_not(sync: Sync) -> None:
    shelf.books, shelf.wanted = many(20), many(10)
    checksum = run("shelf", "--apply")[1]["checksum"]

    shelf.wanted = many(9)
    code, more = run("shelf", "--approve", checksum)
    assert (code, more["status"]) == (3, "needs_review")
    assert more["checksum"] not in (None, checksum)
    assert len(shelf.books) == 20

    code, document = run("shelf", "--approve", more["checksum"])
    assert (code, document["applied"]) == (0, True)
    assert shelf.books == many(9)


def test_a_busy_provider_is_status_4_and_is_not_asked_again_before_its_time(sync: Sync) -> None:
    shelf.wanted = {"a": "new"}
    busy = RetryableError(provider="Shelf", doing="reading", status=429, retry_after=90)
    shelf.troubles = [busy]

    code, document = run("shelf", "--apply")
    assert (code, document["status"], document["applied"]) == (4, "waiting", False)
    assert "Shelf" in document["error"]

    code, again = run("shelf", "--apply")
    assert (code, again["status"], again["run"]) == (4, "waiting", document["run"])
    assert again["retry_at"] == document["retry_at"]
    assert shelf.books == {}

    Run.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    code, taken_up = run("shelf", "--apply")
    assert (code, taken_up["status"], taken_up["run"]) == (0, "finished", document["run"])
    assert shelf.books == {"a": "new"}


def test_a_dry_run_mentions_a_waiting_run_and_leaves_it_alone(sync: Sync) -> None:
    shelf.wanted = {"a": "new"}
    shelf.troubles = [RetryableError(provider="Shelf", doing="reading", retry_after=90)]
    waiting = run("shelf", "--apply")[1]["run"]
    before = Run.objects.values().get()

    code, document = run("shelf")

    assert (code, document["run"]) == (0, None)
    assert f"Run {waiting}" in document["warnings"][0]
    assert Run.objects.values().get() == before


def test_a_run_in_the_hands_of_a_living_worker_is_status_4_until_its_lease_ends(
    sync: Sync,
) -> None:
    now = timezone.now()
    begun = runs.start(sync, trigger="schedule", now=now)
    assert begun is not None
    assert runs.claim(begun.pk, begun.claim, now=now) is not None
    shelf.wanted = {"a": "new"}

    code, document = run("shelf", "--apply")

    assert (code, document["status"], document["requests"]) == (4, "running", 0)
    assert document["retry_at"] is not None
    assert shelf.books == {}


def test_a_provider_that_is_not_understood_is_status_1_with_a_sentence(sync: Sync) -> None:
    shelf.troubles = [UnexpectedError(provider="Shelf", doing="reading", excerpt="no list")]

    code, document = run("shelf", "--apply")

    assert (code, document["status"]) == (1, "failed")
    assert document["error"].endswith("Shelf: reading failed: no list")
    assert "\n" not in document["error"]


def test_a_refused_change_is_told_and_the_command_is_done(sync: Sync) -> None:
    shelf.wanted = {"a": "new", "b": "new"}
    refusal = RejectedError(provider="Shelf", doing="adding", excerpt="too heavy")
    shelf.troubles = [None, refusal]

    code, document = run("shelf", "--apply")

    assert (code, document["status"]) == (0, "finished_with_problems")
    assert document["counts"]["rejected"] == 1
    [refused] = [change for change in document["changes"] if change["outcome"] == "rejected"]
    assert "too heavy" in refused["reason"]
    assert len(shelf.books) == 1


def test_particular_people_and_dates_reach_the_kind(sync: Sync, tmp_path: Path) -> None:
    Sync.objects.update(kind="test_asked")

    code, _ = run(
        *("shelf", "--since", "2026-03-01", "--only", "Ada@Example.org, b@example.org"),
        *("--exclude", "c@example.org", "--from-dump", str(tmp_path)),
    )

    assert code == 0
    [params] = asked
    assert params["since"] == "2026-03-01"
    assert params["only"] == ["ada@example.org", "b@example.org"]
    assert params["exclude"] == ["c@example.org"]
    assert params["from_dump"] == str(tmp_path)


@pytest.mark.parametrize(
    ("kind", "arguments", "says"),
    [
        ("test_whole", ["elsewhere"], "There is no sync “elsewhere”. There are: "),
        ("test_gone", ["shelf"], "of kind test_gone, which is not installed"),
        ("test_whole", ["shelf", "--since", "2026-03-01"], "--since means nothing to shelf"),
        ("test_whole", ["shelf", "--from-dump", "."], "--from-dump means nothing to shelf"),
        ("test_book_by_book", ["shelf", "--approve", "0"], "has no plan to approve"),
        ("test_asked", ["shelf", "--since", "March"], "“March” is not a date"),
        ("test_asked", ["shelf", "--since", "2026-02-30"], "“2026-02-30” is not a date"),
        ("test_asked", ["shelf", "--only", "ada"], "“ada” is not an e-mail address"),
        ("test_asked", ["shelf", "--only", " , "], "--only names nobody"),
        (
            "test_asked",
            ["shelf", "--only", "a@x.org", "--exclude", "A@x.org"],
            "both in --only and in --exclude",
        ),
        ("test_asked", ["shelf", "--from-dump", "no/such/folder"], "there is no folder"),
    ],
)
def test_wrong_usage_is_status_2_and_nothing_begins(
    sync: Sync, kind: str, arguments: list[str], says: str
) -> None:
    Sync.objects.update(kind=kind)
    if "elsewhere" in arguments:
        Sync.objects.update(target=None)
    shelf.wanted = {"a": "new"}

    code, document = run(*arguments, *([] if "--approve" in arguments else ["--apply"]))

    assert code == 2
    assert says in document["error"]
    assert shelf.books == {}
    assert not Run.objects.exists()


def test_a_disabled_sync_is_status_2(sync: Sync) -> None:
    Sync.objects.update(enabled=False)

    code, document = run("shelf", "--apply")

    assert (code, document["error"]) == (2, "The sync “shelf” is disabled.")


def test_a_fault_of_our_own_still_ends_with_one_document(
    sync: Sync, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    shelf.troubles = [RuntimeError("secret-in-a-message")]

    code, document = run("shelf")

    assert code == 1
    assert document["error"] == "Something went wrong in Lockstep itself (RuntimeError)."


def test_what_people_asked_for_is_on_standard_output_so_that_it_can_be_paged(sync: Sync) -> None:
    shelf.books, shelf.wanted = many(20), many(10)
    out, err = StringIO(), StringIO()

    call_command("sync", "shelf", stdout=out, stderr=err)

    assert "delete   planned  book 10\n" in out.getvalue()
    assert "warning  " in out.getvalue()
    assert "10 delete, 10 unchanged" in out.getvalue()
    assert "Nothing was written: the same with --apply does it; with --approve " in out.getvalue()
    assert err.getvalue() == ""


def test_with_json_people_get_the_warnings_and_not_the_plan_once_more(sync: Sync) -> None:
    shelf.books, shelf.wanted = many(20), many(10)
    out, err = StringIO(), StringIO()

    call_command("sync", "shelf", "--json", stdout=out, stderr=err)

    warnings = json.loads(out.getvalue())["warnings"]
    assert err.getvalue() == "".join(f"warning  {warning}\n" for warning in warnings)
    assert warnings


def test_a_complaint_is_not_on_standard_output(sync: Sync) -> None:
    out, err = StringIO(), StringIO()

    with pytest.raises(SystemExit):
        call_command("sync", "elsewhere", stdout=out, stderr=err)

    assert out.getvalue() == ""
    assert err.getvalue().startswith("There is no sync “elsewhere”.")


@pytest.mark.parametrize(("name", "kind"), [("elsewhere", ""), ("shelf", "test_whole")])
def test_an_error_names_the_sync_that_was_asked_for(sync: Sync, name: str, kind: str) -> None:
    code, document = run(name, "--since", "2026-03-01")

    assert (code, document["sync"], document["kind"]) == (2, name, kind)


@pytest.mark.parametrize(("verbosity", "chatter"), [(1, False), (2, True)])
def test_what_a_worker_logs_in_passing_is_shown_only_when_asked_for(
    sync: Sync, caplog: pytest.LogCaptureFixture, verbosity: int, chatter: bool
) -> None:
    def passing(_: object) -> None:
        logging.getLogger("uploader.building").info("in passing")
        logging.getLogger("uploader.building").warning("of weight")

    shelf.wanted, shelf.before_each = {"a": "new"}, passing
    level = logging.getLogger().level

    call_command("sync", "shelf", "--apply", verbosity=verbosity, stdout=StringIO())

    assert ("in passing" in caplog.text) is chatter
    assert "of weight" in caplog.text
    assert logging.getLogger().level == level


def test_the_help_has_a_sentence_for_every_option_and_the_exit_status() -> None:
    parser = CommandOfSync().create_parser("manage.py", "sync")

    text = parser.format_help()

    for option in ("--apply", "--approve", "--since", "--only", "--exclude", "--from-dump"):
        assert option in text
    assert "0 done, 1 failed, 2 wrong usage or configuration, 3 needs review, 4 waiting" in text
    assert all(action.help for action in parser._actions)


def manage(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("arguments", [["sync", "x", "--json"], ["migrate"], ["sync", "x"]])
def test_a_missing_setting_is_one_sentence_and_status_2(
    arguments: list[str], tmp_path: Path
) -> None:
    ended = manage(*arguments, DEBUG="0", SECRET_KEY="", LOCKSTEP_VAR=str(tmp_path))

    assert ended.returncode == 2
    assert ended.stderr.startswith("SECRET_KEY is not set. ")
    assert ended.stderr.count("\n") == 1
    if "--json" in arguments:
        assert json.loads(ended.stdout) == {"error": ended.stderr.strip()}


def test_a_missing_setting_is_traced_on_demand(tmp_path: Path) -> None:
    ended = manage("migrate", "--traceback", DEBUG="0", SECRET_KEY="", LOCKSTEP_VAR=str(tmp_path))

    assert "Traceback" in ended.stderr
    assert ended.returncode == 1


def test_a_reader_that_has_seen_enough_is_no_fault(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as closed:
        ended = subprocess.run(
            [sys.executable, "manage.py", "sync", "x", "--json"],
            cwd=settings.BASE_DIR,
            env={**os.environ, "LOCKSTEP_VAR": str(tmp_path)},
            stdout=closed,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
        )

    assert ended.returncode == 1
    assert "BrokenPipe" not in ended.stderr


@pytest.mark.parametrize(
    "arguments", [["--json"], ["--json", "x", "--apply", "--approve", "1"], ["--json", "x", "--no"]]
)
def test_what_cannot_be_read_is_status_2_with_exactly_one_document(
    arguments: list[str], tmp_path: Path
) -> None:
    ended = manage("sync", *arguments, LOCKSTEP_VAR=str(tmp_path))

    assert ended.returncode == 2
    document = json.loads(ended.stdout)
    assert " ".join(document) == FIELDS
    assert document["error"] in ended.stderr
