"""What every kind of sync is tried with."""

from tests.uploader.killer import deadly_notes, killer

__all__ = ["deadly_notes", "killer"]
