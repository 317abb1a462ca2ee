"""A whole installation of Lockstep for tests: its own database, broker, and real processes."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parent.parent.parent

CONNECT = """
import json, sys
from django.contrib.auth.models import User
from django.utils import timezone
from integrations import connections
answer = json.loads({grants!r})
user, _ = User.objects.get_or_create(username="open_humans-" + answer["member"])
for slug in ("open_humans", "rescuetime"):
    connections.connect(provider=slug, owner=user, name=slug + "-" + answer["member"],
                        credentials=answer[slug], account=answer["member"], by=user,
                        now=timezone.now())
"""

# Started once, as a process takes longer to start than to answer: a piece of code on each line.
ASSISTANT = """
import io, json, sys
from contextlib import redirect_stdout
for line in sys.stdin:
    with redirect_stdout(io.StringIO()) as out:
        exec(json.loads(line), {})
    print(json.dumps(out.getvalue()), flush=True)
"""


class Installation:
    """`manage.py`, workers, and questions to the database of one installation.

    `prepared` is the folder of one that is migrated already, as is what is at `database_url` then.
    """

    def __init__(
        self,
        folder: Path,
        *,
        sandbox_url: str,
        prepared: Path | None = None,
        database_url: str = "",
        redis_url: str = "",
    ) -> None:
        self.folder = folder
        self.sandbox_url = sandbox_url
        self.environment = {
            **{k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG", "TZ")},
            "DEBUG": "1",
            "LOCKSTEP_ENV_FILE": str(folder / "no.env"),
            "LOCKSTEP_VAR": str(folder / "var"),
            "SANDBOX_URL": sandbox_url,
            "LEASE_SECONDS": "3",
            "OPEN_HUMANS_CLIENT_ID": "lockstep-open-humans",
            "OPEN_HUMANS_CLIENT_SECRET": "sandbox-secret",
            "RESCUETIME_CLIENT_ID": "lockstep-rescuetime",
            "RESCUETIME_CLIENT_SECRET": "sandbox-secret",
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            **({"DATABASE_URL": database_url} if database_url else {}),
            **({"REDIS_URL": redis_url} if redis_url else {}),
        }
        self.workers: list[subprocess.Popen[bytes]] = []
        self.assistant: subprocess.Popen[str] | None = None
        if prepared is None:
            self.manage("migrate", "--verbosity", "0")
        else:
            shutil.copytree(prepared / "var", folder / "var")

    # ------------------------------------------------------------------ commands

    def manage(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *arguments],
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=120,
        )
        if check and done.returncode:
            raise AssertionError(f"{arguments} ended with {done.returncode}:\n{done.stderr}")
        return done

    def shell(self, code: str) -> str:
        """What the code prints, run in a process that is no worker."""
        if self.assistant is None:
            self.assistant = self._start_assistant()
        assert self.assistant.stdin
        assert self.assistant.stdout
        self.assistant.stdin.write(json.dumps(code) + "\n")
        self.assistant.stdin.flush()
        if answer := self.assistant.stdout.readline():
            return str(json.loads(answer)).strip()
        raise AssertionError(f"{code} failed:\n{self._log_of_assistant.read_text()}")

    def _start_assistant(self) -> subprocess.Popen[str]:
        with self._log_of_assistant.open("w") as log:
            return subprocess.Popen(
                [
                    *(sys.executable, str(ROOT / "manage.py"), "shell"),
                    *("--verbosity", "0", "-c", ASSISTANT),
                ],
                env=self.environment,
                cwd=self.folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    @property
    def _log_of_assistant(self) -> Path:
        return self.folder / "assistant.log"

    def ask(self, expression: str) -> Any:
        """The value of an expression over the models, through JSON."""
        return json.loads(
            self.shell(
                "import json\nfrom uploader.models import *\nfrom integrations.models import *\n"
                f"print(json.dumps({expression}, default=str))"
            )
        )

    # -------------------------------------------------------------------- people

    def grant(self, provider: str, person: str) -> dict[str, Any]:
        request = Request(
            f"{self.sandbox_url}/grant",
            data=json.dumps({"provider": provider, "person": person}).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urlopen(request, timeout=10) as answer:
            values: dict[str, Any] = json.load(answer)
        return values

    def connect(self, person: str) -> str:
        """Sign a person in and connect both sides; the name of the sync that is now due."""
        both = {slug: self.grant(slug, person) for slug in ("open_humans", "rescuetime")}
        member = both["open_humans"].pop("project_member_id")
        self.shell(CONNECT.format(grants=json.dumps({**both, "member": member})))
        return f"rescuetime-{member}"

    # ------------------------------------------------------------------- workers

    def start_worker(self) -> subprocess.Popen[bytes]:
        n = len(self.workers)
        log = (self.folder / f"worker-{n}.log").open("wb")
        worker = subprocess.Popen(
            [
                *(sys.executable, "-m", "celery", "-A", "tests.workers.hasty", "worker"),
                *("--beat", "--concurrency", "1", "--loglevel", "INFO"),
                *("--hostname", f"w{n}@%h"),
                *("--schedule", str(self.folder / f"beat-{n}")),
                # Hearing other workers' news is of no use here and slows the end.
                *("--without-gossip", "--without-mingle", "--without-heartbeat"),
            ],
            env=self.environment,
            cwd=ROOT,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.workers.append(worker)
        return worker

    def kill_workers(self) -> None:
        """SIGKILL to every process of every worker, as a lost machine would."""
        for worker in self.workers:
            if worker.poll() is None:
                os.killpg(worker.pid, signal.SIGKILL)
                worker.wait(10)

    def close(self) -> None:
        self.kill_workers()
        if self.assistant is not None:
            with self.assistant:
                self.assistant.kill()

    @contextmanager
    def worker(self) -> Iterator[subprocess.Popen[bytes]]:
        try:
            yield self.start_worker()
        finally:
            self.kill_workers()

    def logs(self) -> str:
        return "\n".join(
            file.read_text(errors="replace") for file in sorted(self.folder.glob("worker-*.log"))
        )

    # ------------------------------------------------------------------- waiting

    def run(self, sync: str) -> dict[str, Any]:
        """The latest run of a sync."""
        values: dict[str, Any] = self.ask(
            f"Run.objects.filter(sync__name={sync!r}).values("
            "'id', 'status', 'error', 'next_at', 'claim', 'attempts', 'crashes', 'done', 'total',"
            "'counts', 'warnings').first()"
        )
        return values

    def wait_for(
        self, sync: str, right: Callable[[dict[str, Any]], bool], *, seconds: float = 60
    ) -> dict[str, Any]:
        end = time.monotonic() + seconds
        while True:
            run = self.run(sync)
            if run and right(run):
                return run
            if time.monotonic() > end:
                raise AssertionError(f"after {seconds} s: {run}\n{self.logs()[-6000:]}")
            time.sleep(0.1)

    def wait_until_finished(self, sync: str, *, seconds: float = 60) -> dict[str, Any]:
        ends = ("finished", "finished_with_problems", "failed", "cancelled", "needs_review")
        return self.wait_for(sync, lambda run: run["status"] in ends, seconds=seconds)
