"""What people tell of their own will for statistics, kept apart from their account. Never commits.

The row's name is HMAC(vote key, „demographic“, account): a copy of the database joins it neither with an account nor with
a vote, whose pseudonyms are others. Only a worker, which knows the key, puts them together (`facts_of`).
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, delete, select

from beteiligung.db import upsert
from beteiligung.errors import Invalid
from beteiligung.i18n import _
from beteiligung.identity.residence_models import AGE_BANDS, SEXES, Demographic
from beteiligung.identity.vote_key import check_key
from beteiligung.settings import settings


@dataclass(frozen=True)
class Facts:
    """What somebody told; None is no answer."""

    age_band: str | None = None
    sex: str | None = None
    drawable: bool = False


def pseudonym(account_id: int, key: str | None = None) -> str:
    """Return the hex HMAC-SHA256 under which a person's answers are kept; `key` (default: the vote key) for a rotation."""
    return hmac.new((key or settings().vote_key).encode(), f"demographic:{account_id}".encode(), hashlib.sha256).hexdigest()


def own(session: Session, account_id: int) -> Facts:
    """Return one's own answers, to oneself."""
    row = session.get(Demographic, pseudonym(account_id))
    return Facts(row.age_band, row.sex, row.drawable) if row else Facts()


def keep(session: Session, account_id: int, *, age_band: str, sex: str, drawable: bool) -> None:
    """Keep the answers (empty is none); with no answer at all nothing is kept.

    Raises Invalid for an unknown one, Conflict under a key that has been changed.
    """
    errors = {}
    if age_band and age_band not in AGE_BANDS:
        errors["age_band"] = _("Bitte wählen Sie eine der Gruppen oder „keine Angabe“.")
    if sex and sex not in SEXES:
        errors["sex"] = _("Bitte wählen Sie eine der Antworten oder „keine Angabe“.")
    if errors:
        raise Invalid(_("Bitte sehen Sie sich die markierten Felder an. Ihre Eingaben sind noch da."), errors)
    if not (age_band or sex or drawable):
        erase(session, account_id)
        return
    values = {"age_band": age_band or None, "sex": sex or None, "drawable": drawable}
    upsert(session, Demographic, {"voter": pseudonym(account_id)}, values)
    check_key(session)  # after the write, which waits for a change of the key


def erase(session: Session, account_id: int) -> None:
    """Delete one's answers. Raises Conflict under a key that has been changed: they would not be found."""
    session.execute(delete(Demographic).where(col(Demographic.voter) == pseudonym(account_id)))
    check_key(session)


def personal_data(session: Session, account_id: int) -> dict[str, Any]:
    """Return one's answers as plain values (Articles 15 and 20 GDPR)."""
    found = own(session, account_id)
    return {"age_band": found.age_band, "sex": found.sex, "drawable": found.drawable}


def facts_of(session: Session, account_ids: Iterable[int]) -> dict[int, Facts]:
    """Join answers with accounts: in a worker only, for statistics in groups and for the draw. Without an answer: no entry."""
    names = {pseudonym(account_id): account_id for account_id in account_ids}
    found: dict[int, Facts] = {}
    ordered = sorted(names)
    for start in range(0, len(ordered), 500):
        for row in session.exec(select(Demographic).where(col(Demographic.voter).in_(ordered[start : start + 500]))):
            found[names[row.voter]] = Facts(row.age_band, row.sex, row.drawable)
    return found
