"""A regimen that is entered for the past says what it does to results drawn since, before and after it is stored."""

from __future__ import annotations

from datetime import date

import pytest

from tests.conftest import NOW
from tests.tracking.services.test_regimens import AI
from tracking.domain.actor import Actor
from tracking.domain.history import Origin
from tracking.models import DueItem, Evaluation, Regimen
from tracking.services import consequences, labs, regimens
from tracking.services.access import acting_as


@pytest.fixture
def himself(adam):
    return Actor.user(adam.user_id)


@pytest.fixture
def drawn(adam, himself):
    """24 pg/mL on 1 October."""
    sent = {"analyte": "estradiol", "value": "24.0", "unit": "pg/mL", "collected_at": "2026-10-01T08:00:00+02:00"}
    return labs.record(patient=adam, by=himself, now=NOW, **sent).row


def start(adam, himself, *, dry_run=False, **sent):
    def write():
        return regimens.start(patient=adam, by=himself, now=NOW, origin=Origin.SELF, **(AI | sent))

    return consequences.told(write, patient=adam, by=himself, now=NOW, dry_run=dry_run)


def test_a_start_before_the_draw_leaves_it_unsettled(adam, himself, drawn):
    _, found = start(adam, himself, starts_on=date(2026, 9, 25))
    (affected,) = found.results
    assert (affected.key, affected.drawn_on) == (str(drawn.uid), date(2026, 10, 1))
    assert "not_at_steady_state" in affected.now
    assert "not_at_steady_state" not in affected.was


def test_a_start_after_the_draw_supersedes_it_and_the_verdict(adam, himself, drawn):
    _, found = start(adam, himself, starts_on=date(2026, 10, 10))
    (affected,) = found.results
    assert "superseded_by_change" in affected.now
    assert (found.verdict_was.state, found.verdict_now.state) == ("current", "superseded_by_change")
    assert {move.kind for move in found.due if move.was is None} >= {"lab_e2_t", "dexa"}


def test_a_start_to_come_touches_no_result(adam, himself, drawn):
    _, found = start(adam, himself, starts_on=date(2026, 12, 10), review_on=None)
    assert found.results == ()
    assert found.verdict_was == found.verdict_now


def test_a_dry_run_tells_the_same_and_stores_nothing(adam, himself, drawn):
    def stored():
        with acting_as(himself):
            tables = (Regimen, Evaluation, DueItem)
            adam.refresh_from_db()
            return [table.objects.filter(patient=adam).count() for table in tables] + [adam.revision]

    before = stored()
    _, foretold = start(adam, himself, dry_run=True, starts_on=date(2026, 10, 10))
    assert stored() == before
    _, found = start(adam, himself, starts_on=date(2026, 10, 10))
    assert found == foretold
    assert stored() != before


def test_a_dry_run_refuses_what_would_be_refused(adam, himself):
    with pytest.raises(Exception, match="/reason"):
        start(adam, himself, dry_run=True, reason="")
