"""An operator's own model of tone: refused with a reason unless it is what its manifest says, and in use only once it has beaten the other.

onnxruntime itself is not among the tools of the tests (68 MB): a session that answers as it would stands behind `open_session`.
"""

import hashlib
import json
from types import SimpleNamespace

import numpy as np
import pytest
from click.testing import CliRunner
from sqlmodel import select

from beteiligung.cli import main
from beteiligung.db import reading
from beteiligung.errors import Invalid
from beteiligung.insight import onnx_model, sentiment, tone_reading
from beteiligung.insight.tone_models import ToneHead
from beteiligung.jobs import Job, OutboxEntry
from beteiligung.settings import settings
from conftest import forget_caches
from insight.tone_scene import WORDS, labelled_scene

FILE = b"what the runtime would read"
LABELS = ["negative", "neutral", "positive"]
GOOD = {
    "name": "county", "version": "3", "licence": "MIT", "source": "https://example.org/county", "file": "model.onnx",
    "labels": LABELS, "sha256": hashlib.sha256(FILE).hexdigest(),
}  # fmt: skip


def right(text):
    """What a model says that is always right about the scene's words."""
    said = next((label for label, words in WORDS.items() if text.startswith(words)), "neutral")
    return [0.9 if label == said else 0.05 for label in LABELS]


class Session:
    """As onnxruntime's, over a function from a text to three numbers."""

    def __init__(self, answer):
        self.answer = answer

    def get_inputs(self):
        return [SimpleNamespace(name="text", type="tensor(string)")]

    def run(self, _outputs, given):
        return [np.array([0]), np.array([self.answer(row[0]) for row in given["text"]])]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a model that runs and is right."""
    (tmp_path / "model.onnx").write_bytes(FILE)
    (tmp_path / "manifest.json").write_text(json.dumps(GOOD))
    monkeypatch.setenv("BETEILIGUNG_TONE_MODEL", str(tmp_path))
    monkeypatch.setattr(onnx_model, "why_not_runnable", lambda: None)
    monkeypatch.setattr(onnx_model, "open_session", lambda _data: Session(right))
    forget_caches()
    onnx_model._session.cache_clear()
    yield tmp_path
    monkeypatch.undo()
    forget_caches()
    onnx_model._session.cache_clear()


def test_a_model_gives_its_numbers_in_our_order(folder):
    model = onnx_model.own()
    assert model.manifest.key == "county 3"
    said = model.probabilities([WORDS["positive"], WORDS["negative"]])
    assert np.allclose(said, [[0.9, 0.05, 0.05], [0.05, 0.05, 0.9]])
    assert [tone.label for tone in sentiment.classify([WORDS["negative"], ""], model)] == ["negative", "unclear"]
    assert model.probabilities([]).shape == (0, 3)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"licence": " "}, "fehlt: licence"),
        ({"source": None}, "fehlt: source"),
        ({"labels": ["positive", "negative"]}, "nicht genau diese drei"),
        ({"scores": "stars"}, "weder probabilities noch logits"),
        ({"file": "../model.onnx"}, "liegt nicht neben"),
        ({"file": "other.onnx"}, "liegt nicht neben"),
        ({"sha256": "0" * 64}, "Prüfsumme stimmt nicht"),
    ],
)
def test_a_model_that_is_not_what_it_says_is_refused(folder, change, said):
    (folder / "manifest.json").write_text(json.dumps(GOOD | change))
    with pytest.raises(Invalid, match=said):
        onnx_model.own()


def test_a_folder_without_a_manifest_is_refused(tmp_path):
    with pytest.raises(Invalid, match="lässt sich nicht lesen"):
        onnx_model.load(tmp_path)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda _text: [0.5, 0.5], "nicht drei Zahlen"),
        (lambda _text: [float("nan")] * 3, "nicht drei Zahlen"),
        (lambda _text: [1.0, 1.0, 1.0], "keine Wahrscheinlichkeiten"),
    ],
)
def test_what_is_no_probability_is_refused(folder, monkeypatch, answer, said):
    monkeypatch.setattr(onnx_model, "open_session", lambda _data: Session(answer))
    with pytest.raises(Invalid, match=said):
        onnx_model.own().probabilities(["Text"])


def test_logits_become_probabilities(folder, monkeypatch):
    (folder / "manifest.json").write_text(json.dumps(GOOD | {"scores": "logits"}))
    monkeypatch.setattr(onnx_model, "open_session", lambda _data: Session(lambda _text: [0.0, 0.0, 700.0]))
    assert np.allclose(onnx_model.own().probabilities(["Text"]), [[1, 0, 0]])


def test_nothing_is_loaded_where_none_is_set():
    assert settings().tone_model is None
    assert onnx_model.own() is None


def test_it_takes_over_only_when_asked_and_better_and_says_when_it_is_gone(database, folder):
    labelled_scene()
    with reading() as session:
        assert tone_reading.current_head(session).manifest == sentiment.load().manifest  # being there changes nothing
    told = CliRunner().invoke(main, ["sentiment", "adopt", "--dry-run"])
    assert told.exit_code == 0, told.output
    with reading() as session:
        assert session.exec(select(ToneHead)).all() == []
    told = CliRunner().invoke(main, ["sentiment", "adopt"])
    assert "county 3 (MIT) takes over" in told.output
    with reading() as session:
        assert tone_reading.current_head(session).manifest.key == "county 3"
        (row,) = session.exec(select(ToneHead)).all()
        assert (row.manifest["kind"], row.manifest["licence"], row.arrays) == ("onnx", "MIT", None)
        assert session.exec(select(OutboxEntry.job).where(OutboxEntry.job == Job.READ_TONES.value)).all()
        read = tone_reading.classified([tone_reading.ToRead(1, WORDS["positive"])], tone_reading.current_head(session))
        assert (read[0]["model"], read[0]["label"]) == ("county 3", "positive")
    again = CliRunner().invoke(main, ["sentiment", "adopt"])
    assert "schon im Einsatz" in again.output
    (folder / "manifest.json").write_text(json.dumps(GOOD | {"sha256": hashlib.sha256(b"another").hexdigest()}))
    (folder / "model.onnx").write_bytes(b"another")
    with reading() as session, pytest.raises(Invalid, match="liegt aber nicht mehr"):
        tone_reading.current_head(session)


def test_one_that_is_no_better_stays_out(database, folder, monkeypatch):
    monkeypatch.setattr(onnx_model, "open_session", lambda _data: Session(lambda _text: [0.3, 0.4, 0.3]))
    assert "60 Texte" in CliRunner().invoke(main, ["sentiment", "adopt"]).output
    labelled_scene()
    told = CliRunner().invoke(main, ["sentiment", "adopt"])
    assert "is not better beyond chance" in told.output
    with reading() as session:
        assert session.exec(select(ToneHead)).all() == []


def test_the_doctor_says_what_is_wrong_with_it(database, folder):
    assert "model of tone: county 3 (MIT) runs" in CliRunner().invoke(main, ["doctor"]).output
    (folder / "manifest.json").write_text(json.dumps({**GOOD, "licence": ""}))
    told = CliRunner().invoke(main, ["doctor"])
    assert "fehlt: licence" in told.output
    assert told.exit_code != 0


def test_the_doctor_says_that_the_runtime_is_missing(database, folder, monkeypatch):
    monkeypatch.setattr(onnx_model, "why_not_runnable", lambda: "Das Paket onnxruntime fehlt.")
    assert "onnxruntime fehlt" in CliRunner().invoke(main, ["doctor"]).output
