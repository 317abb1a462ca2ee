"""The command `sandbox`: serves the stand-ins of all providers until it is stopped."""

import signal
import threading
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations.sandbox import World

DEFAULT_PORT = 9001


class Command(BaseCommand):
    help = "Serve stand-ins for all providers on one port of this machine."
    # The stand-ins need no database, and must start while the rest is being set up.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=DEFAULT_PORT)
        parser.add_argument(
            "--keep", type=Path, metavar="DIR", help="keep what it holds in this folder"
        )

    def handle(self, *, port: int, keep: Path | None, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        try:
            world = World(keep=keep)
        except (ValueError, OSError) as error:
            raise CommandError(str(error)) from error
        try:
            world.start(port)
        except (OSError, OverflowError) as error:
            raise CommandError(
                f"Port {port} of this machine cannot be used ({error}). "
                "Stop what is using it, or choose another with --port."
            ) from error
        self.stdout.write(f"The sandbox is at {world.url}/ and shows what it holds at /state.")
        self.stdout.flush()
        stop.wait()
        world.close()
