"""Who we can talk to, and on whose behalf."""

from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "integrations"

    def ready(self) -> None:
        from integrations import checks  # noqa: F401  (registers itself; needs the apps loaded)
