"""What the pages that set a region up show: the regions there are, and the checklist before one opens."""

import time
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from beteiligung.catalogue.models import Commitment, Document
from beteiligung.errors import Conflict
from beteiligung.identity.models import Role
from beteiligung.identity.vote_key import check_key
from beteiligung.installed import heartbeat_age
from beteiligung.notifications.smtp import why_no_server
from beteiligung.places.models import Committee, Municipality, Region, RegionLogo
from beteiligung.places.setup_rules import TICKS, Step
from beteiligung.settings import settings

_LATE_BEAT = 120.0
_ASKED_FOR = 30.0
"""Seconds for which the mail server's answer holds: a page must not wait for a silent server twice."""
_asked: list[tuple[float, bool]] = []


@dataclass(frozen=True)
class RegionLine:
    """One region in the operator's list."""

    slug: str
    name: str
    kind: str
    preparing: bool
    clerks: int


def regions(session: Session, now: datetime) -> list[RegionLine]:
    """Return all regions, open or not. One statement."""
    clerks = (
        select(func.count())
        .select_from(Role)
        .where(col(Role.region_id) == col(Region.id), col(Role.name) == "clerk", or_(col(Role.until).is_(None), col(Role.until) > now))
        .scalar_subquery()
    )
    columns = (col(Region.slug), col(Region.name), col(Region.kind), col(Region.preparing), clerks)
    rows = session.execute(select(*columns).order_by(col(Region.preparing).desc(), col(Region.position), col(Region.name)))
    return [RegionLine(*row) for row in rows]


def mail_goes() -> bool:
    """Whether the mail server takes the connection; where mails are files, whether that is allowed. Asks at most every half a minute."""
    if not settings().smtp_url:
        return settings().is_demo
    now = time.monotonic()
    if not _asked or now - _asked[0][0] > _ASKED_FOR:
        _asked[:] = [(now, why_no_server() is None)]
    return _asked[0][1]


def steps(session: Session, region: Region, now: datetime) -> list[Step]:
    """Return the checklist. Two statements, and one question to the mail server."""
    of = region.id
    counts = session.execute(
        select(
            select(func.count()).select_from(Municipality).where(col(Municipality.region_id) == of).scalar_subquery(),
            select(func.count()).select_from(Committee).where(col(Committee.region_id) == of).scalar_subquery(),
            select(func.count()).select_from(Document).where(col(Document.region_id) == of).scalar_subquery(),
            select(func.count())
            .select_from(Commitment)
            .where(col(Commitment.region_id) == of, col(Commitment.state) == "published")
            .scalar_subquery(),
            select(func.count())
            .select_from(Role)
            .where(col(Role.region_id) == of, col(Role.name) == "clerk", or_(col(Role.until).is_(None), col(Role.until) > now))
            .scalar_subquery(),
        )
    ).one()
    municipalities, committees, documents, commitments, clerks = counts
    heard = heartbeat_age()
    return [
        Step("imprint", all(region.imprint.get(name) for name in ("name", "address", "represented_by"))),
        Step("contact", bool(region.contact_mail)),
        Step("data_protection", bool(region.data_protection)),
        Step("legal_office", bool(region.legal_office)),
        Step("municipalities", municipalities > 0),
        Step("committees", committees > 0, needed=False),
        Step("logo", region.logo is not None, needed=False),
        Step("clerks", clerks >= 2),
        Step("document", documents > 0),
        Step("commitments", commitments > 0),
        Step("mail", mail_goes()),
        Step("beat", heard is not None and heard < _LATE_BEAT),
        Step("key", _key_fits(session)),
        *(Step(key, key in region.ticked) for key in TICKS),
    ]


def _key_fits(session: Session) -> bool:
    try:
        check_key(session)
    except Conflict:
        return False
    return True


def lists_of(session: Session, region: Region) -> dict[str, str]:
    """Return municipalities and committees as the form shows them, one a line. Two statements."""
    names = session.execute(select(col(Municipality.name)).where(col(Municipality.region_id) == region.id).order_by(col(Municipality.name)))
    rows = session.execute(
        select(col(Committee.name), col(Committee.topics)).where(col(Committee.region_id) == region.id).order_by(col(Committee.name))
    )
    committees = [f"{name}: {', '.join(topics)}" if topics else name for name, topics in rows]
    return {"municipalities": "\n".join(names.scalars()), "committees": "\n".join(committees)}


def logo_words(session: Session, region: Region) -> str:
    """Return what the logo shows, empty without one. One statement at most."""
    row = session.get(RegionLogo, region.id) if region.logo else None
    return row.alt if row else ""
