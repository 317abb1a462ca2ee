"""Leave from Breathe HR, taken for half of a service or more, swaps turns."""

from integrations.sandbox import World
from tests.rota.generating.test_leave import Leaving
from tests.rota.turns.rotating import DAY, WEDNESDAY, WEEK, Rotating


def test_leave_swaps_the_turn_and_less_is_shown_only(rotating: Rotating, world: World) -> None:
    leaving = Leaving(rotating, world)  # type: ignore[arg-type]
    rotating.generate(append=6)
    jonas, signe = WEDNESDAY + 2 * WEEK, WEDNESDAY + 4 * WEEK
    leaving.away("Jonas", jonas - 3 * DAY, jonas + 6 * DAY)
    leaving.away("Signe", signe, signe + 5 * DAY)
    run = rotating.generate()
    assert rotating.names() == "Sarah Gwendolyn Anton Jonas Signe Yara"
    assert run.warnings == ["Signe is away 6 of the 14 days 2026-12-30 to 2027-01-12."]
