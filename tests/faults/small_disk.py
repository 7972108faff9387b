"""A disk of a few megabytes that can be filled: a tmpfs where we may mount one, else a limit to the size of any file (RLIMIT_FSIZE)."""

import os
import resource
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BLOCK = 65536


class SmallDisk:
    """A folder with little room. `fill` leaves none, `free` gives it back."""

    def __init__(self, folder: Path, megabytes: int) -> None:
        self.folder = folder
        folder.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
        self.mounted = (
            os.environ.get("BETEILIGUNG_FAULT_MOUNT") != "0" and subprocess.run(command, check=False, capture_output=True).returncode == 0
        )
        self._ballast, self._limit = folder / "ballast", resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(self) -> None:
        """Leave no room at all."""
        if not self.mounted:  # no file may grow or be made longer than nothing
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, self._limit[1]))
            return
        with self._ballast.open("ab", buffering=0) as file:
            for size in (BLOCK, 4096, 1):
                try:
                    while file.write(b"x" * size):
                        pass
                except OSError:
                    continue

    def free(self) -> None:
        """Make room again."""
        resource.setrlimit(resource.RLIMIT_FSIZE, self._limit)
        self._ballast.unlink(missing_ok=True)

    def close(self) -> None:
        self.free()
        if self.mounted:
            subprocess.run(["umount", "-l", str(self.folder)], check=True)


@contextmanager
def small_disk(folder: Path, megabytes: int = 16) -> Iterator[SmallDisk]:
    """Yield a disk that is taken away afterwards."""
    assert os.name == "posix"
    disk = SmallDisk(folder, megabytes)
    try:
        yield disk
    finally:
        disk.close()
