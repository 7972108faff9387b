"""What the example council has moderated and recommended, by the same services as anything else.

Who decides a case is drawn by lot; here only who shall be drawn has time at that moment, so that every machine tells the same.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from beteiligung.catalogue.models import Commitment
from beteiligung.council import recommendation_rules as advice_rules
from beteiligung.council import recommendation_service as advice
from beteiligung.council.recommendation_service import Words
from beteiligung.identity.offices import in_office
from beteiligung.jobs import OutboxEntry
from beteiligung.moderation import cases, service
from beteiligung.moderation.models import Case
from beteiligung.moderation.rules import SEATED_LEAST, Person
from beteiligung.moderation.service import Judgement, Report
from beteiligung.notifications import recommendations as news
from beteiligung.participation.models import Comment
from beteiligung.places.models import Region


@dataclass(frozen=True)
class Cast:
    """Who plays: key → account, which accounts are clerks, number → commitment, and days ago → moment."""

    accounts: Mapping[str, int]
    clerk: int
    commitment: Callable[[int], Commitment | None]
    moment: Callable[[int], datetime]
    now: datetime


def add_council_work(session: Session, told: Mapping[str, Any], region_id: int, cast_: Cast) -> None:
    """Report, decide and recommend as the file tells; does nothing where too few members are seated."""
    session.execute(
        update(Region).where(col(Region.id) == region_id, col(Region.legal_office).is_(None)).values(legal_office=told["legal_office"])
    )
    if len(in_office(session, region_id, "council", cast_.moment(told["decided"]["ago"]))) < SEATED_LEAST:
        return
    started = [work.id for work in session.exec(select(OutboxEntry)).all()]
    _decided(session, told["decided"], region_id, cast_)
    _case(session, told["open"], region_id, cast_, min(cast_.moment(told["open"]["ago"]) + timedelta(days=2), cast_.now))
    for account_id in sorted(in_office(session, region_id, "council", cast_.now)):
        service.introduce(session, account_id, region_id, cast_.now)
        service.set_days(session, account_id, region_id, "0123456")
    for one in told["recommendation"]:
        _recommend(session, one, told["drafted_by"], region_id, cast_)
    # Told here already, or of no interest to anybody invented: the worker has nothing to do.
    session.execute(delete(OutboxEntry).where(col(OutboxEntry.id).not_in(started)))


# Cases


def _case(session: Session, told: Mapping[str, Any], region_id: int, cast_: Cast, moment: datetime) -> int | None:
    """Have a comment reported and its deciders drawn; returns the case, None where the comment is not there."""
    commitment = cast_.commitment(told["to"])
    author = cast_.accounts.get(told["by"])
    comment_id = session.exec(
        select(Comment.id).where(
            Comment.commitment_id == (commitment.id if commitment else 0), Comment.author_id == author, col(Comment.parent_id).is_(None)
        )
    ).first()
    if comment_id is None:
        return None
    reporter = Person(cast_.accounts[told["reporter"]], council=False, clerk=False)
    flag = service.flag(session, reporter, comment_id, Report(told["ground"], told["report"]), moment)
    for key in told["deciders"]:
        service.introduce(session, cast_.accounts[key], region_id, moment)
        cases.fill(session, session.get_one(Case, flag.case_id), moment)
    return flag.case_id


def _decided(session: Session, told: Mapping[str, Any], region_id: int, cast_: Cast) -> None:
    moment = cast_.moment(told["ago"])
    case_id = _case(session, told, region_id, cast_, moment)
    for hours, key in enumerate(told["deciders"], 5):
        if case_id is not None:
            person = Person(cast_.accounts[key], council=True, clerk=False)
            judgement = Judgement(told["measure"], told["ground"], told["facts"])
            service.decide(session, person, case_id, judgement, moment + timedelta(hours=3 * hours))
        service.set_days(session, cast_.accounts[key], region_id, "")


# Recommendations


def _recommend(session: Session, told: Mapping[str, Any], author: str, region_id: int, cast_: Cast) -> None:
    begun = cast_.moment(told["ago"])
    drafter = advice_rules.Person(cast_.accounts[author], council=True, clerk=False)
    about = [one for number in told["to"] if (one := cast_.commitment(number)) is not None]
    if not about:
        return
    for one in about:
        advice.put_on_agenda(session, drafter, region_id, one.slug, begun)
    numbers = tuple(cast(int, one.id) for one in about)
    row = advice.draft(session, drafter, region_id, Words(told["title"], told["versions"][0], numbers), begun)
    recommendation_id = cast(int, row.id)
    for hours, (key, text) in enumerate(told["comments"], 1):
        person = advice_rules.Person(cast_.accounts[key], council=True, clerk=False)
        advice.comment(session, person, region_id, recommendation_id, text, begun + timedelta(hours=7 * hours))
    for version, text in enumerate(told["versions"][1:], 1):
        words = Words(told["title"], text, numbers)
        advice.revise(session, drafter, region_id, recommendation_id, words, version, begun + timedelta(days=version))
    if "votes" not in told:
        return
    voted = begun + timedelta(days=len(told["versions"]))
    advice.open_vote(session, drafter, region_id, recommendation_id, len(told["versions"]), voted)
    choices = [choice for choice in ("for", "against", "abstain") for _ in range(told["votes"][choice])]
    members = sorted(in_office(session, region_id, "council", voted))
    for hours, (account_id, choice) in enumerate(zip(members, choices, strict=False), 1):
        person = advice_rules.Person(account_id, council=True, clerk=False)
        advice.cast_vote(session, person, region_id, recommendation_id, choice, voted + timedelta(hours=hours))
    advice.settle_due(session, voted + advice_rules.VOTE_WITHIN)
    _tell(session, recommendation_id, "adopted", voted + timedelta(hours=len(choices)))
    if "answer" in told:
        moment = cast_.moment(told["answered_ago"])
        clerk = advice_rules.Person(cast_.clerk, council=False, clerk=True)
        advice.answer(session, clerk, region_id, recommendation_id, told["answer_kind"], told["answer"], moment)
        _tell(session, recommendation_id, "answered", moment)


def _tell(session: Session, recommendation_id: int, what: str, moment: datetime) -> None:
    news.tell(session, {"recommendation": recommendation_id, "what": what}, moment, mails=False)
