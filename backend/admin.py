"""Django imports this once its site is made: the pages register themselves on it."""

from backend.desk import colleagues, deliveries, health
from tracking.admin import accounts, answers, clinic, evaluations, glass, patients, rulebook, work

__all__ = [
    "accounts",
    "answers",
    "clinic",
    "colleagues",
    "deliveries",
    "evaluations",
    "glass",
    "health",
    "patients",
    "rulebook",
    "work",
]
