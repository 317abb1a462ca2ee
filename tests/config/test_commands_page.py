"""docs/commands.md: every command of ours with every option of its own, and examples that work."""

import re
import tomllib
from argparse import ArgumentParser, _SubParsersAction
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand

from uploader import report

PAGE = (Path(settings.BASE_DIR) / "docs" / "commands.md").read_text(encoding="utf-8")
OURS = ("config", "integrations", "rota", "uploader")
COMMANDS = sorted(
    name for name, app in get_commands().items() if str(app).partition(".")[0] in OURS
)


def own_options(name: str) -> set[str]:
    ours = load_command_class(get_commands()[name], name).create_parser("manage.py", name)
    usual = BaseCommand().create_parser("manage.py", name)
    return options_of(ours) - options_of(usual)


def options_of(parser: ArgumentParser) -> set[str]:
    """Those of a command's parts as well."""
    parts = [
        part
        for action in parser._actions
        if isinstance(action, _SubParsersAction)
        for part in action.choices.values()
    ]
    own = {option for action in parser._actions for option in action.option_strings}
    return own.union(*map(options_of, parts))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_there_with_its_options(name: str) -> None:
    part = re.split(r"\n## ", PAGE[PAGE.index(f"`{name}") :])[0]

    for option in own_options(name) - {"--json"}:
        assert option in part, option


def test_commands_are_found() -> None:
    expected = {"sync", "configure", "update_data", "check_connections", "sandbox", "rota"}
    assert expected <= set(COMMANDS)


def test_the_example_of_a_file_and_of_a_document_are_true() -> None:
    [example] = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert tomllib.loads(example)["people"]["aliases"]
    document = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)[0]
    for name in report.of_nothing():
        assert f'"{name}": ' in document
