"""Lives of years, with draws enough that looking back a part of the way and all of it can differ. All invented."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tests.tracking.domain.build import (
    TWICE_WEEKLY,
    WEEKLY,
    anastrozole,
    cypionate,
    day,
    dose,
    lab,
    man,
    regimen,
    total_testosterone,
)
from tracking.domain.history import History
from tracking.domain.reported import Precision
from tracking.domain.schedule import Schedule

YEARS = 1500
_LONG = st.sampled_from([Decimal(90), Decimal(182)])
SCHEDULES = st.sampled_from([TWICE_WEEKLY, WEEKLY, Schedule("weekdays", weekdays=("mon", "tue")), Schedule("as_needed")])
TEXTS = st.sampled_from(["8.0", "12", "15.9", "16.0", "19.9", "24.0", "38", "60.5", "<10", "<24"])
METHODS = st.sampled_from(["lcmsms", "lcmsms", "immunoassay", "unknown"])
PRECISIONS = st.sampled_from([*[Precision.MINUTE] * 5, Precision.DAY, Precision.MONTH, Precision.UNKNOWN])


@st.composite
def long_lives(draw: Any) -> History:
    """Testosterone, an AI whose dose changes a few times, draws of both hormones, and perhaps a log."""
    labs = []
    for number, (back, text) in enumerate(draw(st.lists(st.tuples(st.integers(0, YEARS), TEXTS), max_size=14))):
        precision = draw(PRECISIONS)
        labs.append(
            lab(text, day(back), key=f"e{number}", method=draw(METHODS), precision=precision, typed=draw(st.booleans()))
        )
        if draw(st.booleans()) or draw(st.booleans()):
            labs.append(total_testosterone("600", day(back), key=f"t{number}", precision=precision))
    regimens = [cypionate(day(YEARS), schedule=draw(SCHEDULES), key="t")] if draw(st.booleans()) else []
    edges = sorted(draw(st.lists(st.integers(-30, YEARS), max_size=5, unique=True)), reverse=True)
    for number, back in enumerate(edges):
        ends = day(edges[number + 1]) if number + 1 < len(edges) else draw(st.sampled_from([None, day(back - 60)]))
        mg = draw(st.sampled_from(["0.25", "0.5", "1"]))
        regimens.append(anastrozole(day(back), ends, dose=mg, schedule=draw(SCHEDULES), key=f"ai{number}"))
    if draw(st.booleans()):
        other = draw(st.sampled_from(["testosterone_undecanoate_im", "testosterone_pellets", "letrozole", "denosumab"]))
        regimens.append(
            regimen(other, day(draw(st.integers(0, YEARS))), key="other", schedule=Schedule("every", days=draw(_LONG)))
        )
    regimens = [replace(row, review_on=draw(st.sampled_from([None, None, day(10)]))) for row in regimens]
    return man(labs=labs, regimens=regimens, doses=_log(draw))


def _log(draw: Any) -> list[Any]:
    """A log that was kept for some time, with a dose skipped here and there, and single doses beside it."""
    first, last, apart = draw(st.integers(0, YEARS)), draw(st.integers(-10, 400)), draw(st.sampled_from([3, 7]))
    kept = range(first, min(last, first), -apart)[:40]
    skipped = draw(st.sets(st.sampled_from(list(kept)), max_size=3)) if kept else set()
    drug = draw(st.sampled_from(["anastrozole", "testosterone_cypionate"]))
    doses = [
        dose(drug, day(back), None if back in skipped else "1", kind="skipped" if back in skipped else "taken", key=f"l{back}")
        for back in kept
    ]
    single = draw(
        st.lists(st.tuples(st.sampled_from(["anastrozole", "biotin", "denosumab"]), st.integers(-10, YEARS)), max_size=4)
    )
    return doses + [dose(drug, day(back), "10", key=f"d{number}") for number, (drug, back) in enumerate(single)]
