"""The page of a plan: what it shows, and who may approve or discard it."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from tests.pages.people import signed_in
from tests.pages.visitor import words_of
from tests.uploader.runs.shelf import Whole, shelf
from uploader import inline, kinds, work
from uploader.models import Run, Sync

pytestmark = pytest.mark.django_db

LOOK = ("uploader.view_sync",)
DECIDE = (*LOOK, "uploader.approve_sync")


@pytest.fixture(autouse=True)
def shelves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    kinds.register(Whole)
    shelf.__init__()  # type: ignore[misc]


@pytest.fixture
def sync() -> Sync:
    return Sync.objects.create(name="shelf", kind="test_whole", mode="review")


@pytest.fixture
def plan(sync: Sync) -> Run:
    """To add a, to change b, to delete c; d is right already."""
    shelf.wanted = {"a": "new", "b": "new", "d": "same"}
    shelf.books = {"b": "old", "c": "old", "d": "same"}
    return waiting(sync)


def waiting(sync: Sync) -> Run:
    run = inline.carry_out_now(sync, params={}, manner=work.Manner(clock=timezone.now))
    assert run.status == "needs_review"
    return run


def staff(*permissions: str) -> Client:
    user = get_user_model().objects.create_user("sam", is_staff=True)
    for permission in permissions:
        app, codename = permission.split(".")
        found = Permission.objects.get(content_type__app_label=app, codename=codename)
        user.user_permissions.add(found)
    return signed_in(user)


def carry_out_all() -> None:
    for _ in inline.carry_out_open(manner=work.Manner(clock=timezone.now)):
        pass


def approve(client: Client, run: Run, *, checksum: str | None = None) -> Any:
    given = {"checksum": run.checksum if checksum is None else checksum}
    return client.post(f"/runs/{run.pk}/approve/", given, follow=True)


# ------------------------------------------------------------------------ shown


def test_it_says_what_would_be_done_to_whom_and_what_is_kept(plan: Run) -> None:
    words = words_of(staff(*DECIDE).get(f"/runs/{plan.pk}/plan/"))

    assert "What shelf would do" in words
    assert "1 to add 1 to change 1 to delete 1 kept for 3 of 4 people" in words
    for line in ("to add book a", "to change book b", "to delete book c"):
        assert line in words
    assert "It is set to ask before writing." in words


def test_everything_kept_is_listed_when_asked_for(plan: Run) -> None:
    words = words_of(staff(*LOOK).get(f"/runs/{plan.pk}/plan/?show=kept"))

    assert "1 kept as it is book d" in words
    assert "book a" not in words


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("show=create", "a"),
        ("show=update", "b"),
        ("show=delete", "c"),
        ("show=conflict", ""),
        ("show=no-such-sort", "abc"),
        ("who=B", "b"),
        ("who=b&show=delete", ""),
        ("who=nobody", ""),
    ],
)
def test_it_can_be_filtered(plan: Run, query: str, shown: str) -> None:
    words = words_of(staff(*LOOK).get(f"/runs/{plan.pk}/plan/?{query}"))

    assert [key for key in "abc" if f"book {key}" in words] == list(shown)
    assert "1 to add 1 to change 1 to delete" in words, "the sums stay those of all"
    assert ("Nothing of the plan is like that." in words) == (not shown)


def test_a_persons_own_lines_are_shown_even_where_nothing_changes(plan: Run) -> None:
    words = words_of(staff(*LOOK).get(f"/runs/{plan.pk}/plan/?who=d"))

    assert "1 kept as it is book d" in words


def test_names_that_hold_markup_are_only_shown(sync: Sync) -> None:
    shelf.wanted = {"<script>alert(1)</script>": "x"}
    run = waiting(sync)

    page = staff(*LOOK).get(f"/runs/{run.pk}/plan/?who=<script>").content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_a_run_that_only_looked_shows_its_plan_without_buttons(sync: Sync) -> None:
    Sync.objects.update(mode="dry_run")
    sync.refresh_from_db()
    shelf.wanted = {"a": "new"}
    run = inline.carry_out_now(sync, params={}, manner=work.Manner(clock=timezone.now))

    sam = staff(*DECIDE)
    words = words_of(sam.get(f"/runs/{run.pk}/plan/"))

    assert "What shelf would have done" in words
    assert "This run only looked." in words
    assert "Approve" not in words
    assert "Look at the plan, person by person" in words_of(sam.get(f"/runs/{run.pk}/"))


def test_a_run_that_was_carried_out_has_no_plan_but_its_own_page(sync: Sync) -> None:
    shelf.wanted = {"a": "new"}
    manner = work.Manner(clock=timezone.now)
    run = inline.carry_out_now(sync, params={"apply": True}, manner=manner)

    response = staff(*LOOK).get(f"/runs/{run.pk}/plan/")

    assert (response.status_code, response["Location"]) == (302, f"/runs/{run.pk}/")


def test_the_page_of_the_sync_leads_to_the_plan(plan: Run) -> None:
    page = staff(*LOOK).get("/syncs/shelf/")

    assert "A plan waits for approval" in words_of(page)
    assert f'href="/runs/{plan.pk}/plan/"' in page.content.decode()


# ---------------------------------------------------------------------- decided


def test_approving_carries_it_out_and_says_so(plan: Run) -> None:
    sam = staff(*DECIDE)

    response = approve(sam, plan)

    run = Run.objects.latest("pk")
    assert response.redirect_chain == [(f"/runs/{run.pk}/", 302)]
    assert "Approved. It is being carried out." in words_of(response)
    carry_out_all()
    run.refresh_from_db()
    assert (run.status, run.trigger, str(run.by)) == ("finished", "approved", "sam")
    assert shelf.books == shelf.wanted
    old = words_of(sam.get(f"/runs/{plan.pk}/plan/"))
    assert f"Approved by sam: run {run.pk}. It was: 1 item to add, 1 item to change" in old
    assert "Discard" not in old


def test_approving_twice_carries_it_out_once(plan: Run) -> None:
    sam = staff(*DECIDE)
    approve(sam, plan)
    carry_out_all()

    again = approve(sam, plan)

    assert "Nothing was begun: this plan no longer waits." in words_of(again)
    assert Run.objects.count() == 2


def test_a_plan_that_would_now_do_more_waits_again_as_a_new_one(plan: Run) -> None:
    sam = staff(*DECIDE)
    shelf.wanted["e"] = "later"
    approve(sam, plan)

    carry_out_all()

    newer = Run.objects.latest("pk")
    assert (newer.status, "e" in shelf.books) == ("needs_review", False)
    page = sam.get(f"/runs/{plan.pk}/plan/")
    assert "A newer plan waits for approval." in words_of(page)
    assert f'href="/runs/{newer.pk}/plan/"' in page.content.decode()
    words = words_of(sam.get(f"/runs/{newer.pk}/plan/"))
    assert "What would be done now goes beyond what was approved." in words


def test_only_what_was_shown_can_be_approved(plan: Run) -> None:
    sam = staff(*DECIDE)

    for checksum in ("", "0badcafe"):
        assert "this page showed another plan" in words_of(approve(sam, plan, checksum=checksum))

    assert Run.objects.count() == 1


def test_while_a_run_is_open_the_plan_goes_on_waiting(plan: Run, sync: Sync) -> None:
    sam = staff(*DECIDE)
    sync.runs.create(trigger="schedule", created_at=timezone.now())

    assert "a run of this sync is open" in words_of(approve(sam, plan))

    plan.refresh_from_db()
    assert plan.status == "needs_review"
    assert Run.objects.count() == 2


def test_of_a_sync_that_is_switched_off_nothing_is_carried_out(plan: Run) -> None:
    Sync.objects.update(enabled=False)

    assert "this sync is switched off" in words_of(approve(staff(*DECIDE), plan))

    assert Run.objects.count() == 1


def test_discarding_writes_nothing_and_the_next_run_plans_anew(plan: Run, sync: Sync) -> None:
    sam = staff(*DECIDE)

    response = sam.post(f"/runs/{plan.pk}/discard/", follow=True)

    assert "Discarded. The next run makes a new plan." in words_of(response)
    plan.refresh_from_db()
    assert (plan.status, plan.error) == ("cancelled", "Discarded by sam.")
    assert shelf.books["c"] == "old"
    assert waiting(sync).pk > plan.pk
    assert "no longer waited" in words_of(sam.post(f"/runs/{plan.pk}/discard/", follow=True))


# -------------------------------------------------------------------- strangers


def test_whoever_may_only_look_can_decide_nothing(plan: Run) -> None:
    sam = staff(*LOOK, "uploader.run_sync")

    assert "Discard" not in words_of(sam.get(f"/runs/{plan.pk}/plan/"))
    assert approve(sam, plan).status_code == 404
    assert sam.post(f"/runs/{plan.pk}/discard/").status_code == 404
    plan.refresh_from_db()
    assert (plan.status, Run.objects.count()) == ("needs_review", 1)


def test_members_and_staff_without_permission_find_nothing_there(plan: Run) -> None:
    member = signed_in(get_user_model().objects.create_user("open_humans-1"))

    for client in (member, staff("uploader.approve_sync")):
        assert client.get(f"/runs/{plan.pk}/plan/").status_code == 404
        assert approve(client, plan).status_code == 404
        assert client.post(f"/runs/{plan.pk}/discard/").status_code == 404
    plan.refresh_from_db()
    assert plan.status == "needs_review"


def test_deciding_needs_the_token_of_the_page(plan: Run) -> None:
    user = get_user_model().objects.create_superuser("root")
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(user)

    for verb in ("approve", "discard"):
        given = {"checksum": plan.checksum}
        assert strict.post(f"/runs/{plan.pk}/{verb}/", given).status_code == 403
    plan.refresh_from_db()
    assert plan.status == "needs_review"
