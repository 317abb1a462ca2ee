"""What is to be said of the sync that generates a rota's duties: of which rota."""

from django import forms

from rota.models import Rota
from uploader.kinds import CannotRun


class Options(forms.Form):
    rota = forms.CharField(max_length=60, help_text="The rota's name.")

    def clean_rota(self) -> str:
        return rota_named(self.cleaned_data["rota"], forms.ValidationError).name


def rota_named(name: str, complaint: type[Exception] = CannotRun) -> Rota:
    rota = Rota.objects.select_related("owner").filter(name=name).first()
    if rota is None:
        raise complaint(f"There is no rota “{name}”.")
    return rota
