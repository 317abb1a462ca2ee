"""`make run`: Lockstep tried on one machine, with nothing installed but Python.

Ports, environment and database are made ready here; how processes live and end is supervisor.py's,
and what the newcomer sees of the first import is the command `demo`'s.
"""

import fcntl
import os
import re
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from config.supervisor import Asked, Ended, Supervisor, processes

FOLDER = Path(__file__).resolve().parent.parent
READY_WITHIN_SECONDS = 90

# The stand-ins know one application or key each; real ones are never shown to them.
SANDBOX_APPLICATIONS = {
    "OPEN_HUMANS_CLIENT_ID": "lockstep-open-humans",
    "OPEN_HUMANS_CLIENT_SECRET": "sandbox-secret",
    "OPEN_HUMANS_PROJECT_ID": "42",
    "OPEN_HUMANS_WEBHOOK_SECRET": "sandbox-webhook-secret",
    "RESCUETIME_CLIENT_ID": "lockstep-rescuetime",
    "RESCUETIME_CLIENT_SECRET": "sandbox-secret",
    "GOOGLE_CLIENT_ID": "lockstep-google",
    "GOOGLE_CLIENT_SECRET": "sandbox-secret",
    # Named by config/demo.toml.
    "BREATHE_API_KEY": "sandbox-breathe-key",
    "PRODUCTIVE_API_KEY": "sandbox-productive-token",
    "SRC_CLOCKIFY_API_KEY": "sandbox-clockify-our-key",
    "DEST_CLOCKIFY_API_KEY": "sandbox-clockify-customer-key",
    "SLACK_BOT_TOKEN": "sandbox-slack-bot-token",
    "GEEKBOT_API_KEY": "sandbox-geekbot-key",
}


class NotReady(Exception):
    """Why nothing was started, and what to do about it."""


def trial_environment(given: Mapping[str, str], *, env_file: Mapping[str, str]) -> dict[str, str]:
    """What the children get: what was given first, then the `.env` file, then a trial's values."""
    chosen = {**env_file, **given}
    environment = dict(given)

    def default(name: str, value: str) -> str:
        environment[name] = chosen.get(name, value)
        return environment[name]

    port = default("PORT", "8000")
    default("DEBUG", "1")
    default("APP_BASE_URL", f"http://127.0.0.1:{port}")
    environment["LOCKSTEP_VAR"] = str(FOLDER / default("LOCKSTEP_VAR", "var"))
    sandbox_port = default("SANDBOX_PORT", "9001")
    if "SANDBOX_URL" not in chosen:
        environment["SANDBOX_URL"] = f"http://127.0.0.1:{sandbox_port}"
        environment.update(SANDBOX_APPLICATIONS)
    return environment


def read_env_file(file: Path) -> dict[str, str]:
    """The plain lines of a `.env` file; only trial_environment's own names are taken from it."""
    if not file.exists():
        return {}
    lines = re.findall(r"^\s*(?:export\s+)?([A-Z_]+)\s*=\s*(.*?)\s*$", file.read_text(), re.M)
    return {name: value.strip("\"'") for name, value in lines}


def lock(folder: Path, *, address: str) -> IO[str]:
    """Two at once would share a database and a broker unawares. Held as long as it is open."""
    file = (folder / "trial.lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        raise NotReady(
            f"A Lockstep already runs in this folder, at {file.read().strip()}. Open that, or "
            "stop it first (Ctrl-C in its terminal)."
        ) from None
    file.truncate(0)
    file.write(address)
    file.flush()
    return file


def write_settings(file: Path, environment: Mapping[str, str]) -> None:
    """So that commands typed beside the trial mean the trial (config/settings.py reads it)."""
    names = ("DEBUG", "APP_BASE_URL", "SANDBOX_URL", *SANDBOX_APPLICATIONS)
    lines = [f"{name}={environment[name]}\n" for name in names if name in environment]
    file.touch(mode=0o600)
    file.write_text("".join(lines))


def refuse_taken_ports(environment: Mapping[str, str], *, names: tuple[str, ...]) -> None:
    chosen = {name: environment[name] for name in names}
    for name, value in chosen.items():
        if not value.isdigit() or not 0 < int(value) < 65536:
            raise NotReady(f"{name}={value} is not a port: a number from 1 to 65535 is.")
    if len(set(chosen.values())) < len(chosen):
        raise NotReady(f"{' and '.join(names)} must be two different ports.")
    for name, value in chosen.items():
        if reason := _why_refused(int(value)):
            free = next((p for p in range(int(value) + 1, 65536) if not _why_refused(p)), 0)
            raise NotReady(
                f"Port {value} {reason}. Stop what uses it (perhaps a Lockstep in another "
                f"terminal), or choose another port: make run {name}={free}"
            )


def _why_refused(port: int) -> str | None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: a port whose last connections are still closing counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            return "is kept for the system"
        except OSError:
            return "is taken"
    return None


def answers(address: str) -> bool:
    """Whether a GET is answered with 200. Never through a proxy: it is on this machine."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(address, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


class Trial:
    """One `make run`, from the empty folder to the first import."""

    def __init__(self, supervisor: Supervisor, *, once: bool) -> None:
        self.supervisor = supervisor
        self.environment = supervisor.environment
        self.once = once
        self.own_sandbox = self.environment.get("SANDBOX_URL") == (
            f"http://127.0.0.1:{self.environment['SANDBOX_PORT']}"
        )

    def run(self) -> int:
        try:
            self.get_ready()
            self.start()
            return self.show()
        except NotReady as reason:
            self.supervisor.say(str(reason))
        except Ended as ended:
            self.supervisor.say(str(ended))
        except Asked:
            self.supervisor.say("Stopping; what is being done is finished or put back first.")
            return 0
        return 1

    def get_ready(self) -> None:
        ports = ("PORT", "SANDBOX_PORT") if self.own_sandbox else ("PORT",)
        refuse_taken_ports(self.environment, names=ports)
        folder = Path(self.environment["LOCKSTEP_VAR"])
        folder.mkdir(parents=True, exist_ok=True)
        self.lock = lock(folder, address=self.environment["APP_BASE_URL"])
        write_settings(folder / "trial.env", self.environment)
        self.supervisor.say("Preparing the database.")
        migrate = ("python", "manage.py", "migrate", "--noinput", "--verbosity", "0")
        if self.supervisor.finish("migrate", migrate):
            raise NotReady("The database could not be prepared; the lines above say why.")

    def start(self) -> None:
        for name, command in processes(FOLDER / "Procfile.dev", environment=self.environment):
            if name != "sandbox" or self.own_sandbox:
                self.supervisor.start(name, command)
        wanted = {"web": f"http://127.0.0.1:{self.environment['PORT']}/healthz"}
        if self.own_sandbox:
            wanted["sandbox"] = f"{self.environment['SANDBOX_URL']}/state"
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        for name, address in wanted.items():
            self.wait_for(name, address=address, deadline=deadline)

    def wait_for(self, name: str, *, address: str, deadline: float) -> None:
        self.supervisor.run_until(lambda: answers(address) or time.monotonic() > deadline)
        if not answers(address):
            raise NotReady(f"{name} does not answer at {address}; the lines above may say why.")

    def show(self) -> int:
        """Let the demo speak, then stay until asked to stop (or, with ONCE, end as it ended)."""
        if not self.environment.get("SANDBOX_URL"):
            if self.once:
                raise NotReady("ONCE=1 watches an import in the sandbox, and SANDBOX_URL is empty.")
            self.supervisor.say(f"Open {self.environment['APP_BASE_URL']} (Ctrl-C stops it).")
        else:
            demo = ("python", "manage.py", "demo", *(["--once"] if self.once else []))
            status = self.supervisor.finish("demo", demo)
            if self.once:
                self.supervisor.say("The first import failed." if status else "Done; stopping.")
                return 1 if status else 0
            if status:
                self.supervisor.say("The demo did not end well; the lines above say why.")
            self.supervisor.say("Ctrl-C stops everything; `make run` goes on where it was.")
        self.supervisor.run_until(lambda: False)
        return 0


def main(given: Mapping[str, str]) -> int:
    env_file = read_env_file(Path(given.get("LOCKSTEP_ENV_FILE", FOLDER / ".env")))
    environment = trial_environment(given, env_file=env_file)
    with Supervisor(environment=environment, folder=FOLDER) as supervisor:
        return Trial(supervisor, once=given.get("ONCE", "") not in ("", "0")).run()


if __name__ == "__main__":
    sys.exit(main(os.environ))
