"""What we write to other services, and what happened."""

from django.apps import AppConfig


class UploaderConfig(AppConfig):
    name = "uploader"

    def ready(self) -> None:
        from uploader import (
            kinds,
            members,  # noqa: F401  (its receivers)
        )

        kinds.autodiscover("uploader")
