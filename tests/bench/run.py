"""`make bench`: requests per second and percentiles on this machine; asserts nothing.

Starts one web process on an own database (SQLite, or BETEILIGUNG_BENCH_DATABASE_URL) with 650 commitments
and one of them with 500 comments. „shared“ is what a signed-out reader gets within five seconds of
another one, „anew“ renders every time, „signed in“ is one's own page.
"""

import http.client
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]
SECONDS = float(os.environ.get("BETEILIGUNG_BENCH_SECONDS", "4"))
CLIENTS = int(os.environ.get("BETEILIGUNG_BENCH_CLIENTS", "8"))
PEOPLE = 400


@dataclass(frozen=True)
class Person:
    """A signed-in browser."""

    cookie: str
    csrf: str


@dataclass(frozen=True)
class Result:
    """What one kind of request took."""

    name: str
    times: list[float]
    failed: int
    seconds: float

    def line(self) -> str:
        ordered = sorted(self.times) or [0.0]
        p50, p95, p99 = (1000 * ordered[min(len(ordered) - 1, int(len(ordered) * q))] for q in (0.5, 0.95, 0.99))
        rate = len(self.times) / self.seconds
        return f"{self.name:34} {rate:9.0f} {p50:9.1f} {p95:9.1f} {p99:9.1f} {self.failed:7d}"


def prepare(var: Path) -> list[Person]:
    """Migrate, fill, and sign people in."""
    from alembic import command
    from alembic.config import Config

    from bench.load import fill
    from beteiligung.clock import utcnow
    from beteiligung.db import unit_of_work
    from beteiligung.identity.models import LoginSession
    from beteiligung.identity.session import hashed
    from beteiligung.web.http import keyed_hash
    from support import make_account

    command.upgrade(Config(str(ROOT / "alembic.ini")), "head")
    people = []
    with unit_of_work() as session:
        fill(session)
        for _ in range(PEOPLE):
            account = make_account(session, terms_accepted_at=utcnow())
            secret = secrets.token_urlsafe(32)
            key, salt = hashed(secret), secrets.token_hex(8)
            now = utcnow()
            session.add(LoginSession(id=key, account_id=account.id, created_at=now, seen_on=now, expires_at=now + timedelta(days=1)))
            people.append(Person(secret, f"{salt}.{keyed_hash('csrf', key, salt)}"))
    assert var.is_dir()
    return people


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def measure(name: str, port: int, ask: Callable[[http.client.HTTPConnection], int], good: range, clients: int = CLIENTS) -> Result:
    """Let `clients` threads ask one after the other for some seconds."""
    times: list[float] = []
    failed: list[int] = []
    end = time.perf_counter() + SECONDS

    def work() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while time.perf_counter() < end:
            begun = time.perf_counter()
            status = ask(connection)
            times.append(time.perf_counter() - begun)
            if status not in good:
                failed.append(status)

    threads = [threading.Thread(target=work) for _ in range(clients)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Result(name, times, len(failed), time.perf_counter() - begun)


def get(path: Callable[[], str], cookie: Callable[[], str | None] = lambda: None) -> Callable[[http.client.HTTPConnection], int]:
    def ask(connection: http.client.HTTPConnection) -> int:
        headers = {"Accept-Encoding": "gzip"}
        if value := cookie():
            headers["Cookie"] = f"sitzung={value}"
        connection.request("GET", path(), headers=headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status

    return ask


def post(
    path: Callable[[int], str], people: list[Person], data: Callable[[int], dict[str, str]]
) -> Callable[[http.client.HTTPConnection], int]:
    numbers = count()

    def ask(connection: http.client.HTTPConnection) -> int:
        n = next(numbers)
        person = people[n % len(people)]
        headers = {
            "Cookie": f"sitzung={person.cookie}",
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Forwarded-For": f"10.{n // 60_000 % 250}.{n // 250 % 250}.{n % 250}",  # the limits count each network for itself
        }
        connection.request("POST", path(n), urlencode({"csrf": person.csrf, **data(n)}), headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status

    return ask


def measurements(port: int, people: list[Person]) -> list[Callable[[], Result]]:
    pages = {"region": "/bankkreis", "list of 650": "/bankkreis/zusagen", "commitment, 500 comments": "/bankkreis/zusagen/bank-0"}
    fresh = count()
    choices = ("for", "neutral", "against")

    def reading(name: str, path: str) -> list[Callable[[], Result]]:
        turn = count()
        return [
            lambda: measure(f"{name}, shared", port, get(lambda: path), range(200, 201)),
            lambda: measure(f"{name}, anew", port, get(lambda: f"{path}?x={next(fresh)}"), range(200, 201)),
            lambda: measure(
                f"{name}, signed in", port, get(lambda: path, lambda: people[next(turn) % len(people)].cookie), range(200, 201)
            ),
        ]

    return [
        *(one for name, path in pages.items() for one in reading(name, path)),
        lambda: measure("search, anew", port, get(lambda: f"/bankkreis/zusagen?q=Radweg&x={next(fresh)}"), range(200, 201)),
        lambda: measure(
            "vote, one commitment",
            port,
            post(lambda _n: "/bankkreis/zusagen/bank-0/stimme", people, lambda n: {"choice": choices[n % 3], "version": "1"}),
            range(303, 304),
        ),
        lambda: measure(
            "vote, all commitments",
            port,
            post(lambda n: f"/bankkreis/zusagen/bank-{n % 650}/stimme", people, lambda n: {"choice": choices[n % 3], "version": "1"}),
            range(303, 304),
        ),
        lambda: measure(
            "comment",
            port,
            post(
                lambda n: f"/bankkreis/zusagen/bank-{1 + n % 600}/kommentare", people, lambda n: {"text": f"Beitrag {n} {time.time_ns()}"}
            ),
            range(303, 304),
        ),
    ]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        var, port = Path(folder), free_port()
        database = os.environ.get("BETEILIGUNG_BENCH_DATABASE_URL") or f"sqlite:///{var / 'bench.sqlite3'}"
        os.environ.update(
            BETEILIGUNG_MODE="test",
            BETEILIGUNG_VAR=folder,
            BETEILIGUNG_DATABASE_URL=database,
            BETEILIGUNG_BROKER_URL="memory://",
            BETEILIGUNG_TRUSTED_PROXIES="127.0.0.1",
            PORT=str(port),
            PYTHONPATH=str(ROOT / "src"),
        )
        os.environ.pop("BETEILIGUNG_BASE_URL", None)
        begun = time.perf_counter()
        people = prepare(var)
        print(f"filled in {time.perf_counter() - begun:.1f} s; {CLIENTS} clients, {SECONDS:.0f} s each, {database.split(':')[0]}")
        command = [sys.executable, "-m", "uvicorn", "--factory", "beteiligung.app:create_app", "--port", str(port), "--log-level", "error"]
        server = subprocess.Popen([*command, "--no-access-log"], cwd=ROOT)
        try:
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    if server.poll() is not None:
                        sys.exit("The web process did not start.")
                    time.sleep(0.1)
            print(f"{'':34} {'req/s':>9} {'p50 ms':>9} {'p95 ms':>9} {'p99 ms':>9} {'failed':>7}")
            for one in measurements(port, people):
                print(one().line(), flush=True)
        finally:
            server.terminate()
            server.wait(10)


if __name__ == "__main__":
    main()
