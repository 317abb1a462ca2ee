"""The Celery app: one code path on Redis and on the embedded filesystem broker."""

import os
from typing import Any

from celery import Celery
from django.conf import settings

from config import embedded_broker as embedded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

TICK_SECONDS = 5


def embedded_broker() -> dict[str, Any]:
    """Messages as files in var/: nothing to install, and good enough because rows are the truth."""
    embedded.install()
    folder = settings.BROKER_DIR
    for name in ("messages", "processed", "control"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return {
        "broker_url": "filesystem://localhost",
        "broker_transport_options": {
            "data_folder_in": str(folder / "messages"),
            "data_folder_out": str(folder / "messages"),
            "processed_folder": str(folder / "processed"),
            "control_folder": str(folder / "control"),
            "store_processed": False,
            # Seconds between two looks into the folder; a second, the default, is felt by people.
            "polling_interval": 0.2,
        },
    }


def redis_broker() -> dict[str, Any]:
    return {
        "broker_url": settings.REDIS_URL,
        # Longer than any countdown we use (see uploader/tasks.py), or a task would run twice.
        "broker_transport_options": {"visibility_timeout": 3600},
    }


app = Celery("lockstep")
app.conf.update(
    **(redis_broker() if settings.REDIS_URL else embedded_broker()),
    task_serializer="json",
    accept_content=["json"],
    task_ignore_result=True,
    task_acks_late=True,
    worker_prefetch_multiplier=1,
    worker_soft_shutdown_timeout=20,  # under the thirty seconds a platform grants
    worker_max_tasks_per_child=500,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    timezone="UTC",
    beat_schedule_filename=str(settings.VAR_DIR / "beat-schedule"),
    beat_schedule={
        "tick": {
            "task": "uploader.tasks.tick",
            "schedule": TICK_SECONDS,
            # A tick that waited for its successor has nothing left to say.
            "options": {"expires": TICK_SECONDS},
        }
    },
)
app.autodiscover_tasks()
