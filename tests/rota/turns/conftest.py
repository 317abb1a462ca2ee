"""A team that takes turns."""

import pytest

from tests.rota.rolling import Triage
from tests.rota.turns.rotating import Rotating


@pytest.fixture
def rotating(triage: Triage) -> Rotating:
    return Rotating(triage)
