"""Every active project of the customer stands under the client in ours, and follows."""

import pytest

from tests.uploader.timesheets.studio import Studio
from uploader.models import Link, Run


def test_active_projects_are_made_with_the_chosen_options(studio: Studio) -> None:
    studio.set_options(project_options={"color": "#00FFFF", "billable": False, "is_public": False})
    at = studio.clockify
    for name in ("Website", "App"):
        at.add_project(studio.theirs.id, name)
    at.add_project(studio.theirs.id, "Old", archived=True)
    at.add_project(studio.theirs.id, "Pattern", template=True)
    run = studio.run(apply=True)
    assert run.status == Run.Status.FINISHED
    options = {"color": "#00FFFF", "billable": False, "public": False}
    assert studio.mirrored() == {"Website": options, "App": options}
    studio.forget_requests()
    studio.run(apply=True)
    assert studio.writes() == []


def test_seventy_projects_are_no_more_trouble_than_one(studio: Studio) -> None:
    for number in range(70):
        studio.clockify.add_project(studio.theirs.id, f"Project {number}")
    studio.run(apply=True)
    assert len(studio.mirrored()) == 70


def test_renames_follow_and_time_goes_on(studio: Studio) -> None:
    ours, theirs = studio.project("Website")
    run = studio.run(apply=True)
    assert any("“Website”" in warning and "by its name" in warning for warning in run.warnings)
    studio.clockify.change_project(theirs.id, name="Shop")
    studio.track(ours, "12-01 09:00")
    run = studio.run(apply=True)
    assert run.warnings == []
    assert set(studio.mirrored()) == {"Shop"}
    assert studio.booked()[0][0] == "Shop"
    renamed = studio.clockify.projects[ours.id]
    assert (renamed.billable, renamed.public, renamed.color) == (True, True, ours.color)


def test_what_was_renamed_by_hand_in_ours_is_called_as_the_customer_calls_it(
    studio: Studio,
) -> None:
    ours, _ = studio.project("Website")
    studio.run(apply=True)
    studio.clockify.change_project(ours.id, name="Web")
    studio.run(apply=True)
    assert set(studio.mirrored()) == {"Website"}


def test_a_first_match_does_not_mind_case_and_blanks(studio: Studio) -> None:
    at = studio.clockify
    at.add_project(studio.theirs.id, "Web  Site")
    ours = at.add_project(studio.ours.id, " web site", studio.client.id)
    studio.track(ours, "12-01 09:00")
    studio.run(apply=True)
    assert set(studio.mirrored()) == {"Web  Site"}
    assert [project for project, *_ in studio.booked()] == ["Web  Site"]


def test_same_named_projects_of_several_clients_are_told_apart(studio: Studio) -> None:
    at = studio.clockify
    acme, globex = (at.add_client(studio.theirs.id, name) for name in ("Acme", "Globex"))
    one = at.add_project(studio.theirs.id, "Website", acme.id)
    other = at.add_project(studio.theirs.id, "website", globex.id)
    neither = at.add_project(studio.theirs.id, "Website")
    unclear = at.add_project(studio.ours.id, "Website", studio.client.id)
    studio.track(unclear, "12-01 09:00")
    run = studio.run(apply=True)
    names = {"Website (Acme)", "website (Globex)", "Website (no client)"}
    assert set(studio.mirrored()) == names | {"Website"}
    assert "1 entry on “Website” not copied: “Theirs” has no such project." in run.warnings
    by_name = {each.name: each for each in at.projects.values() if each.name in names}
    expected = dict(zip(sorted(names), (one, neither, other), strict=True))
    for hour, name in enumerate(sorted(names)):
        studio.track(by_name[name], f"12-01 {hour:02}:00", 1, name)
    studio.run(apply=True)
    assert {copy.description: copy.project_id for copy in studio.copies()} == {
        name: project.id for name, project in expected.items()
    }


def test_an_archived_project_keeps_its_time(studio: Studio) -> None:
    ours, theirs = studio.project("Website")
    entry = studio.track(ours, "12-01 09:00", 1, "Call")
    studio.run(apply=True)
    studio.clockify.change_project(theirs.id, archived=True)
    studio.clockify.change_entry(entry.id, description="Call with Cora")
    run = studio.run(apply=True)
    assert (run.status, run.counts["delete"]) == (Run.Status.FINISHED, 0)
    assert studio.booked() == [("Website", "12-01 09:00", 1, "Call with Cora")]
    studio.clockify.change_project(theirs.id, name="Website (old)")
    studio.run(apply=True)
    assert set(studio.mirrored()) == {"Website"}, "what nobody uses any more is left alone"


def test_a_project_that_the_customer_deletes_takes_no_time_with_it(studio: Studio) -> None:
    ours, theirs = studio.project("Website")
    studio.track(ours, "12-01 09:00", 1, "Call")
    studio.run(apply=True)
    studio.clockify.remove_project(theirs.id)
    run = studio.run(apply=True)
    assert run.counts["delete"] == 0
    assert studio.booked() == [("", "12-01 09:00", 1, "Call")]
    assert any("no longer has such a project" in warning for warning in run.warnings)
    assert set(studio.mirrored()) == {"Website"}


def test_a_project_that_was_deleted_in_ours_is_made_again(studio: Studio) -> None:
    ours, _ = studio.project("Website")
    for name in ("App", "Shop", "Blog", "Wiki"):
        studio.project(name)
    studio.run(apply=True)
    studio.clockify.remove_project(ours.id)
    run = studio.run(apply=True)
    reason = "It was deleted in the workspace that is copied from."
    assert [change.reason for change in run.changes.all()] == [reason]
    assert set(studio.mirrored()) == {"Website", "App", "Shop", "Blog", "Wiki"}


def test_projects_without_a_counterpart_are_named(studio: Studio) -> None:
    ours = studio.clockify.add_project(studio.ours.id, "Only ours", studio.client.id)
    for hour in (9, 11):
        studio.track(ours, f"12-01 {hour:02}:00")
    run = studio.run(apply=True)
    assert run.warnings == ["2 entries on “Only ours” not copied: “Theirs” has no such project."]
    assert set(studio.mirrored()) == {"Only ours"}


@pytest.mark.parametrize("name", ["<b>Website</b>", "W"])
def test_a_name_that_clockify_refuses_holds_up_nothing_else(name: str, studio: Studio) -> None:
    at = studio.clockify
    at.add_project(studio.theirs.id, name)
    at.add_project(studio.theirs.id, "App")
    run = studio.run(apply=True)
    assert run.status == Run.Status.FINISHED_WITH_PROBLEMS
    assert set(studio.mirrored()) == {"App"}
    refused = run.changes.get(outcome="rejected")
    assert refused.what == f"project “{name}” under the client"
    assert refused.reason
    studio.forget_requests()
    studio.run(apply=True)
    assert studio.writes() == [], "it is not tried again before a day is over"


def test_a_new_database_finds_the_projects_again_by_name(studio: Studio) -> None:
    for name in ("Website", "App"):
        studio.clockify.add_project(studio.theirs.id, name)
    studio.run(apply=True)
    Link.objects.all().delete()
    studio.forget_requests()
    assert studio.run(apply=True).counts["unchanged"] == 2
    assert studio.writes() == []
