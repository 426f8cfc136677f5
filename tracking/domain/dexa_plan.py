"""When bone density is to be measured (CLINICAL 9.4, 9.5): baseline, a year on, then by risk; one after a stop."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from tracking.domain.due import ANSWERED, DEXA, SUPERSEDED, DueItem, Window, asked
from tracking.domain.estradiol import ANALYTE, LOW, Reading
from tracking.domain.exposure import Span
from tracking.domain.history import IntervalOverride, ScanRecord
from tracking.domain.months import months_after
from tracking.domain.risk import HIGH, Risk
from tracking.domain.rulebook import AROMATASE_INHIBITOR, Priority, RuleBook
from tracking.domain.spans import so_many_days
from tracking.domain.timeline import Timeline


def is_baseline(scanned_on: date, ai_start: date, rulebook: RuleBook) -> bool:
    """Near enough to the start of the AI to be what later scans are held against. Both ends count."""
    earliest, latest = _baseline_window(ai_start, rulebook)
    return earliest <= scanned_on <= latest


def _baseline_window(ai_start: date, rulebook: RuleBook) -> tuple[date, date]:
    rule = rulebook.monitoring.dexa_baseline
    return months_after(ai_start, -rule.months_before), months_after(ai_start, rule.months_after)


def baseline_scan(span: Span, timeline: Timeline, rulebook: RuleBook) -> ScanRecord | None:
    """The scan that answers the request for a baseline: a valid one, else the first one after (late, but there)."""
    earliest, latest = _baseline_window(span.starts_on, rulebook)
    able = [scan for scan in timeline.scans if scan.sites and scan.scanned_on >= earliest]
    valid = [scan for scan in able if scan.scanned_on <= latest]
    return valid[-1] if valid else next(iter(able), None)


def dexa_items(
    timeline: Timeline,
    readings: Mapping[str, Reading],
    risk: Risk,
    own: IntervalOverride | None,
    rulebook: RuleBook,
    *,
    open_only: bool = False,
) -> list[DueItem]:
    """Every item of every exposure to an AI up to today. ``own``: a prescriber's interval for this man.

    ``open_only``: what is closed may be left out.
    """
    items: list[DueItem] = []
    spans = [s for s in timeline.exposure.spans[AROMATASE_INHIBITOR] if s.starts_on <= timeline.today]
    for number, span in enumerate(spans):
        following = spans[number + 1] if number + 1 < len(spans) else None
        over = span.ends_on is not None and span.ends_on <= timeline.today
        if not (open_only and over):
            items += _on_ai(span, timeline, risk, own, rulebook, open_only=open_only)
        if over and not (open_only and following is not None):
            items += _after_stop(span, following, timeline, readings, rulebook)
    return items


def _on_ai(
    span: Span, timeline: Timeline, risk: Risk, own: IntervalOverride | None, rulebook: RuleBook, *, open_only: bool
) -> list[DueItem]:
    baseline, follow_up = rulebook.monitoring.dexa_baseline, rulebook.monitoring.dexa_follow_up
    start = span.starts_on
    answer = baseline_scan(span, timeline, rulebook)
    items: list[DueItem] = []
    if answer is None or not open_only:
        item = _item(
            f"{span.anchor}:baseline",
            "dexa_baseline",
            baseline.id,
            {"on": start},
            (start, start, start + so_many_days(baseline.overdue_days), months_after(start, -baseline.months_before)),
            timeline=timeline,
            rulebook=rulebook,
            priority=Priority.P2,
        )
        items.append(_closed(item, answer, span, timeline))
    if answer is None:
        return items
    counted = start if is_baseline(answer.scanned_on, start, rulebook) else answer.scanned_on
    months = own.every_months if own else follow_up.interval_high_risk if risk.level == HIGH else follow_up.interval
    first = min(follow_up.first_months, months)
    anchor, since, interval, reason = f"{span.anchor}:year-1", counted, first, "dexa_first_follow_up"
    # In order of time: each answers what the one before it made due. Only scans within the exposure answer.
    later = iter([scan for scan in timeline.scans if scan.sites and _within(scan.scanned_on, span)])
    while True:
        due = months_after(since, interval)
        opens = due - so_many_days(follow_up.opens_before_days)
        # A scan before its window is used for comparison but does not stand for it.
        scan = next((scan for scan in later if scan.scanned_on >= opens), None)
        if scan is None or not open_only:
            window = (opens, due, due + so_many_days(rulebook.monitoring.late.overdue_days), opens)
            said = {"on": since, "months": interval}
            item = _item(anchor, reason, follow_up.id, said, window, timeline=timeline, rulebook=rulebook, own=own)
            items.append(_closed(item, scan, span, timeline))
        if scan is None:
            return items
        anchor, since, interval, reason = f"scan:{scan.key}", scan.scanned_on, months, "dexa_interval"


def _within(day: date, span: Span) -> bool:
    return span.ends_on is None or day < span.ends_on


def _after_stop(
    span: Span, following: Span | None, timeline: Timeline, readings: Mapping[str, Reading], rulebook: RuleBook
) -> list[DueItem]:
    """One scan a year or two after a stop, where an estradiol was ever below the floor. A log that ended is no stop."""
    stops = {c.on for c in timeline.exposure.changes if c.kind == "stop" and c.drug_class == AROMATASE_INHIBITOR}
    stop = span.ends_on
    if stop is None or stop not in stops:
        return []
    if not any(readings[draw.lab.key].tier in LOW for draw in reversed(timeline.draws.get(ANALYTE, ()))):
        return []
    rule = rulebook.monitoring.dexa_after_stop
    due, last = months_after(stop, rule.from_months), months_after(stop, rule.until_months)
    said, window = {"on": stop}, (due, due, last, due)
    item = _item(f"stop:{span.anchor}", "dexa_after_stop", rule.id, said, window, timeline=timeline, rulebook=rulebook)
    scan = next((s for s in timeline.scans if s.sites and s.scanned_on >= due), None)
    if scan is not None:
        return [item.closed(ANSWERED, answered_by=scan.key)]
    if following is not None:
        return [item.closed(SUPERSEDED, superseded_by=following.anchor)]
    return [item]


def _closed(item: DueItem, scan: ScanRecord | None, span: Span, timeline: Timeline) -> DueItem:
    if scan is not None:
        return item.closed(ANSWERED, answered_by=scan.key)
    if span.ends_on is not None and span.ends_on <= timeline.today:
        return item.closed(SUPERSEDED, superseded_by=f"end:{span.anchor}")
    return item


def _item(
    anchor: str,
    reason: str,
    rule: str,
    said: Mapping[str, object],
    window: Window,
    *,
    timeline: Timeline,
    rulebook: RuleBook,
    priority: Priority | None = None,
    own: IntervalOverride | None = None,
) -> DueItem:
    return DueItem(asked(DEXA, rule, rulebook, priority=priority), anchor, reason, said, *window, timeline.person.zone, own)
