"""The state page as somebody uses it: its forms, its order, and where they lead."""

import re

import pytest
import requests

from integrations.open_humans.sandbox import OpenHumansSandbox
from integrations.rescuetime.sandbox import RescueTimeSandbox
from integrations.sandbox import Fault, World
from tests.integrations.sandbox.calls import Project, Visitor


def page(world: World) -> str:
    answer = requests.get(f"{world.url}/state", timeout=5)
    assert answer.status_code == 200
    return answer.text


def submit(world: World, path: str, **fields: str) -> requests.Response:
    """As a browser does, which also tells where the form was."""
    return requests.post(
        f"{world.url}{path}",
        data=fields,
        headers={"Origin": world.url},
        allow_redirects=False,
        timeout=5,
    )


@pytest.mark.parametrize("as_json", [True, False])
def test_access_can_be_revoked_for_one_person_at_one_provider(
    project: Project, rescuetime: RescueTimeSandbox, *, as_json: bool
) -> None:
    world = project.world
    rescuetime.grant("ben")
    ada = Project(world, world["open_humans"].grant("ada"))
    assert 'aria-label="Revoke the access of ben at Open Humans"' in page(world)

    who = {"provider": "open_humans", "person": "ben"}
    if as_json:
        told = requests.post(f"{world.url}/revoke", json=who, timeout=5).json()
        assert [row["person"] for row in told["providers"]["open_humans"]["tokens"]] == ["ada"]
    else:
        done = submit(world, "/revoke", **who)
        assert (done.status_code, done.headers["Location"]) == (303, "/state#people")

    assert project.list().status_code == 401
    assert project.refresh().json() == {"error": "invalid_grant"}
    assert ada.list().status_code == 200
    assert len(rescuetime.tokens_of("ben")) == 1


def test_access_can_expire_and_refreshing_helps(project: Project) -> None:
    who = {"provider": "open_humans", "person": "ben"}
    requests.post(f"{project.world.url}/expire", json=who, timeout=5).raise_for_status()

    assert project.list().json() == {"detail": "Expired token."}
    project.grant = project.refresh().json()
    assert project.list().status_code == 200


def test_there_is_nothing_to_revoke_for_who_has_not_connected(project: Project) -> None:
    text = page(project.world)

    assert '<button aria-label="Revoke the access of ben at Open Humans"' in text
    assert '<button disabled aria-label="Revoke the access of cleo at Open Humans"' in text
    assert '<button disabled aria-label="Expire the access of ben at RescueTime"' in text


def test_what_one_acts_on_comes_first_and_can_be_jumped_to(project: Project) -> None:
    text = page(project.world)

    places = ["people", "happenings", "faults", "switches", "held", "requests", "reset"]
    assert re.findall(r'<a href="#(\w+)">', text) == places
    found = [text.index(f'id="{place}"') for place in places]
    assert found == sorted(found)
    assert text.index('action="/revoke"') < text.index('action="/faults"')
    assert text.index('action="/faults"') < text.index('action="/switches"')


def test_what_may_happen_is_told_by_service(world: World) -> None:
    text = page(world)
    happenings = text[text.index('<section id="happenings">') : text.index('<section id="faults">')]
    titles = re.findall(r"<h3>([^<]*)</h3>", happenings)
    assert {"Slack", "Geekbot"} <= set(titles)


def test_files_are_folded_away_and_counted_by_person(
    project: Project, open_humans: OpenHumansSandbox
) -> None:
    long = {"description": "word " * 200, "end": "the very end"}
    for month in range(3):
        open_humans.add_file("ben", f"rescuetime-2026-{month + 1:02}.json", b"{}", long)

    text = page(project.world)

    assert "<details><summary>Files of ben: 3</summary><table>" in text
    assert "<details><summary>Files of ada: 1</summary><table>" in text
    assert text.count("the very end") == 3


def test_a_single_fault_can_be_removed_and_the_others_stay(world: World) -> None:
    for kind in ("500", "429", "cut"):
        world.faults.add(Fault("rescuetime", kind))
    numbers = re.findall(r'name="fault" value="(\d+)"', page(world))

    done = submit(world, "/faults/remove", fault=numbers[1])

    assert done.headers["Location"] == "/state#faults"
    assert [fault.kind for fault in world.faults] == ["500", "cut"]
    again = submit(world, "/faults/remove", fault=numbers[1])
    assert "this fault is over, or was removed already" in again.text
    assert len(world.faults) == 2


def test_after_adding_a_fault_one_is_where_the_faults_are(world: World) -> None:
    done = submit(world, "/faults", provider="*", kind="500", times="1")

    assert done.headers["Location"] == "/state#faults"
    assert 'id="faults"' in page(world)


def test_the_form_for_faults_and_their_table_use_the_same_words(world: World) -> None:
    world.faults.add(Fault("*", "429", match="GET /x"))

    text = page(world)

    table = text[text.index("Still to come") : text.index("</table>", text.index("Still to come"))]
    heads = re.findall(r'<th scope="col">([^<]+)</th>', table)
    form = text[text.index("Let something go wrong") :]
    fields = [word.strip() for word in re.findall(r"<label>([^<]+)<", form)]
    assert heads[: len(fields)] == fields
    assert '<td data-label="Provider">any</td>' in table


@pytest.mark.parametrize(
    ("path", "fields", "words"),
    [
        (
            "/faults",
            {"kind": "500", "chance": "abc"},
            "Chance must be a number from 0",
        ),
        ("/faults", {"kind": "500", "times": "<b>"}, "and “&lt;b&gt;” is none"),
        ("/switches", {"provider": "rescuetime", "requests_per_minute": "few"}, "a whole number"),
        ("/revoke", {"provider": "rescuetime", "person": "zoe"}, "there is no &#x27;zoe&#x27;"),
    ],
)
def test_a_wrong_value_is_said_on_the_page(
    world: World, path: str, fields: dict[str, str], words: str
) -> None:
    answer = submit(world, path, **fields)

    assert answer.status_code == 400
    assert answer.headers["Content-Type"].startswith("text/html")
    [said] = re.findall(r'role="alert">([^<]+)</p>', answer.text)
    assert said.startswith("Nothing was changed: ")
    assert words in said
    assert 'action="/faults"' in answer.text
    assert len(world.faults) == 0


def test_of_several_switches_all_change_or_none(
    world: World, rescuetime: RescueTimeSandbox
) -> None:
    submit(world, "/switches", provider="rescuetime", plan="14_days", state="gone")
    assert rescuetime.switches["plan"] == "full"

    submit(world, "/switches", provider="rescuetime", plan="14_days", state="dropped")
    assert rescuetime.switches["plan"] == "14_days"
    assert "RescueTime: 12 switches, 2 changed" in page(world)


def test_the_page_leads_back_to_where_somebody_last_came_from(
    world: World, visitor: Visitor
) -> None:
    assert "Back to Lockstep" not in page(world)
    asked = {"client_id": "lockstep-rescuetime", "response_type": "code"}

    visitor.ask("/oauth/authorize", redirect_uri="https://elsewhere.example/", **asked)
    assert "Back to Lockstep" not in page(world)

    back = "http://127.0.0.1:8123/rescuetime/complete/"
    visitor.ask("/oauth/authorize", redirect_uri=back, **asked)
    assert '<a href="http://127.0.0.1:8123/">Back to Lockstep</a>' in page(world)


def test_resetting_says_what_it_costs(world: World) -> None:
    text = page(world)

    assert "Lockstep will ask each person to connect again" in text
    assert text.index("tokens die") < text.index('action="/reset"')
