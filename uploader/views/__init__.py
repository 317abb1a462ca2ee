"""The pages about syncs and runs, a file a page."""
