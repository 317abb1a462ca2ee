"""Who may see a page at all: strangers learn nothing, not even that something is there."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django_htmx.http import HttpResponseClientRedirect

View = Callable[..., HttpResponse]
WANTED = "wanted"


def signed_in_at(page: str, *, words: str) -> Callable[[View], View]:
    """A page for people who are signed in; others are sent to where they can, or get 404."""

    def guard(view: View) -> View:
        @never_cache
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if request.user.is_authenticated:
                return view(request, *args, **kwargs)
            if request.method not in ("GET", "HEAD"):
                raise Http404
            if request.headers.get("HX-Request"):
                return HttpResponseClientRedirect(reverse(page))
            # For the link by which staff sign in; it says nothing of whether there is such a page.
            request.session[WANTED] = request.path
            messages.info(request, words)
            return redirect(page)

        return guarded

    return guard


signed_in = signed_in_at(
    "home", words="That page needs a sign-in. Staff sign in at the foot of this one."
)
