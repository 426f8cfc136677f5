"""Wiring: it knows the apps, they do not know it."""
