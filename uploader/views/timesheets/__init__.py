"""The pages that set up a sync between two Clockify workspaces, a step a page."""
