"""The only writer of draws, from an empty one to the protocol. Never commits; seats are written by seating.py."""

import hashlib
import json
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import func
from sqlmodel import Session, col, delete, select

from beteiligung import audit
from beteiligung.clock import berlin_date
from beteiligung.council import groups, protocol, rules, seating
from beteiligung.council.confined import Task, as_distribution, as_json_result
from beteiligung.council.models import Draw, DrawFile, DrawPerson
from beteiligung.council.people import PeopleList
from beteiligung.council.pool import canonical, read_pool
from beteiligung.council.quotas import Bound
from beteiligung.council.register import bounds_of, household_columns, pool_csv
from beteiligung.council.sortition import ALGORITHMS, Distribution, figures
from beteiligung.db import require
from beteiligung.errors import Conflict, Forbidden, Invalid, allow
from beteiligung.i18n import _
from beteiligung.jobs import Job, enqueue
from beteiligung.web.http import keyed_hash


@dataclass(frozen=True)
class Plan:
    """What a clerk decides before anything else."""

    title: str
    source: str
    size: int
    algorithm: str
    households: bool
    term_start: date
    term_end: date
    contact: str


def check_plan(plan: Plan, today: date) -> None:
    """Raise Invalid, by field, where a plan cannot stand."""
    wrong = {}
    if not 3 <= len(plan.title) <= 100:
        wrong["title"] = _("Bitte geben Sie der Auslosung einen Namen, höchstens 100 Zeichen.")
    if not rules.LEAST_SEATS <= plan.size <= rules.MOST_SEATS:
        wrong["size"] = _("Bitte geben Sie eine Zahl von {least} bis {most} an.").format(least=rules.LEAST_SEATS, most=rules.MOST_SEATS)
    if plan.algorithm not in ALGORITHMS:
        wrong["algorithm"] = _("Bitte wählen Sie ein Verfahren.")
    if not today <= plan.term_start <= today + rules.LONGEST_TERM:
        wrong["term_start"] = _("Die Amtszeit beginnt frühestens heute.")
    if not plan.term_start < plan.term_end <= plan.term_start + rules.LONGEST_TERM:
        wrong["term_end"] = _("Die Amtszeit endet nach ihrem Beginn und dauert höchstens fünf Jahre.")
    if not 3 <= len(plan.contact) <= 200:
        wrong["contact"] = _("Bitte schreiben Sie, wo man nachfragen kann, höchstens 200 Zeichen.")
    if wrong:
        raise Invalid(_("Bitte prüfen Sie die markierten Felder. Ihre Eingaben sind noch da."), wrong)


def create(session: Session, clerk_id: int, region_id: int, plan: Plan, now: datetime) -> int:
    """Begin a draw; returns its number. Raises Invalid."""
    check_plan(plan, berlin_date(now))
    source = plan.source if plan.source in ("list", "register") else "list"
    draw = Draw(
        region_id=region_id, title=plan.title, source=source, size=plan.size, algorithm=plan.algorithm, households=plan.households,
        term_start=plan.term_start, term_end=plan.term_end, contact=plan.contact, created_at=now,
    )  # fmt: skip
    session.add(draw)
    session.flush()
    _note(session, "draw_created", draw, clerk_id, now, size=plan.size)
    return cast(int, draw.id)


def _note(session: Session, act: str, draw: Draw, clerk_id: int | None, now: datetime, **detail: Any) -> None:
    audit.record(session, act, f"draw:{draw.id}", now, account_id=clerk_id, region_id=draw.region_id, **detail)


def locked(session: Session, draw_id: int, region_id: int) -> Draw:
    """The draw of a region, its row locked until the end of the transaction. Raises NotFound, Forbidden."""
    draw = require(session, Draw, draw_id, _("Diese Auslosung gibt es nicht."))
    session.refresh(draw, with_for_update=True)
    if draw.region_id != region_id:
        raise Forbidden(_("Diese Auslosung gehört zu einer anderen Region."))
    return draw


def people_count(session: Session, draw_id: int, *, willing: bool = False) -> int:
    """How many stand on the list, or only those who agreed."""
    wanted = select(func.count()).select_from(DrawPerson).where(DrawPerson.draw_id == draw_id)
    return session.exec(wanted.where(DrawPerson.reply == "yes") if willing else wanted).one()


# The list and the quotas


def bring_list(session: Session, clerk_id: int, draw: Draw, found: PeopleList, now: datetime) -> None:
    """Take a checked list, instead of an earlier one. Pseudonyms are dealt at random; quotas of features that are gone go too."""
    allow(rules.why_not_bring_list(draw.state, invited=draw.invited_at is not None), Conflict)
    session.execute(delete(DrawPerson).where(col(DrawPerson.draw_id) == draw.id))
    numbers = list(range(1, len(found.people) + 1))
    secrets.SystemRandom().shuffle(numbers)
    digits = max(len(str(len(numbers))), 3)
    names = [f"P{number:0{digits}}" for number in numbers]
    homes: dict[str, str] = {}
    for name, person in zip(names, found.people, strict=True):
        if person.household:
            homes[person.household] = min(name, homes.get(person.household, name))
    reply = "yes" if draw.source == "list" else None
    session.add_all(
        DrawPerson(
            draw_id=cast(int, draw.id), pseudonym=name, given_id=person.given_id, values=dict(person.values),
            household=homes.get(person.household, name), given_name=person.given_name, family_name=person.family_name,
            street=person.street, postcode=person.postcode, town=person.town, email=person.email, nonce=secrets.token_hex(16), reply=reply,
        )
        for name, person in zip(names, found.people, strict=True)
    )  # fmt: skip
    draw.features, draw.notes, draw.blocked = list(found.features), list(found.notes), found.barred
    draw.quotas = [one for one in draw.quotas if one["feature"] in found.features]
    draw.list_until, draw.list_deleted_at = berlin_date(now) + rules.LIST_KEPT, None
    _back_to_setup(session, draw)
    _note(session, "draw_list", draw, clerk_id, now, people=len(found.people), barred=found.barred)


def _back_to_setup(session: Session, draw: Draw) -> None:
    """Forget a result that does not fit any more."""
    session.execute(delete(DrawFile).where(col(DrawFile.draw_id) == draw.id))
    draw.state = "inviting" if draw.state == "inviting" else "setup"
    draw.problem, draw.figures, draw.groups = {}, {}, []
    session.add(draw)


def set_quotas(session: Session, draw: Draw, bounds: Sequence[Bound]) -> None:
    """Keep quotas. Raises Conflict."""
    allow(rules.why_not_set_quotas(draw.state, people_count(session, cast(int, draw.id))), Conflict)
    unknown = sorted({one.feature for one in bounds} - set(draw.features))
    if unknown:
        raise Invalid(_("Das Merkmal „{name}“ steht nicht in der Personenliste.").format(name=unknown[0]))
    draw.quotas = [one.as_json() for one in bounds]
    _back_to_setup(session, draw)


# Computing


def start_computing(session: Session, draw: Draw, now: datetime) -> None:
    """Have the distribution computed by a worker. Raises Conflict."""
    allow(rules.why_not_compute(draw.state, people_count(session, cast(int, draw.id), willing=True), len(draw.quotas)), Conflict)
    _back_to_setup(session, draw)
    draw.state, draw.run, draw.progress = "computing", draw.run + 1, 0
    session.add(draw)
    enqueue(session, Job.COMPUTE_DRAW, now, id=draw.id, run=draw.run)


def stop_computing(session: Session, draw: Draw) -> None:
    """Do not wait for a computation any longer; what it finds is not taken."""
    if draw.state == "computing":
        draw.state, draw.run, draw.progress = "setup", draw.run + 1, 0
        session.add(draw)


def task_of(session: Session, draw_id: int, run: int) -> Task | None:
    """What there is to compute; None where nobody waits for this run any more."""
    draw = session.get(Draw, draw_id)
    if draw is None or draw.state != "computing" or draw.run != run:
        return None
    quotas = tuple(one.quota for one in bounds_of(draw))
    return Task(pool_csv(session, draw), quotas, draw.size, household_columns(draw), draw.algorithm)


def advance(session: Session, draw_id: int, run: int, panels: int) -> bool:
    """Note how far a run is; tells whether anybody still waits for it."""
    draw = session.get(Draw, draw_id)
    if draw is None or draw.state != "computing" or draw.run != run:
        return False
    draw.progress = panels
    session.add(draw)
    return True


def keep_result(session: Session, draw_id: int, run: int, found: Distribution | None, problem: dict[str, Any]) -> None:
    """Keep what was found, or why nothing was. Nothing happens where nobody waits for the run any more."""
    draw = session.get(Draw, draw_id)
    if draw is None or draw.state != "computing" or draw.run != run:
        return
    draw.state, draw.problem = "setup", problem
    session.add(draw)
    if found is None:
        return
    draw.state, draw.progress = "computed", len(found.panels)
    draw.figures = {
        "people": len(found.ids), "panels": len(found.panels), "excluded": len(found.excluded), "gap": found.gap,
        **figures(found.probabilities, found.excluded),
    }  # fmt: skip
    draw.groups = groups.of_pool(_values(session, draw), bounds_of(draw), found.probabilities)
    session.add(DrawFile(draw_id=draw_id, kind="result", content=canonical(as_json_result(found))))


def _values(session: Session, draw: Draw) -> dict[str, dict[str, str]]:
    rows = session.exec(select(DrawPerson.pseudonym, DrawPerson.values).where(DrawPerson.draw_id == draw.id, DrawPerson.reply == "yes"))
    return {pseudonym: dict(values) for pseudonym, values in rows}


# Publishing and drawing


def publish(session: Session, clerk_id: int, draw: Draw, source: str, day: date | None, now: datetime) -> None:
    """Publish hash, quotas, panels and the commitment, and fix which public value of which day counts. Raises Conflict, Invalid."""
    if reason := rules.why_not_publish(draw.state, source, day, berlin_date(now)):
        field = "public_source" if len(source.strip()) < 10 else "public_day"
        raise Invalid(reason, {field: reason}) if draw.state == "computed" else Conflict(reason)
    result = session.get_one(DrawFile, (cast(int, draw.id), "result"))
    found = as_distribution(json.loads(result.content))
    quotas = [one.quota for one in bounds_of(draw)]
    household = household_columns(draw)
    pool = read_pool(pool_csv(session, draw), quotas, household)
    draw.nonce = secrets.token_hex(32)
    named = f"{source.strip()} ({cast(date, day):%d.%m.%Y})"
    content = protocol.prepare(pool, quotas, draw.size, household, found, _secret(draw), named)
    session.delete(result)
    session.add(DrawFile(draw_id=cast(int, draw.id), kind="published", content=content))
    draw.public_source, draw.public_day, draw.published_at = named, day, now
    draw.published_sha256 = hashlib.sha256(content).hexdigest()
    draw.state = "published"
    draw.list_until = cast(date, day) + rules.LIST_KEPT
    session.add(draw)
    _forget_unwilling(session, draw)
    _note(session, "draw_published", draw, clerk_id, now, sha256=draw.published_sha256)


def _secret(draw: Draw) -> bytes:
    """The region's own random value: from the nonce and the secret key, so that who reads the database alone does not know it."""
    return bytes.fromhex(keyed_hash("draw-secret", draw.id, draw.nonce))


def _forget_unwilling(session: Session, draw: Draw) -> None:
    """Delete who is not in the pool; they have no part in what follows. Features without quotas go too."""
    session.execute(delete(DrawPerson).where(col(DrawPerson.draw_id) == draw.id, col(DrawPerson.reply).is_distinct_from("yes")))
    used = {one.feature for one in bounds_of(draw)}
    if used != set(draw.features):
        for person in session.exec(select(DrawPerson).where(DrawPerson.draw_id == draw.id)):
            person.values = {name: value for name, value in person.values.items() if name in used}
            session.add(person)
        draw.features = [name for name in draw.features if name in used]


def withdraw(session: Session, clerk_id: int, draw: Draw, reason: str, now: datetime) -> None:
    """Give up a published draw; the page keeps it with the reason, and the list is deleted. Raises Conflict, Invalid."""
    if not rules.may_withdraw(draw.state):
        raise Conflict(_("Zurückziehen können Sie eine Auslosung nach der Veröffentlichung und vor dem Losen."))
    if len(reason.strip()) < 20:
        message = _("Bitte schreiben Sie in mindestens 20 Zeichen, warum. Der Grund ist öffentlich.")
        raise Invalid(message, {"reason": message})
    draw.state, draw.withdrawn_reason = "withdrawn", reason.strip()
    session.add(draw)
    seating.delete_list(session, draw, now)
    _note(session, "draw_withdrawn", draw, clerk_id, now)


def throw_away(session: Session, clerk_id: int, draw: Draw, now: datetime) -> None:
    """Delete a draw that nobody has seen, with its list. Raises Conflict."""
    if not rules.may_throw_away(draw.state):
        raise Conflict(_("Diese Auslosung ist veröffentlicht. Sie lässt sich nicht mehr löschen."))
    session.execute(delete(DrawFile).where(col(DrawFile.draw_id) == draw.id))
    session.execute(delete(DrawPerson).where(col(DrawPerson.draw_id) == draw.id))
    _note(session, "draw_deleted", draw, clerk_id, now)
    session.delete(draw)


def hold(session: Session, clerk_id: int | None, draw: Draw, value: str, now: datetime) -> None:
    """Draw: mix in the public value, write the protocol, offer the seats. Raises Conflict, Invalid."""
    if reason := rules.why_not_draw(draw.state, draw.public_day, berlin_date(now), value):
        raise Invalid(reason, {"public_value": reason}) if draw.state == "published" else Conflict(reason)
    if draw.list_deleted_at is not None:
        raise Conflict(_("Die Liste der Personen ist gelöscht, weil ihre Zeit vorbei ist. Bitte ziehen Sie diese Auslosung zurück."))
    published = session.get_one(DrawFile, (cast(int, draw.id), "published")).content
    content = protocol.seat(published, _secret(draw), value)
    result = protocol.verify(content, published=published)
    session.add(DrawFile(draw_id=cast(int, draw.id), kind="protocol", content=content))
    draw.state, draw.public_value, draw.drawn_at = "drawn", result["public_value"], now
    draw.list_until = min(berlin_date(now) + rules.LIST_KEPT, draw.term_end)
    session.add(draw)
    _note(session, "draw_held", draw, clerk_id, now, sha256=hashlib.sha256(content).hexdigest())
    session.flush()
    seating.offer_drawn(session, draw, result["seated"], now)


def counts_of(session: Session, draw: Draw, *, willing: bool) -> dict[str, dict[str, int]]:
    """Feature → value → people on the list, or only those who agreed; values in the order of the alphabet."""
    wanted = select(DrawPerson.values).where(DrawPerson.draw_id == draw.id)
    counted: dict[str, Counter[str]] = {name: Counter() for name in draw.features}
    for values in session.exec(wanted.where(DrawPerson.reply == "yes") if willing else wanted):
        for name in draw.features:
            counted[name][values.get(name, "")] += 1
    return {name: dict(sorted(found.items())) for name, found in counted.items()}
