"""Bone markers against his own baseline: only what can be compared is compared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.tracking.domain.build import NOW, anastrozole, cypionate, day, lab, man, pair, scan, site
from tracking.domain.evaluate import Finding, evaluate
from tracking.domain.reported import Precision
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()


def marker(
    text: str,
    ago: int,
    analyte: str = "ctx",
    *,
    unit: str = "",
    laboratory: str = "Bell Lab",
    fasting: bool | None = True,
    **more: Any,
) -> Any:
    unit = unit or {"ctx": "pg/mL", "p1np": "ug/L"}[analyte]
    record = lab(text, day(ago), analyte=analyte, unit=unit, key=f"{analyte}-{text}@{ago}", **more)
    return replace(record, laboratory=laboratory, fasting=fasting)


def finding(*labs: Any, **rows: Any) -> Finding | None:
    found = {f.code: f for f in evaluate(man(labs=labs, **rows), RULEBOOK, NOW).findings}
    return found.get("bone_marker_rise")


@pytest.mark.parametrize(
    ("labs", "there"),
    [
        ((marker("300", 200), marker("389", 10)), False),
        ((marker("300", 200), marker("390", 10)), True),
        ((marker("0.300", 200, unit="ng/mL"), marker("390", 10)), True),
        ((marker("40", 200, "p1np"), marker("49.9", 10, "p1np")), False),
        ((marker("40", 200, "p1np"), marker("50", 10, "p1np")), True),
        ((marker("300", 200, laboratory="Other"), marker("500", 10)), False),
        ((marker("300", 200, laboratory=""), marker("500", 10, laboratory="")), False),
        ((marker("300", 200, fasting=None), marker("500", 10)), False),
        ((marker("300", 200), marker("500", 10, fasting=False)), False),
        ((marker("300", 200, at="06:59"), marker("500", 10)), False),
        ((marker("300", 200), marker("500", 10, at="10:00")), False),
        ((marker("300", 200), marker("500", 10, precision=Precision.DAY)), False),
        ((marker("<300", 200), marker("500", 10)), False),
        ((marker("300", 200, method="immunoassay"), marker("500", 10, method="unknown")), False),
        ((marker("0", 200), marker("500", 10)), False),
        ((marker("500", 10),), False),
    ],
)
def test_what_counts_as_a_rise(labs: tuple[Any, ...], there: bool) -> None:
    assert (finding(*labs) is not None) is there


def test_the_baseline_is_the_last_before_the_ai() -> None:
    labs = (marker("200", 900), marker("300", 810), marker("350", 400), marker("389", 10))
    on_ai = [anastrozole(day(800)), cypionate(day(950))]
    assert finding(*labs, regimens=on_ai) is None
    risen = finding(*labs[:3], marker("390", 10), regimens=on_ai)
    assert risen is not None
    assert risen.inputs == ("ctx-390@10", "ctx-300@810")


def test_without_an_ai_the_baseline_is_the_first() -> None:
    assert finding(marker("200", 900), marker("300", 810), marker("350", 10)) is not None


def test_both_markers_are_one_finding() -> None:
    risen = finding(marker("300", 200), marker("450", 10), marker("40", 200, "p1np"), marker("60", 10, "p1np"))
    assert risen is not None
    assert (risen.priority, len(risen.inputs)) == ("P4", 4)
    assert risen.prescriber == (
        "CTX (C-telopeptide) 450 pg/mL on 23 Oct, +50 % from 300 pg/mL on 16 Apr and "
        "P1NP 60 ug/L on 23 Oct, +50 % from 40 ug/L on 16 Apr: a rise over his own baseline."
    )


def test_a_newer_draw_that_cannot_be_compared_takes_nothing_back() -> None:
    assert finding(marker("300", 200), marker("450", 30), marker("300", 10, fasting=None)) is not None


def test_a_normal_marker_clears_nothing() -> None:
    rows = {"regimens": [anastrozole(day(800)), cypionate(day(900))], "scans": [scan(day(790), site(t="-0.5"))]}
    low = pair("12.0", day(5))
    without = [f.code for f in evaluate(man(labs=low, **rows), RULEBOOK, NOW).findings]
    normal = [marker("300", 810), marker("250", 10)]
    assert [f.code for f in evaluate(man(labs=[*low, *normal], **rows), RULEBOOK, NOW).findings] == without
