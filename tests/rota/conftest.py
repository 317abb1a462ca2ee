"""What tests of rotas share."""

import pytest

from tests.rota.rolling import Triage
from tests.rota.team import Team
from tests.uploader.killer import deadly_notes, killer

__all__ = ["deadly_notes", "killer", "team", "triage"]


@pytest.fixture
def team(db: None) -> Team:
    return Team()


@pytest.fixture
def triage(db: None) -> Triage:
    return Triage()
