"""Who follows on a vacant place: the nearest profile on the list that keeps quotas and households, one of them by lot. Pure.

The lot needs no new secret: its seed is the hash of the protocol, which nobody knew before the draw, with the number of the step
and the pseudonym of whoever leaves. Anyone can repeat the pick from the published steps, and with the pool who came into question.
"""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass

from beteiligung.council import protocol
from beteiligung.council.pool import Pool, Quota, canonical
from beteiligung.council.sortition import pick
from beteiligung.errors import Invalid

FORMAT = "beteiligung-replacements-1"


@dataclass(frozen=True)
class Step:
    """One vacancy. `candidates` differ from `leaves` in `distance` features, none nearer would do; `joins` is one of them or None."""

    step: int
    leaves: str
    distance: int
    candidates: tuple[str, ...]
    joins: str | None


def candidates(
    pool: Pool, quotas: Sequence[Quota], size: int, others: Collection[str], leaves: str, gone: Collection[str]
) -> tuple[int, tuple[str, ...]]:
    """(distance, pseudonyms) of those nearest to `leaves` with whom `others` keep the quotas; (0, ()) where nobody does.

    `gone` have been asked before. Places that stay vacant may still meet a lower bound.
    """
    known = {person.id: person for person in pool.people}
    sitting = [known[name] for name in others]
    homes = {person.household for person in sitting}
    vacant = size - len(sitting) - 1
    place = {feature: number for number, feature in enumerate(pool.features)}
    counted = {one.cell: sum(person.values[place[one.feature]] == one.value for person in sitting) for one in quotas}
    nearest: dict[tuple[str, ...], int | None] = {}
    found: dict[int, list[str]] = {}
    for person in pool.people:
        if person.id in others or person.id in gone or person.id == leaves or person.household in homes:
            continue
        if person.values not in nearest:  # many have equal values
            fits = True
            for one in quotas:
                number = counted[one.cell] + (person.values[place[one.feature]] == one.value)
                fits = fits and number <= one.upper and number + vacant >= one.lower
            differing = sum(mine != theirs for mine, theirs in zip(person.values, known[leaves].values, strict=True))
            nearest[person.values] = differing if fits else None
        distance = nearest[person.values]
        if distance is not None:
            found.setdefault(distance, []).append(person.id)
    least = min(found, default=0)
    return least, tuple(sorted(found.get(least, ())))


def choose(protocol_sha256: str, step: int, leaves: str, among: Sequence[str]) -> str | None:
    """The one of `among` (sorted) who follows; None where there is nobody."""
    if not among:
        return None
    seed = hashlib.sha256("\0".join((FORMAT, protocol_sha256, str(step), leaves)).encode()).digest()
    return among[pick([1] * len(among), seed)]


def as_file(protocol_content: bytes, steps: Sequence[Step]) -> bytes:
    """What is published: all steps so far."""
    told = [asdict(one) for one in steps]
    return canonical({"format": FORMAT, "protocol_sha256": hashlib.sha256(protocol_content).hexdigest(), "steps": told})


def verify(protocol_content: bytes, content: bytes, pool: Pool | None = None) -> list[str]:
    """Repeat all steps of a published file; who sits after them, sorted. Raises Invalid saying what does not fit."""
    seated = set(protocol.verify(protocol_content, pool)["seated"])
    digest = hashlib.sha256(protocol_content).hexdigest()
    try:
        given = json.loads(content.decode())
        if canonical(given) != content or given["format"] != FORMAT or given["protocol_sha256"] != digest:
            raise Invalid("Diese Nachrücker gehören nicht zu diesem Protokoll.")
        before = json.loads(protocol_content)["published"]
        ever, people = set(seated), set(before["pool"]["people"])
        for number, one in enumerate(given["steps"], 1):
            _check_step(Step(**{**one, "candidates": tuple(one["candidates"])}), number, digest, seated, ever, people)
            if pool is not None:
                quotas = protocol.needed_from_pool(protocol_content)[0]
                right = candidates(pool, quotas, before["size"], seated - {one["leaves"]}, one["leaves"], ever)
                if right != (one["distance"], tuple(one["candidates"])):
                    raise Invalid(f"Schritt {number}: In Frage kamen andere, als angegeben ist.")
            seated.discard(one["leaves"])
            if one["joins"] is not None:
                seated.add(one["joins"])
                ever.add(one["joins"])
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise Invalid("Das ist keine vollständige Liste von Nachrückern.") from error
    return sorted(seated)


def _check_step(one: Step, number: int, digest: str, seated: set[str], ever: set[str], people: set[str]) -> None:
    if one.step != number or one.leaves not in seated:
        raise Invalid(f"Schritt {number}: {one.leaves} hatte keinen Platz.")
    if list(one.candidates) != sorted(set(one.candidates) & people - ever):
        raise Invalid(f"Schritt {number}: In Frage kommt nur, wer im Pool ist und noch nicht gefragt wurde.")
    if one.joins != choose(digest, number, one.leaves, one.candidates):
        raise Invalid(f"Schritt {number}: Das Los ergibt jemand anderen.")
