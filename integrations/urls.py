"""Addresses of connections, and of what providers tell us."""

from django.urls import path

from integrations import views, webhooks

urlpatterns = [
    path("connections/", views.connections_page, name="connections"),
    path("connections/<slug:name>/disconnect/", views.disconnect_page, name="disconnect"),
    path("connections/<slug:name>/confirm/", views.confirm_page, name="confirm_account"),
    path("webhooks/open_humans/", webhooks.open_humans, name="open_humans_webhook"),
]
