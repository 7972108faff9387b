"""`python -m tests.bench.notifications [PEOPLE [EVENTS]]`: notifications made, and mails handed over to a real SMTP server, per second.

In this process, one after the other, on SQLite or BETEILIGUNG_BENCH_DATABASE_URL; no worker and no broker in between.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests"), str(ROOT)]
MAILS = 100


def main() -> None:
    people, events = (int(value) for value in (*sys.argv[1:3], *("1000", "12")[len(sys.argv) - 1 :]))
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(BETEILIGUNG_MODE="test", BETEILIGUNG_VAR=folder, BETEILIGUNG_BROKER_URL="memory://")
        os.environ["BETEILIGUNG_DATABASE_URL"] = os.environ.get("BETEILIGUNG_BENCH_DATABASE_URL") or f"sqlite:///{folder}/bench.sqlite3"
        from aiosmtpd.controller import Controller
        from aiosmtpd.handlers import Sink
        from alembic import command
        from alembic.config import Config
        from sqlmodel import select
        from worker.tasks import perform

        from beteiligung.clock import utcnow
        from beteiligung.db import reading, unit_of_work
        from beteiligung.jobs import Job, OutboxEntry
        from beteiligung.notifications import service
        from faults.harness import free_port, settle

        server = Controller(Sink(), hostname="127.0.0.1", port=free_port())
        server.start()
        os.environ["BETEILIGUNG_SMTP_URL"] = f"smtp://127.0.0.1:{server.port}"
        command.upgrade(Config(str(ROOT / "alembic.ini")), "head")
        town = settle(people)
        about = {"sentence": "residence_ended", "words": {"region": "Musterkreis"}, "path": "/konto"}
        begun = time.perf_counter()
        for number in range(events):
            with unit_of_work() as session:
                service.write(session, town.people, event=f"bench:{number}", now=utcnow(), **about)
        print(f"notifications made: {people * events / (time.perf_counter() - begun):.0f}/s ({people} people, {events} events)")
        with reading() as session:
            entries = session.exec(select(OutboxEntry.id).where(OutboxEntry.job == Job.DELIVER_MAIL).limit(MAILS)).all()
        begun = time.perf_counter()
        for entry in entries:
            perform(Job.DELIVER_MAIL, entry)
        print(f"mails handed over: {len(entries) / (time.perf_counter() - begun):.0f}/s ({len(entries)}, one at a time)")
        server.stop()


if __name__ == "__main__":
    main()
