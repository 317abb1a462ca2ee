"""Who is on duty, who is next, and telling them."""

from django.apps import AppConfig


class RotaConfig(AppConfig):
    name = "rota"

    def ready(self) -> None:
        from rota import (  # noqa: F401  (their receivers)
            acknowledging,
            handovers,
            reminders,
            telling,
        )
        from uploader import kinds

        kinds.autodiscover("rota")
