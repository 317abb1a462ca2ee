"""Settings, Celery, urls, and the commands that know every app."""
