"""What the admin calls itself, and what it leaves out of others; each app registers its own."""

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialApp, SocialToken
from django.contrib import admin

admin.site.site_header = "Lockstep"
admin.site.site_title = "Lockstep"
admin.site.index_title = "Setting up"

# Applications are in the settings, tokens in connections, and nobody here has a password to mail.
admin.site.unregister((EmailAddress, SocialApp, SocialToken))
