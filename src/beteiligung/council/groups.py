"""How likely each group is to be drawn, and what the council looks like beside pool and population. Pure."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from beteiligung.council.cells import shown
from beteiligung.council.quotas import Bound

Values = Mapping[str, Mapping[str, str]]
"""Person → feature → value."""


def of_pool(people: Values, bounds: Sequence[Bound], chances: Mapping[str, float]) -> list[dict[str, Any]]:
    """By feature and value with quotas: people, their least, mean and greatest chance (None where the group is not shown), the quota.

    Shares are of one; `population` is the share of those whose number is known.
    """
    found = []
    features = sorted({one.feature for one in bounds})
    for feature in features:
        mine = [one for one in bounds if one.feature == feature]
        counted = Counter(values.get(feature, "") for values in people.values())
        chance = defaultdict(list)
        for person, values in people.items():
            chance[values.get(feature, "")].append(chances.get(person, 0.0))
        numbers = shown({one.value: counted.get(one.value, 0) for one in mine})
        measured = sum(one.population or 0.0 for one in mine)
        for one in mine:
            those = chance[one.value] if numbers[one.value] else []
            found.append(
                {
                    "feature": feature, "value": one.value, "people": numbers[one.value], "lower": one.lower, "upper": one.upper,
                    "least": min(those, default=None), "mean": sum(those) / len(those) if those else None, "most": max(those, default=None),
                    "population": round((one.population or 0.0) / measured, 6) if measured else None,
                }
            )  # fmt: skip
    return found


def of_council(seats: Sequence[Mapping[str, str]], told: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The published groups with `seated`: how many of the council have the value (the quotas say nearly the same, so it is shown)."""
    counted: Counter[tuple[str, str]] = Counter((feature, value) for values in seats for feature, value in values.items())
    return [{**one, "seated": counted[one["feature"], one["value"]]} for one in told]
