"""Where a rota is shown elsewhere, and where its members come from, chosen on the rota's own page:
a few fields for each sync."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django import forms
from django.core.serializers.json import DjangoJSONEncoder

from integrations.models import Connection
from rota import setup
from rota.models import Rota
from uploader import kinds
from uploader.kinds import Kind
from uploader.models import Sync

CONNECTION, MODE = "connection", "mode"
# Said by the rota itself.
ROTA = "rota"


class Projection:
    """The fields of one sync of a rota: the connection, what its kind asks for, and the mode."""

    def __init__(self, kind: type[Kind]) -> None:
        self.kind = kind
        self.prefix = f"{kind.slug.removeprefix('rota_')}_"
        self.options = [name for name in kind.options_form.base_fields if name != ROTA]
        # The side that is not Lockstep itself.
        self.side = "target" if kind.target else "source"

    @property
    def names(self) -> list[str]:
        return [self.prefix + name for name in (CONNECTION, *self.options, MODE)]

    def fields(self, sync: Sync | None) -> dict[str, forms.Field]:
        """As it is set up; nothing of it is required while no connection is chosen."""
        fields = {name: self.kind.options_form().fields[name] for name in self.options}
        for name, field in fields.items():
            field.required = False
            if type(field.widget) is forms.TextInput:
                field.widget.attrs["class"] = "vTextField wide"
            if sync is not None and name in sync.options:
                field.initial = sync.options[name]
        return {
            self.prefix + name: field
            for name, field in {
                CONNECTION: self._connection(sync),
                **fields,
                MODE: self._mode(sync),
            }.items()
        }

    def _connection(self, sync: Sync | None) -> forms.Field:
        provider = getattr(self.kind, self.side)
        is_target = self.side == "target"
        return forms.ModelChoiceField(
            queryset=Connection.objects.filter(provider=provider, owner=None),
            required=False,
            initial=getattr(sync, f"{self.side}_id") if sync is not None else None,
            empty_label="not kept there" if is_target else "nowhere: they are named below",
            help_text="What was put there before stays when none is chosen."
            if is_target
            else "Who is a member is then told by it alone.",
        )

    def _mode(self, sync: Sync | None) -> forms.Field:
        return forms.ChoiceField(
            choices=Sync.Mode.choices,
            required=False,
            initial=sync.mode if sync is not None else setup.MODE,
            help_text="What happens after each change of the rota."
            if self.side == "target"
            else "What happens when it is found to have changed; it is looked at every day.",
        )

    # ------------------------------------------------------------------- cleaned

    def chosen(self, cleaned: dict[str, Any]) -> Connection | None:
        return cleaned.get(self.prefix + CONNECTION)

    def is_typed(self, form: Any) -> bool:
        """Whether something was said about it, as if it were to be kept."""
        names = [self.prefix + name for name in self.options]
        return any(name in form.changed_data and form.cleaned_data.get(name) for name in names)

    def cleaned(self, form: Any, *, rota: str) -> dict[str, Any]:
        """The options, as JSON; what is wrong with them is an error of the form's own fields."""
        typed = {name: form.cleaned_data.get(self.prefix + name) for name in self.options}
        own = self.kind.options_form({**typed, ROTA: rota})
        own.is_valid()
        for name, errors in own.errors.items():
            # That the rota is not there yet is no mistake of whoever is adding it.
            if name != ROTA and self.prefix + name not in form.errors:
                known = self.prefix + name if name in own.fields else None
                form.add_error(known, list(errors))
        kept = {
            name: own.cleaned_data[name]
            for name in self.options
            if own.cleaned_data.get(name) is not None
        }
        return dict(json.loads(json.dumps(kept, cls=DjangoJSONEncoder)))

    def save(self, rota: Rota, form: Any, *, now: datetime) -> None:
        connection = self.chosen(form.cleaned_data)
        sync = setup.found(rota, self.kind.slug)
        if connection is None:
            if sync is not None:
                switch_off(sync)
            return
        setup.ensure(
            rota,
            self.kind.slug,
            **{self.side: connection},
            options=form.projected[self.kind.slug],
            mode=form.cleaned_data[self.prefix + MODE] or setup.MODE,
            every=sync.every if sync else setup.BEATS.get(self.kind.slug),
            max_delete_share=sync.max_delete_share if sync else setup.MAX_DELETE_SHARE,
            now=now,
        )


def projections(kind: str) -> Iterator[Projection]:
    """Those that a rota of this kind can have."""
    known = {kind.slug: kind for kind in kinds.all_kinds()}
    for slug in setup.WITH[Rota.Kind(kind)]:
        if slug in known:
            yield Projection(known[slug])


def switch_off(sync: Sync) -> None:
    Sync.objects.filter(pk=sync.pk).update(enabled=False, next_run_at=None)
