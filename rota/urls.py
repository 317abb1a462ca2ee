"""Addresses of rotas: their pages, swaps, feeds and reports, and signing in to them."""

from django.urls import path

from rota.views import accepting, feeds, reports, rota, rotas, sign_in, swaps

urlpatterns = [
    path("rotas/", rotas.rotas, name="rotas"),
    # Before the names: a rota that is called so has no page.
    path("rotas/sign-in/", sign_in.ask, name="rota_sign_in"),
    path("rotas/sign-in/link/", sign_in.link, name="rota_link"),
    path("rotas/<slug:name>.ics", feeds.feed, name="rota_feed"),
    path("rotas/<slug:name>/", rota.rota, name="rota"),
    path("rotas/<slug:name>/report.json", reports.as_json, name="rota_report_json"),
    path("rotas/<slug:name>/report.csv", reports.as_csv, name="rota_report_csv"),
    path("rotas/<slug:name>/feed/", feeds.renew, name="renew_rota_feed"),
    path("rotas/<slug:name>/feed/<int:pk>/", feeds.renew_own, name="renew_own_feed"),
    path("rotas/<slug:name>/duties/<int:pk>/ask/", swaps.ask, name="ask_swap"),
    path("rotas/<slug:name>/duties/<int:pk>/accept/", accepting.accept, name="accept_duty"),
    path("rotas/<slug:name>/swaps/<int:pk>/take/", swaps.take, name="take_swap"),
    path("rotas/<slug:name>/swaps/<int:pk>/withdraw/", swaps.withdraw, name="withdraw_swap"),
]
