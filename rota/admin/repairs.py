"""Telling staff at once whose duties a change concerns, and where the proposed repair is."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from rota import proposals
from rota.models import Duty, Rota
from rota.words import CALLED, SHORT, span
from uploader.models import Run

GENERATE = "rota.generate_rota"


def tell(admin: Any, request: HttpRequest, concerned: Iterable[Duty]) -> None:
    """Name the duties that cannot stay, and have a repair of each rota proposed."""
    by_rota: dict[Rota, list[Duty]] = {}
    for duty in concerned:
        by_rota.setdefault(duty.shift.rota, []).append(duty)
    for rota, found in by_rota.items():
        words = format_html("{}: {} cannot stay: {}.", rota.title, _counted(found), named(found))
        admin.message_user(request, words, messages.WARNING)
    repair(admin, request, by_rota)


def _counted(found: list[Duty]) -> str:
    return "1 duty" if len(found) == 1 else f"{len(found)} duties"


def named(found: Iterable[Duty]) -> SafeString:
    return format_html_join(
        ", ",
        '<a href="{}">{} {}: {}</a>',
        (
            (
                reverse("admin:rota_duty_change", args=[duty.pk]),
                span(duty.shift, SHORT),
                CALLED[duty.role],
                duty.member or "nobody",
            )
            for duty in found
        ),
    )


def repair(admin: Any, request: HttpRequest, rotas: Iterable[Rota]) -> None:
    """Have a repair of each proposed, and say where it can be seen."""
    for rota in rotas:
        words, level = _proposed(rota, request.user)
        admin.message_user(request, words, level)


def _proposed(rota: Rota, user: Any) -> tuple[str, int]:
    if not user.has_perm(GENERATE):
        return f"Somebody who may generate {rota} has to have this repaired.", messages.WARNING
    begun = proposals.propose(rota, by=user, now=timezone.now())
    if begun is None:
        words = f"No repair is proposed: generating {rota} is switched off."
        return words, messages.WARNING
    link = link_to(begun.run, user)
    if begun.is_new:
        words = format_html("A proposal is being made: see its plan in {}.", link)
        return words, messages.SUCCESS
    words = format_html(
        "{} is open already ({}) and may not know of this: preview the rota again when it has "
        "ended.",
        link,
        begun.run.get_status_display(),
    )
    return words, messages.WARNING


def link_to(run: Run, user: Any) -> SafeString:
    """To its page, for whoever may see that."""
    if not user.has_perm("uploader.view_sync"):
        return format_html("{}", run)
    return format_html('<a href="{}">{}</a>', run.get_absolute_url(), run)
