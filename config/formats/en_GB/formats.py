"""Moments with 24 hours and their zone, as on all other pages."""

DATETIME_FORMAT = "j F Y, H:i T"
TIME_FORMAT = "H:i"
