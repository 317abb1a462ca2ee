"""Deleting the files of a source that was disconnected, after a change of mind."""

from typing import Any

from django.utils import timezone

from integrations import connections
from integrations.models import Connection
from integrations.sandbox import World
from tests.pages.visitor import Visitor


def disconnect(visitor: Visitor, *, files: str) -> None:
    visitor.client.post(
        f"/connections/{visitor.connection('rescuetime').name}/disconnect/", {"files": files}
    )


def test_who_kept_the_files_can_have_them_deleted_later(
    connected: Visitor, carry_out: Any, world: World
) -> None:
    disconnect(connected, files="keep")
    address = f"/dashboard/{connected.sync.name}/erase/"
    assert address in connected.get("/dashboard/").content.decode()
    assert "Delete your files at Open Humans" in connected.read(address)
    connected.client.post(address)
    carry_out()
    assert world["open_humans"].files("ben") == []  # type: ignore[attr-defined]
    connected.client.post(address)
    assert "Nothing was deleted." in connected.read("/dashboard/"), "nothing is left to delete"


def test_an_erasure_that_was_stopped_can_be_asked_for_again(connected: Visitor) -> None:
    disconnect(connected, files="delete")
    erasing = connected.sync.runs.open().get()
    connected.client.post(f"/runs/{erasing.pk}/cancel/")
    assert "Delete these files" in connected.read("/dashboard/")


def test_what_is_still_being_filled_is_not_deleted_here(connected: Visitor) -> None:
    address = f"/dashboard/{connected.sync.name}/erase/"
    connected.client.post(address)
    assert "Nothing was deleted." in connected.read("/dashboard/")
    assert not connected.sync.runs.open().exists()


def test_without_the_target_there_is_no_such_button(connected: Visitor) -> None:
    disconnect(connected, files="keep")
    target = Connection.objects.get(provider="open_humans")
    connections.disconnect(target, by=None, now=timezone.now())
    assert "Delete these files" not in connected.read("/dashboard/")


def test_leaving_open_humans_promises_no_deletion_whatever_is_posted(connected: Visitor) -> None:
    target = Connection.objects.get(provider="open_humans")
    connected.client.post(f"/connections/{target.name}/disconnect/", {"files": "delete"})
    words = connected.read("/dashboard/")
    assert "are being deleted" not in words
    assert "Your files stay." in words
