"""Backups: taken of one instant, sealed for a key that this machine does not have, and tried by putting them back."""
