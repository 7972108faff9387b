"""The installation as real processes that are killed and started again: worker, beat, web, SMTP server, broker.

Of brokers, Redis is ours alone. RabbitMQ is shared: it gets a virtual host of its own where `rabbitmqctl` may make one,
and all connections to that host are closed instead.
"""

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import update
from sqlmodel import col

from beteiligung.db import unit_of_work
from beteiligung.jobs import OutboxEntry
from beteiligung.notifications.models import Delivery
from beteiligung.settings import QUEUES, ROOT

HERE = Path(__file__).parent
MODES = {"421": 0.02, "451": 0.02, "550": 0.01, "rcpt": 0.01, "hang": 0.003, "drop": 0.01}
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
_RABBIT = "amqp://guest:guest@127.0.0.1:5672/"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    return False


def until(what: str, true, seconds: float, pause: float = 0.1) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"waited {seconds:.0f} s for: {what}"
        time.sleep(pause)


# Brokers


class Broker:
    """Files: nothing runs, so there is nothing to kill."""

    def __init__(self, folder: Path) -> None:
        self.url = f"filesystem://{folder / 'broker'}"

    def hurt(self) -> str:
        return ""

    def close(self) -> None:
        pass


class Redis(Broker):
    """A server of our own that keeps nothing: each kill loses all that is queued."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._start()

    def _start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--save", "", "--appendonly", "no", "--dir", str(self.folder)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        until("redis", lambda: listens(self.port), 10)

    def hurt(self) -> str:
        self.close()
        self._start()
        return "broker (redis) killed"

    def close(self) -> None:
        self.process.kill()
        self.process.wait()


class Rabbit(Broker):
    def __init__(self, folder: Path) -> None:
        self.host = f"faults-{secrets.token_hex(4)}"
        self.own = self._control("add_vhost", self.host) and self._control("set_permissions", "-p", self.host, "guest", ".*", ".*", ".*")
        self.url = _RABBIT + (self.host if self.own else "/")

    def _control(self, *command: str) -> bool:
        tool = shutil.which("rabbitmqctl")
        return bool(tool) and subprocess.run([tool, "-q", *command], check=False, capture_output=True, timeout=60).returncode == 0

    def hurt(self) -> str:
        return "connections of rabbitmq closed" if self.own and self._control("close_all_connections", "-p", self.host, "fault") else ""

    def close(self) -> None:
        if self.own:
            self._control("delete_vhost", self.host)


BROKERS = {"files": Broker, "redis": Redis, "rabbitmq": Rabbit}


# Processes


@dataclass
class Installation:
    """Worker, beat, web and SMTP server over one database; `kill` ends one with -9 and starts it again."""

    folder: Path
    broker: Broker
    seed: int
    children: dict[str, subprocess.Popen] = field(default_factory=dict)
    back: float = 0.0
    starts: Counter = field(default_factory=Counter)
    busy: bool = False
    ended: Counter = field(default_factory=Counter)
    moods: dict[str, float] = field(default_factory=lambda: MODES)
    """How often the mail server fails in which way."""

    def __post_init__(self) -> None:
        self.web_port, self.smtp_port = free_port(), free_port()
        self.accepted = self.folder / "accepted"
        self.accepted.touch()
        self.env = {
            **os.environ,
            "BETEILIGUNG_MODE": "test",
            "BETEILIGUNG_BROKER_URL": self.broker.url,
            "BETEILIGUNG_SMTP_URL": f"smtp://127.0.0.1:{self.smtp_port}",
            "BETEILIGUNG_SMTP_TIMEOUT": "0.7",
            "BETEILIGUNG_BASE_URL": f"http://127.0.0.1:{self.web_port}",
            "PORT": str(self.web_port),
            "PYTHONPATH": str(ROOT / "src"),
        }

    def start(self, name: str) -> None:
        celery = ["celery", "-A", "worker.app"]
        module = {
            "web": ["uvicorn", "--factory", "beteiligung.app:create_app", "--port", str(self.web_port), "--log-level", "error"],
            "worker": [
                *celery, "worker", "--pool", "threads", "--concurrency", "4", "-Q", ",".join(QUEUES), "--loglevel", "error",
                "--without-gossip", "--without-mingle", "--without-heartbeat",
            ],
            **{
                beat: [*celery, "beat", "--pidfile", "", "--loglevel", "info", "--schedule", str(self.folder / f"{beat}-schedule")]
                for beat in ("beat", "beat2")
            },
        }  # fmt: skip
        python = [sys.executable, str(HERE / "process.py"), str(self.back)]
        if name == "smtp":
            self.starts["smtp"] += 1
            seed = f"{self.seed}-{self.starts['smtp']}"
            command = [sys.executable, str(HERE / "smtp_server.py"), str(self.smtp_port), str(self.accepted), seed, json.dumps(self.moods)]
        elif name == "web":
            command = [sys.executable, "-m", *module["web"]]
        else:
            command = [*python, *module[name]]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.children[name] = subprocess.Popen(command, cwd=ROOT, env=self.env, start_new_session=True, stdout=log, stderr=log)

    def end(self, name: str) -> None:
        child = self.children[name]
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()

    def watch(self) -> None:
        """Start again what has ended by itself, as the supervisor does."""
        for name, child in list(self.children.items()):
            if not self.busy and child.poll() is not None:
                self.ended[name] += 1
                self.start(name)

    def kill(self, name: str) -> str:
        self.busy = True
        try:
            return self._kill(name)
        finally:
            self.busy = False

    def _kill(self, name: str) -> str:
        if name == "broker":
            return self.broker.hurt()
        if name == "clock":
            self.back = 7200.0 - self.back
            self.end("worker")
        else:
            self.end(name)
        if name in ("clock", "worker"):
            release()
        self.start("worker" if name == "clock" else name)
        return f"clock {'two hours back' if self.back else 'right again'}" if name == "clock" else f"{name} killed"

    def close(self) -> None:
        for name in self.children:
            self.end(name)
        self.broker.close()


def release() -> None:
    """End the leases of a worker that is dead before their time, which else takes five minutes."""
    with unit_of_work() as session:
        session.execute(update(OutboxEntry).where(col(OutboxEntry.leased_until).is_not(None)).values(leased_until=None))


def hurry() -> None:
    """Let the time pass that retries wait for."""
    with unit_of_work() as session:
        late = col(OutboxEntry.not_before) > LONG_AGO
        session.execute(update(OutboxEntry).where(col(OutboxEntry.done_at).is_(None), late).values(not_before=LONG_AGO))
        open_ones = col(Delivery.state).in_(("pending", "unknown")) & (col(Delivery.not_before) > LONG_AGO)
        session.execute(update(Delivery).where(open_ones).values(not_before=LONG_AGO))
