"""The thread that hands outbox ids to the broker, so that no request ever talks to it."""

import logging
import queue
import threading
from functools import cache
from typing import TYPE_CHECKING

from celery import Celery

from beteiligung.brokers import broker_config
from beteiligung.settings import settings

if TYPE_CHECKING:
    from beteiligung.jobs import Job

log = logging.getLogger(__name__)


class Relay:
    """A thread that hands outbox ids to the broker, so that no request ever talks to it.

    If the broker is down the id is dropped here: the sweep of beat finds the row again.
    """

    def __init__(self, broker_url: str) -> None:
        self._queue: queue.SimpleQueue[tuple[int, Job]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._url = broker_url

    def hand_over(self, entry_id: int, job: "Job") -> None:
        """Queue one id; returns at once."""
        self._queue.put((entry_id, job))
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="relay", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        client = Celery("beteiligung", set_as_current=False)
        client.conf.update(broker_config(self._url))
        while True:
            entry_id, job = self._queue.get()
            try:
                client.send_task(job.task, args=[entry_id], queue=job.queue, retry=False)
            except Exception as error:  # noqa: BLE001 - whatever a broker throws, the sweep is the cure
                log.warning("broker did not take outbox entry %s: %s", entry_id, error)


@cache
def relay() -> Relay:
    """Return the relay of this process."""
    return Relay(settings().broker_url)


def why_no_broker() -> str | None:
    """Return why the broker does not answer, or None where it does."""
    client = Celery("beteiligung", set_as_current=False)
    client.conf.update(broker_config(settings().broker_url))
    try:
        with client.connection_for_write(connect_timeout=5) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=10)
            connection.default_channel.close()
    except Exception as error:  # noqa: BLE001 - each broker has errors of its own
        return str(error) or type(error).__name__
    return None
