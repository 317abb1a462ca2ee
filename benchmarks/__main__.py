"""`make bench`: every benchmark beside this file, one after the other, each in its own process."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> int:
    names = sorted(file.stem for file in HERE.glob("[!_]*.py"))
    ends = [
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], cwd=HERE.parent).returncode
        for name in names
    ]
    return max(ends, default=0)


if __name__ == "__main__":
    sys.exit(main())
