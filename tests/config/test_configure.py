"""The command `configure`: what a file makes, changes and disables, and how it answers."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command

from integrations.encryption import Sealed
from integrations.models import Connection
from uploader.models import Sync
from uploader.people import Address, Person, folded

pytestmark = pytest.mark.django_db

Write = Callable[[str], Path]


def aliases(emails: list[str]) -> dict[str, int]:
    """The person's id for each address that stands for somebody."""
    known = Address.objects.filter(email__in=map(folded, emails), enabled=True)
    return dict(known.values_list("email", "person_id"))


WHOLE = """
[people]
aliases = [["Ada@Example.org", "ada.okafor@example.com"]]

[connections.here]
provider = "example"
api_key = {env = "EXAMPLE_KEY"}

[connections.there]
provider = "example"
api_key = {file = "there.key"}
organization_id = "15071"
base_url = "https://eu.example.org/v1"

[syncs.leave]
kind = "example_to_example"
source = "here"
target = "there"
mode = "review"
every = "1d"
max_delete_share = 0.2
[syncs.leave.options]
since_days = 30
events = {holiday = "81131"}
"""


def run(file: Path, *flags: str) -> tuple[int, dict[str, Any], str]:
    """Status, the JSON document, and what people read."""
    out, err = StringIO(), StringIO()
    code = 0
    try:
        call_command("configure", str(file), "--json", *flags, stdout=out, stderr=err)
    except SystemExit as ended:
        code = int(ended.code or 0)
    return code, json.loads(out.getvalue()), err.getvalue()


@pytest.fixture
def whole(write: Write, secret: str, tmp_path: Path) -> Path:
    (tmp_path / "there.key").write_text("sesame-2\n", encoding="utf-8")
    return write(WHOLE)


def lines(document: dict[str, Any]) -> list[tuple[str, str]]:
    return [(change["action"], change["what"]) for change in document["changes"]]


def test_without_apply_it_shows_everything_and_changes_nothing(whole: Path) -> None:
    code, document, words = run(whole)

    assert (code, document["applied"], document["error"]) == (0, False, None)
    assert lines(document) == [
        ("create", "person ada@example.org"),
        ("create", "connection here"),
        ("create", "connection there"),
        ("create", "sync leave"),
    ]
    assert words == ""
    assert not Connection.objects.exists()
    assert not Sync.objects.exists()
    assert not Person.objects.exists()


def test_what_people_asked_for_is_on_standard_output(whole: Path) -> None:
    def shown(*flags: str) -> str:
        out, err = StringIO(), StringIO()
        call_command("configure", str(whole), *flags, stdout=out, stderr=err)
        assert err.getvalue() == ""
        return out.getvalue()

    assert "create   sync leave\n" in shown()
    assert "Nothing was changed: --apply does it." in shown()
    assert "Done." in shown("--apply")
    assert "nothing to change" in shown("--apply")


def test_with_apply_everything_is_there_as_the_file_says(whole: Path) -> None:
    code, document, _ = run(whole, "--apply")

    assert (code, document["applied"]) == (0, True)
    there = Connection.objects.get(name="there")
    assert there.credentials.open() == {"api_key": "sesame-2", "organization_id": "15071"}
    assert there.base_url == "https://eu.example.org/v1"
    sync = Sync.objects.get(name="leave")
    assert (sync.source, sync.target, sync.mode) == (
        Connection.objects.get(name="here"),
        there,
        "review",
    )
    assert (sync.every, sync.max_delete_share) == (timedelta(days=1), 0.2)
    assert sync.options == {
        "since_days": 30,
        "events": {"holiday": "81131"},
        "on_target_edit": "keep",
        "quietly": True,
    }
    assert sync.next_run_at is not None
    known = aliases(["ADA@example.org", "ada.okafor@example.com"])
    assert len(set(known.values())) == 1
    assert len(known) == 2


def test_applying_again_changes_nothing(whole: Path) -> None:
    run(whole, "--apply")
    before = list(Sync.objects.values()), list(Connection.objects.values("name", "connected_at"))

    _, document, _ = run(whole, "--apply")

    assert document["changes"] == []
    after = list(Sync.objects.values()), list(Connection.objects.values("name", "connected_at"))
    assert after == before


def test_what_the_file_no_longer_names_is_disabled_and_comes_back_when_named_again(
    whole: Path, write: Write
) -> None:
    run(whole, "--apply")

    write("")
    _, document, _ = run(whole, "--apply")

    assert sorted(lines(document)) == [
        ("disable", "address ada.okafor@example.com of ada@example.org"),
        ("disable", "address ada@example.org of ada@example.org"),
        ("disable", "connection here"),
        ("disable", "connection there"),
        ("disable", "sync leave"),
    ]
    assert not Sync.objects.get(name="leave").enabled
    assert not Connection.objects.get(name="here").enabled
    assert Connection.objects.get(name="here").credentials.open()["api_key"] == "sesame-1"
    assert aliases(["ada@example.org"]) == {}
    assert run(whole, "--apply")[1]["changes"] == []

    write(WHOLE)
    _, document, _ = run(whole, "--apply")

    assert ("update", "sync leave: enabled") in lines(document)
    assert ("update", "connection here: enabled") in lines(document)
    assert Sync.objects.get(name="leave").enabled
    assert len(set(aliases(["ada@example.org", "ada.okafor@example.com"]).values())) == 1
    assert Person.objects.count() == 1


def test_what_was_made_in_the_admin_is_never_disabled_by_a_file(write: Write) -> None:
    Connection.objects.create(name="by-hand", provider="example")

    _, document, _ = run(write(""), "--apply")

    assert document["changes"] == []
    assert Connection.objects.get(name="by-hand").enabled


def test_a_connection_of_the_same_name_made_in_the_admin_is_adopted(
    write: Write, secret: str
) -> None:
    made = Connection(name="here", provider="example")
    made.credentials = Sealed.seal({"api_key": "older"})
    made.save()
    text = '[connections.here]\nprovider = "example"\napi_key = {env = "EXAMPLE_KEY"}\n'

    _, document, words = run(write(text), "--apply")

    assert lines(document) == [("update", "connection here: another api_key, now kept by the file")]
    made.refresh_from_db()
    assert made.credentials.open()["api_key"] == secret
    assert "older" not in words + json.dumps(document)


def test_the_file_wins_over_edits_in_the_admin(whole: Path) -> None:
    run(whole, "--apply")
    Sync.objects.filter(name="leave").update(mode="automatic", every=timedelta(hours=1))

    _, document, _ = run(whole, "--apply")

    assert lines(document) == [("update", "sync leave: mode review, every 1d")]
    assert Sync.objects.get(name="leave").mode == "review"


def test_a_new_secret_is_written_and_shown_by_name_only(
    whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(whole, "--apply")
    Connection.objects.filter(name="here").update(state="needs_reconnect", reason="refused")
    monkeypatch.setenv("EXAMPLE_KEY", "sesame-3")

    _, document, words = run(whole, "--apply")

    assert lines(document) == [("update", "connection here: another api_key")]
    assert "sesame" not in words + json.dumps(document)
    here = Connection.objects.get(name="here")
    assert here.credentials.open()["api_key"] == "sesame-3"
    assert (here.state, here.reason) == ("connected", "")


def test_credentials_that_cannot_be_decrypted_any_more_are_written_anew(
    whole: Path, settings: Any
) -> None:
    run(whole, "--apply")
    settings.CREDENTIALS_KEYS = ["MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="]

    _, document, _ = run(whole, "--apply")

    assert len(document["changes"]) == 2
    assert Connection.objects.get(name="here").credentials.open()["api_key"] == "sesame-1"
    assert run(whole, "--apply")[1]["changes"] == []


def test_a_renamed_sync_is_a_new_one_and_the_output_says_so(whole: Path, write: Write) -> None:
    run(whole, "--apply")

    write(WHOLE.replace("syncs.leave", "syncs.holidays"))
    _, document, words = run(whole, "--apply")

    assert lines(document) == [("create", "sync holidays"), ("disable", "sync leave")]
    assert "a renamed thing is a new thing" in document["warnings"][0]
    assert "a renamed thing is a new thing" in words


def test_a_literal_secret_works_with_a_warning_that_does_not_show_it(write: Write) -> None:
    text = '[connections.here]\nprovider = "example"\napi_key = "sesame-9"\norganization_id = "7"\n'

    code, document, words = run(write(text), "--apply")

    assert code == 0
    [warning] = document["warnings"]
    assert "connections.here.api_key" in warning
    assert "sesame" not in words + json.dumps(document)
    assert Connection.objects.get(name="here").credentials.open()["api_key"] == "sesame-9"


def test_a_sync_may_use_a_connection_that_was_made_in_the_admin(write: Write) -> None:
    Connection.objects.create(name="by-hand", provider="example")
    text = '[syncs.x]\nkind = "example_to_example"\nsource = "by-hand"\ntarget = "by-hand"\n'

    code, document, _ = run(write(text), "--apply")

    assert (code, lines(document)) == (0, [("create", "sync x")])
    sync = Sync.objects.get(name="x")
    assert (sync.mode, sync.every, sync.next_run_at, sync.max_delete_share) == (
        "dry_run",
        None,
        None,
        0.3,
    )


def test_a_members_own_connection_is_never_taken_over(write: Write, secret: str) -> None:
    owner = get_user_model().objects.create_user("ada")
    Connection.objects.create(name="here", provider="example", owner=owner)

    text = '[connections.here]\nprovider = "example"\napi_key = {env = "EXAMPLE_KEY"}\n'
    code, document, _ = run(write(text), "--apply")

    assert code == 2
    assert "a member's own connection has this name" in document["error"]


def test_addresses_of_an_existing_person_are_added_to_that_person(write: Write) -> None:
    ada = Person.objects.create(name="Ada")
    Address.objects.create(person=ada, email="ada@example.org")

    _, document, _ = run(
        write('[people]\naliases = [["ada@example.org", "a@example.com"]]\n'), "--apply"
    )

    assert lines(document) == [
        ("update", "person Ada: address ada@example.org now kept by the file"),
        ("update", "person Ada: address a@example.com added"),
    ]
    assert aliases(["a@example.com"]) == {"a@example.com": ada.pk}
    assert Person.objects.count() == 1


def test_two_people_are_never_made_one_and_the_error_names_both(write: Write) -> None:
    for name in ("Ada", "Grace"):
        person = Person.objects.create(name=name)
        Address.objects.create(person=person, email=f"{name.lower()}@example.org")

    code, document, _ = run(
        write('[people]\naliases = [["ada@example.org", "grace@example.org"]]\n'), "--apply"
    )

    assert code == 2
    assert "Ada (ada@example.org)" in document["error"]
    assert "Grace (grace@example.org)" in document["error"]
    assert Address.objects.get(email="grace@example.org").person.name == "Grace"


def test_an_address_that_moves_to_another_line_leaves_its_person(write: Write) -> None:
    run(write('[people]\naliases = [["a@x.org", "b@x.org"], ["c@x.org"]]\n'), "--apply")
    run(write('[people]\naliases = [["a@x.org"], ["c@x.org"]]\n'), "--apply")

    file = write('[people]\naliases = [["a@x.org"], ["b@x.org", "c@x.org"]]\n')
    _, document, _ = run(file, "--apply")

    assert lines(document) == [("update", "person c@x.org: address b@x.org added")]
    known = aliases(["a@x.org", "b@x.org", "c@x.org"])
    assert known["b@x.org"] == known["c@x.org"] != known["a@x.org"]


def test_two_that_the_file_once_joined_can_be_parted_by_the_file(write: Write) -> None:
    run(write('[people]\naliases = [["a@x.org", "b@x.org"]]\n'), "--apply")

    file = write('[people]\naliases = [["a@x.org", "c@x.org"], ["b@x.org", "d@x.org"]]\n')
    run(file, "--apply")

    known = aliases(["a@x.org", "b@x.org", "c@x.org", "d@x.org"])
    assert known["a@x.org"] == known["c@x.org"] != known["b@x.org"] == known["d@x.org"]
    assert run(file, "--apply")[1]["changes"] == []


def test_a_person_made_in_the_admin_is_not_parted_by_two_lines(write: Write) -> None:
    ada = Person.objects.create(name="Ada")
    for email in ("a@x.org", "b@x.org"):
        Address.objects.create(person=ada, email=email)

    file = write('[people]\naliases = [["a@x.org", "c@x.org"], ["b@x.org", "d@x.org"]]\n')
    code, document, _ = run(file, "--apply")

    assert code == 2
    assert "aliases[2]" in document["error"]
    assert "aliases[1]" in document["error"]
