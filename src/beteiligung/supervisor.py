"""`beteiligung run`: the embedded installation as one command, several processes, no server.

The database is filled before the web process starts, so the address answers only once all is there.
"""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from urllib.error import URLError
from urllib.request import urlopen

import click

from beteiligung.db import reading, unit_of_work
from beteiligung.installed import at_head, is_filled
from beteiligung.settings import QUEUES, ROOT, settings

_PR_SET_PDEATHSIG = 1
_STOP_SECONDS = 8.0
_START_SECONDS = 60.0
_RESTART_AFTER = 2.0


@dataclass
class _Child:
    name: str
    command: list[str]
    process: subprocess.Popen[bytes]
    started: float


def _die_with_parent() -> None:
    """In the child: end when the supervisor ends, even by kill -9 (Linux only; elsewhere Ctrl-C does it)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _start(name: str, command: list[str]) -> _Child:
    # A session of its own: Ctrl-C reaches the supervisor alone, which then ends the children in order.
    process = subprocess.Popen(command, cwd=ROOT, start_new_session=True, preexec_fn=_die_with_parent, env=environment())  # noqa: S603, PLW1509
    return _Child(name, command, process, time.monotonic())


def _port_is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=1) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def web() -> list[str]:
    """Return the command of the web process."""
    return [
        sys.executable, "-m", "uvicorn", "beteiligung.app:create_app", "--factory", "--host", settings().host,
        "--port", str(settings().port), "--log-level", "warning", "--no-access-log", "--no-server-header", "--timeout-keep-alive", "15",
        "--no-proxy-headers",  # whom to believe about addresses is said once, in BETEILIGUNG_TRUSTED_PROXIES
    ]  # fmt: skip


def worker(queues: str, processes: int = 0) -> list[str]:
    """Return the command of a worker for some of `QUEUES`, with commas between: in processes of its own, or (0) in four threads."""
    # Threads, not forks, beside a web process: nothing is left behind when the worker is killed. Processes keep the time limits.
    pool = ["--pool", "prefork", "--concurrency", str(processes)] if processes else ["--pool", "threads", "--concurrency", "4"]
    quiet = ["--loglevel", "warning", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    return [*_celery(), "worker", *pool, "-Q", queues, *quiet]


def beat() -> list[str]:
    """Return the command of beat."""
    return [*_celery(), "beat", "--loglevel", "warning", "--pidfile", ""]


def _celery() -> list[str]:
    return [sys.executable, "-m", "celery", "--quiet", "-A", "worker.app"]


def commands() -> dict[str, list[str]]:
    """Return the command of each process of the embedded installation."""
    return {"web": web(), "worker": worker(",".join(QUEUES)), "beat": beat()}


def environment() -> dict[str, str]:
    """Return the environment of our processes. With many threads glibc would keep memory apart for each: half as much again."""
    return {"MALLOC_ARENA_MAX": "2", **os.environ}


def become(command: list[str]) -> None:
    """Go on as another program in this process, in the checkout; never returns."""
    os.chdir(ROOT)
    os.execve(command[0], command, environment())  # noqa: S606


class _Stop(Exception):
    """Somebody pressed Ctrl-C or the system asks to end."""


_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _raise_stop(_signal: int, _frame: FrameType | None) -> None:
    for name in _SIGNALS:  # a second Ctrl-C must not interrupt the stopping
        signal.signal(name, signal.SIG_IGN)
    raise _Stop


def run() -> int:
    """Fill, start, watch; returns the exit code. A child that dies is started again."""
    if not (ROOT / "frontend" / "dist" / "manifest.json").is_file():
        click.echo("The front end is not built yet. Please run: make setup", err=True)
        return 1
    if not _port_is_free(settings().host, settings().port):
        click.echo(
            f"Port {settings().port} is taken by another program. Please choose another one, for example: PORT=8123 make run", err=True
        )
        return 1
    for name in _SIGNALS:
        signal.signal(name, _raise_stop)
    children: list[_Child] = []
    try:
        _fill()
        _erase_again()
        children += [_start(name, command) for name, command in commands().items()]
        if not _wait_until_ready(children):
            return 1
        for line in welcome():
            click.echo(line)
        sys.stdout.flush()
        _watch(children)
    except _Stop:
        click.echo("\nStopping …")
    finally:
        _stop_all(children)
    return 0


def _fill() -> None:
    """Bring schema and content up to date; where both are, the start does not even load what could do it."""
    if at_head():
        with reading() as session:
            if is_filled(session):
                return
    from beteiligung import bootstrap

    bootstrap.migrate()
    for line in bootstrap.seed():
        click.echo(line)


def _erase_again() -> None:
    """Erase whom a restored backup has brought back; loads nothing where nobody has ever been erased."""
    if not (settings().var / "rights" / "erased.txt").is_file():
        return
    from beteiligung.administration.rights import replay
    from beteiligung.clock import utcnow

    with unit_of_work() as session:
        if back := replay(session, utcnow()):
            click.echo(f"{back} people whom a backup had brought back were erased again.")


def _wait_until_ready(children: list[_Child]) -> bool:
    host = "127.0.0.1" if settings().host in ("0.0.0.0", "::") else settings().host  # noqa: S104
    url = f"http://{host}:{settings().port}/health/ready"
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end:
        if children[0].process.poll() is not None:
            click.echo("The web process ended at once; its message stands above.", err=True)
            return False
        if _answers(url):
            return True
        time.sleep(0.05)
    click.echo(f"The web process did not answer within {_START_SECONDS:.0f} seconds.", err=True)
    return False


def _watch(children: list[_Child], sleep: Callable[[float], None] = time.sleep) -> None:
    while True:
        sleep(0.5)
        for position, child in enumerate(children):
            if child.process.poll() is None:
                continue
            click.echo(f"{child.name} ended with {child.process.returncode}; starting it again.", err=True)
            sleep(max(0.0, _RESTART_AFTER - (time.monotonic() - child.started)))
            children[position] = _start(child.name, child.command)


def _stop_all(children: list[_Child]) -> None:
    for child in children:
        if child.process.poll() is None:
            child.process.terminate()
    end = time.monotonic() + _STOP_SECONDS
    for child in children:
        try:
            child.process.wait(max(0.1, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.process.kill()
            child.process.wait()


def welcome() -> list[str]:
    """Return what `make run` prints once the address answers."""
    lines = ["", f"Beteiligung runs at {settings().base_url}", ""]
    if settings().is_demo:
        base = settings().base_url
        lines += [
            "Sign in with a link by mail. In this demonstration no mail leaves the machine:",
            f"  1. open {base}/anmelden and type one of these addresses",
            "       bewohnerin@beispiel.example    a resident",
            "       buergerrat@beispiel.example    a member of the Bürgerrat",
            "       verwaltung@beispiel.example    a clerk of the Werra-Meißner-Kreis",
            f"  2. read the mail at {base}/beispiel/post",
            "",
        ]
    return [*lines, "Ctrl-C ends it."]
