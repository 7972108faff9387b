"""The Celery application: broker settings and the beat schedule."""

import warnings

from celery import Celery
from celery.platforms import SecurityWarning
from celery.schedules import crontab
from celery.signals import setup_logging

from beteiligung.brokers import broker_config
from beteiligung.jobs import TIME_LIMITS
from beteiligung.logs import configure
from beteiligung.settings import settings

# On a developer's machine or in a container made for it, root is nobody special; the image runs as another user anyway.
warnings.filterwarnings("ignore", category=SecurityWarning)


@setup_logging.connect(weak=False)  # type: ignore[untyped-decorator]
def _write_as_we_do(loglevel: int, **_about: object) -> None:
    """Keep Celery from setting up logging of its own: worker and beat write the lines that web does, from the wanted level on."""
    configure(settings().log_format, loglevel)


app = Celery("worker", include=["worker.tasks"])
app.conf.update(
    broker_config(settings().broker_url),
    beat_schedule={
        # What broker or worker lost is handed over again; the claim keeps it from being done twice.
        "sweep": {"task": "beteiligung.sweep", "schedule": 15.0, "options": {"expires": 14}},
        "hourly": {"task": "beteiligung.hourly", "schedule": crontab(minute="20")},
        "nightly": {"task": "beteiligung.nightly", "schedule": crontab(hour="3", minute="10")},
    },
    beat_schedule_filename=str(settings().var / "beat-schedule"),
    worker_hijack_root_logger=False,
    worker_max_tasks_per_child=200,
    task_soft_time_limit=max(TIME_LIMITS.values()),
    task_time_limit=max(TIME_LIMITS.values()) + 60,
)
