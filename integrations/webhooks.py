"""What Open Humans tells us of its own accord: somebody has left, perhaps to be forgotten."""

import hmac
import json
import logging
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from integrations import connections
from integrations import provider as providers
from integrations.models import Connection

logger = logging.getLogger(__name__)

LARGEST_BODY = 10_000
SIGNATURE = "X-OpenHumans-Webhooks-Signature"


@csrf_exempt
@require_POST
def open_humans(request: HttpRequest) -> HttpResponse:
    """Somebody has left the project. It is told at most twice, so repeats must do no harm."""
    length = request.headers.get("Content-Length") or "0"
    if not (length.isascii() and length.isdigit()):
        return HttpResponse(status=400)
    if int(length[:20]) > LARGEST_BODY:
        return HttpResponse(status=413)
    if not is_believed(request):
        return HttpResponse(status=403)
    message = parsed(request.body)
    if message is None:
        return HttpResponse(status=400)
    member_left(message["project_member_id"], erase=message.get("erasure_requested") is True)
    return HttpResponse(status=200)


def is_believed(request: HttpRequest) -> bool:
    """Without a secret anybody could erase a member, so that is for trying things out only."""
    secret = providers.get("open_humans").setting("WEBHOOK_SECRET")
    return is_signed(request, secret) if secret else bool(settings.DEBUG)


def is_signed(request: HttpRequest, secret: str) -> bool:
    """Over the raw body; the second, unsigned form of the message is refused with this."""
    digest = hmac.new(secret.encode(), request.body, "sha1").hexdigest()
    given = request.headers.get(SIGNATURE, "")
    return hmac.compare_digest(given.encode(), f"sha1={digest}".encode())


def parsed(body: bytes) -> dict[str, Any] | None:
    """The message; its second form is JSON within a JSON string."""
    try:
        message = json.loads(body)
        if isinstance(message, str):
            message = json.loads(message)
    except (ValueError, RecursionError):
        return None
    if not isinstance(message, dict) or not isinstance(message.get("project_member_id"), str):
        return None
    return message


@transaction.atomic
def member_left(member_id: str, *, erase: bool) -> None:
    """All of it is written down at once; tokens are given back only after that."""
    account = SocialAccount.objects.filter(provider="open_humans", uid=member_id).first()
    if account is None:
        logger.info("somebody left who is not known here (any more)")
        return
    now = timezone.now()
    live = Connection.objects.filter(owner=account.user).exclude(
        state=Connection.State.DISCONNECTED
    )
    for connection in live:
        connections.disconnect(connection, by=None, now=now)
    if erase:
        forget(account)


def forget(account: SocialAccount) -> None:
    """Erase a person; somebody who is staff as well stays staff, and is a member no more."""
    if not account.user.is_staff:
        account.user.delete()
        return
    Connection.objects.filter(owner=account.user).delete()
    SocialAccount.objects.filter(user=account.user).delete()
