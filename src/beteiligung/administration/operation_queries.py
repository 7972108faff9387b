"""The figures of the operator's page, the same as `/metrics` tells: what this process did, what waits, what was sent, and room."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session, col, func, select

from beteiligung import jobs
from beteiligung.i18n import _, ngettext
from beteiligung.installed import heartbeat_age
from beteiligung.notifications import deliveries
from beteiligung.settings import settings
from beteiligung.web.filters import number
from beteiligung.web.metrics import counts

LATE_MINUTES = 10
LATE_BEAT = 120.0
_ROUTES = 8

QUEUES: dict[str, Callable[[], str]] = {
    "mail": lambda: _("Mails, auf die jemand wartet"),
    "digest": lambda: _("Neuigkeiten"),
    "insight": lambda: _("Auswertungen"),
    "default": lambda: _("alles andere"),
}
STATUSES: dict[str, Callable[[], str]] = {
    "2xx": lambda: _("gelungen"),
    "3xx": lambda: _("weitergeleitet"),
    "4xx": lambda: _("abgewiesen"),
    "5xx": lambda: _("Fehler von uns"),
}
CHANNELS: dict[str, Callable[[], str]] = {"mail": lambda: _("Mail"), "push": lambda: _("Gerät")}


@dataclass(frozen=True)
class Storage:
    """Bytes: the database's, and of the disk under the data directory."""

    database: int
    used: int
    free: int


@dataclass(frozen=True)
class Bar:
    """One bar of a picture. `share` of the longest is 0 to 100; `figure` is the number in words."""

    label: str
    figure: str
    share: float


@dataclass(frozen=True)
class Picture:
    """A picture with its table: `said` is its one sentence, `wrong` whether somebody should look."""

    key: str
    title: str
    said: str
    bars: list[Bar]
    wrong: bool = False


def backlog_by_queue(session: Session, now: datetime) -> dict[str, jobs.Backlog]:
    """Return what is due in each queue. One statement."""
    entry = jobs.OutboxEntry
    due = (col(entry.done_at).is_(None), col(entry.parked_at).is_(None), col(entry.not_before) <= now)
    rows = session.exec(select(entry.job, func.count(), func.min(entry.not_before)).where(*due).group_by(entry.job)).all()
    found: dict[str, jobs.Backlog] = dict.fromkeys(QUEUES, jobs.Backlog(0, 0))
    for job, amount, oldest in rows:
        queue = jobs.Job(job).queue
        minutes = int((now - oldest).total_seconds() // 60)
        found[queue] = jobs.Backlog(found[queue].waiting + amount, max(found[queue].oldest_minutes, minutes))
    return found


def storage(session: Session) -> Storage:
    """Return how much room database and files take. One statement."""
    if session.get_bind().dialect.name == "postgresql":
        size = session.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
    else:
        size = session.execute(text("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")).scalar_one()
    settings().var.mkdir(parents=True, exist_ok=True)
    disk = shutil.disk_usage(settings().var)
    return Storage(int(size), disk.used, disk.free)


def bars(rows: Sequence[tuple[str, float, str]]) -> list[Bar]:
    """Return bars of (label, value, value in words), the longest full."""
    most = max((value for _label, value, _words in rows), default=0) or 1
    return [Bar(label, words, round(100 * value / most, 1)) for label, value, words in rows]


def in_bytes(value: int) -> str:
    """Return a size in words, in steps of 1,000."""
    for unit, step in (("GB", 10**9), ("MB", 10**6)):
        if value >= step:
            return f"{number(round(value / step, 1))}\u00a0{unit}"
    return f"{number(value // 1_000)}\u00a0KB"


def pictures(session: Session, now: datetime, states: dict[str, Callable[[], str]]) -> list[Picture]:
    """Return all pictures; `states` are the words for the states of a delivery. Six statements."""
    return [_beat(), _waiting(session, now), *_sent(session, now, states), _room(session), *_process()]


def _beat() -> Picture:
    age = heartbeat_age()
    late = age is None or age > LATE_BEAT
    said = (
        _("Zeitgeber und Worker haben sich noch nie gemeldet.")
        if age is None
        else _("Zuletzt gemeldet vor {n} Sekunden.").format(n=round(age))
    )
    rows = [(_("seit der letzten Meldung"), min(age or 0, 600), _("{n} Sekunden").format(n=round(age or 0)))] if age is not None else []
    rows.append((_("zu lange ab"), LATE_BEAT, _("{n} Sekunden").format(n=round(LATE_BEAT))))
    return Picture("beat", _("Herzschlag"), said, bars(rows), late)


def _waiting(session: Session, now: datetime) -> Picture:
    queues, aside, away = backlog_by_queue(session, now), len(jobs.parked(session)), jobs.delayed(session)
    oldest, total = max(one.oldest_minutes for one in queues.values()), sum(one.waiting for one in queues.values())
    said = _("Nichts wartet.")
    if total:
        said = _("{n} Aufträge warten, der älteste seit {minutes} Minuten.").format(n=number(total), minutes=number(oldest))
    rows: list[tuple[str, float, str]] = [
        (
            QUEUES[name](),
            one.waiting,
            _("{n}, der älteste {minutes} Minuten").format(n=number(one.waiting), minutes=number(one.oldest_minutes)),
        )
        for name, one in queues.items()
    ]
    rows.append((_("dreimal gescheitert"), aside, number(aside)))
    rows.append((_("ein Server ist weg"), away.number if away else 0, number(away.number if away else 0)))
    return Picture("waiting", _("Warteschlangen"), said, bars(rows), oldest >= LATE_MINUTES or aside > 0)


def _sent(session: Session, now: datetime, states: dict[str, Callable[[], str]]) -> list[Picture]:
    found, late = deliveries.by_channel(session), deliveries.late_digests(session, now)
    made = []
    for way, name in CHANNELS.items():
        rows: list[tuple[str, float, str]] = [
            (words(), found.get((way, state), 0), number(found.get((way, state), 0))) for state, words in states.items()
        ]
        total = sum(amount for (channel, _state), amount in found.items() if channel == way)
        said = _("{n} Nachrichten über Neues.").format(n=number(total))
        if way == "mail":
            said += " " + (_("{n} gesammelte sind zu spät.").format(n=number(late)) if late else _("Keine gesammelte ist zu spät."))
        made.append(Picture(f"sent-{way}", _("Zustellungen: {way}").format(way=name()), said, bars(rows), way == "mail" and late > 0))
    return made


def _room(session: Session) -> Picture:
    room = storage(session)
    rows: list[tuple[str, float, str]] = [
        (_("Datenbank"), room.database, in_bytes(room.database)),
        (_("Platte belegt"), room.used, in_bytes(room.used)),
        (_("Platte frei"), room.free, in_bytes(room.free)),
    ]
    said = _("Die Datenbank braucht {database}, frei sind {free}.").format(database=in_bytes(room.database), free=in_bytes(room.free))
    return Picture("room", _("Speicherplatz"), said, bars(rows), room.free < 2 * 10**9)


def _process() -> list[Picture]:
    done = counts()
    statuses = [(STATUSES[key]() if key in STATUSES else key, n, number(n)) for key, n in done.by_status.items()]
    each = number(round(done.statements / done.total, 1)) if done.total else "0"
    said = ngettext(
        "%(num)s Anfrage in diesem Web-Prozess, seit er läuft, mit %(sql)s SQL-Anweisungen, %(each)s je Anfrage.",
        "%(num)s Anfragen in diesem Web-Prozess, seit er läuft, mit %(sql)s SQL-Anweisungen, %(each)s je Anfrage.",
        done.total,
    ) % {"num": number(done.total), "sql": number(done.statements), "each": each}
    failed = done.by_status.get("5xx", 0)
    times = [
        (_("über 10 s") if bound is None else _("bis {s} s").format(s=number(bound)), amount, number(amount))
        for bound, amount in done.by_bound
    ]
    slow = sum(amount for bound, amount in done.by_bound if bound is None or bound > 1)
    routes = [
        (
            route,
            spent,
            ngettext("%(num)s Anfrage, %(s)s s", "%(num)s Anfragen, %(s)s s", amount)
            % {"num": number(amount), "s": number(round(spent, 2))},
        )
        for route, amount, spent in done.by_route[:_ROUTES]
    ]
    return [
        Picture("requests", _("Anfragen"), said, bars(statuses), failed > 0),
        Picture(
            "times",
            _("Wie lange eine Antwort dauert"),
            (
                ngettext("%(num)s Antwort dauerte länger als eine Sekunde.", "%(num)s Antworten dauerten länger als eine Sekunde.", slow)
                % {"num": number(slow)}
                if slow
                else _("Keine Antwort dauerte länger als eine Sekunde.")
            ),
            bars(times),
        ),
        Picture(
            "routes",
            _("Was am meisten Zeit braucht"),
            _("Die Adressen, mit denen dieser Prozess am längsten beschäftigt war."),
            bars(routes),
        ),
    ]
