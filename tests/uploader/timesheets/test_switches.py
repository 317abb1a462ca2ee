"""Wherever the facts leave open how Clockify behaves, the copies come out the same."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from integrations.clockify.sandbox import ClockifySandbox
from integrations.clockify.sandbox_stored import ADMIN
from integrations.sandbox import World
from tests.uploader.timesheets.account import Account
from tests.uploader.timesheets.studio import DAY, HOUR, START, Studio
from uploader.models import Run, Sync

pytestmark = [pytest.mark.django_db, pytest.mark.once]

RATES = {"requests_per_second": 3, "requests_per_hour": 30}
# What is only seen where the rate is limited.
OF_LIMITS = ("limit_header", "limit_body")
# What the account cannot know of: tests of their own.
APART = ("billable", "descriptions", "others", "omitted")
AUCKLAND, LOS_ANGELES = "Pacific/Auckland", "America/Los_Angeles"
TOGETHER: list[dict[str, Any]] = [
    {"largest_page": "200", "last_page": "untold"},
    {"omitted": "kept", "nulls": "accepted"},
    {"omitted": "kept", "nulls": "accepted", "bulk": "the rest is done"},
    {"no_tags": "empty", "no_client": "null", "names": "any case"},
    {"filter_zone": "workspace", "last_page": "untold", "archived_project": "refused"},
    {"approved": "400", "bulk": "the rest is done"},
]


def given() -> Iterator[Any]:
    yield pytest.param({}, id="defaults")
    for name, switch in ClockifySandbox.declared.items():
        for value in (RATES[name],) if name in RATES else switch.options[1:]:
            limits = {"requests_per_hour": 30} if name in OF_LIMITS else {}
            if name not in APART:
                yield pytest.param({name: value, **limits}, id=f"{name}-{value}")
    for switches in TOGETHER:
        yield pytest.param(switches, id=", ".join(f"{k} {v}" for k, v in switches.items()))


class Journey:
    """Everything that can be met, in three runs: made, changed, and taken back."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.at = at = studio.clockify
        Sync.objects.update(max_delete_share=1.0)
        ours, theirs = studio.ours.id, studio.theirs.id
        self.acme = at.add_client(theirs, "Acme")
        self.mirror, self.website = studio.project("Website")
        self.shop = at.add_project(theirs, "shop")
        self.ours_shop = at.add_project(ours, "Shop", studio.client.id)
        self.twin = at.add_project(theirs, "Website", self.acme.id, archived=True)
        at.add_project(theirs, "Template", template=True)
        internal = at.add_project(ours, "Internal")
        self.task, there = at.add_task(self.mirror.id, "Design"), self.website.id
        at.add_task(there, "DESIGN", done=True)
        at.add_task(there, "design")
        tags = [at.add_tag(ours, name) for name in ("Remote", "remote", "On site", "Ünïcode")]
        at.add_tag(theirs, "REMOTE", archived=True)
        self.tags = [tag.id for tag in tags]
        self.account = Account(studio, studio.sync)
        track, mirror = studio.track, self.mirror
        self.tagged = track(mirror, START - HOUR, tag_ids=self.tags, task_id=self.task.id)
        self.plain = track(mirror, START - 2 * HOUR, text="", billable=True)
        self.same = [track(self.ours_shop, START - 3 * HOUR, text="same") for _ in range(3)]
        self.pause = track(mirror, START - 4 * HOUR, 0.25, text="Pause", type="BREAK")
        for kind in ("HOLIDAY", "TIME_OFF", "TIMEOFF", "FROM_2030"):
            track(mirror, START - 5 * HOUR, text=kind, type=kind)
        self.edge = [
            track(mirror, START - 30 * DAY + n * timedelta(seconds=1), text="edge")
            for n in (-1, 0, 1)
        ]
        track(mirror, START - 26 * HOUR, 25, text="over midnight")
        track(internal, START - 7 * HOUR, text="internal")
        track(None, START - 7 * HOUR, text="nothing")
        self.timer = track(mirror, START - HOUR / 2, None, text="running")
        self.many = [
            track(mirror, START - 2 * DAY - n * HOUR, text=f"many {n}") for n in range(self.count)
        ]
        studio.type_in(self.website, START - 2 * HOUR, text="typed")
        studio.type_in(self.website, START - 29 * DAY, text="typed")

    # What needs more than a page of 200.
    count = 12

    def carried_out(self) -> None:
        self.account.begin()
        run = self.studio.run_to_the_end(apply=True)
        reasons = [line.reason for line in run.changes.all()]
        assert run.status == Run.Status.FINISHED, [run.error, *reasons]
        self.account.check()

    def change(self) -> None:
        at, shop = self.at, self.ours_shop.id
        at.change_entry(self.tagged.id, task_id=None, tag_ids=tuple(self.tags[2:]))
        at.change_entry(self.plain.id, project_id=shop, description="now with words")
        at.change_entry(self.same[0].id, billable=True)
        at.change_entry(self.pause.id, type="REGULAR", end=self.pause.start + 2 * HOUR)
        at.change_entry(self.edge[0].id, start=START - 10 * DAY, end=START - 9 * DAY)
        at.change_entry(self.edge[2].id, start=START - 31 * DAY, end=START - 31 * DAY + HOUR)
        at.change_entry(self.timer.id, end=self.timer.start + HOUR / 4)
        for entry in self.many[:8]:
            at.change_entry(entry.id, tag_ids=(self.tags[0],), description="changed with others")
        copy = self.account.copies[self.many[0].id].ref
        at.change_entry(copy, custom_fields={"64a0f1": "ABC-1", "64a0f2": ["a"], "64a0f3": 7})
        at.change_project(self.website.id, name="Website II")
        at.change_project(self.shop.id, archived=self.studio.clockify.switches["archived_project"]
                          == "accepted")  # fmt: skip
        at.add_project(self.studio.theirs.id, "App")

    def take_back(self) -> None:
        at = self.at
        at.change_entry(self.tagged.id, tag_ids=(), task_id=self.task.id)
        at.change_entry(self.plain.id, project_id=None)
        for entry in (*self.same[:2], *self.many[:5]):
            at.remove_entry(entry.id)
        at.change_entry(self.timer.id, end=None)
        at.change_project(self.twin.id, archived=False, name="Website II")

    def take(self) -> None:
        self.carried_out()
        self.change()
        self.carried_out()
        self.take_back()
        self.carried_out()
        self.at.writes.clear()
        assert self.studio.run_to_the_end(apply=True).counts["unchanged"] > 10
        assert self.at.writes == []


@pytest.mark.parametrize("switches", list(given()))
def test_what_is_not_known_of_clockify_makes_no_difference(
    db: None, world: World, switches: dict[str, Any]
) -> None:
    studio = Studio(world, zone=AUCKLAND, customers_zone=LOS_ANGELES)
    studio.clockify.switches.update(switches)
    journey = Journey(studio)
    # Where what is left out stays, taking a task away needs further requests, and a null.
    journey.account.more_tries = switches.get("omitted") == "kept"
    journey.take()
    limited = {"requests_per_second", "requests_per_hour"} & switches.keys()
    refused = [seen for seen in world.requests if seen.status == 429]
    assert bool(refused) == bool(limited)


@pytest.mark.parametrize(
    "switches",
    [{"largest_page": "200", "last_page": "untold"}, {"last_page": "untold"}, {}],
    ids=["cut and untold", "untold", "defaults"],
)
def test_four_hundred_and_fifty_entries_are_copied_once_however_they_are_listed(
    studio: Studio, switches: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Journey, "count", 450)
    studio.clockify.switches.update(switches)
    Journey(studio).take()


def test_a_task_that_cannot_be_taken_away_is_not_tried_for_ever(studio: Studio) -> None:
    """What is left out stays, and a null is refused."""
    studio.clockify.switches["omitted"] = "kept"
    mirror, theirs = studio.project("Website")
    task = studio.clockify.add_task(mirror.id, "Design")
    studio.clockify.add_task(theirs.id, "Design")
    entry = studio.track(mirror, "12-01 09:00", task_id=task.id)
    studio.run(apply=True)
    studio.clockify.change_entry(entry.id, task_id=None, description="without")
    assert studio.run(apply=True).status == Run.Status.FINISHED
    assert [row[3] for row in studio.booked()] == ["without"]
    studio.forget_requests()
    assert studio.run(apply=True).status == Run.Status.FINISHED
    assert studio.writes() == []


def test_blanks_that_clockify_takes_away_are_not_put_there_for_ever(studio: Studio) -> None:
    studio.clockify.switches["descriptions"] = "trimmed"
    mirror, _ = studio.project("Website")
    entry = studio.track(mirror, "12-01 09:00", text="  with blanks ")
    studio.run(apply=True)
    studio.forget_requests()
    assert studio.run(apply=True).counts["unchanged"] == 2
    studio.clockify.change_entry(entry.id, description="  with other blanks ")
    assert studio.run(apply=True).counts["update"] == 1
    assert studio.run(apply=True).counts["unchanged"] == 2
    assert [row[3] for row in studio.booked()] == ["with other blanks"]


def test_what_is_billable_by_project_there_is_not_changed_for_ever(studio: Studio) -> None:
    studio.clockify.switches["billable"] = "by project"
    mirror, _ = studio.project("Website", billable=True)
    entry = studio.track(mirror, "12-01 09:00", billable=False)
    studio.run(apply=True)
    assert studio.run(apply=True).counts["unchanged"] == 2
    studio.clockify.change_entry(entry.id, description="another text")
    assert studio.run(apply=True).counts["update"] == 1
    studio.forget_requests()
    assert studio.run(apply=True).counts["unchanged"] == 2
    assert studio.writes() == []


def test_whoever_may_not_add_others_time_is_told_and_once_it_may_all_is_there(
    studio: Studio,
) -> None:
    studio.clockify.join(studio.theirs, studio.guest, ADMIN)
    studio.set_options(target_user="cora@customer.example")
    studio.clockify.switches["others"] = "forbidden"
    mirror, _ = studio.project("Website")
    studio.track(mirror, "12-01 09:00")
    run = studio.run(apply=True)
    assert (run.status, run.counts["rejected"]) == (Run.Status.FINISHED_WITH_PROBLEMS, 1)
    studio.clockify.switches["others"] = "allowed"
    studio.clock.forward(days=1)
    assert studio.run(apply=True).counts["create"] == 1
    booked = studio.clockify.entries_of(studio.theirs.id, studio.cora.id)
    assert [row.description for row in booked] == ["work"]
