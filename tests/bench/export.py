"""`python -m tests.bench.export [COMMENTS]`: an export of 20,000 comments, killed half-way by SIGKILL, resumed, counted.

The worker's task runs in a process of its own, as in production; this one watches its progress as the clerk's page does, kills it
past the middle, ends its lease and starts another. Fails unless every comment is in the file once. SQLite, or
BETEILIGUNG_BENCH_DATABASE_URL (an empty database).
"""

import csv
import io
import os
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests"), str(ROOT)]
_WORK = """
import resource, sys
from beteiligung.jobs import Job
from worker import tasks
tasks.perform(Job.MAKE_EXPORT, int(sys.argv[1]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def worker(entry: int) -> subprocess.Popen:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT)))}
    return subprocess.Popen([sys.executable, "-c", _WORK, str(entry)], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)


def prepare(region_id: int, kind: str) -> tuple[int, int]:
    """Order an export; returns (its number, its outbox entry)."""
    from sqlmodel import col, select

    from beteiligung.clock import utcnow
    from beteiligung.db import unit_of_work
    from beteiligung.exports import service
    from beteiligung.exports.rules import Person
    from beteiligung.jobs import Job, OutboxEntry
    from beteiligung.places.models import Region
    from beteiligung.places.queries import region_facts

    with unit_of_work() as session:
        region = region_facts(session.get_one(Region, region_id))
        number = service.order(session, Person(1, clerk=True), region, kind, "region", "", "Bankkreis", utcnow())
    with unit_of_work() as session:
        query = select(OutboxEntry.id).where(OutboxEntry.job == Job.MAKE_EXPORT.value).order_by(col(OutboxEntry.id).desc())
        return number, session.exec(query).first() or 0


def state(number: int):
    from beteiligung.db import reading
    from beteiligung.exports.models import ExportRun

    with reading() as session:
        return session.get_one(ExportRun, number)


def kill_half_way(number: int, entry: int) -> tuple[int, list[int]]:
    """Run a worker until it is past the middle and end it; returns where it stood, and what the clerk saw on the way."""
    from beteiligung.db import unit_of_work
    from beteiligung.jobs import OutboxEntry

    child, seen = worker(entry), []
    while True:
        run = state(number)
        if not seen or run.done != seen[-1]:
            seen.append(run.done)
        if run.done >= run.total / 2:
            os.kill(child.pid, signal.SIGKILL)
            child.communicate()
            break
        if child.poll() is not None:
            raise SystemExit("The worker was quicker than this program: take more comments.")
        time.sleep(0.005)
    with unit_of_work() as session:  # else the next one waits five minutes for the dead one's lease
        session.get_one(OutboxEntry, entry).leased_until = None
    return state(number).done, seen


def finish(number: int, entry: int) -> tuple[float, str]:
    """Run a worker to its end; returns seconds (its start included) and its memory."""
    begun = time.perf_counter()
    memory, _none = worker(entry).communicate()
    took = time.perf_counter() - begun
    if state(number).state != "done":
        raise SystemExit(f"The export is {state(number).state}.")
    return took, memory.strip()


def numbers_in(number: int) -> tuple[list[int], dict[str, int]]:
    """Return the numbers of the comments in the CSV, and the sizes of the files in the ZIP."""
    from beteiligung.exports import archive

    with zipfile.ZipFile(archive.folder() / (state(number).file or "")) as packed:
        sizes = {one.filename: one.file_size for one in packed.infolist()}
        text = packed.read("kommentare.csv").decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=";")
    return [int(row["Nummer"]) for row in rows], sizes


def lines_of_the_workbook(number: int) -> int:
    import openpyxl

    from beteiligung.exports import archive

    with zipfile.ZipFile(archive.folder() / (state(number).file or "")) as packed:
        book = openpyxl.load_workbook(io.BytesIO(packed.read("tabellen.xlsx")), read_only=True)
        return sum(1 for _row in book["Kommentare"].iter_rows(min_row=2, max_col=1))


def main() -> None:
    """Fill, kill, resume, count."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(BETEILIGUNG_MODE="test", BETEILIGUNG_VAR=folder, BETEILIGUNG_BROKER_URL="memory://")
        os.environ["BETEILIGUNG_DATABASE_URL"] = os.environ.get("BETEILIGUNG_BENCH_DATABASE_URL") or f"sqlite:///{folder}/bench.sqlite3"
        from alembic import command
        from alembic.config import Config
        from sqlmodel import col, select

        from bench.insight_region import fill
        from beteiligung import tables  # noqa: F401 - every table has to be known
        from beteiligung.db import engine, reading
        from beteiligung.participation.models import Comment

        command.upgrade(Config(str(ROOT / "alembic.ini")), "head")
        region_id = fill(5_000, 100_000, wanted)
        number, entry = prepare(region_id, "comments")
        stood, seen = kill_half_way(number, entry)
        print(f"{engine().dialect.name}: killed at {stood:,} of {wanted:,}; the clerk saw {len(seen)} steps: {seen[:4]} …")
        took, memory = finish(number, entry)
        numbers, sizes = numbers_in(number)
        with reading() as session:
            there = list(session.exec(select(Comment.id).order_by(col(Comment.id))))
        print(f"resumed and done after {took:.1f} s, {memory} MB at most")
        print(
            f"comments {len(there):,}, rows {len(numbers):,}, different {len(set(numbers)):,}, workbook {lines_of_the_workbook(number):,}"
        )
        print(f"files {', '.join(f'{name} {size / 1e3:,.0f} kB' for name, size in sizes.items())}")
        if numbers != there or lines_of_the_workbook(number) != len(there):
            raise SystemExit("Not complete once.")
        for kind in ("comments", "feedback", "votes"):
            number, entry = prepare(region_id, kind)
            took, memory = finish(number, entry)
            print(f"{kind} undisturbed: {took:.1f} s, {memory} MB at most, {state(number).done:,} things")
        left = [path.name for path in (Path(folder) / "office-exports").iterdir()]
        print(f"files left: {len(left)} (four finished, and what the killed one had not recorded)")


if __name__ == "__main__":
    main()
