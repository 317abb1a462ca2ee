"""Keys for trying Lockstep on one machine, made once and kept beside the trial's database."""

import os
from pathlib import Path

from cryptography.fernet import Fernet


def kept(folder: Path, name: str) -> str:
    """The secret of that name from `folder`; made on first use, readable by its owner only."""
    file = folder / name.lower()
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"{name.lower()}.{os.getpid()}"
    if not file.exists():
        draft.touch(mode=0o600)
        draft.write_text(Fernet.generate_key().decode())
        try:
            # Web and worker start together: whoever links first decides for both.
            os.link(draft, file)
        except FileExistsError:
            draft.unlink()
            return file.read_text().strip()
        draft.unlink()
    return file.read_text().strip()


if __name__ == "__main__":
    print(Fernet.generate_key().decode())
