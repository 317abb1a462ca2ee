"""/accounts/open_humans/…"""

from allauth.socialaccount.providers.oauth2.urls import default_urlpatterns

from integrations.open_humans.sign_in.provider import OpenHumansSignIn

urlpatterns = default_urlpatterns(OpenHumansSignIn)
