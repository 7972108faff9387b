"""Files under `var/`: written whole or not at all, for nobody else on this machine to read."""

import os
import secrets
from pathlib import Path


def own_folder(path: Path) -> Path:
    """Return a folder, made on first use and open to nobody else."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there entirely or not at all, also where the machine stops in between."""
    hidden = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    with os.fdopen(os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    hidden.replace(path)
