"""Who has been erased, kept beside the database: a restored backup brings people back, and `rights replay` erases them again.

One line each: the moment, a keyed hash that only the account itself leads to, and the choices; or that the wish was
taken back. A backup has a copy, which is joined with the list at hand when it is restored. It holds no address, no name and no number.
"""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from beteiligung.identity.models import Account
from beteiligung.settings import settings
from beteiligung.web.http import keyed_hash


@dataclass(frozen=True)
class Choices:
    """What the person wanted to stay."""

    keep_comments: bool
    keep_votes: bool


def path() -> Path:
    """Return where the list lies."""
    return settings().var / "rights" / "erased.txt"


def key_of(account: Account) -> str:
    """Return what stands for an account: HMAC(secret key, number, moment of its making), since numbers are given out again."""
    return keyed_hash("erased", account.id, account.created_at.isoformat())


def _append(line: str) -> None:
    path().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())


def note(account: Account, choices: Choices, now: datetime) -> None:
    """Write somebody down, before their erasure is committed: rather twice than never."""
    words = ("comments" if choices.keep_comments else "-", "votes" if choices.keep_votes else "-")
    _append(f"{now:%Y-%m-%dT%H:%M:%SZ} {key_of(account)} {' '.join(words)}")


def take_back(account: Account, now: datetime) -> None:
    """Say that a noted erasure did not happen and is no longer wanted."""
    if key_of(account) in erased():
        _append(f"{now:%Y-%m-%dT%H:%M:%SZ} {key_of(account)} back")


def erased() -> dict[str, Choices]:
    """Return everybody on the list; the last line about somebody holds."""
    found: dict[str, Choices] = {}
    if path().is_file():
        for line in path().read_text("utf-8").splitlines():
            _at, key, *words = line.split()
            if words == ["back"]:
                found.pop(key, None)
            else:
                found[key] = Choices(keep_comments="comments" in words, keep_votes="votes" in words)
    return found
