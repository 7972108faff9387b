"""In which group of opinion helpful marks were given: known for as long as a report is computed, in the worker's memory only. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from beteiligung.insight.material import Ballot
from beteiligung.insight.opinion_map import opinion_map
from beteiligung.insight.snapshots import votes_of
from beteiligung.reporting.choosing import Candidate, Marks


@dataclass(frozen=True)
class Material:
    """Votes as last shown, and (comment, voter, whether helpful). Both hold pseudonyms; nothing of it is stored or shown."""

    ballots: tuple[Ballot, ...] = ()
    marks: tuple[tuple[int, str, bool], ...] = ()


def with_groups(candidates: Sequence[Candidate], made_of: Material, groups: int) -> tuple[Candidate, ...]:
    """Return the candidates with their marks by group; none gets any where votes shown since the snapshot have blurred the groups."""
    if not candidates or not groups:
        return tuple(candidates)
    group_of = _groups(made_of.ballots, groups)
    given: dict[int, list[list[int]]] = defaultdict(lambda: [[0, 0] for _ in range(groups)])
    for comment, voter, helpful in made_of.marks:
        if (group := group_of.get(voter)) is not None:
            given[comment][group][0 if helpful else 1] += 1
    return tuple(
        replace(one, groups=tuple(Marks(*pair) for pair in given[one.comment_id])) if one.comment_id in given else one for one in candidates
    )


def _groups(ballots: Iterable[Ballot], groups: int) -> dict[str, int]:
    ordered = sorted(ballots, key=lambda one: (one.voter, one.commitment_id, one.version))
    found = opinion_map(votes_of(ordered))
    if not found.clear or found.groups != groups:
        return {}
    voters = sorted({ballot.voter for ballot in ordered})
    return {voter: int(label) for voter, label in zip(voters, found.labels, strict=True) if label >= 0}
