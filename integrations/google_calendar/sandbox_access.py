"""Who may ask the Google Calendar stand-in for what: people, a service account, tokens, scopes."""

import base64
import binascii
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from integrations.google_calendar.sandbox_answers import (
    API_OFF,
    INVALID_CREDENTIALS,
    NOT_FOUND,
    OWNERS_ONLY,
    READER,
    TOO_LITTLE,
    USER_TOO_FAST,
    refuse,
)
from integrations.google_calendar.sandbox_stored import StoredAccount, StoredCalendar
from integrations.sandbox import Request, Response, json_answer, route
from integrations.sandbox.oauth import OAuthSandbox, Token

SCOPES = "https://www.googleapis.com/auth/"
FULL, EVENTS, ACLS, CALENDARS = (
    f"{SCOPES}{name}"
    for name in ("calendar", "calendar.events", "calendar.acls", "calendar.calendars")
)
TOKEN_HOST, SIGN_IN_HOST = "/oauth2.googleapis.com", "/accounts.google.com"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LIFETIME = timedelta(seconds=3599)
SKEW = timedelta(minutes=5)
MINUTE = timedelta(minutes=1)
# What a code is good for besides its scopes; never among what a token says of itself.
OFFLINE = "offline"

PEOPLE = {
    "rosa": ("rosa@example.com", "runs the support rota; its calendars are hers"),
    "sam": ("sam@example.com", "is on the rota, and owns no calendar of it"),
}
ACCOUNT = "rota"
ACCOUNT_EMAIL = "rota@sandbox-project.iam.gserviceaccount.com"


class Access(OAuthSandbox):
    default_client_id = "lockstep-google"
    default_redirect_paths = ("/accounts/google_calendar/login/callback/",)
    code_lifetime = timedelta(minutes=10)
    cookie_path = f"{SIGN_IN_HOST}/"

    def access_seed(self) -> None:
        self.oauth_seed()
        self.account = StoredAccount(ACCOUNT, ACCOUNT_EMAIL)
        self.calendars: dict[str, StoredCalendar] = {}
        self.asked: dict[str, list[datetime]] = {}

    # ------------------------------------------------------------ people and keys

    def people(self) -> dict[str, str]:
        return {person: words for person, (_, words) in PEOPLE.items()}

    def email_of(self, person: str) -> str:
        return self.account.email if person == ACCOUNT else PEOPLE[person][0]

    def grant(self, person: str) -> dict[str, Any]:
        """A person's tokens, or for the service account its key file."""
        if person != ACCOUNT:
            return super().grant(person)
        with self.lock:
            return {"service_account": json.dumps(self.key_file(), indent=2)}

    def revoke(self, person: str) -> None:
        if person == ACCOUNT:
            self.account = replace(self.account, key_id="", private_key="")
            self._forget_tokens(ACCOUNT)
            return
        super().revoke(person)

    def _forget_tokens(self, person: str) -> None:
        self.tokens = [token for token in self.tokens if token.person != person]
        self.dirty = True

    def expire(self, person: str) -> None:
        if person == ACCOUNT:
            self.dirty = True
            for token in self.tokens_of(person):
                token.expires_at = self.now() - timedelta(seconds=1)
            return
        super().expire(person)

    def key_file(self) -> dict[str, str]:
        """As Google hands it out, but with the token address of this stand-in."""
        if not self.account.private_key:
            self.dirty = True
            self.account.key_id = secrets.token_hex(20)
            self.account.private_key = made_up_key()
        return {
            "type": "service_account",
            "project_id": "sandbox-project",
            "private_key_id": self.account.key_id,
            "private_key": self.account.private_key,
            "client_email": self.account.email,
            "client_id": "100000000000000000000",
            "auth_uri": f"{self.url}{SIGN_IN_HOST}/o/oauth2/auth",
            "token_uri": f"{self.url}{TOKEN_HOST}/token",
            "universe_domain": "googleapis.com",
        }

    # ---------------------------------------------------------------------- OAuth

    def default_scope(self) -> str:
        return f"{EVENTS} {OFFLINE}"

    def client_is_known(self, request: Request, fields: dict[str, str]) -> bool:
        given = (fields.get("client_id"), fields.get("client_secret"))
        return given == (self.client_id, self.client_secret)

    def issue(self, person: str, scope: str) -> Token:
        words = scope.split()
        granted = [word for word in words if word != OFFLINE]
        if self.switches["granted_scopes"] == "none":
            granted = []
        return self.keep_token(
            person, " ".join(granted), lasts=LIFETIME, refreshable=OFFLINE in words
        )

    def token_reply(self, token: Token) -> dict[str, Any]:
        reply = {
            "access_token": token.access,
            "expires_in": int(LIFETIME.total_seconds()),
            "scope": token.scope,
            "token_type": "Bearer",
        }
        return reply | ({"refresh_token": token.refresh} if token.refresh else {})

    def invalid_grant(self) -> Response:
        words = "Token has been expired or revoked."
        return _oauth_error("invalid_grant", words, status=self.switches["invalid_grant"])

    @route("GET POST", f"{SIGN_IN_HOST}/o/oauth2/v2/auth")
    def sign_in_page(self, request: Request) -> Response:
        return self.authorize(request)

    def _allow(self, request: Request, person: str) -> Response:
        """Only who asks for it gets a refresh token: at the first consent, or at one made anew."""
        query = dict(request.query)
        first = not any(token.refresh for token in self.tokens_of(person))
        if query.get("access_type") == "offline" and (first or query.get("prompt") == "consent"):
            query["scope"] = f"{query.get('scope', EVENTS)} {OFFLINE}"
        return super()._allow(replace(request, query=query), person)

    @route("POST", f"{TOKEN_HOST}/token")
    def token_endpoint(self, request: Request) -> Response:
        fields = request.fields()
        if fields.get("grant_type") == JWT_BEARER:
            return self._exchange_assertion(fields.get("assertion", ""), at=request.base_url)
        return self.exchange(request)

    def _exchange_refresh(self, fields: dict[str, str]) -> Response:
        """The refresh token stays the same and is not told again."""
        refresh = fields.get("refresh_token") or "none"
        old = next((token for token in self.tokens if token.refresh == refresh), None)
        if old is None:
            return self.invalid_grant()
        fresh = self.keep_token(old.person, old.scope, lasts=LIFETIME, refreshable=True)
        fresh.refresh = old.refresh
        reply = self.token_reply(fresh)
        if self.switches["refresh_answer"] == "without a refresh token":
            del reply["refresh_token"]
        return json_answer(reply, Cache_Control="no-store")

    @route("POST", f"{TOKEN_HOST}/revoke")
    def revoke_endpoint(self, request: Request) -> Response:
        """Either token ends the whole grant."""
        given = request.fields().get("token", "") or "none"
        held = next((each for each in self.tokens if given in (each.access, each.refresh)), None)
        if held is None:
            return _oauth_error("invalid_token", "Token expired or revoked", status=400)
        self._forget_tokens(held.person)
        return json_answer({})

    # ------------------------------------------------------------ service account

    def _exchange_assertion(self, assertion: str, *, at: str) -> Response:
        claims = self._proven_claims(assertion)
        if claims is None or claims.get("iss") != self.account.email:
            return _oauth_error("invalid_grant", "Invalid JWT Signature.", status=400)
        if claims.get("aud") not in (
            f"{at}{TOKEN_HOST}/token",
            "https://oauth2.googleapis.com/token",
        ):
            return _oauth_error("invalid_grant", "Invalid JWT: wrong audience.", status=400)
        if not self._is_timely(claims):
            return _oauth_error("invalid_grant", UNTIMELY, status=400)
        if claims.get("sub"):
            words = "Client is unauthorized to retrieve access tokens using this method."
            return _oauth_error("unauthorized_client", words, status=401)
        scope = str(claims.get("scope", ""))
        if not scope or not set(scope.split()) <= {FULL, EVENTS, ACLS, CALENDARS}:
            return _oauth_error("invalid_scope", "Invalid OAuth scope.", status=400)
        token = self.keep_token(ACCOUNT, scope, lasts=LIFETIME, refreshable=False)
        reply = self.token_reply(token)
        del reply["scope"]
        return json_answer(reply, Cache_Control="no-store")

    def _proven_claims(self, assertion: str) -> Mapping[str, Any] | None:
        """What an assertion says, if the account's present key has signed it."""
        if not self.account.private_key or assertion.count(".") != 2:
            return None
        head, body, signature = assertion.split(".")
        key = serialization.load_pem_private_key(self.account.private_key.encode(), None)
        assert isinstance(key, rsa.RSAPrivateKey)  # noqa: S101
        try:
            header, claims = json.loads(_decoded(head)), json.loads(_decoded(body))
            key.public_key().verify(
                _decoded(signature),
                f"{head}.{body}".encode(),
                padding.PKCS1v15(),
                hashes.SHA256(),
            )
        except (InvalidSignature, ValueError, binascii.Error):
            return None
        named = (header.get("alg"), header.get("kid")) == ("RS256", self.account.key_id)
        return claims if named and isinstance(claims, dict) else None

    def _is_timely(self, claims: Mapping[str, Any]) -> bool:
        now = self.now()
        try:
            issued = datetime.fromtimestamp(claims["iat"], now.tzinfo)
            ends = datetime.fromtimestamp(claims["exp"], now.tzinfo)
        except (KeyError, TypeError, ValueError):
            return False
        return issued - SKEW <= now < ends + SKEW and ends - issued <= timedelta(hours=1)

    # ------------------------------------------------------------------ permission

    def asker(self, request: Request, *scopes: str) -> str:
        """The e-mail address of whose token it is, if it may ask such things at all."""
        token = self.token_for(request.bearer() or "")
        if token is None or token.expired(self.now()):
            refuse(*INVALID_CREDENTIALS)
        if self.switches["api"] == "off":
            refuse(*API_OFF)
        if not {FULL, *scopes} & set(token.scope.split()):
            refuse(*TOO_LITTLE)
        email = self.email_of(token.person)
        if self.is_too_fast(email, self.switches["requests_per_minute"], within=MINUTE):
            refuse(*USER_TOO_FAST)
        return email

    def is_too_fast(self, key: str, allowed: int, *, within: timedelta) -> bool:
        now = self.now()
        recent = [at for at in self.asked.get(key, []) if at > now - within]
        if allowed and len(recent) >= allowed:
            return True
        self.asked[key] = [*recent, now]
        return False

    def calendar(self, request: Request, email: str, *, role: str) -> StoredCalendar:
        """The calendar of the path, as far as `email` may use it."""
        named = request.args["calendar"]
        held = self.calendars.get(email if named == "primary" else named)
        if held is None or not held.allows(email, "reader"):
            if held is not None and self.switches["unshared"] == "403":
                refuse(*OWNERS_ONLY)
            refuse(*NOT_FOUND)
        if not held.allows(email, role):
            refuse(*(OWNERS_ONLY if role == "owner" else READER))
        return held


UNTIMELY = (
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
    "Check your iat and exp values in the JWT claim."
)


def _oauth_error(code: str, words: str, *, status: int) -> Response:
    return json_answer({"error": code, "error_description": words}, status=status)


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


@cache
def made_up_key() -> str:
    """One for this process: making it takes a moment, and nothing is behind it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def etag_of(row: Mapping[str, Any]) -> str:
    """With its quotation marks, as it is told."""
    return f'"{hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()[:16]}"'
