"""Read models of the residence page, of the clerk's printing page and of the statistics page."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from beteiligung.clock import berlin_date
from beteiligung.errors import NotFound
from beteiligung.i18n import _
from beteiligung.identity.models import Residence
from beteiligung.identity.residence import number_of
from beteiligung.identity.residence_models import CounterTicket, PrintRun
from beteiligung.places.models import Region


@dataclass(frozen=True)
class Confirmed:
    """One confirmed residence of somebody, for their own page."""

    region_id: int
    region: str
    since: date
    until: date
    channel: str


@dataclass(frozen=True)
class Number:
    """The six digits for the counter and until when they hold."""

    digits: str
    until: datetime


@dataclass(frozen=True)
class OwnResidence:
    """What the residence page shows. `home` is the region of the municipality the person named, or None."""

    confirmed: tuple[Confirmed, ...]
    number: Number | None
    home: str | None


@dataclass(frozen=True)
class RunItem:
    """A PDF in the making or made; `state` is queued, running, done, failed or gone (deleted)."""

    id: int
    kind: str
    title: str
    state: str
    done: int
    total: int
    ordered: datetime
    url: str
    status_url: str
    fetched: bool


def own_residence(session: Session, account_id: int, home_region_id: int | None, now: datetime) -> OwnResidence:
    """Return one's own state. Three statements at most."""
    rows = session.exec(
        select(Residence, Region.name)
        .join(Region, col(Region.id) == col(Residence.region_id))
        .where(Residence.account_id == account_id, col(Residence.until) > now)
        .order_by(col(Region.position), col(Region.name))
    ).all()
    ticket = session.exec(select(CounterTicket).where(CounterTicket.account_id == account_id, col(CounterTicket.expires_at) > now)).first()
    return OwnResidence(
        tuple(Confirmed(row.region_id, name, berlin_date(row.confirmed_at), berlin_date(row.until), row.channel) for row, name in rows),
        Number(number_of(ticket), ticket.expires_at) if ticket else None,
        session.exec(select(Region.name).where(Region.id == home_region_id)).first() if home_region_id else None,
    )


def _item(run: PrintRun, region_slug: str) -> RunItem:
    own = f"/verwaltung/{region_slug}/druck/{run.id}"
    state = "gone" if run.state == "done" and run.file is None else run.state
    return RunItem(
        run.id or 0, run.kind, run.title, state, run.done, run.total, run.created_at, f"{own}/datei", own, run.fetched_at is not None
    )


def runs(session: Session, region_id: int, region_slug: str, kinds: tuple[str, ...], limit: int = 12) -> list[RunItem]:
    """Return the newest runs of these kinds. One statement."""
    rows = session.exec(
        select(PrintRun)
        .where(PrintRun.region_id == region_id, col(PrintRun.kind).in_(kinds))
        .order_by(col(PrintRun.id).desc())
        .limit(limit)
    ).all()
    return [_item(run, region_slug) for run in rows]


def run(session: Session, region_id: int, region_slug: str, run_id: int) -> RunItem:
    """Return one run of the region. Raises NotFound."""
    row = session.get(PrintRun, run_id)
    if row is None or row.region_id != region_id:
        raise NotFound(_("Diesen Druck gibt es hier nicht."))
    return _item(row, region_slug)
