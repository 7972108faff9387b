"""Invented pools, and what must hold for every distribution."""

import random

from beteiligung.council.pool import read_pool, read_quotas
from beteiligung.council.sortition import WEIGHT, violations


def check(pool, quotas, size, found):
    assert sum(weight for _, weight in found.panels) == WEIGHT
    assert all(weight > 0 for _, weight in found.panels)
    for members, _ in found.panels:
        assert violations(pool, quotas, size, members) == []
    assert abs(sum(found.probabilities.values()) - size) < 1e-6
    assert list(found.ids) == [person.id for person in pool.people]
    assert {person for person, chance in found.probabilities.items() if chance == 0} == set(found.excluded)


def invented(seed, people, values, size, homes=0, slack=1):
    """CSV of people and quotas that some panel meets: the quotas stand around a random panel. (people, quotas, household columns)"""
    chance = random.Random(seed)
    rows = [[str(chance.randrange(count)) for count in values] for _ in range(people)]
    home = [str(chance.randrange(homes)) if homes else "" for _ in range(people)]
    panel, used = [], set()
    for index in chance.sample(range(people), people):
        if len(panel) < size and (not homes or home[index] not in used):
            panel.append(index)
            used.add(home[index])
    size = len(panel)
    quotas = ["feature,value,min,max"]
    for feature, count in enumerate(values):
        for value in range(count):
            seated = sum(rows[index][feature] == str(value) for index in panel)
            quotas.append(f"f{feature},{value},{max(seated - slack, 0)},{seated + slack}")
    head = ["id", "home", *(f"f{feature}" for feature in range(len(values)))]
    lines = [",".join([f"n{index}", home[index], *row]) for index, row in enumerate(rows)]
    return "\n".join([",".join(head), *lines]).encode(), "\n".join(quotas).encode(), ["home"] if homes else [], size


def loaded(seed, people, values, size, homes=0, slack=1):
    people, quotas, household, size = invented(seed, people, values, size, homes, slack)
    bounds = read_quotas(quotas)
    return read_pool(people, bounds, household), bounds, size
