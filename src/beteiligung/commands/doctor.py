"""`beteiligung doctor`: is everything there that the installation needs, and what to do where it is not. Changes nothing."""

import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

import click
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

LITTLE_SPACE = 2 * 1024**3
NO_SPACE = 256 * 1024**2
"""Bytes free under the data directory."""
LATE_BEAT = 120.0
"""Seconds: beat wakes the worker every fifteen."""
LATE_WORK = 10
"""Minutes that due work may wait."""
CLOCK_OFF = 5.0
"""Seconds between this machine's clock and the database's."""


class Finding(NamedTuple):
    """What a check found: `level` is ok, warn or fail."""

    level: str
    what: str
    words: str


def _database() -> Iterator[Finding]:
    from beteiligung.db import reading
    from beteiligung.installed import at_head, newest_migration
    from beteiligung.settings import settings

    kind = settings().database_url.partition(":")[0].partition("+")[0]
    try:
        with reading() as session:
            session.execute(text("SELECT 1"))
            theirs = session.execute(text("SELECT now()")).scalar_one() if kind == "postgresql" else None
    except SQLAlchemyError as error:
        yield Finding(
            "fail", "database", f"{kind} does not answer: {getattr(error, 'orig', None) or error}. Is the server up, is the address right?"
        )
        return
    yield Finding("ok", "database", f"{kind} answers")
    if theirs is not None:
        off = abs((datetime.now(UTC) - theirs).total_seconds())
        words = f"{off:.0f} s between this machine and the database"
        yield Finding("ok", "clock", words) if off < CLOCK_OFF else Finding("fail", "clock", f"{words}: please have both set by NTP")
    if not at_head():
        yield Finding("fail", "migrations", f"not at {newest_migration()}. Please run: beteiligung migrate")
        return
    yield Finding("ok", "migrations", f"at {newest_migration()}")
    yield from _work()
    yield from _vote_key()


def _work() -> Iterator[Finding]:
    from beteiligung.clock import utcnow
    from beteiligung.db import reading
    from beteiligung.jobs import backlog, delayed, parked

    with reading() as session:
        due, aside, away = backlog(session, utcnow()), len(parked(session)), delayed(session)
    words = f"{due.waiting} waiting, the oldest for {due.oldest_minutes} minutes"
    if due.oldest_minutes >= LATE_WORK:
        yield Finding("fail", "work", f"{words}. Is a worker running for every queue?")
    else:
        yield Finding("ok", "work", words)
    if aside:
        yield Finding("warn", "work", f"{aside} set aside after three failures. Please look: beteiligung jobs list")
    if away is not None:
        yield Finding("warn", "mail", f"{away.number} mails wait for the mail server since {away.since:%Y-%m-%d %H:%M} UTC: {away.error}")


def _vote_key() -> Iterator[Finding]:
    from beteiligung.db import reading
    from beteiligung.errors import Conflict
    from beteiligung.identity.vote_key import check_key

    try:
        with reading() as session:
            check_key(session)
    except Conflict:
        yield Finding(
            "fail", "vote key", "the votes are kept under another key than this one: nobody can vote. Please give the present key"
        )
    else:
        yield Finding("ok", "vote key", "is the one the votes are kept under")


def _keys() -> Iterator[Finding]:
    from beteiligung.settings import settings

    folder = settings().var / "keys"
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    loose = [path.name for path in files if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)]
    if loose:
        yield Finding("fail", "keys", f"others may read {', '.join(loose)} in {folder}. Please run: chmod -R go= {folder}")
    else:
        yield Finding("ok", "keys", "nobody else may read them" if files else "come from the environment")


def _broker() -> Iterator[Finding]:
    from beteiligung.relay import why_no_broker
    from beteiligung.settings import settings

    kind = settings().broker_url.partition(":")[0]
    if problem := why_no_broker():
        yield Finding("fail", "broker", f"{kind} does not answer: {problem}. Nothing is lost, but work waits until it is back")
    else:
        yield Finding("ok", "broker", f"{kind} answers")


def _beat() -> Iterator[Finding]:
    from beteiligung.installed import heartbeat_age

    age = heartbeat_age()
    if age is None:
        yield Finding("fail", "beat", "beat and worker have never run here. Please start both, with the same data directory")
    elif age > LATE_BEAT:
        yield Finding("fail", "beat", f"nothing heard for {age:.0f} s. Are beat and a worker for the queue default running?")
    else:
        yield Finding("ok", "beat", f"heard {age:.0f} s ago")


def _mail() -> Iterator[Finding]:
    from beteiligung.notifications.smtp import why_no_server
    from beteiligung.settings import settings

    if not settings().smtp_url:
        level = "fail" if settings().mode == "production" else "ok"
        yield Finding(level, "mail server", "none: mails are files in the data directory. BETEILIGUNG_SMTP_URL names one")
    elif problem := why_no_server():
        yield Finding("fail", "mail server", f"{problem}. Mails wait until it takes them")
    else:
        yield Finding("ok", "mail server", "takes the connection and the sign-in")


def _scanner() -> Iterator[Finding]:
    from beteiligung.settings import settings
    from beteiligung.web.scanner import why_no_scanner

    if not settings().clamd_url:
        yield Finding("ok", "virus scanner", "none: uploads are only checked for being what they say. BETEILIGUNG_CLAMD_URL names one")
    elif problem := why_no_scanner():
        yield Finding("fail", "virus scanner", f"{problem}. No file is taken until it answers")
    else:
        yield Finding("ok", "virus scanner", "answers")


def _tone_model() -> Iterator[Finding]:
    from beteiligung.errors import DomainError
    from beteiligung.insight import onnx_model

    try:
        model = onnx_model.own()
        if model is None:
            yield Finding("ok", "model of tone", "the built-in one and what it learns here. BETEILIGUNG_TONE_MODEL names another")
            return
        model.probabilities(["Das ist gut so.", ""])
    except DomainError as error:
        yield Finding("fail", "model of tone", f"{error.message} Texts are read by the model in use, or wait where this is it")
    else:
        yield Finding(
            "ok", "model of tone", f"{model.manifest.key} ({model.manifest.licence}) runs; beteiligung sentiment adopt compares it"
        )


def _disk() -> Iterator[Finding]:
    from beteiligung.settings import settings

    var = settings().var
    var.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(var).free
    words = f"{free // 1024**2:,} MB free under {var}"
    level = "fail" if free < NO_SPACE else "warn" if free < LITTLE_SPACE else "ok"
    yield Finding(level, "disk", words)


def _installation() -> Iterator[Finding]:
    from beteiligung.settings import ROOT, settings

    if (ROOT / "frontend" / "dist" / "manifest.json").is_file():
        yield Finding("ok", "front end", "is built")
    else:
        yield Finding("fail", "front end", "is not built. Please run: make setup")
    if settings().mode != "production":
        yield Finding("warn", "mode", f"{settings().mode}: not for real people")
        return
    yield Finding("ok", "mode", f"production at {settings().base_url}")
    if not settings().second_factor:
        yield Finding("warn", "second factor", "offices count without it. BETEILIGUNG_SECOND_FACTOR=1 asks for it")
    if not settings().trusted_proxies:
        yield Finding("warn", "proxy", "none is trusted: limits count everybody as one address. BETEILIGUNG_TRUSTED_PROXIES names it")


CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (_installation, _keys, _disk, _database, _broker, _beat, _mail, _scanner, _tone_model)
_SIGNS = {"ok": "ok  ", "warn": "look", "fail": "FAIL"}


@click.command()
def doctor() -> None:
    """Check settings, database, migrations, broker, beat, mail server, disk, keys and clock; ends with 1 if something is wrong."""
    found = [finding for check in CHECKS for finding in check()]
    for finding in found:
        click.echo(f"{_SIGNS[finding.level]}  {finding.what}: {finding.words}")
    wrong = sum(finding.level == "fail" for finding in found)
    click.echo("All is well." if not wrong else f"{wrong} of {len(found)} are wrong.")
    sys.exit(1 if wrong else 0)
