"""Commitments alike, in the same region and in others, by the cosine of their search terms.

tf-idf with logarithmic term frequency (Manning, Raghavan, Schütze, Introduction to Information
Retrieval, 2008, ch. 6.4, scheme ltc). Deterministic: equal scores go by id.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import delete, insert
from sqlmodel import Session, col, select

from beteiligung.catalogue.models import Commitment, SearchTerm, Similar

SAME_REGION = 3
OTHER_REGIONS = 2
THRESHOLD = 0.21
"""Cosine below which two commitments have only common words in common."""
_TOO_COMMON = 0.12
"""A term in more than this share of all commitments tells nothing and costs most."""
_FEW = 10
"""A term in so few commitments is never too common, however small the catalogue."""
_BATCH = 500


@dataclass(frozen=True)
class Terms:
    """The search terms of one published commitment."""

    commitment_id: int
    region_id: int
    weights: Mapping[str, int]
    same: frozenset[int] = frozenset()
    """Commitments of other regions that a person has found to promise the same (`wording_differs_from`)."""


@dataclass(frozen=True)
class Pair:
    """`other_id` is the commitment's neighbour number `rank`: 1–3 of the same region, 11 and on of others."""

    commitment_id: int
    rank: int
    other_id: int
    score: float


def read_terms(session: Session) -> list[Terms]:
    """Return the terms of all published commitments, by id."""
    published = session.exec(
        select(Commitment.id, Commitment.region_id, Commitment.slug, Commitment.wording_differs_from)
        .where(Commitment.state == "published")
        .order_by(col(Commitment.id))
    ).all()
    ids = {slug: i for i, _region, slug, _same in published if i is not None}
    same = {i: frozenset(ids[slug] for slug in slugs if slug in ids) for i, _region, _slug, slugs in published}
    weights: dict[int, dict[str, int]] = defaultdict(dict)
    for commitment_id, term, weight in session.exec(select(SearchTerm.commitment_id, SearchTerm.term, SearchTerm.weight)):
        weights[commitment_id][term] = weight
    return [Terms(i, region, weights[i], same[i]) for i, region, _slug, _same in published if i is not None and i in weights]


def closest(terms: Iterable[Terms], region_id: int | None = None) -> list[Pair]:
    """Return each commitment's nearest neighbours; only for commitments of `region_id`, where given. Pure.

    What a person has linked comes first among other regions, with a score of 1; cosines fill up.
    """
    everything = sorted(terms, key=lambda t: t.commitment_id)
    frequency: dict[str, int] = defaultdict(int)
    for one in everything:
        for term in one.weights:
            frequency[term] += 1
    most = max(_FEW, _TOO_COMMON * len(everything))
    idf = {term: math.log(len(everything) / count) for term, count in frequency.items() if 1 < count <= most}
    region_of = {one.commitment_id: one.region_id for one in everything}
    vectors: dict[int, dict[str, float]] = {}
    postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for one in everything:
        # The norm also counts the words nobody else has: two long texts that share one word are not alike.
        raw = {term: (1 + math.log(weight)) * idf.get(term, math.log(len(everything) + 1)) for term, weight in one.weights.items()}
        norm = math.sqrt(sum(value * value for term, value in raw.items() if frequency[term] <= most)) or 1.0
        vector = {term: value / norm for term, value in raw.items() if term in idf}
        vectors[one.commitment_id] = vector
        for term, value in vector.items():
            postings[term].append((one.commitment_id, value))
    linked = {one.commitment_id: one.same & region_of.keys() for one in everything}
    pairs: list[Pair] = []
    for own, vector in vectors.items():
        if region_id is not None and region_of[own] != region_id:
            continue
        scores: dict[int, float] = defaultdict(float)
        for term in sorted(vector):
            for other, value in postings[term]:
                scores[other] += vector[term] * value
        ranked = sorted((-round(s, 6), other) for other, s in scores.items() if other != own and s >= THRESHOLD)
        near = [(o, -s) for s, o in ranked if region_of[o] == region_of[own]][:SAME_REGION]
        same = [(o, 1.0) for o in sorted(linked[own])]
        alike = [(o, -s) for s, o in ranked if region_of[o] != region_of[own] and o not in linked[own]]
        far = same + alike[: max(0, OTHER_REGIONS - len(same))]
        pairs += [Pair(own, rank, other, score) for rank, (other, score) in enumerate(near, 1)]
        pairs += [Pair(own, rank, other, score) for rank, (other, score) in enumerate(far, 11)]
    return pairs


def compute(session: Session, region_id: int | None = None) -> list[Pair]:
    """Read the terms and return the neighbours; writes nothing, so a worker calls it while only reading."""
    return closest(read_terms(session), region_id)


def store(session: Session, pairs: Iterable[Pair], region_id: int | None = None) -> int:
    """Replace the neighbours of a region's commitments (or of all) by these; returns how many there are."""
    stale = delete(Similar)
    if region_id is not None:
        stale = stale.where(col(Similar.commitment_id).in_(select(Commitment.id).where(Commitment.region_id == region_id)))
    session.execute(stale)
    rows = [{"commitment_id": p.commitment_id, "rank": p.rank, "other_id": p.other_id, "score": p.score} for p in pairs]
    for start in range(0, len(rows), _BATCH):
        session.execute(insert(Similar), rows[start : start + _BATCH])
    return len(rows)


def find_similar(session: Session, region_id: int | None = None) -> int:
    """Compute and store in one transaction; for the command line, where nobody waits."""
    return store(session, compute(session, region_id), region_id)
