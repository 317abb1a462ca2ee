"""The [connections] of the file: a team's credentials for a provider."""

from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils import timezone

from config.configuration import secret_values
from config.configuration.form_fields import bound, is_secret
from config.configuration.steps import Step, renamed_words, updated
from config.configuration.tables import Table, listed
from integrations import connections
from integrations import provider as providers
from integrations.encryption import CannotOpen
from integrations.models import Connection, name_validator
from integrations.provider import Provider

OWN_KEYS = ("provider", "base_url")


@dataclass(frozen=True)
class Declared:
    table: Table
    name: str
    provider: str
    credentials: dict[str, Any]
    base_url: str

    @property
    def what(self) -> str:
        return f"connection {self.name}"


def read(tables: Table, *, warnings: list[str]) -> dict[str, Declared]:
    return {name: _one(name, table, warnings) for name, table in tables.tables()}


def _one(name: str, table: Table, warnings: list[str]) -> Declared:
    check_name(name, table)
    spec = _provider(table)
    table.only([*OWN_KEYS, *spec.credentials_form.base_fields])
    values = {
        key: _value(table, key, spec, warnings) for key in table.values if key not in OWN_KEYS
    }
    credentials = bound(spec.credentials_form, table, values)
    base_url = _base_url(table, spec)
    return Declared(table, name, spec.slug, credentials, base_url)


def check_name(name: str, table: Table) -> None:
    try:
        name_validator(name)
    except ValidationError as error:
        raise table.wrong(f"“{name}” cannot be a name. {error.message}") from error


def _provider(table: Table) -> Provider:
    known = providers.providers()
    by_file = [slug for slug, spec in known.items() if not spec.signs_in]
    slug = table.text("provider")
    if slug in known and known[slug].signs_in:
        raise table.wrong(
            f"{known[slug].name} is connected by signing in on the site, each person for "
            f"themselves, not by a file; allowed: {listed(by_file)}",
            at="provider",
        )
    table.choice("provider", by_file)
    return known[slug]


def _value(table: Table, key: str, spec: Provider, warnings: list[str]) -> Any:
    value = table.values[key]
    if secret_values.is_reference(value):
        return secret_values.resolved(table, key)
    if is_secret(spec.credentials_form.base_fields[key]):
        warnings.append(
            f"{table.file}: {table.path}.{key} is written out in the file; "
            'keep it elsewhere, and say where: {env = "NAME"} or {file = "path"}.'
        )
    return value


def _base_url(table: Table, spec: Provider) -> str:
    url = table.text("base_url", default="")
    if url and not spec.may_be_at(url):
        own = (urlsplit(spec.default_base_url).hostname or "", *spec.hosts)
        raise table.wrong(
            f"“{url}” is not an address of {spec.name}; allowed: https at {listed(own)}, "
            "or this machine's own addresses",
            at="base_url",
        )
    return url


def plan(declared: dict[str, Declared], *, warnings: list[str]) -> list[Step]:
    known = {row.name: row for row in Connection.objects.filter(name__in=declared)}
    gone = list(Connection.objects.filter(from_file=True, enabled=True).exclude(name__in=declared))
    new = {name: item.provider for name, item in declared.items() if name not in known}
    warnings += renamed_words("connection", new, {row.name: row.provider for row in gone})
    return [
        *(step for item in declared.values() for step in _steps_of(item, known.get(item.name))),
        *(Step("disable", f"connection {row}", partial(_disable, row)) for row in gone),
    ]


def _steps_of(item: Declared, row: Connection | None) -> list[Step]:
    if row is None:
        new = Connection(name=item.name, provider=item.provider)
        return [Step("create", item.what, partial(_save, item, new))]
    if row.owner_id is not None:
        raise item.table.wrong("a member's own connection has this name: choose another")
    if row.provider != item.provider:
        raise item.table.wrong(
            f"is a connection to {row.provider} already, and stays one: choose another name",
            at="provider",
        )
    return updated(item.what, _differences(item, row), partial(_save, item, row))


def _differences(item: Declared, row: Connection) -> list[str]:
    """What is different, by name: values of credentials are never shown."""
    words = [f"another {key}" for key in _other_credentials(item, row)]
    if row.base_url != item.base_url:
        words.append(f"base_url {item.base_url or 'as usual'}")
    if not row.enabled:
        words.append("enabled")
    if not row.from_file:
        words.append("now kept by the file")
    return words


def _other_credentials(item: Declared, row: Connection) -> list[str]:
    """Compared opened: the same secret is encrypted differently each time."""
    try:
        held = row.credentials.open()
    except CannotOpen:
        return ["set of credentials, as the old ones cannot be decrypted"]
    keys = [*item.credentials, *(key for key in held if key not in item.credentials)]
    # What a form leaves out it also reads as empty.
    return [key for key in keys if (held.get(key) or "") != (item.credentials.get(key) or "")]


def _save(item: Declared, row: Connection) -> None:
    anew = row._state.adding or _other_credentials(item, row)
    row.base_url = item.base_url
    row.enabled = row.from_file = True
    if anew:
        # Whatever was wrong was wrong with the old ones; the next check or run says of these.
        connections.keep(row, item.credentials, by=None, now=timezone.now())
    else:
        row.save(update_fields=["base_url", "enabled", "from_file"])


def _disable(row: Connection) -> None:
    row.enabled = False
    row.save(update_fields=["enabled"])
