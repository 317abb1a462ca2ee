"""What a run would do, person by person or project by project, for whoever is to approve it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from integrations.visitors import signed_in
from uploader import kinds, reviews
from uploader.models import Change, Run
from uploader.views.run import visible

KEPT = "kept"
# In the order in which they are shown and counted; a refused change is a sort of its own.
SORTS = {
    "create": "to add",
    "update": "to change",
    "delete": "to delete",
    "conflict": "in conflict",
    "rejected": "refused before",
    KEPT: "kept",
}


@dataclass
class Person:
    """Everything that the plan says about one person, or other subject."""

    subject: str
    changes: list[Change] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Filter:
    """What a visitor wants to see of a plan; empty: everything that would change."""

    who: str = ""
    sort: str = ""

    @classmethod
    def asked_for(cls, request: HttpRequest) -> "Filter":
        sort = request.GET.get("show", "")
        return cls(request.GET.get("who", "").strip(), sort if sort in SORTS else "")

    def people(self, people: Iterable[Person]) -> list[Person]:
        named = [person for person in people if self.who.casefold() in person.subject.casefold()]
        if self.sort == KEPT:
            return [Person(each.subject, kept=each.kept) for each in named if each.kept]
        chosen = [
            Person(each.subject, [c for c in each.changes if self.shows(c)], each.kept)
            for each in named
        ]
        return [each for each in chosen if each.changes or (self.who and not self.sort)]

    def shows(self, change: Change) -> bool:
        return not self.sort or sort_of(change) == self.sort


def sort_of(change: Change) -> str:
    return "rejected" if change.outcome == Change.Outcome.REJECTED else change.action


def people_of(run: Run) -> list[Person]:
    people = {subject: Person(subject, kept=kept) for subject, kept in run.in_step.items()}
    for change in run.changes.all():
        people.setdefault(change.subject, Person(change.subject)).changes.append(change)
    return sorted(people.values(), key=lambda person: person.subject)


def counted(people: Iterable[Person]) -> list[tuple[str, str, int]]:
    """Sort, words and number, of those that there are."""
    numbers: Counter[str] = Counter()
    for person in people:
        numbers.update(sort_of(change) for change in person.changes)
        numbers[KEPT] += len(person.kept)
    return [(sort, words, numbers[sort]) for sort, words in SORTS.items() if numbers[sort]]


@signed_in
@require_safe
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    run = visible(request, pk)
    if not is_a_plan(run):
        return redirect(run)
    people = people_of(run)
    one, several = kinds.get(run.sync.kind).subjects
    wanted = Filter.asked_for(request)
    context = {
        "run": run,
        "sync": run.sync,
        "waits": run.status == Run.Status.NEEDS_REVIEW,
        "newer": newer_plan(run),
        "people": wanted.people(people),
        "one": one,
        "several": several,
        "concerned": sum(bool(person.changes) for person in people),
        "in_all": len(people),
        "counted": counted(people),
        "filter": wanted,
        "sorts": SORTS,
        "may_approve": may_approve(request),
    }
    return render(request, "uploader/plan.html", context)


def is_a_plan(run: Run) -> bool:
    """Whether it was left to be looked at, rather than carried out."""
    if run.is_open:
        return False
    planned = run.changes.filter(outcome=Change.Outcome.PLANNED)
    return run.status == Run.Status.NEEDS_REVIEW or planned.exists()


def newer_plan(run: Run) -> Run | None:
    if run.status == Run.Status.NEEDS_REVIEW:
        return None
    return run.sync.runs.filter(status=Run.Status.NEEDS_REVIEW, pk__gt=run.pk).first()


def may_approve(request: HttpRequest) -> bool:
    return request.user.has_perm("uploader.approve_sync")


@signed_in
@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Carry it out: exactly the plan that was shown, which the form names by its checksum."""
    run = _to_decide_on(request, pk)
    if request.POST.get("checksum") != run.checksum:
        messages.error(request, "Nothing was begun: this page showed another plan.")
        return redirect("plan", run.pk)
    if not run.sync.enabled:
        messages.warning(request, "Nothing was begun: this sync is switched off.")
        return redirect("plan", run.pk)
    begun = reviews.approve(run, by=request.user, now=timezone.now())
    if begun is not None:
        messages.success(request, "Approved. It is being carried out.")
        return redirect(begun)
    run.refresh_from_db()
    if run.status == Run.Status.NEEDS_REVIEW:
        words = "Nothing was begun: a run of this sync is open. Let it end, or stop it."
    else:
        words = f"Nothing was begun: this plan no longer waits. {run.error}"
    messages.warning(request, words)
    return redirect("plan", run.pk)


@signed_in
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    run = _to_decide_on(request, pk)
    if reviews.discard(run, by=request.user):
        messages.info(request, "Discarded. The next run makes a new plan.")
    else:
        messages.info(request, "This plan no longer waited for approval.")
    return redirect(run.sync)


def _to_decide_on(request: HttpRequest, pk: int) -> Run:
    run = visible(request, pk)
    if not may_approve(request):
        raise Http404
    return run
