"""The embedded broker: kombu's queues as files, with messages that appear whole.

kombu 5.6 opens a message's file under its final name before it writes, so a reader can meet an empty one; the error ends the
worker. Here a message is written under a hidden name and renamed, and what a killed process left half-written is passed over.
"""

import os
import uuid
from collections import deque
from pathlib import Path
from queue import Empty
from time import monotonic
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps, loads


class Channel(filesystem.Channel):
    """Puts and gets by rename, which is all or nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]
        self._known: dict[str, deque[str]] = {}

    def _put(self, queue: Any, payload: Any, **_options: Any) -> None:  # type: ignore[override]
        name = f"{round(monotonic() * 1000):015d}_{uuid.uuid4()}.{queue}.msg"
        hidden = Path(self.data_folder_out) / f".{name}"
        try:
            hidden.write_text(dumps(payload), "utf-8")  # type: ignore[no-untyped-call]
            hidden.rename(hidden.with_name(name))
        except OSError:  # no room: the sweep hands it over later
            hidden.unlink(missing_ok=True)
            raise

    def _get(self, queue: Any, timeout: Any = None) -> Any:  # noqa: ARG002 - kombu never waits here
        known = self._known.setdefault(queue, deque())
        if not known:  # read anew only when all that was seen is taken: with a long queue the folder is long, too
            known.extend(sorted(self._messages(queue)))
        while known:
            path = Path(self.data_folder_in) / known.popleft()
            taken = path.with_name(f".{path.name}")
            try:
                path.rename(taken)
            except FileNotFoundError:  # another worker has it
                continue
            text = taken.read_text("utf-8")
            taken.unlink()
            try:
                return loads(text)  # type: ignore[no-untyped-call]
            except ValueError:
                continue
        raise Empty

    def _size(self, queue: str) -> int:
        return len(self._messages(queue))

    def _messages(self, queue: str) -> list[str]:
        """Return the file names of a queue; those beginning with a dot are half-written or taken."""
        ending = f".{queue}.msg"
        return [name for name in os.listdir(self.data_folder_in) if name.endswith(ending) and name[0] != "."]  # noqa: PTH208 - names are enough


class Transport(filesystem.Transport):
    """kombu's, with the channel above."""

    Channel = Channel


def register() -> None:
    """Let `filesystem://` mean this one."""
    TRANSPORT_ALIASES["filesystem"] = f"{__name__}:Transport"
