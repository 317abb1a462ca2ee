"""The members of a rolling rota, as rows of its page: whose turn comes after whose."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest

from rota import setup
from rota.admin.members import RowForm, RowFormSet, RowInline
from rota.models import Member

LAST = 10**6
FROM_SLACK = "members: who is in the usergroup at Slack, in the order of their turns"


class TurnForm(RowForm):
    place = forms.IntegerField(
        label="turn",
        required=False,
        min_value=1,
        help_text="Turns go round in this order. Empty: after everybody else.",
    )

    class Meta:
        model = Member
        fields = ("person", "place", "joined_on", "left_on")

    def __init__(self, *args: Any, place: int | None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.was = self.initial["place"] = place


def _order(form: Any) -> tuple[int, int, int]:
    """Who is moved up comes before the one who had that place, who is moved down after."""
    wanted, was = form.cleaned_data.get("place") or LAST, form.was or LAST
    return wanted, (wanted > was) - (wanted < was), was


class TurnFormSet(RowFormSet):
    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        """Everybody who is there has the place that the order gives them."""
        place = index + 1 if index is not None and index < self.initial_form_count() else None
        return {**super().get_form_kwargs(index), "place": place}

    def put_in_order(self) -> None:
        kept = [form for form in self.forms if form.instance.pk and form not in self.deleted_forms]
        rows = sorted(kept, key=_order)
        for position, form in enumerate(rows):
            if form.instance.position != position or form.instance in self.new_objects:
                Member.objects.filter(pk=form.instance.pk).update(position=position)


class TurnInline(RowInline):
    form = TurnForm
    formset: Any = TurnFormSet
    fields = ("person", "place", "joined_on", "left_on")
    verbose_name_plural = "members: who takes turns, in which order, and from when to when"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Member]:
        rows = super().get_queryset(request).select_related("person")
        return rows.order_by("position", "pk")


class FromSlackInline(TurnInline):
    """Who is a member is decided there; here it is only shown."""

    verbose_name_plural = FROM_SLACK

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def inline_for(rota: Any) -> type[TurnInline]:
    drawn = rota is not None and setup.is_drawn_from_slack(rota)
    return FromSlackInline if drawn else TurnInline
