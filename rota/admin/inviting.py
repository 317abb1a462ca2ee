"""Inviting the members of a rota to its page, where they ask for swaps and take them."""

from datetime import datetime
from typing import Any

from django import forms

from rota import invitations
from rota.admin.acting import Act
from rota.duties import NotPossible
from rota.models import Member, Rota


class Invite(Act):
    slug, words = "invite", "Invite members…"
    permission = "rota.change_rota"
    buttons = {"do": "Invite"}
    obj: Rota

    members = forms.ModelMultipleChoiceField(
        queryset=Member.objects.none(), widget=forms.CheckboxSelectMultiple
    )

    @classmethod
    def is_offered(cls, obj: Rota, *, now: datetime) -> bool:
        return obj.enabled

    def prepare(self) -> None:
        """Those who are in it, or will be; chosen are those who have never signed in."""
        today = self.obj.today(self.now)
        rows = self.obj.members.select_related("person").exclude(left_on__lt=today)
        field: Any = self.fields["members"]
        field.queryset = rows.order_by("person__name")
        field.label_from_instance = _named
        field.initial = [row.pk for row in rows if row.person.user_id is None]

    def explained(self) -> str:
        return (
            "Each gets an e-mail that says how to sign in, without a password, to see the rota, "
            "to ask for swaps and to take them."
        )

    def do(self) -> str:
        invited, not_invited = [], []
        for member in self.cleaned_data["members"]:
            try:
                invitations.invite(member.person, by=self.by, now=self.now)
            except NotPossible as error:
                not_invited.append(str(error))
            else:
                invited.append(member.name)
        if not invited:
            raise NotPossible(" ".join(not_invited))
        return " ".join([f"Invited: {', '.join(invited)}.", *not_invited])


def _named(member: Member) -> str:
    return f"{member} (has signed in)" if member.person.user_id else member.name
