"""The only writer of second factors: passkeys, the app's codes, printed codes, the lock, the reset. Never commits."""

import base64
import hmac
import logging
import secrets
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import CursorResult, func, update
from sqlmodel import Session, col, delete, or_, select

from beteiligung import audit
from beteiligung.db import insert_missing, upsert
from beteiligung.errors import Conflict, Forbidden, Invalid
from beteiligung.i18n import _
from beteiligung.identity import factor_rules as rules
from beteiligung.identity import logins, notices
from beteiligung.identity.factor_models import Passkey, PasskeyChallenge, RecoveryCode, SecondFactor
from beteiligung.identity.models import Account, Role
from beteiligung.identity.rules import clean_name
from beteiligung.web.http import keyed_hash

log = logging.getLogger(__name__)


class Try(StrEnum):
    """What came of a try. The caller commits each: a wrong one has been counted."""

    RIGHT = "right"
    WRONG = "wrong"
    LOCKED = "locked"


def _try(session: Session, account_id: int, now: datetime, is_right: Callable[[], bool]) -> Try:
    """Count a try before looking at it, so that no number of parallel ones gets more than five."""
    insert_missing(session, SecondFactor, account_id=account_id, failures=0, totp_step=0)
    mine = col(SecondFactor.account_id) == account_id
    session.execute(update(SecondFactor).where(mine, col(SecondFactor.locked_until) <= now).values(failures=0, locked_until=None))
    counted = session.execute(
        update(SecondFactor)
        .where(mine, col(SecondFactor.locked_until).is_(None), col(SecondFactor.failures) < rules.MAX_FAILURES)
        .values(failures=SecondFactor.failures + 1)
    )
    if cast(CursorResult[Any], counted).rowcount != 1:
        return Try.LOCKED
    if is_right():
        session.execute(update(SecondFactor).where(mine).values(failures=0, locked_until=None))
        return Try.RIGHT
    session.execute(
        update(SecondFactor).where(mine, col(SecondFactor.failures) >= rules.MAX_FAILURES).values(locked_until=now + rules.LOCKED_FOR)
    )
    return Try.WRONG


# Passkeys


def challenge(session: Session, session_id: str, ceremony: str, value: str, now: datetime) -> None:
    """Keep what this session's browser has to sign next; an earlier one holds no longer."""
    key = {"session_id": session_id, "ceremony": ceremony}
    upsert(session, PasskeyChallenge, key, {"challenge": value, "expires_at": now + rules.CHALLENGE_HOLDS})


def take_challenge(session: Session, session_id: str, ceremony: str, now: datetime) -> str | None:
    """Use a challenge up; None where there is none or it is too old."""
    row = session.exec(
        select(PasskeyChallenge).where(PasskeyChallenge.session_id == session_id, PasskeyChallenge.ceremony == ceremony)
    ).first()
    if row is None:
        return None
    gone = session.execute(
        delete(PasskeyChallenge).where(
            col(PasskeyChallenge.session_id) == session_id,
            col(PasskeyChallenge.ceremony) == ceremony,
            col(PasskeyChallenge.challenge) == row.challenge,
        )
    )
    return row.challenge if cast(CursorResult[Any], gone).rowcount == 1 and row.expires_at > now else None


def add_passkey(session: Session, account_id: int, *, credential: str, public_key: str, sign_count: int, name: str, now: datetime) -> None:
    """Add a verified passkey. Raises Conflict where the account has ten or the key is known."""
    count = session.exec(select(func.count()).select_from(Passkey).where(Passkey.account_id == account_id)).one()
    known = session.exec(select(Passkey.id).where(Passkey.credential == credential)).first()
    if known or count >= rules.MOST_PASSKEYS:
        raise Conflict(_("Dieser Schlüssel ist schon eingerichtet, oder Sie haben schon zehn."))
    session.add(
        Passkey(
            account_id=account_id,
            credential=credential,
            public_key=public_key,
            sign_count=sign_count,
            name=_key_name(name, count),
            created_on=_day(now),
        )
    )
    notices.tell(session, account_id, "factor_added", now)


def _key_name(typed: str, count: int) -> str:
    return clean_name(typed)[: rules.NAME_LENGTH] or _("Schlüssel {number}").format(number=count + 1)


def _day(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def prove_by_passkey(session: Session, account_id: int, credential: str, now: datetime, check: Callable[[str, int], int | None]) -> Try:
    """Take a passkey's signature; `check(public key, last count)` returns the new count, or None where it proves nothing."""
    row = session.exec(select(Passkey).where(Passkey.account_id == account_id, Passkey.credential == credential)).first()

    def is_right() -> bool:
        count = check(row.public_key, row.sign_count) if row else None
        if row is None or count is None:
            return False
        seen = session.execute(
            update(Passkey)
            .where(col(Passkey.id) == row.id, or_(col(Passkey.sign_count) < count, col(Passkey.sign_count) == 0))
            .values(sign_count=count, used_on=_day(now))
        )
        return cast(CursorResult[Any], seen).rowcount == 1

    return _try(session, account_id, now, is_right)


def rename_passkey(session: Session, account_id: int, passkey_id: int, name: str) -> None:
    """Give a passkey another name."""
    mine = (col(Passkey.id) == passkey_id, col(Passkey.account_id) == account_id)
    session.execute(update(Passkey).where(*mine).values(name=_key_name(name, 0)))


def remove_passkey(session: Session, account_id: int, passkey_id: int, now: datetime, *, proven: bool) -> None:
    """Take a passkey away. Raises Forbidden for the last way."""
    _check_removal(session, account_id, proven=proven)
    gone = session.execute(delete(Passkey).where(col(Passkey.id) == passkey_id, col(Passkey.account_id) == account_id))
    if cast(CursorResult[Any], gone).rowcount:
        notices.tell(session, account_id, "factor_removed", now)


def _check_removal(session: Session, account_id: int, *, proven: bool) -> None:
    count = session.exec(select(func.count()).select_from(Passkey).where(Passkey.account_id == account_id)).one()
    if not rules.may_remove(passkeys=count, app=has_app(session, account_id), proven=proven):
        raise Forbidden(_("Das ist Ihr einziger zweiter Schritt. Richten Sie zuerst einen anderen ein."))


# The app


def has_app(session: Session, account_id: int) -> bool:
    """Whether an app has been set up and shown a right code."""
    row = session.get(SecondFactor, account_id)
    return row is not None and row.totp_confirmed_at is not None


def app_secret(account_id: int, nonce: str) -> str:
    """Return the app's secret in Base32: 160 bits derived by HMAC, stored nowhere."""
    return base64.b32encode(bytes.fromhex(keyed_hash("totp", account_id, nonce))[:20]).decode("ascii")


def begin_app(session: Session, account_id: int, *, again: bool = False) -> str:
    """Return a new secret for an app; it counts once a code of it was typed. `again` shows the one shown before.

    Somebody else may have begun, and seen a secret, before the account had its first way: that one never counts.
    """
    row = session.get(SecondFactor, account_id)
    if row is not None and row.totp_confirmed_at is not None:
        raise Conflict(_("Sie haben schon eine App eingerichtet. Entfernen Sie sie zuerst."))
    if row is None:
        row = SecondFactor(account_id=account_id)
    row.totp_nonce = (again and row.totp_nonce) or secrets.token_urlsafe(24)
    session.add(row)
    session.flush()
    return app_secret(account_id, row.totp_nonce)


def confirm_app(session: Session, account_id: int, code: str, now: datetime) -> Try:
    """Take the first code of an app: from now on it counts."""
    outcome = _try(session, account_id, now, lambda: _app_code_fits(session, account_id, code, now))
    if outcome is Try.RIGHT:
        session.execute(update(SecondFactor).where(col(SecondFactor.account_id) == account_id).values(totp_confirmed_at=now))
        notices.tell(session, account_id, "factor_added", now)
    return outcome


def _app_code_fits(session: Session, account_id: int, code: str, now: datetime) -> bool:
    import pyotp

    row = session.exec(select(SecondFactor).where(SecondFactor.account_id == account_id).execution_options(populate_existing=True)).one()
    if row.totp_nonce is None:
        return False
    totp = pyotp.TOTP(app_secret(account_id, row.totp_nonce), interval=rules.TOTP_SECONDS)
    present = rules.step_of(now)
    steps = range(present - rules.TOTP_WINDOW, present + rules.TOTP_WINDOW + 1)
    fitting = [step for step in steps if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode())]
    if not fitting:
        return False
    taken = session.execute(  # each half minute once, also when two browsers send the same code
        update(SecondFactor)
        .where(col(SecondFactor.account_id) == account_id, col(SecondFactor.totp_step) < fitting[-1])
        .values(totp_step=fitting[-1])
    )
    return cast(CursorResult[Any], taken).rowcount == 1


def remove_app(session: Session, account_id: int, now: datetime, *, proven: bool) -> None:
    """Take the app away. Raises Forbidden for the last way."""
    _check_removal(session, account_id, proven=proven)
    session.execute(
        update(SecondFactor).where(col(SecondFactor.account_id) == account_id).values(totp_nonce=None, totp_confirmed_at=None, totp_step=0)
    )
    notices.tell(session, account_id, "factor_removed", now)


# Printed codes


def new_codes(session: Session, account_id: int) -> list[str]:
    """Return ten new printed codes; earlier ones end. They can be read this once only."""
    codes = ["".join(secrets.choice(rules.CODE_LETTERS) for _ in range(rules.CODE_LENGTH)) for _ in range(rules.CODES)]
    session.execute(delete(RecoveryCode).where(col(RecoveryCode.account_id) == account_id))
    session.add_all(RecoveryCode(account_id=account_id, code=_hashed(account_id, code)) for code in codes)
    return codes


def _hashed(account_id: int, code: str) -> str:
    return keyed_hash("recovery-code", account_id, code)


def prove_by_code(session: Session, account_id: int, typed: str, now: datetime) -> Try:
    """Take what somebody typed: six digits of the app, or a printed code, each once. Raises Invalid for neither; that costs no try."""
    code = rules.clean_code(typed)
    if rules.is_app_code(code):
        ready = has_app(session, account_id)
        return _try(session, account_id, now, lambda: ready and _app_code_fits(session, account_id, code, now))
    if not rules.is_printed_code(code):
        raise Invalid(_("Bitte prüfen Sie den Code."), {"code": _("Der Code der App hat sechs Ziffern, ein gedruckter zehn Zeichen.")})

    def is_right() -> bool:
        used = session.execute(
            update(RecoveryCode)
            .where(
                col(RecoveryCode.account_id) == account_id,
                col(RecoveryCode.code) == _hashed(account_id, code),
                col(RecoveryCode.used_at).is_(None),
            )
            .values(used_at=now)
        )
        return cast(CursorResult[Any], used).rowcount == 1

    outcome = _try(session, account_id, now, is_right)
    if outcome is Try.RIGHT:
        notices.tell(session, account_id, "recovery_used", now)
    return outcome


# Reset by a second person


def reset(session: Session, subject_id: int, now: datetime, *, by: int, operator: bool, clerk_of: frozenset[int]) -> None:
    """Take all of somebody's second factors away, end their sessions and tell them. Raises Forbidden."""
    regions = frozenset(
        session.exec(
            select(Role.region_id).where(Role.account_id == subject_id, or_(col(Role.until).is_(None), col(Role.until) > now))
        ).all()
    )
    if not rules.may_reset(operator=operator, clerk_of=clerk_of, account_id=by, subject_id=subject_id, subject_regions=regions):
        raise Forbidden(_("Das dürfen nur die Technik oder die Verwaltung derselben Region, und niemand bei sich selbst."))
    session.get_one(Account, subject_id)
    for model in (Passkey, RecoveryCode, SecondFactor):
        session.execute(delete(model).where(col(model.account_id) == subject_id))
    logins.sign_out_everywhere(session, subject_id)
    region = next(iter(regions)) if len(regions) == 1 else None
    audit.record(session, "second_factor_reset", f"account:{subject_id}", now, account_id=by, region_id=region)
    notices.tell(session, subject_id, "factor_reset", now)
