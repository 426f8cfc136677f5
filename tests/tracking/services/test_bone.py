"""Scans, fractures and risk factors: refused with the field named, and withdrawn only by who entered them, or by staff."""

from __future__ import annotations

from datetime import date

import pytest

from tracking.domain.actor import Actor
from tracking.domain.problems import Problem
from tracking.models import DexaScan, DexaSite, RiskFactor
from tracking.services import bone, evaluations, rulebooks
from tracking.services.access import acting_as

SITE = {"region": "total_hip", "side": "left", "bmd": "0.9810", "unit": "g/cm2", "t_score": "-0.9", "lsc": "0.027"}


SMOKES = {"code": "smoking", "since": date(2010, 1, 1)}


@pytest.fixture
def himself(adam):
    return Actor.user(adam.user_id)


def a_scan(adam, by, now, **site):
    return bone.record_scan(patient=adam, by=by, now=now, scanned_on=date(2026, 9, 1), sites=[SITE | site])[0]


def test_digits_of_a_scan_stay_as_reported(adam, himself, now):
    a_scan(adam, himself, now)
    with acting_as(himself):
        site = DexaSite.objects.get()
    assert (site.bmd_digits, site.bmd_unit, site.t_score, site.lsc_digits) == ("0.9810", "g/cm2", "-0.9", "0.027")


@pytest.mark.parametrize(
    ("site", "pointer"),
    [
        ({"bmd": "0,981"}, "/sites/0/bmd"),
        ({"bmd": "3.1"}, "/sites/0/bmd"),
        ({"unit": ""}, "/sites/0/unit"),
        ({"region": "skull"}, "/sites/0/region"),
        ({"t_score": "1E+999999999"}, "/sites/0/t_score"),
        ({"t_score": "-1.555"}, "/sites/0/t_score"),
        ({"t_score": "-11"}, "/sites/0/t_score"),
        ({"lsc": "0"}, "/sites/0/lsc"),
    ],
)
def test_a_bad_site_is_named_and_nothing_is_stored(adam, himself, now, site, pointer):
    with pytest.raises(Problem) as refused:
        a_scan(adam, himself, now, **site)
    assert [issue.pointer for issue in refused.value.issues] == [pointer]
    with acting_as(himself):
        assert not DexaScan.objects.exists()


def test_a_man_does_not_withdraw_the_scan_of_his_clinic(in_care, adam, dr_bell, himself, now):
    scan = a_scan(adam, Actor.user(dr_bell.pk), now)
    given = {"patient": adam, "of": DexaScan, "key": str(scan.uid), "now": now, "reason": "I do not like it"}
    with pytest.raises(Problem) as refused:
        bone.withdraw(by=himself, **given)
    assert refused.value.kind == "forbidden"
    bone.withdraw(by=Actor.user(dr_bell.pk), staff=True, **given)
    with acting_as(himself):
        assert DexaScan.objects.get().withdrawn_at == now


def test_a_risk_factor_comes_from_the_checklist(adam, himself, now):
    with pytest.raises(Problem, match="Accepted: alcohol_excess"):
        bone.record_risk_factor(patient=adam, by=himself, now=now, code="baldness")
    bone.record_risk_factor(patient=adam, by=himself, now=now, code="smoking", since=date(2010, 1, 1))
    with acting_as(himself):
        assert RiskFactor.objects.get().code == "smoking"


def test_a_moved_scanner_is_stored_with_its_history_and_voids_the_error_of_measurement(adam, himself, now):
    for year, moved in ((2024, False), (2026, True)):
        given = {"scanned_on": date(year, 9, 1), "device": "Horizon 1", "scanner_changed": moved}
        bone.record_scan(patient=adam, by=himself, now=now, sites=[SITE | {"bmd": f"0.{year - 1100}"}], **given)
    with acting_as(himself):
        assert DexaScan.objects.get(scanned_on=date(2026, 9, 1)).history.get().scanner_changed
        (change,) = rulebooks.basis_of(evaluations.of(adam))["bone"]["changes"]
    assert (change["verdict"], change["why"]) == ("undetermined", "scanner_changed")


def test_a_condition_ends_by_a_correction_and_the_former_is_kept(adam, himself, now):
    row, _ = bone.record_risk_factor(patient=adam, by=himself, now=now, client_id="r", **SMOKES)
    ended, _ = bone.correct_risk_factor(patient=adam, key="r", by=himself, now=now, **SMOKES, until=date(2026, 10, 1))
    with acting_as(himself):
        assert ended.supersedes_id == row.pk
        assert rulebooks.basis_of(evaluations.of(adam))["risk"]["level"] == "standard"
    again, is_new = bone.correct_risk_factor(patient=adam, key="r", by=himself, now=now, **SMOKES, until=date(2026, 10, 1))
    assert (again.pk, is_new) == (ended.pk, False)


def test_a_condition_of_his_childhood_is_taken(adam, himself, now):
    row, _ = bone.record_risk_factor(patient=adam, by=himself, now=now, code="malabsorption", since=date(1984, 1, 1))
    assert row.since == date(1984, 1, 1)


def test_what_a_clinic_stated_is_not_his_to_correct(adam, himself, now, in_care, dr_bell):
    bell = Actor.user(dr_bell.pk)
    bone.record_risk_factor(patient=adam, by=bell, now=now, client_id="theirs", code="kidney_disease")
    with pytest.raises(Problem) as refused:
        bone.correct_risk_factor(patient=adam, key="theirs", by=himself, now=now, code="kidney_disease", until=date(2026, 9, 1))
    assert refused.value.kind == "forbidden"


def test_a_condition_kept_for_the_record_is_not_counted(adam, himself, now):
    for code in ("liver_disease", "metabolic_disease", "hypogonadism"):
        bone.record_risk_factor(patient=adam, by=himself, now=now, code=code)
    with acting_as(himself):
        assert rulebooks.basis_of(evaluations.of(adam))["risk"]["level"] == "standard"
    bone.record_risk_factor(patient=adam, by=himself, now=now, code="malabsorption")
    with acting_as(himself):
        assert rulebooks.basis_of(evaluations.of(adam))["risk"]["level"] == "moderate"


@pytest.mark.parametrize(
    ("days", "refusal"),
    [
        ({"since": date(2026, 11, 3)}, ("/since", "in-the-future")),
        ({"until": date(2026, 11, 3)}, ("/until", "in-the-future")),
        ({"since": date(1970, 1, 1)}, ("/since", "before-birth")),
        ({"since": date(2026, 1, 2), "until": date(2026, 1, 1)}, ("/until", "ends-before-start")),
    ],
)
def test_the_days_of_a_condition_lie_in_his_life_and_in_order(adam, himself, now, days, refusal):
    with pytest.raises(Problem) as refused:
        bone.record_risk_factor(patient=adam, by=himself, now=now, code="smoking", **days)
    assert [(issue.pointer, issue.code) for issue in refused.value.issues] == [refusal]
