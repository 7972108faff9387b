"""The second factor: who has to give it, what may be added and taken away, how often one may guess. Pure."""

import re
from datetime import datetime, timedelta

MAX_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
CHALLENGE_HOLDS = timedelta(minutes=5)
TOTP_SECONDS = 30
TOTP_WINDOW = 1
"""Steps by which the app's clock may be off, either way."""
CODES = 10
CODE_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without what looks alike (0 o, 1 i l): 31 letters, ten of them are 49 bits."""
CODE_LENGTH = 10
MOST_PASSKEYS = 10
NAME_LENGTH = 40


def clean_code(typed: str) -> str:
    """Return a typed code without spaces and hyphens, in small letters."""
    return re.sub(r"[\s\-\u2010-\u2015]", "", typed).lower()


def is_app_code(code: str) -> bool:
    """Whether this can be the six digits of an app."""
    return len(code) == 6 and code.isascii() and code.isdigit()


def is_printed_code(code: str) -> bool:
    """Whether this can be a printed code."""
    return len(code) == CODE_LENGTH and all(letter in CODE_LETTERS for letter in code)


def shown_code(code: str) -> str:
    """Return a printed code as people read it: two groups of five."""
    return f"{code[:5]}-{code[5:]}"


def step_of(now: datetime) -> int:
    """Return the number of the present half minute since 1970 (RFC 6238)."""
    return int(now.timestamp()) // TOTP_SECONDS


def is_locked(locked_until: datetime | None, now: datetime) -> bool:
    """Whether guessing is closed for now."""
    return locked_until is not None and locked_until > now


def may_enrol(*, has_office: bool, has_way: bool, proven: bool) -> bool:
    """Whether somebody may add a way: the first one after the first factor, each further one after the second."""
    return has_office and (proven or not has_way)


def may_remove(*, passkeys: int, app: bool, proven: bool) -> bool:
    """Whether one way may be taken away: never the last, and only after the second factor. Printed codes are no way of their own."""
    return proven and passkeys + app > 1


def may_reset(
    *, operator: bool, clerk_of: frozenset[int], account_id: int, subject_id: int, subject_regions: frozenset[int | None]
) -> bool:
    """Whether somebody may reset another person's second factor: an operator, or a clerk of the one region of all their offices."""
    if account_id == subject_id or not subject_regions:
        return False
    return operator or (None not in subject_regions and len(subject_regions) == 1 and bool(subject_regions & clerk_of))
