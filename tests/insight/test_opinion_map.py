"""Opinion groups: the figures of real conversations, and what must hold for any votes."""

import csv
import json

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from beteiligung.cli import main
from beteiligung.errors import Invalid
from beteiligung.insight import opinion_map as maps
from beteiligung.insight.vote_file import read_votes
from beteiligung.settings import ROOT

POLIS = ROOT.parent / "shared" / "data" / "council-and-opinion" / "polis"
EXPECTED = json.loads((POLIS / "expected.json").read_text("utf-8"))
LEAST = {
    "austria-climate.2vkxcncppn.2022-07-07": 0.93,
    "austria-climate.5twd2jsnkf.2022-08-08": 0.93,
    "ssis.land-bank-farmland.2rumnecbeh.2021-08-01": 0.93,
    "scoop-hivemind.biodiversity": 0.88,
    "scoop-hivemind.taxes": 0.88,
    "brexit-consensus": 0.85,
    "15-per-hour-seattle": 0.82,
    "vtaiwan.uberx": 0.80,
}


def votes_of(matrix):
    """Make votes from an array of 1, -1, 0 and NaN."""
    row, column = np.nonzero(~np.isnan(matrix))
    names = tuple(str(n) for n in range(matrix.shape[1]))
    return maps.Votes(len(matrix), names, row, column, matrix[row, column].astype(np.int64))


def camps(sizes, statements=40, seed=0, seen=0.6):
    """Make people of several camps that vote against each other on every statement, with some noise."""
    random = np.random.default_rng(seed)
    sides = random.choice([-1.0, 1.0], size=(len(sizes), statements))
    camp = np.repeat(np.arange(len(sizes)), sizes)
    matrix = np.where(random.random((len(camp), statements)) < 0.9, sides[camp], -sides[camp])
    matrix[random.random(matrix.shape) > seen] = np.nan
    return matrix, camp


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_real_conversations_are_grouped_as_recorded(name):
    from sklearn.metrics import adjusted_rand_score

    read = read_votes(POLIS / name / "participants-votes.csv")
    recorded = np.array([int(cell) if cell else -1 for cell in read.columns["group-id"]])
    found = maps.opinion_map(read.votes, EXPECTED[name]["regrouping"]["force_k"])
    both = (recorded >= 0) & (found.labels >= 0)
    agreement = adjusted_rand_score(recorded[both], found.labels[both])
    print(f"\n{name}: adjusted Rand index {agreement:.3f}, stability {found.stability:.2f}, clear {found.clear}")
    if name == "football-concussions":
        assert not found.clear
        assert maps.opinion_map(read.votes).groups == 1
    else:
        assert agreement >= LEAST[name]
        assert found.clear


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_consensus_and_representative_statements_of_recorded_groups_are_exact(name):
    read = read_votes(POLIS / name / "participants-votes.csv")
    recorded = [int(cell) if cell else -1 for cell in read.columns["group-id"]]
    found = maps.recorded_map(read.votes, recorded)
    expected = EXPECTED[name]["with_recorded_labels"]
    with (POLIS / name / "comments.csv").open(encoding="utf-8", newline="") as file:
        out = {int(row["comment-id"]) for row in csv.DictReader(file) if row["moderated"] == "-1"}
    for direction in maps.DIRECTIONS:
        ranked = maps.consensus(found.counts, read.votes.statements, direction)
        values = {int(one.statement): one.value for one in ranked if int(one.statement) not in out}
        for statement, value in expected[f"top5_group_aware_consensus_{direction}"]:
            assert values[statement] == pytest.approx(value, abs=1e-8)
        top = sorted(values.values(), reverse=True)[:5]
        assert top == pytest.approx([value for _statement, value in expected[f"top5_group_aware_consensus_{direction}"]], abs=1e-8)
    for group, items in expected["representative"].items():
        figures = {int(one.statement): one for one in maps.representativeness(found.counts, read.votes.statements, int(group))}
        for statement, direction, count, seen, repness, z_ratio in items:
            one = figures[statement]
            assert (one.direction, one.count, one.seen) == (direction, count, seen)
            assert (one.repness, one.z_ratio) == pytest.approx((repness, z_ratio), abs=1e-8)
        strongest = {int(one.statement) for one in maps.representative(found.counts, read.votes.statements, int(group))}
        assert len(strongest & {item[0] for item in items}) >= 4


def test_eight_who_all_agree_do_not_outrank_many():
    matrix = np.full((1400, 2), np.nan)
    matrix[:, 0] = np.where(np.arange(1400) < 994, 1, -1)
    matrix[:8, 1] = 1
    counts = maps.count(votes_of(matrix), np.zeros(1400, dtype=np.int64))
    ranked = maps.consensus(counts, ("many", "few"))
    assert [one.statement for one in ranked] == ["many", "few"]
    assert ranked[0].value < ranked[1].value


@pytest.mark.parametrize("sizes", [(60, 40), (120, 100, 80)])
def test_camps_are_found(sizes):
    from sklearn.metrics import adjusted_rand_score

    matrix, camp = camps(sizes)
    found = maps.opinion_map(votes_of(matrix))
    assert found.clear
    assert found.groups == len(sizes)
    assert maps.sizes(found) == sorted(maps.sizes(found), reverse=True)
    assert adjusted_rand_score(camp, found.labels) > 0.95


@pytest.mark.parametrize("seed", range(5))
def test_where_nobody_votes_alike_no_groups_are_named(seed):
    random = np.random.default_rng(seed)
    matrix = random.choice([1.0, -1.0, 0.0], size=(300, 40), p=[0.5, 0.3, 0.2])
    matrix[random.random(matrix.shape) > 0.5] = np.nan
    found = maps.opinion_map(votes_of(matrix))
    assert not found.clear
    assert found.groups == 1
    assert found.reason


def test_no_group_has_under_ten_people():
    matrix, _camp = camps((90, 6))
    found = maps.opinion_map(votes_of(matrix))
    assert min(maps.sizes(found)) >= maps.LEAST_GROUP


def test_too_few_people_or_votes_are_not_grouped():
    matrix, _camp = camps((10, 9))
    assert maps.opinion_map(votes_of(matrix)).reason == "too few people"
    sparse, _camp = camps((60, 40), statements=8, seen=0.3)
    found = maps.opinion_map(votes_of(sparse))
    assert (found.labels[(~np.isnan(sparse)).sum(axis=1) < maps.LEAST_VOTES] == -1).all()


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000))
def test_the_order_of_votes_changes_nothing_and_counts_equal_a_recount(seed):
    random = np.random.default_rng(seed)
    matrix, _camp = camps((30, 25), statements=15, seed=seed)
    votes = votes_of(matrix)
    order = random.permutation(len(votes.row))
    shuffled = maps.Votes(votes.people, votes.statements, votes.row[order], votes.column[order], votes.value[order])
    found, again = maps.opinion_map(votes), maps.opinion_map(shuffled)
    assert (found.labels == again.labels).all()
    for group in range(found.groups):
        of_group = matrix[found.labels == group]
        assert (found.counts.agree[group] == (of_group == 1).sum(axis=0)).all()
        assert (found.counts.disagree[group] == (of_group == -1).sum(axis=0)).all()
        assert (found.counts.seen[group] == (~np.isnan(of_group)).sum(axis=0)).all()


def write(path, matrix, extra=None):
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["participant", *([extra[0]] if extra else []), *range(matrix.shape[1])])
        for number, row in enumerate(matrix):
            cells = ["" if np.isnan(value) else int(value) for value in row]
            out.writerow([number, *([extra[1][number]] if extra else []), *cells])


def test_the_command_prints_labels_per_row_and_what_unites(tmp_path):
    matrix, camp = camps((40, 30))
    write(tmp_path / "votes.csv", matrix, ("camp", camp))
    said = json.loads(CliRunner().invoke(main, ["insight", "opinion-map", str(tmp_path / "votes.csv"), "--json"]).output)
    assert said["people"] == len(said["labels"]) == 70
    assert sum(said["sizes"]) == 70
    assert said["stability"]["stable"]
    assert set(said["representative"]) == {"0", "1"}
    forced = json.loads(CliRunner().invoke(main, ["insight", "opinion-map", str(tmp_path / "votes.csv"), "--groups", "3", "--json"]).output)
    assert forced["groups"] == 3
    given_groups = ["insight", "opinion-map", str(tmp_path / "votes.csv"), "--groups-from", "camp", "--json"]
    assert json.loads(CliRunner().invoke(main, given_groups).output)["labels"] == camp.tolist()
    assert "group 1" in CliRunner().invoke(main, ["insight", "opinion-map", str(tmp_path / "votes.csv")]).output


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("participant,0,1\n1,1\n", "Zeile 2 hat 2 Spalten"),
        ("participant,0,1\n1,1,2\n", "weder 1 noch 0 noch -1"),
        ("person,name\n1,x\n", "keine Spalte"),
        ("", "keine Spalte"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(tmp_path, content, message):
    path = tmp_path / "votes.csv"
    path.write_text(content, "utf-8")
    with pytest.raises(Invalid, match=message):
        read_votes(path)
    result = CliRunner().invoke(main, ["insight", "opinion-map", str(path)])
    assert result.exit_code == 1
    assert "Traceback" not in result.output
