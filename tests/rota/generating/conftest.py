"""A team whose rota is generated."""

import pytest

from tests.rota.generating.generated import Generated
from tests.rota.team import Team


@pytest.fixture
def rota(team: Team) -> Generated:
    return Generated(team)
