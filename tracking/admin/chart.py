"""The timeline of one man as SVG: estradiol over the floor, testosterone, treatment with doses, and scans.

A censored value is an arrow over everything it can stand for; each assay has its own marker and its own floor; no line
crosses a change of assay or of treatment; where the time is not known the place is hatched.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from statistics import median

from django.utils.safestring import SafeString

from tracking.admin.axes import TimeAxis, ValueAxis
from tracking.admin.plot import ASSAYS, DECISION, IMMUNOASSAY, MASS_SPECTROMETRY, SYMPTOM, Bar, Plot, Point
from tracking.admin.svg import drawn
from tracking.domain.reported import Comparator
from tracking.domain.rulebook import AROMATASE_INHIBITOR, TESTOSTERONE

__all__ = ["chart"]

WIDTH, LEFT, RIGHT = 960.0, 64.0, 944.0
UNDATED_WIDTH = 34.0
PANEL_GAP, TITLE = 22.0, 18.0
ESTRADIOL_HEIGHT, TESTOSTERONE_HEIGHT, LANE_HEIGHT, DOSE_HEIGHT = 180.0, 60.0, 30.0, 12.0
SCAN_HEIGHT, HAPPENED_HEIGHT = 26.0, 42.0
TEXT_HEIGHT, LETTER = 15.0, 6.0
# Room above the highest value, and what an axis shows at least.
HEADROOM, LEAST_FLOORS = 1.08, 2.2
LEAST_ESTRADIOL, LEAST_TESTOSTERONE = 40.0, 1000.0
# Times the median of the results: what lies beyond is drawn at the upper edge, with its figure.
FAR_OFF = 5.0
LEAST_SPAN = timedelta(days=120)
EMPTY_SPAN = timedelta(days=365)
LANES = ((AROMATASE_INHIBITOR, "Aromatase inhibitor, mg a week"), (TESTOSTERONE, "Testosterone, mg a week"))
UPWARD = (Comparator.GREATER, Comparator.AT_LEAST)


def chart(plot: Plot, *, start: datetime | None = None) -> SafeString:
    """The whole picture, from ``start`` where one is given. It scales with the page; colours come from the style sheet."""
    undated = any(point.start is None for point in (*plot.estradiol, *plot.testosterone))
    axis = TimeAxis(start or _start(plot), plot.as_of, LEFT + (UNDATED_WIDTH if undated else 0.0), RIGHT, plot.zone)
    parts: list[SafeString] = []
    top = 6.0 + TITLE
    parts += _estradiol(plot, axis, ValueAxis.over(_highest(plot), top, top + ESTRADIOL_HEIGHT))
    y = top + ESTRADIOL_HEIGHT + PANEL_GAP
    if plot.testosterone:
        highest = max([LEAST_TESTOSTERONE, *(p.value * HEADROOM for p in plot.testosterone)])
        values = ValueAxis.over(highest, y + TITLE, y + TITLE + TESTOSTERONE_HEIGHT, marks=2)
        parts += _testosterone(plot, axis, values)
        y = values.bottom + PANEL_GAP
    for drug_class, title in LANES:
        if plot.bars[drug_class] or plot.doses[drug_class]:
            parts += _lane(plot, drug_class, title, axis, y)
            y += TITLE + LANE_HEIGHT + DOSE_HEIGHT + PANEL_GAP / 2
    if plot.scans:
        parts += _scans(plot, axis, y)
        y += SCAN_HEIGHT
    if plot.happened:
        parts += _happened(plot, axis, y)
        y += HAPPENED_HEIGHT
    height = y + 22
    return drawn(
        "svg",
        [
            drawn("title", "Estradiol, testosterone, treatment and scans over time", id="chart-title"),
            drawn("desc", _summary(plot), id="chart-desc"),
            _hatching(),
            *_months(axis, top, y),
            *parts,
        ],
        cls="chart",
        viewBox=f"0 0 {WIDTH:g} {height:g}",
        role="img",
        aria_labelledby="chart-title chart-desc",
    )


def _start(plot: Plot) -> datetime:
    """A little before the first result, scan or AI; a testosterone of many years does not squeeze everything else."""
    firsts = [p.start for p in (*plot.estradiol, *plot.testosterone) if p.start is not None]
    firsts += [scan.at for scan in plot.scans] + [bar.start for bar in plot.bars[AROMATASE_INHIBITOR]]
    if not firsts:
        return plot.as_of - EMPTY_SPAN
    first = min(firsts)
    return min(first - (plot.as_of - first) * 0.03, plot.as_of - LEAST_SPAN)


def _highest(plot: Plot) -> float:
    """Of the axis. One result far off, typed in another unit perhaps, does not press the floor and all others to the ground."""
    values = [point.value for point in plot.estradiol]
    least = max([LEAST_ESTRADIOL, *(floor.value * LEAST_FLOORS for floor in plot.floors)])
    most = max(least, FAR_OFF * median(values)) if values else least
    return max([least, *(value * HEADROOM for value in values if value <= most)])


def _summary(plot: Plot) -> str:
    count = len(plot.estradiol)
    if not count:
        return "No estradiol is on record."
    counted = "1 estradiol result" if count == 1 else f"{count} estradiol results"
    return f"{counted}; the last: {plot.estradiol[-1].text}. The same follows as a table."


def _hatching() -> SafeString:
    line = drawn("path", d="M0 6 L6 0", cls="hatch-line")
    pattern = drawn("pattern", [line], id="hatch", width=6, height=6, patternUnits="userSpaceOnUse")
    return drawn("defs", [pattern])


def _estradiol(plot: Plot, axis: TimeAxis, values: ValueAxis) -> Iterator[SafeString]:
    yield from _frame(f"Estradiol, {plot.estradiol_unit}", axis, values)
    yield from _keys(plot)
    for floor in plot.floors:
        left, right, y = axis.x(floor.start), axis.x(floor.end), values.y(floor.value)
        yield drawn("rect", x=left, y=y, width=right - left, height=values.bottom - y, cls="under-floor")
        yield drawn("line", x1=left, y1=y, x2=right, y2=y, cls=f"floor floor-{floor.assay}")
    yield from _changes(plot, axis, values)
    # Words lie over what they would be crossed by.
    for floor in plot.floors:
        left, right = axis.x(floor.start), axis.x(floor.end)
        # Where its stretch is too short for its words they end where it ends, and are not cut off by the edge.
        fits = right - left >= LETTER * len(floor.text)
        at, side = (left + 4, "floor-text") if fits else (right, "floor-text value-mark")
        text = drawn("text", floor.text, x=at, y=values.bottom - 5, cls=side)
        yield drawn("g", [drawn("title", floor.text), text])
    if not plot.estradiol:
        middle = (values.top + values.bottom) / 2
        yield drawn("text", "No estradiol is on record", x=(axis.left + axis.right) / 2, y=middle, cls="nothing")
    yield from _points(plot.estradiol, axis, values)


def _testosterone(plot: Plot, axis: TimeAxis, values: ValueAxis) -> Iterator[SafeString]:
    yield from _frame(f"Testosterone, {plot.testosterone_unit}", axis, values, marks=2)
    yield from _changes(plot, axis, values)
    yield from _points(plot.testosterone, axis, values)


def _frame(title: str, axis: TimeAxis, values: ValueAxis, marks: int = 4) -> Iterator[SafeString]:
    yield drawn("text", title, x=0, y=values.top - 8, cls="panel-title")
    for y, label in values.marks(marks):
        yield drawn("line", x1=axis.left, y1=y, x2=axis.right, y2=y, cls="grid")
        yield drawn("text", label, x=LEFT - 8, y=y + 4, cls="value-mark")
    if axis.left > LEFT:
        yield drawn(
            "rect",
            x=LEFT,
            y=values.top,
            width=UNDATED_WIDTH - 8,
            height=values.bottom - values.top,
            fill="url(#hatch)",
            cls="undated",
        )


def _keys(plot: Plot) -> Iterator[SafeString]:
    """Which marker is which assay, for those that occur."""
    x = RIGHT
    for assay in reversed([name for name in ASSAYS if any(p.assay == name for p in plot.estradiol)]):
        x -= 8 + 6.3 * len(ASSAYS[assay])
        yield drawn("text", ASSAYS[assay], x=x, y=16, cls="key")
        yield _marker(assay, x - 9, 12)
        x -= 28


def _changes(plot: Plot, axis: TimeAxis, values: ValueAxis) -> Iterator[SafeString]:
    for change in plot.changes:
        if axis.start <= change.at <= axis.end:
            x = axis.x(change.at)
            line = drawn("line", x1=x, y1=values.top, x2=x, y2=values.bottom, cls="change")
            yield drawn("g", [drawn("title", change.text), line])


def _points(points: Sequence[Point], axis: TimeAxis, values: ValueAxis) -> Iterator[SafeString]:
    runs: dict[int, list[Point]] = {}
    for point in points:
        runs.setdefault(point.run, []).append(point)
    for run in runs.values():
        for is_on, part in groupby(run, key=lambda p: p.value <= values.highest):
            places = [f"{_x(p, axis):.1f},{values.y(p.value):.1f}" for p in part]
            if is_on and len(places) > 1:
                yield drawn("polyline", points=" ".join(places), cls="run")
    for point in points:
        yield drawn("g", [drawn("title", point.text), *_point(point, axis, values)], cls="point")


def _point(point: Point, axis: TimeAxis, values: ValueAxis) -> Iterator[SafeString]:
    x, y = _x(point, axis), values.y(min(point.value, values.highest))
    if point.value > values.highest:
        yield drawn("text", f"{point.comparator.value}{point.value:g}, off the scale", x=x + 8, y=y + 12, cls="off-scale")
    if point.start is not None and not point.is_dated:
        left, right = axis.x(point.start), axis.x(point.end)
        yield drawn("rect", x=left, y=y - 7, width=right - left, height=14, fill="url(#hatch)", cls="undated")
    if point.comparator.censors:
        upward = point.comparator in UPWARD
        end = values.top if upward else values.bottom
        head = 7 if upward else -7
        yield drawn("path", d=f"M{x - 6:.1f} {y:.1f} H{x + 6:.1f} M{x:.1f} {y:.1f} V{end:.1f}", cls="censored")
        yield drawn(
            "path", d=f"M{x - 4.5:.1f} {end + head:.1f} L{x:.1f} {end:.1f} L{x + 4.5:.1f} {end + head:.1f}", cls="censored"
        )
    yield _marker(point.assay, x, y)


def _x(point: Point, axis: TimeAxis) -> float:
    if point.start is None:
        return LEFT + (UNDATED_WIDTH - 8) / 2
    return axis.x(point.start + (point.end - point.start) / 2)


def _marker(assay: str, x: float, y: float) -> SafeString:
    if assay == MASS_SPECTROMETRY:
        return drawn("circle", cx=x, cy=y, r=4.6, cls="marker marker-ms")
    if assay == IMMUNOASSAY:
        return drawn("rect", x=x - 4.2, y=y - 4.2, width=8.4, height=8.4, cls="marker marker-ia")
    return drawn("path", d=f"M{x:.1f} {y - 5.2:.1f} L{x + 5:.1f} {y + 4:.1f} H{x - 5:.1f} Z", cls="marker marker-unknown")


def _lane(plot: Plot, drug_class: str, title: str, axis: TimeAxis, y: float) -> Iterator[SafeString]:
    yield drawn("text", title, x=0, y=y + 10, cls="panel-title")
    bars = plot.bars[drug_class]
    top, bottom = y + TITLE, y + TITLE + LANE_HEIGHT
    highest = max((bar.weekly or 0.0 for bar in bars), default=0.0) or 1.0
    for bar in bars:
        if bar.end > axis.start:
            yield drawn(
                "g", [drawn("title", f"{bar.text}, {bar.basis}"), *_bar(bar, axis, ValueAxis(highest * 1.1, top, bottom))]
            )
    yield drawn("line", x1=axis.left, y1=bottom, x2=axis.right, y2=bottom, cls="grid")
    for dose in plot.doses[drug_class]:
        if dose.at >= axis.start:
            x = axis.x(dose.at)
            mark = f"M{x - 2.5:.1f} {bottom + 4:.1f} l5 5 m0 -5 l-5 5" if dose.is_skipped else f"M{x:.1f} {bottom + 3:.1f} v7"
            kind = "dose-skipped" if dose.is_skipped else "dose-taken"
            yield drawn("g", [drawn("title", dose.text), drawn("path", d=mark, cls=kind)])


def _bar(bar: Bar, axis: TimeAxis, values: ValueAxis) -> Iterator[SafeString]:
    left, right = axis.x(bar.start), axis.x(bar.end)
    y = values.y(bar.weekly) if bar.weekly is not None else values.y(values.highest / 2)
    hatched = {"fill": "url(#hatch)"} if bar.weekly is None else {}
    yield drawn(
        "rect", x=left, y=y, width=max(right - left, 1), height=values.bottom - y, cls=f"course course-{bar.basis}", **hatched
    )
    amount = "?" if bar.weekly is None else f"{bar.weekly:g}"
    label = f"{bar.drug} {amount}" if right - left > 7 * (len(bar.drug) + len(amount)) else amount
    if right - left > 7 * len(label):
        fits = values.bottom - y >= TEXT_HEIGHT
        yield drawn("text", label, x=left + 5, y=values.bottom - 6 if fits else y - 4, cls="course-text")


def _scans(plot: Plot, axis: TimeAxis, y: float) -> Iterator[SafeString]:
    yield drawn("text", "DXA", x=0, y=y + 12, cls="panel-title")
    for scan in plot.scans:
        x = axis.x(scan.at)
        diamond = drawn("path", d=f"M{x:.1f} {y + 1:.1f} l7 7 l-7 7 l-7 -7 Z", cls="scan")
        yield drawn("g", [drawn("title", scan.text), diamond])


def _happened(plot: Plot, axis: TimeAxis, y: float) -> Iterator[SafeString]:
    """Findings as triangles, symptoms as dots beside them; below them what was asked for, proposed and decided as squares."""
    yield drawn("text", "Findings, symptoms and decisions", x=0, y=y + 10, cls="panel-title")
    for mark in plot.happened:
        x = axis.x(mark.at)
        if mark.kind == DECISION:
            shape = drawn("rect", x=x - 4.5, y=y + 29, width=9, height=9, cls="decision")
        elif mark.kind == SYMPTOM:
            shape = drawn("circle", cx=x, cy=y + 21, r=3.5, cls="symptom-mark")
        else:
            shape = drawn("path", d=f"M{x:.1f} {y + 16:.1f} l5.5 9 h-11 Z", cls="finding-mark")
        yield drawn("g", [drawn("title", mark.text), shape])


def _months(axis: TimeAxis, top: float, bottom: float) -> Iterator[SafeString]:
    for x, label in axis.marks():
        yield drawn("line", x1=x, y1=top, x2=x, y2=bottom, cls="month")
        yield drawn("text", label, x=x, y=bottom + 15, cls="month-name")
