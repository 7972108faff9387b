"""`python -m tests.bench.insight_sentiment [COMMENTS]`: one region's backlog of comments read by the worker's task, and a sample drawn.

Texts are real contributions of residents (CIMT, CC BY-SA 4.0; Klimarat, CC BY 4.0), read from ../shared/data and not
shipped: whole contributions and statements first, then single sentences of them until there are enough. In this
process on SQLite or BETEILIGUNG_BENCH_DATABASE_URL; no worker and no broker in between.
"""

import csv
import os
import resource
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests"), str(ROOT)]
DATA = ROOT.parent / "shared" / "data" / "comments"
LONGEST = 4_000


def contributions() -> list[str]:
    """Return distinct texts, whole contributions before their sentences."""
    csv.field_size_limit(10**7)
    whole: dict[str, list[str]] = {}
    statements: list[str] = []
    for file in sorted((DATA / "cimt").glob("dataset_*.tsv")):
        with file.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines, delimiter="\t"):
                whole.setdefault(f"{file.stem} {row['document_id']}", []).append(row["content"])
    for file in sorted((DATA / "polis_klimarat").glob("*.comments.csv")):
        with file.open(encoding="utf-8", newline="") as lines:
            statements += [row["comment-body"] for row in csv.DictReader(lines)]
    sentences = [one for parts in whole.values() for one in parts]
    texts = [" ".join(parts)[:LONGEST] for parts in whole.values()] + statements + sentences
    return [text for text in dict.fromkeys(texts) if text and text.strip()]


def main() -> None:
    """Print seconds, comments a second and memory."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(BETEILIGUNG_MODE="test", BETEILIGUNG_VAR=folder, BETEILIGUNG_BROKER_URL="memory://")
        os.environ["BETEILIGUNG_DATABASE_URL"] = os.environ.get("BETEILIGUNG_BENCH_DATABASE_URL") or f"sqlite:///{folder}/bench.sqlite3"
        from alembic import command
        from alembic.config import Config
        from sqlalchemy import insert
        from sqlmodel import func, select
        from worker.tasks import perform

        from beteiligung import jobs
        from beteiligung.clock import utcnow
        from beteiligung.db import reading, unit_of_work
        from beteiligung.insight import tone_samples
        from beteiligung.insight.tone_models import CommentTone
        from beteiligung.insight.tone_rules import Reader
        from beteiligung.insight.tone_samples import Scope
        from beteiligung.jobs import Job
        from beteiligung.participation.models import Comment
        from support import make_account, make_commitment, make_document, make_region

        command.upgrade(Config(str(ROOT / "alembic.ini")), "head")
        texts = contributions()[:wanted]
        now = utcnow()
        with unit_of_work() as session:
            region = make_region(session)
            place, clerk = make_commitment(session, make_document(session, region)).id, make_account(session, clerk_of=region).id
            common = {"commitment_id": place, "created_at": now - timedelta(days=1), "additions": []}
            session.execute(insert(Comment), [{**common, "text": text} for text in texts])
            entry = jobs.enqueue(session, Job.READ_TONES, now) or 0
            region_id = region.id
        words = sum(len(text.split()) for text in texts)
        before = resource.getrusage(resource.RUSAGE_SELF)
        print(f"{len(texts)} comments, {words / len(texts):.0f} words each; {before.ru_maxrss / 1024:.0f} MB before", flush=True)
        began = time.monotonic()
        perform(Job.READ_TONES, entry)
        seconds = time.monotonic() - began
        after = resource.getrusage(resource.RUSAGE_SELF)
        with reading() as session:
            labels = session.exec(select(CommentTone.label, func.count()).group_by(CommentTone.label)).all()
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        speed = f"{seconds:.1f} s ({used:.1f} s of processor), {len(texts) / seconds:.0f} a second"
        print(f"read and stored: {speed}, {after.ru_maxrss / 1024:.0f} MB at most")
        print("the model alone would say: " + ", ".join(f"{name} {number / len(texts):.0%}" for name, number in sorted(labels)))
        began = time.monotonic()
        with unit_of_work() as session:
            tone_samples.draw(session, Reader(clerk, False, True), region_id, Scope(), 100, utcnow())
        print(f"sample drawn, the model's word on all comments frozen: {time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    main()
