"""From an absence to a repaired rota: proposed, looked at, approved, and told by whom."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from rota.models import Absence, Duty, Move
from tests.pages.visitor import words_of
from tests.rota.admin.staff import ABSENCES, DUTIES, ROTAS, page_of, typed
from tests.rota.team import OTHERS, SEVENS, Team
from uploader import hands, inline
from uploader.models import Run

pytestmark = pytest.mark.django_db


def carried_out(run: Run) -> Run:
    return inline.carry_out(run, manner=hands.Manner(clock=timezone.now))


def latest(team: Team) -> Run:
    run = team.sync.runs.select_related("sync").first()
    assert run is not None
    return run


def approve(client: Client, team: Team) -> Run:
    """The plan that waits, as its page shows it."""
    run = latest(team)
    client.post(f"/runs/{run.pk}/approve/", {"checksum": run.checksum})
    return carried_out(latest(team))


def generate(client: Client, team: Team, **values: str) -> Run:
    client.post(f"{ROTAS}{team.rota.pk}/generate/", {"how": "apply", **values})
    return carried_out(latest(team))


def three_days(team: Team, monday: date) -> None:
    for number, (lead, assist) in enumerate(zip(SEVENS, OTHERS, strict=False)):
        team.put(monday + timedelta(days=number), lead, assist)


def first_of(team: Team, who: str) -> Duty:
    duty = Duty.objects.filter(member=team.members[who]).select_related("shift").first()
    assert duty is not None
    return duty


def test_a_rota_is_generated_and_an_absence_repaired_with_all_else_as_it_was(
    team: Team, root: Client
) -> None:
    run = generate(root, team)
    assert (run.status, run.error) == ("finished", "")
    assert Duty.objects.filter(shift__rota=team.rota, member=None).count() == 0
    duty = first_of(team, "Priya")
    day = duty.shift.start
    before = dict(Duty.objects.values_list("pk", "member"))

    data = {
        "person": team.members["Priya"].person_id,
        "first_day": day.isoformat(),
        "last_day": day.isoformat(),
    }
    root.post(f"{ABSENCES}add/", data)
    proposal = carried_out(latest(team))
    assert (proposal.status, proposal.params["propose"]) == ("needs_review", True)
    assert dict(Duty.objects.values_list("pk", "member")) == before
    plan = words_of(root.get(f"/runs/{proposal.pk}/plan/"))
    assert f"{duty.get_role_display()} on {day:%a} {day}" in plan
    absence = root.get(f"{ABSENCES}{Absence.objects.get().pk}/change/")
    assert f"the plan of run {proposal.pk} of support-duties" in words_of(absence)

    done = approve(root, team)

    assert (done.status, done.error) == ("finished", "")
    holders = dict(Duty.objects.values_list("pk", "member"))
    assert holders[duty.pk] not in (None, team.members["Priya"].pk)
    move = Move.objects.filter(duty=duty).first()
    assert move is not None
    assert move.by is not None
    assert (str(move.was), move.by.get_username(), move.run) == ("Priya", "sam", done)
    shown = words_of(root.get(f"{DUTIES}{duty.pk}/change/"))
    assert f"Priya {move.now} generated, run {done.pk} of support-duties sam" in shown
    assert "Nobody is, of the duties to come." in words_of(
        root.get(f"{ABSENCES}{Absence.objects.get().pk}/change/")
    )


def test_who_leaves_is_replaced_from_then_on(team: Team, root: Client, monday: date) -> None:
    three_days(team, monday)
    page = page_of(team.rota)
    rows = typed(root, page)
    number = next(n for n in range(7) if rows[f"members-{n}-id"] == team.members["Wren"].pk)
    wrens = first_of(team, "Wren")

    root.post(page, {**rows, f"members-{number}-left_on": monday.isoformat()})
    proposal = carried_out(latest(team))

    assert proposal.status == "needs_review"
    changes = proposal.changes.filter(key=f"{wrens.shift.start}/lead").values_list("was", flat=True)
    assert list(changes) == [f"lead on {wrens.shift.start:%a} {wrens.shift.start}: Wren"]


def test_what_staff_decided_is_kept_by_the_next_generation(
    team: Team, root: Client, monday: date
) -> None:
    three_days(team, monday)
    duty = first_of(team, "Priya")
    given = {"member": team.members["Wren"].pk, "shown": team.members["Priya"].pk}
    root.post(f"{DUTIES}{duty.pk}/give/", given)

    generate(root, team, seed="12345")

    assert team.holder(duty) == "Wren"
    team.rota.refresh_from_db()
    assert team.rota.seed == 12345
