"""`demo`: seeds a trial's people in the sandbox, and tells of Ben's first import as it happens."""

import sys
import time
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.timezone import localtime

from config import demo
from integrations import provider as providers
from uploader.command import without_chatter
from uploader.models import Run
from uploader.views import words

GLANCE_SECONDS = 0.5
SECONDS_BETWEEN_LINES = 5.0
LONGEST_IMPORT_SECONDS = 300


class Command(BaseCommand):
    help = "Fill a trial with people of the sandbox, and watch the first import."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="status 0 only if the import finished in time"
        )

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        if not settings.SANDBOX_URL:
            raise CommandError(
                "demo works with the sandbox alone, never with real services: SANDBOX_URL is not "
                "set. `make run` sets it.",
                returncode=2,
            )
        try:
            demo.wait_for_sandbox()
            password = demo.staff_password()
            with without_chatter(options["verbosity"]):
                ended_well = self._import(once=once)
                team = self._plans_of_the_team()
        except demo.CannotShow as error:
            raise CommandError(str(error)) from error
        self._say_what_to_open(password, team)
        if not ended_well:
            sys.exit(1)

    def say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()

    def pause(self) -> None:
        """Between two glances at the run, in which a worker gets on with it."""
        time.sleep(GLANCE_SECONDS)

    # ---------------------------------------------------------------- the import

    def _import(self, *, once: bool) -> bool:
        user = demo.ben()
        for slug in demo.connect(user):
            self.say(f"Ben has connected {providers.get(slug).name}.")
        found = demo.the_import(user, now=timezone.now())
        if found.until is not None:
            self.say(
                f"Ben's history is up to date; {_result(found.run)} "
                f"An update by hand is possible again from {_clock(found.until)}."
            )
            return True
        return self._watch(found.run, once=once)

    def _watch(self, run: Run, *, once: bool) -> bool:
        deadline = time.monotonic() + LONGEST_IMPORT_SECONDS
        said, said_at = "", 0.0
        while run.is_open and time.monotonic() < deadline:
            line = _progress(run, now=timezone.now())
            changed = _without_countdown(line) != _without_countdown(said)
            if changed or time.monotonic() - said_at >= SECONDS_BETWEEN_LINES:
                self.say(line)
                said, said_at = line, time.monotonic()
            self.pause()
            run.refresh_from_db()
        return self._say_result(run, once=once)

    def _say_result(self, run: Run, *, once: bool) -> bool:
        if run.is_open:
            self.say(
                f"Ben's import is not done after {LONGEST_IMPORT_SECONDS // 60} minutes "
                f"({run.get_status_display()}). It goes on for as long as a worker runs."
            )
            return not once
        if run.status not in (Run.Status.FINISHED, Run.Status.FINISHED_WITH_PROBLEMS):
            self.say(f"Ben's import {run.get_status_display()}: {_in_short(run)}")
            return False
        self.say(f"Ben's import is done: {_result(run)}")
        for warning in run.warnings:
            self.say(f"It says: {warning}")
        return True

    # ------------------------------------------------------------------ the team

    def _plans_of_the_team(self) -> list[Run]:
        demo.set_up_team(now=timezone.now())
        deadline = time.monotonic() + LONGEST_IMPORT_SECONDS
        team = []
        for names in demo.TEAM:
            for run in demo.latest_runs(names, now=timezone.now()):
                while run.is_open and time.monotonic() < deadline:
                    self.pause()
                    run.refresh_from_db()
                self.say(f"{names[run.sync.name]}: {words.outcome(demo.that_tells(run))}")
                team.append(run)
        return team

    # ------------------------------------------------------------------ and then

    def _say_what_to_open(self, password: str | None, team: list[Run]) -> None:
        site = settings.APP_BASE_URL
        self.say("")
        self.say(f"Open {site}/ and click “Sign in with Open Humans”.")
        self.say("Choose ben to see what has just arrived; ada has six years to bring, cleo none.")
        self.say(f"Staff sign in at {site}/admin/, as {demo.STAFF} {_password_words(password)}.")
        for run in team:
            if "rota" in run.sync.options:
                continue  # shown on the page of the rota
            self.say(f"Their sync of {run.sync.name} is at {site}{run.sync.get_absolute_url()}.")
        for rota in demo.rotas():
            self.say(f"Who is on duty ({rota.title}) is shown at {site}{rota.get_absolute_url()}.")
        self.say("What is mailed to people is printed here.")
        self.say(f"The sandbox shows what it holds at {settings.SANDBOX_URL}/state.")


def _password_words(password: str | None) -> str:
    if password is None:
        return "with the password that was chosen there"
    return f"with the password {password} (kept in {settings.VAR_DIR / 'admin_password'})"


def _progress(run: Run, *, now: datetime) -> str:
    if run.status == Run.Status.WAITING and run.next_at is not None:
        seconds = max(0, round((run.next_at - now).total_seconds()))
        return f"Ben's import waits: {_in_short(run)} — again in {seconds // 60}:{seconds % 60:02}"
    if run.status == Run.Status.QUEUED:
        return "Ben's import is about to start."
    if not run.total:
        return "Ben's import has begun: looking for the first day with data."
    return f"Ben's import: {run.done} of {run.total} months."


def _in_short(run: Run) -> str:
    """The first line; what exactly was refused is on the run's page."""
    return run.error.partition("\n")[0]


def _without_countdown(line: str) -> str:
    return line.partition("—")[0]


def _result(run: Run) -> str:
    names = {
        "create": "added",
        "update": "replaced",
        "delete": "removed",
        "unchanged": "unchanged",
        "rejected": "refused",
    }
    counted = [f"{run.counts[key]} {word}" for key, word in names.items() if run.counts.get(key)]
    return f"month files at Open Humans: {', '.join(counted) or 'none'}; {run.requests} requests."


def _clock(at: datetime) -> str:
    return localtime(at).strftime("%H:%M %Z")
