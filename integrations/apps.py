"""Who we can talk to, and on whose behalf."""

from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "integrations"
