"""What pages show of draws and of the council. Read only."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlmodel import Session, col, select

from beteiligung.council import rules
from beteiligung.council.models import CouncilSeat, Draw, DrawFile, DrawPerson, Replacement
from beteiligung.council.quotas import Bound, Counts, proposal
from beteiligung.council.register import bounds_of
from beteiligung.council.replacement import Step, as_file
from beteiligung.db import require
from beteiligung.errors import NotFound
from beteiligung.i18n import _

PUBLIC = ("published", "drawn", "withdrawn")


@dataclass(frozen=True)
class DrawFacts:
    """A draw without its list and files."""

    id: int
    region_id: int
    title: str
    source: str
    state: str
    size: int
    algorithm: str
    households: bool
    term_start: date
    term_end: date
    contact: str
    features: list[str]
    quotas: list[dict[str, Any]]
    notes: list[str]
    blocked: int
    progress: int
    problem: dict[str, Any]
    public_source: str
    public_day: date | None
    published_at: datetime | None
    published_sha256: str | None
    figures: dict[str, Any]
    groups: list[dict[str, Any]]
    public_value: str | None
    drawn_at: datetime | None
    withdrawn_reason: str | None
    invited_at: datetime | None
    reply_by: date | None
    response: list[dict[str, Any]]
    list_until: date | None
    list_deleted_at: datetime | None


@dataclass(frozen=True)
class SeatRow:
    """A seat with who it is, for the administration; name and address are empty once the list is deleted."""

    id: int
    place: int
    pseudonym: str
    state: str
    due_at: datetime
    name: str
    email: str
    has_account: bool
    display_name: str


@dataclass(frozen=True)
class Line:
    """One value of a feature: people in the pool, quota as typed or proposed, shares of one for the picture (None: unknown)."""

    feature: str
    value: str
    people: int
    share: float
    lower: str
    upper: str
    population: str
    band: tuple[float, float] | None
    measured: float | None


def draw_facts(draw: Draw) -> DrawFacts:
    """The read model of a row at hand."""
    return DrawFacts(**{name: getattr(draw, name) for name in DrawFacts.__dataclass_fields__})


def draw_of(session: Session, region_id: int, draw_id: int, *, public: bool = False) -> DrawFacts:
    """A draw of a region. Raises NotFound, also for what is not public yet."""
    draw = require(session, Draw, draw_id, _("Diese Auslosung gibt es nicht."))
    if draw.region_id != region_id or (public and draw.state not in PUBLIC):
        raise NotFound(_("Diese Auslosung gibt es nicht."))
    return draw_facts(draw)


def draws_of(session: Session, region_id: int, *, public: bool = False) -> list[DrawFacts]:
    """The draws of a region, newest first."""
    wanted = select(Draw).where(Draw.region_id == region_id).order_by(col(Draw.id).desc())
    return [draw_facts(one) for one in session.exec(wanted.where(col(Draw.state).in_(PUBLIC)) if public else wanted)]


def file_of(session: Session, draw_id: int, kind: str) -> bytes:
    """A public file of a draw, as it was written. Raises NotFound."""
    row = session.get(DrawFile, (draw_id, kind))
    if row is None:
        raise NotFound(_("Diese Datei gibt es noch nicht."))
    return row.content


def replacements(session: Session, draw_id: int) -> list[tuple[Step, datetime]]:
    """Who followed whom, in order."""
    rows = session.exec(
        select(Replacement, CouncilSeat.pseudonym)
        .join(CouncilSeat, col(CouncilSeat.id) == col(Replacement.seat_id))
        .where(Replacement.draw_id == draw_id)
        .order_by(col(Replacement.step))
    ).all()
    return [(Step(row.step, leaves, row.distance, tuple(row.candidates), row.joins), row.happened_at) for row, leaves in rows]


def replacement_file(session: Session, draw_id: int) -> bytes:
    """The public file of all replacements. Raises NotFound before the draw."""
    return as_file(file_of(session, draw_id, "protocol"), [step for step, _at in replacements(session, draw_id)])


def seat_rows(session: Session, draw_id: int) -> list[SeatRow]:
    """Every seat of a draw, by place and time."""
    rows = session.exec(
        select(CouncilSeat, DrawPerson)
        .outerjoin(DrawPerson, col(DrawPerson.id) == col(CouncilSeat.person_id))
        .where(CouncilSeat.draw_id == draw_id)
        .order_by(col(CouncilSeat.place), col(CouncilSeat.id))
    ).all()
    return [
        SeatRow(
            cast(int, seat.id), seat.place, seat.pseudonym, seat.state, seat.due_at - timedelta(seconds=1),
            f"{person.given_name} {person.family_name}".strip() if person else "", person.email if person else "",
            seat.account_id is not None, seat.display_name,
        )
        for seat, person in rows
    ]  # fmt: skip


def seated_values(session: Session, draw_id: int) -> list[dict[str, str]]:
    """What the people who have accepted are like."""
    rows = session.exec(select(CouncilSeat.values).where(CouncilSeat.draw_id == draw_id, CouncilSeat.state == "accepted"))
    return [dict(values) for values in rows]


def members(session: Session, draw_id: int) -> list[str]:
    """The names that those who have accepted chose, by place; empty for none."""
    wanted = select(CouncilSeat.display_name).where(CouncilSeat.draw_id == draw_id, CouncilSeat.state == "accepted")
    return list(session.exec(wanted.order_by(col(CouncilSeat.place))))


def council_state(session: Session, region_id: int) -> str:
    """A short text that changes whenever the public pages do."""
    draws = session.exec(select(Draw.id, Draw.state, Draw.list_deleted_at).where(Draw.region_id == region_id)).all()
    seats = session.exec(
        select(CouncilSeat.id, CouncilSeat.state, CouncilSeat.display_name)
        .where(CouncilSeat.region_id == region_id, col(CouncilSeat.state).in_(("offered", "accepted")))
        .order_by(col(CouncilSeat.id))
    ).all()
    return f"{sorted(map(str, draws))}{seats}"


def lines(draw: Draw, counts: Counts) -> list[tuple[str, list[Line]]]:
    """(feature, its values) of the pool beside the quotas; where there are none yet, beside a proposal."""
    known = bounds_of(draw)
    bounds: dict[tuple[str, str], Bound] = {(one.feature, one.value): one for one in known or proposal(counts, draw.size)}
    found = []
    for feature, values in counts.items():
        total = sum(values.values()) or 1
        asked = [value for name, value in bounds if name == feature and value not in values]
        measured = sum(bounds[feature, value].population or 0.0 for value in (*values, *asked) if (feature, value) in bounds)
        rows = []
        for value in (*values, *asked):
            one = bounds.get((feature, value))
            rows.append(
                Line(
                    feature, value, values.get(value, 0), values.get(value, 0) / total,
                    str(one.lower) if one else "", str(one.upper) if one else "",
                    f"{one.population:g}" if one and one.population is not None else "",
                    (one.lower / draw.size, one.upper / draw.size) if one else None,
                    (one.population or 0.0) / measured if one and measured else None,
                )
            )  # fmt: skip
        found.append((feature, rows))
    return found


def steps(draw: DrawFacts) -> list[tuple[str, bool]]:
    """(name, whether it is the present one) of the steps of a draw."""
    names = [_("Liste der Personen"), _("Quoten"), _("Rechnen"), _("Veröffentlichen"), _("Losen"), _("Plätze")]
    present = {"setup": 1 if draw.features else 0, "inviting": 1, "computing": 2 if draw.source == "list" else 3}
    present |= {"computed": 3, "published": 4, "drawn": 5}
    if draw.source == "register":
        names.insert(1, _("Einladen"))
        inviting = 1 if draw.invited_at is None or draw.state == "inviting" else 2
        present = {"setup": inviting if draw.features else 0, "inviting": 1, "computing": 3, "computed": 4, "published": 5, "drawn": 6}
    elif draw.state == "setup" and draw.quotas:
        present["setup"] = 2
    number = present.get(draw.state, -1)
    return [(name, place == number) for place, name in enumerate(names)]


def seat_of_account(session: Session, region_id: int, account_id: int) -> CouncilSeat | None:
    """The seat somebody has accepted in a region."""
    return session.exec(
        select(CouncilSeat).where(CouncilSeat.region_id == region_id, CouncilSeat.account_id == account_id, CouncilSeat.state == "accepted")
    ).first()


def seat_of_person(session: Session, person_id: int) -> CouncilSeat | None:
    """The seat offered to somebody on a list, whatever became of it."""
    return session.exec(select(CouncilSeat).where(CouncilSeat.person_id == person_id)).first()


def sits(today: date, draw: DrawFacts) -> bool:
    """Whether the council of a draw is in its term."""
    return draw.state == "drawn" and rules.in_term(draw.term_start, draw.term_end, today)
