"""Which answers accept a duty, and which are for a person to read."""

import pytest

from rota.accepting import accepts


@pytest.mark.parametrize(
    "text",
    [
        "ok",
        "OK!",
        "Okay.",
        "  ok  ",
        "*ok*",
        "yes",
        "Yes, thanks",
        "sure, no problem",
        "ok :+1:",
        ":+1::skin-tone-3:",
        "👍🏽",
        "✅",
        "ok, I'll do it",
        "ok, I’ll do it",
        "Ok, happy to take over!",
        "yep 🎉",
        "accepted",
        "\nok\n",
    ],
)
def test_a_yes_accepts(text: str) -> None:
    assert accepts(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "!",
        "ok, but Bob covers Friday",
        "ok, Bob covers Friday",
        "ok except for Friday",
        "ok?",
        "okay if somebody takes Monday",
        "ok until Thursday",
        "ok no",
        "yes I can't",
        "not ok",
        "no",
        "I am away that week",
        "Is this ok?",
        "ok 👎",
        "okra",
        "yesterday",
        "book",
        "ok\nactually, could somebody swap with me",
        "👎",
        "NULL",
    ],
)
def test_anything_else_is_for_a_person_to_read(text: str) -> None:
    assert not accepts(text)
