"""What the admin calls itself; each app registers its own."""

from django.contrib import admin

admin.site.site_header = "Lockstep"
admin.site.site_title = "Lockstep"
admin.site.index_title = "Setting up"
