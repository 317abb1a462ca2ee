"""What somebody who tries things out can let happen on the sandbox's own page."""

import pytest
import requests

from integrations.breathe.sandbox import BreatheSandbox
from integrations.sandbox import World


@pytest.fixture
def breathe(world: World) -> BreatheSandbox:
    return world.of(BreatheSandbox)


def press(world: World, name: str, provider: str = "breathe") -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        given = {"provider": provider, "name": name}
        return session.post(f"{world.url}/happen", json=given, timeout=5)


def leave_of(breathe: BreatheSandbox) -> list[tuple[object, ...]]:
    return [
        (row["id"], row["start_date"], row["end_date"], row.get("cancelled"), row.get("status"))
        for kind in ("absences", "sicknesses")
        for row in breathe.lists[kind].values()
    ]


def test_each_of_them_changes_one_entry(world: World, breathe: BreatheSandbox) -> None:
    for name in breathe.happenings:
        before = leave_of(breathe)
        assert press(world, name).status_code == 200
        assert len(set(leave_of(breathe)) - set(before)) == 1, name


def test_the_page_has_a_button_for_each(world: World, breathe: BreatheSandbox) -> None:
    page = requests.get(f"{world.url}/state", timeout=5).text
    for words in breathe.happenings.values():
        assert f"<button>{words}</button>" in page


def test_ben_can_be_well_only_once(world: World, breathe: BreatheSandbox) -> None:
    press(world, "not_ill")

    again = press(world, "not_ill")

    assert (again.status_code, again.json()["error"]) == (400, "Ben is not ill")
    ill = [row for row in breathe.lists["sicknesses"].values() if row["employee"]["id"] == 7002]
    assert [row["status"] for row in ill] == ["rejected"]


def test_cleo_can_call_off_only_what_is_to_come(world: World) -> None:
    answers = [press(world, "called_off").status_code for _ in range(5)]

    assert answers[0] == 200
    assert answers[-1] == 400


def test_what_is_unknown_changes_nothing_and_is_said(world: World, breathe: BreatheSandbox) -> None:
    before = leave_of(breathe)

    assert press(world, "war").status_code == 400
    assert press(world, "longer", provider="rescuetime").status_code == 400
    assert press(world, "longer", provider="nobody").status_code == 400
    assert leave_of(breathe) == before
