"""The tone of a text: positive, neutral or negative, with calibrated probabilities. Pure; built in, small, never certain.

Logistic regression on hashed pieces of words (2 to 5 characters) and pairs of words, weighed by how rare they are. The
head is a file of plain arrays with a manifest beside it; `beteiligung sentiment train` makes it anew from labelled texts.
On residents' statements such a model is right about every second time (docs/insight.md): it never stands alone, a
report corrects it by a sample that people labelled (`insight.shares`).

Why no encoder: measured on two cores, the multilingual ones that come inside a package take 40 to 80 ms of processor time
a text, a quarter of an hour and more for the 20,000 comments of one region; this takes under a tenth of a millisecond
a word (docs/decisions).
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from beteiligung.errors import Invalid
from beteiligung.settings import ROOT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LABELS = ("positive", "neutral", "negative")
UNCLEAR = "unclear"
"""What is said of a text whose likeliest tone has a probability under `SURE`, and the label of mixed texts."""
SURE = 0.5
HEAD = ROOT / "data" / "sentiment" / "head.npz"
_PIECES, _WORDS = 2**17, 2**16
"""Places of the two kinds of features: few enough for a file under a megabyte."""
_LINK = re.compile(r"https?://\S+|www\.\S+")
_NAME = re.compile(r"@\w+")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is known of a head: where it comes from and the SHA-256 of its arrays."""

    name: str
    version: str
    labels: tuple[str, ...]
    licence: str
    trained_on: str
    sha256: str

    @property
    def key(self) -> str:
        """Name and version, as rows name the model."""
        return f"{self.name} {self.version}"


@dataclass(frozen=True, slots=True)
class Head:
    """Arrays of a trained model: `rarity` (features), `weights` (features, 3), `bias` (3), `temperature` of the softmax."""

    manifest: Manifest
    rarity: "Floats"
    weights: "Floats"
    bias: "Floats"
    temperature: float

    def probabilities(self, texts: Sequence[str]) -> "Floats":
        """Return the calibrated probabilities, shape (texts, 3)."""
        return probabilities(texts, self)


class Model(Protocol):
    """What says how texts sound: a head of ours, or the operator's own model."""

    @property
    def manifest(self) -> Manifest:
        """What is known of it."""
        ...

    def probabilities(self, texts: Sequence[str]) -> "Floats":
        """Return the probabilities, shape (texts, 3)."""
        ...


@dataclass(frozen=True, slots=True)
class Tone:
    """What the model says of one text; probabilities in the order of LABELS, together 1."""

    label: str
    probabilities: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """How often a model is right on labelled texts, and how honest its probabilities are."""

    accuracy: float
    macro_f1: float
    ece: float
    """Expected calibration error over ten bins: the mean distance of probability and share of right answers."""
    texts: int


def classify(texts: Sequence[str], head: Model | None = None) -> list[Tone]:
    """Return the tone of each text. An empty text is unclear."""
    known = head or load()
    return [
        Tone(LABELS[int(row.argmax())] if text.strip() and row.max() >= SURE else UNCLEAR, tuple(float(p) for p in row))
        for text, row in zip(texts, known.probabilities(texts), strict=True)
    ]


def probabilities(texts: Sequence[str], head: Head) -> "Floats":
    """Return the calibrated probabilities, shape (texts, 3)."""
    if not texts:
        return np.empty((0, len(LABELS)))
    scores = (features(texts).multiply(head.rarity) @ head.weights + head.bias) / head.temperature
    scores -= scores.max(axis=1, keepdims=True)
    raised = np.exp(scores)
    shares: Floats = raised / raised.sum(axis=1, keepdims=True)
    return shares


def features(texts: Sequence[str]) -> Any:
    """Return the hashed features as a sparse matrix (texts, 196,608); each kind has length 1 in a row."""
    from scipy import sparse

    cleaned = [_NAME.sub("@", _LINK.sub("http", text)) for text in texts]
    pieces, words = _vectorisers()
    return sparse.hstack([_flattened(pieces.transform(cleaned)), _flattened(words.transform(cleaned))]).tocsr()


@cache
def _vectorisers() -> tuple[Any, Any]:
    from sklearn.feature_extraction.text import HashingVectorizer

    common = {"norm": None, "alternate_sign": False, "lowercase": True}
    return (
        HashingVectorizer(analyzer="char_wb", ngram_range=(2, 5), n_features=_PIECES, **common),
        HashingVectorizer(ngram_range=(1, 2), n_features=_WORDS, token_pattern=r"\w+|[^\w\s]+", **common),  # noqa: S106 - no password, a pattern
    )


def _flattened(counts: Any) -> Any:
    from sklearn.preprocessing import normalize

    counts.data = 1 + np.log(counts.data)
    return normalize(counts)


# Files


@cache
def load(path: Path = HEAD) -> Head:
    """Read a head. Raises Invalid where the file is not the one its manifest names."""
    try:
        manifest = Manifest(**{**json.loads(path.with_suffix(".json").read_text("utf-8")), "labels": LABELS})
        data = path.read_bytes()
    except (OSError, ValueError, TypeError) as error:
        raise Invalid(f"Das Modell {path.name} lässt sich nicht lesen: {error}") from error
    if hashlib.sha256(data).hexdigest() != manifest.sha256:
        raise Invalid(f"Das Modell {path.name} ist nicht das, das seine Beschreibung nennt.")
    return unpacked(data, manifest)


def unpacked(data: bytes, manifest: Manifest) -> Head:
    """Return the head that `packed` wrote. Raises ValueError for a file that holds a pickle."""
    with np.load(BytesIO(data), allow_pickle=False) as arrays:
        rarity, weights, bias = (arrays[name].astype(np.float64) for name in ("rarity", "weights", "bias"))
        return Head(manifest, rarity, weights, bias, float(arrays["temperature"]))


def packed(head: Head) -> tuple[bytes, Manifest]:
    """Return the arrays of a head as a file of plain arrays (half precision), and its manifest with their SHA-256."""
    file = BytesIO()
    np.savez_compressed(
        file,
        allow_pickle=False,
        rarity=head.rarity.astype(np.float16),
        weights=head.weights.astype(np.float16),
        bias=head.bias.astype(np.float32),
        temperature=np.float32(head.temperature),
    )
    data = file.getvalue()
    return data, replace(head.manifest, sha256=hashlib.sha256(data).hexdigest())


def save(path: Path, head: Head) -> None:
    """Write a head as plain arrays with its manifest beside it."""
    data, manifest = packed(head)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    path.with_suffix(".json").write_text(json.dumps(asdict(manifest), ensure_ascii=False, indent=2) + "\n", "utf-8")


# Training and judging


def train(texts: Sequence[str], labels: Sequence[str], held: tuple[Sequence[str], Sequence[str]], manifest: Manifest) -> Head:
    """Fit a head on labelled texts; `held` (texts, labels) sets the temperature and decides how strictly weights are kept small.

    Labels other than the three are left out. Raises Invalid with fewer than 30 texts of a tone.
    """
    from sklearn.linear_model import LogisticRegression

    kept = [(text, label) for text, label in zip(texts, labels, strict=True) if label in LABELS]
    answers = [label for _text, label in kept]
    if min(answers.count(label) for label in LABELS) < 30:
        raise Invalid("Zum Lernen braucht es je Tonlage mindestens 30 Texte.")
    raw = features([text for text, _label in kept])
    seen = np.asarray((raw > 0).sum(axis=0)).ravel()
    rarity = np.where(seen >= 2, np.log((1 + raw.shape[0]) / (1 + seen)) + 1, 0.0)
    known = np.flatnonzero(rarity)
    weighed = raw.multiply(rarity).tocsr()[:, known]
    best: tuple[float, Head] | None = None
    for strictness in (0.3, 1.0, 3.0):
        model = LogisticRegression(C=strictness, class_weight="balanced", max_iter=300).fit(weighed, answers)
        order = [list(model.classes_).index(label) for label in LABELS]
        weights = np.zeros((len(rarity), len(LABELS)))
        weights[known] = model.coef_[order].T
        head = _tempered(Head(manifest, rarity, weights, model.intercept_[order], 1.0), *held)
        reached = evaluate(head, *held).macro_f1
        if best is None or reached > best[0]:
            best = (reached, head)
    assert best is not None  # noqa: S101 - three were tried
    return best[1]


def _tempered(head: Head, texts: Sequence[str], labels: Sequence[str]) -> Head:
    """Set the temperature at which the held-out labels are likeliest (Guo et al., ICML 2017)."""
    right = np.array([LABELS.index(label) if label in LABELS else -1 for label in labels])
    made = [Head(head.manifest, head.rarity, head.weights, head.bias, t) for t in np.geomspace(0.3, 5.0, 40)]

    def surprise(one: Head) -> float:
        said = probabilities(texts, one)[right >= 0]
        return float(-np.log(said[np.arange(len(said)), right[right >= 0]] + 1e-12).mean())

    return min(made, key=surprise)


def evaluate(head: Model, texts: Sequence[str], labels: Sequence[str]) -> Score:
    """Compare the likeliest tone with labels; a label that is none of the three (mixed, unclear) can only be missed.

    Macro F1 is the mean over the labels that occur. Raises Invalid without texts.
    """
    if not texts:
        raise Invalid("Die Datei enthält keine Texte.")
    said = head.probabilities(texts)
    sure = said.max(axis=1)
    named = [LABELS[int(row.argmax())] for row in said]
    right = np.array([name == label for name, label in zip(named, labels, strict=True)])
    return Score(float(right.mean()), _macro_f1(named, labels), calibration_error(sure, right), len(texts))


def _macro_f1(named: Sequence[str], labels: Sequence[str]) -> float:
    scores = []
    for label in sorted(set(labels)):
        hits = sum(a == b == label for a, b in zip(named, labels, strict=True))
        both = sum(one == label for one in (*named, *labels))
        scores.append(2 * hits / both if both else 0.0)
    return float(np.mean(scores))


def calibration_error(sure: "Floats", right: Any, bins: int = 10) -> float:
    """Return the expected calibration error of probabilities (n) and whether each was right (n)."""
    place = np.minimum((sure * bins).astype(int), bins - 1)
    return float(
        sum((place == b).mean() * abs(sure[place == b].mean() - right[place == b].mean()) for b in range(bins) if (place == b).any())
    )
