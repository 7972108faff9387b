"""`make bench`: what each page and form costs on this machine, with production's settings; asserts nothing.

Two web processes by the very command of `beteiligung web` stand before a database with what `volume.py` loads: PostgreSQL
(a database of its own on the server of BETEILIGUNG_TEST_POSTGRES, dropped afterwards) and SQLite. For each kind of request:
answers a second and percentiles at 1 and at 16 connections (the best of BETEILIGUNG_BENCH_RUNS runs, since other work on the
machine only ever slows), SQL statements and compressed bytes of one answer. „shared“ is what a signed-out reader gets within five seconds
of another one, „anew“ is rendered for every single request, „signed in“ is one's own page.

    python -m tests.bench.run [postgresql] [sqlite] [only=NAME]

BETEILIGUNG_BENCH_SECONDS, …_RUNS and …_SHARE (of the full volume, 0 to 1) make it shorter.
"""

import contextlib
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, cycle
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from bench.clients import Make, Result, get, measure, post  # noqa: E402 - found by the line above

if TYPE_CHECKING:
    from bench.volume import Person, Volume

SECONDS = float(os.environ.get("BETEILIGUNG_BENCH_SECONDS", "4"))
RUNS = int(os.environ.get("BETEILIGUNG_BENCH_RUNS", "2"))
SHARE = float(os.environ.get("BETEILIGUNG_BENCH_SHARE", "1"))
PROCESSES = 2
HOST = "mitreden.example.org"
TOKEN = secrets.token_hex(32)
POSTGRES = os.environ.get("BETEILIGUNG_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
HEAD = (
    f"{'':38} {'1 connection':>15} {'16 connections':>16}\n"
    f"{'':38} {'req/s':>8} {'p50':>6} {'req/s':>9} {'p50':>6} {'p95':>7} {'p99 ms':>7} "
    f"{'failed':>7} {'SQL':>4} {'bytes':>7} {'cpu ms':>7} {'free':>6}"
)
"""`cpu ms` is what an answer takes of a processor (web and database), whatever else runs here; `free` the answers a second that two
processors with nothing else to do would give."""


@dataclass(frozen=True)
class Kind:
    """A kind of request: how to make one, and the status of a good answer."""

    name: str
    make: Make
    good: int = 200
    reads: bool = True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def kinds(volume: "Volume") -> list[Kind]:
    """Return all that is measured."""
    fresh, votes, texts = count(1), count(), count()
    people, region = cycle(volume.people), volume.region
    pages = {
        "region": f"/{region}", "list of 800": f"/{region}/zusagen", "commitment, 25 comments": f"/{region}/zusagen/bank-2",
        "commitment, 500 comments": f"/{region}/zusagen/bank-1", "commitment, 10,000 comments": f"/{region}/zusagen/bank-0",
    }  # fmt: skip
    deep = f"/{region}/zusagen/bank-0?reihenfolge=neu&nach="

    def as_person(path: str, person: "Person") -> bytes:
        return get(path, HOST, f"__Host-sitzung={person.cookie}")

    def form(path: str, person: "Person", number: int, **fields: str) -> bytes:
        asking = {"X-Forwarded-For": f"10.{number // 60_000 % 250}.{number // 250 % 250}.{number % 250}", "X-Forwarded-Proto": "https"}
        fields["csrf"] = person.csrf
        return post(path, HOST, urlencode(fields), f"__Host-sitzung={person.cookie}", Origin=f"https://{HOST}", **asking)

    def vote(spread: int) -> bytes:
        n = next(votes)
        choice = ("for", "neutral", "against")[n // len(volume.people) % 3]
        return form(f"/{region}/zusagen/bank-{n % spread}/stimme", next(people), n, choice=choice, version="1")

    def comment() -> bytes:
        n = next(texts)
        text = f"Beitrag {n} {time.time_ns()}: Das betrifft viele Menschen."
        return form(f"/{region}/zusagen/bank-{3 + n % (volume.commitments - 3)}/kommentare", next(people), n, text=text)

    found = []
    for name, path in pages.items():
        shared = get(path, HOST)
        found += [
            Kind(f"{name}, shared", lambda shared=shared: shared),
            Kind(f"{name}, anew", lambda path=path: get(f"{path}?x={next(fresh)}", HOST)),
            Kind(f"{name}, signed in", lambda path=path: as_person(path, next(people))),
        ]
    return [
        *found,
        Kind("10,000 comments, deep link, anew", lambda: get(f"/{region}/zusagen/bank-0?kommentar={4_000}&x={next(fresh)}", HOST)),
        Kind("10,000 comments, newest, anew", lambda: get(f"{deep}&x={next(fresh)}", HOST)),
        Kind("search, shared", lambda: get(f"/{region}/zusagen?q=Radweg", HOST)),
        Kind("search, anew", lambda: get(f"/{region}/zusagen?q=Radweg&x={next(fresh)}", HOST)),
        Kind("moderation queue", lambda: as_person(f"/verwaltung/{region}/meldungen", volume.clerk)),
        Kind("clerk's desk", lambda: as_person(f"/verwaltung/{region}", volume.clerk)),
        Kind("vote, all commitments", lambda: vote(volume.commitments), 303, reads=False),
        Kind("vote, one commitment", lambda: vote(1), 303, reads=False),
        Kind("comment", comment, 303, reads=False),
    ]


@contextlib.contextmanager
def database(name: str, var: Path) -> Iterator[str]:
    """Yield the URL of an empty database."""
    if name == "sqlite":
        yield f"sqlite:///{var / 'bench.sqlite3'}"
        return
    from sqlalchemy import create_engine, make_url, text

    own, server = f"beteiligung_bench_{secrets.token_hex(4)}", create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {own}"))
    try:
        yield make_url(POSTGRES).set(database=own).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {own} WITH (FORCE)"))
        server.dispose()


def prepare() -> "Volume":
    """Migrate and fill the database of the settings, and let the server look at what it holds (as its autovacuum would)."""
    from alembic import command
    from alembic.config import Config

    from bench.volume import Size, load
    from beteiligung.db import engine, unit_of_work

    command.upgrade(Config(str(ROOT / "alembic.ini")), "head")
    full = Size()
    size = Size(full.commitments, *(round(SHARE * n) for n in (full.comments, full.votes, full.people)), full.cases)
    with unit_of_work() as session:
        volume = load(session, size)
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine().dialect.name == "postgresql":
            connection.exec_driver_sql("VACUUM ANALYZE")
    engine().dispose()
    return volume


@contextlib.contextmanager
def serving(commands: list[tuple[int, list[str]]], **more: str) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Run one process for each (port, command) until the block ends; they are ready when it begins."""
    from beteiligung.supervisor import environment

    processes = [subprocess.Popen(command, cwd=ROOT, env={**environment(), "PORT": str(port), **more}) for port, command in commands]
    try:
        for (port, _command), process in zip(commands, processes, strict=True):
            while True:
                with contextlib.suppress(OSError):
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                if process.poll() is not None:
                    sys.exit("The web process did not start.")
                time.sleep(0.1)
        yield processes
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait(30)


def web(ports: list[int]) -> list[tuple[int, list[str]]]:
    """Return the command of `beteiligung web` for each port."""
    from beteiligung import supervisor

    command = supervisor.web()
    place = command.index("--port") + 1
    return [(port, [*command[:place], str(port), *command[place + 1 :]]) for port in ports]


def sql_of(port: int) -> int:
    request = Request(f"http://127.0.0.1:{port}/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    with urlopen(request) as answer:
        return int(float(re.search(rb"^beteiligung_sql_statements_total (\S+)", answer.read(), re.MULTILINE)[1]))  # type: ignore[index]


def one(port: int, kind: Kind) -> tuple[int, int]:
    """Return SQL statements and compressed bytes of one answer: the statements of /metrics itself are taken off."""
    asked = sql_of(port)
    own = sql_of(port) - asked
    before = sql_of(port)
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.sendall(kind.make().replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return sql_of(port) - before - own, len(answer.partition(b"\r\n\r\n")[2])


def best(ports: list[int], kind: Kind, connections: int) -> Result:
    return max((measure(ports, kind.make, connections, SECONDS) for _ in range(RUNS)), key=lambda result: result.rate)


def processor(pids: list[int]) -> float:
    """Return seconds of a processor that these processes have taken."""
    spent = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            spent += int(words[11]) + int(words[12])
    return spent / os.sysconf("SC_CLK_TCK")


def backends() -> list[int]:
    """Return the database's processes that serve us, where it runs on this machine."""
    from beteiligung.db import engine

    if engine().dialect.name == "sqlite":
        return []
    with engine().connect() as connection:
        found = connection.exec_driver_sql("SELECT pid FROM pg_stat_activity WHERE datname = current_database()").scalars().all()
    engine().dispose()
    return list(found)


def line(ports: list[int], kind: Kind, pids: list[int]) -> tuple[str, Result]:
    statements, size = one(ports[0], kind)
    alone = best(ports, kind, 1)
    measure(ports, kind.make, 16, 0.3)  # all connections to the database are there
    pids = [*pids, *backends()]
    before, asked = processor(pids), [measure(ports, kind.make, 16, SECONDS) for _ in range(RUNS)]
    spent = 1000 * (processor(pids) - before) / max(1, sum(len(one.times) for one in asked))
    many = max(asked, key=lambda result: result.rate)
    failed = sum(number for result in (alone, many) for status, number in result.statuses.items() if status != kind.good)
    text = (
        f"{kind.name:38} {alone.rate:8.0f} {alone.ms(0.5):6.1f} {many.rate:9.0f} {many.ms(0.5):6.1f} {many.ms(0.95):7.1f} "
        f"{many.ms(0.99):7.1f} {failed:7d} {statements:4d} {size:7d} {spent:7.2f} {2000 / max(spent, 0.01):6.0f}"
    )
    return text, many


def memory(process: subprocess.Popen[bytes]) -> tuple[int, int]:
    """Return MiB that a process holds now and held at most."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    now, most = (int(re.search(rf"{name}:\s+(\d+)", status)[1]) // 1024 for name in ("VmRSS", "VmHWM"))  # type: ignore[index]
    return now, most


def constant(size: int) -> float:
    """Return answers a second of the same server for a constant page of that size, at 16 connections."""
    ports = [free_port() for _ in range(PROCESSES)]
    quiet = ["--log-level", "warning", "--no-access-log", "--no-server-header", "--no-proxy-headers"]
    commands = [(port, [sys.executable, "-m", "uvicorn", "tests.bench.constant:app", "--port", str(port), *quiet]) for port in ports]
    with serving(commands, BENCH_BYTES=str(size)):
        asked = get("/", HOST)
        return best(ports, Kind("constant", lambda: asked), 16).rate


def run(name: str, only: Callable[[str], bool]) -> None:
    """Measure everything on one database."""
    from conftest import forget_caches

    with tempfile.TemporaryDirectory() as folder, database(name, Path(folder)) as url:
        (Path(folder) / "broker").mkdir()
        os.environ.update(
            BETEILIGUNG_MODE="production", BETEILIGUNG_VAR=folder, BETEILIGUNG_DATABASE_URL=url,
            BETEILIGUNG_BROKER_URL="memory://", BETEILIGUNG_TRUSTED_PROXIES="127.0.0.1", BETEILIGUNG_BASE_URL=f"https://{HOST}",
            BETEILIGUNG_SECRET_KEY=secrets.token_hex(32), BETEILIGUNG_VOTE_KEY=secrets.token_hex(32), BETEILIGUNG_SECOND_FACTOR="0",
            BETEILIGUNG_METRICS_TOKEN=TOKEN, PYTHONPATH=f"{ROOT / 'src'}:{ROOT}",
        )  # fmt: skip
        forget_caches()
        begun = time.perf_counter()
        volume = prepare()
        print(f"\n{name}: {PROCESSES} web processes, filled in {time.perf_counter() - begun:.0f} s, best of {RUNS} × {SECONDS:.0f} s")
        print(HEAD)
        ports = [free_port() for _ in range(PROCESSES)]
        shared: dict[str, tuple[float, int]] = {}
        with serving(web(ports)) as processes:
            print(f"{'memory at rest, MiB':38} " + ", ".join(str(memory(process)[0]) for process in processes))
            for kind in kinds(volume):
                if only(kind.name):
                    text, many = line(ports, kind, [process.pid for process in processes])
                    print(text, flush=True)
                    if "shared" in kind.name:
                        shared[kind.name] = (many.rate, many.bytes // max(1, len(many.times)))
            print(f"{'memory after it all, MiB (most)':38} " + ", ".join("{} ({})".format(*memory(process)) for process in processes))
        for what, (rate, size) in shared.items():
            of = constant(size)
            print(f"{what:38} {rate:.0f} a second are {rate / of:.0%} of the {of:.0f} of a constant page of {size} bytes", flush=True)


def main() -> None:
    chosen = [word for word in sys.argv[1:] if "=" not in word] or ["postgresql", "sqlite"]
    wanted = next((word.partition("=")[2] for word in sys.argv[1:] if word.startswith("only=")), "")
    for name in chosen:
        run(name, lambda kind: wanted in kind)


if __name__ == "__main__":
    main()
