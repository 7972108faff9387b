"""A head that learns from what people labelled here, and the rule by which it takes over.

The built-in head's scores stay as they are, scaled; added is a kernel logistic regression on the same features, so that
some hundred labels shift it and do not forget what it knew. It is judged by labels that neither head has seen: those
given since the head in use was learned, each by a new head that was learned without it (cross-validation).
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import update
from sqlmodel import Session, col, func, select

from beteiligung.insight import sentiment, tone_rules
from beteiligung.insight.sentiment import LABELS, Head, Manifest, Model
from beteiligung.insight.tone_models import SampleText, ToneHead, ToneLabel, ToneSample
from beteiligung.insight.tone_reading import OWN, READABLE, current_head, whole_text
from beteiligung.insight.tone_rules import Given
from beteiligung.jobs import Job, enqueue
from beteiligung.participation.models import Comment

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LEAST_LABELS = 150
"""Labels under which nothing is learned."""
LEAST_UNSEEN = 60
"""Labels neither head has seen under which nothing is learned: a difference could not be told from chance."""
MOST_LABELS = 3_000
"""Of the newest; the kernel of more does not fit into a worker's memory."""
FOLDS = 5
STRICTNESS = 2.0
"""How dearly the regression pays for moving away from the built-in head. Set once, not tuned: the folds would judge it too kindly."""
SURE = 1.645
"""Standard errors by which the new head has to be better: by chance alone it would be so one time in twenty."""


@dataclass(frozen=True)
class Comparison:
    """Old and new head on labels that neither has seen; `labels` are all that the new one was learned from."""

    labels: int
    unseen: int
    old_accuracy: float
    new_accuracy: float
    old_loss: float
    """Mean surprise, −ln of the probability of the label given."""
    new_loss: float
    gain: float
    """How much more often the new head is right, in standard errors."""
    new_ece: float

    @property
    def takes_over(self) -> bool:
        """Whether the new head is right more often beyond chance, and its probabilities are no worse."""
        return self.gain > SURE and self.new_loss <= self.old_loss


@dataclass(frozen=True)
class Learned:
    """What came of it: the head, only where it takes over."""

    comparison: Comparison
    head: Model | None


@dataclass(frozen=True)
class Lesson:
    """A labelled text; `unseen`: the head in use was learned without it."""

    text: str
    label: str
    unseen: bool = True


def learn(lessons: Sequence[Lesson], old: Model, number: int, base: Head | None = None) -> Learned | None:
    """Learn a head from `base` (the built-in one) and labelled texts, and compare it with the one in use. Pure.

    Labels are of LABELS; `number` becomes the new head's version. None with too few labels. The same input gives the same head.
    """
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # comes with scikit-learn

    base = base or sentiment.load()
    texts, labels = [one.text for one in lessons], [one.label for one in lessons]
    unseen = np.array([one.unseen for one in lessons], dtype=bool)
    if len(texts) < LEAST_LABELS or unseen.sum() < LEAST_UNSEEN or len(set(labels)) < 2:
        return None
    right = np.array([LABELS.index(label) for label in labels])
    rarity, weighed = _features(base, texts)
    scores = _log(sentiment.probabilities(texts, base))
    kernel = np.asarray((weighed @ weighed.T).todense())
    with threadpool_limits(limits=1):  # beside other work, threads of BLAS that wait for each other took forty times as long
        comparison = _compare(scores, kernel, right, unseen, old.probabilities(texts))
        if not comparison.takes_over:
            return Learned(comparison, None)
        scale, added, bias = _fit(scores, kernel, right)
    weights = base.weights * (scale / base.temperature)
    weights += np.asarray(weighed.T @ added)
    manifest = Manifest(
        "tone-local", str(number), LABELS, base.manifest.licence, f"{base.manifest.key}, {len(texts)} labels of this site", ""
    )
    return Learned(comparison, Head(manifest, rarity, weights, base.bias * (scale / base.temperature) + bias, 1.0))


def _features(base: Head, texts: Sequence[str]) -> tuple["Floats", Any]:
    """Return the rarity of all features and the weighed features of the texts; what the old head did not know gets a rarity from here."""
    raw = sentiment.features(texts)
    seen = np.asarray((raw > 0).sum(axis=0)).ravel()
    here = np.where(seen >= 2, np.log((1 + raw.shape[0]) / (1 + seen)) + 1, 0.0)
    rarity = np.where(base.rarity > 0, base.rarity, here)
    return rarity, raw.multiply(rarity).tocsr()


def _log(shares: "Floats") -> "Floats":
    logs: Floats = np.log(np.maximum(shares, 1e-12))
    return logs


def _softmax(scores: "Floats") -> "Floats":
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Floats = raised / raised.sum(axis=1, keepdims=True)
    return shares


def _fit(scores: "Floats", kernel: "Floats", right: "NDArray[np.int64]") -> tuple[float, "Floats", "Floats"]:
    """Return (scale of the old scores, coefficients (texts, 3) of the kernel, bias (3)) of the likeliest head, held back by STRICTNESS.

    Newton's method with conjugate gradients, in coordinates z with kernel = root rootᵀ and coefficients = root⁻ᵀ z: there
    the search is round, and short.
    """
    from scipy.linalg import solve_triangular
    from scipy.optimize import minimize

    n, tones = scores.shape
    wanted = np.eye(tones)[right]
    root = np.linalg.cholesky(kernel + 1e-6 * np.eye(n) * max(1.0, kernel.trace() / n))
    held = np.full(1 + tones + n * tones, STRICTNESS)
    held[1 : 1 + tones] /= 10  # how often each tone occurs here is free to differ
    start = np.zeros_like(held)
    start[0] = 1.0

    def told(flat: "Floats") -> "Floats":
        each: Floats = flat[0] * scores + root @ flat[1 + tones :].reshape(n, tones) + flat[1 : 1 + tones]
        return each

    def back(each: "Floats") -> "Floats":
        return np.concatenate([[float((each * scores).sum())], each.sum(axis=0), (root.T @ each).ravel()])

    def cost(flat: "Floats") -> float:
        moved = flat - start
        return float(moved @ (held * moved)) / 2 - float(np.log(_softmax(told(flat))[np.arange(n), right] + 1e-12).sum())

    def slope(flat: "Floats") -> "Floats":
        return back(_softmax(told(flat)) - wanted) + held * (flat - start)

    def bend(flat: "Floats", along: "Floats") -> "Floats":
        shares, moved = _softmax(told(flat)), told(along)
        return back(shares * (moved - (shares * moved).sum(axis=1, keepdims=True))) + held * along

    found = minimize(cost, start, jac=slope, hessp=bend, method="Newton-CG", options={"maxiter": 30, "xtol": 1e-4}).x
    return float(found[0]), solve_triangular(root, found[1 + tones :].reshape(n, tones), lower=True, trans="T"), found[1 : 1 + tones]


def _compare(scores: "Floats", kernel: "Floats", right: "NDArray[np.int64]", unseen: "NDArray[np.bool_]", old: "Floats") -> Comparison:
    """Judge each label by a head learned without it, and those that the old head has not seen by that."""
    n = len(right)
    fold = np.empty(n, dtype=int)
    for tone in range(len(LABELS)):  # each fold gets its part of each tone
        places = np.flatnonzero(right == tone)
        np.random.default_rng(tone).shuffle(places)
        fold[places] = np.arange(len(places)) % FOLDS
    new = np.empty_like(scores)
    for one in range(FOLDS):
        learn_from, held = np.flatnonzero(fold != one), np.flatnonzero(fold == one)
        scale, added, bias = _fit(scores[learn_from], kernel[np.ix_(learn_from, learn_from)], right[learn_from])
        new[held] = _softmax(scale * scores[held] + kernel[np.ix_(held, learn_from)] @ added + bias)
    return _judged(old, new, right, unseen)


def judge(lessons: Sequence[Lesson], old: Model, new: Model) -> Learned | None:
    """Compare a model that learned nothing here with the one in use, on labels that neither has seen; None with too few. Pure."""
    texts, labels = [one.text for one in lessons], [one.label for one in lessons]
    unseen = np.array([one.unseen for one in lessons], dtype=bool)
    if unseen.sum() < LEAST_UNSEEN:
        return None
    right = np.array([LABELS.index(label) for label in labels])
    comparison = _judged(old.probabilities(texts), new.probabilities(texts), right, unseen)
    return Learned(comparison, new if comparison.takes_over else None)


def _judged(old: "Floats", new: "Floats", right: "NDArray[np.int64]", unseen: "NDArray[np.bool_]") -> Comparison:
    n = len(right)
    losses = [-np.log(said[np.arange(n), right] + 1e-12)[unseen] for said in (old, new)]
    hits = [(said.argmax(axis=1) == right)[unseen] for said in (old, new)]
    better = hits[1].astype(float) - hits[0].astype(float)
    error = float(better.std(ddof=1)) / math.sqrt(len(better))
    return Comparison(
        labels=n,
        unseen=len(better),
        old_accuracy=float(hits[0].mean()),
        new_accuracy=float(hits[1].mean()),
        old_loss=float(losses[0].mean()),
        new_loss=float(losses[1].mean()),
        gain=float(better.mean()) / error if error > 0 else 0.0,
        new_ece=sentiment.calibration_error(new[unseen].max(axis=1), hits[1]),
    )


# The database


def lessons_of(session: Session) -> list[Lesson]:
    """Return the texts and settled labels of all samples that are done, each comment once, newest comments first. Four statements.

    Unclear ones teach nothing; a comment that cannot be seen any more teaches nothing either.
    """
    made_at = session.exec(select(func.max(ToneHead.made_at)).where(col(ToneHead.taken))).one()
    done = select(col(ToneSample.id)).where(ToneSample.state == "done")
    ended = {row.id: row.ended_at or row.drawn_at for row in session.exec(select(ToneSample).where(ToneSample.state == "done")).all()}
    given: dict[int, dict[int, list[Given]]] = {}
    for row in session.exec(select(ToneLabel).where(col(ToneLabel.sample_id).in_(done))).all():
        given.setdefault(row.comment_id, {}).setdefault(row.sample_id, []).append(Given(row.slot, row.account_id, row.label))
    comments = session.exec(
        select(Comment)
        .where(READABLE, col(Comment.id).in_(select(col(SampleText.comment_id)).where(col(SampleText.sample_id).in_(done))))
        .order_by(col(Comment.id).desc())
    ).all()
    lessons = []
    for comment in comments:
        samples = given.get(comment.id or 0, {})
        label = tone_rules.settled(samples[max(samples)]) if samples else None
        if label is not None and label in LABELS:
            first = min(ended[number] for number in samples)
            lessons.append(Lesson(whole_text(comment), label, unseen=made_at is None or first > made_at))
    return lessons[:MOST_LABELS]


def next_number(session: Session) -> int:
    """Return the version of the next head. One statement."""
    return (session.exec(select(func.max(ToneHead.id))).one() or 0) + 1


def keep(session: Session, old: Model, learned: Learned | None, now: datetime) -> ToneHead | None:
    """Keep what came of learning; where the new head takes over, all comments are read anew. Nothing if `old` is not in use any more."""
    if learned is None or current_head(session).manifest != old.manifest:
        return None
    manifest, arrays, kind = old.manifest, None, {}
    if learned.head is not None:
        if isinstance(learned.head, Head):
            arrays, manifest = sentiment.packed(learned.head)
        else:
            manifest, kind = learned.head.manifest, {"kind": OWN}
        session.execute(update(ToneHead).values(arrays=None))  # its rows tell what was in use; samples keep what it said
    facts = {"old": old.manifest.key, **asdict(learned.comparison)}
    row = ToneHead(manifest=asdict(manifest) | kind, arrays=arrays, taken=learned.head is not None, facts=facts, made_at=now)
    session.add(row)
    session.flush()
    if row.taken:
        enqueue(session, Job.READ_TONES, now)
    return row
