"""A man's serum curve by his record as it stands. It is made when asked for and stored nowhere."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from tracking.domain import serum_curve
from tracking.domain.moments import start_of_day
from tracking.domain.serum_curve import SerumCurve
from tracking.evidence import load_rulebook
from tracking.models import Patient
from tracking.services.history import history_of
from tracking.services.lived import local_today

__all__ = ["MOST_DAYS", "MOST_POINTS", "USUAL_DAYS", "USUAL_POINTS", "SerumCurve", "of"]

MOST_DAYS, MOST_POINTS = serum_curve.MOST_DAYS, serum_curve.MOST_POINTS
USUAL_DAYS, USUAL_POINTS = 90, 200


def of(
    man: Patient, *, now: datetime, first: date | None = None, last: date | None = None, points: int = USUAL_POINTS
) -> SerumCurve:
    """From the start of the local day ``first`` to the end of ``last``, or until now. Raises :class:`Problem`."""
    last = last or local_today(man, now)
    first = first or last - timedelta(days=USUAL_DAYS - 1)
    start, end = start_of_day(first, man.zone), start_of_day(last + timedelta(days=1), man.zone)
    serum_curve.check_window(start, end, points, now=now)
    return serum_curve.serum_curve(history_of(man), load_rulebook(), now, start=start, end=end, points=points)
