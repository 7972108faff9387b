"""The only writer of decisions: records them, corrects them by new entries, has people told. Nothing is changed or deleted."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session, select

from beteiligung import audit
from beteiligung.catalogue.rules import one_line, tidy
from beteiligung.clock import berlin_date
from beteiligung.errors import Conflict, Invalid, NotFound, allow
from beteiligung.i18n import _
from beteiligung.jobs import Job, enqueue
from beteiligung.participation.tally import bump
from beteiligung.places.queries import RegionFacts
from beteiligung.places.service import hold
from beteiligung.resolutions import queries, rules, subjects
from beteiligung.resolutions.models import VOID, Resolution
from beteiligung.resolutions.rules import Facts, Person
from beteiligung.resolutions.subjects import Subject


def record(session: Session, person: Person, region: RegionFacts, about: Subject, facts: Facts, now: datetime) -> Resolution:
    """Record what a body did with a subject of the region. Raises Forbidden, Invalid with a message for each field.

    The same decision sent twice is one.
    """
    allow(rules.why_not_record(person))
    hold(session, region.id)  # else a form sent twice at once would be two decisions
    row = _filled(session, region, facts, now)
    setattr(row, f"{about.kind}_id", about.id)
    row.title, row.path, row.account_id = about.title, about.url, person.account_id
    same = _same(session, row)
    if same is None:
        return _add(session, row, "resolution.recorded", now)
    if (same.minutes_url, same.note) != (row.minutes_url, row.note):
        raise Conflict(_("Dieser Beschluss ist schon eingetragen, mit anderem Link oder Hinweis. Bitte berichtigen Sie den Eintrag."))
    return same


def correct(
    session: Session, person: Person, region: RegionFacts, resolution_id: int, facts: Facts | None, reason: str, now: datetime
) -> Resolution:
    """Put an entry in the place of another; with no facts the other is taken back altogether. `reason` says what was wrong.

    Raises NotFound, Forbidden, Conflict where somebody else has corrected it before, Invalid with a message for each field.
    """
    old = session.exec(
        select(Resolution).where(Resolution.id == resolution_id).with_for_update().execution_options(populate_existing=True)
    ).first()
    if old is None or old.region_id != region.id:
        raise NotFound(_("Diesen Eintrag gibt es nicht."))
    allow(rules.why_not_record(person))
    corrected = session.exec(select(Resolution.id).where(Resolution.corrects_id == resolution_id)).first() is not None
    allow(rules.why_not_correct(person, old.act, corrected=corrected), Conflict)
    said = tidy(reason)
    wrong = {} if 0 < len(said) <= rules.NOTE_LENGTH else {"reason": _("Bitte sagen Sie in einem Satz, was falsch war.")}
    try:
        row = _filled(session, region, facts, now) if facts else _taken_back(old)
    except Invalid as error:
        raise Invalid(error.message, {**error.fields, **wrong}) from None
    if wrong:
        raise _wrong(wrong)
    for name in ("commitment_id", "recommendation_id", "report_id", "title", "path"):
        setattr(row, name, getattr(old, name))
    row.corrects_id, row.reason, row.account_id = resolution_id, said, person.account_id
    return _add(session, row, "resolution.corrected" if facts else "resolution.taken_back", now)


def _wrong(errors: dict[str, str]) -> Invalid:
    return Invalid(_("Bitte prüfen Sie die markierten Felder. Ihre Eingaben sind noch da."), errors)


def _filled(session: Session, region: RegionFacts, typed: Facts, now: datetime) -> Resolution:
    facts = replace(
        typed,
        body=one_line(typed.body),
        item=one_line(typed.item),
        paper=one_line(typed.paper),
        minutes_url=typed.minutes_url.strip(),
        note=tidy(typed.note),
    )
    known = dict(queries.committees(session, region.id))
    if errors := rules.errors(facts, known, berlin_date(now)):
        raise _wrong(errors)
    return Resolution(
        region_id=region.id,
        title="",
        path="",
        body=facts.body if facts.committee is None else known.get(facts.committee, region.assembly_name),
        committee_id=facts.committee or None,
        act=facts.act,
        decided_on=facts.decided_on or berlin_date(now),
        item=facts.item,
        paper=facts.paper,
        minutes_url=facts.minutes_url,
        note=facts.note,
        created_at=now,
    )


def _taken_back(old: Resolution) -> Resolution:
    kept = {name: getattr(old, name) for name in ("region_id", "body", "committee_id", "decided_on", "item", "paper")}
    return Resolution(**kept, title="", path="", act=VOID, created_at=old.created_at)


def _same(session: Session, row: Resolution) -> Resolution | None:
    names = ("region_id", "commitment_id", "recommendation_id", "report_id", "body", "act", "decided_on", "item", "paper")
    alike = session.exec(select(Resolution).where(*(getattr(Resolution, name) == getattr(row, name) for name in names))).all()
    corrected = set(session.exec(select(Resolution.corrects_id).where(Resolution.region_id == row.region_id)).all())
    return next((one for one in alike if one.id not in corrected), None)


def _add(session: Session, row: Resolution, act: str, now: datetime) -> Resolution:
    row.created_at = now
    session.add(row)
    session.flush()
    kind, number = next(
        (kind, found) for kind in ("commitment", "recommendation", "report") if (found := getattr(row, f"{kind}_id")) is not None
    )
    bump(session, subjects.commitments_of(session, kind, number))
    audit.record(
        session,
        act,
        f"resolution:{row.id}",
        now,
        account_id=row.account_id,
        region_id=row.region_id,
        about=f"{kind}:{number}",
        body=row.body,
        did=row.act,
        on=row.decided_on.isoformat(),
        corrects=row.corrects_id,
        reason=row.reason,
    )
    enqueue(session, Job.TELL_FOLLOWERS, now, resolution=row.id)
    return row
