"""How each page's and task's statements grow with what they do not show: `python -m tests.bench.growth [1 10 100]`.

PostgreSQL only, a database of its own, dropped afterwards. At 1× there is one county of a quarter of the full size. At k× there are k
counties, each with as much, and in the first one the busiest thread, its votes and all that is over (decided cases, done work, read news)
are k times as long. Counted are pages of 8 KiB that the statements of one request touch: unlike milliseconds they do not depend on who else
uses the machine.
"""

import itertools
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests"), str(ROOT)]
if TYPE_CHECKING:
    from sqlmodel import Session

    from bench.explain import Cost
    from bench.volume import Volume

STEP = 10_000_000
"""Between the numbers of a row and of its copy."""
COPIED = (
    "region", "municipality", "account", "residence", "login_session", "document", "commitment", "search_term", "similar", "history_entry",
    "tally", "vote", "comment", "follow", "moderation_case", "flag", "outbox_entry", "notification", "moderation_log",
)  # fmt: skip
TOLD_APART = {"slug", "email", "voter", "event", "period"}
"""Texts that are unique for themselves or with others."""


def _copies(session: "Session", name: str, condition: str, fixed: frozenset[str], first: int, last: int, apart: str) -> None:
    """Insert a row's copies numbered `first` to `last`: numbers that lead to rows move with them, but for those `fixed`."""
    from sqlalchemy import Integer, text

    from beteiligung.tables import metadata

    table = metadata.tables[name]
    values = []
    for column in table.columns:
        quoted = f'"{column.name}"'
        leads = bool(column.foreign_keys) or (column.primary_key and column.name == "id")
        if column.name in fixed:
            values.append(quoted)
        elif leads and isinstance(column.type, Integer):
            values.append(f"{quoted} + {STEP} * (k + {int(apart)})")
        elif column.name in TOLD_APART or (leads and column.primary_key):
            values.append(f"{quoted} || '-{apart}' || k")
        else:
            values.append(quoted)
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    where = f"WHERE {condition}" if condition else ""
    numbers = f"generate_series({first}, {last}) AS k"
    source = f'(SELECT * FROM "{name}" {where}) AS one, {numbers}'
    session.execute(text(f'INSERT INTO "{name}" ({names}) SELECT {", ".join(values)} FROM {source}'))


def grow(session: "Session", region_id: int, busy_id: int, before: int, after: int) -> None:
    """Bring all that is not shown from `before` times to `after` times."""
    from sqlalchemy import Integer, text

    from beteiligung.tables import metadata

    session.execute(text("SET LOCAL session_replication_role = replica"))  # foreign keys hold by construction
    first, last = before, after - 1
    for name in COPIED:
        if name in metadata.tables:
            columns = metadata.tables[name].columns
            leads = [c.name for c in columns if isinstance(c.type, Integer) and (c.foreign_keys or c.name == "id")]
            _copies(session, name, f'"{leads[0]}" < {STEP}' if leads else "", frozenset(), first, last, "0")
    long = frozenset({"commitment_id"})
    _copies(session, "comment", f"commitment_id = {busy_id} AND id < {STEP}", long | {"author_id"}, first, last, "100")
    _copies(session, "vote", f"commitment_id = {busy_id} AND voter NOT LIKE '%-%'", long, first, last, "100")
    over = frozenset({"region_id", "comment_id", "case_id", "account_id", "reporter_id", "author_id"})
    _copies(session, "moderation_case", f"region_id = {region_id} AND decided_at IS NOT NULL AND id < {STEP}", over, first, last, "100")
    _copies(session, "notification", f"id < {STEP}", over, first, last, "100")
    session.execute(
        text(
            "UPDATE commitment SET (comment_count, thread_count) = (SELECT count(*), count(*) FILTER (WHERE parent_id IS NULL)"
            f" FROM comment WHERE commitment_id = {busy_id}) WHERE id = {busy_id}"
        )
    )
    session.execute(text("SET LOCAL session_replication_role = origin"))


def past(session: "Session", volume: "Volume", region_id: int) -> None:
    """Write what is over: decided cases, done work, news in an account."""
    from sqlalchemy import insert, text
    from sqlmodel import select

    from beteiligung.clock import utcnow
    from beteiligung.identity.models import Account
    from beteiligung.jobs import OutboxEntry
    from beteiligung.moderation.models import Case
    from beteiligung.notifications.models import Notification
    from beteiligung.participation.models import Comment

    now = utcnow()
    comments = session.exec(select(Comment.id).order_by(Comment.id).limit(400)).all()  # type: ignore[arg-type]
    decided = {"region_id": region_id, "stage": "first", "body": "clerks", "opened_at": now - timedelta(days=9), "decided_at": now}
    session.execute(insert(Case), [{"comment_id": one} | decided for one in comments])
    done = {"job": "tell_followers", "args": {}, "created_at": now, "not_before": now, "done_at": now, "attempts": 1, "delays": 0}
    session.execute(insert(OutboxEntry), [dict(done) for _ in range(1_000)])
    reader = session.exec(select(Account.id).order_by(Account.id).offset(5)).first()  # type: ignore[arg-type]
    news = {"account_id": reader, "kind": "comment", "created_at": now, "mail": "none"}
    wanted = {c.name for c in Notification.__table__.columns if not c.nullable and c.default is None and c.server_default is None}  # type: ignore[attr-defined]
    filler = {name: "/" if name == "path" else {} if name == "words" else "new_comment" for name in wanted - set(news) - {"id", "event"}}
    session.execute(insert(Notification), [{**filler, **news, "event": f"past:{n}"} for n in range(300)])
    session.execute(text("SELECT 1"))


@dataclass(frozen=True)
class Asked:
    """A page or a task: how to have it done."""

    name: str
    do: Callable[[], Any]


@contextmanager
def asking(volume: "Volume") -> Iterator[list[Asked]]:
    """Yield everything that is measured, over the real application."""
    from litestar.testing import TestClient

    from beteiligung import jobs
    from beteiligung.app import create_app
    from beteiligung.clock import utcnow
    from beteiligung.db import reading

    fresh, region = itertools.count(1), volume.region
    person = volume.people[5]
    with TestClient(create_app()) as client:

        def page(path: str, who: Any = None) -> Callable[[], Any]:
            def ask() -> None:
                headers = {"Cookie": f"sitzung={who.cookie}"} if who else {}
                mark = "&" if "?" in path else "?"
                answer = client.get(f"{path}{mark}x={next(fresh)}", headers=headers, follow_redirects=False)
                assert answer.status_code == 200, (path, answer.status_code)

            return ask

        def task(act: Callable[[Any], Any]) -> Callable[[], Any]:
            def ask() -> None:
                with reading() as session:
                    act(session)

            return ask

        busy = f"/{region}/zusagen/bank-0"
        yield [
            Asked("region", page(f"/{region}")),
            Asked("list", page(f"/{region}/zusagen")),
            Asked("list, page 5", page(f"/{region}/zusagen?seite=5")),
            Asked("list, most divided", page(f"/{region}/zusagen?sortierung=umstritten")),
            Asked("search", page(f"/{region}/zusagen?q=Radweg")),
            Asked("commitment, busiest", page(busy)),
            Asked("commitment, busiest, signed in", page(busy, person)),
            Asked("commitment, newest first", page(f"{busy}?reihenfolge=neu")),
            Asked("commitment, both sides", page(f"{busy}?reihenfolge=seiten")),
            Asked("deep link", page(f"{busy}?kommentar=900")),
            Asked("one thread", page("/kommentare/3")),
            Asked("feed of a commitment", page(f"{busy}/feed.atom")),
            Asked("news in the account", page("/konto/benachrichtigungen", person)),
            Asked("moderation queue", page(f"/verwaltung/{region}/meldungen", volume.clerk)),
            Asked("clerk's desk", page(f"/verwaltung/{region}", volume.clerk)),
            Asked("sweep: what waits", task(lambda session: jobs.waiting(session, utcnow(), "default"))),
            Asked("metrics: backlog", task(lambda session: (jobs.backlog(session, utcnow()), jobs.delayed(session), jobs.parked(session)))),
        ]


def measured(volume: "Volume", *, again: bool = False) -> dict[str, list["Cost"]]:
    """Return name → the cost of each statement; `again`: for the next reader, not the first one after a change."""
    from bench.explain import costs
    from beteiligung.web.cache import page_cache

    found = {}
    with asking(volume) as all_of_them:
        for one in all_of_them:
            page_cache().clear()
            if again:
                one.do()
            with costs() as seen:
                one.do()
            found[one.name] = list(seen)
    return found


def main() -> None:
    """Print the table."""
    from alembic import command
    from alembic.config import Config
    from sqlmodel import select

    from bench.run import database
    from bench.volume import Size, load
    from beteiligung.catalogue.models import Commitment
    from beteiligung.db import engine, unit_of_work
    from conftest import forget_caches

    factors = [int(word) for word in sys.argv[1:]] or [1, 10, 100]
    with tempfile.TemporaryDirectory() as folder, database("postgresql", Path(folder)) as url:
        os.environ.update(BETEILIGUNG_MODE="test", BETEILIGUNG_VAR=folder, BETEILIGUNG_DATABASE_URL=url, BETEILIGUNG_BROKER_URL="memory://")
        os.environ["BETEILIGUNG_BASE_URL"] = "http://testserver.local"
        forget_caches()
        command.upgrade(Config(str(ROOT / "alembic.ini")), "head")
        with unit_of_work() as session:
            volume = load(session, Size(200, 5_000, 25_000, 1_250, 40))
            busy = session.exec(select(Commitment).where(Commitment.slug == "bank-0")).one()
            region_id, busy_id = busy.region_id, busy.id or 0
            past(session, volume, region_id)
        results, before, rows = {}, 1, 0
        for factor in factors:
            begun = time.perf_counter()
            if factor > before:
                with unit_of_work() as session:
                    grow(session, region_id, busy_id, before, factor)
                before = factor
            with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("VACUUM ANALYZE")
                counted = "SELECT sum(reltuples)::bigint FROM pg_class WHERE relkind = 'r' AND reltuples > 0"
                rows = connection.exec_driver_sql(counted).scalar_one()
            print(f"{factor}×: {rows:,} rows, after {time.perf_counter() - begun:.0f} s", file=sys.stderr, flush=True)
            results[factor] = measured(volume)
        heads = [f"{factor}×" for factor in factors]
        print(f"| | statements | buffers {' | '.join(heads)} | ms {' | '.join(heads)} | growth |")
        print(f"|---|--:|{'--:|' * (2 * len(heads) + 1)}")
        for name in results[factors[0]]:
            touched = [sum(cost.buffers for cost in results[factor][name]) for factor in factors]
            spent = [sum(cost.planned + cost.took for cost in results[factor][name]) for factor in factors]
            numbers = [*(f"{one:,}" for one in touched), *(f"{one:.1f}" for one in spent), f"{touched[-1] / max(1, touched[0]):.1f}×"]
            print(f"| {name} | {len(results[factors[0]][name])} | {' | '.join(numbers)} |")
        print("\nStatements that touch more than twice as much:")
        for name in results[factors[0]]:
            for one, other in zip(results[factors[0]][name], results[factors[-1]][name], strict=False):
                if other.buffers > 2 * one.buffers + 20:
                    print(
                        f"  {name}: {one.buffers} → {other.buffers} buffers, {other.took:.1f} ms, {other.scans}: {other.statement[:3000]}"
                    )


if __name__ == "__main__":
    main()
