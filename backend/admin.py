"""Django imports this once its site is made: the pages register themselves on it."""

from tracking.admin import accounts, answers, evaluations, glass, patients, work

__all__ = ["accounts", "answers", "evaluations", "glass", "patients", "work"]
