"""A draw that everybody can repeat: what is published before, what is revealed after, and the check of both.

Before: pool (pseudonyms and hash), quotas, panels with weights, the SHA-256 of a secret random value, and which public random
value of a later day will be mixed in. After: the secret and the public value. Neither the region (bound by its commitment) nor
anybody else (who does not know the secret) can steer the seat that falls.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from beteiligung.council.pool import Pool, Quota, canonical
from beteiligung.council.sortition import WEIGHT, Distribution, figures, pick, violations
from beteiligung.council.spreadsheet import tidy
from beteiligung.errors import Invalid

FORMAT = "beteiligung-draw-1"


def commitment(secret: bytes) -> str:
    """What binds the region to its random value (32 bytes) without telling it."""
    return hashlib.sha256(b"commitment\0" + secret).hexdigest()


def prepare(
    pool: Pool, quotas: Sequence[Quota], size: int, household: Sequence[str], found: Distribution, secret: bytes, source: str
) -> bytes:
    """The file to publish before the draw. `source` says which public random value will count, and of which day."""
    if len(secret) != 32:
        raise Invalid("Der geheime Zufallswert muss 32 Byte lang sein.")
    if not tidy(source):
        raise Invalid("Es muss vorher feststehen, welcher öffentliche Zufallswert gilt.")
    return canonical(
        {
            "format": FORMAT,
            "pool": {"people": list(found.ids), "sha256": pool.sha256, "household": [tidy(name) for name in household]},
            "quotas": [[one.feature, one.value, one.lower, one.upper] for one in quotas],
            "size": size,
            "algorithm": found.algorithm,
            "figures": figures(found.probabilities, found.excluded),
            "excluded": list(found.excluded),
            "panels": [[weight, list(members)] for members, weight in found.panels],
            "commitment": commitment(secret),
            "public_source": tidy(source),
        }
    )


def seat(published: bytes, secret: bytes, public_value: str) -> bytes:
    """The protocol: the published part with both random values and the seats. Raises Invalid if the secret is not the one committed to."""
    before = _load(published)
    _check_before(before)
    if commitment(secret) != before["commitment"]:
        raise Invalid("Dieser geheime Zufallswert ist nicht der, auf den sich die Veröffentlichung festgelegt hat.")
    if not tidy(public_value):
        raise Invalid("Der öffentliche Zufallswert fehlt.")
    return canonical(_sealed(before, secret, tidy(public_value)))


def verify(protocol: bytes, pool: Pool | None = None, published: bytes | None = None) -> dict[str, Any]:
    """Repeat the draw: {"seated", "panel", "published_sha256", "public_source", "public_value"}. Raises Invalid saying what does not fit.

    With `pool` the hash, and size, households and quotas of every panel are checked too; with `published` that it is what was
    published before the draw.
    """
    given = _load(protocol)
    try:
        before = given["published"]
        secret, public_value = bytes.fromhex(given["secret"]), str(given["public_value"])
        _check_before(before)
        if commitment(secret) != before["commitment"]:
            raise Invalid("Der Zufallswert der Region ist nicht der, auf den sie sich vor der Auslosung festgelegt hat.")
        repeated = _sealed(before, secret, public_value)
        if canonical(repeated) != protocol:
            raise Invalid("Das Protokoll wurde verändert: Die Auslosung ergibt mit diesen Angaben etwas anderes.")
        if published is not None and canonical(before) != published:
            raise Invalid("Das Protokoll enthält nicht das, was vor der Auslosung veröffentlicht wurde.")
        if pool is not None:
            _check_pool(before, pool)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError) as error:
        raise Invalid("Das ist kein vollständiges Protokoll einer Auslosung.") from error
    return {key: repeated[key] for key in ("seated", "panel", "published_sha256", "public_value")} | {
        "public_source": before["public_source"]
    }


def needed_from_pool(protocol: bytes) -> tuple[list[Quota], list[str]]:
    """Quotas and household columns by which an auditor's pool file is to be read."""
    try:
        before = _load(protocol)["published"]
        return _quotas(before), [str(name) for name in before["pool"]["household"]]
    except (KeyError, TypeError, ValueError) as error:
        raise Invalid("Das ist kein vollständiges Protokoll einer Auslosung.") from error


def _load(content: bytes) -> dict[str, Any]:
    try:
        value = json.loads(content.decode())
        same = canonical(value) == content
    except (ValueError, RecursionError) as error:
        raise Invalid("Die Datei ist kein lesbares Protokoll (JSON).") from error
    if not isinstance(value, dict) or not same:
        raise Invalid("Die Datei ist nicht in der Form, in der das Protokoll geschrieben wurde.")
    return value


def _check_before(before: Mapping[str, Any]) -> None:
    """That the published part is whole and plausible in itself."""
    try:
        people, panels = before["pool"]["people"], before["panels"]
        whole = (
            before["format"] == FORMAT
            and people == sorted(set(people))
            and all(weight > 0 for weight, _ in panels)
            and sum(weight for weight, _ in panels) == WEIGHT
            and all(len(members) == before["size"] and members == sorted(set(members)) for _, members in panels)
            and all(members[0] >= 0 and members[-1] < len(people) for _, members in panels)
            and isinstance(before["public_source"], str)
        )
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise Invalid("Die Veröffentlichung vor der Auslosung ist unvollständig.") from error
    if not whole:
        raise Invalid("Die Veröffentlichung vor der Auslosung ist in sich nicht stimmig.")


def _sealed(before: Mapping[str, Any], secret: bytes, public_value: str) -> dict[str, Any]:
    digest = hashlib.sha256(canonical(before)).hexdigest()
    seed = hashlib.sha256(b"\0".join((FORMAT.encode(), digest.encode(), secret.hex().encode(), public_value.encode()))).digest()
    number = pick([weight for weight, _ in before["panels"]], seed)
    protocol = {
        "published": before,
        "published_sha256": digest,
        "secret": secret.hex(),
        "public_value": public_value,
        "panel": number,
        "seated": [before["pool"]["people"][index] for index in before["panels"][number][1]],
    }
    return protocol | {"sha256": hashlib.sha256(canonical(protocol)).hexdigest()}


def _quotas(before: Mapping[str, Any]) -> list[Quota]:
    return [Quota(str(feature), str(value), int(lower), int(upper)) for feature, value, lower, upper in before["quotas"]]


def _check_pool(before: Mapping[str, Any], pool: Pool) -> None:
    if pool.sha256 != before["pool"]["sha256"] or [one.id for one in pool.people] != before["pool"]["people"]:
        raise Invalid("Die Personenliste ist nicht die, aus der gelost wurde.")
    for number, (_, members) in enumerate(before["panels"], 1):
        wrong = violations(pool, _quotas(before), before["size"], members)
        if wrong:
            raise Invalid(f"Gremium {number} der Liste verletzt die Regeln: {'; '.join(wrong)}.")
