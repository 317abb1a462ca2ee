"""Our own pacing: one allowance for all who use a credential, and pauses a provider asks for."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integrations.errors import RetryableError
from integrations.models import Pace
from integrations.pace import PacedGate
from integrations.sandbox import Fault, World
from tests.integrations.owners import connected
from tests.integrations.processes import finished, start
from tests.integrations.test_refresh import at_once, client_of

pytestmark = pytest.mark.django_db(transaction=True)


class Clock:
    """Time that only passes when somebody sleeps or says so."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.moment += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def gate(clock: Clock, *, rate: int = 30, key: str = "rescuetime:7", **more: Any) -> PacedGate:
    return PacedGate(
        key=key,
        rate=rate,
        provider="RescueTime",
        now=clock.now,
        sleep=clock.sleep,
        **{"beat": lambda: None, **more},
    )


def passed(gate: PacedGate, *, at_most: int = 1000) -> int:
    """How many requests may go right now."""
    for number in range(at_most):
        try:
            gate.before_request()
        except RetryableError:
            return number
    return at_most


def refusal(gate: PacedGate) -> RetryableError:
    with pytest.raises(RetryableError) as caught:
        gate.before_request()
    return caught.value


# ----------------------------------------------------------------- the allowance


def test_a_minutes_worth_may_go_at_once_and_then_no_more(clock: Clock) -> None:
    assert passed(gate(clock)) == 30


@pytest.mark.parametrize(("seconds", "more"), [(1, 0), (59.9, 0), (60, 30), (3600, 30)])
def test_the_allowance_comes_back_whole_after_a_minutes_rest(
    seconds: float, more: int, clock: Clock
) -> None:
    passed(gate(clock))
    clock.sleep(seconds)
    assert passed(gate(clock)) == more


def test_slow_requests_use_the_allowance_up_as_fast_ones_do(clock: Clock) -> None:
    for _ in range(30):
        assert passed(gate(clock), at_most=1) == 1
        clock.sleep(3)
    assert passed(gate(clock)) == 0


@pytest.mark.parametrize("pause", [0.1, 0.5, 1.9, 7, 31])
def test_no_minute_ever_sees_more_than_the_allowance(pause: float, clock: Clock) -> None:
    moments = []
    for _ in range(600):
        if passed(gate(clock), at_most=1):
            moments.append(clock.moment)
        clock.sleep(pause)
    minute = timedelta(minutes=1)
    busiest = max(sum(m <= other < m + minute for other in moments) for m in moments)
    assert busiest <= 30
    # Of what would be possible without a rest, more than two in five.
    possible = min(len(moments) / 600 * 600, (clock.moment - moments[0]).total_seconds() / 2)
    assert len(moments) > 0.4 * possible


def test_the_wait_is_long_enough_to_be_worth_coming_back(clock: Clock) -> None:
    passed(gate(clock))
    error = refusal(gate(clock))
    assert "our own pacing" in str(error)
    clock.sleep(error.retry_after or 0)
    assert passed(gate(clock)) == 30, "what is done between two waits may take all of it"


def test_every_key_has_an_allowance_of_its_own(clock: Clock) -> None:
    passed(gate(clock))
    assert passed(gate(clock, key="rescuetime:8")) == 30


def test_each_lane_has_an_allowance_and_pauses_of_its_own(clock: Clock) -> None:
    whole = gate(clock, rate=30)
    lists, people = whole.lane("lists", rate=5), whole.lane("people", rate=100)
    assert (passed(lists), passed(people), passed(whole)) == (5, 30, 30)

    clock.sleep(60)
    lists.throttled(7)
    assert (passed(lists), passed(people)) == (0, 30)


def test_a_lane_is_counted_by_the_minute_though_all_are_by_the_second(clock: Clock) -> None:
    whole = gate(clock, rate=240, per_second=4)
    assert not whole.counts
    assert whole.lane("lists", rate=5).counts


def test_without_a_rate_nothing_is_held_up_and_nothing_is_written(clock: Clock) -> None:
    assert passed(gate(clock, rate=0), at_most=200) == 200
    assert Pace.objects.count() == 0


# -------------------------------------------------------------------- patience


def test_a_command_waits_for_our_own_pacing_and_says_so(clock: Clock) -> None:
    told: list[float] = []
    patient = gate(clock, patience=60, on_wait=told.append)
    assert passed(patient, at_most=40) == 40
    assert told == clock.slept == [pytest.approx(60, abs=1.5)]


def test_a_worker_never_sleeps(clock: Clock) -> None:
    passed(gate(clock))
    refusal(gate(clock))
    assert clock.slept == []


def test_nobody_is_patient_with_a_providers_own_pause(clock: Clock) -> None:
    patient = gate(clock, patience=60)
    patient.throttled(20)
    assert "asked for a pause" in str(refusal(patient))
    assert clock.slept == []


def test_a_run_that_was_taken_away_ends_before_it_uses_up_the_allowance(clock: Clock) -> None:
    class Stopped(Exception):
        pass

    def stop() -> None:
        raise Stopped

    with pytest.raises(Stopped):
        gate(clock, beat=stop).before_request()
    with pytest.raises(Stopped):
        gate(clock, beat=stop).between_chunks()
    assert passed(gate(clock)) == 30


def test_chunks_are_no_requests(clock: Clock) -> None:
    beats: list[str] = []
    busy = gate(clock, beat=lambda: beats.append("request"), pulse=lambda: beats.append("chunk"))
    busy.before_request()
    for _ in range(100):
        busy.between_chunks()
    assert beats == ["request", *["chunk"] * 100]
    assert passed(gate(clock)) == 29


# ---------------------------------------------------------------------- pauses


@pytest.mark.parametrize("rate", [0, 30])
def test_a_pause_holds_for_everybody_with_the_key(rate: int, clock: Clock) -> None:
    gate(clock, rate=rate).throttled(45)
    error = refusal(gate(clock, rate=rate))
    assert error.retry_after == pytest.approx(45)
    clock.sleep(44)
    refusal(gate(clock, rate=rate))
    clock.sleep(1)
    assert passed(gate(clock, rate=rate), at_most=5) == 5


def test_a_shorter_pause_does_not_end_a_longer_one(clock: Clock) -> None:
    for seconds in (60, 5):
        gate(clock).throttled(seconds)
    assert refusal(gate(clock)).retry_after == pytest.approx(60)


def test_a_pause_of_unknown_length_is_a_short_one(clock: Clock) -> None:
    gate(clock, rate=0).throttled(0)
    assert 1 <= (refusal(gate(clock, rate=0)).retry_after or 0) <= 30


def test_no_pause_is_longer_than_a_day(clock: Clock) -> None:
    gate(clock).throttled(1e30)
    assert refusal(gate(clock)).retry_after == pytest.approx(24 * 3600)


def test_after_a_429_all_clients_of_the_connection_pause(world: World) -> None:
    connection = connected(world)
    world.faults.add(Fault("open_humans", "429", retry_after=30))
    with pytest.raises(RetryableError):
        client_of(connection).member()
    with pytest.raises(RetryableError, match="it asked for a pause") as caught:
        client_of(connection).files()
    assert 28 < (caught.value.retry_after or 0) <= 30
    assert len(world.requests) == 1


def test_a_connections_gate_has_its_providers_rate_unless_it_is_on_this_machine(
    world: World, settings: Any
) -> None:
    connection = connected(world, provider="rescuetime")

    def rate() -> int:
        return PacedGate.for_connection(connection, beat=lambda: None).rate

    assert rate() == 0
    settings.PROVIDER_SETTINGS = {"rescuetime": {"RATE": "7"}}
    assert rate() == 7
    settings.PROVIDER_SETTINGS = {}
    settings.SANDBOX_URL = ""
    assert rate() == 30


# ------------------------------------------------------------------ many at once


def test_many_threads_share_one_allowance_exactly(clock: Clock) -> None:
    counts = at_once(lambda: passed(gate(clock)), times=12)
    assert sum(int(str(count)) for count in counts) == 30


def test_many_processes_share_one_allowance_exactly() -> None:
    code = """
import sys, time
from datetime import datetime
from integrations.errors import RetryableError
from integrations.pace import PacedGate
moment = datetime.fromisoformat("2026-03-02T09:00:00+00:00")
gate = PacedGate(key="shared", rate=200, provider="P", beat=lambda: None, now=lambda: moment)
time.sleep(max(0, float(sys.argv[1]) - time.time()))
passed = 0
try:
    while True:
        gate.before_request()
        passed += 1
except RetryableError:
    print(passed)
"""
    begin = str(time.time() + 2.5)
    counts = [int(finished(process)[0]) for process in [start(code, begin) for _ in range(4)]]
    assert sum(counts) == 200


def test_pauses_at_the_same_moment_leave_the_longest(clock: Clock) -> None:
    lengths = iter(range(1, 13))
    pause: Callable[[], None] = lambda: gate(clock, rate=0).throttled(next(lengths))  # noqa: E731
    at_once(pause, times=12)
    assert refusal(gate(clock, rate=0)).retry_after == pytest.approx(12)


# ------------------------------------------------------------------- in a second


def spaced(clock: Clock, *, rate: int = 480, **more: Any) -> PacedGate:
    return gate(clock, rate=rate, per_second=8, usual_pause=1, key="clockify:7", **more)


def test_no_second_ever_sees_more_than_it_may(clock: Clock) -> None:
    moments = []
    two = [spaced(clock), spaced(clock)]
    for number in range(160):
        two[number % 2].before_request()
        moments.append(clock.moment)
    second = timedelta(seconds=1)
    assert max(sum(m <= other < m + second for other in moments) for m in moments) <= 8
    assert moments[-1] - moments[0] == timedelta(seconds=159 / 8), "and no slower than that"
    assert max(clock.slept) <= 0.125


def test_a_smaller_allowance_a_minute_holds_besides(clock: Clock) -> None:
    slow = spaced(clock, rate=20)
    assert passed(slow) == 20
    assert refusal(slow).retry_after == pytest.approx(60, abs=3)


def test_where_nothing_is_paced_nothing_is_spaced(clock: Clock) -> None:
    assert passed(spaced(clock, rate=0), at_most=50) == 50
    assert clock.slept == []


# ----------------------------------------------------------------------- learning


class Plan:
    """A provider that lets so many requests pass in any such time, and tells nobody."""

    def __init__(self, clock: Clock, *, allows: int, per: timedelta, told: bool = False) -> None:
        self.clock, self.allows, self.per, self.told = clock, allows, per, told
        self.moments: list[datetime] = []
        self.refusals: list[datetime] = []

    def answers(self, gate: PacedGate) -> bool:
        """One request, as soon as it may go; whether it was let in."""
        while True:
            try:
                gate.before_request()
                break
            except RetryableError as error:
                self.clock.sleep(max(1, error.retry_after or 0))
        recent = [m for m in self.moments if m > self.clock.moment - self.per]
        if len(recent) < self.allows:
            self.moments.append(self.clock.moment)
            self.clock.sleep(0.05)
            return True
        self.refusals.append(self.clock.moment)
        wait = (recent[0] + self.per - self.clock.moment).total_seconds()
        gate.throttled(wait if self.told else 0)
        return False


@pytest.mark.parametrize("told", [False, True])
@pytest.mark.parametrize(
    ("allows", "per"), [(30, timedelta(hours=1)), (20, timedelta(minutes=1)), (5, timedelta(0, 1))]
)
def test_an_allowance_that_nobody_tells_is_learnt_and_kept_to(
    allows: int, per: timedelta, told: bool, clock: Clock
) -> None:
    plan = Plan(clock, allows=allows, per=per, told=told)
    learning = spaced(clock, learns=True)
    while len(plan.moments) < 4 * allows:
        plan.answers(learning)
    learnt = len(plan.refusals)
    began = clock.moment
    while len(plan.moments) < 8 * allows:
        plan.answers(spaced(clock, learns=True))  # another process knows it too
    assert learnt <= 30
    assert len(plan.refusals) - learnt <= 2, "it is no longer overstepped"
    # Of what is allowed it uses more than a third.
    assert clock.moment - began < 3 * 4 * per


def test_what_was_learnt_is_forgotten_after_a_day_without_refusals(clock: Clock) -> None:
    plan = Plan(clock, allows=30, per=timedelta(hours=1))
    while len(plan.moments) < 120:
        plan.answers(spaced(clock, learns=True))
    clock.sleep(2 * 3600)
    assert passed(spaced(clock, learns=True)) == 30
    clock.sleep(25 * 3600)
    assert passed(spaced(clock, learns=True), at_most=100) == 100


def test_one_refusal_teaches_nothing(clock: Clock) -> None:
    one = spaced(clock, learns=True)
    assert passed(one, at_most=3) == 3
    one.throttled(0)
    clock.sleep(11)
    assert passed(one, at_most=100) == 100


def test_refusals_at_the_same_moment_are_learnt_from_once(clock: Clock) -> None:
    passed(spaced(clock, learns=True), at_most=20)
    at_once(lambda: spaced(clock, learns=True).throttled(0), times=8)
    row = Pace.objects.get()
    assert row.allowance is None
    assert row.paused_until is not None
    assert row.paused_until - clock.moment <= timedelta(seconds=11)
