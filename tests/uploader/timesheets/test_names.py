"""Projects that take over one another's names: renames follow at once, in whatever order."""

import pytest

from integrations.sandbox import Fault
from tests.uploader.timesheets.studio import Studio
from uploader.models import Link, Run

pytestmark = pytest.mark.django_db


def mirrored(studio: Studio, *names: str) -> tuple[list[str], list[str]]:
    """The ids of projects of theirs, and of those that stand for them in ours."""
    theirs = [studio.clockify.add_project(studio.theirs.id, name).id for name in names]
    assert studio.run(apply=True).status == Run.Status.FINISHED
    by_name = {row.name: row.id for row in studio.clockify.projects.values() if row.client_id}
    return theirs, [by_name[name] for name in names]


def names_of(studio: Studio, ids: list[str]) -> list[str]:
    return [studio.clockify.projects[each].name for each in ids]


@pytest.mark.parametrize(
    "names", [["B", "C", "D"], ["B", "A", "C"], ["B", "C", "A"], ["C", "A", "B"], ["b", "c", "A"]]
)
@pytest.mark.parametrize("switch", ["exact", "any case"])
def test_projects_that_exchange_their_names_are_renamed_at_once(
    studio: Studio, names: list[str], switch: str
) -> None:
    studio.clockify.switches["names"] = switch
    theirs, ours = mirrored(studio, "A" * 2, "B" * 2, "C" * 2)
    names = [name * 2 for name in names]
    for number, name in zip(theirs, names, strict=True):
        studio.clockify.change_project(number, name=name)
    run = studio.run(apply=True)
    assert (run.status, run.counts["rejected"]) == (Run.Status.FINISHED, 0)
    assert names_of(studio, ours) == names
    assert studio.plan().changes == []


def test_a_new_project_with_the_name_that_another_one_just_gave_up_is_made_at_once(
    studio: Studio,
) -> None:
    [first], [ours] = mirrored(studio, "Website")
    studio.clockify.change_project(first, name="Old website")
    studio.clockify.add_project(studio.theirs.id, "Website")
    run = studio.run(apply=True)
    assert (run.status, run.counts["create"]) == (Run.Status.FINISHED, 1)
    assert names_of(studio, [ours]) == ["Old website"]
    assert set(studio.mirrored()) == {"Old website", "Website"}


def test_what_stands_for_an_archived_project_keeps_its_name_and_a_new_one_gets_another(
    studio: Studio,
) -> None:
    [first], [ours] = mirrored(studio, "Website")
    acme = studio.clockify.add_client(studio.theirs.id, "Acme")
    studio.clockify.change_project(first, archived=True)
    studio.clockify.add_project(studio.theirs.id, "Website", acme.id)
    run = studio.run(apply=True)
    assert run.status == Run.Status.FINISHED
    assert names_of(studio, [ours]) == ["Website"]
    assert set(studio.mirrored()) == {"Website", "Website (Acme)"}


def test_a_run_that_waits_after_it_made_a_project_knows_of_it_when_it_goes_on(
    studio: Studio,
) -> None:
    """What was listed before the wait is kept, and the project is not in it."""
    mirror, _ = studio.project("Website")
    studio.clockify.add_project(studio.theirs.id, "App")
    studio.track(mirror, "12-01 09:00")
    studio.world.faults.add(Fault("clockify", "429", match="POST *time-entries"))
    run = studio.run_to_the_end(apply=True)
    assert (run.status, run.counts["rejected"]) == (Run.Status.FINISHED, 0)
    assert [seen.path for seen in studio.writes()].count(
        f"/api/v1/workspaces/{studio.ours.id}/projects"
    ) == 1


def test_in_a_new_database_time_of_an_archived_project_is_known_when_it_is_taken_up_again(
    studio: Studio,
) -> None:
    mirror, theirs = studio.project("Website")
    shop, _ = studio.project("Shop")
    studio.track(mirror, "12-01 09:00")
    studio.track(shop, "12-01 10:00")
    studio.run(apply=True)
    studio.clockify.change_project(theirs.id, archived=True)
    Link.objects.all().delete()
    run = studio.run(apply=True)
    assert (run.counts["create"], run.counts["unchanged"]) == (0, 4)
    studio.clockify.change_project(theirs.id, archived=False)
    assert studio.plan().changes == []
    assert len(studio.booked()) == 2
