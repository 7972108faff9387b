"""Files under `var/`: written whole or not at all, for nobody else on this machine to read."""

import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


def own_folder(path: Path) -> Path:
    """Return a folder, made on first use and open to nobody else."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


@contextmanager
def writing(path: Path) -> Generator[BinaryIO]:
    """Give a file to write to, that is there under its name entirely or not at all, also where the machine stops in between."""
    hidden = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    with os.fdopen(os.open(hidden, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            hidden.unlink(missing_ok=True)
            raise
    hidden.replace(path)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file at one go, as `writing` does."""
    with writing(path) as file:
        file.write(content)
