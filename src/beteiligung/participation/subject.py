"""What a form is about: one commitment with its document, region and tally, found by address or by a comment."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, select
from sqlmodel import Session, col

from beteiligung.catalogue.models import Commitment, Document
from beteiligung.errors import NotFound
from beteiligung.i18n import _
from beteiligung.participation.models import Comment, Tally
from beteiligung.places.models import Region
from beteiligung.places.queries import RegionFacts, check_seen, region_facts


@dataclass(frozen=True)
class Subject:
    """The rows at hand; templates call it `c`."""

    commitment: Commitment
    document: Document
    region: RegionFacts
    tally: Tally | None

    @property
    def id(self) -> int:
        """The commitment's number."""
        return self.commitment.id or 0

    @property
    def title(self) -> str:
        """The commitment's title."""
        return self.commitment.title

    @property
    def version(self) -> int:
        """The version votes are taken on."""
        return self.commitment.version

    @property
    def url(self) -> str:
        """The path of the commitment's page."""
        return f"/{self.region.slug}/zusagen/{self.commitment.slug}"


def _query() -> Any:
    same = and_(col(Tally.commitment_id) == col(Commitment.id), col(Tally.version) == col(Commitment.version))
    return (
        select(Commitment, Document, Region, Tally)
        .join(Document, col(Document.id) == col(Commitment.document_id))
        .join(Region, col(Region.id) == col(Commitment.region_id))
        .outerjoin(Tally, same)
    )


def _subject(session: Session, row: Any, message: str) -> Subject:
    if row is None:
        raise NotFound(message)
    commitment, document, region, tally = row
    check_seen(session, region)
    return Subject(commitment, document, region_facts(region), tally)


def subject_by_slug(session: Session, region_slug: str, slug: str) -> Subject:
    """Return the commitment of an address. One statement. Raises NotFound."""
    row = session.execute(_query().where(col(Commitment.slug) == slug, col(Region.slug) == region_slug)).first()
    return _subject(session, row, _("Diese Zusage gibt es nicht."))


def subject_of_comment(session: Session, comment_id: int) -> Subject:
    """Return the commitment a comment belongs to. One statement. Raises NotFound."""
    of_comment = select(col(Comment.commitment_id)).where(col(Comment.id) == comment_id).scalar_subquery()
    return _subject(
        session, session.execute(_query().where(col(Commitment.id) == of_comment)).first(), _("Diesen Kommentar gibt es nicht.")
    )
