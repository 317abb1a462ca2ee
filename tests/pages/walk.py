"""The steps of setting up a sync of times, walked through as a browser does."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client

from integrations.clockify.sandbox_seed import KEYS
from integrations.clockify.sandbox_stored import StoredWorkspace
from tests.pages.visitor import words_of
from uploader.syncs.clockify_to_clockify import setup
from uploader.syncs.clockify_to_clockify.draft import Named

START = "/timesheets/new/"
PAGES = {name: f"{START}{name}/" for name in ("workspaces", "client", "options", "preview")}
NEEDED = (
    "integrations.add_connection",
    "uploader.add_sync",
    "uploader.view_sync",
    "uploader.run_sync",
)
LOOK = ("integrations.view_connection", "uploader.view_sync")
Places = tuple[StoredWorkspace, StoredWorkspace]


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


def with_places(sam: Client, places: Places) -> Client:
    ours, theirs = places
    with_keys(sam)
    answer = sam.post(PAGES["workspaces"], {"source": ours.id, "target": theirs.id})
    assert answer["Location"] == PAGES["client"], words_of(answer)
    return sam


def with_client(sam: Client, places: Places) -> Client:
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


def with_options(sam: Client, places: Places, **more: str) -> Any:
    with_client(sam, places)
    answer = sam.post(PAGES["options"], options(**more))
    assert answer["Location"] == PAGES["preview"], words_of(answer)
    return sam
