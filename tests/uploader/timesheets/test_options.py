"""What a file may say about a sync of times, and what is refused at once."""

import json
import tomllib
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from integrations.models import Connection
from uploader.models import Sync
from uploader.syncs.clockify_to_clockify.options import Options, in_words

pytestmark = pytest.mark.django_db

EXAMPLE = Path(__file__).parents[2] / "config" / "lockstep.example.toml"
RIGHT = {
    "source_workspace": "Ours",
    "source_client": "Customer Ltd",
    "target_workspace": "Theirs",
    "window_days": 30,
    "on_target_edit": "keep",
}


def configured(file: Path) -> tuple[int, dict[str, Any]]:
    out = StringIO()
    code = 0
    try:
        call_command("configure", str(file), "--apply", "--json", stdout=out, stderr=StringIO())
    except SystemExit as ended:
        code = int(ended.code or 0)
    return code, json.loads(out.getvalue())


def part_of_the_example() -> str:
    """Both connections and the sync, as the contract's example has them."""
    text = EXAMPLE.read_text()
    ours = text.index("[connections.our-clockify]"), text.index("[connections.calendar]")
    sync = text.index("[syncs.timesheets]"), text.index("# ---", text.index("[syncs.timesheets]"))
    return text[slice(*ours)] + text[slice(*sync)]


def test_the_example_of_the_contract_is_understood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SRC", "DEST"):
        monkeypatch.setenv(f"{name}_CLOCKIFY_API_KEY", f"key of {name}")
    file = tmp_path / "lockstep.toml"
    file.write_text(part_of_the_example())
    assert configured(file)[0] == 0
    sync = Sync.objects.get()
    given = tomllib.loads(part_of_the_example())["syncs"]["timesheets"]["options"]
    assert sync.options == given
    assert Connection.objects.get(name="customer-clockify").base_url.startswith("https://euc1.")
    assert configured(file)[1]["changes"] == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"target_workspace": "Ours"}, "Both sides are the same workspace"),
        ({"source_client": ""}, "required"),
        ({"source_client": "a\x00b"}, "ull character"),
        ({"window_days": 0}, "greater than or equal to 1"),
        ({"on_target_edit": "ask"}, "not one of the available choices"),
        ({"project_options": {"colour": "#00FFFF"}}, "“colour” is none of color, billable"),
        ({"project_options": {"color": "blue"}}, "a color is written like #00FFFF"),
        ({"project_options": {"billable": 1}}, "this is true or false"),
        ({"project_options": {"note": "\x00"}}, "a note is a text"),
        ({"project_options": ["color"]}, "This must be what new projects are to have"),
    ],
)
def test_what_cannot_be_meant_is_refused(given: dict[str, Any], words: str) -> None:
    form = Options({**RIGHT, **given})
    assert not form.is_valid()
    assert words in str(form.errors)


def test_options_are_told_in_words() -> None:
    form = Options({**RIGHT, "project_options": {"color": "#00FFFF", "is_public": False}})
    assert form.is_valid(), form.errors
    said = dict(in_words(form.cleaned_data, names={}))
    assert said["Copied from"] == "Ours, client Customer Ltd"
    assert said["Booked in"] == "Theirs"
    assert said["New projects"] == "color: #00FFFF, is public: no"
    assert said["If somebody changes a copy"] == "leave it to them, and show it as a conflict"
