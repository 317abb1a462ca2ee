"""Who is on duty, who is next, and telling them."""

from django.apps import AppConfig


class RotaConfig(AppConfig):
    name = "rota"

    def ready(self) -> None:
        from rota import handovers, reminders, telling  # noqa: F401  (their receivers)
        from uploader import kinds

        kinds.autodiscover("rota")
