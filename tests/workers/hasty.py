"""Lockstep's Celery app, with a tick every second: nobody waits long, as with the short lease."""

from config.celery import app

app.conf.beat_schedule["tick"]["schedule"] = 1.0
