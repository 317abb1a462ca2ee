"""A rolling rota in the middle of its life, for the eyes: answers, swaps, leave, a gap, steps."""

from datetime import UTC, date, datetime, timedelta

from django.utils import timezone

from rota import duties, swaps
from rota.duties import Doing
from rota.models import Absence, Duty, Shift, Step
from tests.rota.rolling import TRIAGERS, WEDNESDAY, Triage

# Gwendolyn is incoming since that day, Sarah current.
NOW = datetime(2026, 12, 10, 10, tzinfo=UTC)
LONG = "Wilhelmina Featherstonehaugh-Ainsworth"


def busy() -> Triage:
    triage = Triage(names=[*TRIAGERS, LONG])
    found = triage.fortnights(30, first=WEDNESDAY)
    Duty.objects.filter(pk__in=[duty.pk for duty in found[:3]]).update(asked_at=NOW)
    duties.answered(
        found[0], triage.members["Sarah"], "ok", accepts=True, at=NOW - timedelta(days=9)
    )
    says = "I am on a train most of Thursday; could somebody have an eye on it until I arrive?"
    duties.answered(found[1], triage.members["Gwendolyn"], says, accepts=False, at=NOW)
    duties.override(found[4], triage.members["Chris"], doing=Doing(now=NOW))
    duties.override(found[6], None, doing=Doing(now=NOW))
    swaps.ask(found[3], doing=Doing(now=NOW), note="A wedding, abroad")
    Absence.objects.create(
        person=triage.members["Jonas"].person,
        first_day=date(2026, 12, 24),
        last_day=date(2026, 12, 26),
    )
    for duty in found[:2]:
        steps(triage, duty.shift)
    return triage


def steps(triage: Triage, shift: Shift) -> None:
    """How the handover went: one thing done, one refused, one unknown, one left out."""
    begins = triage.rota.begins(shift.start)
    run = triage.sync.runs.create(trigger="schedule", created_at=timezone.now(), status="finished")
    refused = "Slack: setting the members of support-on-duty was refused (permission_denied)."
    outcomes = (
        ("geekbot_standup", "done", "", run),
        ("slack_usergroup", "rejected", refused, None),
        ("slack_message", "unknown", "", None),
        ("geekbot_question", "skipped", "A later change of shift has come.", None),
    )
    for name, outcome, reason, by in outcomes:
        Step.objects.create(
            shift=shift,
            name=name,
            due_at=begins,
            outcome=outcome,
            reason=reason,
            run=by,
            settled_at=begins + timedelta(seconds=30),
        )


def duty_of(triage: Triage, name: str) -> Duty:
    """Somebody's next turn that has not begun."""
    coming = Duty.objects.filter(shift__rota=triage.rota, member__person__name=name)
    return coming.filter(shift__start__gt=NOW.date()).earliest("shift__start")
