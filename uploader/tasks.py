"""The Celery tasks: look for what is due, work on one run, send what people are to be told."""

import logging
from typing import Any

from celery import shared_task
from celery.signals import worker_shutting_down
from django.conf import settings
from django.utils import timezone
from kombu.exceptions import OperationalError

from uploader import hands, notices, runs
from uploader import work as working

logger = logging.getLogger(__name__)

# Far below the broker's visibility timeout; longer waits are the tick's, from the database.
LONGEST_COUNTDOWN = 300
# What one tick starts; ticks come every five seconds.
STARTS_PER_TICK = 5 * runs.STARTS_PER_SECOND


@worker_shutting_down.connect
def _hand_over(**_: Any) -> None:
    """Runs in hand stop at their next checkpoint, rather than being killed half a minute later."""
    hands.stopping.set()


@shared_task(ignore_result=True)
def tick() -> None:
    now = timezone.now()
    # First: what is to be told may make syncs due.
    if notices.gather(now=now):
        publish_notices()
    for _ in runs.start_due(now=now, spread=False, most=STARTS_PER_TICK):
        pass
    runs.send_due(publish, now=now)


def publish_notices() -> None:
    """A hint as well: what is due stays due until it is sent."""
    try:
        send_notices.apply_async(expires=settings.LEASE_SECONDS, retry=False)
    except OperationalError:
        logger.warning("the broker did not take the message that notices are due")


def publish(run_id: int, claim: int) -> None:
    """A hint that a run needs somebody. Lost, doubled or late ones do no harm."""
    try:
        # It is void when the next look would send another.
        work.apply_async((run_id, claim), expires=settings.LEASE_SECONDS, retry=False)
    except OperationalError:
        logger.warning("run %s: the broker did not take the message; it will be sent again", run_id)


@shared_task(ignore_result=True)
def send_notices() -> None:
    notices.send_due(now=timezone.now())


@shared_task(bind=True, ignore_result=True, max_retries=None)
def work(self: Any, run_id: int, claim: int) -> None:
    manner = hands.Manner(clock=timezone.now, slice_seconds=hands.SLICE_SECONDS)
    following = working.carry_out(run_id, claim, manner)
    if following is None or following.seconds > LONGEST_COUNTDOWN:
        return
    # The wait is committed already: should this message be lost, the tick sends another.
    raise self.retry(
        args=(following.run_id, following.claim),
        countdown=following.seconds,
        expires=following.seconds + settings.LEASE_SECONDS,
    )
