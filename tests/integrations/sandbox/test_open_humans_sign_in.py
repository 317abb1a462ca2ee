"""Signing in at the Open Humans sandbox: the page, the codes, and tokens that rotate."""

import base64
import hashlib
import hmac
import http.server
import json
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
import requests

from integrations.open_humans.sandbox import OpenHumansSandbox
from integrations.sandbox import World, utc_now
from tests.integrations.sandbox.calls import Project, Visitor, sent_back, token_call

AUTHORIZE = "/direct-sharing/projects/oauth2/authorize/"
CALLBACK = "http://127.0.0.1:8000/accounts/open_humans/login/callback/"
ASKED = {
    "client_id": "lockstep-open-humans",
    "response_type": "code",
    "redirect_uri": CALLBACK,
    "state": "s-1",
}


def test_allowing_comes_back_with_a_code_the_state_and_an_extra_origin(visitor: Visitor) -> None:
    page = visitor.ask(AUTHORIZE, **ASKED)
    assert page.status_code == 200
    assert all(person in page.text for person in ("ada", "ben", "cleo"))

    back = sent_back(visitor.decide(AUTHORIZE, "ben", "allow", **ASKED))

    assert (back["state"], back["origin"]) == ("s-1", "external")
    reply = token_call(visitor.world, _spend(back["code"])).json()
    assert (reply["token_type"], reply["expires_in"]) == ("Bearer", 36000)
    assert Project(visitor.world, reply).list().json()["project_member_id"] == "04170022"


def test_refusing_comes_back_with_access_denied(visitor: Visitor) -> None:
    back = sent_back(visitor.decide(AUTHORIZE, "ben", "refuse", **ASKED))
    assert back["error"] == "access_denied"
    assert back["state"] == "s-1"
    assert "code" not in back


def test_a_code_works_once_and_for_half_an_hour_and_for_its_address_only(
    visitor: Visitor, open_humans: OpenHumansSandbox
) -> None:
    world = visitor.world
    code = sent_back(visitor.decide(AUTHORIZE, "ben", "allow", **ASKED))["code"]
    elsewhere = _spend(code) | {"redirect_uri": "http://127.0.0.1:8000/complete/"}
    assert token_call(world, elsewhere).json() == {"error": "invalid_grant"}
    assert token_call(world, _spend(code)).status_code == 200
    again = token_call(world, _spend(code))
    assert (again.status_code, again.json()) == (400, {"error": "invalid_grant"})

    late = sent_back(visitor.decide(AUTHORIZE, "ben", "allow", **ASKED))["code"]
    open_humans.now = lambda: utc_now() + timedelta(minutes=30)
    assert token_call(world, _spend(late)).status_code == 400


def test_a_challenge_needs_its_verifier(visitor: Visitor) -> None:
    digest = hashlib.sha256(b"verifier").digest()
    challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    asked = ASKED | {"code_challenge": challenge, "code_challenge_method": "S256"}
    code = sent_back(visitor.decide(AUTHORIZE, "ben", "allow", **asked))["code"]
    assert token_call(visitor.world, _spend(code)).status_code == 400
    wrong = _spend(code) | {"code_verifier": "other"}
    assert token_call(visitor.world, wrong).status_code == 400
    right = _spend(code) | {"code_verifier": "verifier"}
    assert token_call(visitor.world, right).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"client_id": "stranger"}, 404),
        ({"redirect_uri": "https://elsewhere.example/complete/"}, 400),
        ({"redirect_uri": "http://127.0.0.1:8000/elsewhere/"}, 400),
    ],
)
def test_a_wrong_client_or_address_is_an_html_page_and_no_way_back(
    visitor: Visitor, wrong: dict[str, str], status: int
) -> None:
    answer = visitor.ask(AUTHORIZE, **ASKED | wrong)
    assert answer.status_code == status
    assert "Location" not in answer.headers
    assert answer.headers["Content-Type"].startswith("text/html")


def test_consent_is_skipped_while_a_token_is_alive(
    visitor: Visitor, open_humans: OpenHumansSandbox
) -> None:
    code = sent_back(visitor.decide(AUTHORIZE, "ben", "allow", **ASKED))["code"]
    token_call(visitor.world, _spend(code))
    assert "code" in sent_back(visitor.ask(AUTHORIZE, **ASKED))
    assert visitor.ask(AUTHORIZE, **ASKED, approval_prompt="force").status_code == 200
    open_humans.expire("ben")
    assert visitor.ask(AUTHORIZE, **ASKED).status_code == 200
    open_humans.grant("ben")
    open_humans.switches["consent"] = "always"
    assert visitor.ask(AUTHORIZE, **ASKED).status_code == 200


def test_a_paused_project_and_a_full_one_do_not_let_anybody_in(
    visitor: Visitor, open_humans: OpenHumansSandbox
) -> None:
    open_humans.switches.update({"project": "unapproved", "other_members": 19})
    assert "code" in sent_back(visitor.decide(AUTHORIZE, "ben", "allow", **ASKED))
    open_humans.grant("ben")
    full = visitor.decide(AUTHORIZE, "cleo", "allow", **ASKED)
    assert (full.status_code, "20 members" in full.text) == (200, True)
    assert "code" in sent_back(visitor.decide(AUTHORIZE, "ben", "allow", **ASKED))

    open_humans.switches["project"] = "inactive"
    away = visitor.decide(AUTHORIZE, "ben", "allow", **ASKED)
    assert away.headers["Location"] == "/direct-sharing/authorize-inactive/"


def test_refreshing_kills_the_old_pair_at_once(project: Project) -> None:
    fresh = project.refresh().json()
    assert project.list().json() == {"detail": "Invalid token."}
    again = project.refresh()
    assert (again.status_code, again.json()) == (400, {"error": "invalid_grant"})
    assert Project(project.world, fresh).list().status_code == 200


def test_a_second_sign_in_leaves_the_first_pair_alone(project: Project) -> None:
    second = Project(project.world, project.world["open_humans"].grant("ben"))
    assert second.refresh().status_code == 200
    assert project.list().status_code == 200


def test_invalid_grant_is_401_where_switched_so(
    project: Project, open_humans: OpenHumansSandbox
) -> None:
    open_humans.switches["invalid_grant"] = 401
    open_humans.revoke("ben")
    assert project.refresh().status_code == 401


def test_the_client_may_be_in_the_header_or_the_body_and_must_be_right(project: Project) -> None:
    address = f"{project.world.url}/oauth2/token/"
    fields = {"grant_type": "refresh_token", "refresh_token": project.grant["refresh_token"]}
    wrong = requests.post(address, data=fields, auth=("lockstep-open-humans", "no"), timeout=5)
    assert (wrong.status_code, wrong.json()) == (401, {"error": "invalid_client"})
    client = {"client_id": "lockstep-open-humans", "client_secret": "sandbox-secret"}
    assert requests.post(address, data=fields | client, timeout=5).status_code == 200


def test_missing_fields_and_unknown_grants_are_told_apart(world: World) -> None:
    missing = token_call(world, {"grant_type": "authorization_code", "code": "x"})
    assert (missing.status_code, missing.json()["error"]) == (400, "invalid_request")
    unknown = token_call(world, {"grant_type": "password"})
    assert unknown.json() == {"error": "unsupported_grant_type"}


def test_dead_tokens_are_answered_in_the_services_words(
    project: Project, open_humans: OpenHumansSandbox
) -> None:
    nobody = requests.get(project.list().url, timeout=5)
    assert nobody.json() == {"detail": "Authentication credentials were not provided."}
    open_humans.expire("ben")
    expired = project.list()
    assert (expired.status_code, expired.json()) == (401, {"detail": "Expired token."})
    assert expired.headers["WWW-Authenticate"] == 'Bearer realm="api"'
    assert project.refresh().status_code == 200
    open_humans.leave("ben")
    assert project.list().json() == {"detail": "Invalid token."}


def test_revoking_needs_the_client_and_ends_the_grant(project: Project) -> None:
    address = f"{project.world.url}/oauth2/revoke_token/"
    fields = {"token": project.grant["refresh_token"]}
    assert requests.post(address, data=fields, timeout=5).status_code == 401
    client = ("lockstep-open-humans", "sandbox-secret")
    for _ in range(2):
        done = requests.post(address, data=fields, auth=client, timeout=5)
        assert (done.status_code, done.content) == (200, b"")
    assert project.list().status_code == 401
    assert project.refresh().status_code == 400


def test_a_member_can_be_removed_and_comes_back_as_the_same(
    project: Project, open_humans: OpenHumansSandbox
) -> None:
    open_humans.add_file("ben", "a.json", b"{}", {})
    assert project.post("remove-members/").json() == "success"
    assert project.list().status_code == 401
    assert [stored.basename for stored in open_humans.files("ben")] == ["a.json"]
    assert open_humans.grant("ben")["project_member_id"] == "04170022"


def test_a_message_with_a_broken_template_succeeds_and_is_never_sent(
    project: Project, open_humans: OpenHumansSandbox
) -> None:
    assert project.post("message/", message="Hello {{ PROJECT_MEMBER_ID }}").json() == "success"
    assert project.post("message/", message="Look: {% what").json() == "success"
    assert [(m.text, m.delivered) for m in open_humans.messages] == [
        ("Hello 04170022", True),
        ("Look: {% what", False),
    ]
    assert project.post("message/").status_code == 400


class Listener:
    """Something of ours that is told when a person leaves."""

    def __init__(self, status: int) -> None:
        self.told: list[tuple[bytes, str | None]] = []
        told = self.told

        class Receive(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                told.append((body, self.headers["X-OpenHumans-Webhooks-Signature"]))
                self.send_response(status)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Silent."""

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Receive)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()


@pytest.fixture
def refusing_listener() -> Iterator[Listener]:
    listener = Listener(403)
    yield listener
    listener.server.shutdown()
    listener.server.server_close()


def test_a_refused_webhook_is_followed_by_an_unsigned_one_encoded_twice(
    open_humans: OpenHumansSandbox, refusing_listener: Listener
) -> None:
    sent = open_humans.send_webhook("ben", refusing_listener.url, erasure=True, secret="k")
    assert sent == [403, 403]
    (first, signature), (second, unsigned) = refusing_listener.told
    told = json.loads(first)
    assert (told["project_member_id"], told["erasure_requested"]) == ("04170022", True)
    expected = hmac.new(b"k", first, hashlib.sha1).hexdigest()
    assert signature == f"sha1={expected}"
    assert unsigned is None
    assert json.loads(json.loads(second)) == told


def _spend(code: str) -> dict[str, str]:
    return {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
