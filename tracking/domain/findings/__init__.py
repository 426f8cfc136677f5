"""What an evaluation finds, each finding with its urgency, its inputs, its sources and its words."""

from tracking.domain.findings.finding import Facts, Finding
from tracking.domain.findings.search import find

__all__ = ["Facts", "Finding", "find"]
