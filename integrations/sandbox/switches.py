"""Switches: behaviour that the facts about a provider leave open, or that may vary."""

from collections import UserDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Switch:
    """A behaviour the facts leave open; the first option is the default.

    `free` allows any value of the default's type.
    """

    options: tuple[Any, ...]
    about: str
    free: bool = False

    def accepts(self, value: Any) -> bool:
        return value in self.options or (self.free and type(value) is type(self.options[0]))

    def parse(self, text: str) -> Any:
        for option in self.options:
            if str(option) == text:
                return option
        return int(text) if self.free and text.lstrip("-").isdigit() else text


class Switches(UserDict[str, Any]):
    """The current values; a misspelt name or value is an error rather than no effect."""

    def __init__(self, declared: dict[str, Switch]) -> None:
        self.declared = declared
        super().__init__({name: switch.options[0] for name, switch in declared.items()})

    def __setitem__(self, name: str, value: Any) -> None:
        self._check(name, value)
        super().__setitem__(name, value)

    def change(self, given: Mapping[str, str]) -> None:
        """Several at once from their texts: all of them, or none."""
        values = {
            name: self.declared[name].parse(text) if name in self.declared else text
            for name, text in given.items()
        }
        for name, value in values.items():
            self._check(name, value)
        self.update(values)

    def _check(self, name: str, value: Any) -> None:
        if name not in self.declared:
            known = ", ".join(self.declared) or "none"
            raise ValueError(f"there is no switch {name!r}; there are: {known}")
        declared = self.declared[name]
        if not declared.accepts(value):
            options = ", ".join(str(option) for option in declared.options)
            allowed = "a whole number" if declared.free else f"one of: {options}"
            raise ValueError(f"{name} cannot be {value!r}; it is {allowed}")

    def reset(self) -> None:
        self.update({name: switch.options[0] for name, switch in self.declared.items()})
