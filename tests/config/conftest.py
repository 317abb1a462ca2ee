"""A provider by key and a kind of sync, such as later parts of Lockstep will bring."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django import forms

from integrations import provider as providers
from integrations.provider import Provider
from uploader import kinds
from uploader.kinds import Kind


class KeyForm(forms.Form):
    api_key = forms.CharField(widget=forms.PasswordInput)
    organization_id = forms.CharField(required=False)


class Example(Provider):
    slug = "example"
    name = "Example"
    words = "A provider that is connected by a key."
    default_base_url = "https://api.example.org/v1"
    hosts = ("eu.example.org",)
    credentials_form = KeyForm


class SignsIn(Provider):
    slug = "signs_in"
    name = "Signs In"
    words = "A provider where each person signs in."
    default_base_url = "https://signs-in.example.org"
    signs_in = True


class OptionsForm(forms.Form):
    since_days = forms.IntegerField(initial=90, min_value=1)
    events = forms.JSONField(required=False)
    on_target_edit = forms.ChoiceField(
        choices=[("keep", "keep"), ("overwrite", "overwrite")], initial="keep"
    )
    quietly = forms.BooleanField(required=False, initial=True)


class ExampleKind(Kind):
    slug = "example_to_example"
    name = "Example to Example"
    words = "Keeps one in step with the other."
    source = "example"
    target = "example"
    options_form = OptionsForm


class MembersKind(Kind):
    slug = "members_own"
    name = "Members' own"
    words = "Set up by itself."
    for_members = True


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """This installation knows exactly these."""
    known = {spec.slug: spec for spec in (Example(), SignsIn())}
    monkeypatch.setattr(providers, "providers", lambda: known)
    ours = {kind.slug: kind for kind in (ExampleKind, MembersKind)}
    monkeypatch.setattr(kinds, "_kinds", ours)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    def written(text: str) -> Path:
        file = tmp_path / "lockstep.toml"
        file.write_text(text, encoding="utf-8")
        return file

    return written


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("EXAMPLE_KEY", "sesame-1")
    return "sesame-1"
