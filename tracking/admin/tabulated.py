"""The chart's content as lines of text, newest first: for those who listen, and for those who want the figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tracking.admin import phrases
from tracking.admin.plot import Plot

__all__ = ["Line", "tabulated"]


@dataclass(frozen=True, slots=True)
class Line:
    on: str
    what: str
    text: str


def tabulated(plot: Plot) -> list[Line]:
    """Results, changes of treatment, scans, findings and decisions. Doses have a table of their own and are counted here."""
    found: list[tuple[datetime, str, str]] = []
    found += [(point.start or point.end, "Estradiol", point.text) for point in plot.estradiol]
    found += [(floor.start, "Floor", f"{floor.text}, until {phrases.instant(floor.end, plot.zone)}") for floor in plot.floors]
    found += [(point.start or point.end, "Testosterone", point.text) for point in plot.testosterone]
    found += [(change.at, "Treatment", change.text) for change in plot.changes]
    found += [(scan.at, "Scan", scan.text) for scan in plot.scans]
    found += [(mark.at, mark.kind.capitalize(), mark.text) for mark in plot.happened]
    lines = [Line(phrases.day(at.astimezone(plot.tz).date()), what, text) for at, what, text in sorted(found, reverse=True)]
    counted = [(dose.drug, dose.is_skipped) for doses in plot.doses.values() for dose in doses]
    lines += [
        Line("", "Doses", f"{drug}: {counted.count((drug, False))} logged, {counted.count((drug, True))} skipped")
        for drug in sorted({drug for drug, _ in counted})
    ]
    return lines
