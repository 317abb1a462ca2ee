"""Notices by mail: one that the server may have taken is never sent again."""

import logging
import smtplib
from collections.abc import Iterable

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from uploader.models import Notice
from uploader.outcomes import GIVEN_UP, SENT, UNKNOWN, Clock, settle, try_again

logger = logging.getLogger(__name__)

# Answers that say that nothing was taken; whatever else goes wrong, it may have been.
REFUSALS = (
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPDataError,
    smtplib.SMTPHeloError,
    smtplib.SMTPNotSupportedError,
)


def send(notices: Iterable[Notice], *, clock: Clock) -> int:
    """One after the other; how many went. A server that is down is not asked for each of them."""
    sent = 0
    for notice in notices:
        # Committed first: whoever dies in between has perhaps sent it.
        free = Notice.objects.filter(pk=notice.pk, sent_at=None, due_at=notice.due_at)
        if not free.update(sent_at=clock(), outcome=UNKNOWN):
            continue
        try:
            sent += _send(notice, clock=clock)
        except ServerDown:
            break
    return sent


class ServerDown(Exception):
    """It could not even be reached."""


def _send(notice: Notice, *, clock: Clock) -> bool:
    mine = Notice.objects.filter(pk=notice.pk)
    mailer = get_connection()
    try:
        mailer.open()
    except (smtplib.SMTPException, OSError) as error:
        _not_sent(notice, error, clock=clock)
        raise ServerDown from None
    message = EmailMessage(
        notice.subject, notice.text, settings.DEFAULT_FROM_EMAIL, [notice.recipient]
    )
    try:
        mailer.send_messages([message])
    except REFUSALS as error:
        _not_sent(notice, error, clock=clock)
        return False
    except ValueError:
        # Such as an address that cannot be written in a mail: nothing was sent, nor ever will be.
        logger.error("notice %s cannot be put into a mail", notice.pk)
        settle(mine, GIVEN_UP, reason="It cannot be put into a mail.")
        return False
    except (smtplib.SMTPException, OSError):
        logger.exception("notice %s: whether it was sent is unknown", notice.pk)
        settle(mine, UNKNOWN, reason="The mail server did not say whether it took it.")
        return False
    finally:
        mailer.close()
    settle(mine, SENT)
    return True


def _not_sent(notice: Notice, error: Exception, *, clock: Clock) -> None:
    # The server's words may quote addresses: its kind is enough.
    kind = type(error).__name__
    logger.warning("notice %s was not sent (%s)", notice.pk, kind)
    mine = Notice.objects.filter(pk=notice.pk)
    try_again(mine, notice, f"The mail server did not take it ({kind}).", now=clock())
