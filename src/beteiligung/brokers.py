"""Celery's settings for each broker: files in a folder, Redis or Valkey, RabbitMQ."""

import re
from pathlib import Path
from typing import Any

from beteiligung import file_broker


def broker_config(url: str) -> dict[str, Any]:
    """Return Celery's broker settings; `filesystem:///dir` keeps the queues as files in that folder."""
    common = {
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,  # after a hundred, about an hour, a worker would end
        "task_ignore_result": True,
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_default_queue": "default",
        "worker_prefetch_multiplier": 1,
        "task_acks_late": True,
        "broker_transport_options": {"max_retries": 1, "interval_start": 0, "interval_max": 0.5},
        "enable_utc": True,
        "timezone": "Europe/Berlin",
    }
    if not url.startswith("filesystem://"):
        if url.startswith(("redis", "valkey")):
            # Longer than the longest task, or it runs again beside itself; what a dead worker held the sweep finds sooner.
            common["broker_transport_options"] = {"visibility_timeout": 1800, "unacked_restore_interval": 10}
        return {**common, "broker_url": re.sub("^valkey", "redis", url)}
    file_broker.register()
    folder = Path(url.removeprefix("filesystem://"))
    for name in ("queue", "processed", "control"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return {
        **common,
        "broker_url": "filesystem://localhost//",
        "broker_transport_options": {
            "data_folder_in": str(folder / "queue"),
            "data_folder_out": str(folder / "queue"),
            "processed_folder": str(folder / "processed"),
            "control_folder": str(folder / "control"),
            "store_processed": False,
            "polling_interval": 0.02,  # between two tasks too: at 0.1 it does ten a second
        },
    }
