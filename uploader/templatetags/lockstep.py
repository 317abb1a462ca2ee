"""How our pages write moments and waits: in UTC, and so that they read the same everywhere."""

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from uploader.views import words

register = template.Library()


@register.filter
def moment(at: datetime | None) -> SafeString | str:
    """20 November 2025, 11:02 UTC; without the day where that is today."""
    if at is None:
        return "never"
    return format_html(
        '<time datetime="{}">{}</time>',
        at.isoformat(timespec="seconds"),
        words.moment(at, now=timezone.now()),
    )


@register.filter
def stamp(at: datetime) -> SafeString:
    """The same with its day whatever that is, for paper."""
    return format_html(
        '<time datetime="{}">{}</time>', at.isoformat(timespec="seconds"), words.stamp(at)
    )


@register.filter
def retry(at: datetime) -> str:
    return words.retry(at, now=timezone.now())


@register.filter
def next_run(sync: Any) -> SafeString | str:
    reason = words.not_before(sync)
    if reason:
        return reason
    return moment(sync.next_run_at) if sync.next_run_at else "on request"


@register.filter
def in_short(run: Any) -> str:
    return words.in_short(run)


@register.filter
def in_detail(run: Any) -> str:
    return words.in_detail(run)


@register.filter
def progress(run: Any) -> str:
    return words.progress(run)


@register.filter
def every(delta: timedelta) -> str:
    return words.every(delta)


@register.filter
def result(change: Any) -> str:
    return words.result(change)


@register.filter
def outcome(run: Any) -> str:
    return words.outcome(run)


@register.filter
def trigger(run: Any) -> str:
    return words.trigger(run)


@register.filter
def heading(run: Any) -> str:
    return words.heading(run)


@register.filter
def thousands(number: int) -> str:
    return f"{number:,}"
