"""Every address. allauth's own pages for passwords and e-mail are left out: nobody has one here."""

from allauth.account import views as account
from allauth.urls import build_provider_urlpatterns
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from config import views
from integrations.open_humans.sign_in.views import oauth2_callback as open_humans_callback
from integrations.rescuetime.sign_in.views import oauth2_callback as rescuetime_callback

accounts = [
    # allauth sends people here who should sign in; our sign-in is a button on the first page.
    path("login/", RedirectView.as_view(pattern_name="home"), name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    *build_provider_urlpatterns(),
]

urlpatterns = [
    path("", views.home, name="home"),
    path("about/", views.about, name="about"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("healthz", views.healthz, name="healthz"),
    path("accounts/", include(accounts)),
    # The addresses that are registered at the providers, from the days of the tool before this.
    path("complete/", open_humans_callback),
    path("rescuetime/complete/", rescuetime_callback),
    path("admin/", admin.site.urls),
    path("", include("integrations.urls")),
    path("", include("uploader.urls")),
    path("", include("rota.urls")),
]
