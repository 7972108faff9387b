"""The first stage of a draw from the register: a sample is invited, answers, and is deleted but for those who agreed. Never commits."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, cast

from sqlmodel import Session, col, delete, select

from beteiligung import audit
from beteiligung.clock import berlin_date
from beteiligung.council import rules
from beteiligung.council.cells import shown
from beteiligung.council.models import CouncilSeat, Draw, DrawPerson
from beteiligung.council.service import people_count
from beteiligung.errors import Conflict, Invalid
from beteiligung.i18n import _
from beteiligung.jobs import Job, enqueue_many


def invite(session: Session, clerk_id: int, draw: Draw, reply_by: date | None, now: datetime) -> None:
    """Fix the sample and the last day to answer, and mail those who have an address. Raises Conflict, Invalid."""
    if draw.source != "register" or draw.state != "setup" or draw.invited_at is not None or not people_count(session, cast(int, draw.id)):
        raise Conflict(_("Eingeladen wird einmal, nachdem die Stichprobe hochgeladen ist."))
    today = berlin_date(now)
    if reply_by is None or not today + rules.REPLY_LEAST <= reply_by <= today + rules.REPLY_MOST:
        message = _("Bitte geben Sie einen Tag an, der mindestens eine Woche und höchstens vier Monate entfernt ist.")
        raise Invalid(message, {"reply_by": message})
    draw.state, draw.invited_at, draw.reply_by, draw.list_until = "inviting", now, reply_by, reply_by + rules.LIST_KEPT
    session.add(draw)
    wanted = select(DrawPerson.id).where(DrawPerson.draw_id == draw.id, DrawPerson.email != "").order_by(col(DrawPerson.id))
    enqueue_many(session, Job.TELL_DRAWN, now, [(now, {"person": number, "kind": "invited"}) for number in session.exec(wanted)])
    audit.record(session, "draw_invited", f"draw:{draw.id}", now, account_id=clerk_id, region_id=draw.region_id)


def reply(session: Session, draw: Draw, person: DrawPerson, said: str, now: datetime) -> None:
    """Say yes or no; may be changed until the last day. Raises Conflict."""
    if person.draw_id != draw.id or not rules.may_reply(draw.state, draw.reply_by, berlin_date(now)):
        raise Conflict(_("Die Frist für die Antwort ist vorbei."))
    person.reply, person.replied_at = ("yes" if said == "yes" else "no"), now
    session.add(person)


def close(session: Session, clerk_id: int, draw: Draw, now: datetime) -> None:
    """Count who answered, by group, and delete everybody who did not agree. Raises Conflict."""
    if not rules.may_close(draw.state, draw.reply_by, berlin_date(now)):
        raise Conflict(_("Abgeschlossen wird nach dem letzten Tag für Antworten."))
    if not people_count(session, cast(int, draw.id), willing=True):
        raise Conflict(_("Niemand hat zugesagt. Bitte löschen Sie die Auslosung und beginnen Sie mit einer größeren Stichprobe."))
    rows = session.exec(select(DrawPerson.values, DrawPerson.reply).where(DrawPerson.draw_id == draw.id)).all()
    draw.response = response(draw.features, rows)
    session.execute(delete(DrawPerson).where(col(DrawPerson.draw_id) == draw.id, col(DrawPerson.reply).is_distinct_from("yes")))
    draw.state = "setup"
    session.add(draw)
    audit.record(session, "draw_replies_closed", f"draw:{draw.id}", now, account_id=clerk_id, region_id=draw.region_id)


def response(features: Iterable[str], rows: Iterable[tuple[Mapping[str, str], str | None]]) -> list[dict[str, Any]]:
    """How many were invited, said yes and said no; first in all (feature empty), then by feature and value; small groups are None."""
    told = list(rows)
    whole = {"feature": "", "value": "", "invited": len(told)}
    whole |= {said: sum(answer == said for _values, answer in told) for said in ("yes", "no")}
    found: list[dict[str, Any]] = [whole]
    for feature in features:
        counted = {
            "invited": Counter(values.get(feature, "") for values, _answer in told),
            **{said: Counter(values.get(feature, "") for values, answer in told if answer == said) for said in ("yes", "no")},
        }
        public = {said: shown({value: numbers[value] for value in sorted(counted["invited"])}) for said, numbers in counted.items()}
        found += [
            {"feature": feature, "value": value, **{said: numbers[value] for said, numbers in public.items()}}
            for value in sorted(counted["invited"])
        ]
    return found


def addressees(session: Session, draw_id: int, about: str) -> list[DrawPerson]:
    """Who gets a letter: everybody invited who has not answered, or who was offered a seat; who has an address on the list."""
    wanted = select(DrawPerson).where(DrawPerson.draw_id == draw_id, DrawPerson.street != "").order_by(col(DrawPerson.id))
    if about == "offered":
        offered = select(CouncilSeat.person_id).where(CouncilSeat.draw_id == draw_id, CouncilSeat.state == "offered")
        wanted = wanted.where(col(DrawPerson.id).in_(offered))
    else:
        wanted = wanted.where(col(DrawPerson.reply).is_(None))
    return list(session.exec(wanted).all())
