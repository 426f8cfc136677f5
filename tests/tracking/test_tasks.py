"""Time passes without writes."""

from __future__ import annotations

from datetime import timedelta

from tracking import tasks
from tracking.domain.actor import Actor
from tracking.models import Evaluation
from tracking.services import evaluations, labs
from tracking.services.access import acting_as


def test_a_result_grows_too_old_by_itself_and_is_looked_at_once(adam, now, monkeypatch):
    by = Actor.user(adam.user_id)
    sent = {"analyte": "estradiol", "value": "24", "unit": "pg/mL", "collected_at": "2026-10-20T08:10:00+02:00"}
    first = labs.record(patient=adam, by=by, now=now, **sent).current
    assert (first.word, first.state) == ("not_below", "current")
    assert tasks.reevaluate_due() == 0

    monkeypatch.setattr("tracking.clock.now", lambda: now + timedelta(days=400))
    assert tasks.reevaluate_due() == 1
    assert tasks.reevaluate_due() == 0
    with acting_as(by):
        latest = evaluations.of(adam)
        stored = Evaluation.objects.count()
    assert (latest.word, latest.state) == ("no_current_data", "stale")
    assert latest.as_of == now + timedelta(days=400)
    # Before the lab, with it, and once it was too old: nothing else was worth a row.
    assert stored == 3
