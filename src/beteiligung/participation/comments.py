"""Comments and replies: writing, editing, adding, withdrawing, hiding, official replies, helpful marks.

Every change bumps `Commitment.changes`. Rows are locked as `tally.lock_tally` says: comments by ascending
id, then tallies, then commitments.
"""

import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import update
from sqlmodel import Session, col, or_, select

from beteiligung.catalogue.models import Commitment, Document
from beteiligung.db import require
from beteiligung.errors import Closed, Forbidden, Invalid, NotFound, allow
from beteiligung.i18n import _
from beteiligung.identity.models import Role
from beteiligung.identity.vote_key import check_key
from beteiligung.jobs import Job, enqueue
from beteiligung.participation import rules
from beteiligung.participation.models import STANCES, Comment, CommentVote, Pause
from beteiligung.participation.ordering import wilson
from beteiligung.participation.tally import bump, voter_pseudonym

SAME_AGAIN = timedelta(minutes=10)
"""The same words by the same person in the same place within this time are the same comment, sent twice."""
_UNWANTED = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufffe\uffff")
"""What turns the reading direction, and what no XML can hold: the files of a report are XML."""


def clean_text(typed: str) -> str:
    """Return the text as it is stored (NFC, simple line ends, no blanks around it).

    Raises Invalid with a message for the field `text` where it is empty, longer than 4,000 characters,
    or holds characters that cannot be shown or that turn the reading direction.
    """
    text = unicodedata.normalize("NFC", typed.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")).strip()
    if not any(unicodedata.category(char)[0] in "LNPS" for char in text):
        raise _invalid_text(_("Bitte schreiben Sie etwas."))
    if any(char in _UNWANTED or (char != "\n" and unicodedata.category(char) in ("Cc", "Cs")) for char in text):
        raise _invalid_text(_("Der Text enthält unsichtbare Steuerzeichen. Bitte tippen Sie die Stelle neu."))
    if len(text) > rules.TEXT_LENGTH:
        over = len(text) - rules.TEXT_LENGTH
        raise _invalid_text(
            _("Der Text ist um {over} Zeichen zu lang. Möglich sind 4.000 Zeichen. Ihr Text ist nicht verloren.").format(over=over)
        )
    return text


def _invalid_text(message: str) -> Invalid:
    return Invalid(_("Der Text konnte so nicht gespeichert werden."), fields={"text": message})


def _clean_stance(stance: str | None) -> str | None:
    if stance and stance not in STANCES:
        raise Invalid(_("Der Text konnte so nicht gespeichert werden."), fields={"stance": _("Bitte wählen Sie eine der Haltungen.")})
    return stance or None


def _not_paused(session: Session, account_id: int, region_id: int, now: datetime) -> None:
    row = session.get(Pause, (account_id, region_id), populate_existing=True)
    allow(rules.why_paused(row.until if row else None, now))


def commitment_and_document(session: Session, commitment_id: int, *, lock: bool = False) -> tuple[Commitment, Document]:
    """Return both, freshly read; with `lock` nobody else writes to the commitment till the end. Raises NotFound."""
    wanted = (
        select(Commitment, Document)
        .join(Document, col(Document.id) == col(Commitment.document_id))
        .where(Commitment.id == commitment_id)
        .execution_options(populate_existing=True)
    )
    if lock:
        wanted = wanted.with_for_update(of=Commitment, key_share=True)
    row = session.exec(wanted).one_or_none()
    if row is None:
        raise NotFound(_("Diese Zusage gibt es nicht."))
    return row


def lock_comment(session: Session, comment_id: int) -> Comment:
    """Return the comment, freshly read; nobody else writes to it till the end. Raises NotFound."""
    comment = session.exec(
        select(Comment).where(Comment.id == comment_id).with_for_update(key_share=True).execution_options(populate_existing=True)
    ).one_or_none()
    if comment is None:
        raise NotFound(_("Diesen Kommentar gibt es nicht."))
    return comment


def write_comment(
    session: Session,
    participant: rules.Participant,
    commitment_id: int,
    text: str,
    stance: str | None,
    now: datetime,
    parent_id: int | None = None,
    *,
    may_quote: bool = False,
) -> Comment:
    """Write a comment, or with `parent_id` a reply; a reply to a reply joins its thread. `may_quote`: reports may quote it.

    The same words sent twice are kept once. Raises NotFound, Invalid (fields `text`, `stance`), Closed
    or Forbidden with the reason.
    """
    clean, stance = clean_text(text), _clean_stance(stance)
    thread = None
    if parent_id is not None:
        parent = require(session, Comment, parent_id, _("Den Kommentar, auf den Sie antworten, gibt es nicht."))
        thread = lock_comment(session, rules.thread_id(parent))
        allow(rules.why_thread_closed(thread), Closed)
        if thread.commitment_id != commitment_id:
            raise NotFound(_("Den Kommentar, auf den Sie antworten, gibt es hier nicht."))
    commitment, document = commitment_and_document(session, commitment_id, lock=True)
    allow(rules.why_closed(commitment, document, now), Closed)
    _not_paused(session, participant.account_id, commitment.region_id, now)
    if thread is None:
        allow(rules.why_not_comment(participant, commitment, document, now))
    else:
        allow(rules.why_not_reply(participant, thread, commitment, document, now))
    again = session.exec(
        select(Comment).where(
            Comment.author_id == participant.account_id,
            Comment.commitment_id == commitment_id,
            Comment.parent_id == (thread.id if thread else None),
            Comment.text == clean,
            col(Comment.created_at) > now - SAME_AGAIN,
        )
    ).first()
    if again is not None:
        return again
    comment = Comment(commitment_id=commitment_id, author_id=participant.account_id, stance=stance, text=clean, created_at=now)
    comment.may_quote = may_quote
    return _store(session, comment, thread)


def write_from_paper(session: Session, commitment_id: int, text: str, stance: str | None, now: datetime) -> Comment:
    """Write down a comment that came on paper; it has no author here. Raises NotFound, Invalid, Closed."""
    clean, stance = clean_text(text), _clean_stance(stance)
    commitment, document = commitment_and_document(session, commitment_id, lock=True)
    allow(rules.why_closed(commitment, document, now), Closed)
    return _store(session, Comment(commitment_id=commitment_id, on_paper=True, stance=stance, text=clean, created_at=now), None)


def _store(session: Session, comment: Comment, thread: Comment | None) -> Comment:
    """Add the comment with its number in the locked thread, count it, and have the followers told."""
    if thread is not None:
        thread.reply_count += 1
        comment.parent_id, comment.reply_number = thread.id, thread.reply_count
        session.add(thread)
    session.add(comment)
    session.flush()
    session.execute(
        update(Commitment)
        .where(col(Commitment.id) == comment.commitment_id)
        .values(
            comment_count=Commitment.comment_count + 1,
            thread_count=Commitment.thread_count + (0 if thread else 1),
            commented_at=comment.created_at,
            changes=Commitment.changes + 1,
        )
    )
    enqueue(session, Job.TELL_FOLLOWERS, comment.created_at, comment=comment.id)
    _read_anew(session, comment, comment.created_at)
    return comment


def _read_anew(session: Session, comment: Comment, now: datetime) -> None:
    """Have the worker look at a comment whose words have changed or that can, or cannot, be seen now."""
    if not comment.official:
        enqueue(session, Job.READ_TONE, now, id=comment.id)


def _look_again(session: Session, comment: Comment, now: datetime) -> None:
    """Have the worker look at a comment whose words or visibility have changed: its tone, and whether a report quotes it."""
    _read_anew(session, comment, now)
    if comment.may_quote:
        enqueue(session, Job.MEND_QUOTES, now, id=comment.id)


def edit_comment(
    session: Session, participant: rules.Participant, comment_id: int, text: str, stance: str | None, now: datetime
) -> Comment:
    """Replace the text and stance within the first 15 minutes. Raises NotFound, Invalid or Forbidden."""
    clean, stance = clean_text(text), _clean_stance(stance)
    comment = lock_comment(session, comment_id)
    allow(rules.why_not_edit_comment(participant, comment, now))
    if (comment.text, comment.stance) != (clean, stance):
        comment.text, comment.stance, comment.edited_at = clean, stance, now
        save_words(session, comment, now)
    return comment


def add_to_comment(session: Session, participant: rules.Participant, comment_id: int, text: str, now: datetime) -> Comment:
    """Append an addition once the time for editing is over. Raises NotFound, Invalid or Forbidden."""
    clean = clean_text(text)
    comment = lock_comment(session, comment_id)
    allow(rules.why_not_add(participant, comment, now))
    _not_paused(session, participant.account_id, session.get_one(Commitment, comment.commitment_id).region_id, now)
    if not comment.additions or comment.additions[-1]["text"] != clean:  # else the form was sent twice
        comment.additions = [*comment.additions, {"at": now.isoformat(), "text": clean}]
        save_words(session, comment, now)
    return comment


def _save(session: Session, comment: Comment, fewer: int = 0) -> None:
    comment.changes += 1
    session.add(comment)
    session.flush()
    bump(session, (), {comment.commitment_id: fewer})


def save_words(session: Session, comment: Comment, now: datetime, fewer: int = 0) -> None:
    """Store a locked comment whose words or visibility have changed; `fewer`: comments that cannot be seen any more."""
    _save(session, comment, fewer)
    _look_again(session, comment, now)


def _visible(comment: Comment) -> bool:
    return comment.withdrawn_at is None and comment.hidden_at is None


def withdraw_comment(session: Session, participant: rules.Participant, comment_id: int, now: datetime) -> Comment:
    """Take the comment back: its words and stance are removed for good, its thread stays. Raises NotFound or Forbidden."""
    comment = lock_comment(session, comment_id)
    allow(rules.why_not_withdraw(participant, comment))
    fewer = int(_visible(comment))
    _empty(comment, now)
    save_words(session, comment, now, fewer)
    return comment


def _empty(comment: Comment, now: datetime) -> None:
    comment.text, comment.additions, comment.stance, comment.withdrawn_at = "", [], None, now


def hide_comment(session: Session, comment_id: int, reason: str, now: datetime) -> Comment:
    """Hide a comment from all pages, with the reason its trace shows; who may do so is moderation's business."""
    comment = lock_comment(session, comment_id)
    fewer = int(_visible(comment))
    comment.hidden_at, comment.hidden_reason = now, reason
    save_words(session, comment, now, fewer)
    return comment


def unhide_comment(session: Session, comment_id: int, now: datetime) -> Comment:
    """Show a hidden comment again."""
    comment = lock_comment(session, comment_id)
    was_visible = _visible(comment)
    comment.hidden_at = comment.hidden_reason = None
    save_words(session, comment, now, int(was_visible) - int(_visible(comment)))
    return comment


def official_reply(session: Session, account_id: int, comment_id: int, text: str, now: datetime) -> Comment:
    """Answer a thread for the administration (small Markdown), also where people can no longer take part.

    Raises NotFound, Invalid, and Forbidden for whoever is not a clerk of the region.
    """
    clean = clean_text(text)
    parent = require(session, Comment, comment_id, _("Diesen Kommentar gibt es nicht."))
    thread = lock_comment(session, rules.thread_id(parent))
    commitment, _document = commitment_and_document(session, thread.commitment_id, lock=True)
    clerk = session.exec(
        select(Role.id).where(
            Role.account_id == account_id,
            Role.region_id == commitment.region_id,
            Role.name == "clerk",
            or_(col(Role.until).is_(None), col(Role.until) > now),
        )
    ).first()
    if clerk is None:
        raise Forbidden(_("Offizielle Antworten schreibt nur die Verwaltung dieser Region."))
    thread.answered_at = now
    return _store(
        session, Comment(commitment_id=thread.commitment_id, author_id=account_id, official=True, text=clean, created_at=now), thread
    )


def mark_helpful(session: Session, participant: rules.Participant, comment_id: int, value: int, now: datetime) -> Comment:
    """Mark a comment as helpful (1), not helpful (-1), or take the mark back (0).

    Raises NotFound, Invalid for another value, Forbidden with the reason. Writes no row that names the account.
    """
    del now  # a mark has no time: it would lead to the person
    if value not in (1, -1, 0):
        raise Invalid(_("Bitte wählen Sie, ob der Kommentar hilfreich ist."))
    comment = lock_comment(session, comment_id)
    check_key(session)
    commitment = require(session, Commitment, comment.commitment_id, _("Diese Zusage gibt es nicht."))
    if value:
        allow(rules.why_not_find_helpful(participant, comment, commitment))
    voter = voter_pseudonym(participant.account_id, commitment.region_id)
    mark = session.get(CommentVote, (comment_id, voter), populate_existing=True)
    before = mark.value if mark else 0
    if before != value:
        if mark is None:
            session.add(CommentVote(comment_id=comment_id, voter=voter, value=value))
        elif value:
            mark.value = value
        else:
            session.delete(mark)
        _count_mark(comment, before, value)
        _save(session, comment)
    return comment


def _count_mark(comment: Comment, before: int, after: int) -> None:
    comment.helpful += (after == 1) - (before == 1)
    comment.not_helpful += (after == -1) - (before == -1)
    comment.score = wilson(comment.helpful, comment.not_helpful)


def erase_comments(
    session: Session,
    account_id: int,
    voters: Collection[str],
    now: datetime,
    *,
    keep_words: bool = False,
    renamed: Mapping[str, str] | None = None,
) -> Counter[int]:
    """Take a person out of comments and helpful marks; official answers stay, without their author.

    The words of comments go, or with `keep_words` stay without author. Marks are taken back, or with `renamed`
    stay under that other name. Returns per commitment whose page looks different how many visible comments it
    has lost; the caller passes it to `tally.bump` after all other locks.
    """
    marks = {mark.comment_id: mark for mark in session.exec(select(CommentVote).where(col(CommentVote.voter).in_(list(voters)))).all()}
    comments = session.exec(
        select(Comment)
        .where(or_(Comment.author_id == account_id, col(Comment.id).in_(list(marks))))
        .order_by(col(Comment.id))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    fewer: Counter[int] = Counter()
    for comment in comments:
        lost = 0
        if mark := marks.get(cast(int, comment.id)):
            if renamed is None:
                _count_mark(comment, mark.value, 0)
            else:
                session.add(CommentVote(comment_id=mark.comment_id, voter=renamed[mark.voter], value=mark.value))
            session.delete(mark)
        if comment.author_id == account_id:
            comment.author_id = None
            if not (comment.official or keep_words):
                lost = int(_visible(comment))
                _empty(comment, comment.withdrawn_at or now)
                _look_again(session, comment, now)
        fewer[comment.commitment_id] += lost
        session.add(comment)
    session.flush()
    return fewer
