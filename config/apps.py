"""The app that knows every other app."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        # Tasks bind to the app that is loaded: web processes publish through it too.
        import config.celery
        import config.sign_in  # noqa: F401  (its receivers keep what sign-ins hand out)
