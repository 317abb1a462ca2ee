"""A team whose rota is generated."""

import pytest

from tests.rota.generating.generated import Generated
from tests.rota.in_process import in_process
from tests.rota.team import Team

__all__ = ["in_process", "rota"]


@pytest.fixture
def rota(team: Team) -> Generated:
    return Generated(team)
