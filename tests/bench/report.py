"""`python -m tests.bench.report [--postgres] [--keep FOLDER] [PEOPLE VOTES COMMENTS]`: a full-size report in all its formats.

Fills a region as `insight_region` does, takes its figures, drafts, releases and builds a report by the worker's own tasks, and prints
times, sizes and digests. SQLite and PostgreSQL must print the same report digest and the same file hashes: with `--postgres` both run.
`--keep` leaves the files and the page there to be looked at. Texts are those of `../shared/data/comments`, read where they lie.
"""

import hashlib
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests"), str(ROOT)]
SECRET = "bench" * 10
SERVER = os.environ.get("BETEILIGUNG_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
FOREWORD = "Sehr geehrte Damen und Herren,\n\ndieser Bericht sagt, was Menschen zu den Zusagen meinen, die in den Dokumenten stehen."
THEN = datetime(2026, 11, 22, 9, tzinfo=UTC)
"""The moment of everything, so that two databases tell the same."""


def at(moment: datetime):
    """Let every clock of the program show a moment."""
    from unittest.mock import patch

    from beteiligung import clock

    names = [name for name, module in sys.modules.items() if name.startswith(("beteiligung", "worker")) and hasattr(module, "utcnow")]
    patches = [patch.object(sys.modules[name], "utcnow", lambda: moment) for name in names]
    assert clock.__name__ in names
    return patches


def enrich(region_id: int, people: int) -> None:
    """Give the region what the bench of the figures leaves out: topics, stances, consent to be quoted, helpful marks, progress."""
    from sqlalchemy import insert, update
    from sqlmodel import col, select

    from beteiligung.catalogue.models import Commitment, HistoryEntry
    from beteiligung.catalogue.topics import TOPICS
    from beteiligung.db import unit_of_work
    from beteiligung.participation.models import Comment, CommentVote
    from beteiligung.participation.tally import voter_pseudonym
    from beteiligung.places.models import Committee
    from support import NOW

    things = ("Busse", "Radwege", "Schulen", "Spielplätze", "Bäume", "Solaranlagen", "Praxen", "Bibliotheken", "Brücken", "Ladesäulen")
    acts = ("fahren öfter und auch abends", "werden erneuert", "bekommen mehr Personal", "kosten weniger", "werden barrierefrei")
    ends = ("in allen Gemeinden", "bis 2030", "wo sie heute fehlen")
    statuses = ("open", "open", "under_examination", "in_progress", "partly_done", "done")
    with unit_of_work() as session:
        for name in ("Ausschuss für Umwelt und Verkehr", "Kreisausschuss"):
            session.add(Committee(region_id=region_id, slug=name[-6:].lower(), name=name, topics=[]))
        rows = session.exec(select(Commitment).where(Commitment.region_id == region_id).order_by(col(Commitment.position))).all()
        for place, row in enumerate(rows):
            row.topic = TOPICS[place % 12].slug
            row.title = f"{things[place % 10]} {acts[place // 10 % 5]} {ends[place % 3]} ({place + 1})"[:90]
            row.slug = f"bank-{place + 1:03d}"  # the tests' own numbers go on counting from one database to the next
            row.status = statuses[place % 6]
            if row.status != "open":
                session.add(
                    HistoryEntry(
                        commitment_id=row.id, kind="status", status=row.status, status_before="open",
                        happened_on=NOW.date() - timedelta(30), source="Beschluss VL-1/2026", created_at=NOW,
                    )
                )  # fmt: skip
            row.comment_count = 0
        ids = list(session.exec(select(Comment.id, Comment.commitment_id).order_by(col(Comment.id))))
        counts: dict[int, int] = {}
        for _number, commitment in ids:
            counts[commitment] = counts.get(commitment, 0) + 1
        for row in rows:
            row.comment_count = row.thread_count = counts.get(row.id or 0, 0)
        session.flush()
        for start in (0, 1):
            stance = ("for", "against")[start]
            session.execute(update(Comment).where(col(Comment.id) % 3 == start).values(stance=stance))
        session.execute(update(Comment).where(col(Comment.id) % 4 == 0).values(may_quote=True))
        marked = [number for number, _commitment in ids if number % 44 == 0]
        marks = [
            {
                "comment_id": number,
                "voter": voter_pseudonym((number * 7 + step * 13) % people + 1, region_id),
                "value": 1 if step % 5 else -1,
            }
            for number in marked
            for step in range(60)
        ]
        unique = {(mark["comment_id"], mark["voter"]): mark for mark in marks}
        session.execute(insert(CommentVote), list(unique.values()))
        for number in marked:
            given = [mark["value"] for mark in unique.values() if mark["comment_id"] == number]
            session.execute(update(Comment).where(col(Comment.id) == number).values(helpful=given.count(1), not_helpful=given.count(-1)))


def processor() -> float:
    """Return the seconds of a processor used so far, child processes included."""
    return sum(resource.getrusage(who).ru_utime for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def run(people: int, votes: int, comments: int, url: str, folder: Path, keep: Path | None) -> None:
    """Do it on one database."""
    os.environ.update(BETEILIGUNG_MODE="test", BETEILIGUNG_VAR=str(folder), BETEILIGUNG_BROKER_URL="memory://")
    os.environ.update(BETEILIGUNG_DATABASE_URL=url, BETEILIGUNG_SECRET_KEY=SECRET, BETEILIGUNG_VOTE_KEY=SECRET[::-1])
    os.environ["BETEILIGUNG_BASE_URL"] = "https://beteiligung.example"
    from alembic import command
    from alembic.config import Config
    from sqlmodel import col, select
    from tests.bench.insight_region import fill

    from beteiligung import jobs
    from beteiligung.db import unit_of_work
    from beteiligung.jobs import Job, OutboxEntry
    from beteiligung.places.models import Region
    from beteiligung.reporting import service
    from beteiligung.reporting.gathering import Asked
    from beteiligung.reporting.models import Report, ReportFile
    from beteiligung.reporting.rules import Person
    from support import make_account
    from worker import tasks

    command.upgrade(Config(str(ROOT / "alembic.ini")), "head")
    begun = time.perf_counter()
    region_id = fill(people, votes, comments)
    enrich(region_id, people)
    print(f"filled in {time.perf_counter() - begun:.0f} s: {people} people, {votes} votes, {comments} comments")
    clocks = at(THEN)
    for one in clocks:
        one.start()

    def perform(job: Job, **ids: int) -> None:
        with unit_of_work() as session:
            waiting = select(OutboxEntry.id).where(OutboxEntry.job == job.value, col(OutboxEntry.done_at).is_(None))
            entry = session.exec(waiting).first() or jobs.enqueue(session, job, THEN, **ids)
        start, used = time.perf_counter(), processor()
        tasks.perform(job, entry)
        print(f"{job.value}: {time.perf_counter() - start:.1f} s, of them {processor() - used:.1f} s of a processor")

    perform(Job.SNAPSHOT_REGION, id=region_id)
    with unit_of_work() as session:
        region = session.get_one(Region, region_id)
        first, second = (make_account(session, id=people + number, clerk_of=region).id for number in (1, 2))
    asked = Asked(
        "Kreistag", date(2026, 12, 10), ("Ausschuss für Umwelt und Verkehr", "Kreisausschuss"), THEN.date() - timedelta(days=100),
        THEN.date(), (), "VL-112/2026", "Bürgerbeteiligung: Bericht zur Sitzung im Dezember",
    )  # fmt: skip
    with unit_of_work() as session:
        report_id = service.draft(session, Person(first, clerk=True), region_id, asked, THEN).id or 0
    perform(Job.COMPUTE_REPORT, id=report_id)
    with unit_of_work() as session:
        row = service.write(
            session, Person(first, clerk=True), region_id, report_id, FOREWORD,
            [("", "Wir danken allen, die mitgemacht haben.")], None, THEN,
        )  # fmt: skip
        edited = row.edited_at
    with unit_of_work() as session:
        service.release(session, Person(second, clerk=True), region_id, report_id, edited, THEN)
    with unit_of_work() as session:
        service.publish(session, Person(second, clerk=True), region_id, report_id, THEN)
    perform(Job.BUILD_REPORT, id=report_id)
    show(report_id, keep, Report, ReportFile)
    for one in clocks:
        one.stop()


def show(report_id, keep, report_table, file_table) -> None:
    """Print what there is, and keep it where wanted."""
    from litestar.testing import TestClient
    from sqlmodel import select

    from beteiligung.db import reading
    from beteiligung.reporting.formats.registry import FORMATS
    from support import application

    with reading() as session:
        report = session.get_one(report_table, report_id)
        made = {row.format: row for row in session.exec(select(file_table).where(file_table.report_id == report_id))}
        rows = sum(len(table["rows"]) for table in report.content["tables"])
        print(f"report: {len(report.content['tables'])} tables, {rows} rows, {len(report.content['quotes'])} quotes")
        print(f"digest {report.digest}")
    start = time.perf_counter()
    with TestClient(application(), base_url="http://localhost:8000") as client:
        page = client.get("/erzgebirge/berichte/1")
    print(f"html: {page.status_code}, {len(page.content):,} bytes in {time.perf_counter() - start:.1f} s")
    for one in FORMATS:
        print(f"{one.key:7}{len(made[one.key].content):10,} bytes  {made[one.key].sha256}" if one.key in made else f"{one.key:7} missing")
    if keep:
        keep.mkdir(parents=True, exist_ok=True)
        (keep / "bericht.html").write_bytes(page.content)
        for one in FORMATS:
            if one.key in made:
                (keep / one.file).write_bytes(made[one.key].content)
    print(f"hash of all files {hashlib.sha256(''.join(made[key].sha256 for key in sorted(made)).encode()).hexdigest()}")
    own, children = (resource.getrusage(who).ru_maxrss // 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(f"{own} MB, child processes {children} MB")


def on_postgres(arguments: list[str]) -> None:
    """Do the same in a database made for it and dropped at the end."""
    from sqlalchemy import create_engine, make_url, text

    name = f"beteiligung_bench_{os.getpid()}"
    server = create_engine(SERVER, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        url = make_url(SERVER).set(database=name).render_as_string(hide_password=False)
        subprocess.run([sys.executable, "-m", "tests.bench.report", *arguments], check=True, cwd=ROOT, env={**os.environ, "BENCH_URL": url})
    finally:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        server.dispose()


def main() -> None:
    """Read the command line."""
    arguments = sys.argv[1:]
    keep = Path(arguments[arguments.index("--keep") + 1]) if "--keep" in arguments else None
    numbers = [int(word) for word in arguments if word.isdigit()] or [5_000, 100_000, 20_000]
    with tempfile.TemporaryDirectory() as folder:
        url = os.environ.get("BENCH_URL") or f"sqlite:///{folder}/bench.sqlite3"
        print(f"on {url.partition(':')[0]}", flush=True)
        run(*numbers, url, Path(folder), keep)
    if "--postgres" in arguments:
        sys.stdout.flush()
        on_postgres([str(number) for number in numbers])


if __name__ == "__main__":
    main()
