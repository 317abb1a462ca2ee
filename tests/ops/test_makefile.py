"""The words of the Makefile, and the Python it chooses, with stand-ins for other Pythons."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("python3", "python3.14", "python3.13", "python3.12", "python3.11")

# What each sort of Python does when it is asked to run a line of code.
OLD = "import sys; sys.version_info = (3, 9, 2); exec(sys.argv[1])"
BARE = "import sys; sys.modules['ensurepip'] = None; exec(sys.argv[1])"
GOOD = "import sys; exec(sys.argv[1])"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A folder first on the PATH, in which every name of Python only fails, as shims do."""
    folder = tmp_path / "path"
    folder.mkdir()
    for name in NAMES:
        script(folder / name, "echo 'version manager: no such version' >&2; exit 127")
    return folder


def script(file: Path, code: str) -> None:
    file.write_text(f"#!/bin/sh\n{code}\n")
    file.chmod(0o755)


def python(file: Path, behaviour: str) -> None:
    """Answers like the Python it plays; asked for an environment, it says its own name and ends."""
    real = shlex.quote(sys.executable)
    script(
        file,
        f'if [ "$1" = -m ]; then echo "{file.name} was chosen for $2"; exit 3; fi\n'
        f'exec {real} -c {shlex.quote(behaviour)} "$2"',
    )


def make(
    path: Path, *words: str, venv: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    program = shutil.which("make")
    assert program
    plain = {"PATH": f"{path}:/usr/local/bin:/usr/bin:/bin", "HOME": os.environ.get("HOME", "/")}
    return subprocess.run(
        [program, f"VENV={venv}", *words],
        cwd=ROOT,
        env={**plain, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("name", NAMES)
def test_shims_and_old_pythons_are_passed_over(path: Path, tmp_path: Path, name: str) -> None:
    python(path / "python3", OLD)
    python(path / name, GOOD)
    done = make(path, "run", venv=tmp_path / "venv")
    assert f"{name} was chosen for venv" in done.stdout


def test_only_an_old_python_is_said_to_be_too_old(path: Path, tmp_path: Path) -> None:
    python(path / "python3", OLD)
    done = make(path, "run", venv=tmp_path / "venv")
    assert done.returncode == 2
    assert "needs Python 3.11 or newer. Found only: python3 (3.9.2)." in done.stderr
    assert "make run PYTHON=" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_no_python_at_all_is_said(path: Path, tmp_path: Path) -> None:
    done = make(path, "run", venv=tmp_path / "venv")
    assert done.returncode == 2
    assert "needs Python 3.11 or newer, and found none." in done.stderr


def test_a_python_without_venv_is_told_which_package_brings_it(path: Path, tmp_path: Path) -> None:
    python(path / "python3", BARE)
    done = make(path, "run", venv=tmp_path / "venv")
    assert done.returncode == 2
    assert "apt install python3-venv" in done.stderr


def test_a_named_python_is_taken_and_no_other(path: Path, tmp_path: Path) -> None:
    python(path / "python3", GOOD)
    python(tmp_path / "mine", GOOD)
    done = make(path, "run", f"PYTHON={tmp_path / 'mine'}", venv=tmp_path / "venv")
    assert "mine was chosen for venv" in done.stdout
    done = make(path, "run", PYTHON=str(tmp_path / "absent"), venv=tmp_path / "venv")
    assert f"and found none at {tmp_path / 'absent'}." in done.stderr


def test_an_environment_whose_python_is_gone_is_made_again(path: Path, tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(tmp_path / "removed")
    (venv / "can-run").touch()
    python(path / "python3", GOOD)
    done = make(path, "run", venv=venv)
    assert "python3 was chosen for venv" in done.stdout


def test_help_explains_every_word(path: Path, tmp_path: Path) -> None:
    words = re.findall(r"^\.PHONY: ([a-z]+)$", (ROOT / "Makefile").read_text(), re.M)
    listed = make(path, venv=tmp_path / "venv").stdout
    assert {"run", "test", "lint", "bench", "soak", "clean"} <= set(words)
    assert re.findall(r"^make ([a-z]+) +\S", listed, re.M) == words
