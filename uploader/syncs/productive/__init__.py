"""What syncs to Productive have in common; this is no kind of its own."""
