"""What `configure` says of a wrong file: file, key and what is allowed, and nothing is changed."""

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from config.management.commands import configure
from integrations.models import Connection
from rota.syncs.duties.kind import RotaDuties
from uploader import kinds

Write = Callable[[str], Path]
EXAMPLE = Path(__file__).parent / "lockstep.example.toml"


def refused(file: Path) -> str:
    """The one error; checked: status 2, one document, no change."""
    out, err = StringIO(), StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("configure", str(file), "--apply", "--json", stdout=out, stderr=err)
    assert ended.value.code == 2
    document = json.loads(out.getvalue())
    assert document["applied"] is False
    assert document["changes"] == []
    assert document["error"] in err.getvalue()
    assert not Connection.objects.exists()
    return str(document["error"])


CONNECTION = '[connections.here]\nprovider = "example"\n'
KEY = 'api_key = {env = "EXAMPLE_KEY"}\n'
SYNC = (
    CONNECTION
    + KEY
    + '[syncs.leave]\nkind = "example_to_example"\nsource = "here"\ntarget = "here"\n'
)


@pytest.mark.django_db
@pytest.mark.usefixtures("secret")
@pytest.mark.parametrize(
    ("text", "key", "allowed"),
    [
        ("[turns.support]\n", "turns: unknown key", "people, connections, syncs, rotas"),
        ("[peple]\n", "peple: unknown key", "people, connections, syncs"),
        ("connections = 3\n", "connections: must be a table", "[connections]"),
        ("[connections]\nhere = 3\n", "connections.here: must be a table", "[connections.here]"),
        (CONNECTION, "connections.here.api_key: is missing", "api_key"),
        (CONNECTION + KEY + "colour = 1\n", "connections.here.colour: unknown key", "base_url"),
        (CONNECTION + "api_key = 7\n", "connections.here.api_key: must be a text", "a text"),
        (
            CONNECTION + 'api_key = {vault = "x"}\n',
            "connections.here.api_key.vault: unknown key",
            "env, file",
        ),
        (
            CONNECTION + "api_key = {}\n",
            "connections.here.api_key: must be",
            '{env = "NAME"} or {file = "path"}',
        ),
        (
            CONNECTION + 'api_key = {env = "NOT_SET_ANYWHERE"}\n',
            "connections.here.api_key",
            "the environment variable NOT_SET_ANYWHERE is not set",
        ),
        (
            CONNECTION + 'api_key = {file = "nowhere.key"}\n',
            "connections.here.api_key",
            "the file nowhere.key cannot be read",
        ),
        (
            '[connections.here]\nprovider = "exmaple"\n',
            "connections.here.provider: unknown provider “exmaple”",
            "allowed: example",
        ),
        (
            '[connections.here]\nprovider = "signs_in"\n',
            "connections.here.provider: Signs In is connected by signing in",
            "allowed: example",
        ),
        (
            '[connections."Not a name"]\nprovider = "example"\n',
            "connections.Not a name",
            "Small letters, digits",
        ),
        (
            CONNECTION + KEY + 'base_url = "http://api.example.org/v1"\n',
            "connections.here.base_url",
            "https at api.example.org, eu.example.org",
        ),
        (
            CONNECTION + KEY + 'base_url = "https://elsewhere.example/v1"\n',
            "connections.here.base_url",
            "https at api.example.org, eu.example.org",
        ),
        (SYNC.replace("example_to_example", "nope"), "syncs.leave.kind", "example_to_example"),
        (SYNC.replace("example_to_example", "members_own"), "syncs.leave.kind", "by itself"),
        (SYNC.replace('source = "here"', 'source = "ther"'), "syncs.leave.source", "allowed: here"),
        (SYNC + 'mode = "auto"\n', "syncs.leave.mode", "dry_run, review, automatic"),
        (SYNC + 'every = "1 day"\n', "syncs.leave.every", "30m, 1h, 1d or 2w"),
        (SYNC + "every = 3600\n", "syncs.leave.every", "a text"),
        (SYNC + "max_delete_share = 30\n", "syncs.leave.max_delete_share", "from 0 to 1"),
        (SYNC + "max_delete_share = true\n", "syncs.leave.max_delete_share", "from 0 to 1"),
        (SYNC + "evry = 1\n", "syncs.leave.evry: unknown key", "max_delete_share"),
        (SYNC + "options = {since = 1}\n", "syncs.leave.options.since", "since_days, events"),
        (
            SYNC + 'options = {since_days = "90"}\n',
            "syncs.leave.options.since_days",
            "a whole number",
        ),
        (SYNC + "options = {since_days = true}\n", "options.since_days", "a whole number"),
        (SYNC + "options = {since_days = 0}\n", "options.since_days", "greater than or equal to 1"),
        (SYNC + "options = {quietly = 1}\n", "options.quietly", "true or false"),
        (SYNC + 'options = {on_target_edit = "no"}\n', "on_target_edit", "keep, overwrite"),
        ("[people]\naliases = 3\n", "people.aliases", "a list of lists"),
        ('[people]\naliases = [["ada"]]\n', "people.aliases[1]", "not an e-mail address"),
        (
            '[people]\naliases = [["a@x.org"], ["A@x.org", "b@x.org"]]\n',
            "people.aliases[2]",
            "a@x.org is also in aliases[1]",
        ),
        ("[people\n", "is not valid TOML", "line 1"),
    ],
)
def test_one_error_names_the_file_the_key_and_what_is_allowed(
    write: Write, text: str, key: str, allowed: str
) -> None:
    error = refused(write(text))

    assert "lockstep.toml: " in error
    assert key in error
    assert allowed in error


@pytest.mark.django_db
def test_a_missing_secret_is_an_error_without_apply_too(write: Write) -> None:
    file = write(CONNECTION + 'api_key = {env = "NOT_SET_ANYWHERE"}\n')

    with pytest.raises(SystemExit) as ended:
        call_command("configure", str(file), stderr=StringIO())

    assert ended.value.code == 2


@pytest.mark.django_db
def test_the_example_in_the_help_works_and_is_shown_after_an_error(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(kinds._kinds, RotaDuties.slug, RotaDuties)
    text = configure.Command().create_parser("manage.py", "configure").format_help()
    example = textwrap.dedent(text[text.index("    [people]") : text.index("RescueTime")])
    out, err = StringIO(), StringIO()

    call_command("configure", str(write(example)), "--apply", stdout=out)
    with pytest.raises(SystemExit):
        call_command("configure", str(write("[peple]\n")), stdout=out, stderr=err)

    assert "create   person ada@example.org" in out.getvalue()
    assert "[people]\n    aliases" in err.getvalue()
    for words in (text, err.getvalue()):
        assert "each person connects them in the browser" in words


@pytest.mark.django_db
def test_an_error_at_the_end_of_a_file_leaves_its_beginning_undone(
    write: Write, secret: str
) -> None:
    refused(write(SYNC + 'mode = "auto"\n'))

    assert not Connection.objects.exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("secret")
@pytest.mark.parametrize(
    "host", ["http://127.0.0.1:9001/v1", "http://[::1]:9001", "http://localhost"]
)
def test_a_base_url_on_this_machine_may_be_http(write: Write, host: str) -> None:
    file = write(CONNECTION + KEY + f'base_url = "{host}"\n')

    call_command("configure", str(file), "--apply", stderr=StringIO())

    assert Connection.objects.get(name="here").base_url == host


@pytest.mark.django_db
def test_a_sync_keeps_its_kind_and_a_connection_its_provider(write: Write, secret: str) -> None:
    Connection.objects.create(name="here", provider="other")

    out = StringIO()
    with pytest.raises(SystemExit):
        call_command(
            "configure", str(write(CONNECTION + KEY)), "--json", stdout=out, stderr=StringIO()
        )

    assert "is a connection to other already" in json.loads(out.getvalue())["error"]


@pytest.mark.django_db
def test_the_reference_file_is_refused_where_a_provider_is_not_installed() -> None:
    assert "connections.breathe.provider: unknown provider “breathe”; allowed: example" in refused(
        EXAMPLE
    )


def manage(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """The command as a script sees it: its own process, its real exit status."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DEBUG": "1", **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["--json"],
        ["--json", "a.toml", "b.toml"],
        ["--json", "--aply", "a.toml"],
        ["--json", "does-not-exist.toml"],
    ],
)
def test_wrong_usage_is_status_2_with_exactly_one_document(
    arguments: list[str], tmp_path: Path
) -> None:
    ended = manage("configure", *arguments, LOCKSTEP_VAR=str(tmp_path))

    assert ended.returncode == 2
    document: dict[str, Any] = json.loads(ended.stdout)
    assert set(document) == {"applied", "changes", "warnings", "error"}
    assert document["error"] in ended.stderr


def test_a_database_that_was_never_made_is_status_1_with_a_document(tmp_path: Path) -> None:
    file = tmp_path / "lockstep.toml"
    file.write_text('[people]\naliases = [["a@x.org"]]\n', encoding="utf-8")

    ended = manage("configure", str(file), "--json", LOCKSTEP_VAR=str(tmp_path))

    assert ended.returncode == 1
    assert "migrate" in json.loads(ended.stdout)["error"]
