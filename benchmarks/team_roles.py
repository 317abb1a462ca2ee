"""Whether turns of a rolling rota go round as they should, on which days they can be planned, and
what a handover asks of Slack.

`python -m benchmarks.team_roles` prints the numbers beside their aims and those of the tool before,
whose arithmetic is repeated here. Calls go over real sockets, to the sandbox.
"""

import tempfile
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import islice, pairwise

from benchmarks.rota_calendar import prepare
from integrations.sandbox import World
from integrations.slack.sandbox import SlackSandbox
from rota.problem import Member
from rota.rhythm import Rhythm
from rota.rolling import Service, planned

PEOPLE, SHIFTS, COMPARED = 7, 104, 14
RHYTHMS = (
    ("every week for two", "1w", "2w", "wed"),
    ("every month", "1mo", "1mo", "1"),
    ("every month for two, the last day", "1mo", "2mo", "31"),
    ("every 10 days", "10d", "10d", ""),
)
EVERYBODY = range(1, PEOPLE + 1)
YEARS = (2024, 2026)
DAY = timedelta(days=1)


def main() -> None:
    print(f"{SHIFTS} shifts of {PEOPLE} people from any of them on")
    # It was right only after the last one of the list.
    before = [wrong(earlier_turns(last, COMPARED), last) for last in EVERYBODY[:-1]]
    then = f"{min(before)} to {max(before)} of {COMPARED}"
    for words, every, lasts, on in RHYTHMS:
        rhythm = Rhythm.of(every, lasts, handover_on=on, starts_on=date(2026, 12, 2))
        ours = sum(wrong(turns(rhythm, last, SHIFTS), last) for last in EVERYBODY)
        show(f"turns that are somebody else's, {words}", f"{ours}", "0", then)
    print("Creating many at once, on each day of a year")
    for year in YEARS:
        works = [day for day in days_of(year) if can_be_created(day)]
        fails = sum(not earlier_works(day) for day in days_of(year))
        total = len(days_of(year))
        show(f"days of {year} on which it works", f"{len(works)}", f"{total}", f"{total - fails}")
    print("A handover in Slack, two people on duty")
    with tempfile.TemporaryDirectory() as folder, World() as world:
        prepare(folder, world)
        changed, unchanged = calls_of_handovers(world)
    show("calls where the usergroup has to be changed", f"{changed}", "", "2 + 7")
    show("calls with nothing to change", f"{unchanged}", "<= 3", "2 + 7")


def turns(rhythm: Rhythm, last: int, number: int) -> list[int | None]:
    people = [Member(id=each, name=f"Person {each}", group="") for each in EVERYBODY]
    spans = islice(rhythm.spans(rhythm.anchor), number)
    services = [Service(start=start, end=end, is_new=True) for start, end in spans]
    return [each.holder for each in planned(people, services, after=last)]


def wrong(found: Sequence[int | None], last: int) -> int:
    expected = [(last + number) % PEOPLE + 1 for number in range(len(found))]
    return sum(one != other for one, other in zip(found, expected, strict=True))


def can_be_created(day: date) -> bool:
    """A year's worth from that day on, in every rhythm, each starting where the one before ends or
    earlier."""
    for _, every, lasts, on in RHYTHMS:
        rhythm = Rhythm.of(every, lasts, handover_on=on, starts_on=day)
        spans = list(islice(rhythm.spans(day), 12))
        if any(late[0] > early[1] for early, late in pairwise(spans)):
            return False
    return True


def calls_of_handovers(world: World) -> tuple[int, int]:
    """Calls of a first handover, and of one that finds the usergroup as it should be."""
    from django.utils import timezone

    from integrations import connections
    from rota.models import Duty, Member, Rota, Shift
    from uploader import inline, work
    from uploader.models import Sync
    from uploader.people import Person

    now = timezone.now()
    slack = world.of(SlackSandbox)
    rota = Rota.objects.create(
        name="triage",
        kind="rolling",
        title="Triage",
        starts_on=now.date(),
        every="1w",
        lasts="2w",
    )
    triagers = slack.group("support-triagers").users
    for number, slack_id in enumerate(triagers[:2]):
        person = Person.objects.create(name=f"Person {number}", slack_id=slack_id)
        member = Member.objects.create(rota=rota, person=person, position=number)
        start = now.date() - number * timedelta(weeks=1)
        shift = Shift.objects.create(
            rota=rota, start=start, end=start + timedelta(weeks=2), changed_at=now
        )
        Duty.objects.create(shift=shift, role="member", member=member)
    sync = Sync.objects.create(
        name="triage-slack",
        kind="rota_slack",
        mode="automatic",
        target=connections.connect(
            provider="slack",
            owner=None,
            name="slack",
            credentials=slack.grant("rotabot"),
            by=None,
            now=now,
        ),
        options={"rota": "triage", "usergroup": "support-on-duty"},
    )

    def calls() -> int:
        world.requests.clear()
        manner = work.Manner(clock=timezone.now, patience=61)
        done = inline.carry_out_now(sync, params={}, manner=manner)
        if done.status != "finished":
            raise SystemExit(f"The run is {done.status}: {done.error} {done.warnings}")
        return len(world.requests)

    return calls(), calls()


# ------------------------------------------------------------------- the tool before


def earlier_turns(last: int, number: int) -> list[int]:
    """Past the end of the list it forgot where it had begun."""
    return [
        last + offset if last + offset <= PEOPLE else (offset - 1) % PEOPLE + 1
        for offset in range(1, number + 1)
    ]


def earlier_works(day: date) -> bool:
    """It counted months by writing one more."""
    try:
        day.replace(month=day.month + 1)
    except ValueError:
        return False
    return True


# ----------------------------------------------------------------------------- shown


def days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + n * DAY for n in range((date(year + 1, 1, 1) - first).days)]


def show(what: str, found: str, aim: str, before: str) -> None:
    row: Iterable[str] = (f"  {what:<64}", f"{found:>6}", f"{aim:>6}", f"{before:>14}")
    print(" ".join(row))


if __name__ == "__main__":
    main()
