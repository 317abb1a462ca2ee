"""What all our sign-ins share: the way to a provider, and the way back.

Who a provider is stands in its own `sign_in/`; where tokens are kept, in config/sign_in.py.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.helpers import complete_social_login
from allauth.socialaccount.internal import statekit
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.providers import registry
from allauth.socialaccount.providers.oauth2.client import OAuth2Client
from allauth.socialaccount.providers.oauth2.provider import OAuth2Provider
from allauth.socialaccount.providers.oauth2.views import (
    OAuth2Adapter,
    OAuth2CallbackView,
    OAuth2LoginView,
)
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from integrations import provider as providers
from integrations.errors import (
    IntegrationError,
    ReconnectError,
    RejectedError,
    RetryableError,
    UnexpectedError,
)
from integrations.oauth import TokenEndpoint, renewed

# RescueTime's codes live ten minutes; whoever ponders longer begins again.
PENDING_FOR = timedelta(minutes=5)


class CannotSignIn(Exception):
    """Why somebody cannot sign in or connect; the words for each reason are in the template."""

    def __init__(self, reason: str, *, status: int = 401, detail: str = "") -> None:
        super().__init__(reason)
        self.reason, self.status, self.detail = reason, status, detail


def explain(request: HttpRequest, provider: "SignInProvider", error: CannotSignIn) -> HttpResponse:
    """The page that says why, and offers to begin again where that helps."""
    context = {
        "provider": provider.spec,
        "identifies_people": provider.identifies_people,
        "reason": error.reason,
        "detail": error.detail,
        "missing": provider.spec.missing_to_sign_in() if may_see_setup(request) else [],
    }
    page = "socialaccount/authentication_error.html"
    return render(request, page, context, status=error.status)


def refusal(request: HttpRequest, provider: "SignInProvider", reason: str) -> ImmediateHttpResponse:
    """What allauth's hooks raise to answer with that page."""
    return ImmediateHttpResponse(explain(request, provider, CannotSignIn(reason, status=403)))


def may_see_setup(request: HttpRequest) -> bool:
    """Whether to name the settings that are missing, rather than only that some are."""
    return settings.DEBUG or request.user.is_staff


class SignInProvider(OAuth2Provider):
    """Nothing of a request decides where a person is sent, or what is asked for there."""

    # Whether it says who somebody is; one that does not is connected by people who are signed in.
    identifies_people: ClassVar[bool] = True

    @property
    def spec(self) -> providers.Provider:
        return providers.get(self.id)

    def get_scope_from_request(self, request: HttpRequest) -> list[str]:
        return list(self.get_scope())

    def get_auth_params_from_request(self, request: HttpRequest, action: str) -> dict[str, str]:
        return dict(self.get_auth_params())

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        connecting = request.user.is_authenticated and (
            not self.identifies_people or request.GET.get("process") == "connect"
        )
        return {"process": "connect" if connecting else "login"}

    def extract_extra_data(self, data: Any) -> dict[str, Any]:
        return {}  # nothing of the answer is kept: a connection holds what is needed

    def require_ready(self, request: HttpRequest) -> None:
        """Raise CannotSignIn where this person cannot begin here, or end."""
        if settings.INACTIVE_PROJECT:
            raise CannotSignIn("paused", status=503)
        if self.spec.missing_to_sign_in():
            raise CannotSignIn("not_set_up", status=503)
        if not self.identifies_people and not (
            request.user.is_authenticated and member_id(request.user)
        ):
            raise CannotSignIn("sign_in_first", status=403)


def signs_people_in(slug: str) -> bool:
    kind = registry.get_class(slug)
    return kind is not None and kind.identifies_people


def member_id(user: Any) -> str:
    """Who somebody is at the provider they sign in with; empty for the team's own staff."""
    slugs = [kind.id for kind in registry.get_class_list() if kind.identifies_people]
    account = SocialAccount.objects.filter(user=user, provider__in=slugs).first()
    return account.uid if account else ""


class RedirectClient(OAuth2Client):
    """allauth's way of building the address, without the empty `scope=` some servers refuse."""

    def get_redirect_url(
        self, authorization_url: str, scope: list[str], extra_params: dict[str, str]
    ) -> str:
        params = {
            "client_id": self.consumer_key,
            "redirect_uri": self.callback_url,
            "response_type": "code",
            "state": self.state,
            **extra_params,
        }
        if scope:
            params["scope"] = self.scope_delimiter.join(scope)
        return f"{authorization_url}?{urlencode(params)}"


class SignInAdapter(OAuth2Adapter):
    client_class = RedirectClient
    token_endpoint: ClassVar[type[TokenEndpoint]]
    authorize_path: ClassVar[str]
    # The address that is registered at the provider, from the days of the tool before this one.
    redirect_path: ClassVar[str]
    # Whether a provider may fail to send our state back; then the person is asked instead.
    may_drop_state: ClassVar[bool] = False

    @property
    def spec(self) -> providers.Provider:
        return providers.get(self.provider_id)

    @property
    def authorize_url(self) -> str:
        return f"{self.spec.sign_in_address()}{self.authorize_path}"

    @property
    def token_address(self) -> str:
        """The base of what the token endpoint's paths begin with."""
        return self.spec.base_url()

    @property
    def access_token_url(self) -> str:
        return f"{self.token_address}{self.token_endpoint.token_path}"

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        """From our own settings: a Host header must not decide where codes are sent."""
        return f"{settings.APP_BASE_URL}{self.redirect_path}"

    def get_client(self, request: HttpRequest, app: Any) -> OAuth2Client:
        client = super().get_client(request, app)
        client.consumer_key = self.spec.setting("CLIENT_ID")
        return client

    def identity(self, request: HttpRequest, tokens: Mapping[str, Any]) -> Mapping[str, str]:
        """Whose tokens these are: what the provider's `extract_…` methods read."""
        raise NotImplementedError

    def tokens_for(self, code: str, *, verifier: str | None) -> dict[str, Any]:
        """What a code is good for, once; one of the four errors otherwise."""
        endpoint = self.token_endpoint(
            {"code": code, "code_verifier": verifier or ""},  # so that no error quotes them
            base_url=self.token_address,
            client_id=self.spec.setting("CLIENT_ID"),
            client_secret=self.spec.setting("CLIENT_SECRET"),
        )
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.get_callback_url(self.request, None),
            **({"code_verifier": verifier} if verifier else {}),
            **({} if endpoint.basic else endpoint.application),
        }
        doing = "signing in"
        response = endpoint.request(
            "POST",
            endpoint.token_path,
            doing=doing,
            data=fields,
            auth=tuple(endpoint.application.values()) if endpoint.basic else None,
        )
        answer = endpoint.json(response, doing=doing)
        if not isinstance(answer, dict) or not isinstance(answer.get("access_token"), str):
            excerpt = "the answer holds no access token"
            raise UnexpectedError(provider=endpoint.name, doing=doing, excerpt=excerpt)
        self.require_granted(answer)
        return renewed({}, answer, now=timezone.now())

    def require_granted(self, answer: Mapping[str, Any]) -> None:
        """Raise CannotSignIn where less was granted than was asked for and is needed."""


class LoginView(OAuth2LoginView):
    """Begins a sign-in, on a POST only: a link must not be able to start one."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method not in ("GET", "HEAD", "POST"):
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        provider = self.get_provider()
        try:
            provider.require_ready(request)
        except CannotSignIn as error:
            return explain(request, provider, error)
        if request.method != "POST":
            return render(request, "socialaccount/login.html", {"provider": provider.spec})
        response: HttpResponse = provider.redirect_from_request(request)
        return response


class CallbackView(OAuth2CallbackView):
    """Ends a sign-in: only one that this browser began, and only once."""

    adapter: SignInAdapter
    method: ClassVar[str] = "GET"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != self.method:
            return HttpResponseNotAllowed([self.method])
        provider = self.adapter.get_provider()
        try:
            provider.require_ready(request)
            return self.end(request, provider)
        except CannotSignIn as error:
            return explain(request, provider, error)
        except IntegrationError as error:
            return explain(request, provider, in_words(error))

    def end(self, request: HttpRequest, provider: SignInProvider) -> HttpResponse:
        if self.adapter.may_drop_state and "state" not in request.GET:
            return self.ask_instead(request, provider)
        state = statekit.unstash_state(
            request, provider_id=provider.sub_id, state_id=request.GET.get("state", "")
        )
        if state is None:
            raise CannotSignIn("state_lost")
        return self.finish(request, provider, code=code_of(request), state=state)

    def finish(
        self, request: HttpRequest, provider: SignInProvider, *, code: str, state: dict[str, Any]
    ) -> HttpResponse:
        tokens = self.adapter.tokens_for(code, verifier=state.get("pkce_code_verifier"))
        who = self.adapter.identity(request, tokens)
        login: SocialLogin = provider.sociallogin_from_response(request, who)
        # Not as allauth's token, which it may write down in clear: config/sign_in.py takes these.
        login.tokens = tokens
        login.state = state
        response: HttpResponse = complete_social_login(request, login)
        return response

    def ask_instead(self, request: HttpRequest, provider: SignInProvider) -> HttpResponse:
        """No state came back. Tie the answer to what this browser began, and ask the person."""
        state = statekit.unstash_last_state(request, provider_id=provider.sub_id)
        if state is None:
            raise CannotSignIn("state_lost")
        request.session[pending_key(provider)] = {
            "code": code_of(request),
            "state": state,
            "until": (timezone.now() + PENDING_FOR).timestamp(),
        }
        context = {"provider": provider.spec, "action": reverse(f"{provider.id}_confirm")}
        return render(request, "socialaccount/confirm_connect.html", context)


class ConfirmView(CallbackView):
    """The person says that it was they who asked to connect, where the provider cannot."""

    method = "POST"

    def end(self, request: HttpRequest, provider: SignInProvider) -> HttpResponse:
        pending = request.session.pop(pending_key(provider), None)
        if pending is None or pending["until"] < timezone.now().timestamp():
            raise CannotSignIn("state_lost")
        if request.POST.get("answer") != "yes":
            raise CannotSignIn("cancelled", status=200)
        return self.finish(request, provider, code=pending["code"], state=pending["state"])


def pending_key(provider: SignInProvider) -> str:
    return f"pending_{provider.id}"


def code_of(request: HttpRequest) -> str:
    """The code that came back; what came instead of it, in words."""
    error = request.GET.get("error")
    if error == "access_denied":
        raise CannotSignIn("cancelled", status=200)
    code = request.GET.get("code")
    if error or not code:
        raise CannotSignIn("provider_said_no")
    return code


def in_words(error: IntegrationError) -> CannotSignIn:
    if isinstance(error, RetryableError):
        return CannotSignIn("busy", status=503)
    if isinstance(error, ReconnectError | RejectedError):
        return CannotSignIn("code_refused")
    return CannotSignIn("misunderstood", status=502, detail=str(error))
