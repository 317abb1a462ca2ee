"""Whom the stand-in for Geekbot asks and when, as its clock moves on; and what people answer."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests

from integrations.geekbot.sandbox import GeekbotSandbox
from integrations.geekbot.sandbox_asking import moments
from integrations.geekbot.sandbox_seed import ABROAD, ADMIN, ADMIN_KEY
from integrations.geekbot.sandbox_stored import StoredStandup
from integrations.sandbox import World
from integrations.sandbox.keep import load, save

# A Monday, noon.
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SARAH, ANTON, YARA = "U0SARAH", "U0ANTON", "U0YARA"


class Clock:
    def __init__(self, sandbox: GeekbotSandbox, now: datetime) -> None:
        self.sandbox = sandbox
        self.now = now
        sandbox.now = lambda: self.now
        sandbox.catch_up()

    def to(self, moment: datetime) -> None:
        self.now = moment


@pytest.fixture
def geekbot(world: World) -> GeekbotSandbox:
    return world.of(GeekbotSandbox)


@pytest.fixture
def clock(geekbot: GeekbotSandbox) -> Clock:
    return Clock(geekbot, NOON)


def standup(geekbot: GeekbotSandbox, *users: str, **more: Any) -> StoredStandup:
    more = {"time": "10:00:00", "timezone": "Europe/London", "days": ["Wed"], **more}
    return geekbot.add_standup(
        "Hand-over", "Do you take over?", master=ADMIN, users=[*users], **more
    )


def start(world: World, held: StoredStandup, **body: Any) -> requests.Response:
    address = f"{world.url}/v1/standups/{held.id}/start"
    return requests.post(address, json=body, headers={"Authorization": ADMIN_KEY}, timeout=5)


def asked(geekbot: GeekbotSandbox, held: StoredStandup) -> list[tuple[str, str]]:
    return [(f"{each.at:%m-%d %H:%M}", each.user) for each in geekbot.asked_of(held.id)]


# ------------------------------------------------------------------------- by schedule


def test_everybody_is_asked_each_week_on_its_day(geekbot: GeekbotSandbox, clock: Clock) -> None:
    held = standup(geekbot, SARAH, ANTON)
    clock.to(NOON + 15 * DAY)
    assert asked(geekbot, held) == [
        ("12-02 10:00", SARAH),
        ("12-02 10:00", ANTON),
        ("12-09 10:00", SARAH),
        ("12-09 10:00", ANTON),
    ]
    assert {each.by for each in geekbot.asked_of(held.id)} == {"schedule"}


def test_looking_often_asks_nobody_twice(geekbot: GeekbotSandbox, clock: Clock) -> None:
    held = standup(geekbot, SARAH)
    for minutes in range(0, 4 * 24 * 60, 30):
        clock.to(NOON + timedelta(minutes=minutes))
        geekbot.catch_up()
    assert asked(geekbot, held) == [("12-02 10:00", SARAH)]


def test_the_day_and_time_are_everybodys_own_where_the_zone_is(
    geekbot: GeekbotSandbox, clock: Clock
) -> None:
    held = standup(geekbot, *(user for user, *_ in ABROAD), timezone="user_local")
    clock.to(NOON + 4 * DAY)
    assert asked(geekbot, held) == [
        ("12-01 21:00", ANTON),  # Wednesday in Auckland
        ("12-02 08:00", "U0GWENDOLYN"),
        ("12-02 09:00", "U0CHRIS"),
        ("12-02 10:00", SARAH),
        ("12-02 13:00", "U0SIGNE"),
        ("12-02 15:00", "U0JONAS"),
        ("12-02 18:00", YARA),
    ]


def test_the_hour_stays_when_the_clocks_change(geekbot: GeekbotSandbox) -> None:
    clock = Clock(geekbot, datetime(2026, 3, 24, tzinfo=UTC))
    held = standup(geekbot, SARAH, days=["Sat", "Sun", "Mon"])
    clock.to(datetime(2026, 3, 31, tzinfo=UTC))
    assert [when for when, _ in asked(geekbot, held)] == [
        "03-28 10:00",
        "03-29 09:00",
        "03-30 09:00",
    ]


@pytest.mark.parametrize(("day", "month"), [(29, 3), (25, 10)])
def test_an_hour_that_is_left_out_or_comes_twice_asks_once(
    day: int, month: int, geekbot: GeekbotSandbox
) -> None:
    midnight = datetime(2026, month, day, tzinfo=ZoneInfo("Europe/London"))
    held = standup(geekbot, SARAH, days=["Sun"], time="01:30:00")
    found = moments(held, geekbot.users[SARAH], since=midnight, until=midnight + DAY)
    assert len(list(found)) == 1


def test_who_rests_asks_nobody(geekbot: GeekbotSandbox, clock: Clock) -> None:
    resting = [
        standup(geekbot, SARAH, paused=True),
        standup(geekbot, SARAH, draft=True),
        standup(geekbot),
        standup(geekbot, SARAH, days=[]),
    ]
    clock.to(NOON + 30 * DAY)
    assert [asked(geekbot, held) for held in resting] == [[], [], [], []]


def test_what_is_changed_counts_from_then_on(geekbot: GeekbotSandbox, clock: Clock) -> None:
    held = standup(geekbot, SARAH)
    clock.to(NOON + 3 * DAY)
    geekbot.change_standup(held.id, users=[YARA], time="11:00:00")
    clock.to(NOON + 10 * DAY)
    geekbot.delete_standup(held.id)
    clock.to(NOON + 20 * DAY)
    assert asked(geekbot, held) == [("12-02 10:00", SARAH), ("12-09 11:00", YARA)]


def test_a_clock_that_was_set_back_begins_again_from_there(
    geekbot: GeekbotSandbox, clock: Clock
) -> None:
    clock.to(datetime(2026, 1, 5, tzinfo=UTC))
    held = standup(geekbot, SARAH)
    geekbot.catch_up()
    clock.to(datetime(2026, 1, 8, tzinfo=UTC))
    assert asked(geekbot, held) == [("01-07 10:00", SARAH)]


# --------------------------------------------------------------------------- on demand


def test_somebody_is_asked_on_demand(world: World, geekbot: GeekbotSandbox, clock: Clock) -> None:
    held = standup(geekbot, SARAH, ANTON, days=["Sun"])
    answer = start(world, held, users=[ANTON])
    assert (answer.status_code, answer.json()) == (200, "ok")
    assert asked(geekbot, held) == [("11-30 12:00", ANTON)]


@pytest.mark.parametrize("body", [{}, {"emails": ["sarah@example.org", "anton@example.org"]}])
def test_everybody_may_be_asked_or_people_by_their_addresses(
    body: Any, world: World, geekbot: GeekbotSandbox, clock: Clock
) -> None:
    held = standup(geekbot, SARAH, ANTON)
    start(world, held, **body)
    assert asked(geekbot, held) == [("11-30 12:00", SARAH), ("11-30 12:00", ANTON)]


@pytest.mark.parametrize(("way", "times"), [("asks again", 2), ("asks once", 1)])
def test_asking_twice_may_ask_twice(
    way: str, times: int, world: World, geekbot: GeekbotSandbox, clock: Clock
) -> None:
    geekbot.switches["started_twice"] = way
    held = standup(geekbot, SARAH)
    for _ in range(2):
        assert start(world, held, users=[SARAH]).json() == "ok"
    assert len(asked(geekbot, held)) == times


@pytest.mark.parametrize(("way", "status"), [("asks", 200), ("refused", 400)])
def test_a_paused_stand_up_may_ask_on_demand(
    way: str, status: int, world: World, geekbot: GeekbotSandbox, clock: Clock
) -> None:
    geekbot.switches["paused_started"] = way
    held = standup(geekbot, SARAH, paused=True)
    assert start(world, held).status_code == status
    assert len(asked(geekbot, held)) == (status == 200)


def test_who_takes_no_part_is_not_asked(
    world: World, geekbot: GeekbotSandbox, clock: Clock
) -> None:
    held = standup(geekbot, SARAH)
    answer = start(world, held, users=[YARA])
    assert answer.status_code == 404
    assert answer.json() == {"error": "User is not member of the standup"}
    assert asked(geekbot, held) == []


# --------------------------------------------------------------------------- answers


def test_people_answer_what_they_were_last_asked(
    world: World, geekbot: GeekbotSandbox, clock: Clock
) -> None:
    held = standup(geekbot, SARAH)
    with pytest.raises(LookupError, match="not being asked"):
        geekbot.answer(SARAH, "ok")
    start(world, held)
    clock.to(NOON + timedelta(hours=1))
    report = geekbot.answer(SARAH, "OK!", standup=held.id)
    assert (report.at, report.answers) == (clock.now, ["OK!"])
    assert [each.answered for each in geekbot.asked_of(held.id)] == [report.id]
    with pytest.raises(LookupError):
        geekbot.answer(SARAH, "ok")


def test_an_answer_keeps_the_question_it_was_given_to(
    world: World, geekbot: GeekbotSandbox, clock: Clock
) -> None:
    held = standup(geekbot, SARAH)
    start(world, held)
    geekbot.change_standup(held.id, questions=geekbot.asked(["Another?"]))
    assert [text for _, text in geekbot.answer(SARAH, "ok").questions] == ["Do you take over?"]


def test_answers_under_way_may_be_lost_when_the_questions_change(
    world: World, geekbot: GeekbotSandbox, clock: Clock
) -> None:
    geekbot.switches["answers_under_way"] = "dropped"
    held = standup(geekbot, SARAH)
    start(world, held)
    requests.patch(
        f"{world.url}/v1/standups/{held.id}",
        json={"questions": [{"question": "Another?"}]},
        headers={"Authorization": ADMIN_KEY},
        timeout=5,
    ).raise_for_status()
    with pytest.raises(LookupError):
        geekbot.answer(SARAH, "ok")


@pytest.mark.parametrize(
    ("way", "answer"), [("ok", "ok"), ("something else", "I am away that week, sorry")]
)
def test_people_may_answer_by_themselves_after_a_minute(
    way: str, answer: str, geekbot: GeekbotSandbox, clock: Clock
) -> None:
    geekbot.switches["answers"] = way
    held = standup(geekbot, SARAH)
    ten = datetime(2026, 12, 2, 10, tzinfo=UTC)
    clock.to(ten)
    assert [each.is_open for each in geekbot.asked_of(held.id)] == [True]
    clock.to(ten + DAY)
    [asking] = geekbot.asked_of(held.id)
    report = geekbot.reports[asking.answered or 0]
    assert (report.at, report.answers) == (ten + timedelta(minutes=1), [answer])


# --------------------------------------------------------------------------- by hand


def test_everything_outlives_a_restart_and_nothing_is_asked_again(
    tmp_path: Any, world: World, geekbot: GeekbotSandbox, clock: Clock
) -> None:
    held = standup(geekbot, SARAH)
    clock.to(NOON + 3 * DAY)
    geekbot.answer(SARAH, "ok")
    save(tmp_path, geekbot)

    again = GeekbotSandbox()
    load(tmp_path, again)
    again.now = lambda: clock.now
    assert again.snapshot() == geekbot.snapshot()
    assert asked(again, held) == [("12-02 10:00", SARAH)]
    assert again.add_standup("Another", "Yes?", master=ADMIN).id == held.id + 1


def press(world: World, name: str) -> requests.Response:
    given = {"provider": "geekbot", "name": name}
    return requests.post(f"{world.url}/happen", json=given, timeout=5)


@pytest.fixture
def ours(world: World, geekbot: GeekbotSandbox, clock: Clock) -> StoredStandup:
    """The one that was made over the API."""
    body: dict[str, Any] = {
        "name": "Hand-over",
        "channel": "support",
        "time": "10:00:00",
        "days": ["Sun"],
        "users": [SARAH],
        "questions": [{"question": "Do you take over?"}],
    }
    headers = {"Authorization": ADMIN_KEY}
    made = requests.post(f"{world.url}/v1/standups", json=body, headers=headers, timeout=5).json()
    return geekbot.standups[made["id"]]


def test_whoever_was_asked_can_be_made_to_answer_and_to_think_again(
    world: World, geekbot: GeekbotSandbox, ours: StoredStandup
) -> None:
    for name in ("accepts", "declines", "thinks_again"):
        assert press(world, name).status_code == 400
    start(world, ours)
    assert press(world, "declines").status_code == 200
    [report] = geekbot.reports.values()
    assert report.answers == ["I am away, could Yara do it?"]
    press(world, "thinks_again")
    assert report.answers == ["ok, I can do it after all"]
    assert press(world, "accepts").json()["error"] == "nobody is being asked just now"


def test_somebody_can_rename_move_pause_and_delete_our_stand_up(
    world: World, geekbot: GeekbotSandbox, ours: StoredStandup
) -> None:
    for name in ("renamed", "moved", "paused"):
        assert press(world, name).status_code == 200
    assert (ours.name, ours.days, ours.time) == ("Hand-over (new)", ["Mon"], "07:00:00")
    assert "paused" in {row["id"]: row for row in geekbot.state()["standups"]}[ours.id]["state"]
    press(world, "paused")
    assert not geekbot.standups[ours.id].paused
    press(world, "deleted")
    assert ours.id not in geekbot.standups
    assert press(world, "renamed").json()["error"] == "no stand-up was made over the API yet"


def test_the_page_shows_stand_ups_questions_and_answers_and_no_key(
    world: World, geekbot: GeekbotSandbox, ours: StoredStandup
) -> None:
    start(world, ours)
    geekbot.answer(SARAH, "ok <b>")
    for path in ("/state", "/state.json"):
        text = requests.get(f"{world.url}{path}", timeout=5).text
        assert "Do you take over?" in text
        assert "Sarah Example" in text
        assert ADMIN_KEY not in text
    assert "ok &lt;b&gt;" in requests.get(f"{world.url}/state", timeout=5).text
