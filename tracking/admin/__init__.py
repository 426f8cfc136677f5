"""What the prescriber sees. Django imports this package once the apps are ready, and the pages register themselves."""

from tracking.admin import accounts, evaluations, patients

__all__ = ["accounts", "evaluations", "patients"]
