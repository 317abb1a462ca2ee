"""Addresses of the dashboard, of syncs and of their runs."""

from django.urls import path

from uploader.views import dashboard, erase, plan, run, sync, syncs
from uploader.views.timesheets import wizard

urlpatterns = [
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("dashboard/<slug:name>/update/", dashboard.update_now, name="update_now"),
    path("dashboard/<slug:name>/erase/", erase.erase, name="erase"),
    path("syncs/", syncs.syncs, name="syncs"),
    path("syncs/<slug:name>/", sync.sync, name="sync"),
    path("syncs/<slug:name>/run/", sync.run_now, name="run_now"),
    path("timesheets/new/", wizard.keys, name="timesheets_keys"),
    path("timesheets/new/workspaces/", wizard.workspaces, name="timesheets_workspaces"),
    path("timesheets/new/client/", wizard.client, name="timesheets_client"),
    path("timesheets/new/options/", wizard.options, name="timesheets_options"),
    path("timesheets/new/preview/", wizard.preview, name="timesheets_preview"),
    path("runs/<int:pk>/", run.run, name="run"),
    path("runs/<int:pk>/progress/", run.progress, name="run_progress"),
    path("runs/<int:pk>/cancel/", run.cancel, name="cancel_run"),
    path("runs/<int:pk>/plan/", plan.plan, name="plan"),
    path("runs/<int:pk>/approve/", plan.approve, name="approve"),
    path("runs/<int:pk>/discard/", plan.discard, name="discard"),
]
