"""What tests of rotas share."""

import pytest

from tests.rota.team import Team
from tests.uploader.killer import killer

__all__ = ["killer", "team"]


@pytest.fixture
def team(db: None) -> Team:
    return Team()
