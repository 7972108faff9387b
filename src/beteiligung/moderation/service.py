"""The writer of moderation: reports, provisional hiding, decisions and their outcome, objections, members' days."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlmodel import Session, col, select

from beteiligung import audit
from beteiligung.catalogue.models import Commitment
from beteiligung.db import insert_missing
from beteiligung.errors import Conflict, Forbidden, Invalid, NotFound, allow
from beteiligung.i18n import LANGUAGES, _, said, speaking
from beteiligung.identity.rules import clean_email
from beteiligung.jobs import Job, enqueue
from beteiligung.moderation import cases, log, rules, words
from beteiligung.moderation.models import GROUNDS, LAW_GROUNDS, MEASURES, Appeal, Case, Decision, Flag, Moderator, Outcome, Seat
from beteiligung.moderation.rules import Person
from beteiligung.participation import moderated
from beteiligung.participation.comments import clean_text, hide_comment, lock_comment, unhide_comment
from beteiligung.participation.models import Comment


@dataclass(frozen=True)
class Report:
    """What somebody reports. Name and mail only of people without an account."""

    ground: str
    text: str
    name: str = ""
    email: str = ""


@dataclass(frozen=True)
class Judgement:
    """What somebody decides about a case, as typed."""

    measure: str
    ground: str
    facts: str
    passage: str = ""
    days: int | None = None


def _check(errors: dict[str, str]) -> None:
    if errors:
        raise Invalid(_("Bitte prüfen Sie die markierten Felder. Ihre Eingaben sind noch da."), errors)


def _told(typed: str, field: str, least: int, message: str) -> str:
    """Return a text in own words. Raises Invalid with a message for the field."""
    text = typed.strip()
    if len(text) < least or len(text) > rules.TEXT_LENGTH:
        _check({field: message if len(text) < least else _("Das ist zu lang. Möglich sind 2.000 Zeichen.")})
    if text:
        try:
            text = clean_text(text)
        except Invalid as error:
            _check({field: error.fields["text"]})
    return text


# Reports


def flag(session: Session, person: Person | None, comment_id: int, report: Report, now: datetime) -> Flag:
    """Report a comment; joins the open case or opens one and draws. The same person's second report of a case is the first one.

    Raises NotFound, Forbidden with the reason, Invalid (fields ground, text, name, email).
    """
    if report.ground not in GROUNDS:
        _check({"ground": _("Bitte wählen Sie einen Grund.")})
    comment = lock_comment(session, comment_id)
    gone = comment.withdrawn_at is not None or comment.hidden_at is not None
    allow(rules.why_not_flag(person, comment.author_id, report.ground, official=comment.official, gone=gone))
    text = _told(report.text, "text", 10, _("Bitte schreiben Sie in einem Satz, was Sie stört und warum."))
    name, email = (None, None) if person else _contact(report)
    region_id = session.get_one(Commitment, comment.commitment_id).region_id
    case = cases.open_case(session, region_id, comment, now)
    same = None
    if person:
        same = session.exec(select(Flag).where(Flag.case_id == case.id, Flag.reporter_id == person.account_id)).first()
    elif email:
        same = session.exec(select(Flag).where(Flag.case_id == case.id, Flag.email == email)).first()
    if same is not None:
        return same
    row = Flag(
        case_id=cast(int, case.id),
        reporter_id=person.account_id if person else None,
        name=name,
        email=email,
        ground=report.ground,
        text=text,
        created_at=now,
    )
    session.add(row)
    session.flush()
    if person:
        _leave(session, case, person.account_id, now)
    cases.fill(session, case, now)
    log.record(session, case, "reported", now, ground=report.ground, law=report.ground in LAW_GROUNDS, account=person is not None)
    if person or email:
        enqueue(session, Job.TELL_MODERATION, now, kind="receipt", id=row.id, **({} if row.reporter_id else said()))
    return row


def _contact(report: Report) -> tuple[str | None, str | None]:
    """Return (name, mail) of a report without an account. Raises Invalid where they are needed and missing."""
    name, email = " ".join(report.name.split())[:120], clean_email(report.email) if report.email.strip() else None
    errors = {}
    if rules.needs_name(report.ground) and not name:
        errors["name"] = _("Bitte nennen Sie Ihren Namen.")
    if (rules.needs_name(report.ground) or report.email.strip()) and email is None:
        errors["email"] = _("Bitte geben Sie Ihre Mailadresse an, zum Beispiel name@beispiel.de.")
    _check(errors)
    return name or None, email


def _leave(session: Session, case: Case, account_id: int, now: datetime) -> None:
    """Take somebody off a case who has just become a party to it."""
    for seat in session.exec(
        select(Seat).where(Seat.case_id == case.id, Seat.account_id == account_id, col(Seat.ended_at).is_(None))
    ).all():
        cases.end_seat(session, seat, "void", now)


# Provisional hiding


def hide_provisionally(session: Session, person: Person, comment_id: int, ground: str, reason: str, now: datetime) -> Case:
    """Hide what is plainly unlawful until it is decided. Raises NotFound, Forbidden, Invalid (fields ground, reason), Conflict."""
    comment = lock_comment(session, comment_id)
    allow(rules.why_not_hide_provisionally(person, comment.author_id, ground))
    facts = _told(reason, "reason", rules.FACTS_LEAST, _("Bitte begründen Sie das in einem ganzen Satz."))
    if comment.hidden_at or comment.withdrawn_at:
        raise Conflict(_("Dieser Kommentar ist schon nicht mehr zu sehen."))
    region_id = session.get_one(Commitment, comment.commitment_id).region_id
    case = cases.open_case(session, region_id, comment, now)
    case.provisional_at, case.provisional_by, case.provisional_ground, case.provisional_reason = now, person.account_id, ground, facts
    session.add(case)
    _leave(session, case, person.account_id, now)
    with speaking(LANGUAGES[0]):  # what stands for everybody is German, whoever writes it
        trace = words.provisional_trace(ground)
    hide_comment(session, comment_id, trace, now)
    cases.fill(session, case, now)
    log.record(session, case, "provisional", now, ground=ground)
    audit.record(
        session, "comment_hidden_provisionally", f"case:{case.id}", now, account_id=person.account_id, region_id=region_id, ground=ground
    )
    enqueue(session, Job.TELL_MODERATION, now, kind="provisional", id=case.id)
    return case


# Decisions


def decide(session: Session, person: Person, case_id: int, judgement: Judgement, now: datetime) -> Outcome | None:
    """Decide a case one was drawn for; returns the outcome where this decision settles it.

    Raises NotFound, Conflict where it has been decided, Forbidden with the reason, Invalid (measure, ground, facts, passage, days).
    """
    case, comment = cases.locked(session, case_id)
    if case.decided_at is not None:
        raise Conflict(_("Dieser Fall ist schon entschieden. Vielen Dank."))
    seat = cases.own_seat(session, case_id, person.account_id, now)
    allow(
        rules.why_not_decide(
            person,
            case.body,
            cases.involved(session, comment),
            seated=seat is not None,
            introduced=is_introduced(session, person.account_id, case.region_id),
        )
    )
    made = _checked(judgement, comment, earlier_passage(session, case))
    session.add(
        Decision(
            case_id=case_id,
            account_id=person.account_id,
            measure=made.measure,
            ground=made.ground,
            facts=made.facts,
            passage=made.passage or None,
            days=made.days,
            decided_at=now,
        )
    )
    cases.end_seat(session, cast(Seat, seat), "decided", now)
    all_made = cases.decisions(session, case)
    needed = rules.APPEAL_DECIDERS if case.stage == "appeal" else rules.FIRST_DECIDERS
    measure = rules.settle([one.measure for one in all_made]) if len(all_made) >= needed else None
    if measure is None:
        cases.fill(session, case, now)
        return None
    return _conclude(session, case, comment, measure, all_made, now)


def _checked(judgement: Judgement, comment: Comment, earlier: str | None) -> Judgement:
    errors = {}
    if judgement.measure not in MEASURES:
        errors["measure"] = _("Bitte wählen Sie eine Entscheidung.")
    if judgement.ground not in GROUNDS:
        errors["ground"] = _("Bitte wählen Sie, welche Regel oder welches Gesetz Sie geprüft haben.")
    passage = judgement.passage.strip() if judgement.measure == "part" else ""
    if judgement.measure == "part":
        whole = [comment.text, *(one["text"] for one in comment.additions)]
        if earlier:
            whole = [text.replace(moderated.GAP, earlier) for text in whole]
        if len(passage) < rules.PASSAGE_LEAST or not any(passage in text for text in whole):
            errors["passage"] = _("Bitte kopieren Sie die Worte genau so, wie sie im Kommentar stehen.")
    days = judgement.days if judgement.measure == "pause" else None
    if judgement.measure == "pause":
        if days not in rules.PAUSE_DAYS:
            errors["days"] = _("Bitte wählen Sie, wie viele Tage die Pause dauert.")
        elif comment.author_id is None:
            errors["measure"] = _("Zu diesem Kommentar gibt es kein Konto, das pausieren könnte.")
    _check(errors)
    facts = _told(judgement.facts, "facts", rules.FACTS_LEAST, _("Bitte begründen Sie Ihre Entscheidung in mindestens einem ganzen Satz."))
    return Judgement(judgement.measure, judgement.ground, facts, passage, days)


def earlier_passage(session: Session, case: Case) -> str | None:
    """Return the words that the case before this one has hidden from the comment."""
    before = session.get(Outcome, case.of_case_id) if case.of_case_id else None
    return before.passage if before else None


def _conclude(session: Session, case: Case, comment: Comment, measure: str, made: list[Decision], now: datetime) -> Outcome:
    """Store the outcome with its reasons, put it into effect, close the case, have everybody told."""
    leading = next(one for one in made if one.measure == measure)
    days = min((one.days for one in made if one.days), default=None) if measure == "pause" else None
    ends_at = now + timedelta(days=days) if days else None
    source = case.stage if case.stage != "first" else "office" if case.provisional_at else "reports"
    with speaking(LANGUAGES[0]):
        scope, redress = words.scope(measure, ends_at), words.redress(case.stage, now)
    outcome = Outcome(
        case_id=cast(int, case.id),
        author_id=comment.author_id,
        measure=measure,
        scope=scope,
        ends_at=ends_at,
        facts=leading.facts,
        ground=leading.ground,
        source=source,
        redress=redress,
        body=case.body,
        deciders=len(made),
        unanimous=len({one.measure for one in made}) == 1,
        passage=leading.passage if measure == "part" else None,
        decided_at=now,
    )
    session.add(outcome)
    case.decided_at = now
    session.add(case)
    for seat in session.exec(select(Seat).where(Seat.case_id == case.id, col(Seat.ended_at).is_(None))).all():
        cases.end_seat(session, seat, "void", now)
    _enforce(session, case, outcome, now)
    hours = round((now - case.opened_at).total_seconds() / 3600)
    before = session.get(Outcome, case.of_case_id) if case.of_case_id else None
    log.record(
        session,
        case,
        "decided",
        now,
        measure=measure,
        ground=leading.ground,
        law=leading.ground in LAW_GROUNDS,
        deciders=len(made),
        unanimous=outcome.unanimous,
        source=source,
        hours=hours,
        days=days,
        automated=False,
        changed=before is not None and before.measure != measure,
    )
    _tell_all(session, case, outcome, now)
    return outcome


def _enforce(session: Session, case: Case, outcome: Outcome, now: datetime) -> None:
    """Bring the comment, its thread and its author's account to what the outcome says, whatever held before."""
    before = session.get(Outcome, case.of_case_id) if case.of_case_id else None
    if before is not None:
        if before.passage:
            moderated.restore_part(session, case.comment_id, before.passage, now)
        if before.measure == "close" and outcome.measure != "close":
            moderated.close_thread(session, case.comment_id, None)
        if before.measure == "pause" and outcome.measure != "pause" and outcome.author_id:
            moderated.end_pause(session, outcome.author_id, case.region_id)
    with speaking(LANGUAGES[0]):
        reason = words.trace(outcome.ground, case.body)
    if outcome.measure in ("none", "part"):
        unhide_comment(session, case.comment_id, now)
    else:
        hide_comment(session, case.comment_id, reason, now)
    if outcome.measure == "part" and outcome.passage:
        moderated.hide_part(session, case.comment_id, outcome.passage, reason, now)
    if outcome.measure == "close":
        moderated.close_thread(session, case.comment_id, now)
    if outcome.measure == "pause" and outcome.author_id and outcome.ends_at:
        moderated.pause(session, outcome.author_id, case.region_id, outcome.ends_at)


def _tell_all(session: Session, case: Case, outcome: Outcome, now: datetime) -> None:
    """Queue the statement to the author and the outcome to everybody who reported, in this case or the one it follows."""
    before = session.get(Outcome, case.of_case_id) if case.of_case_id else None
    if outcome.author_id and (
        outcome.measure != "none" or case.stage == "appeal" or case.provisional_at or (before and before.measure != "none")
    ):
        enqueue(session, Job.TELL_MODERATION, now, kind="statement", id=case.id)
    for flag_id in session.exec(select(Flag.id).where(col(Flag.case_id).in_([case.id, case.of_case_id]))).all():
        enqueue(session, Job.TELL_MODERATION, now, kind="outcome", id=flag_id, case=case.id)


def hand_back(session: Session, person: Person, case_id: int, now: datetime) -> None:
    """Give a case back, for whatever reason; somebody else is drawn at once. Raises NotFound, Forbidden."""
    case, _comment = cases.locked(session, case_id)
    seat = cases.own_seat(session, case_id, person.account_id, now)
    if seat is None:
        raise Forbidden(_("Dieser Fall ist nicht oder nicht mehr bei Ihnen."))
    cases.end_seat(session, seat, "returned", now)
    cases.fill(session, case, now)


# Objections


def appeal(
    session: Session, case_id: int, text: str, now: datetime, *, account_id: int | None = None, flag_id: int | None = None
) -> Appeal:
    """Object to an outcome, as its author or as who reported (by account, or by the report's own link).

    Several objections to one outcome are decided together. Raises NotFound, Forbidden, Conflict, Invalid (field text).
    """
    case, _comment = cases.locked(session, case_id)
    outcome = session.get(Outcome, case_id)
    if outcome is None:
        raise NotFound(_("Darüber ist noch nicht entschieden."))
    flags = session.exec(select(Flag).where(Flag.case_id == case_id)).all()
    is_author = account_id is not None and outcome.author_id == account_id
    is_reporter = any(
        (account_id is not None and row.reporter_id == account_id) or (flag_id is not None and row.id == flag_id) for row in flags
    )
    allow(rules.why_not_appeal(case.stage, outcome.measure, outcome.decided_at, now, is_author=is_author, is_reporter=is_reporter))
    said = _told(text, "text", 10, _("Bitte schreiben Sie, warum Sie widersprechen."))
    first = session.exec(select(Appeal).where(Appeal.case_id == case_id).order_by(col(Appeal.id))).first()
    if first is not None:
        same = account_id is not None and first.account_id == account_id
        new_case = session.get_one(Case, first.new_case_id)
        if same or new_case.decided_at is not None:
            raise Conflict(_("Über diese Entscheidung gibt es schon einen Widerspruch."))
    else:
        if session.exec(select(Case.id).where(Case.comment_id == case.comment_id, col(Case.decided_at).is_(None))).first():
            raise Conflict(_("Zu diesem Kommentar läuft gerade schon ein Verfahren. Bitte widersprechen Sie danach."))
        new_case = None
    row = Appeal(case_id=case_id, new_case_id=0, account_id=account_id, flag_id=flag_id, text=said, created_at=now)
    if new_case is None:
        new_case = cases.open_again(session, case, "appeal", now)
        log.record(session, new_case, "appealed", now, by="author" if is_author else "reporter")
    row.new_case_id = cast(int, new_case.id)
    session.add(row)
    session.flush()
    if account_id:
        _leave(session, new_case, account_id, now)
        cases.fill(session, new_case, now)
    return row


# Members


def is_introduced(session: Session, account_id: int, region_id: int) -> bool:
    """Whether somebody has read the introduction."""
    row = session.get(Moderator, (account_id, region_id))
    return row is not None and row.introduced_at is not None


def introduce(session: Session, account_id: int, region_id: int, now: datetime) -> None:
    """Note that somebody has read the introduction and promises secrecy; all days count as free until they say otherwise."""
    insert_missing(session, Moderator, account_id=account_id, region_id=region_id, weekdays="0123456", introduced_at=None)
    row = session.get_one(Moderator, (account_id, region_id), populate_existing=True)
    row.introduced_at = row.introduced_at or now
    session.add(row)


def set_days(session: Session, account_id: int, region_id: int, weekdays: str) -> None:
    """Say on which days one has time (digits, Monday 0)."""
    insert_missing(session, Moderator, account_id=account_id, region_id=region_id, weekdays="", introduced_at=None)
    row = session.get_one(Moderator, (account_id, region_id), populate_existing=True)
    row.weekdays = "".join(sorted({digit for digit in weekdays if digit in "0123456"}))
    session.add(row)
