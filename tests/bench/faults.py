"""`python -m tests.bench.faults [BROKER]`: every fault at full size against a running installation, as the table of docs/faults.md.

PostgreSQL (a database of its own on the server of BETEILIGUNG_TEST_POSTGRES, dropped afterwards), Redis or RabbitMQ, a mail server;
web, worker and beat as processes of their own. BETEILIGUNG_FAULT_SHARE (0 to 1) makes it shorter.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests"), str(ROOT)]
SHARE = float(os.environ.get("BETEILIGUNG_FAULT_SHARE", "1"))


def main() -> None:
    """Print the table."""
    from alembic import command
    from alembic.config import Config

    from bench.run import database
    from conftest import forget_caches
    from faults import rude, trouble

    broker = sys.argv[1] if len(sys.argv) > 1 else "redis"
    with tempfile.TemporaryDirectory() as folder, database("postgresql", Path(folder)) as url:
        os.environ.update(BETEILIGUNG_MODE="test", BETEILIGUNG_VAR=folder, BETEILIGUNG_DATABASE_URL=url, BETEILIGUNG_BROKER_URL="memory://")
        forget_caches()
        command.upgrade(Config(str(ROOT / "alembic.ini")), "head")
        begun, minute, often = time.monotonic(), 60 * SHARE, max(1, round(10 * SHARE))
        print(f"PostgreSQL, {broker}; web, worker and beat as processes\n\n{trouble.HEAD}")
        with trouble.site(Path(folder), url, broker) as site:
            for fault in (
                *(trouble.kill(name, often) for name in ("web", "worker", "beat")),
                trouble.database_restarts(often),
                trouble.database_away(minute),
                *([trouble.broker_away(minute)] if broker == "redis" else []),
                trouble.smtp_away(minute),
            ):
                print(trouble.suffer(site, [fault]), flush=True)
            port, place = site.port, site.place
            print(rude.large_forms(port, place, 5, often), flush=True)
            print(rude.large_forms(port, place, 10, often), flush=True)
            print(rude.long_thread(port, place, round(10_000 * SHARE)), flush=True)
            print(rude.malformed(port, often), flush=True)
            print(rude.slow_clients(port, place.path, round(400 * SHARE), 20 * SHARE), flush=True)
            print(rude.sign_ins(port, round(1_000 * SHARE)), flush=True)
        print(f"\n{time.monotonic() - begun:.0f} s. A full disk and a wrong clock: tests/faults/test_disk_full.py and test_clock.py.")


if __name__ == "__main__":
    main()
