"""A clock was ahead and is right again: what was written in the meantime lies in the future, and holds nothing up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from tests.conftest import NOW
from tracking.domain.actor import Actor
from tracking.models import BreakGlass, Episode, Standing, User
from tracking.services import break_glass, consent, episodes, evaluations, labs, overrides
from tracking.services.access import acting_as

AHEAD = NOW + timedelta(days=1)
SYSTEM = Actor.system("test")
FLOOR = {"reason": "fracture last year", "expires_on": date(2027, 5, 1)}


def test_a_man_ends_a_consent_that_began_in_the_future(adam, clinic, dr_bell):
    by = Actor.user(adam.user_id)
    care = consent.grant(patient=adam, clinic_uid=clinic.uid, by=by, now=AHEAD)
    consent.revoke(patient=adam, uid=care.uid, by=by, now=NOW)
    with acting_as(by):
        care.refresh_from_db()
    assert care.revoked_at == AHEAD, "no sooner than it began"


SETTINGS: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "his floor": (
        lambda man, clinic, **who: overrides.set_floor(patient=man, floor="25", **FLOOR, **who),
        lambda man, clinic, row, **who: overrides.end_floor(patient=man, uid=row.uid, **who),
    ),
    "the clinic's floor": (
        lambda man, clinic, **who: overrides.set_clinic_floor(clinic_uid=clinic.uid, floor="25", **FLOOR, **who),
        lambda man, clinic, row, **who: overrides.end_clinic_floor(clinic_uid=clinic.uid, **who),
    ),
    "his interval": (
        lambda man, clinic, **who: overrides.set_interval(patient=man, kind="psa", every_months=6, **FLOOR, **who),
        lambda man, clinic, row, **who: overrides.end_interval(patient=man, uid=row.uid, **who),
    ),
}


@pytest.mark.parametrize("what", SETTINGS)
def test_a_prescriber_ends_a_setting_that_was_made_in_the_future(what, adam, clinic, dr_bell, in_care):
    make, end = SETTINGS[what]
    by = Actor.user(dr_bell.pk)
    row = make(adam, clinic, by=by, now=AHEAD)
    assert end(adam, clinic, row, by=by, now=NOW).ended_at == AHEAD


def test_a_superuser_closes_what_he_opened_in_the_future(adam):
    root = User.objects.create_superuser("root@example.org", "x", name="Root")
    opened = break_glass.open_record(email="adam@example.org", reason="He asked support why.", by=root, now=AHEAD)
    break_glass.close(uid=opened.uid, by=root, now=NOW)
    with acting_as(SYSTEM):
        assert BreakGlass.objects.get().closed_at == AHEAD


def measured(man: Any, *, value: str, now: Any, **more: Any) -> Any:
    sent = {"analyte": "estradiol", "unit": "pg/mL", "method": "lcmsms", "method_evidence": "staff_verified"}
    at = (NOW - timedelta(days=3)).isoformat()
    by = Actor.user(man.user_id)
    return labs.record(patient=man, by=by, now=now, staff=True, value=value, collected_at=at, **sent, **more)


def test_a_man_withdraws_the_result_that_an_episode_was_opened_for_in_the_future(adam):
    measured(adam, value="4.0", now=AHEAD, client_id="a")
    by = Actor.user(adam.user_id)
    labs.withdraw(patient=adam, key="a", by=by, now=NOW, reason="it is another man's")
    with acting_as(SYSTEM):
        ended = Episode.objects.exclude(resolved_at=None).get(patient=adam, family="e2_low")
    assert ended.resolved_at == ended.opened_at == AHEAD


def test_a_prescriber_puts_off_again_what_was_put_off_in_the_future(adam, dr_bell, in_care):
    measured(adam, value="4.0", now=NOW)
    by = Actor.user(dr_bell.pk)
    with acting_as(SYSTEM):
        row = Episode.objects.get(patient=adam, family="e2_low")
    told = {"patient": adam, "uid": row.uid, "by": by}
    row = episodes.snooze(**told, now=NOW + timedelta(hours=1), revision=row.revision, until=AHEAD, reason="called him")
    row = episodes.snooze(**told, now=NOW, revision=row.revision, until=AHEAD - timedelta(hours=1), reason="called again")
    assert row.first_snoozed_at == row.snoozed_at == NOW


def test_a_man_who_was_looked_at_as_of_the_future_is_looked_at_again(adam):
    evaluations.reevaluate(adam.pk, by=SYSTEM, now=AHEAD)
    with acting_as(SYSTEM):
        assert evaluations.changing_by(AHEAD, limit=5) == []
        assert evaluations.changing_by(NOW, limit=5) == [adam.pk]
    evaluations.reevaluate(adam.pk, by=SYSTEM, now=NOW)
    with acting_as(SYSTEM):
        assert Standing.objects.get(patient=adam).evaluated_at == NOW
        assert evaluations.changing_by(NOW, limit=5) == []
