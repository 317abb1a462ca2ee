"""Gives allauth's provider an app label of its own: every provider's folder is called sign_in."""

from django.apps import AppConfig


class OpenHumansSignInConfig(AppConfig):
    name = "integrations.open_humans.sign_in"
    label = "open_humans_sign_in"
