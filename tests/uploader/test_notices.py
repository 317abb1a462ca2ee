"""Notices over a real mail server: each arrives once, and what may have arrived is not repeated."""

import socketserver
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from uploader import mailing, notices
from uploader.models import Notice

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)


class Mails(socketserver.ThreadingTCPServer):
    """A mail server that keeps what it is given, or misbehaves as it is told."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.refuses = ""  # a command it answers with 451
        self.hangs_up_after_data = False
        super().__init__(("127.0.0.1", 0), Talk)


class Talk(socketserver.StreamRequestHandler):
    server: Mails

    def handle(self) -> None:
        self.say("220 here")
        while command := self.rfile.readline().decode().strip():
            word = command.split()[0].upper()
            if word == self.server.refuses:
                self.say("451 not now")
            elif word == "DATA":
                self.say("354 go on")
                if not self.take():
                    return
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 fine")

    def take(self) -> bool:
        lines = []
        while (line := self.rfile.readline().decode().rstrip("\r\n")) != ".":
            lines.append(line)
        self.server.taken.append("\n".join(lines))
        if self.server.hangs_up_after_data:
            return False
        self.say("250 taken")
        return True

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@pytest.fixture
def mails(settings: Any) -> Iterator[Mails]:
    server = Mails()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.server_address[1]
    threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
    ).start()
    yield server
    server.shutdown()
    server.server_close()


def announce(key: str = "one", **when: datetime) -> bool:
    return notices.announce(
        key,
        person=None,
        recipient="priya@example.org",
        subject="Support: your duties have changed",
        text="Mon 30 Nov 2026: you lead now.",
        due_at=when.get("due_at", NOW),
    )


@pytest.mark.django_db
def test_a_notice_arrives_once(mails: Mails) -> None:
    assert announce()
    assert notices.send_due(now=NOW) == 1
    assert notices.send_due(now=NOW + timedelta(days=1)) == 0
    [mail] = mails.taken
    assert "To: priya@example.org" in mail
    assert "you lead now" in mail
    notice = Notice.objects.get()
    assert (notice.outcome, notice.text) == ("sent", "")


@pytest.mark.django_db
def test_the_same_thing_is_not_announced_twice(mails: Mails) -> None:
    assert announce()
    assert not announce()
    notices.send_due(now=NOW)
    assert not announce()
    notices.send_due(now=NOW)
    assert len(mails.taken) == 1


@pytest.mark.django_db
def test_a_notice_waits_for_its_time(mails: Mails) -> None:
    announce(due_at=NOW + timedelta(hours=1))
    assert not notices.gather(now=NOW)
    assert notices.send_due(now=NOW) == 0
    assert notices.gather(now=NOW + timedelta(hours=1))
    assert notices.send_due(now=NOW + timedelta(hours=1)) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("refuses", ["MAIL", "RCPT", "DATA"])
def test_what_was_refused_is_tried_again_later(mails: Mails, refuses: str) -> None:
    announce()
    mails.refuses = refuses
    assert notices.send_due(now=NOW) == 0
    assert notices.send_due(now=NOW) == 0
    mails.refuses = ""
    assert notices.send_due(now=NOW + timedelta(minutes=1)) == 1
    assert len(mails.taken) == 1


@pytest.mark.django_db
def test_a_server_that_is_down_is_asked_again_and_at_last_given_up(mails: Mails) -> None:
    announce()
    mails.shutdown()
    mails.server_close()
    now = NOW
    for _ in range(2 * notices.MOST_ATTEMPTS):
        notices.send_due(now=now)
        now += timedelta(hours=2)
    notice = Notice.objects.get()
    assert (notice.outcome, notice.attempts) == ("given up", notices.MOST_ATTEMPTS)
    assert not notices.gather(now=now)


@pytest.mark.django_db
def test_what_may_have_arrived_is_not_sent_again(mails: Mails) -> None:
    announce()
    mails.hangs_up_after_data = True
    notices.send_due(now=NOW)
    mails.hangs_up_after_data = False
    notices.send_due(now=NOW + timedelta(days=1))
    assert len(mails.taken) == 1
    assert Notice.objects.get().outcome == "unknown"


@pytest.mark.django_db
def test_whoever_dies_in_the_middle_does_not_send_twice(
    mails: Mails, monkeypatch: pytest.MonkeyPatch
) -> None:
    announce()

    def die(*_: object, **__: object) -> bool:
        raise SystemExit

    monkeypatch.setattr(mailing, "_send", die)
    with pytest.raises(SystemExit):
        notices.send_due(now=NOW)
    monkeypatch.undo()
    assert notices.send_due(now=NOW + timedelta(days=1)) == 0
    assert mails.taken == []


@pytest.mark.django_db
def test_one_that_cannot_be_put_into_a_mail_holds_up_no_other(mails: Mails) -> None:
    for key, recipient in (("wrong", "two\nlines@example.org"), ("right", "ada@example.org")):
        notices.announce(
            key, person=None, recipient=recipient, subject="Hello", text="Hello", due_at=NOW
        )
    assert notices.send_due(now=NOW) == 1
    assert dict(Notice.objects.values_list("key", "outcome")) == {
        "wrong": notices.GIVEN_UP,
        "right": notices.SENT,
    }
