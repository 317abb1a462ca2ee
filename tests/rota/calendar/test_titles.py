"""Which titles look like a rota's."""

import pytest

from rota.syncs.calendar.titles import looks_like

USUAL = "{lead} is on support today with {assist} assisting"


@pytest.mark.parametrize(
    "title",
    [
        "Gustav is on support today with Andy assisting",
        "gustav IS ON support today with nobody assisting",
        "Sam P is on support today with A. (Bea) assisting",
    ],
)
def test_the_same_words_with_any_names_look_alike(title: str) -> None:
    pattern = looks_like(USUAL, title="Support")
    assert pattern is not None
    assert pattern.fullmatch(title)


@pytest.mark.parametrize(
    "title",
    [
        "",
        "Gustav is on support today",
        " is on support today with assisting",
        "Re: Gustav is on support today with Andy assisting them",
        "Gustav is on support tomorrow with Andy assisting",
    ],
)
def test_other_words_do_not(title: str) -> None:
    pattern = looks_like(USUAL, title="Support")
    assert pattern is not None
    assert pattern.fullmatch(title) is None


def test_the_rotas_own_title_counts_as_words_and_signs_stand_for_themselves() -> None:
    pattern = looks_like("{title}: {lead} (+{assist})", title="Support 24/7?")
    assert pattern is not None
    assert pattern.fullmatch("Support 24/7?: Gustav (+Andy)")
    assert pattern.fullmatch("Support 24/7: Gustav (+Andy)") is None


@pytest.mark.parametrize("template", ["{lead}", "{lead} / {assist}", "{lead} & {assist} on"])
def test_hardly_more_than_names_looks_like_nothing(template: str) -> None:
    assert looks_like(template, title="Support") is None
