"""/accounts/google_calendar/…"""

from allauth.socialaccount.providers.oauth2.urls import default_urlpatterns

from integrations.google_calendar.sign_in.provider import GoogleCalendarSignIn

urlpatterns = default_urlpatterns(GoogleCalendarSignIn)
