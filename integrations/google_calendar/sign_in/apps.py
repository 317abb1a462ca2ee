"""Gives allauth's provider an app label of its own: every provider's folder is called sign_in."""

from django.apps import AppConfig


class GoogleCalendarSignInConfig(AppConfig):
    name = "integrations.google_calendar.sign_in"
    label = "google_calendar_sign_in"
