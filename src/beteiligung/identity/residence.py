"""Confirmed residence: who lives here, once per person. Writes residences, codes of letters and numbers for the counter; never commits."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import CursorResult, delete, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from beteiligung import audit
from beteiligung.clock import berlin_date
from beteiligung.db import upsert
from beteiligung.errors import Conflict, Invalid
from beteiligung.i18n import _
from beteiligung.identity import codes
from beteiligung.identity import residence_rules as rules
from beteiligung.identity.models import Residence
from beteiligung.identity.residence_models import CounterTicket, ResidenceCode
from beteiligung.jobs import Job, enqueue
from beteiligung.places.models import Region
from beteiligung.web.http import keyed_hash

_LETTER = "residence-code"
_COUNTER = "residence-counter"


class Taken(Conflict):
    """Another account is confirmed for this person in this region."""


class WrongCode(StrEnum):
    """Why a letter's code confirms nobody."""

    WRONG = "wrong"
    OTHER_PERSON = "person"
    USED = "used"
    OLD = "old"
    TOO_MANY = "too_many"


@dataclass(frozen=True)
class Expiring:
    """A confirmation that ends soon, for the reminder."""

    account_id: int
    region_slug: str
    region_name: str
    until: date


def fingerprint(region_id: int, given_name: str, family_name: str, born: date) -> str:
    """Return what stands for a person in a region: HMAC(secret key, region, normalised name, date of birth) in hex.

    Raises Invalid where the name has no letters. Name and date are stored nowhere.
    """
    key = rules.same_person_key(given_name, family_name, born)
    if not key:
        raise Invalid(_("Bitte geben Sie Vorname und Nachname an."), {"given_name": _("Bitte geben Sie Vorname und Nachname an.")})
    return keyed_hash("person", region_id, key)


def confirm(
    session: Session, account_id: int, region_id: int, *, channel: str, fingerprint: str, now: datetime, by: int | None = None
) -> None:
    """Confirm that the account's person lives in the region, for two years; again prolongs it.

    The person's votes move over by a job. Raises Taken where the person has another confirmed account there.
    """
    if not rules.is_channel(channel):
        raise ValueError(channel)
    other = session.exec(
        select(Residence).where(Residence.region_id == region_id, Residence.fingerprint == fingerprint, Residence.account_id != account_id)
    ).first()
    if other is not None and not rules.has_lapsed(other.until, now):
        raise _taken(session, region_id)
    if other is not None:
        lapse(session, other.account_id, region_id, now, reason="expired")
    key = {"account_id": account_id, "region_id": region_id}
    values = {"confirmed_at": now, "until": rules.holds_until(now), "channel": channel, "fingerprint": fingerprint}
    try:
        with session.begin_nested():
            upsert(session, Residence, key, values)
    except IntegrityError as error:  # both accounts at the same moment
        raise _taken(session, region_id) from error
    audit.record(session, "residence_confirmed", f"account:{account_id}", now, account_id=by, region_id=region_id, channel=channel)
    enqueue(session, Job.MOVE_VOTES, now, account=account_id)


def _taken(session: Session, region_id: int) -> Taken:
    region = session.get_one(Region, region_id)
    return Taken(
        _(
            "Mit diesem Namen und Geburtsdatum ist für {region} schon ein anderes Konto bestätigt. Jede Person hat dort ein bestätigtes "
            "Konto, damit jede Stimme einmal zählt. Haben Sie noch ein Konto? Dann melden Sie sich damit an oder klicken Sie dort auf "
            "„Ich bin umgezogen“, danach geht es hier. Kennen Sie kein anderes Konto, dann wenden Sie sich bitte an die Verwaltung. "
            "Die Adresse steht im Impressum."
        ).format(region=region.name)
    )


def lapse(session: Session, account_id: int, region_id: int, now: datetime, *, reason: str, by: int | None = None) -> bool:
    """End a confirmation (reason: moved, expired or withdrawn); the votes move back by a job. Tells whether there was one."""
    gone = session.execute(delete(Residence).where(col(Residence.account_id) == account_id, col(Residence.region_id) == region_id))
    if cast(CursorResult[Any], gone).rowcount == 0:
        return False
    audit.record(session, "residence_lapsed", f"account:{account_id}", now, account_id=by, region_id=region_id, reason=reason)
    enqueue(session, Job.MOVE_VOTES, now, account=account_id)
    return True


def home_changed(session: Session, account_id: int, before: Region | None, after: Region | None, now: datetime) -> None:
    """Follow a change of the home region (None for no answer): who moved away is confirmed elsewhere no longer."""
    if before == after:
        return
    if after is not None:
        rows = session.exec(select(Residence.region_id).where(Residence.account_id == account_id, Residence.region_id != after.id)).all()
        for region_id in rows:
            lapse(session, account_id, region_id, now, reason="moved")
    enqueue(session, Job.MOVE_VOTES, now, account=account_id)  # at home or from outside: that too is another ballot box


def lapse_expired(session: Session, now: datetime) -> int:
    """End every confirmation whose time is over; returns how many."""
    rows = session.exec(
        select(Residence.account_id, Residence.region_id)
        .where(col(Residence.until) <= now)
        .order_by(col(Residence.account_id), col(Residence.region_id))
    ).all()
    return sum(lapse(session, account_id, region_id, now, reason="expired") for account_id, region_id in rows)


def expiring(session: Session, now: datetime) -> list[Expiring]:
    """Return the confirmations that end within 30 days."""
    return [one for one, until in _ending(session, now + rules.REMIND_BEFORE) if rules.is_to_be_reminded(until, now)]


def expired(session: Session, now: datetime) -> list[Expiring]:
    """Return the confirmations whose time is over and that have not been ended yet."""
    return [one for one, until in _ending(session, now) if rules.has_lapsed(until, now)]


def _ending(session: Session, before: datetime) -> list[tuple[Expiring, datetime]]:
    rows = session.exec(
        select(Residence, Region)
        .join(Region, col(Region.id) == col(Residence.region_id))
        .where(col(Residence.until) <= before)
        .order_by(col(Residence.account_id))
    ).all()
    return [(Expiring(row.account_id, region.slug, region.name, berlin_date(row.until)), row.until) for row, region in rows]


# Letters


def add_codes(session: Session, run_id: int, region_id: int, fingerprints: list[str], expires_at: datetime) -> list[str]:
    """Add the codes of a batch of letters and return them in the order of the people. An open code of the same person ends."""
    for start in range(0, len(fingerprints), 500):
        session.execute(
            delete(ResidenceCode).where(
                col(ResidenceCode.region_id) == region_id,
                col(ResidenceCode.fingerprint).in_(fingerprints[start : start + 500]),
                col(ResidenceCode.run_id) != run_id,
                col(ResidenceCode.used_at).is_(None),
            )
        )
    rows = [
        ResidenceCode(run_id=run_id, region_id=region_id, fingerprint=one, nonce=secrets.token_urlsafe(18), expires_at=expires_at)
        for one in fingerprints
    ]
    session.add_all(rows)
    session.flush()
    return [codes.code_of(_LETTER, cast(int, row.id), row.nonce) for row in rows]


def forget_codes(session: Session, run_id: int) -> None:
    """Delete the codes of a run that is made anew: letters nobody has."""
    session.execute(delete(ResidenceCode).where(col(ResidenceCode.run_id) == run_id))


def use_code(
    session: Session, account_id: int, typed: str, given_name: str, family_name: str, born: date, now: datetime
) -> WrongCode | int:
    """Confirm by the code of a letter and the name and birthday of who got it; returns the region, or why not.

    The caller must commit a WrongCode too, or guesses at the birthday were free. Raises Invalid, Taken.
    """
    code = codes.typed_code(typed)
    number = codes.row_of(code) if code else None
    row = session.get(ResidenceCode, number) if number else None
    if code is None or row is None or not codes.is_right(code, _LETTER, cast(int, row.id), row.nonce):
        return WrongCode.WRONG
    problem = WrongCode.USED if row.used_at else WrongCode.OLD if row.expires_at <= now else None
    if problem:
        return problem
    if fingerprint(row.region_id, given_name, family_name, born) != row.fingerprint:
        return WrongCode.OTHER_PERSON if _count_attempt(session, row) else WrongCode.TOO_MANY
    used = session.execute(
        update(ResidenceCode)
        .where(col(ResidenceCode.id) == row.id, col(ResidenceCode.used_at).is_(None), col(ResidenceCode.attempts) < rules.WRONG_PERSONS)
        .values(used_at=now)
    )
    if cast(CursorResult[Any], used).rowcount != 1:
        return WrongCode.USED if row.attempts < rules.WRONG_PERSONS else WrongCode.TOO_MANY
    confirm(session, account_id, row.region_id, channel="letter", fingerprint=row.fingerprint, now=now)
    return row.region_id


def _count_attempt(session: Session, row: ResidenceCode) -> bool:
    counted = session.execute(
        update(ResidenceCode)
        .where(col(ResidenceCode.id) == row.id, col(ResidenceCode.attempts) < rules.WRONG_PERSONS)
        .values(attempts=ResidenceCode.attempts + 1)
    )
    return cast(CursorResult[Any], counted).rowcount == 1


# The counter


def ask_for_number(session: Session, account_id: int, now: datetime) -> None:
    """Give the account a new number for the counter, for a quarter of an hour, that nobody else has at the moment."""
    taken = {number_of(row) for row in session.exec(select(CounterTicket).where(CounterTicket.account_id != account_id))}
    nonce = secrets.token_urlsafe(18)
    while codes.six_digits(_COUNTER, account_id, nonce) in taken:
        nonce = secrets.token_urlsafe(18)
    upsert(session, CounterTicket, {"account_id": account_id}, {"nonce": nonce, "expires_at": now + rules.TICKET_HOLDS})


def number_of(ticket: CounterTicket) -> str:
    """Return the six digits of a ticket."""
    return codes.six_digits(_COUNTER, ticket.account_id, ticket.nonce)


def confirm_at_counter(
    session: Session, clerk_account_id: int, region_id: int, number: str, given_name: str, family_name: str, born: date, now: datetime
) -> None:
    """Confirm who stands at the counter, by the number on their account page and their identity card.

    Raises Invalid (field `number`) where no account shows this number now, Taken, and Conflict for the clerk's own account.
    """
    digits = "".join(number.split())
    open_now = session.exec(select(CounterTicket).where(col(CounterTicket.expires_at) > now)).all()
    ticket = next((row for row in open_now if number_of(row) == digits), None)
    if ticket is None:
        message = _("Diese Nummer gilt nicht oder nicht mehr. Bitte lassen Sie sich auf dem Gerät eine neue Nummer zeigen.")
        raise Invalid(_("Bitte prüfen Sie die markierten Felder."), {"number": message})
    if ticket.account_id == clerk_account_id:
        raise Conflict(_("Den eigenen Wohnort bestätigt eine andere Person der Verwaltung."))
    account_id = ticket.account_id
    person = fingerprint(region_id, given_name, family_name, born)
    confirm(session, account_id, region_id, channel="counter", fingerprint=person, now=now, by=clerk_account_id)
    session.execute(delete(CounterTicket).where(col(CounterTicket.account_id) == account_id))


def clean_up(session: Session, now: datetime) -> None:
    """Delete codes and numbers that have run out; a used or old code is remembered for four weeks, for a kind answer."""
    session.execute(delete(ResidenceCode).where(col(ResidenceCode.expires_at) <= now - rules.CODE_HOLDS / 2))
    session.execute(delete(CounterTicket).where(col(CounterTicket.expires_at) <= now))
