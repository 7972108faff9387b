"""What clerks decide about the candidates of a file: the only writer of their rows once the worker has stored them.

Every decision locks the run, so that two clerks decide one after the other, and names the version of the candidate
that its author saw: one made on an older version is refused. What was split or merged stays as `replaced`.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlmodel import Session, col, select

from beteiligung.catalogue import candidate_text, decisions, rules, service
from beteiligung.catalogue.importer.classify import kind_of, topic_of
from beteiligung.catalogue.models import KINDS, Candidate, Commitment, ImportPassage, ImportRun
from beteiligung.catalogue.topics import by_name, by_slug
from beteiligung.errors import Conflict, Invalid
from beteiligung.i18n import _
from beteiligung.places.models import Committee

SURE = 0.9
"""From this confidence on, candidates may be accepted in one go."""
MERGED = "Aus zwei Vorschlägen verbunden"
"""The last reason of a whole made by `merge`."""


@dataclass(frozen=True)
class Words:
    """What a clerk says of a candidate; `start` and `end` are characters of the run's text, None as they are."""

    kind: str
    topic: str
    committee_id: int | None = None
    title: str = ""
    summary: str = ""
    start: int | None = None
    end: int | None = None
    changes_meaning: bool = False


# One candidate


def accept(session: Session, clerk: int, run_id: int, candidate_id: int, version: int, words: Words, now: datetime) -> Candidate:
    """Say that a candidate is a commitment, in these words. Raises NotFound, Forbidden, Closed, Conflict, Invalid (`fields`)."""
    candidate = decisions.fresh(session, clerk, run_id, candidate_id, version, now)
    if candidate.change != "gone":
        _write_words(session, candidate, words)
    candidate.state, candidate.note, candidate.batch = "accepted", "", None
    return decisions.decided(session, candidate, clerk, now)


def save(session: Session, clerk: int, run_id: int, candidate_id: int, version: int, words: Words, now: datetime) -> Candidate:
    """Keep a candidate's new words and bounds and leave the decision as it was. Raises as `accept`."""
    candidate = decisions.fresh(session, clerk, run_id, candidate_id, version, now)
    if candidate.change == "gone":
        raise Invalid(_("Diese Zusage steht nicht mehr im Dokument. Ihre Worte ändern Sie auf der Seite der Zusage."))
    _write_words(session, candidate, words)
    return decisions.decided(session, candidate, clerk, now)


def reject(session: Session, clerk: int, run_id: int, candidate_id: int, version: int, note: str, now: datetime) -> Candidate:
    """Say that a candidate is no commitment, with an optional reason; it is kept for the record. Raises as `accept`."""
    candidate = decisions.fresh(session, clerk, run_id, candidate_id, version, now)
    note = rules.one_line(note)
    service.refuse(rules.check_note(note))
    candidate.state, candidate.note, candidate.batch = "rejected", note, None
    return decisions.decided(session, candidate, clerk, now)


def undo(session: Session, clerk: int, run_id: int, candidate_id: int, version: int, now: datetime) -> Candidate:
    """Take the last step back and return what is open now.

    A decision first; then a split, for both parts, or a merger. Raises as `accept`, and Invalid where nothing
    was done or a part has been split or merged on.
    """
    candidate = decisions.fresh(session, clerk, run_id, candidate_id, version, now)
    if candidate.state != "open":
        candidate.state, candidate.note, candidate.batch = "open", "", None
        return decisions.decided(session, candidate, clerk, now)
    parts = session.exec(select(Candidate).where(Candidate.merged_into_id == candidate.id).order_by(col(Candidate.char_start))).all()
    if parts:
        candidate.state = "replaced"
        decisions.decided(session, candidate, clerk, now)
        _reopen(session, parts, clerk, now)
        return parts[0]
    if candidate.split_from_id is None:
        raise Invalid(_("Hier gibt es nichts rückgängig zu machen."))
    whole = session.get_one(Candidate, candidate.split_from_id)
    if whole.change == "gone":
        return _rejoin(session, whole, candidate, clerk, now)
    living = session.exec(select(Candidate).where(Candidate.split_from_id == candidate.split_from_id, Candidate.state != "replaced")).all()
    if len(living) != 2:
        raise Invalid(_("Der andere Teil wurde schon weiter geteilt oder verbunden. Machen Sie bitte erst das rückgängig."))
    if any(part.state == "published" for part in living):
        raise Invalid(_("Der andere Teil ist schon veröffentlicht. Das lässt sich nicht mehr rückgängig machen."))
    for part in living:
        part.state = "replaced"
        decisions.decided(session, part, clerk, now)
    _reopen(session, [whole], clerk, now)
    return whole


def split(
    session: Session, clerk: int, run_id: int, candidate_id: int, version: int, at: int | None, now: datetime
) -> tuple[Candidate, Candidate]:
    """Make two candidates of one; the second begins at character `at`, one of `candidate_text.cuts`. Raises as `accept`."""
    candidate = decisions.fresh(session, clerk, run_id, candidate_id, version, now)
    _require_new(candidate)
    start, end = _bounds(candidate)
    passages = passages_of(session, run_id)
    if at is None or at not in candidate_text.cuts(passages, start, end):
        raise Invalid(_("Bitte wählen Sie, wo der zweite Teil beginnt."), {"at": _("Bitte wählen Sie eine Stelle.")})
    parts = tuple(_part(candidate, candidate_text.quote(passages, first, last), first, last) for first, last in ((start, at), (at, end)))
    for part in parts:
        part.split_from_id = candidate.id
        decisions.decided(session, part, clerk, now)
    candidate.state = "replaced"
    decisions.decided(session, candidate, clerk, now)
    return cast(tuple[Candidate, Candidate], parts)


def separate(session: Session, clerk: int, run_id: int, candidate_id: int, version: int, now: datetime) -> Candidate:
    """Say that the new words are another commitment: returns it, new and open; the known one is gone. Raises as `accept`."""
    known = decisions.fresh(session, clerk, run_id, candidate_id, version, now)
    if known.change != "reworded":
        raise Invalid(_("Das geht nur bei einer geänderten Zusage."))
    other = _part(known, known.quote, *_bounds(known))
    other.title, other.summary, other.split_from_id = known.title, known.summary, known.id
    before = session.get_one(Commitment, known.commitment_id)
    known.change, known.state, known.quote, known.changes_meaning = "gone", "open", before.wording or before.title, False
    known.char_start = known.char_end = known.page = known.line_start = known.line_end = known.confidence = None
    known.title = known.summary = known.note = ""
    decisions.decided(session, known, clerk, now)
    return decisions.decided(session, other, clerk, now)


def _rejoin(session: Session, known: Candidate, other: Candidate, clerk: int, now: datetime) -> Candidate:
    """Take `separate` back. Raises Invalid where the known commitment's end is public."""
    if known.state == "published":
        raise Invalid(_("Die alte Zusage ist schon als entfallen veröffentlicht. Das lässt sich nicht mehr rückgängig machen."))
    known.change, known.state, known.note = "reworded", "open", ""
    for name in ("char_start", "char_end", "quote", "page", "line_start", "line_end", "confidence", "title", "summary"):
        setattr(known, name, getattr(other, name))
    other.state = "replaced"
    decisions.decided(session, other, clerk, now)
    return decisions.decided(session, known, clerk, now)


def merge(session: Session, clerk: int, run_id: int, candidate_id: int, version: int, now: datetime, *, forward: bool) -> Candidate:
    """Make one candidate of this one and the next (or, unless `forward`, the previous), with what stands between.

    Raises as `accept`, and Invalid where there is none or a heading stands between.
    """
    candidate = decisions.fresh(session, clerk, run_id, candidate_id, version, now)
    start, end = _bounds(candidate)
    living = select(Candidate).where(Candidate.run_id == run_id, Candidate.state != "replaced", col(Candidate.char_start).is_not(None))
    if forward:
        query = living.where(col(Candidate.char_start) >= end).order_by(col(Candidate.char_start), col(Candidate.id))
    else:
        query = living.where(col(Candidate.char_start) < start).order_by(col(Candidate.char_start).desc(), col(Candidate.id).desc())
    other = session.exec(query.limit(1)).first()
    if other is None:
        raise Invalid(_("Davor oder danach steht kein Vorschlag, mit dem Sie diesen verbinden können."))
    for one in (candidate, other):
        _require_new(one)
        if one.state == "published":
            raise Invalid(_("Der Nachbar ist schon veröffentlicht. Er lässt sich nicht mehr verbinden."))
    first, second = (candidate, other) if forward else (other, candidate)
    (begin, _first_end), (_second_start, finish) = _bounds(first), _bounds(second)
    passages = passages_of(session, run_id)
    if candidate_text.heading_between(passages, begin, finish):
        raise Invalid(_("Dazwischen steht eine Überschrift. Diese Vorschläge lassen sich nicht verbinden."))
    whole = _part(first, candidate_text.quote(passages, begin, finish), begin, finish)
    whole.line_end = second.line_end
    whole.reasons = [*whole.reasons, MERGED]
    whole.confidence = min((c for c in (first.confidence, second.confidence) if c is not None), default=None)
    decisions.decided(session, whole, clerk, now)
    session.flush()
    for one in (first, second):
        one.state, one.merged_into_id, one.batch = "replaced", whole.id, None
        decisions.decided(session, one, clerk, now)
    return whole


def add(session: Session, clerk: int, run_id: int, start: int | None, end: int | None, now: datetime) -> Candidate:
    """Add a commitment that was not recognised: from the beginning of one sentence to the end of one of the same passage.

    Raises NotFound, Forbidden, Closed, Conflict where it is one already, Invalid where there is no such sentence.
    """
    decisions.hold(session, clerk, run_id, now)
    passages = passages_of(session, run_id)
    if start is None or end is None or start >= end:
        raise Invalid(_("Bitte wählen Sie Anfang und Ende der Zusage."), {"start": _("Das Ende liegt vor dem Anfang.")})
    whole = candidate_text.sentences(passages, start, end)
    if start not in {first for first, _last in whole} or end not in {last for _first, last in whole}:
        raise Invalid(_("Diese Stelle gibt es im Text nicht."))
    if _overlapping(session, run_id, start, end):
        raise Conflict(_("An dieser Stelle gibt es schon einen Vorschlag."))
    around = candidate_text.covering(passages, start, end)
    words, section = candidate_text.quote(passages, start, end), tuple(around[0].section)
    topic = by_name(topic_of(words, section)[0])
    candidate = Candidate(
        run_id=run_id,
        char_start=start,
        char_end=end,
        quote=words,
        section=list(section),
        page=around[0].page,
        line_start=around[0].line_start,
        line_end=around[-1].line_end,
        kind=kind_of(words),
        topic=topic.slug if topic else "digitalisierung-verwaltung",
        reasons=["Von Hand ergänzt"],
    )
    return decisions.decided(session, candidate, clerk, now)


# Many at once


def accept_sure(session: Session, clerk: int, run_id: int, chapter: str, now: datetime) -> tuple[str, int]:
    """Accept what is open, new and at least 0.9 sure in a chapter; returns the name of this batch and how many."""
    run = decisions.hold(session, clerk, run_id, now)
    batch = secrets.token_hex(8)
    sure = session.exec(
        select(Candidate)
        .where(Candidate.run_id == run.id, Candidate.state == "open", Candidate.change == "new", col(Candidate.confidence) >= SURE)
        .with_for_update()
    ).all()
    mine = [candidate for candidate in sure if chapter_of(candidate) == chapter]
    for candidate in mine:
        candidate.state, candidate.batch = "accepted", batch
        decisions.decided(session, candidate, clerk, now)
    return batch, len(mine)


def undo_sure(session: Session, clerk: int, run_id: int, batch: str, now: datetime) -> int:
    """Open again what was accepted in one go and has not been touched since; returns how many."""
    run = decisions.hold(session, clerk, run_id, now)
    accepted = session.exec(
        select(Candidate).where(Candidate.run_id == run.id, Candidate.batch == batch, Candidate.state == "accepted").with_for_update()
    ).all()
    for candidate in accepted:
        candidate.state, candidate.batch = "open", None
        decisions.decided(session, candidate, clerk, now)
    return len(accepted)


def chapter_of(candidate: Candidate) -> str:
    """Return the heading under which a candidate is published: the topmost, empty where there is none."""
    return candidate.section[0] if candidate.section else ""


# What they share


def passages_of(session: Session, run_id: int) -> Sequence[ImportPassage]:
    """Return the text of a run in reading order. One statement."""
    return session.exec(select(ImportPassage).where(ImportPassage.run_id == run_id).order_by(col(ImportPassage.position))).all()


def _reopen(session: Session, replaced: Sequence[Candidate], clerk: int, now: datetime) -> None:
    """Put back what was split or merged. Raises Invalid where something else has been made of its words meanwhile."""
    if any(_overlapping(session, one.run_id, *_bounds(one)) for one in replaced):
        raise Invalid(_("In diesem Abschnitt steht inzwischen ein anderer Vorschlag. Das lässt sich nicht mehr rückgängig machen."))
    for one in replaced:
        one.state, one.merged_into_id = "open", None
        decisions.decided(session, one, clerk, now)


def _part(of: Candidate, quote: str, start: int, end: int) -> Candidate:
    """Return a new candidate beside an old one: what is known of it stays, its plain words do not fit any more."""
    return Candidate(
        run_id=of.run_id,
        char_start=start,
        char_end=end,
        quote=quote,
        section=list(of.section),
        page=of.page,
        line_start=of.line_start,
        line_end=of.line_end,
        kind=of.kind,
        topic=of.topic,
        committee_id=of.committee_id,
        confidence=of.confidence,
        reasons=list(of.reasons),
    )


def _bounds(candidate: Candidate) -> tuple[int, int]:
    """Return the first character and the one behind the last. Raises Invalid for one that the text lacks."""
    if candidate.char_start is None or candidate.char_end is None:
        raise Invalid(_("Diese Zusage steht nicht mehr im Dokument."))
    return candidate.char_start, candidate.char_end


def _require_new(candidate: Candidate) -> None:
    if candidate.change != "new":
        raise Invalid(_("Zu dieser Zusage gibt es schon eine Diskussion. Sie lässt sich nicht teilen oder verbinden."))


def _overlapping(session: Session, run_id: int, start: int, end: int, *, but: int | None = None) -> bool:
    query = select(Candidate.id).where(
        Candidate.run_id == run_id,
        Candidate.state != "replaced",
        col(Candidate.char_start) < end,
        col(Candidate.char_end) > start,
        Candidate.id != (but or 0),
    )
    return session.exec(query.limit(1)).first() is not None


def _write_words(session: Session, candidate: Candidate, words: Words) -> None:
    title, summary = rules.one_line(words.title), rules.tidy(words.summary)
    errors = rules.check_candidate_words(title, summary)
    if words.kind not in KINDS:
        errors["kind"] = _("Bitte wählen Sie eine Art.")
    if by_slug(words.topic) is None:
        errors["topic"] = _("Bitte wählen Sie ein Thema.")
    if words.committee_id is not None and not _has_committee(session, candidate.run_id, words.committee_id):
        errors["committee"] = _("Diesen Ausschuss gibt es in dieser Region nicht.")
    service.refuse(errors)
    _move_bounds(session, candidate, words)
    candidate.kind, candidate.topic, candidate.committee_id = words.kind, words.topic, words.committee_id
    candidate.title, candidate.summary = title, summary
    candidate.changes_meaning = words.changes_meaning and candidate.change == "reworded"


def _has_committee(session: Session, run_id: int, committee_id: int) -> bool:
    query = select(Committee.id).join(ImportRun, col(ImportRun.region_id) == Committee.region_id)
    return session.exec(query.where(ImportRun.id == run_id, Committee.id == committee_id)).first() is not None


def _move_bounds(session: Session, candidate: Candidate, words: Words) -> None:
    """Take other sentences of the same passages as beginning and end. Raises Invalid, Conflict."""
    old = _bounds(candidate)
    start, end = old[0] if words.start is None else words.start, old[1] if words.end is None else words.end
    if (start, end) == old:
        return
    passages = passages_of(session, candidate.run_id)
    whole = candidate_text.sentences(passages, *old)
    if start not in {old[0], *(first for first, _last in whole)} or end not in {old[1], *(last for _first, last in whole)}:
        raise Invalid(_("Diese Stelle gibt es im Text nicht."), {"start": _("Bitte wählen Sie einen Satz.")})
    if start >= end:
        message = _("Das Ende liegt vor dem Anfang.")
        raise Invalid(message, {"start": message})
    if _overlapping(session, candidate.run_id, start, end, but=candidate.id):
        raise Invalid(_("Der Abschnitt überschneidet sich mit einem anderen Vorschlag."), {"start": _("Hier steht schon ein Vorschlag.")})
    candidate.char_start, candidate.char_end = start, end
    candidate.quote = candidate_text.quote(passages, start, end)
