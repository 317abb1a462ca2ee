"""The sandbox's own pages: what is in it, without secrets, and changing it."""

import requests

from integrations.open_humans.sandbox import OpenHumansSandbox
from integrations.sandbox import Fault, World
from tests.integrations.sandbox.calls import Project


def test_the_state_page_shows_what_there_is_and_no_secret(project: Project) -> None:
    world = project.world
    project.upload("<b>a.json", b"the content")
    world["rescuetime"].switches["state"] = "dropped"
    world.faults.add(Fault("rescuetime", "429", match="/api/oauth/data"))
    secret = {"access_token": project.grant["access_token"]}
    requests.get(
        f"{world.url}/api/direct-sharing/project/exchange-member/", params=secret, timeout=5
    )

    for path in ("/state", "/state.json"):
        text = requests.get(f"{world.url}{path}", timeout=5).text
        for token in (project.grant["access_token"], project.grant["refresh_token"]):
            assert token not in text
        assert "the content" not in text
        assert "Signature=A" not in text
        assert "04170022" in text
        assert "/files/upload/complete/" in text
        assert "access_token=" in text
    page = requests.get(f"{world.url}/state", timeout=5).text
    assert "&lt;b&gt;a.json" in page
    assert "<b>a.json" not in page
    assert '<option value="dropped" selected>' in page


def test_the_first_page_says_what_this_is_and_links_on(world: World) -> None:
    text = requests.get(f"{world.url}/", timeout=5).text
    assert "Open Humans" in text
    assert "RescueTime" in text
    assert 'href="/state"' in text


def test_forms_change_things_and_lead_back_to_the_page(world: World) -> None:
    form = {"provider": "rescuetime", "plan": "14_days", "minute_limit_days": "7"}
    done = requests.post(f"{world.url}/switches", data=form, allow_redirects=False, timeout=5)
    assert (done.status_code, done.headers["Location"]) == (303, "/state#switches-rescuetime")
    assert world["rescuetime"].switches["plan"] == "14_days"
    assert world["rescuetime"].switches["minute_limit_days"] == 7
    fault = {"provider": "*", "kind": "500", "times": "", "match": "", "delay": "0.1"}
    requests.post(f"{world.url}/faults", data=fault, timeout=5).raise_for_status()
    assert [(f.provider, f.kind, f.times, f.delay) for f in world.faults] == [
        ("*", "500", None, 0.1)
    ]


def test_nonsense_is_refused_in_words(world: World) -> None:
    for path, body, words in (
        ("/switches", {"provider": "rescuetime", "plan": "gold"}, "plan cannot be 'gold'"),
        ("/switches", {"provider": "nobody"}, "there is no provider 'nobody'"),
        ("/faults", {"provider": "rescuetime", "kind": "flood"}, "unknown kind of fault 'flood'"),
        ("/switches", {"provider": "rescuetime", "minute_limit_days": "x"}, "a whole number"),
        ("/faults", {"kind": "500", "chance": "abc"}, "Chance must be a number"),
        ("/faults", {"kind": "500", "chance": "2"}, "Chance must be from 0 to 1"),
        ("/faults", {"kind": "slow", "delay": "inf"}, "Delay in seconds must be a number"),
        ("/faults", {"kind": "500", "times": "-1"}, "Times must be a whole number"),
        ("/faults/remove", {"fault": "7"}, "this fault is over"),
        ("/grant", {"provider": "open_humans", "person": "zoe"}, "there is no 'zoe'"),
        ("/revoke", {"provider": "open_humans", "person": "zoe"}, "there is no 'zoe'"),
        ("/expire", {"provider": "nobody", "person": "ben"}, "there is no provider 'nobody'"),
    ):
        answer = requests.post(f"{world.url}{path}", json=body, timeout=5)
        assert answer.status_code == 400
        assert words in answer.json()["error"]


def test_changing_takes_a_post_from_this_machine(
    world: World, open_humans: OpenHumansSandbox
) -> None:
    for path in ("/reset", "/revoke", "/expire", "/faults/remove"):
        assert requests.get(f"{world.url}{path}", timeout=5).status_code == 405
    for headers in ({"Origin": "https://elsewhere.example"}, {"Host": "elsewhere.example"}):
        answer = requests.post(f"{world.url}/grant", json={}, headers=headers, timeout=5)
        assert answer.status_code == 403


def test_a_person_can_be_connected_without_a_browser(world: World) -> None:
    asked = {"provider": "open_humans", "person": "ada"}
    reply = requests.post(f"{world.url}/grant", json=asked, timeout=5).json()
    assert reply["project_member_id"] == "04170011"
    assert Project(world, reply).list().json()["project_member_id"] == "04170011"
    asked = {"provider": "rescuetime", "person": "ada"}
    reply = requests.post(f"{world.url}/grant", json=asked, timeout=5).json()
    assert reply["token_type"] == "bearer"
