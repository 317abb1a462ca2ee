"""Rolling rotas in the admin: their rhythm, the order of turns, and what can be done with them."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from rota import duties
from rota.models import Rota, Step
from tests.pages.visitor import words_of
from tests.rota.admin.staff import (
    DUTIES,
    ROTAS,
    another_member,
    errors_of,
    page_of,
    said,
    signed_in,
    typed,
)
from tests.rota.rolling import Triage
from tests.rota.team import Team
from uploader.models import Run
from uploader.people import Person

pytestmark = pytest.mark.django_db

NEW = f"{ROTAS}add/?kind=rolling"


@pytest.fixture
def triage(db: None) -> Triage:
    return Triage(names=("Sarah", "Gwendolyn", "Jonas", "Anton"), starts_on=timezone.now().date())


def new_rota(client: Client, **changed: Any) -> Any:
    values = {
        "name": "triage",
        "title": "Support Triager",
        "every": "1w",
        "lasts": "2w",
        "handover_on": "wed",
        "starts_on": "2026-12-02",
        "horizon": "52w",
        **changed,
    }
    return client.post(NEW, typed(client, NEW, **values), follow=True)


def turns(rota: Rota) -> list[str]:
    return [member.name for member in rota.members.order_by("position", "pk")]


# ------------------------------------------------------------------------ adding


def test_whoever_adds_a_rota_chooses_how_turns_are_taken(root: Client) -> None:
    words = words_of(root.get(f"{ROTAS}add/"))

    assert "Rolling : one after the other, for a while each" in words
    assert "Paired : pairs of two groups" in words


def test_nobody_adds_one_who_may_not(db: None) -> None:
    sam = signed_in("view_rota")

    assert sam.get(f"{ROTAS}add/").status_code == 403
    assert sam.get(NEW).status_code == 403


def test_a_new_rota_has_its_members_in_the_order_they_were_typed_in(root: Client) -> None:
    people = [Person.objects.create(name=name) for name in ("Sarah", "Jonas")]
    rows = {"members-TOTAL_FORMS": 2, **{f"members-{n}-person": p.pk for n, p in enumerate(people)}}

    response = new_rota(root, **rows)

    assert errors_of(response) == ""
    rota = Rota.objects.get()
    assert (rota.kind, rota.every, rota.lasts, rota.handover_on) == ("rolling", "1w", "2w", "wed")
    assert rota.event_title == "{title}: {member}"
    assert turns(rota) == ["Sarah", "Jonas"]
    assert rota.syncs().get().name == "triage-duties"
    assert "somebody new every 1w, for 2w" in words_of(root.get(ROTAS))


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("every", "weekly", "a number of days, weeks or months: 3d, 1w or 1mo"),
        ("every", "", "This field is required."),
        ("lasts", "3d", "Nobody would be on duty in between"),
        ("handover_on", "1", "it is a weekday, such as wed"),
        ("event_title", "{lead}", "Only {member}, {title} can be filled in"),
    ],
)
def test_what_a_rota_cannot_be_is_said_at_the_field(
    field: str, value: str, sentence: str, root: Client
) -> None:
    assert sentence in errors_of(new_rota(root, **{field: value}))
    assert not Rota.objects.exists()


# ------------------------------------------------------------------------- order


def place(client: Client, triage: Triage, **places: int | str) -> Any:
    """Type other places at the rows of these people."""
    page = page_of(triage.rota)
    row = {name: number for number, name in enumerate(turns(triage.rota))}
    changed = {f"members-{row[name]}-place": value for name, value in places.items()}
    return client.post(page, typed(client, page, **changed), follow=True)


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ({"Anton": 1}, ["Anton", "Sarah", "Gwendolyn", "Jonas"]),
        ({"Anton": 2}, ["Sarah", "Anton", "Gwendolyn", "Jonas"]),
        ({"Sarah": 3}, ["Gwendolyn", "Jonas", "Sarah", "Anton"]),
        ({"Sarah": ""}, ["Gwendolyn", "Jonas", "Anton", "Sarah"]),
        ({"Sarah": 2, "Gwendolyn": 1}, ["Gwendolyn", "Sarah", "Jonas", "Anton"]),
        ({"Sarah": 99}, ["Gwendolyn", "Jonas", "Anton", "Sarah"]),
    ],
)
def test_the_order_of_turns_is_what_is_typed(
    places: dict[str, int | str], expected: list[str], triage: Triage, root: Client
) -> None:
    response = place(root, triage, **places)

    assert errors_of(response) == ""
    assert turns(triage.rota) == expected
    shown = root.get(page_of(triage.rota)).context["inline_admin_formsets"][0].formset
    assert [form["place"].value() for form in shown.initial_forms] == [1, 2, 3, 4]


def test_who_joins_comes_after_everybody_else(triage: Triage, root: Client) -> None:
    page = page_of(triage.rota)
    signe = Person.objects.create(name="Signe")
    row = {
        name: value
        for name, value in another_member(4, person=signe.pk).items()
        if not name.endswith(("weight", "opening_credit"))
    }

    response = root.post(page, typed(root, page, **row), follow=True)

    assert errors_of(response) == ""
    assert turns(triage.rota) == ["Sarah", "Gwendolyn", "Jonas", "Anton", "Signe"]


def test_saving_changes_nothing_in_the_order(triage: Triage, root: Client) -> None:
    page = page_of(triage.rota)

    root.post(page, typed(root, page, title="Triage"))

    assert turns(triage.rota) == ["Sarah", "Gwendolyn", "Jonas", "Anton"]


# ----------------------------------------------------------------- what can be done


def act(client: Client, triage: Triage, slug: str, **data: Any) -> Any:
    return client.post(f"{ROTAS}{triage.rota.pk}/{slug}/", data, follow=True)


def test_each_kind_offers_what_can_be_done_with_it(
    triage: Triage, team: Team, root: Client
) -> None:
    rolling, paired = (words_of(root.get(page_of(each.rota))) for each in (triage, team))

    for words in ("More shifts…", "Plan anew…", "Who serves now…"):
        assert words in rolling
        assert words not in paired
    assert "Generate…" in paired
    assert "Generate…" not in rolling


def test_more_shifts_are_asked_for_by_their_number(triage: Triage, root: Client) -> None:
    response = act(root, triage, "append", number=3, how="propose")

    assert "Begun: run" in said(response)
    assert Run.objects.get().params == {"append": 3, "propose": True}


def test_turns_are_planned_anew_after_whoever_has_the_role(triage: Triage, root: Client) -> None:
    jonas, first = triage.members["Jonas"], timezone.now().date().isoformat()

    act(root, triage, "anew", first=first, after=jonas.pk, number=8, how="apply")

    assert Run.objects.get().params == {
        "from": first,
        "after": jonas.pk,
        "append": 8,
        "apply": True,
    }


def test_turns_are_planned_anew_for_a_year_where_nothing_else_is_said(
    triage: Triage, root: Client
) -> None:
    jonas, first = triage.members["Jonas"], timezone.now().date().isoformat()

    act(root, triage, "anew", first=first, after=jonas.pk, how="apply")

    assert Run.objects.get().params["append"] in (52, 53)


def test_what_lies_too_far_ahead_is_refused_on_the_page(triage: Triage, root: Client) -> None:
    response = act(root, triage, "append", number=399, how="apply")

    assert "is further ahead than three years" in errors_of(response)
    assert not Run.objects.exists()


def test_nothing_is_planned_anew_before_today(triage: Triage, root: Client) -> None:
    jonas = triage.members["Jonas"]

    response = act(root, triage, "anew", first="2020-01-01", after=jonas.pk, how="apply")

    assert "what was, stays as it was" in errors_of(response)
    assert not Run.objects.exists()


def test_it_is_said_who_serves_now(triage: Triage, root: Client) -> None:
    sarah, jonas = triage.members["Sarah"], triage.members["Jonas"]

    refused = act(root, triage, "roles", current=sarah.pk, incoming=sarah.pk, how="apply")
    assert "Two people serve at a time" in errors_of(refused)

    act(root, triage, "roles", current=sarah.pk, incoming=jonas.pk, how="apply")
    assert Run.objects.get().params == {
        "roles": {"current": sarah.pk, "incoming": jonas.pk},
        "apply": True,
    }


def test_where_nobody_overlaps_only_one_is_asked_for(triage: Triage, root: Client) -> None:
    Rota.objects.update(lasts="1w")
    sarah = triage.members["Sarah"]

    act(root, triage, "roles", current=sarah.pk, how="apply")

    assert Run.objects.get().params["roles"] == {"current": sarah.pk, "incoming": None}


def test_a_stranger_does_nothing_with_it(triage: Triage) -> None:
    sam = signed_in("view_rota")

    for slug in ("append", "anew", "roles"):
        assert act(sam, triage, slug, number=3).status_code == 403
    assert not Run.objects.exists()


# -------------------------------------------------------------------------- steps


def test_the_steps_of_its_handovers_are_shown_with_their_reasons(
    triage: Triage, root: Client
) -> None:
    duty = triage.put(timezone.now().date(), "Sarah")
    Step.objects.create(
        shift=duty.shift,
        name=Step.Name.SLACK_MESSAGE,
        due_at=timezone.now(),
        outcome=Step.Outcome.REJECTED,
        reason="The channel is archived.",
    )

    words = words_of(root.get(page_of(triage.rota)))

    assert "message in Slack" in words
    assert "refused" in words
    assert "The channel is archived." in words


def test_what_somebody_answered_is_on_the_page_of_their_duty(triage: Triage, root: Client) -> None:
    duty = triage.put(timezone.now().date(), "Sarah", turn="Jonas")
    sarah = triage.members["Sarah"]
    duties.answered(duty, sarah, "ok, but late", accepts=False, at=timezone.now())

    words = words_of(root.get(f"{DUTIES}{duty.pk}/change/"))

    assert "ok, but late" in words
    assert "Whose turn it is: Jonas" in words
