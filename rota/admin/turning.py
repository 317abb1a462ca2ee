"""What staff do with the turns of a rolling rota: say where it stands, append some, plan anew."""

from datetime import date
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminDateWidget
from django.db.models import Q, QuerySet
from django.utils.html import format_html

from rota import duties
from rota.admin.generating import APPLY, Begins
from rota.models import Member, Rota
from rota.syncs.duties.layout import Asked
from rota.syncs.duties.turns import Turns
from uploader.kinds import CannotRun

BUTTONS = {APPLY: "Do it", "propose": "Only make a plan"}
MOST = 400


class OfRolling(Begins):
    """A run of what generates a rolling rota, which is told what is asked for."""

    buttons = BUTTONS
    obj: Rota

    @classmethod
    def is_offered(cls, obj: Rota, *, now: Any) -> bool:
        return obj.is_rolling and super().is_offered(obj, now=now)

    def asked(self) -> dict[str, Any]:
        raise NotImplementedError

    def laid_out(self, params: dict[str, Any]) -> Turns:
        """Where these shifts would lie; what lies too far ahead is said on the page."""
        try:
            turns = Turns(self.obj, Asked.of(params), now=self.now)
            turns.spans()
        except CannotRun as error:
            raise forms.ValidationError(str(error)) from error
        return turns

    def do(self) -> str:
        how = APPLY if self.how == APPLY else "propose"
        run = self.begin(duties.duties_sync(self.obj), {**self.asked(), how: True})
        return format_html("Begun: {}.", run)


class Append(OfRolling):
    slug, words = "append", "More shifts…"

    number = forms.IntegerField(label="How many", initial=1, min_value=1, max_value=MOST)

    def explained(self) -> str:
        return "Turns go on after the last shift there is. What is there already stays."

    def clean_number(self) -> int:
        number: int = self.cleaned_data["number"]
        self.laid_out({"append": number})
        return number

    def asked(self) -> dict[str, Any]:
        return {"append": self.cleaned_data["number"]}


class PlanAnew(OfRolling):
    slug, words = "anew", "Plan anew…"

    first = forms.DateField(label="From", widget=AdminDateWidget)
    after = forms.ModelChoiceField(
        queryset=Member.objects.none(),
        empty_label=None,
        label="Who has the role then",
        help_text="The first new shift goes to the next one in the order.",
    )
    number = forms.IntegerField(
        label="How many", required=False, min_value=1, max_value=MOST, help_text="Empty: a year."
    )

    def prepare(self) -> None:
        choose_from(self.fields["after"], self.obj, self.obj.today(self.now))

    def explained(self) -> str:
        return (
            "Shifts that begin on or after the next day of handover are replaced, in the order of "
            "turns as it is now: whoever joined meanwhile has their place in it. What was pinned, "
            "swapped or given by hand stays."
        )

    def clean_first(self) -> date:
        first: date = self.cleaned_data["first"]
        if first < self.obj.today(self.now):
            raise forms.ValidationError("This day has passed: what was, stays as it was.")
        return first

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            turns = self.laid_out({**self._where(), "append": cleaned["number"] or 1})
            cleaned["number"] = cleaned["number"] or turns.in_a_year()
        return cleaned

    def _where(self) -> dict[str, Any]:
        return {
            "from": self.cleaned_data["first"].isoformat(),
            "after": self.cleaned_data["after"].pk,
        }

    def asked(self) -> dict[str, Any]:
        return {**self._where(), "append": self.cleaned_data["number"]}


class SetRoles(OfRolling):
    slug, words = "roles", "Who serves now…"

    current = forms.ModelChoiceField(queryset=Member.objects.none(), empty_label=None)
    incoming = forms.ModelChoiceField(
        queryset=Member.objects.none(),
        empty_label=None,
        help_text="Who started last; more shifts go on with the one after.",
    )

    def prepare(self) -> None:
        if not self.obj.overlaps:
            del self.fields["incoming"]
        for field in self.fields.values():
            choose_from(field, self.obj, self.obj.today(self.now))

    def explained(self) -> str:
        return "Where the rota stands today, for instance after it was kept elsewhere."

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        incoming = cleaned.get("incoming")
        if incoming is not None and incoming == cleaned.get("current"):
            self.add_error("incoming", "Two people serve at a time: choose another one.")
        return cleaned

    def asked(self) -> dict[str, Any]:
        incoming = self.cleaned_data.get("incoming")
        return {
            "roles": {
                "current": self.cleaned_data["current"].pk,
                "incoming": incoming.pk if incoming else None,
            }
        }


def choose_from(field: Any, rota: Rota, day: date) -> None:
    """Those who are in it, in the order of turns."""
    there: QuerySet[Member] = rota.members.filter(Q(left_on=None) | Q(left_on__gte=day))
    field.queryset = there.select_related("person").order_by("position", "pk")
