"""Clinical rules as data: number, reason, source, checker, next review; and the loader that makes a RuleBook of them."""

from tracking.evidence.loader import load_rulebook
from tracking.evidence.reader import EvidenceError

__all__ = ["EvidenceError", "load_rulebook"]
