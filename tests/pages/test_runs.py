"""The pages of syncs and runs, and how they put things in words."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from tests.pages.visitor import Visitor, words_of
from uploader.models import Change, Run, Sync
from uploader.views import months, words

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def test_a_run_lists_every_change_with_its_outcome(connected: Visitor) -> None:
    run = connected.sync.runs.get()

    text = connected.read(f"/runs/{run.pk}/")

    assert f"Run {run.pk}" in text
    assert "after connecting (ben-example)" in text
    for change in run.changes.all():
        assert f"{change.what} added" in text


def test_a_refused_change_says_why(connected: Visitor) -> None:
    run = connected.sync.runs.get()
    run.changes.update(outcome=Change.Outcome.REJECTED, reason="Open Humans: too large.")

    assert "add: refused Open Humans: too large." in connected.read(f"/runs/{run.pk}/")


def test_many_changes_are_spread_over_pages(connected: Visitor) -> None:
    run = connected.sync.runs.get()
    run.changes.all().delete()
    Change.objects.bulk_create(
        Change(run=run, n=n, action="create", key=str(n), what=f"file number {n};", outcome="done")
        for n in range(1, 121)
    )

    first, last = connected.read(f"/runs/{run.pk}/"), connected.read(f"/runs/{run.pk}/?page=3")

    assert "file number 50;" in first
    assert "file number 51;" not in first
    assert "Page 1 of 3" in first
    assert "file number 120;" in last
    assert connected.get(f"/runs/{run.pk}/?page=rubbish").status_code == 200


def test_a_run_that_failed_shows_its_sentence(connected: Visitor) -> None:
    run = connected.sync.runs.get()
    Run.objects.update(status="failed", error="RescueTime: reading March 2024 failed (500).")

    assert "Failed. RescueTime: reading March 2024 failed (500)." in connected.read(
        f"/runs/{run.pk}/"
    )


TWO_LINES = "RescueTime is busy.\nRescueTime: reading March 2024 failed (500)."


def test_of_an_error_the_first_line_is_told_and_the_second_can_be_unfolded(
    connected: Visitor,
) -> None:
    run = connected.sync.runs.get()
    Run.objects.update(status="failed", error=TWO_LINES)

    for path in ("/dashboard/", f"/runs/{run.pk}/", f"/syncs/{connected.sync.name}/"):
        assert "Failed. RescueTime is busy. Exactly RescueTime: reading" in connected.read(path)
        page = connected.get(path).content.decode()
        assert "<small>RescueTime: reading March 2024 failed (500).</small></details>" in page
    assert "Failed. RescueTime is busy." in connected.read("/syncs/")
    assert "reading March" not in connected.read("/syncs/")


def test_a_wait_is_explained_in_a_sentence_and_then_in_full(running: Run, visitor: Visitor) -> None:
    later = timezone.now() + timedelta(hours=3)
    Run.objects.update(status="waiting", next_at=later, error=TWO_LINES)

    page = poll(visitor, running).content.decode()

    assert "<p>RescueTime is busy. <strong>Trying again at" in page
    assert "<small>RescueTime: reading March 2024 failed (500).</small>" in page


def test_seconds_are_not_counted_down_to_nothing() -> None:
    assert words.retry(NOW + timedelta(seconds=61), now=NOW).endswith("12:01 UTC, in 1:01.")
    for seconds in (2, 0, -40):
        at = NOW + timedelta(seconds=seconds)
        assert words.retry(at, now=NOW) == "Trying again any moment now."


def test_progress_says_of_what(running: Run, visitor: Visitor) -> None:
    assert "31 of 62 months" in visitor.read("/dashboard/")
    Run.objects.update(total=1, done=0)
    assert "0 of 1 month " in visitor.read("/dashboard/")
    Run.objects.update(params={"erase": True})
    assert "month" not in words_of(poll(visitor, running))


def test_without_a_name_they_are_you_to_themselves(visitor: Visitor) -> None:
    visitor.sign_in().connect()
    get_user_model().objects.update(first_name="")

    assert "after connecting (you)" in visitor.read(f"/runs/{visitor.sync.runs.get().pk}/")


def test_a_run_that_failed_is_not_said_to_have_found_everything_right(connected: Visitor) -> None:
    run = connected.sync.runs.get()
    run.changes.all().delete()
    Run.objects.update(status="failed", counts={})

    assert "everything was right" not in connected.read(f"/runs/{run.pk}/")
    Run.objects.update(status="finished", counts={"unchanged": 3})
    assert "None: everything was right already." in connected.read(f"/runs/{run.pk}/")


def test_text_from_elsewhere_is_shown_as_text(connected: Visitor) -> None:
    run = connected.sync.runs.get()
    Run.objects.update(status="failed", error="<script>alert(1)</script>")
    run.changes.update(what="<img src=x onerror=alert(1)>", reason="<b>bold</b>")

    page = connected.get(f"/runs/{run.pk}/").content.decode()

    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "<b>bold" not in page


def test_stopping_a_run_stops_it(visitor: Visitor) -> None:
    visitor.sign_in().connect()
    run = visitor.sync.runs.get()

    visitor.post(f"/runs/{run.pk}/cancel/")

    run.refresh_from_db()
    assert run.status == "cancelled"
    assert "Stopped by you." in visitor.read(f"/runs/{run.pk}/")
    assert "Stopped by you." in visitor.read("/dashboard/")
    assert "open_humans-" not in visitor.read(f"/runs/{run.pk}/")
    visitor.post(f"/runs/{run.pk}/cancel/")
    assert "It had ended already" in visitor.read(f"/runs/{run.pk}/")


def test_the_syncs_page_names_each_with_its_last_run(connected: Visitor) -> None:
    text = connected.read("/syncs/")

    assert "rescuetime-04170022 RescueTime to Open Humans Finished:" in text


# ------------------------------------------------------------ what moves by itself


@pytest.fixture
def running(visitor: Visitor) -> Run:
    visitor.sign_in().connect()
    Run.objects.update(status="running", done=31, total=62, started_at=timezone.now())
    return visitor.sync.runs.get()


def poll(visitor: Visitor, run: Run, said: str = "") -> Any:
    return visitor.client.get(
        f"/runs/{run.pk}/progress/?said={said}", headers={"HX-Request": "true"}
    )


def test_the_moving_part_is_a_part_and_asks_for_the_next_one(
    running: Run, visitor: Visitor
) -> None:
    page = poll(visitor, running).content.decode()

    assert "<html" not in page
    assert '<progress value="31" max="62"' in page
    assert 'hx-trigger="every 2s"' in page


def test_a_screen_reader_hears_of_every_tenth_and_not_of_every_step(
    running: Run, visitor: Visitor
) -> None:
    assert "31 of 62 months done." in words_of(poll(visitor, running, "running-4"))
    assert "hx-swap-oob" not in poll(visitor, running, "running-5").content.decode()
    Run.objects.update(status="waiting", next_at=timezone.now() + timedelta(minutes=2))
    assert "Trying again at" in words_of(poll(visitor, running, "running-5"))


def test_the_picture_grows_where_it_is_shown(running: Run, visitor: Visitor) -> None:
    Sync.objects.update(summary={"months": {"2026-09": 120, "2026-10": 80}})
    address = f"/runs/{running.pk}/progress/?said=&picture=yes"

    page = visitor.client.get(address, headers={"HX-Request": "true"}).content.decode()

    assert page.count('class="bar"') == 2
    assert "&amp;picture=yes" in page
    assert "&amp;picture=yes" in visitor.get("/dashboard/").content.decode()
    assert 'class="bar"' not in poll(visitor, running).content.decode()


def test_when_the_run_has_ended_the_whole_page_is_loaded_anew(
    running: Run, visitor: Visitor
) -> None:
    Run.objects.update(status="finished")

    assert poll(visitor, running)["HX-Refresh"] == "true"
    assert visitor.get(f"/runs/{running.pk}/progress/")["Location"] == f"/runs/{running.pk}/"


def test_when_the_sign_in_is_over_the_moving_part_leads_to_the_first_page(
    running: Run, visitor: Visitor
) -> None:
    visitor.client.logout()

    assert poll(visitor, running)["HX-Redirect"] == "/"


# --------------------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-5, "0:00"), (9, "0:09"), (61, "1:01"), (3599, "59:59"), (7500, "2 h 5 min"),
     (86400, "1 day"), (3 * 86400, "3 days")],
)  # fmt: skip
def test_waits_are_read_at_a_glance(seconds: int, text: str) -> None:
    assert words.duration(timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (NOW.replace(hour=9, minute=5), "today, 09:05 UTC"),
        (NOW + timedelta(days=1), "tomorrow, 12:00 UTC"),
        (NOW - timedelta(days=1), "yesterday, 12:00 UTC"),
        (datetime(2026, 3, 2, 7, 30, tzinfo=UTC), "2 March 2026, 07:30 UTC"),
    ],
)
def test_moments_are_told_from_today(at: datetime, text: str) -> None:
    assert words.moment(at, now=NOW) == text


@pytest.mark.parametrize(
    ("status", "counts", "text"),
    [
        ("finished", {"create": 1}, "Finished: 1 file added."),
        ("finished", {"create": 1200}, "Finished: 1,200 files added."),
        ("finished", {"delete": 1, "update": 2}, "Finished: 2 files replaced, 1 file deleted."),
        ("finished", {"unchanged": 70}, "Finished: nothing had to change."),
        ("finished", {"create": 1, "unchanged": 7}, "Finished: 1 file added; 7 already right."),
        ("finished", {}, "Finished: RescueTime has recorded nothing yet."),
        ("finished_with_problems", {"rejected": 1}, "Finished with problems: 1 file refused."),
        ("needs_review", {"delete": 9}, "Waits for approval: 9 files to delete."),
        ("waiting", {}, "Waiting to try again."),
    ],
)  # fmt: skip
def test_runs_are_told_in_sentences(status: str, counts: dict[str, int], text: str) -> None:
    run = Run(sync=Sync(kind="rescuetime_to_open_humans"), status=status, counts=counts)

    assert words.outcome(run) == text


def test_the_picture_has_a_bar_for_every_month_with_rows_and_leaves_gaps() -> None:
    picture = months.picture({"months": {"2024-11": 10, "2025-01": 0, "2026-02": 1000}})

    assert picture is not None
    assert [year.year for year in picture.years] == [2024, 2025, 2026]
    bars = {bar.name: bar for year in picture.years for bar in year.bars if bar.rows}
    assert bars.keys() == {"November 2024", "February 2026"}
    assert bars["November 2024"].height >= 2
    assert bars["February 2026"].height == months.HEIGHT
    assert picture.words == (
        "1,010 rows in 2 months from 2024 to 2026; most in February 2026, with 1,000"
    )


def test_one_month_is_a_month_and_one_row_a_row() -> None:
    picture = months.picture({"months": {"2020-03": 1}})

    assert picture is not None
    assert picture.words == "1 row in 1 month in 2020; most in March 2020, with 1"


def test_nobody_claims_that_a_run_was_planned_which_somebody_may_have_asked_for() -> None:
    """The command that starts everything at once uses the same trigger as the plan."""
    assert words.trigger(Run(trigger="schedule")) == "by itself"


def test_where_there_is_a_history_nobody_is_told_that_nothing_was_recorded() -> None:
    sync = Sync(kind="rescuetime_to_open_humans", summary={"months": {"2026-01": 3}})

    assert words.outcome(Run(sync=sync, status="finished")) == "Finished: there was nothing to do."


def test_erasing_nothing_says_nothing_of_records() -> None:
    sync = Sync(kind="rescuetime_to_open_humans")
    run = Run(sync=sync, status="finished", params={"erase": True})

    assert words.outcome(run) == "Finished: there was nothing to delete."


@pytest.mark.parametrize("summary", [{}, {"months": {}}, {"months": {"2024-01": 0}}])
def test_without_a_history_there_is_no_picture(summary: dict[str, Any]) -> None:
    assert months.picture(summary) is None
