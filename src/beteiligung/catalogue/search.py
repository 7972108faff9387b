"""The search index: which terms a commitment is found by, and how strongly.

Writes only the plain table `search_term`, so that both databases search alike. The term itself
comes from `text.terms`: inflected forms share one, compounds are found by their parts.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from sqlalchemy import delete, insert
from sqlmodel import Session, col, select

from beteiligung.catalogue.models import Commitment, SearchTerm
from beteiligung.catalogue.topics import by_slug
from beteiligung.places.models import Municipality
from beteiligung.text.terms import WHOLE, search_terms

TITLE, SUMMARY, WORDING, REST = 8, 4, 2, 1
"""How much a term counts by the field it stands in."""
_OFTEN = 3
"""A word repeated in one field counts at most so many times."""
_BATCH = 100


def terms_of(commitment: Commitment, places: Sequence[str] = ()) -> dict[str, int]:
    """Return term → weight of a commitment. `places` are the names of the region's municipalities.

    A municipality is a term of its own where the text names it in any form („Witzenhäuser Bahnhof“
    is found by „Witzenhausen“).
    """
    topic = by_slug(commitment.topic)
    prose = " ".join([commitment.title, commitment.summary, commitment.wording or "", *commitment.section])
    named = [place for place in places if _names(prose, place)]
    rest = " ".join([*commitment.section, topic.name if topic else "", *named])
    weights: Counter[str] = Counter()
    fields = ((TITLE, commitment.title), (SUMMARY, commitment.summary), (WORDING, commitment.wording or ""), (REST, rest))
    for weight, text in fields:
        for term, count in search_terms(text).items():
            weights[term] += weight * min(count, _OFTEN * WHOLE)
    return dict(weights)


def _names(prose: str, place: str) -> bool:
    """Whether a text names a place, also as „Eschweger“ or „Witzenhäuser“."""
    forms = {re.escape(place) + "(?:e?r|s)?"}
    if place.endswith("hausen"):
        forms.add(re.escape(place.removesuffix("hausen")) + "h(?:ä|au)user")
    elif place.endswith("en") and len(place) > 6:
        forms.add(re.escape(place.removesuffix("en")) + "e?r")
    return re.search(rf"\b(?:{'|'.join(forms)})\b", prose) is not None


def _places(session: Session, region_ids: Iterable[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    query = select(Municipality.region_id, Municipality.name).where(col(Municipality.region_id).in_(list(region_ids)))
    for region_id, name in session.exec(query):
        found.setdefault(region_id, []).append(name)
    return found


def index_commitments(session: Session, commitments: Sequence[Commitment]) -> int:
    """Write the terms of these commitments anew; returns how many rows that were. They must have their ids."""
    places = _places(session, {c.region_id for c in commitments})
    written = 0
    for start in range(0, len(commitments), _BATCH):
        batch = commitments[start : start + _BATCH]
        rows = [
            {"commitment_id": c.id, "term": term, "weight": weight}
            for c in batch
            for term, weight in terms_of(c, places.get(c.region_id, ())).items()
        ]
        session.execute(delete(SearchTerm).where(col(SearchTerm.commitment_id).in_([c.id for c in batch])))
        if rows:
            session.execute(insert(SearchTerm), rows)
        written += len(rows)
    return written


def index_commitment(session: Session, commitment: Commitment) -> None:
    """Write the terms of one commitment anew, after its words have changed."""
    index_commitments(session, [commitment])


def reindex(session: Session, region_id: int | None = None) -> int:
    """Write the terms of a region (or of all) anew; returns the number of rows."""
    query = select(Commitment).order_by(col(Commitment.id))
    if region_id is not None:
        query = query.where(Commitment.region_id == region_id)
    return index_commitments(session, session.exec(query).all())
