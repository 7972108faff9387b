"""The only writer of accounts, sign-in mails and profiles (sessions: logins.py, roles: offices.py). Never commits."""

import hmac
import secrets
from datetime import datetime, timedelta
from email.message import EmailMessage
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import CursorResult, func, update
from sqlmodel import Session, col, delete, or_, select

from beteiligung import audit
from beteiligung.db import require, upsert
from beteiligung.errors import Invalid
from beteiligung.i18n import LANGUAGE, _, localized, said
from beteiligung.identity import kiosk, residence, rules, school
from beteiligung.identity.logins import SignedIn, account_for, region_of, start
from beteiligung.identity.mails import compose
from beteiligung.identity.models import Account, Draft, LoginSession, Residence, SignIn
from beteiligung.jobs import Job, enqueue
from beteiligung.places.models import Region
from beteiligung.settings import settings
from beteiligung.web.http import keyed_hash
from beteiligung.web.render import render

_NEXT_LENGTH = 1_000


class Problem(StrEnum):
    """Why a link or a code signs nobody in; each has its own page."""

    WRONG = "wrong"
    OLD = "old"
    USED = "used"
    OTHER_BROWSER = "browser"
    NO_REQUEST = "no_request"
    """This browser has asked for no mail, or keeps no cookies."""
    TOO_MANY = "too_many"
    """No more guesses at this code; a new mail helps."""
    CODE_CLOSED = "code_closed"
    """Too many wrong codes for this address today; its links work."""
    WRONG_CODE = "code"


# The mail


def link_token(sign_in_id: int, nonce: str) -> str:
    """Return the secret of the mail's link: HMAC over id and nonce, 64 hex digits, stored nowhere."""
    return keyed_hash("sign-in", sign_in_id, nonce)


def code_of(sign_in_id: int, nonce: str) -> str:
    """Return the six digits of the mail, derived like the link and stored nowhere."""
    return f"{int(keyed_hash('sign-in-code', sign_in_id, nonce), 16) % 1_000_000:06d}"


def request_sign_in(session: Session, email: str, browser: str, next_path: str, now: datetime) -> int:
    """Note that somebody wants to sign in and queue the mail; returns the row's id.

    Whether the address has an account is not even asked: the answer and its time are the same.
    """
    row = SignIn(
        email=email,
        nonce=secrets.token_urlsafe(24),
        browser=browser,
        next_path=next_path if len(next_path) <= _NEXT_LENGTH else "/",
        created_at=now,
        expires_at=now + rules.LINK_HOLDS,
    )
    session.add(row)
    session.flush()
    sign_in_id = cast(int, row.id)
    enqueue(session, Job.SEND_SIGN_IN, now, id=sign_in_id, **said())
    return sign_in_id


def sign_in_message(session: Session, sign_in_id: int, now: datetime) -> EmailMessage | None:
    """Return the mail of a request; None where it was used, has expired, was sent, or is gone."""
    row = session.get(SignIn, sign_in_id)
    if row is None or row.used_at or row.sent_at or row.expires_at <= now:
        return None
    context = {
        "lang": LANGUAGE.get(),
        "site": _("Beteiligung"),
        "link": settings().base_url + localized(f"/anmelden/link/{sign_in_id}/{link_token(sign_in_id, row.nonce)}"),
        "code": code_of(sign_in_id, row.nonce),
        "minutes": int(rules.LINK_HOLDS.total_seconds()) // 60,
    }
    return compose(
        to=row.email,
        subject=_("Ihre Anmeldung"),
        text=render("email/sign_in.txt", **context),
        html=render("email/sign_in.html", **context),
        key=f"sign-in:{sign_in_id}",
        at=row.created_at,
    )


def mark_sent(session: Session, sign_in_id: int, now: datetime) -> None:
    """Record that the mail has left."""
    session.execute(update(SignIn).where(col(SignIn.id) == sign_in_id).values(sent_at=now))


# Link and code


def link_problem(session: Session, sign_in_id: int, token: str, browser: str | None, now: datetime) -> Problem | None:
    """Say why this link would sign nobody in, None where it would. Changes nothing: mail scanners open links.

    The token is looked at first, so that nobody without the mail learns which requests exist.
    """
    return _problem(session.get(SignIn, sign_in_id), token, browser, now)


def _problem(row: SignIn | None, token: str, browser: str | None, now: datetime) -> Problem | None:
    right = link_token(cast(int, row.id), row.nonce) if row else "-" * 64
    if not hmac.compare_digest(right.encode(), token.encode()) or row is None:
        return Problem.WRONG
    if row.used_at:
        return Problem.USED
    if row.expires_at <= now:
        return Problem.OLD
    return None if browser and hmac.compare_digest(row.browser, browser) else Problem.OTHER_BROWSER


def consume_link(
    session: Session, sign_in_id: int, token: str, browser: str | None, now: datetime, *, old_session: str | None = None
) -> SignedIn | Problem:
    """Use up the link and open a session, once; `old_session` (the browser's present one) ends."""
    row = session.get(SignIn, sign_in_id)
    problem = _problem(row, token, browser, now)
    return problem or _sign_in(session, cast(SignIn, row), now, old_session)


def consume_code(
    session: Session, sign_in_id: int | None, code: str, browser: str | None, now: datetime, *, old_session: str | None = None
) -> SignedIn | Problem:
    """Use up the request by its six digits, from the browser that asked; five guesses each, counted before comparing.

    Without an id the browser's newest request is meant. The caller must commit a Problem too, or guesses were free.
    """
    statement = select(SignIn).where(SignIn.browser == (browser or "")).order_by(col(SignIn.id).desc()).limit(1)
    row = session.exec(statement if sign_in_id is None else statement.where(SignIn.id == sign_in_id)).first()
    if row is None:
        return Problem.NO_REQUEST
    problem = Problem.USED if row.used_at else Problem.OLD if row.expires_at <= now else None
    if problem is None and _wrong_today(session, row.email, now) >= rules.MAX_CODE_ATTEMPTS_A_DAY:
        problem = Problem.CODE_CLOSED
    if problem:
        return problem
    counted = session.execute(
        update(SignIn)
        .where(col(SignIn.id) == row.id, col(SignIn.attempts) < rules.MAX_CODE_ATTEMPTS, col(SignIn.used_at).is_(None))
        .values(attempts=SignIn.attempts + 1)
    )
    if cast(CursorResult[Any], counted).rowcount != 1:
        return Problem.TOO_MANY
    if not hmac.compare_digest(code_of(cast(int, row.id), row.nonce).encode(), code.encode()):
        return Problem.WRONG_CODE
    return _sign_in(session, row, now, old_session)


def _wrong_today(session: Session, email: str, now: datetime) -> int:
    return session.exec(
        select(func.coalesce(func.sum(SignIn.attempts), 0)).where(
            SignIn.email == email, col(SignIn.used_at).is_(None), col(SignIn.created_at) > now - timedelta(days=1)
        )
    ).one()


def _sign_in(session: Session, row: SignIn, now: datetime, old_session: str | None) -> SignedIn | Problem:
    used = session.execute(
        update(SignIn).where(col(SignIn.id) == row.id, col(SignIn.used_at).is_(None), col(SignIn.expires_at) > now).values(used_at=now)
    )
    if cast(CursorResult[Any], used).rowcount != 1:
        return Problem.USED  # a second press of the button, at the same moment
    return start(session, account_for(session, row.email, now), now, old_session=old_session, next_path=row.next_path)


# Cleaning up


def clean_up(session: Session, now: datetime) -> dict[str, int]:
    """Delete what has run out; returns how many rows of each."""
    idle = now - rules.SESSION_IDLE - timedelta(days=1)
    gone = {
        "sessions": delete(LoginSession).where(or_(col(LoginSession.expires_at) <= now, col(LoginSession.seen_on) <= idle)),
        "sign_ins": delete(SignIn).where(col(SignIn.created_at) <= now - rules.SIGN_IN_KEPT),
        "drafts": delete(Draft).where(col(Draft.created_at) <= now - rules.DRAFT_HOLDS),
    }
    for part in (residence, school, kiosk):
        part.clean_up(session, now)
    return {name: cast(CursorResult[Any], session.execute(statement)).rowcount for name, statement in gone.items()}


# The person


def complete_welcome(
    session: Session, account_id: int, *, display_name: str, birth_year: str, municipality: str, terms: bool, now: datetime
) -> None:
    """Store what the welcome page asks. Raises Invalid with a message per field; then nothing is stored."""
    errors: dict[str, str] = {}
    name = _checked_name(display_name, errors)
    home, region = _checked_home(session, municipality, errors)
    year = int(birth_year) if birth_year.isascii() and birth_year.isdigit() and len(birth_year) == 4 else None
    if year is None or not rules.is_possible_year(year, now):
        errors["birth_year"] = _("Bitte geben Sie Ihr Geburtsjahr mit vier Ziffern an, zum Beispiel 1985.")
    elif not rules.is_old_enough(year, region.min_age if region else rules.MIN_AGE, now):
        errors["birth_year"] = _(
            "Mitmachen können Sie ab {age} Jahren. Lesen können Sie hier schon jetzt alles. Wir haben nichts gespeichert."
        ).format(age=region.min_age if region else rules.MIN_AGE)
    if not terms:
        errors["terms"] = _("Bitte stimmen Sie den Regeln zu. Ohne die Regeln geht es nicht.")
    if errors:
        raise Invalid(_("Bitte sehen Sie sich die markierten Felder an. Ihre Eingaben sind noch da."), errors)
    account = require(session, Account, account_id, _("Dieses Konto gibt es nicht mehr."))
    before = region_of(session, account.municipality_id)
    account.display_name, account.birth_year, account.municipality_id = name, year, home
    account.terms_version, account.terms_accepted_at = rules.TERMS_VERSION, now
    session.add(account)
    residence.home_changed(session, account_id, before, region, now)


def change_profile(session: Session, account_id: int, *, display_name: str, municipality: str, now: datetime) -> None:
    """Change name and home municipality. Raises Invalid with a message per field; then nothing is changed."""
    errors: dict[str, str] = {}
    name = _checked_name(display_name, errors)
    home, region = _checked_home(session, municipality, errors)
    account = require(session, Account, account_id, _("Dieses Konto gibt es nicht mehr."))
    if region and account.birth_year and not rules.is_old_enough(account.birth_year, region.min_age, now):
        errors["municipality"] = _("In dieser Region können Sie ab {age} Jahren mitmachen.").format(age=region.min_age)
    if errors:
        raise Invalid(_("Bitte sehen Sie sich die markierten Felder an. Ihre Eingaben sind noch da."), errors)
    before = region_of(session, account.municipality_id)
    account.display_name, account.municipality_id = name, home
    session.add(account)
    residence.home_changed(session, account_id, before, region, now)


def _checked_name(typed: str, errors: dict[str, str]) -> str:
    name = rules.clean_name(typed)
    if len(name) not in rules.NAME_LENGTH:
        errors["display_name"] = _("Ihr Name braucht 2 bis 40 Zeichen.")
    elif rules.looks_like_contact(name):
        errors["display_name"] = _("Dieser Name ist für alle sichtbar. Bitte nehmen Sie keine Mail- oder Internetadresse.")
    elif rules.sounds_official(name):
        errors["display_name"] = _("Dieser Name klingt nach einem Amt. Bitte wählen Sie einen anderen, damit niemand Sie verwechselt.")
    return name


def _checked_home(session: Session, typed: str, errors: dict[str, str]) -> tuple[int | None, Region | None]:
    if not typed:
        return None, None
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
    region = region_of(session, number)
    if region is None:
        errors["municipality"] = _("Bitte wählen Sie Ihren Ort aus der Liste oder lassen Sie das Feld leer.")
        return None, None
    return number, region


def confirm_residence(
    session: Session, account_id: int, region_id: int, now: datetime, *, until: datetime | None = None, by: int | None = None
) -> None:
    """Confirm that somebody lives in a region, for two years unless said otherwise."""
    upsert(
        session,
        Residence,
        {"account_id": account_id, "region_id": region_id},
        {"confirmed_at": now, "until": until or now + rules.RESIDENCE_HOLDS},
    )
    audit.record(session, "residence_confirmed", f"account:{account_id}", now, account_id=by, region_id=region_id)
