"""`python -m tests.bench.insight_region [PEOPLE VOTES COMMENTS]`: worker seconds for all figures of one region.

Texts are those of `../shared/data/comments` (CIMT, Klimarat), read where they lie. SQLite, or BETEILIGUNG_BENCH_DATABASE_URL.
"""

import csv
import os
import resource
import sys
import tempfile
import time
from datetime import timedelta
from itertools import cycle, islice
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests"), str(ROOT)]
TEXTS = ROOT.parent / "shared" / "data" / "comments"
COMMITMENTS = 120


def texts(number: int) -> list[str]:
    """Return so many residents' texts, repeated where there are fewer."""
    found = []
    for path in sorted(TEXTS.glob("cimt/dataset_*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            found += [row["content"] for row in csv.DictReader(file, delimiter="\t")]
    for path in sorted(TEXTS.glob("polis_klimarat/*.comments.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found += [row["comment-body"] for row in csv.DictReader(file)]
    kept = [text[:4000] for text in found if text and text.strip()]
    return list(islice(cycle(kept), number))


def fill(people: int, votes: int, comments: int) -> int:
    """Write a region with three camps of opinion; returns its number."""
    import numpy as np
    from sqlalchemy import insert

    from beteiligung.db import unit_of_work
    from beteiligung.identity import demographics
    from beteiligung.identity.models import Account, Residence
    from beteiligung.identity.residence_models import AGE_BANDS, Demographic
    from beteiligung.participation.models import Comment, Tally, Vote
    from beteiligung.participation.tally import voter_pseudonym
    from support import NOW, make_commitment, make_document, make_municipality, make_region

    random = np.random.default_rng(11)
    with unit_of_work() as session:
        region = make_region(session, slug="erzgebirge", name="Bankkreis")
        place = make_municipality(session, region).id
        document = make_document(session, region)
        ids = [make_commitment(session, document).id for _ in range(COMMITMENTS)]
        moments = [NOW - timedelta(days=100 * float(share)) for share in random.random(people)]
        base = {"municipality_id": place, "is_example": False, "birth_year": 1980, "terms_version": "1", "terms_accepted_at": NOW}
        session.execute(
            insert(Account),
            [{"id": n + 1, "email": f"b{n}@example.org", "created_at": moments[n], **base} for n in range(people)],
        )
        session.execute(
            insert(Residence),
            [
                {
                    "account_id": n + 1,
                    "region_id": region.id,
                    "confirmed_at": moments[n],
                    "until": NOW + timedelta(days=500),
                    "channel": "letter",
                }
                for n in range(people)
            ],
        )
        session.execute(
            insert(Demographic),
            [
                {
                    "voter": demographics.pseudonym(n + 1),
                    "age_band": AGE_BANDS[n % 8],
                    "sex": ("female", "male")[n // 8 % 2],
                    "drawable": False,
                }
                for n in range(people)
            ],
        )
        sides = random.choice(3, (3, COMMITMENTS), p=[0.45, 0.1, 0.45])
        camp = random.choice(3, people, p=[0.5, 0.3, 0.2])
        counts = np.zeros((COMMITMENTS, 3), dtype=int)
        rows = []
        for flat in random.choice(people * COMMITMENTS, votes, replace=False):
            person, commitment = divmod(int(flat), COMMITMENTS)
            side = int(sides[camp[person], commitment]) if random.random() < 0.8 else int(random.integers(3))
            counts[commitment, side] += 1
            choice = ("for", "neutral", "against")[side]
            rows.append((ids[commitment], voter_pseudonym(person + 1, region.id), choice))
        for start in range(0, len(rows), 10_000):
            session.execute(
                insert(Vote),
                [
                    {
                        "commitment_id": c,
                        "version": 1,
                        "voter": v,
                        "choice": w,
                        "standing": "confirmed",
                        "shown_confirmed": w,
                        "changed": False,
                    }
                    for c, v, w in rows[start : start + 10_000]
                ],
            )
        for commitment, (for_, neutral, against) in zip(ids, counts.tolist(), strict=True):
            both = {f"{p}confirmed_{c}": n for p in ("", "shown_") for c, n in (("for", for_), ("neutral", neutral), ("against", against))}
            session.add(Tally(commitment_id=commitment, version=1, shown_confirmed_at=NOW, **both))
        written = texts(comments)
        for start in range(0, comments, 5_000):
            session.execute(
                insert(Comment),
                [
                    {
                        "commitment_id": ids[n % COMMITMENTS], "author_id": n % people + 1, "text": written[n],
                        "reply_count": 0, "official": False,
                        "on_paper": False, "additions": [], "helpful": 0, "not_helpful": 0, "score": 0.0, "created_at": moments[n % people],
                    }
                    for n in range(start, min(start + 5_000, comments))
                ],
            )  # fmt: skip
        return region.id or 0


def main() -> None:
    """Fill, then measure the worker's tasks."""
    people, votes, comments = (int(value) for value in (*sys.argv[1:4], *("5000", "100000", "20000")[len(sys.argv) - 1 :]))
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(BETEILIGUNG_MODE="test", BETEILIGUNG_VAR=folder, BETEILIGUNG_BROKER_URL="memory://")
        os.environ["BETEILIGUNG_DATABASE_URL"] = os.environ.get("BETEILIGUNG_BENCH_DATABASE_URL") or f"sqlite:///{folder}/bench.sqlite3"
        from alembic import command
        from alembic.config import Config

        from beteiligung import jobs
        from beteiligung.clock import utcnow
        from beteiligung.db import reading, unit_of_work
        from beteiligung.insight.shown import newest
        from beteiligung.jobs import Job
        from worker import tasks

        command.upgrade(Config(str(ROOT / "alembic.ini")), "head")
        region = fill(people, votes, comments)
        whole = 0.0
        for job, args in ((Job.TAKE_PULSE, {}), (Job.READ_TONES, {}), (Job.SNAPSHOT_REGION, {"id": region})):
            with unit_of_work() as session:
                entry = jobs.enqueue(session, job, utcnow(), **args)
            begun, used = time.perf_counter(), time.process_time()
            tasks.perform(job, entry)
            took = time.perf_counter() - begun
            whole += took
            print(f"{job.value}: {took:.1f} s, of them {time.process_time() - used:.1f} s of a processor")
        with reading() as session:
            found = newest(session, region)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"in all {whole:.1f} s for {people} people, {votes} votes, {comments} comments on {COMMITMENTS} commitments; {memory:.0f} MB")
        if found:
            groups = [group["people"] for group in found.content["groups"].get("groups", [])]
            weighted = sum("weighted" in one for one in found.content["commitments"].values())
            print(f"groups of {groups}, {weighted} commitments weighted, {len(str(found.content)) // 1024} kB")


if __name__ == "__main__":
    main()
