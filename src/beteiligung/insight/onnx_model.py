"""An operator's own model of tone: a folder with an ONNX file and a manifest that says what it is. Nothing here runs unless one is set.

The file takes plain strings and gives three numbers a text. It is read as bytes and only if its SHA-256 is the manifest's, so that
it can neither load a file beside it nor code from anywhere; `onnxruntime` is imported when the first text is classified.
Being there changes nothing: it comes into use as any other model does (`insight.tone_learning`).
"""

import hashlib
import importlib
import importlib.util
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from beteiligung.errors import Invalid
from beteiligung.i18n import _
from beteiligung.insight.sentiment import LABELS, Manifest
from beteiligung.settings import settings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MANIFEST = "manifest.json"
LARGEST = 2 * 1024**3
"""Bytes of a model."""
_BATCH = 64
_NAMED = ("name", "version", "licence", "source", "sha256", "file")


@dataclass(frozen=True, slots=True)
class OwnModel:
    """A model of the operator whose file is the one its manifest names. `order`: the places of LABELS among its numbers."""

    manifest: Manifest
    path: Path
    order: tuple[int, ...]
    scores: Literal["probabilities", "logits"]
    output: str | None

    def probabilities(self, texts: Sequence[str]) -> "Floats":
        """Return the probabilities, shape (texts, 3). Raises Invalid where the model gives something else."""
        session = _session(self.path, self.manifest.sha256)
        name = session.get_inputs()[0].name
        rows = [np.empty((0, len(LABELS)))]
        for start in range(0, len(texts), _BATCH):
            some = np.array([[text] for text in texts[start : start + _BATCH]], dtype=object)
            given = session.run([self.output] if self.output else None, {name: some})[-1]
            rows.append(self._shares(np.asarray(given, dtype=np.float64), len(some)))
        return np.vstack(rows)

    def _shares(self, given: "Floats", texts: int) -> "Floats":
        if given.shape != (texts, len(LABELS)) or not np.isfinite(given).all():
            raise Invalid(_("Das Modell {name} gibt nicht drei Zahlen je Text.").format(name=self.manifest.key))
        if self.scores == "logits":
            given = np.exp(given - given.max(axis=1, keepdims=True))
            given /= given.sum(axis=1, keepdims=True)
        if (given < 0).any() or np.abs(given.sum(axis=1) - 1).max() > 1e-3:
            raise Invalid(_("Was das Modell {name} gibt, sind keine Wahrscheinlichkeiten.").format(name=self.manifest.key))
        return given[:, self.order]


def own() -> OwnModel | None:
    """Return the operator's model, None where no folder is set. Raises Invalid with what is wrong with it."""
    folder = settings().tone_model
    return load(folder) if folder is not None else None


def load(folder: Path) -> OwnModel:
    """Read a folder. Raises Invalid where the manifest is incomplete, names no licence, or the file is another one than it says."""
    path = folder / MANIFEST
    try:
        said: dict[str, Any] = dict(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise Invalid(_("Die Beschreibung {path} lässt sich nicht lesen: {error}").format(path=path, error=error)) from error
    missing = [name for name in _NAMED if not isinstance(said.get(name), str) or not said[name].strip()]
    if missing:
        raise Invalid(_("In {path} fehlt: {names}.").format(path=path, names=", ".join(missing)))
    if sorted(map(str, said.get("labels") or ())) != sorted(LABELS):
        raise Invalid(_("In {path} nennt „labels“ nicht genau diese drei: {names}.").format(path=path, names=", ".join(LABELS)))
    scores = said.get("scores", "probabilities")
    if scores not in ("probabilities", "logits"):
        raise Invalid(_("In {path} ist „scores“ weder probabilities noch logits.").format(path=path))
    file = folder / said["file"]
    if Path(said["file"]).name != said["file"] or not file.is_file():
        raise Invalid(_("Die Datei {file} liegt nicht neben {path}.").format(file=said["file"], path=path))
    if file.stat().st_size > LARGEST:
        raise Invalid(_("Das Modell {file} ist größer als 2 GB.").format(file=file))
    if _sha256(file, file.stat().st_mtime_ns) != said["sha256"].lower():
        raise Invalid(_("Das Modell {file} ist nicht das, das seine Beschreibung nennt: Die Prüfsumme stimmt nicht.").format(file=file))
    manifest = Manifest(said["name"], said["version"], LABELS, said["licence"], said["source"], said["sha256"].lower())
    return OwnModel(manifest, file, tuple(said["labels"].index(label) for label in LABELS), scores, said.get("output"))


def why_not_runnable() -> str | None:
    """Say what keeps a model from running here, None where nothing does."""
    if importlib.util.find_spec("onnxruntime") is None:
        return _("Das Paket onnxruntime fehlt. Bitte installieren Sie beteiligung[onnx].")
    return None


@cache
def _sha256(file: Path, _changed: int) -> str:
    with file.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


@cache
def _session(file: Path, sha256: str) -> Any:
    """Return the runtime's session over the bytes that have this SHA-256, on one thread. Raises Invalid."""
    if why := why_not_runnable():
        raise Invalid(why)
    data = file.read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise Invalid(_("Das Modell {file} ist nicht das, das seine Beschreibung nennt: Die Prüfsumme stimmt nicht.").format(file=file))
    return open_session(data)


def open_session(data: bytes) -> Any:
    """Return onnxruntime's session over a model. Raises Invalid where it cannot be read or wants anything but strings."""
    runtime = importlib.import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    try:
        session = runtime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the runtime has a class of its own for every kind
        raise Invalid(_("Das Modell lässt sich nicht lesen: {error}").format(error=str(error)[:300])) from error
    inputs = [(one.name, one.type) for one in session.get_inputs()]
    if len(inputs) != 1 or inputs[0][1] != "tensor(string)":
        raise Invalid(_("Das Modell muss genau einen Eingang haben, der Texte nimmt. Es hat: {inputs}.").format(inputs=inputs))
    return session
