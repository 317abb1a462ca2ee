"""Who is on duty, who is next, and telling them."""

from django.apps import AppConfig


class RotaConfig(AppConfig):
    name = "rota"
