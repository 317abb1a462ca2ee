"""Setting up a sync between two Clockify workspaces in a browser, from two keys to a plan.

What was chosen stays in the session as names and ids. A key is kept as a connection of the team
before anything else, and is never in the session, nor on a page.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from integrations.models import Connection
from integrations.visitors import signed_in
from uploader import runs
from uploader.syncs.clockify_to_clockify import keys as kept_keys
from uploader.syncs.clockify_to_clockify import setup
from uploader.syncs.clockify_to_clockify.draft import STEPS, CannotSetUp, Draft, Named
from uploader.views.timesheets.forms import (
    NEW,
    SAME,
    ClientForm,
    KeyForm,
    OptionsForm,
    WorkspacesForm,
    by_id,
)

KEPT = "timesheets"
# A key becomes a connection, and the sync begins a run, whose plan is then looked at.
PERMISSIONS = (
    "integrations.add_connection",
    "uploader.add_sync",
    "uploader.view_sync",
    "uploader.run_sync",
)
TITLES = dict(zip(STEPS, ("Keys", "Workspaces", "Client", "Options", "Look over"), strict=True))
SIDES = {
    "source": ("From", "The key of somebody in the workspace where the time is tracked."),
    "target": ("To", "The key of somebody in the client’s own workspace."),
}

View = Callable[[HttpRequest, Draft], HttpResponse]


def may_set_up(user: Any) -> bool:
    return bool(user.is_staff and user.has_perms(PERMISSIONS))


def step(view: View) -> Callable[..., HttpResponse]:
    """A page of its own, named like its function; without what it needs, the first that is
    missing."""
    name = view.__name__

    @signed_in
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not may_set_up(request.user):
            raise Http404
        return allowed(request)

    @require_http_methods(["GET", "HEAD", "POST"])
    def allowed(request: HttpRequest) -> HttpResponse:
        draft = Draft.read(request.session.get(KEPT, {}))
        missing = draft.missing()
        if STEPS.index(name) > STEPS.index(missing):
            return redirect(address(missing))
        try:
            return view(request, draft)
        except CannotSetUp as refusal:
            return page(request, name, draft, "no_answer", refusal=refusal)

    return guarded


def address(name: str) -> str:
    return f"timesheets_{name}"


def page(
    request: HttpRequest, name: str, draft: Draft, template: str = "", /, **context: Any
) -> HttpResponse:
    here, reached = STEPS.index(name), STEPS.index(draft.missing())
    context["title"] = TITLES[name]
    context["here"] = address(name)
    context["back"] = address(STEPS[here - 1]) if here else ""
    context["steps"] = [
        {
            "title": TITLES[each],
            "address": address(each) if number <= reached and number != here else "",
            "is_here": number == here,
        }
        for number, each in enumerate(STEPS)
    ]
    return render(request, f"uploader/timesheets/{template or name}.html", context)


def go_on(request: HttpRequest, draft: Draft, *, after: str) -> HttpResponse:
    remember(request, draft)
    return redirect(address(STEPS[STEPS.index(after) + 1]))


def remember(request: HttpRequest, draft: Draft) -> None:
    request.session[KEPT] = draft.kept()


def refuse(form: Any, refusal: CannotSetUp) -> None:
    form.add_error(refusal.at if refusal.at in form.fields else None, str(refusal))


# ------------------------------------------------------------------------- keys


@sensitive_post_parameters("source-key", "target-key")
@step
def keys(request: HttpRequest, draft: Draft) -> HttpResponse:
    typed = request.POST if request.method == "POST" else None
    forms = {side: key_form(request, draft, side, typed=typed) for side in SIDES}
    if typed is not None:
        chosen = chosen_keys(request, forms)
        draft = draft.with_connections(
            chosen["source"] or draft.source, chosen["target"] or draft.target
        )
        if all(chosen.values()):
            return go_on(request, draft, after="keys")
        remember(request, draft)
        # What works is kept by now, and need not be typed again.
        forms |= {side: key_form(request, draft, side) for side in SIDES if chosen[side]}
    sides = [(forms[side], title, words) for side, (title, words) in SIDES.items()]
    return page(request, "keys", draft, sides=sides)


def key_form(request: HttpRequest, draft: Draft, side: str, *, typed: Any = None) -> KeyForm:
    visible = Connection.objects.visible_to(request.user).values("pk")
    there = kept_keys.offered().filter(Q(pk__in=visible) | Q(name__in=(draft.source, draft.target)))
    return KeyForm(typed, side=side, there=there, initial={"connection": getattr(draft, side)})


def chosen_keys(request: HttpRequest, forms: dict[str, KeyForm]) -> dict[str, str]:
    """Of each side the name of a connection that works, or nothing: then its form says why."""
    chosen = {side: chosen_key(request, form) for side, form in forms.items()}
    if chosen["target"] == SAME:
        chosen["target"] = chosen["source"]
    return chosen


def chosen_key(request: HttpRequest, form: KeyForm) -> str:
    if not form.is_valid():
        return ""
    given, now = form.cleaned_data, timezone.now()
    name: str = given["connection"]
    try:
        if name == NEW:
            return new_key(request, given)
        if name != SAME:
            kept_keys.tried(kept_keys.usable(name), now=now)
    except CannotSetUp as refusal:
        at = refusal.at if name == NEW else "connection"
        refuse(form, CannotSetUp(str(refusal), at=at))
        return ""
    return name


def new_key(request: HttpRequest, given: dict[str, Any]) -> str:
    connection, new = kept_keys.keep(
        given["key"],
        region=given.get("region") or kept_keys.GLOBAL,
        name=given["name"],
        by=request.user,
        now=timezone.now(),
    )
    verb = "is kept as" if new else "was kept already, as"
    messages.success(request, f"The key works, and {verb} the connection {connection}.")
    return connection.name


# ------------------------------------------------------------------- workspaces


@step
def workspaces(request: HttpRequest, draft: Draft) -> HttpResponse:
    there = {side: setup.workspaces(getattr(draft, side)) for side in SIDES}
    chosen = {side: getattr(draft, f"{side}_workspace") for side in SIDES}
    initial = {side: each.id if each else only_id(there[side]) for side, each in chosen.items()}
    form = WorkspacesForm(request.POST or None, initial=initial)
    for side in SIDES:
        form.offer(side, there[side], empty="choose a workspace")
    if form.is_valid():
        source, target = (by_id(there[side], form.cleaned_data[side]) for side in SIDES)
        try:
            return go_on(request, two(draft, source, target), after="workspaces")
        except CannotSetUp as refusal:
            refuse(form, refusal)
    return page(request, "workspaces", draft, form=form)


def two(draft: Draft, source: Named | None, target: Named | None) -> Draft:
    if source is None or target is None:
        raise CannotSetUp("Choose two workspaces.")
    return setup.choose_workspaces(draft, source, target)


def only_id(things: list[Named]) -> str:
    return things[0].id if len(things) == 1 else ""


# ----------------------------------------------------------------------- client


@step
def client(request: HttpRequest, draft: Draft) -> HttpResponse:
    there = setup.clients(draft.source, setup.chosen(draft.source_workspace))
    initial = {"client": draft.client.id if draft.client else only_id(there)}
    form = ClientForm(request.POST or None, initial=initial)
    select: Any = form.fields["client"].widget
    select.choices = [("", "choose a client"), *((each.id, each.name) for each in there)]
    if form.is_valid():
        try:
            chosen = setup.choose_client(draft, form.cleaned_data["client"])
            return go_on(request, chosen, after="client")
        except CannotSetUp as refusal:
            refuse(form, refusal)
    context = {
        "form": form,
        "draft": draft,
        "why_none": "" if there else setup.why_no_client(draft),
    }
    return page(request, "client", draft, **context)


# ---------------------------------------------------------------------- options


@step
def options(request: HttpRequest, draft: Draft) -> HttpResponse:
    sources = setup.people(draft.source, setup.chosen(draft.source_workspace))
    targets = setup.people(draft.target, setup.chosen(draft.target_workspace))
    initial = OptionsForm.of(draft, suggested=setup.suggested_name(draft))
    form = OptionsForm(request.POST or None, initial=initial)
    draft = replace(
        draft, source_owner=setup.owner(draft.source), target_owner=setup.owner(draft.target)
    )
    form.offer("source_user", sources, empty=f"{draft.source_owner}, the owner of the key")
    form.offer("target_user", targets, empty=f"{draft.target_owner}, the owner of the key")
    if form.is_valid():
        try:
            setup.check_name(form.cleaned_data["name"])
            chosen = form.into(draft, sources=sources, targets=targets)
            return go_on(request, chosen, after="options")
        except CannotSetUp as refusal:
            refuse(form, refusal)
    projects = [form[name] for name in OptionsForm.OF_PROJECTS]
    usual = [field for field in form if field.name not in OptionsForm.OF_PROJECTS]
    return page(request, "options", draft, form=form, usual=usual, projects=projects)


# ---------------------------------------------------------------------- preview


@step
def preview(request: HttpRequest, draft: Draft) -> HttpResponse:
    if request.method != "POST":
        return page(request, "preview", draft, name=draft.name, said=draft.in_words())
    now = timezone.now()
    sync = setup.create(draft, now=now)
    run = runs.start(sync, trigger="by hand", by=request.user, now=now)
    del request.session[KEPT]
    messages.success(
        request,
        f"{sync} is set up. It is looked up now what there is to do; nothing is written before "
        "somebody approves the plan.",
    )
    return redirect(run or sync)
