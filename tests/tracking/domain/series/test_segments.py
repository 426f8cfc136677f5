"""What of a series may be joined, and why it is cut."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.tracking.domain.build import NOW, WEEKLY, anastrozole, cypionate, day, dose, lab, man
from tracking.domain.evaluate import gather
from tracking.domain.reported import Precision
from tracking.domain.series import Segment
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()


def segments(*labs: Any, **rows: Any) -> tuple[Segment, ...]:
    return gather(man(labs=labs, **rows), RULEBOOK, NOW).series.segments


def keys(*labs: Any, **rows: Any) -> list[tuple[str, ...]]:
    return [segment.keys for segment in segments(*labs, **rows)]


def test_results_by_one_assay_under_one_regimen_are_one_segment() -> None:
    labs = [lab("20", day(90), key="a"), lab("22", day(60), method="gcms", key="b"), lab("21", day(5), key="c")]
    (segment,) = segments(*labs, regimens=[anastrozole(day(300))])
    assert (segment.keys, segment.assay, segment.cut, segment.why) == (("a", "b", "c"), "mass_spectrometry", "first", "")


def test_each_class_of_assay_is_a_line_of_its_own_which_another_does_not_break() -> None:
    labs = [lab("20", day(90), key="a"), lab("30", day(60), method="immunoassay", key="b"), lab("21", day(5), key="c")]
    assert keys(*labs) == [("a", "c"), ("b",)]
    assert segments(*labs)[1].why == "The first by this kind of assay: nothing before it is comparable."


@pytest.mark.parametrize(
    ("method", "evidence", "assay"),
    [
        ("lcmsms", "lab_message", "mass_spectrometry"),
        ("gcms", "staff_verified", "mass_spectrometry"),
        ("lcmsms", "self_declared", "not_shown"),
        ("immunoassay", "lab_message", "immunoassay"),
        ("immunoassay", "self_declared", "immunoassay"),
        ("unknown", "lab_message", "not_shown"),
    ],
)
def test_mass_spectrometry_is_a_class_only_where_it_is_shown(method: str, evidence: str, assay: str) -> None:
    assert [segment.assay for segment in segments(lab("20", day(5), method=method, evidence=evidence))] == [assay]


def test_a_change_cuts_and_is_named() -> None:
    rows = [cypionate(day(900)), anastrozole(day(60))]
    cut = segments(lab("20", day(90), key="a"), lab("18", day(5), key="b"), regimens=rows)
    assert [segment.keys for segment in cut] == [("a",), ("b",)]
    assert (cut[1].cut, cut[1].why) == ("change", "Cut at the start of anastrozole on 3 Sep.")


def test_a_change_on_the_day_of_a_draw_comes_after_it() -> None:
    labs = [lab("20", day(60), key="a"), lab("18", day(5), key="b")]
    assert keys(*labs, regimens=[anastrozole(day(60))]) == [("a",), ("b",)]
    assert keys(*labs, regimens=[anastrozole(day(5))]) == [("a", "b")]


def test_a_result_whose_day_is_not_known_is_in_no_segment() -> None:
    labs = [lab("20", day(90), key="a"), lab("30", day(60), precision=Precision.MONTH, key="m")]
    series = gather(man(labs=labs), RULEBOOK, NOW).series
    assert ([segment.keys for segment in series.segments], series.undated) == ([("a",)], ("m",))


def drawn(hours: int, week: int) -> Any:
    """So many hours after the shot of a week."""
    at = datetime(2026, 9, 7, 12, tzinfo=UTC) + timedelta(weeks=week, hours=hours)
    return lab("22", at.date(), at=f"{at.hour - 4:02d}:00", key=f"{week}")


def weekly(*labs: Any, doses: bool = True, **more: Any) -> tuple[Segment, ...]:
    shots = [dose("testosterone_cypionate", date(2026, 9, 7) + timedelta(weeks=n), "80", at="08:00") for n in range(8)]
    return segments(*labs, regimens=[cypionate(day(900), schedule=WEEKLY, **more)], doses=shots if doses else [])


def test_known_and_different_phases_are_cut() -> None:
    cut = weekly(drawn(24, 0), drawn(24, 1), drawn(150, 2))
    assert [segment.keys for segment in cut] == [("0", "1"), ("2",)]
    assert (cut[1].cut, cut[0].badges) == ("phase", ())


def test_an_unknown_phase_badges_and_does_not_cut() -> None:
    (segment,) = weekly(drawn(24, 0), drawn(150, 1), doses=False)
    assert (segment.keys, segment.badges) == (("0", "1"), ("phase_unknown",))


def test_an_unknown_phase_between_two_different_ones_does_not_join_them() -> None:
    between = lab("22", date(2026, 9, 17), precision=Precision.DAY, key="u")
    assert [segment.keys for segment in weekly(drawn(24, 0), between, drawn(150, 2))] == [("0", "u"), ("2",)]


def test_frequent_dosing_does_not_tell_phases_apart() -> None:
    rows = [cypionate(day(900))]  # every 3.5 days
    shots = [dose("testosterone_cypionate", day(40), "80"), dose("testosterone_cypionate", day(7), "80")]
    labs = [lab("22", day(39), key="a"), lab("22", day(4), key="b")]
    assert keys(*labs, regimens=rows, doses=shots) == [("a", "b")]
