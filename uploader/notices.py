"""Notices: something told to people once. `sent_at` is committed before the call, `outcome` after.

A notice that may have arrived is never sent again; one that certainly has not is tried again.
"""

import logging
import smtplib
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db.models import QuerySet
from django.dispatch import Signal

from uploader import runs
from uploader.models import Notice
from uploader.people import Person

logger = logging.getLogger(__name__)

# Sent before notices go out: whoever has something to tell writes it down. Argument: `now`.
gathering = Signal()

MAIL = "mail"
SENT, UNKNOWN, GIVEN_UP = "sent", "unknown", "given up"
MOST_ATTEMPTS = 12
AT_A_TIME = 100
# Answers that say that nothing was taken; whatever else goes wrong, it may have been.
REFUSALS = (
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPDataError,
    smtplib.SMTPHeloError,
    smtplib.SMTPNotSupportedError,
)


def announce(
    key: str, *, person: Person | None, recipient: str, subject: str, text: str, due_at: datetime
) -> bool:
    """Have it mailed once, from `due_at` on; False where there is a notice of this key already."""
    _, new = Notice.objects.get_or_create(
        key=key,
        defaults={
            "person": person,
            "channel": MAIL,
            "recipient": recipient,
            "subject": " ".join(subject.split())[:200],
            "text": text,
            "due_at": due_at,
        },
    )
    return new


def gather(*, now: datetime) -> bool:
    """Let everybody write down what is to be told; whether anything is to be sent by now."""
    for receiver, problem in gathering.send_robust(sender=Notice, now=now):
        if isinstance(problem, Exception):
            logger.error("%s could not tell what it has to", receiver, exc_info=problem)
    return _due(now).exists()


def send_due(*, now: datetime) -> int:
    """Send what is due; how many were."""
    sent = 0
    for notice in _due(now).order_by("due_at")[:AT_A_TIME]:
        # Committed first: whoever dies in between has perhaps sent it.
        mine = Notice.objects.filter(pk=notice.pk, sent_at=None, due_at=notice.due_at)
        if mine.update(sent_at=now, outcome=UNKNOWN):
            sent += _send(notice, now=now)
    return sent


def _due(now: datetime) -> "QuerySet[Notice]":
    return Notice.objects.filter(channel=MAIL, sent_at=None, outcome="", due_at__lte=now)


def _send(notice: Notice, *, now: datetime) -> bool:
    mailer = get_connection()
    try:
        mailer.open()
    except (smtplib.SMTPException, OSError) as error:
        _not_sent(notice, error, now=now)
        return False
    message = EmailMessage(
        notice.subject, notice.text, settings.DEFAULT_FROM_EMAIL, [notice.recipient]
    )
    try:
        mailer.send_messages([message])
    except REFUSALS as error:
        _not_sent(notice, error, now=now)
        return False
    except ValueError:
        # Such as an address that cannot be written in a mail: nothing was sent, nor ever will be.
        logger.error("notice %s cannot be put into a mail", notice.pk)
        Notice.objects.filter(pk=notice.pk).update(outcome=GIVEN_UP, text="")
        return False
    except (smtplib.SMTPException, OSError):
        logger.exception("notice %s: whether it was sent is unknown", notice.pk)
        Notice.objects.filter(pk=notice.pk).update(text="")
        return False
    finally:
        mailer.close()
    Notice.objects.filter(pk=notice.pk).update(outcome=SENT, text="")
    return True


def _not_sent(notice: Notice, error: Exception, *, now: datetime) -> None:
    """To be tried again, later and later, for about half a day."""
    # The server's words may quote addresses: its kind is enough.
    logger.warning("notice %s was not sent (%s)", notice.pk, type(error).__name__)
    attempts = notice.attempts + 1
    wait = timedelta(seconds=runs.countdown(attempts, jitter=0))
    Notice.objects.filter(pk=notice.pk).update(
        sent_at=None,
        attempts=attempts,
        due_at=now + wait,
        outcome=GIVEN_UP if attempts >= MOST_ATTEMPTS else "",
    )
