"""The tone of texts: figures on a public test set, files that say what they are, and honest probabilities."""

import json
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from beteiligung.cli import main
from beteiligung.errors import Invalid
from beteiligung.insight import sentiment
from beteiligung.settings import ROOT

COMMENTS = ROOT.parent / "shared" / "data" / "comments"
GOOD = ["gut", "prima", "toll", "schön", "wunderbar", "danke"]
BAD = ["schlecht", "schlimm", "übel", "ärgerlich", "traurig", "falsch"]
PLAIN = ["montag", "rathaus", "antrag", "sitzung", "seite", "nummer"]


def invented(size=40, seed=0):
    random = np.random.default_rng(seed)
    texts, labels = [], []
    for label, words in zip(sentiment.LABELS, (GOOD, PLAIN, BAD), strict=True):
        for _number in range(size):
            texts.append("Das ist " + " ".join(random.choice(words, 3)))
            labels.append(label)
    return texts, labels


@pytest.fixture(scope="module")
def small():
    manifest = sentiment.Manifest("small", "1", sentiment.LABELS, "CC0", "invented", "")
    return sentiment.train(*invented(), invented(seed=1), manifest)


def test_the_head_that_ships_does_on_the_public_test_set_what_is_said_of_it():
    result = CliRunner().invoke(main, ["sentiment", "evaluate", str(COMMENTS / "potts" / "test.tsv"), "--json"])
    said = json.loads(result.output)
    print(f"\nPotTS test: {said}")
    assert said["accuracy"] >= 0.63
    assert said["ece"] <= 0.05


def test_probabilities_are_shares_and_an_unsure_answer_is_unclear(small):
    tones = sentiment.classify(["Das ist toll prima", "Das ist übel schlimm", "", "qzx"], small)
    assert [tone.label for tone in tones[:3]] == ["positive", "negative", "unclear"]
    for tone in tones:
        assert sum(tone.probabilities) == pytest.approx(1)
        assert (max(tone.probabilities) < sentiment.SURE) <= (tone.label == "unclear")


def test_a_text_alone_and_among_others_is_said_to_be_the_same(small):
    texts = invented(5, seed=3)[0]
    together = sentiment.probabilities(texts, small)
    alone = np.vstack([sentiment.probabilities([text], small) for text in texts])
    assert np.allclose(together, alone)


def test_a_head_is_kept_as_plain_arrays_and_read_only_as_described(tmp_path, small):
    path = tmp_path / "head.npz"
    sentiment.save(path, small)
    read = sentiment.load(path)
    texts, labels = invented(seed=2)
    assert sentiment.evaluate(read, texts, labels).accuracy == sentiment.evaluate(small, texts, labels).accuracy
    other = tmp_path / "other.npz"
    sentiment.save(other, replace(small, temperature=small.temperature * 2))
    other.with_suffix(".json").write_text(path.with_suffix(".json").read_text("utf-8"), "utf-8")
    with pytest.raises(Invalid, match="nicht das"):
        sentiment.load(other)
    with pytest.raises(Invalid, match="lesen"):
        sentiment.load(tmp_path / "none.npz")


def test_training_twice_gives_the_same_head_and_the_command_writes_it(tmp_path):
    files = {}
    for name, seed in (("train", 0), ("held", 1)):
        files[name] = tmp_path / f"{name}.jsonl"
        rows = [{"text": text, "sentiment": label} for text, label in zip(*invented(seed=seed), strict=True)]
        files[name].write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    made = []
    for out in (tmp_path / "a", tmp_path / "b"):
        command = ["sentiment", "train", str(files["train"]), "--held", str(files["held"]), "--out", str(out)]
        assert CliRunner().invoke(main, command).exit_code == 0
        made.append(sentiment.load(out.with_suffix(".npz")))
    assert (made[0].weights == made[1].weights).all()
    evaluated = CliRunner().invoke(main, ["sentiment", "evaluate", str(files["held"]), "--model", str(tmp_path / "a.npz")])
    assert "accuracy 1.000" in evaluated.output


def test_figures_are_those_of_a_recount(small):
    texts, labels = ["Das ist toll", "Das ist übel", "Das ist übel", "Das ist ein Antrag"], ["positive", "negative", "positive", "unclear"]
    score = sentiment.evaluate(small, texts, labels)
    assert score.accuracy == 0.5
    assert score.macro_f1 == pytest.approx((2 / 3 + 2 / 3 + 0) / 3)


@pytest.mark.parametrize("content", ['{"text": "x"}\n', "kein json\n", "[]\n"])
def test_a_bad_file_is_refused_with_its_line(tmp_path, content):
    path = tmp_path / "labels.jsonl"
    path.write_text(content, "utf-8")
    result = CliRunner().invoke(main, ["sentiment", "evaluate", str(path)])
    assert result.exit_code == 1
    assert "Zeile 1" in result.output
