"""Codes on paper: derived by HMAC from a row's id and nonce, stored nowhere, easy to read out and to type.

A code is the row's number and eight secret signs: twelve or more signs of an alphabet without letters and digits
that look alike, in groups of four. The number finds the row without a table of codes.
"""

import hmac

from beteiligung.web.http import keyed_hash

ALPHABET = "ACDEFGHJKLMNPRTUVWXY34679"
_SECRET_SIGNS = 8
"""25^8 are 37 bits: with ten tries an hour somebody guesses one known letter in a million years."""
_NUMBER_SIGNS = 4


def _in_signs(number: int, least: int = 0) -> str:
    signs = ""
    while number or len(signs) < least:
        number, rest = divmod(number, len(ALPHABET))
        signs = ALPHABET[rest] + signs
    return signs


def code_of(purpose: str, row_id: int, nonce: str) -> str:
    """Return the code of a row, without spaces: its number, then eight secret signs."""
    secret = int(keyed_hash(purpose, row_id, nonce), 16) % len(ALPHABET) ** _SECRET_SIGNS
    return _in_signs(row_id, _NUMBER_SIGNS) + _in_signs(secret, _SECRET_SIGNS)


def in_groups(code: str) -> str:
    """Return a code as it is printed: „ACDE FGHJ KLMN“."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


def typed_code(typed: str) -> str | None:
    """Return what was typed as a code (case, spaces and hyphens do not matter), or None where it cannot be one."""
    code = "".join(typed.upper().replace("-", " ").replace("–", " ").split())
    return code if _NUMBER_SIGNS + _SECRET_SIGNS <= len(code) <= 16 and set(code) <= set(ALPHABET) else None


def row_of(code: str) -> int | None:
    """Return the number of the row a code belongs to; None where no row can have it."""
    number = 0
    for sign in code[:-_SECRET_SIGNS]:
        number = number * len(ALPHABET) + ALPHABET.index(sign)
    return number if 0 < number < 2**31 else None


def is_right(code: str, purpose: str, row_id: int, nonce: str) -> bool:
    """Whether the code is the row's; takes the same time whatever is wrong."""
    return hmac.compare_digest(code_of(purpose, row_id, nonce), code)


def six_digits(purpose: str, *parts: object) -> str:
    """Return a number of six digits for a quarter of an hour, derived and stored nowhere."""
    return f"{int(keyed_hash(purpose, *parts), 16) % 1_000_000:06d}"
