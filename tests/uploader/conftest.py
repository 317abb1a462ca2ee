"""What every kind of sync is tried with."""

from tests.uploader.killer import killer

__all__ = ["killer"]
