"""What titles of a rota look like, whoever serves, told by the template they are made from."""

import re

# So many letters of its own a template needs before anything is said to look like it.
FEWEST_LETTERS = 6
# Stands for any name while a pattern is made; no title holds it.
SOMEBODY = "\x00"


def looks_like(template: str, *, title: str) -> re.Pattern[str] | None:
    """What titles made from this template match, whoever's names they hold; `title` is the rota's.

    None where the template is hardly more than names, as anything might look like that.
    """
    told = template.format(title=title, lead=SOMEBODY, assist=SOMEBODY, member=SOMEBODY)
    literals = squeezed(told).split(SOMEBODY)
    if sum(letter.isalpha() for letter in "".join(literals)) < FEWEST_LETTERS:
        return None
    return re.compile(".+".join(map(re.escape, literals)), re.IGNORECASE)


def squeezed(text: str) -> str:
    """A title as it is compared: blanks at its ends and doubled ones are nobody's intention."""
    return " ".join(text.split())
