"""/accounts/rescuetime/…"""

from allauth.socialaccount.providers.oauth2.urls import default_urlpatterns
from django.urls import path

from integrations.rescuetime.sign_in.provider import RescueTimeSignIn
from integrations.rescuetime.sign_in.views import oauth2_confirm

urlpatterns = [
    *default_urlpatterns(RescueTimeSignIn),
    path("rescuetime/login/confirm/", oauth2_confirm, name="rescuetime_confirm"),
]
