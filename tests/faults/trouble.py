"""Faults of servers and processes, under load, and what came of them. Tests ask for little, `tests.bench.faults` for much."""

import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, make_url, text
from sqlmodel import select

from beteiligung.db import reading
from beteiligung.notifications.models import Delivery, Notification
from beteiligung.participation.models import Comment
from faults.gate import Gate
from faults.harness import still_open
from faults.installation import BROKERS, Installation, hurry, listens, release, until
from faults.load import Load, Place, count, get, settle

NEWS = 0.3
"""Seconds between two looks whether all is done."""


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    fault: str
    tries: int
    survived: int
    lost: int = 0
    doubled: int = 0
    note: str = ""

    def __str__(self) -> str:
        return f"| {self.fault} | {self.tries:,} | {self.survived:,} | {self.lost} | {self.doubled} | {self.note} |"


HEAD = "| fault | tries | survived | lost | doubled | |\n|---|--:|--:|--:|--:|---|"


@dataclass
class Site:
    """An installation with a door before each server it needs."""

    installation: Installation
    place: Place
    gates: dict[str, Gate]
    url: str

    @property
    def port(self) -> int:
        """Of the web process."""
        return self.installation.web_port

    def settled(self, patience: float = 300) -> None:
        """Wait until all work is done, with the pauses of retries cut short."""

        def done() -> bool:
            self.installation.watch()
            hurry()
            return still_open() == 0

        until("all work to be done", done, patience, NEWS)


@contextmanager
def site(folder: Path, url: str, broker: str, seed: int = 11) -> Iterator[Site]:
    """Run web, worker, beat and a mail server that behaves, over the (PostgreSQL) database of `url`."""
    place = settle()
    inner = BROKERS[broker](folder)
    gates: dict[str, Gate] = {}
    own = Installation(folder, inner, seed, moods={})
    try:
        if url.startswith("postgresql"):
            gates["database"] = Gate(make_url(url).port or 5432)
            address = make_url(url).set(host="127.0.0.1", port=gates["database"].port)
            own.env["BETEILIGUNG_DATABASE_URL"] = address.render_as_string(hide_password=False)
        if broker != "files":
            known = make_url(inner.url)
            gates["broker"] = Gate(known.port or 0)
            own.env["BETEILIGUNG_BROKER_URL"] = inner.url.replace(f":{known.port}", f":{gates['broker'].port}", 1)
        gates["smtp"] = Gate(own.smtp_port)
        own.env["BETEILIGUNG_SMTP_URL"] = f"smtp://127.0.0.1:{gates['smtp'].port}"
        own.env["BETEILIGUNG_TRUSTED_PROXIES"] = "127.0.0.1"
        for name in ("smtp", "web", "worker", "beat"):
            own.start(name)
        until("the site", lambda: listens(own.web_port) and listens(own.smtp_port), 60)
        yield Site(own, place, gates, url)
    finally:
        own.close()
        for gate in gates.values():
            gate.close()


def _told(place: Place) -> tuple[int, int]:
    """Return (comments the follower was not told of, comments they were told of twice)."""
    with reading() as session:
        events = Counter(session.exec(select(Notification.event).where(Notification.account_id == place.follower)).all())
        happened = {f"comment:{number}" for number in session.exec(select(Comment.id)).all()}
    return sum(event not in events for event in happened), sum(number - 1 for number in events.values())


@dataclass(frozen=True)
class Fault:
    """What breaks: `hurt` does it once, under load, and ends when it is whole again."""

    name: str
    hurt: Callable[[Site, Load], None]
    tries: int = 1


def suffer(site: Site, faults: list[Fault]) -> Row:
    """Let people write, let each of the faults happen, and wait each time until a write is taken again; then count."""
    survived, slowest = 0, 0.0
    with Load(site.port, site.place) as load:
        until("the first write", lambda: load.answers["303"] > 2, 60)
        for fault in faults:
            for _ in range(fault.tries):
                fault.hurt(site, load)
                begun, before = time.monotonic(), load.answers["303"]
                until(f"writing to go on after: {fault.name}", lambda before=before: load.answers["303"] > before + 2, 60)
                slowest = max(slowest, time.monotonic() - begun)
                survived += 1
    release()
    begun = time.monotonic()
    site.settled()
    done = time.monotonic() - begun
    found = count(load)
    missing, twice = _told(site.place)
    unsent, again, mails = _mailed(site)
    for status, page in load.errors.items():
        assert status == 503, (status, page[:500])
        assert "Was vorher gespeichert war, ist noch da" in page
    refused = ", ".join(f"{n:,}× {status}" for status, n in sorted(load.answers.items()) if status not in ("303", "429"))
    said = f"{found.accepted:,} writes accepted, {mails:,} mails; writing again after {slowest:.1f} s, all work done {done:.0f} s later"
    said += f"; meanwhile {refused}" if refused else ""
    name = ", ".join(fault.name for fault in faults)
    return Row(name, sum(fault.tries for fault in faults), survived, found.lost + missing + unsent, found.doubled + twice + again, said)


def _mailed(site: Site) -> tuple[int, int, int]:
    """Return (deliveries the mail server never took, mails it took twice, mails): a mail is about one comment."""
    with reading() as session:
        states = Counter(session.exec(select(Delivery.state)).all())
    taken = Counter(site.installation.accepted.read_text().splitlines())
    sure = states["sent"] + states["unknown"]
    return states["pending"] + states["claimed"] + max(0, states["sent"] - len(taken)), sum(taken.values()) - len(taken), sure


def kill(name: str, times: int = 1) -> Fault:
    """kill -9 of a process under load; the supervisor (here: we) starts it again."""

    def hurt(site: Site, _load: Load) -> None:
        time.sleep(0.4)
        site.installation.kill(name)
        until("it listens", lambda: listens(site.port), 60)

    return Fault(f"kill -9 of {name}", hurt, times)


def database_restarts(times: int = 1) -> Fault:
    """All connections are ended by the server, as a restart does."""

    def hurt(site: Site, _load: Load) -> None:
        time.sleep(0.4)
        server = create_engine(site.url, isolation_level="AUTOCOMMIT")
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        with server.connect() as connection:
            connection.execute(text(ended))
        server.dispose()

    return Fault("database ends all connections", hurt, times)


def database_away(seconds: float, times: int = 1) -> Fault:
    """The database refuses connections for a while. Readers get the page as it was, or are told; the process stays alive."""

    def hurt(site: Site, _load: Load) -> None:
        assert get(site.port, site.place.path)[0] == 200
        site.gates["database"].shut()
        try:
            time.sleep(seconds)
            status, kept, _headers = get(site.port, site.place.path)
            assert status == 200, kept
            status, page, headers = get(site.port, f"/{secrets.token_hex(4)}")
            assert status == 503, (status, page)
            assert "Gerade geht es nicht" in page
            assert int(headers["retry-after"]) > 0
            assert get(site.port, "/health/live")[0] == 200
            assert get(site.port, "/health/ready")[0] == 503
        finally:
            site.gates["database"].open()

    return Fault(f"database away for {seconds:g} s", hurt, times)


def broker_away(seconds: float, times: int = 1) -> Fault:
    """The broker is not there for a while: nobody who writes notices, and the work is done afterwards."""

    def hurt(site: Site, load: Load) -> None:
        before = load.answers["303"]
        site.gates["broker"].shut()
        until("somebody to write without the broker", lambda: load.answers["303"] > before + 2, 30)
        time.sleep(seconds)
        site.gates["broker"].open()

    return Fault(f"broker away for {seconds:g} s", hurt, times)


def smtp_away(seconds: float, times: int = 1) -> Fault:
    """The mail server is not there for a while: mails wait, and each arrives once."""

    def hurt(site: Site, _load: Load) -> None:
        site.gates["smtp"].shut()
        time.sleep(seconds)
        site.gates["smtp"].open()

    return Fault(f"mail server away for {seconds:g} s", hurt, times)
