"""The writer of agenda and recommendations: drafts and their versions, comments, votes, adoption, the answer.

Whoever changes a recommendation first locks its row: two members in the same second come one after the other.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from beteiligung import audit
from beteiligung.catalogue.models import Commitment
from beteiligung.catalogue.rules import one_line, tidy
from beteiligung.clock import berlin_date
from beteiligung.council import recommendation_rules as rules
from beteiligung.council.ballots import ballot_name
from beteiligung.council.recommendation_models import (
    ANSWERS,
    CHOICES,
    AgendaItem,
    Ballot,
    Poll,
    Recommendation,
    RecommendationComment,
    RecommendationCommitment,
    RecommendationVersion,
)
from beteiligung.council.recommendation_rules import Person
from beteiligung.db import insert_missing, inserting
from beteiligung.errors import Conflict, Invalid, NotFound, allow
from beteiligung.i18n import _
from beteiligung.identity.offices import in_office
from beteiligung.identity.vote_key import check_key
from beteiligung.jobs import Job, enqueue
from beteiligung.places.models import Region
from beteiligung.places.service import hold


@dataclass(frozen=True)
class Words:
    """What a recommendation says and which commitments it is about, as typed."""

    title: str
    text: str
    commitments: tuple[int, ...]


def _check(errors: dict[str, str]) -> None:
    if errors:
        raise Invalid(_("Bitte prüfen Sie die markierten Felder. Ihre Eingaben sind noch da."), errors)


def _locked(session: Session, region_id: int, recommendation_id: int) -> Recommendation:
    """Return a recommendation of the region, held till the end of the transaction. Raises NotFound, also for another region's."""
    row = session.exec(
        select(Recommendation).where(Recommendation.id == recommendation_id).with_for_update().execution_options(populate_existing=True)
    ).first()
    if row is None or row.region_id != region_id:
        raise NotFound(_("Diese Empfehlung gibt es nicht."))
    return row


# The agenda


def put_on_agenda(session: Session, person: Person, region_id: int, slug: str, now: datetime) -> None:
    """Put a published commitment of the region on the agenda; twice is once. Raises Forbidden, Invalid (field commitment)."""
    allow(rules.why_not_work(person))
    found = session.exec(
        select(Commitment).where(Commitment.slug == slug, Commitment.region_id == region_id, Commitment.state == "published")
    ).first()
    if found is None:
        _check({"commitment": _("Diese Zusage gibt es in dieser Region nicht.")})
    commitment = cast(Commitment, found)
    row = {"region_id": region_id, "commitment_id": commitment.id, "account_id": person.account_id, "put_at": now}
    new = session.execute(inserting(session)(AgendaItem).values(row).on_conflict_do_nothing().returning(col(AgendaItem.id))).first()
    if new is not None:
        audit.record(session, "agenda.put", commitment.slug, now, account_id=person.account_id, region_id=region_id)


def take_off_agenda(session: Session, person: Person, region_id: int, slug: str, now: datetime) -> None:
    """Take a commitment off the agenda; recommendations about it stay. Raises Forbidden."""
    allow(rules.why_not_work(person))
    of = select(Commitment.id).where(Commitment.slug == slug)
    gone = session.execute(
        update(AgendaItem)
        .where(col(AgendaItem.commitment_id).in_(of), col(AgendaItem.region_id) == region_id, col(AgendaItem.taken_off_at).is_(None))
        .values(taken_off_at=now)
    )
    if cast(Any, gone).rowcount:
        audit.record(session, "agenda.taken_off", slug, now, account_id=person.account_id, region_id=region_id)


# Drafts


def _checked(session: Session, region_id: int, words: Words, kept: frozenset[int] = frozenset()) -> Words:
    """Return the words as they are stored; `kept` are commitments a draft has already, on the agenda or not. Raises Invalid."""
    title, text, errors = one_line(words.title), tidy(words.text), {}
    if not title or len(title) > rules.TITLE_LENGTH:
        errors["title"] = _("Bitte geben Sie der Empfehlung einen Titel mit höchstens 120 Zeichen.")
    if not text or len(text) > rules.TEXT_LENGTH:
        errors["text"] = _("Bitte schreiben Sie, was Sie empfehlen und warum. Möglich sind 8.000 Zeichen.")
    open_items = select(AgendaItem.commitment_id).where(AgendaItem.region_id == region_id, col(AgendaItem.taken_off_at).is_(None))
    chosen = tuple(sorted(set(words.commitments)))
    if not chosen or len(chosen) > rules.COMMITMENTS_MOST:
        errors["commitments"] = _("Bitte wählen Sie eine bis zehn Zusagen von der Tagesordnung.")
    elif set(chosen) - set(session.exec(open_items).all()) - kept:
        errors["commitments"] = _("Eine dieser Zusagen steht nicht mehr auf der Tagesordnung.")
    _check(errors)
    return Words(title, text, chosen)


def draft(session: Session, person: Person, region_id: int, words: Words, now: datetime) -> Recommendation:
    """Begin a recommendation about commitments on the agenda. Raises Forbidden, Invalid (fields title, text, commitments)."""
    allow(rules.why_not_work(person))
    said = _checked(session, region_id, words)
    row = Recommendation(region_id=region_id, title=said.title, text=said.text, created_at=now)
    session.add(row)
    session.flush()
    _note_version(session, row, person.account_id, now)
    _set_commitments(session, row, said.commitments)
    return row


def _note_version(session: Session, row: Recommendation, account_id: int | None, now: datetime) -> None:
    number = cast(int, row.id)
    session.add(
        RecommendationVersion(
            recommendation_id=number, number=row.version, title=row.title, text=row.text, account_id=account_id, created_at=now
        )
    )
    session.flush()


def _set_commitments(session: Session, row: Recommendation, commitments: Sequence[int]) -> None:
    session.execute(delete(RecommendationCommitment).where(col(RecommendationCommitment.recommendation_id) == row.id))
    for commitment_id in commitments:
        session.add(RecommendationCommitment(recommendation_id=cast(int, row.id), commitment_id=commitment_id))
    session.flush()


def revise(
    session: Session, person: Person, region_id: int, recommendation_id: int, words: Words, expected: int, now: datetime
) -> Recommendation:
    """Write a new version; one without a majority becomes a draft again.

    `expected` is the version that was on the screen. Raises NotFound, Forbidden, Invalid (fields title, text, commitments), and
    Conflict where another member was faster: its context holds `theirs` (title, text) and `version`.
    """
    row = _locked(session, region_id, recommendation_id)
    allow(rules.why_not_revise(person, row.state))
    kept = frozenset(commitments_of(session, recommendation_id))
    said = _checked(session, region_id, words, kept)
    if row.version != expected:
        raise Conflict(
            _("Jemand anderes hat gerade eine neue Fassung geschrieben. Ihre Eingabe ist noch da. Bitte vergleichen Sie beide."),
            theirs={"title": row.title, "text": row.text},
            version=row.version,
        )
    _set_commitments(session, row, said.commitments)
    if (said.title, said.text) == (row.title, row.text):
        return row
    row.title, row.text, row.version, row.state = said.title, said.text, row.version + 1, "draft"
    session.add(row)
    _note_version(session, row, person.account_id, now)
    return row


def commitments_of(session: Session, recommendation_id: int) -> list[int]:
    """Return the numbers of the commitments a recommendation is about."""
    about = select(RecommendationCommitment.commitment_id).where(RecommendationCommitment.recommendation_id == recommendation_id)
    return list(session.exec(about.order_by(col(RecommendationCommitment.commitment_id))).all())


def comment(session: Session, person: Person, region_id: int, recommendation_id: int, text: str, now: datetime) -> None:
    """Say something to the other members about the newest version. Raises NotFound, Forbidden, Invalid (field comment)."""
    row = _locked(session, region_id, recommendation_id)
    allow(rules.why_not_work(person))
    said = tidy(text)
    if not said or len(said) > rules.COMMENT_LENGTH:
        _check({"comment": _("Bitte schreiben Sie etwas, höchstens 4.000 Zeichen.")})
    session.add(
        RecommendationComment(
            recommendation_id=recommendation_id, version=row.version, account_id=person.account_id, text=said, created_at=now
        )
    )
    session.flush()


# The vote among the members


def open_vote(session: Session, person: Person, region_id: int, recommendation_id: int, expected: int, now: datetime) -> Poll:
    """Have the council vote on the newest version for a week; every member is told.

    Raises NotFound, Forbidden, Conflict where the version on the screen was not the newest or a vote is open.
    """
    row = _locked(session, region_id, recommendation_id)
    members = in_office(session, region_id, "council", now)
    if row.state == "voting":
        raise Conflict(_("Die Abstimmung läuft schon."))
    allow(rules.why_not_open_vote(person, row.state, len(members)))
    if row.version != expected:
        raise Conflict(_("Inzwischen gibt es eine neue Fassung. Bitte lesen Sie sie, bevor Sie abstimmen lassen."))
    poll = Poll(
        recommendation_id=recommendation_id, version=row.version, members=len(members), opened_at=now, ends_at=now + rules.VOTE_WITHIN
    )
    row.state = "voting"
    session.add_all((poll, row))
    session.flush()
    audit.record(session, "recommendation.vote_opened", f"recommendation:{row.id}", now, account_id=person.account_id, region_id=region_id)
    enqueue(session, Job.TELL_FOLLOWERS, now, poll=poll.id)
    return poll


def open_poll(session: Session, recommendation_id: int) -> Poll | None:
    """Return the vote that is going on about a recommendation, freshly read."""
    return session.exec(
        select(Poll)
        .where(Poll.recommendation_id == recommendation_id, col(Poll.settled_at).is_(None))
        .execution_options(populate_existing=True)
    ).first()


def cast_vote(session: Session, person: Person, region_id: int, recommendation_id: int, choice: str, now: datetime) -> None:
    """Vote once, for good: a ballot in the urn, whose name leads to nobody without the vote key (`ballots`).

    The last member to vote opens the urn. Raises NotFound, Forbidden, Conflict where no vote is open, Invalid (field choice).
    """
    row = _locked(session, region_id, recommendation_id)
    poll = open_poll(session, recommendation_id)
    if poll is None:
        raise Conflict(_("Zurzeit wird darüber nicht abgestimmt."))
    check_key(session)
    voter = ballot_name(cast(int, poll.id), person.account_id)
    has_voted = session.get(Ballot, (poll.id, voter)) is not None
    allow(rules.why_not_vote(person, poll.ends_at, now, has_voted=has_voted))
    if choice not in CHOICES:
        _check({"choice": _("Bitte wählen Sie.")})
    insert_missing(session, Ballot, poll_id=poll.id, voter=voter, choice=choice)
    voted = set(session.exec(select(Ballot.voter).where(Ballot.poll_id == poll.id)).all())
    if {ballot_name(cast(int, poll.id), member) for member in in_office(session, region_id, "council", now)} <= voted:
        _settle(session, row, poll, now)


def _settle(session: Session, row: Recommendation, poll: Poll, now: datetime) -> None:
    """Open the urn: count, adopt the version or not, and delete the ballots."""
    choices = Counter(session.exec(select(Ballot.choice).where(Ballot.poll_id == poll.id)).all())
    poll.votes_for, poll.votes_against, poll.votes_abstain = choices["for"], choices["against"], choices["abstain"]
    carried = rules.carries(poll.votes_for, poll.votes_against, poll.votes_abstain, poll.members)
    if carried:
        hold(session, row.region_id)  # numbers are given one after the other
        last = session.exec(select(func.max(Recommendation.number)).where(Recommendation.region_id == row.region_id)).one()
        term = session.get_one(Region, row.region_id).answer_days
        row.number, row.adopted_at, row.answer_due = (last or 0) + 1, now, rules.answer_due(berlin_date(now), term)
    poll.settled_at, poll.adopted, row.state = now, carried, "adopted" if carried else "rejected"
    session.add_all((poll, row))
    session.flush()
    session.execute(delete(Ballot).where(col(Ballot.poll_id) == poll.id))
    audit.record(session, f"recommendation.{row.state}", f"recommendation:{row.id}", now, region_id=row.region_id)
    if carried:
        _changed(session, row)
        enqueue(session, Job.TELL_FOLLOWERS, now, recommendation=row.id, what="adopted")


def _changed(session: Session, row: Recommendation) -> None:
    """Make the pages new that show the recommendation's commitments."""
    about = commitments_of(session, cast(int, row.id))
    session.execute(update(Commitment).where(col(Commitment.id).in_(about)).values(changes=col(Commitment.changes) + 1))


def settle_due(session: Session, now: datetime) -> int:
    """Open the urns whose week is over; returns how many."""
    due = session.exec(
        select(Poll.recommendation_id).where(col(Poll.settled_at).is_(None), Poll.ends_at <= now).order_by(col(Poll.id))
    ).all()
    count = 0
    for recommendation_id in due:
        row = session.exec(
            select(Recommendation).where(Recommendation.id == recommendation_id).with_for_update().execution_options(populate_existing=True)
        ).one()
        poll = open_poll(session, recommendation_id)
        if poll is not None:
            _settle(session, row, poll, now)
            count += 1
    return count


# The administration's answer


def answer(session: Session, person: Person, region_id: int, recommendation_id: int, kind: str, text: str, now: datetime) -> Recommendation:
    """Answer an adopted recommendation, once; late is possible and stays visible as such.

    Raises NotFound (drafts are nobody else's), Forbidden, Conflict, Invalid (fields kind, text).
    """
    row = _locked(session, region_id, recommendation_id)
    if row.state != "adopted":
        raise NotFound(_("Diese Empfehlung gibt es nicht."))
    allow(rules.why_not_answer(person, row.state, answered=False))
    allow(rules.why_not_answer(person, row.state, answered=row.answered_at is not None), Conflict)
    said, errors = tidy(text), {}
    if kind not in ANSWERS:
        errors["kind"] = _("Bitte wählen Sie, was die Verwaltung tut.")
    if not said or len(said) > rules.TEXT_LENGTH:
        errors["text"] = _("Bitte begründen Sie die Antwort. Möglich sind 8.000 Zeichen.")
    _check(errors)
    row.answered_at, row.answer_kind, row.answer, row.answer_by = now, kind, said, person.account_id
    session.add(row)
    session.flush()
    _changed(session, row)
    audit.record(
        session, "recommendation.answered", f"recommendation:{row.id}", now, account_id=person.account_id, region_id=region_id, kind=kind
    )
    enqueue(session, Job.TELL_FOLLOWERS, now, recommendation=row.id, what="answered")
    return row
