"""The whole evaluation of one man: one pure call over his history, the rules and an instant.

``evaluate`` is a function of (history, rulebook, as_of) whatever the order of rows: no clock, no I/O, nothing kept.
It never computes a dose. People without any regimen, and draws whose date is not known, evaluate like all others: the result
keeps its tier, and the verdict says that nothing speaks for today.
"""

from __future__ import annotations

from datetime import datetime

from tracking.domain.context_lines import context_lines
from tracking.domain.evaluation import Evaluation
from tracking.domain.facts import gather
from tracking.domain.findings import Finding, find
from tracking.domain.for_man import words_for_man
from tracking.domain.history import History
from tracking.domain.missing import Missing, missing_from
from tracking.domain.next_change import next_change_at
from tracking.domain.outcome import outcome_digest
from tracking.domain.rulebook import RuleBook

__all__ = ["Evaluation", "Finding", "Missing", "evaluate", "gather", "words_for_man"]


def evaluate(history: History, rulebook: RuleBook, as_of: datetime) -> Evaluation:
    """Evaluate one man as of an aware instant.

    The verdict, what is found, what is open and missing, and when to look again are concluded here. The words around them, and
    whatever belongs to old draws, is worked out when somebody opens it.
    """
    facts = gather(history, rulebook, as_of)
    findings, missing, lines = find(facts), missing_from(facts), context_lines(facts)
    return Evaluation(
        facts=facts,
        findings=findings,
        missing=missing,
        context_lines=lines,
        input_digest=history.digest,
        outcome_digest=outcome_digest(facts, findings, missing, lines),
        next_change_at=next_change_at(facts),
    )
