"""The draws that the plan asks for after a change (CLINICAL 9.4): planned elsewhere, and picked out here."""

from __future__ import annotations

from datetime import date

from tracking.domain.due import LAB, DueItem
from tracking.domain.findings import Facts

_NOT_AFTER_A_CHANGE = ("routine", "repeat")


def lab_items(facts: Facts) -> tuple[DueItem, ...]:
    """Every draw of estradiol that was due or is, whatever became of it."""
    return tuple(item for item in facts.plan.items if item.kind == LAB)


def open_rechecks(on: date, facts: Facts) -> tuple[DueItem, ...]:
    """Those after the changes of this local day that nothing has answered, in order of time; empty where no rule asks."""
    found = (
        item
        for item in lab_items(facts)
        if item.is_open and item.reason not in _NOT_AFTER_A_CHANGE and item.params["on"] == str(on)
    )
    return tuple(sorted(found, key=lambda item: (item.due_on, item.anchor)))
