"""What may be typed at sign-in and on the welcome page, and how long things hold. Pure."""

import re
import unicodedata
from datetime import datetime, timedelta

TERMS_VERSION = "2026-01"
"""The version of the rules of use that people accept; a new one asks everybody again."""

MIN_AGE = 14
"""Years; where the home region asks for more, more."""
_OLDEST = 120

LINK_HOLDS = timedelta(minutes=60)
MAX_CODE_ATTEMPTS = 5
"""Guesses at the code of one mail."""
MAX_CODE_ATTEMPTS_A_DAY = 20
"""Wrong codes for one address in 24 hours: a patient guesser has one chance in 50,000 a day. Links still work."""
MAILS_AN_HOUR = 5
"""Mails to one address that one network may ask for; from all networks together it is three times that."""

SESSION_HOLDS = timedelta(days=90)
SESSION_IDLE = timedelta(days=30)
STAFF_SESSION_HOLDS = timedelta(hours=12)
"""A clerk or operator signs in every working day; idle time is known by the day only, so there is no finer bound."""

SECOND_FACTOR_HOLDS = timedelta(hours=12)
"""A working day; then an office asks for the second factor again."""

DRAFT_HOLDS = timedelta(hours=24)
SIGN_IN_KEPT = timedelta(hours=24)
"""How long a request for a mail stays, so that a used or old link gets its own page."""

RESIDENCE_HOLDS = timedelta(days=2 * 365)

WITHOUT_MAIL = "ohne-mail.invalid"

NAME_LENGTH = range(2, 41)
_EMAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+")
_LOOK_ALIKE = str.maketrans("0134578@$|!авеёкмнорстухіαβεικνορτυ", "oieastbasiiabeekmhopctyxiabeikvoptu")
"""Digits, signs, Cyrillic and Greek letters that pass for Latin ones."""
_TOWER = re.compile("([\u0300-\u036f]{2})[\u0300-\u036f]+")
_OFFICE_PARTS = ("verwaltung", "burgerrat", "buergerrat", "landratsamt", "moderator", "moderation")
_OFFICE_WORDS = ("admin", "administrator", "administration", "administratorin", "operator", "amt", "redaktion", "support")


def clean_email(typed: str) -> str | None:
    """Return the address in the one form in which it is stored (lower case, domain in ASCII), or None."""
    local, at, domain = typed.strip().rpartition("@")
    if not at or len(domain) > 253 or not local.isascii():  # look-alike letters never make a second account
        return None
    try:
        email = f"{local}@{domain.encode('idna').decode('ascii')}".lower()
    except UnicodeError:
        return None
    known = len(email) <= 254 and _EMAIL.fullmatch(email) and ".." not in local and not local.startswith(".")
    return email if known and has_mail(email) else None


def address_without_mail(token: str) -> str:
    """Return what stands in the place of an address for an account of a school; „.invalid“ is no domain anywhere (RFC 2606)."""
    return f"schule-{token}@{WITHOUT_MAIL}"


def has_mail(email: str) -> bool:
    """Whether an account's address leads to a mailbox; the accounts of schools have none."""
    return not email.endswith(".invalid")


def clean_name(typed: str) -> str:
    """Return a display name with simple spaces, without invisible characters and towers of accents."""
    text = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in unicodedata.normalize("NFKC", typed) if not _invisible(c))
    return " ".join(_TOWER.sub(r"\1", text).split())


def _invisible(char: str) -> bool:
    return unicodedata.category(char) == "Cf" or char in "\u115f\u1160\u3164\u2800"


def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold().replace("ß", "ss"))
    return "".join(c for c in plain if not unicodedata.combining(c)).translate(_LOOK_ALIKE)


def sounds_official(name: str) -> bool:
    """Whether a display name could pass for the administration, the Bürgerrat or whoever runs the site."""
    folded = _folded(name)
    words = re.findall(r"[a-z]+", folded)
    joined = "".join(words)
    # an „l“ may stand for an „i“ and the other way round, so both are read as one
    same = joined.replace("l", "i")
    if any(part.replace("l", "i") in same for part in _OFFICE_PARTS):
        return True
    return joined in _OFFICE_WORDS or any(word in _OFFICE_WORDS or word.startswith("admin") for word in words)


def looks_like_contact(name: str) -> bool:
    """Whether a display name is a mail or web address, which would be public."""
    return "@" in name or "://" in name or name.casefold().startswith("www.")


def is_possible_year(year: int, now: datetime) -> bool:
    """Whether somebody living can have been born in that year."""
    return now.year - _OLDEST <= year <= now.year


def is_old_enough(birth_year: int, min_age: int, now: datetime) -> bool:
    """Whether the person reaches the minimum age in this calendar year (only the year is known)."""
    return now.year - birth_year >= max(min_age, MIN_AGE)


def welcome_is_done(
    *, display_name: str | None, birth_year: int | None, terms_version: str | None, min_age: int | None, now: datetime
) -> bool:
    """Whether somebody has a name, the age and has accepted the present terms: then they may take part."""
    return bool(display_name and birth_year and terms_version == TERMS_VERSION and is_old_enough(birth_year, min_age or MIN_AGE, now))


def session_holds(*, created_at: datetime, seen_on: datetime, expires_at: datetime, staff: bool, now: datetime) -> bool:
    """Whether a session still counts. `seen_on` is the start of the day, so a day is granted on top."""
    if now >= expires_at or now - seen_on >= SESSION_IDLE + timedelta(days=1):
        return False
    return not staff or now - created_at < STAFF_SESSION_HOLDS


def second_factor_holds(given_at: datetime | None, now: datetime) -> bool:
    """Whether a second factor given then still counts."""
    return given_at is not None and now - given_at < SECOND_FACTOR_HOLDS
