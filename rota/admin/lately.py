"""What is shown on a rota's page of its syncs, and of who changed what lately."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import F
from django.urls import reverse

from rota import duties
from rota.models import Duty, Move, Rota, Step
from uploader.models import Run, Sync

MOST = 15


class Standing:
    """How a sync stands: its latest run, and the plan that waits for somebody."""

    def __init__(self, sync: Sync) -> None:
        self.sync = sync
        self.latest = sync.runs.first()
        self.plan = sync.runs.filter(status=Run.Status.NEEDS_REVIEW).first()


def moves(rota: Rota) -> list[Move]:
    """Of duties that were there already: all that a new cycle brings would hide them."""
    of_rota = of_moves().filter(duty__shift__rota=rota)
    return list(of_rota.exclude(was=None, told_at=F("at"))[:MOST])


def steps(rota: Rota) -> list[Step]:
    """What was told and set elsewhere at its latest changes of shift, the newest first."""
    found = Step.objects.filter(shift__rota=rota).select_related("shift", "run__sync", "notice")
    return list(found.order_by("-shift__start", "due_at", "name")[:MOST])


def moves_of(duty: Duty) -> list[Move]:
    return list(of_moves().filter(duty=duty))


def listed(model: str, **chosen: int) -> str:
    """The address of the admin's list of a rota's things."""
    query = urlencode({f"{way}__id__exact": pk for way, pk in chosen.items()})
    return f"{reverse(f'admin:rota_{model}_changelist')}?{query}"


def of_moves() -> Any:
    return Move.objects.select_related(
        "duty__shift__rota", "was__person", "now__person", "by", "run__sync"
    )


def edits(rota: Rota) -> list[LogEntry]:
    """Of the rota and its members, by hand; absences are told of there as well."""
    of_rota = ContentType.objects.get_for_model(Rota)
    found = LogEntry.objects.filter(content_type=of_rota, object_id=str(rota.pk))
    return list(found.select_related("user", "content_type").order_by("-action_time")[:MOST])


def syncs(rota: Rota) -> list[Standing]:
    """Each with its latest run, and the plan that waits for somebody."""
    return [Standing(sync) for sync in rota.syncs().select_related("target")]


def duties_syncs(rota: Rota) -> list[Standing]:
    return [Standing(sync) for sync in rota.syncs().filter(kind=duties.DUTIES)]
