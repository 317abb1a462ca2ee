"""The people of a trial: a staff login, Ben, who has connected both sides in the sandbox, and the
sandbox's company, whose leave and time are kept in step, and which has a support rota, and a role
that goes round among people of its Slack.

Works on the sandbox only; the command `demo` tells what happens.
"""

import json
import os
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import requests
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from config.configuration import WrongFile, configure
from integrations import connections
from integrations.errors import IntegrationError, ReconnectError
from integrations.models import Connection
from integrations.oauth import renewed
from rota.models import Rota
from uploader import members, runs
from uploader.models import Run, Sync

STAFF = "admin"
TEAM_FILE = Path(__file__).with_name("demo.toml")
TRIAGE = "triage"
# What the file sets up, and what each is called in a sentence; each round needs what the one before
# has brought.
TEAM: tuple[dict[str, str], ...] = (
    {
        "leave": "The company's leave",
        "timesheets": "Their time for a customer",
        "support-duties": "Their support rota",
        "triage-members": "Who triages support in turns",
    },
    {"triage-duties": "Whose turn it is when"},
    {
        "triage-calendar": "Their turns on the calendar",
        "triage-slack": "The usergroup of whoever is on duty",
        "triage-geekbot": "The stand-up that asks whoever is next",
    },
)
WRITES = ("create", "update", "delete")
# So long ago the last change of shift was at most, and the stand-up was due a day before it.
WITHIN = timedelta(days=8)
# Named by the file; the sandbox makes one up, and keeps it.
CALENDAR_KEY = "GOOGLE_SERVICE_ACCOUNT"
PERSON, MEMBER_ID = "ben", "04170022"
SYNC = f"rescuetime-{MEMBER_ID}"
PROVIDERS = ("open_humans", "rescuetime")
SANDBOX_READY_WITHIN_SECONDS = 60


class CannotShow(Exception):
    """A sentence about why there is nothing to show."""


# ---------------------------------------------------------------------- sandbox


def wait_for_sandbox(*, seconds: float = SANDBOX_READY_WITHIN_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            if _ask("GET", "/state.json").ok:
                return
        except requests.RequestException:
            if time.monotonic() > deadline:
                raise CannotShow(
                    f"The sandbox does not answer at {settings.SANDBOX_URL}. "
                    "`manage.py sandbox` starts it."
                ) from None
        time.sleep(0.3)


def granted(slug: str) -> dict[str, Any]:
    """Credentials as if Ben had just allowed us in a browser."""
    return renewed({}, _grant(slug, PERSON), now=timezone.now())


def _grant(slug: str, person: str) -> dict[str, Any]:
    try:
        answer = _ask("POST", "/grant", json={"provider": slug, "person": person})
        answer.raise_for_status()
        given: dict[str, Any] = answer.json()
    except (requests.RequestException, ValueError):
        raise CannotShow(f"The sandbox did not let {person} in at {slug}.") from None
    return given


def keep_calendar_key() -> None:
    """The key of the sandbox's service account, for the file, and for commands typed beside."""
    key = json.dumps(json.loads(_grant("google_calendar", "rota")["service_account"]))
    os.environ[CALENDAR_KEY] = key
    beside = settings.VAR_DIR / "trial.env"
    if beside.exists():
        lines = [
            line for line in beside.read_text().splitlines() if not line.startswith(CALENDAR_KEY)
        ]
        beside.write_text("\n".join([*lines, f"{CALENDAR_KEY}={key}", ""]))


def let_triagers_answer() -> None:
    """Whoever is asked by the sandbox's Geekbot says ok, a minute later."""
    try:
        _ask("POST", "/switches", json={"provider": "geekbot", "answers": "ok"}).raise_for_status()
    except requests.RequestException:
        raise CannotShow("The sandbox's Geekbot did not do as it was told.") from None


def _ask(method: str, path: str, **options: Any) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False  # it is on this machine: no proxy
        return session.request(method, f"{settings.SANDBOX_URL}{path}", timeout=10, **options)


# ----------------------------------------------------------------------- people


def staff_password() -> str | None:
    """The staff login's password, made and kept on this machine; None where somebody chose one."""
    user_model = get_user_model()
    password = _kept_password(settings.VAR_DIR / "admin_password")
    user = user_model.objects.filter(username=STAFF).first()
    if user is None:
        user_model.objects.create_superuser(STAFF, password=password)
        return password
    return password if user.check_password(password) else None


def _kept_password(file: Path) -> str:
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode=0o600)
        with os.fdopen(descriptor, "w") as out:
            out.write(secrets.token_urlsafe(9))
    return file.read_text().strip()


@transaction.atomic
def ben() -> Any:
    """The same user that a later sign-in in the browser finds."""
    account = SocialAccount.objects.filter(provider="open_humans", uid=MEMBER_ID).first()
    if account is not None:
        return account.user
    user = get_user_model().objects.create_user(f"open_humans-{MEMBER_ID}", first_name="Ben")
    user.set_unusable_password()
    user.save()
    SocialAccount.objects.create(user=user, provider="open_humans", uid=MEMBER_ID)
    SocialAccount.objects.create(user=user, provider="rescuetime", uid=f"user-{user.pk}")
    return user


def connect(user: Any) -> list[str]:
    """Connect what does not work yet; the names of what was connected."""
    return [slug for slug in PROVIDERS if _connected_anew(slug, user)]


def _connected_anew(slug: str, user: Any) -> bool:
    connection = Connection.objects.filter(owner=user, provider=slug).first()
    if connection is not None and _works(connection):
        return False
    connections.connect(
        provider=slug,
        owner=user,
        name=f"{slug}-{MEMBER_ID}",
        credentials=granted(slug),
        account=MEMBER_ID if slug == "open_humans" else "",
        by=user,
        now=timezone.now(),
    )
    return True


def _works(connection: Connection) -> bool:
    """A sandbox that was reset knows nobody; one that is busy is no reason to connect again."""
    if not connection.is_usable:
        return False
    try:
        connections.check(connection, now=timezone.now())
    except ReconnectError:
        return False
    except IntegrationError:
        return True
    return True


# ------------------------------------------------------------------- the import


@dataclass(frozen=True)
class Import:
    """What there is to watch; `until` is when an update by hand is allowed again, if not yet."""

    run: Run
    until: datetime | None = None


def the_import(user: Any, *, now: datetime) -> Import:
    """The run that connecting has queued, an update of it, or the last one if that is recent."""
    sync = Sync.objects.filter(name=SYNC).first()
    if sync is None:
        raise CannotShow(f"Connecting both sides did not make the sync {SYNC}.")
    latest = sync.runs.first()
    if latest is not None and latest.status in (Run.Status.FAILED, Run.Status.CANCELLED):
        again = runs.start(sync, trigger="by hand", by=user, now=now)
        return Import(again or sync.runs.latest("pk"))
    try:
        return Import(members.update_now(sync, by=user, now=now))
    except members.TooSoon as error:
        return Import(sync.runs.latest("pk"), until=error.until)


# --------------------------------------------------------------------- the team


def set_up_team(*, now: datetime) -> None:
    """The company's connections, syncs and rotas, by a file as in earnest."""
    keep_calendar_key()
    let_triagers_answer()
    is_new = not Rota.objects.filter(name=TRIAGE).exists()
    try:
        with transaction.atomic():
            configure(TEAM_FILE, apply=True)
            if is_new:
                # As if it had been told there for a while: its latest change of shift is news.
                Rota.objects.filter(name=TRIAGE).update(handovers_since=now - WITHIN)
    except WrongFile as error:
        raise CannotShow(str(error)) from error


def latest_runs(names: Iterable[str], *, now: datetime) -> list[Run]:
    """Of each of these syncs; begun where there is none."""
    return [_latest_run(Sync.objects.get(name=name), now=now) for name in names]


def rotas() -> list[Rota]:
    return list(Rota.objects.filter(enabled=True))


def that_tells(run: Run) -> Run:
    """What brought the sync to where it is: right after it, others may have found nothing to do."""
    if run.status != Run.Status.FINISHED:
        return run
    before = run.sync.runs.filter(status=Run.Status.FINISHED).order_by("-pk")
    return next((each for each in before if any(map(each.counts.get, WRITES))), run)


def _latest_run(sync: Sync, *, now: datetime) -> Run:
    if not sync.runs.exists():
        runs.start(sync, trigger="by hand", now=now)
        Sync.objects.filter(pk=sync.pk).update(next_run_at=now + (sync.every or timedelta()))
    return sync.runs.latest("pk")
