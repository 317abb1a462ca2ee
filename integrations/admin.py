"""The admin of connections and of their pace. Credentials are typed in here, and never shown."""

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html_join

from integrations import abilities, connections
from integrations import provider as providers
from integrations.errors import IntegrationError, UnexpectedError
from integrations.models import Connection, Pace
from integrations.provider import Provider

PREFIX = "credentials_"

if TYPE_CHECKING:  # generic for the type checker only
    ModelForm = forms.ModelForm[Connection]
    AdminBase = admin.ModelAdmin[Any]
    ConnectionAdminBase = admin.ModelAdmin[Connection]
else:
    ModelForm = forms.ModelForm
    AdminBase = ConnectionAdminBase = admin.ModelAdmin


class Explained(AdminBase):
    """A list that says first what it lists."""

    words: ClassVar[str]
    change_list_template = "admin/explained_list.html"

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return super().changelist_view(request, {"words": self.words, **(extra_context or {})})


class AddressField(forms.URLField):
    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "assume_scheme": "https"})


class ConnectionForm(ModelForm):
    """The connection's own fields, and below them those of its provider's form."""

    spec: Provider
    # What credentials that were tried out may do, as a fact to keep.
    learnt: dict[str, Any] = {}

    class Meta:
        model = Connection
        fields = ("name", "owner", "base_url", "enabled")
        field_classes = {"base_url": AddressField}

    def clean_base_url(self) -> str:
        url: str = self.cleaned_data.get("base_url", "")
        if url and not self.spec.may_be_at(url):
            raise ValidationError(
                f"This is not an address of {self.spec.name}, nor one of this machine."
            )
        return url

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors or not self._is_to_be_checked():
            return cleaned
        credentials = self._credentials()
        if credentials is not None:
            self._check(credentials, base_url=cleaned.get("base_url", ""))
            if self._is_typed():
                cleaned["credentials"] = credentials
        return cleaned

    def _is_to_be_checked(self) -> bool:
        """A new address is tried out as well: with the credentials that are there."""
        return self._is_typed() or "base_url" in self.changed_data

    def _is_typed(self) -> bool:
        return any(name.startswith(PREFIX) for name in self.changed_data)

    def _credentials(self) -> dict[str, Any] | None:
        """What was typed in, over what is there; None where the provider's form refuses it."""
        typed = {
            name: self.cleaned_data[PREFIX + name]
            for name in self.spec.credentials_form.base_fields
            if self.cleaned_data.get(PREFIX + name)
        }
        form = self.spec.credentials_form({**self._kept(), **typed})
        if form.is_valid():
            return {**self._kept(), **form.cleaned_data}
        for name, errors in form.errors.items():
            self.add_error(PREFIX + name if name in form.fields else None, list(errors))
        return None

    def _kept(self) -> dict[str, Any]:
        try:
            return dict(connections.opened(self.instance)) if self.instance.pk else {}
        except UnexpectedError:
            return {}  # encrypted with a lost key: everything has to be typed in again

    def _check(self, credentials: dict[str, Any], *, base_url: str) -> None:
        try:
            client = connections.typed_in(self.spec, credentials, base_url=base_url)
            self.spec.check(client)
            self.learnt = abilities.learnt(self.spec, client)
        except IntegrationError as error:
            raise ValidationError(f"This was tried out and does not work. {error}") from error


@admin.register(Connection)
class ConnectionAdmin(ConnectionAdminBase):
    form = ConnectionForm
    # The name says which provider and, of a member's, which member; the filter finds them.
    list_display = ("name", "person", "condition", "checked_at")
    list_filter = ("provider", "state", "enabled", "from_file")
    list_select_related = ("owner",)
    search_fields = ("name", "account")
    autocomplete_fields = ("owner",)
    readonly_fields = (
        "provider",
        "state",
        "reason",
        "account",
        "connected_at",
        "checked_at",
        "may",
        "from_file",
    )
    actions = ("check_connections",)

    @admin.display(description="owner", ordering="owner__first_name")
    def person(self, connection: Connection) -> str:
        owner = connection.owner
        return (owner.first_name or owner.get_username()) if owner else "the team"

    @admin.display(description="state", ordering="state")
    def condition(self, connection: Connection) -> str:
        switched_off = "" if connection.enabled else "; switched off"
        return f"{connection.get_state_display()}{switched_off}"

    @admin.display(description="what it may do")
    def may(self, connection: Connection) -> str:
        told = [(abilities.in_words(each),) for each in abilities.known(connection)]
        return format_html_join("", "<div>{}</div>", told) or "not known to be limited"

    # ------------------------------------------------------------ adding, changing

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if self._spec(request, None) is None:
            return self._choose_provider(request)
        return super().add_view(request, form_url, extra_context)

    def _choose_provider(self, request: HttpRequest) -> HttpResponse:
        known = providers.providers().values()
        context = {
            **self.admin_site.each_context(request),
            "title": "Add connection",
            "opts": self.opts,
            "typed_in": [spec for spec in known if not spec.signs_in],
            "signed_in": [spec for spec in known if spec.signs_in],
        }
        return TemplateResponse(
            request, "admin/integrations/connection/choose_provider.html", context
        )

    def _spec(self, request: HttpRequest, obj: Connection | None) -> Provider | None:
        if obj is not None:
            return obj.spec
        spec = providers.providers().get(request.GET.get("provider", ""))
        return spec if spec is not None and not spec.signs_in else None

    def get_form(
        self, request: HttpRequest, obj: Connection | None = None, change: bool = False, **kw: Any
    ) -> type[ModelForm]:
        spec = self._spec(request, obj)
        fields = _credential_fields(spec, optional=obj is not None) if spec else {}
        kw["form"] = type("ConnectionForm", (ConnectionForm,), {"spec": spec, **fields})
        return super().get_form(request, obj, change=change, **kw)

    def save_model(self, request: HttpRequest, obj: Connection, form: Any, change: bool) -> None:
        if not change:
            spec = self._spec(request, None)
            obj.provider = spec.slug if spec else ""
        if "credentials" in form.cleaned_data:
            now = timezone.now()
            typed = form.cleaned_data["credentials"]
            connections.keep(obj, typed, by=request.user, now=now, learnt=form.learnt)
            return
        # Only what was changed: tokens may have been renewed since the page was opened.
        obj.save(update_fields=[f for f in form.changed_data if not f.startswith(PREFIX)])

    def get_readonly_fields(
        self, request: HttpRequest, obj: Connection | None = None
    ) -> tuple[str, ...]:
        """What somebody let us have by signing in stays where and whose it is."""
        signed_in = obj is not None and obj.spec.signs_in
        return (*self.readonly_fields, *(("owner", "base_url") if signed_in else ()))

    # ------------------------------------------------------------------- deleting

    def delete_model(self, request: HttpRequest, obj: Connection) -> None:
        connections.disconnect(obj, by=request.user, now=timezone.now())
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Connection]) -> None:
        for connection in queryset:
            self.delete_model(request, connection)

    # -------------------------------------------------------------------- actions

    @admin.action(description="Check selected connections", permissions=["change"])
    def check_connections(self, request: HttpRequest, queryset: QuerySet[Connection]) -> None:
        for connection in queryset:
            try:
                detail = connections.check(connection, now=timezone.now())
            except IntegrationError as error:
                self.message_user(request, f"Connection {connection}: {error}", messages.ERROR)
            else:
                self.message_user(
                    request, f"Connection {connection} works: {detail}", messages.SUCCESS
                )


def _credential_fields(spec: Provider, *, optional: bool) -> dict[str, forms.Field]:
    fields = spec.credentials_form().fields
    for field in fields.values():
        if optional:
            field.required = False
            field.help_text = f"{field.help_text} Empty: as it is.".strip()
    return {PREFIX + name: field for name, field in fields.items()}


@admin.register(Pace)
class PaceAdmin(Explained):
    words = (
        "When the next request with one credential may go, so that no provider is asked faster "
        "than it allows. Written by the workers."
    )
    list_display = ("key", "free_at")
    readonly_fields = ("key", "free_at")
    search_fields = ("key",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Pace | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Pace | None = None) -> bool:
        return False
