"""`check_connections [NAME …]`: one cheap call at each provider; heals what works again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from integrations import abilities, connections
from integrations.errors import IntegrationError, RetryableError
from integrations.models import Connection
from uploader.command import DONE, FAILED, WAITING, Answer, JsonCommand, WrongUse


@dataclass(frozen=True)
class Finding:
    """How one connection was found; `words` says it in short where its state does not."""

    connection: Connection
    detail: str
    code: int = DONE
    words: str = ""

    def line(self) -> str:
        words = self.words or self.connection.get_state_display()
        return f"{self.connection.name}: {words}. {self.detail}"

    def limits(self) -> list[str]:
        """What of it does not work, though it is connected."""
        known = abilities.known(self.connection) if self.code == DONE else []
        return [abilities.in_words(each) for each in known if not each.may]

    def document(self) -> dict[str, Any]:
        return {
            "name": self.connection.name,
            "provider": self.connection.provider,
            "state": self.connection.state,
            "detail": self.detail,
        }


class Command(JsonCommand):
    help = "Make the cheapest call at each provider; what works again is marked as connected."
    nothing = {"connections": []}

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "names", nargs="*", metavar="NAME", help="only these; else all that are in use"
        )

    def answer(self, options: dict[str, Any]) -> Answer:
        findings = []
        for connection in _chosen(options["names"]):
            finding = _checked(connection, now=timezone.now())
            self.show(finding.line())
            for limit in finding.limits():
                self.show(f"  {limit}")
            findings.append(finding)
        code, error = _outcome(findings)
        checked = [finding.document() for finding in findings]
        return Answer({"connections": checked, "error": error}, code)


def _chosen(names: list[str]) -> Iterable[Connection]:
    if not names:
        in_use = Connection.objects.filter(enabled=True)
        return in_use.exclude(state=Connection.State.DISCONNECTED).iterator()
    found = {row.name: row for row in Connection.objects.filter(name__in=names)}
    for name in names:
        if name not in found:
            raise WrongUse(f"There is no connection “{name}”.")
        if not found[name].enabled:
            raise WrongUse(f"The connection “{name}” is switched off.")
    return [found[name] for name in dict.fromkeys(names)]


def _checked(connection: Connection, *, now: datetime) -> Finding:
    if connection.state == Connection.State.DISCONNECTED:
        return Finding(connection, "It was disconnected.", FAILED)
    try:
        return Finding(connection, connections.check(connection, now=now))
    except RetryableError as error:
        return _not_now(connection, error, now=now)
    except IntegrationError as error:
        return Finding(connection, str(error), FAILED)


def _not_now(connection: Connection, error: RetryableError, *, now: datetime) -> Finding:
    """Being told to wait is no failure; an answer that did not come, or a fault, is one."""
    if error.status == 429 or error.retry_after is not None:
        again = ""
        if error.retry_after is not None:
            at = now + timedelta(seconds=error.retry_after)
            again = f" To be asked again from {at:%H:%M:%S} UTC."
        return Finding(connection, f"{error}{again}", WAITING, "has to wait, so not checked")
    return Finding(connection, str(error), FAILED, "does not answer as it should")


def _outcome(findings: Iterable[Finding]) -> tuple[int, str | None]:
    names: dict[int, list[str]] = {}
    for finding in findings:
        names.setdefault(finding.code, []).append(finding.connection.name)
    sentences = {FAILED: "Not working", WAITING: "Not checked, because it has to wait"}
    said = [
        f"{words}: {', '.join(names[code])}." for code, words in sentences.items() if code in names
    ]
    code = next((code for code in sentences if code in names), DONE)
    return code, " ".join(said) or None
