"""The company of `make run`, set up in an installation of its own, to be written without asking."""

import json
from pathlib import Path

from config.trial import SANDBOX_APPLICATIONS
from tests.workers.installation import ROOT, Installation

KEYS = {
    name: key
    for name, key in SANDBOX_APPLICATIONS.items()
    if name.endswith(("_API_KEY", "_BOT_TOKEN"))
}


def configure_demo(install: Installation, folder: Path, *, until: str = "") -> None:
    """`until`: the first line of its file that is left out, with all that follows."""
    text = (ROOT / "config" / "demo.toml").read_text()
    file = folder / "lockstep.toml"
    kept = text.partition(until)[0] if until else text
    file.write_text(kept.replace('mode = "review"', 'mode = "automatic"\nmax_delete_share = 1'))
    key = install.grant("google_calendar", "rota")["service_account"]
    install.environment.update(KEYS, GOOGLE_SERVICE_ACCOUNT=json.dumps(json.loads(key)))
    install.manage("configure", str(file), "--apply")
