"""What people may demand of the draw: their seat ends with their account."""

import secrets
from collections.abc import Collection
from datetime import datetime
from typing import cast

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from beteiligung import audit
from beteiligung.audit import AuditEntry
from beteiligung.chain import unchained
from beteiligung.council import seating
from beteiligung.council.models import CouncilSeat, Draw, DrawFile, DrawPerson, Replacement


def erase(session: Session, account_id: int, now: datetime) -> None:
    """End the seats of an account that is erased, and take the person off the lists; somebody follows.

    Pseudonym, features and household stay: the published hash of the pool holds over them, and they name nobody.
    """
    mine = select(CouncilSeat.person_id).where(CouncilSeat.account_id == account_id, col(CouncilSeat.person_id).is_not(None))
    people = session.exec(mine).all()
    for seat in session.exec(select(CouncilSeat).where(CouncilSeat.account_id == account_id, CouncilSeat.state == "accepted")).all():
        seating.resign(session, seat, now)
    blank = dict.fromkeys(("given_id", "given_name", "family_name", "street", "postcode", "town", "email"), "")
    session.execute(update(DrawPerson).where(col(DrawPerson.id).in_(people)).values(**blank, nonce=secrets.token_hex(16)))
    session.execute(update(CouncilSeat).where(col(CouncilSeat.person_id).in_(people)).values(person_id=None))


def forget_examples(session: Session, account_ids: Collection[int]) -> None:
    """Delete the draws in which example people sit: they are examples themselves."""
    numbers = set(session.exec(select(CouncilSeat.draw_id).where(col(CouncilSeat.account_id).in_(account_ids))).all())
    seats = session.exec(select(CouncilSeat.id).where(col(CouncilSeat.draw_id).in_(numbers))).all()
    subjects = [*(f"draw:{number}" for number in numbers), *(f"seat:{number}" for number in seats)]
    session.execute(delete(AuditEntry).where(col(AuditEntry.subject).in_(subjects), unchained(audit.CHAIN, col(AuditEntry.id))))
    for model in (Replacement, CouncilSeat, DrawFile, DrawPerson):
        session.execute(delete(model).where(col(cast("type[DrawFile]", model).draw_id).in_(numbers)))
    session.execute(delete(Draw).where(col(Draw.id).in_(numbers)))
