"""Keeping a stand-in's state in a folder, so that a restart finds what was there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from integrations.sandbox import Sandbox


def save(folder: Path, sandbox: Sandbox) -> None:
    """New bytes first, then the JSON in one rename, then what is no longer named goes."""
    contents = folder / sandbox.slug
    contents.mkdir(parents=True, exist_ok=True)
    blobs = sandbox.blobs()
    held = {path.name for path in contents.iterdir()}
    for name in blobs.keys() - held:
        _replace(contents / name, blobs[name])
    data = {"switches": dict(sandbox.switches), "data": sandbox.snapshot()}
    _replace(folder / f"{sandbox.slug}.json", json.dumps(data, indent=1).encode())
    for name in held - blobs.keys():
        (contents / name).unlink()


def load(folder: Path, sandbox: Sandbox) -> None:
    """ValueError, in words, if what is there cannot be read."""
    path = folder / f"{sandbox.slug}.json"
    if not path.exists():
        return
    contents = folder / sandbox.slug
    blobs = {each.name: each.read_bytes() for each in contents.iterdir()}
    try:
        kept = json.loads(path.read_bytes())
        for name, value in kept["switches"].items():
            if name in sandbox.switches.declared:
                sandbox.switches[name] = value
        sandbox.restore(kept["data"], blobs)
    except (ValueError, KeyError, TypeError) as error:
        message = f"The sandbox's state in {path} cannot be read; remove it to start afresh."
        raise ValueError(message) from error


def _replace(path: Path, content: bytes) -> None:
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(content)
    partial.replace(path)
