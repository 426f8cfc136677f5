"""What the prescriber sees. Django imports this package once the apps are ready, and the pages register themselves."""

from tracking.admin import accounts, answers, evaluations, patients, work

__all__ = ["accounts", "answers", "evaluations", "patients", "work"]
