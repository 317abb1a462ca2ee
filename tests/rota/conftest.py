"""What tests of rotas share."""

import pytest

from tests.rota.team import Team


@pytest.fixture
def team(db: None) -> Team:
    return Team()
