"""The Productive sandbox: services, their projects, and who is on a project."""

from pathlib import Path

import pytest

from integrations.productive.sandbox import ProductiveSandbox
from integrations.sandbox import World
from tests.integrations.productive.calls import Caller, errors

BEN, EVE = "302", "305"


@pytest.fixture
def caller(world: World) -> Caller:
    return Caller(world)


@pytest.fixture
def productive(world: World) -> ProductiveSandbox:
    return world.of(ProductiveSandbox)


def assign(caller: Caller, **attributes: object) -> tuple[int, list[tuple[str, str]]]:
    body = {"data": {"type": "project_assignments", "attributes": attributes}}
    answer = caller.ask("POST", "/project_assignments", body)
    return answer.status_code, [] if answer.ok else errors(answer)


def test_services_are_found_by_project_and_named_alike_at_times(
    caller: Caller, productive: ProductiveSandbox
) -> None:
    assert caller.ids("/services", filter__project_id="402") == ["5551", "5552", "5553"]
    twin = productive.add_service("Support", "401")
    assert caller.ids("/services", filter__name="Support") == ["5551", twin.id]
    assert caller.ids("/services", filter__person_id=BEN) == caller.ids("/services")


def test_what_is_within_what_is_included_is_included_too(caller: Caller) -> None:
    def kinds(include: str) -> list[str]:
        told = caller.get("/services/5551", include=include)
        return [row["type"] for row in told.get("included", [])]

    assert kinds("deal.project") == ["deals", "projects"]
    assert kinds("deal") == ["deals"]
    assert kinds("service_type") == []
    [deal] = caller.get("/services/5551", include="deal")["included"]
    assert deal["relationships"]["project"] == {"meta": {"included": False}}
    [deal, _] = caller.get("/services/5551", include="deal.project")["included"]
    assert deal["relationships"]["project"] == {"data": {"type": "projects", "id": "402"}}


def test_a_service_that_is_not_there_is_404(caller: Caller) -> None:
    assert caller.refusal("/services/999") == (404, "record_not_found")


def test_people_are_put_on_projects_with_ids_as_texts_or_numbers(
    caller: Caller, productive: ProductiveSandbox
) -> None:
    assert assign(caller, person_id=BEN, project_id=402) == (201, [])
    assert productive.is_on(BEN, "402")
    assert assign(caller, person_id=999, project_id=402)[0] == 422
    assert assign(caller, person_id=BEN, project_id=999)[0] == 422
    assert assign(caller)[0] == 422


def test_a_second_assignment_is_refused_in_one_way_or_another_or_let_in(
    caller: Caller, productive: ProductiveSandbox
) -> None:
    held = len(productive.assignments)
    for answer in (422, 409):
        productive.switches["assigned_again"] = str(answer)
        taken = [("invalid_attribute_value", "data/attributes/person")]
        assert assign(caller, person_id=301, project_id=402) == (answer, taken)
    assert len(productive.assignments) == held
    productive.switches["assigned_again"] = "201"
    assert assign(caller, person_id=301, project_id=402) == (201, [])
    assert len(productive.assignments) == held + 1


def test_bookings_are_filtered_by_service_if_at_all(
    caller: Caller, productive: ProductiveSandbox
) -> None:
    unsupported = caller.refusal("/bookings", filter__service_id="5551")
    assert unsupported == (400, "unsupported_filter")
    productive.switches["service_filter"] = "ignored"
    every = caller.ids("/bookings")
    assert caller.ids("/bookings", filter__service_id="5551") == every
    productive.switches["service_filter"] = "works"
    assert len(caller.ids("/bookings", filter__service_id="5551")) == 1


def test_projects_services_and_who_is_on_them_are_kept(
    world: World, productive: ProductiveSandbox, tmp_path: Path
) -> None:
    productive.assign(EVE, "402")
    productive.add_service("Reports", "402")
    before = productive.snapshot()
    productive.seed()
    productive.restore(before, {})
    assert productive.is_on(EVE, "402")
    assert productive.project_of("5555") == "402"
    assert productive.add_service("More", "402").id == "5556"


def test_what_an_older_state_never_heard_of_is_as_at_first(productive: ProductiveSandbox) -> None:
    older = productive.snapshot()
    for name in ("projects", "deals", "services", "assignments"):
        del older[name]
        older["last"].pop(name.removesuffix("s"))
    productive.restore(older, {})
    assert productive.project_of("5551") == "402"
    assert productive.add_service("More", "402").id == "5555"


def test_the_state_tells_of_services_and_who_may_be_booked_on_them(
    productive: ProductiveSandbox,
) -> None:
    state = productive.state()
    assert state["services"][0] == {
        "id": "5551",
        "name": "Support",
        "bookable": True,
        "on the project": "Ada Okafor, Gwen Pryce",
    }
    assert {"work: Support", "work: Incidents", "work: Development"} <= {
        booking["category"] for booking in state["bookings"]
    }
