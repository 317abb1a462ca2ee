"""Gives allauth's provider an app label of its own: every provider's folder is called sign_in."""

from django.apps import AppConfig


class RescueTimeSignInConfig(AppConfig):
    name = "integrations.rescuetime.sign_in"
    label = "rescuetime_sign_in"
