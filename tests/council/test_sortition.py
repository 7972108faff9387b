import itertools
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from beteiligung.council.conflicts import Infeasible
from beteiligung.council.kinds import merge, seat_people
from beteiligung.council.pool import read_pool, read_quotas
from beteiligung.council.sortition import compute, figures, pick, violations
from beteiligung.errors import Invalid
from council.pools import check, invented, loaded


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    people=st.integers(8, 40),
    values=st.lists(st.integers(1, 3), min_size=1, max_size=3),
    size=st.integers(2, 8),
    homes=st.sampled_from([0, 6, 15]),
    algorithm=st.sampled_from(["leximin", "maximin", "nash"]),
)
def test_every_panel_is_allowed_and_the_chances_add_up(seed, people, values, size, homes, algorithm):
    pool, quotas, size = loaded(seed, people, values, size, homes)
    check(pool, quotas, size, compute(pool, quotas, size, algorithm))


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), homes=st.sampled_from([0, 5]))
def test_the_least_likely_are_as_likely_as_over_all_panels_there_are(seed, homes):
    pool, quotas, size = loaded(seed, 10, [2, 3], 4, homes)
    panels = [panel for panel in itertools.combinations(range(10), size) if not violations(pool, quotas, size, panel)]
    seated = sorted({index for panel in panels for index in panel})
    rows = [[-float(index in panel) for panel in panels] + [1.0] for index in seated]
    best = linprog([0.0] * len(panels) + [-1.0], A_ub=rows, b_ub=[0.0] * len(rows), A_eq=[[1.0] * len(panels) + [0.0]], b_eq=[1.0])
    for algorithm in ("leximin", "maximin"):
        answer = compute(pool, quotas, size, algorithm).as_json()
        assert answer["minimum"] == pytest.approx(-best.fun, abs=3e-4)
        assert len(answer["excluded"]) == 10 - len(seated)


@settings(max_examples=30, deadline=None)
@given(
    alone=st.lists(st.integers(1, 12), min_size=1, max_size=4),
    pairs=st.integers(0, 6),
    cuts=st.lists(st.integers(1, 5_000), min_size=1, max_size=6),
    seed=st.integers(0, 10**6),
)
def test_people_who_are_alike_sit_equally_long(alone, pairs, cuts, seed):
    chance = random.Random(seed)
    rows = [(f"a{kind}", "") for kind, count in enumerate(alone) for _ in range(count)]
    rows += [(who, f"home {home}") for home in range(pairs) for who in ("b", "b", "c")]
    text = "id,f,home\n" + "\n".join(f"{number},{value},{home}" for number, (value, home) in enumerate(rows))
    pool = read_pool(text.encode(), read_quotas(b"feature,value,min,max\nf,a0,0,99"), ["home"])
    cast = merge(pool)
    panels = []
    for weight in cuts:
        panel = [0] * len(cast.types)
        for group, numbers in enumerate(cast.groups):
            for _ in range(chance.randint(0, cast.households(group))):
                panel[chance.choice(numbers)] += 1
        panels.append((tuple(panel), weight * 997))
    seats = [0] * len(rows)
    total = 0
    for members, weight in seat_people(cast, panels):
        total += weight
        assert len({pool.people[index].household for index in members}) == len(members)
        for index in members:
            seats[index] += weight
    assert total <= sum(weight for _, weight in panels)
    for number, one in enumerate(cast.types):
        have = [seats[index] for home in one.members for index in home]
        assert sum(have) == sum(panel[number] * weight for panel, weight in panels)
        assert max(have) - min(have) <= (
            1 if len(one.members[0]) == 1 and len(cast.groups[one.group]) == 1 else (40 + total / 4000) * len(panels)
        )


def test_nothing_depends_on_the_order_of_rows_or_the_hash_seed(tmp_path):
    people, quotas, household, size = invented(7, 60, [3, 3, 2], 9, 40)
    answers = set()
    for turn in range(3):
        files = []
        for name, content in (("people.csv", people), ("quotas.csv", quotas)):
            head, *rows = content.decode().splitlines()
            random.Random(turn).shuffle(rows)
            (tmp_path / name).write_text("\n".join([head, *rows]), "utf-8")
            files.append(str(tmp_path / name))
        command = [str(Path(sys.executable).parent / "beteiligung"), "draw", "compute", "--people", files[0], "--quotas", files[1]]
        command += ["--size", str(size), "--household", ",".join(household), "--seed", "7", "--json"]
        done = subprocess.run(command, capture_output=True, check=True, env=os.environ | {"PYTHONHASHSEED": str(turn)})
        answers.add(done.stdout)
    assert len(answers) == 1
    assert len(json.loads(answers.pop())["selected"]) == size


def test_quotas_may_force_somebody_in_and_somebody_out():
    bounds = read_quotas("Merkmal;Wert;min;max\nOrt;Süd;1;1\nOrt;Nord;2;2\nOrt;West;0;0".encode())
    pool = read_pool("\ufeffid;Ort\na;Süd\nb;nord\nc;Nord \nd;Nord\ne;West\n;\n".encode(), bounds)
    found = compute(pool, bounds, 3)
    assert found.probabilities == pytest.approx({"a": 1, "b": 2 / 3, "c": 2 / 3, "d": 2 / 3, "e": 0}, abs=1e-6)
    assert found.excluded == ("e",)


def test_a_pool_as_large_as_the_panel_sits_completely():
    bounds = read_quotas(b"feature,value,min,max\nf,x,0,3")
    pool = read_pool(b"id,f\n1,x\n2,y\n3,", bounds)
    found = compute(pool, bounds, 3)
    assert found.panels == (((0, 1, 2), 10_000_000),)
    assert found.notes == ("f = „“ (1 Personen) hat keine Quote.", "f = „y“ (1 Personen) hat keine Quote.")


def test_one_of_a_household_sits():
    bounds = read_quotas(b"feature,value,min,max\nf,x,0,9")
    pool = read_pool(b"id,f,street,town\n1,x,A 1,T\n2,x,a  1,t\n3,x,,\n4,x,,\n5,x,B 2,T", bounds, ["street", "Town"])
    assert compute(pool, bounds, 4).probabilities == pytest.approx({"1": 0.5, "2": 0.5, "3": 1, "4": 1, "5": 1}, abs=1e-6)
    with pytest.raises(Infeasible, match="5 Plätze sind zu viele: Im Pool sind 5 Personen aus 4 Haushalten"):
        compute(pool, bounds, 5)


def test_clashing_quotas_are_named_with_the_least_that_would_help():
    bounds = read_quotas(b"feature,value,min,max\nsex,f,2,4\nsex,m,2,4\nage,old,4,4\nage,young,0,3")
    pool = read_pool(b"id,sex,age\n1,f,old\n2,f,old\n3,f,old\n4,f,old\n5,m,old\n6,m,young\n7,m,young", bounds)
    with pytest.raises(Infeasible) as caught:
        compute(pool, bounds, 4)
    assert {(one.feature, one.value, one.side) for one in caught.value.clash} == {("sex", "m", "min"), ("age", "old", "min")}
    assert sum(abs(one.proposed - one.bound) for one in caught.value.relaxations) == 1


def test_flexible_bounds_are_relaxed_before_others():
    bounds = read_quotas(b"feature,value,min,max,min_flex,max_flex\nsex,f,2,4,2,4\nsex,m,3,4,1,4")
    pool = read_pool(b"id,sex\n1,f\n2,f\n3,m\n4,m", bounds)
    with pytest.raises(Infeasible) as caught:
        compute(pool, bounds, 4)
    assert [(one.value, one.bound, one.proposed) for one in caught.value.relaxations] == [("m", 3, 2)]


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_what_is_said_of_a_clash_is_true(seed):
    people, quotas, _, size = invented(seed, 14, [2, 3], 6, slack=0)
    rows = quotas.decode().splitlines()
    rows[1] = ",".join([*rows[1].split(",")[:2], "5", "9"])
    bounds = read_quotas("\n".join(rows).encode())
    pool = read_pool(people, bounds)

    def possible(quotas):
        return any(not violations(pool, quotas, size, panel) for panel in itertools.combinations(range(14), size))

    def bounded(sides):
        given = {(one.feature, one.value, one.side): one for one in sides}
        return [
            type(one)(
                one.feature,
                one.value,
                given[*one.cell, "min"].proposed if (*one.cell, "min") in given else 0,
                given[*one.cell, "max"].proposed if (*one.cell, "max") in given else size,
            )
            for one in bounds
        ]

    if possible(bounds):
        compute(pool, bounds, size)
        return
    with pytest.raises(Infeasible) as caught:
        compute(pool, bounds, size)
    error = caught.value
    assert not possible(bounded(error.clash))
    for left_out in error.clash:
        assert possible(bounded([one for one in error.clash if one is not left_out]))
    moved = {(one.feature, one.value, one.side): one.proposed for one in error.relaxations}
    relaxed = [
        type(one)(one.feature, one.value, moved.get((*one.cell, "min"), one.lower), moved.get((*one.cell, "max"), one.upper))
        for one in bounds
    ]
    assert possible(relaxed)


@pytest.mark.parametrize(
    ("people", "quotas", "message"),
    [
        (b"id,f\n1,x\n1,y", b"feature,value,min,max\nf,x,0,1", "Zeile 3: die Kennung „1“ steht schon in Zeile 2"),
        (b"id,f\n,x", b"feature,value,min,max\nf,x,0,1", "Zeile 2: die Kennung"),
        (b"id,g\n1,x", b"feature,value,min,max\nf,x,0,1", "fehlt die Spalte „f“"),
        (b"id,f\n1,x,y", b"feature,value,min,max\nf,x,0,1", "Zeile 2: hat 3 Spalten statt 2"),
        (b"id,f\n", b"feature,value,min,max\nf,x,0,1", "keine Zeile unter der Kopfzeile"),
        (b"id,f\n1,x", b"feature,value,min,max\nf,x,2,1", "Zeile 2: min"),
        (b"id,f\n1,x", b"feature,value,min,max\nf,x,-1,1", "keine ganze Zahl"),
        (b"id,f\n1,x", b"feature,value,min,max\nf,x,0,1\nf,x,0,1", "Zeile 3: für f = x gibt es schon eine Quote"),
        (b"id,f\n1,x", b"feature,value,min\nf,x,0", "fehlt die Spalte „max“"),
        (b"PK\0\0", b"feature,value,min,max\nf,x,0,1", "keine CSV-Datei"),
        (b'id,f\n1,"x', b"feature,value,min,max\nf,x,0,1", "lässt sich ab Zeile"),
    ],
)
def test_files_that_do_not_fit_are_refused_by_row(people, quotas, message):
    with pytest.raises(Invalid, match=message):
        read_pool(people, read_quotas(quotas))


def test_figures_of_known_chances():
    found = figures({"a": 0.5, "b": 0.5, "c": 1.0, "d": 0.0}, ["d"])
    assert found == pytest.approx({"minimum": 0.5, "maximum": 1.0, "gini": 1 / 6, "geometric_mean": 0.25 ** (1 / 3)})


def test_a_panel_falls_as_often_as_its_weight():
    picked = [pick([1, 2, 7], number.to_bytes(4, "big")) for number in range(4000)]
    assert [abs(picked.count(index) / 4000 - share) < 0.03 for index, share in enumerate([0.1, 0.2, 0.7])] == [True] * 3
