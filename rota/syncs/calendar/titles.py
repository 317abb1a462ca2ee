"""What an event is called: a rota's template filled in, and told by its looks. Pure."""

import re
from collections.abc import Iterator, Mapping
from string import Formatter

NOBODY = "nobody"
# So many letters of its own a template needs before anything is said to look like it.
FEWEST_LETTERS = 6
# Stands for any name while a pattern is made; no title holds it.
SOMEBODY = "\x00"


def filled(template: str, values: Mapping[str, str]) -> str:
    """The template with names in their places; a name that is not among them stays empty."""
    parts = (literal + values.get(name or "", "") for literal, name in _parts(template))
    return squeezed("".join(parts))


def looks_like(template: str, *, title: str) -> re.Pattern[str] | None:
    """What titles made from this template match, whoever's names they hold; `title` is the rota's.

    None where the template is hardly more than names, as anything might look like that.
    """
    told = filled(template, {"title": title, "lead": SOMEBODY, "assist": SOMEBODY})
    literals = told.split(SOMEBODY)
    if sum(letter.isalpha() for letter in "".join(literals)) < FEWEST_LETTERS:
        return None
    return re.compile(".+".join(map(re.escape, literals)), re.IGNORECASE)


def _parts(template: str) -> Iterator[tuple[str, str | None]]:
    for literal, name, _, _ in Formatter().parse(template):
        yield literal, name


def squeezed(text: str) -> str:
    """A title as it is compared: blanks at its ends and doubled ones are nobody's intention."""
    return " ".join(text.split())
