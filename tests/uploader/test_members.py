"""A member's sync: made by connecting, stopped by disconnecting, hurried at most once an hour."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from integrations import connections
from integrations.models import Connection
from integrations.sandbox import World
from uploader import members, runs
from uploader.models import Run, Sync

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ada() -> User:
    return User.objects.create_user("ada")


def connect(owner: User, provider: str, **more: Any) -> Connection:
    return connections.connect(
        provider=provider,
        owner=owner,
        name=f"{provider}-04170011",
        credentials={"access_token": "made-up"},
        account="04170011" if provider == "open_humans" else "",
        by=owner,
        now=timezone.now(),
        **more,
    )


def connect_both(owner: User) -> Sync:
    connect(owner, "open_humans")
    connect(owner, "rescuetime")
    return Sync.objects.get()


def disconnect(sync: Sync, side: str = "source", **more: Any) -> None:
    connection = getattr(sync, side)
    connections.disconnect(connection, by=connection.owner, now=timezone.now(), **more)
    sync.refresh_from_db()


def end_open_run(sync: Sync, status: str = "finished") -> None:
    sync.runs.open().update(status=status, next_at=None)


def test_one_side_alone_starts_nothing(ada: User) -> None:
    connect(ada, "open_humans")
    assert not Sync.objects.exists()


def test_with_both_sides_the_first_import_starts_by_itself(ada: User) -> None:
    sync = connect_both(ada)
    assert (sync.name, sync.mode) == ("rescuetime-04170011", "automatic")
    assert sync.every == timedelta(days=1)
    assert [run.status for run in sync.runs.all()] == ["queued"]


def test_an_account_that_nobody_has_confirmed_starts_nothing(ada: User) -> None:
    connect(ada, "open_humans")
    connection = connect(ada, "rescuetime", unconfirmed=True)
    assert not Sync.objects.exists()
    connections.confirm(connection, by=ada, now=timezone.now())
    assert Run.objects.get().status == "queued"


def test_disconnecting_stops_the_import_and_what_was_to_come(ada: User, world: World) -> None:
    sync = connect_both(ada)
    disconnect(sync)
    assert [run.status for run in sync.runs.all()] == ["cancelled"]
    assert (sync.enabled, sync.next_run_at) == (False, None)


def test_the_files_go_on_request_behind_a_request_still_under_way(ada: User, world: World) -> None:
    sync = connect_both(ada)
    lease_ends = timezone.now() + timedelta(seconds=50)
    sync.runs.update(status="running", next_at=lease_ends)
    disconnect(sync, erase=True)
    erasing, stopped = sync.runs.all()
    assert (stopped.status, erasing.status) == ("cancelled", "queued")
    assert erasing.params == {"erase": True}
    assert erasing.next_at == lease_ends
    runs.hasten(sync, now=timezone.now())
    erasing.refresh_from_db()
    assert erasing.next_at < lease_ends, "the stopped worker has said that it is out"


def test_leaving_open_humans_erases_nothing_there(ada: User, world: World) -> None:
    sync = connect_both(ada)
    disconnect(sync, "target", erase=True)
    assert [run.status for run in sync.runs.all()] == ["cancelled"]


def test_connecting_again_while_files_are_erased_imports_when_that_has_ended(
    ada: User, world: World
) -> None:
    sync = connect_both(ada)
    disconnect(sync, erase=True)
    connect(ada, "rescuetime")
    assert sync.runs.open().get().params == {"erase": True}
    end_open_run(sync)
    sync.refresh_from_db()
    runs.went_well(sync, now=timezone.now())
    assert due() == [sync.name]
    assert not sync.runs.open().get().params


def test_an_erasure_that_failed_is_tried_again_every_day(ada: User, world: World) -> None:
    sync = connect_both(ada)
    disconnect(sync, erase=True)
    end_open_run(sync, "failed")
    assert due() == [sync.name]
    end_open_run(sync, "failed")
    assert due() == []
    assert due(in_days=1) == [sync.name]


def test_an_erasure_that_could_not_reach_the_target_goes_on_when_it_can(
    ada: User, world: World
) -> None:
    sync = connect_both(ada)
    disconnect(sync, erase=True)
    disconnect(sync, "target")
    assert not sync.runs.open().exists()
    assert due() == [], "nothing can be done without the target"
    connect(ada, "open_humans")
    assert sync.runs.open().get().params == {"erase": True}


def test_saying_no_to_another_account_does_not_take_the_wish_to_erase_back(
    ada: User, world: World
) -> None:
    sync = connect_both(ada)
    disconnect(sync, erase=True)
    connect(ada, "rescuetime", unconfirmed=True)
    disconnect(sync)
    assert sync.erasing
    assert sync.runs.open().get().params == {"erase": True}


def test_choosing_to_keep_the_files_the_next_time_takes_it_back(ada: User, world: World) -> None:
    sync = connect_both(ada)
    disconnect(sync, erase=True)
    connect(ada, "rescuetime")
    disconnect(sync, erase=False)
    assert not sync.erasing
    assert not sync.runs.open().exists()


def test_whoever_stops_an_erasure_takes_it_back_and_can_ask_again(ada: User, world: World) -> None:
    sync = connect_both(ada)
    disconnect(sync, erase=True)
    members.stop_by_hand(sync.runs.open().get(), by=ada, now=timezone.now())
    sync.refresh_from_db()
    assert not sync.erasing
    assert due(in_days=2) == []
    members.erase(sync, by=ada, now=timezone.now())
    assert sync.runs.open().get().params == {"erase": True}


def due(*, in_days: int = 0) -> list[str]:
    now = timezone.now() + timedelta(days=in_days)
    return [name for names in runs.start_due(now=now) for name in names]


def test_a_deleted_member_leaves_no_sync_behind(ada: User) -> None:
    connect_both(ada)
    ada.delete()
    assert not Sync.objects.exists()
    assert not Run.objects.exists()


def test_an_update_by_hand_is_allowed_once_an_hour(ada: User) -> None:
    sync = connect_both(ada)
    now = timezone.now()
    assert members.update_now(sync, by=ada, now=now) == sync.runs.get(), "the open one is it"
    end_open_run(sync)
    with pytest.raises(members.TooSoon) as too_soon:
        members.update_now(sync, by=ada, now=now)
    later = too_soon.value.until
    assert later == sync.runs.get().created_at + timedelta(hours=1)
    assert members.update_now(sync, by=ada, now=later).trigger == "by hand"
