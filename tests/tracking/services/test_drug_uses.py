"""That he uses a drug without a known dose: in force for the evaluation, and never two of one drug at a time."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tracking.domain.actor import Actor
from tracking.domain.history import Origin
from tracking.domain.problems import Problem
from tracking.models import DrugUse
from tracking.services import drug_uses, evaluations, regimens, rulebooks
from tracking.services.access import acting_as

SINCE = date(2026, 3, 1)


@pytest.fixture
def himself(adam):
    return Actor.user(adam.user_id)


@pytest.fixture
def use(adam, himself, now):
    def record(drug: str = "anastrozole", since: date | None = SINCE, **more: Any) -> tuple[DrugUse, bool]:
        return drug_uses.record(patient=adam, by=himself, now=now, drug=drug, since=since, **more)

    return record


@pytest.fixture
def basis(adam, himself):
    def read() -> dict[str, Any]:
        with acting_as(himself):
            found: dict[str, Any] = rulebooks.basis_of(evaluations.of(adam))
            return found

    return read


def test_an_ai_whose_dose_nobody_knows_is_an_ai(use, basis):
    use()
    (drug,) = basis()["context"]["now"]["ai"]
    assert (drug["basis"], drug["since"], drug["weekly_mg"]) == ("used", "2026-03-01", None)
    assert "no_current_e2_on_ai" in {finding["code"] for finding in basis()["findings"]}
    assert "ai_dose" in {item["code"] for item in basis()["missing"]}


def test_a_regimen_that_says_how_much_takes_over(use, basis, adam, himself, now):
    use()
    plan = {"dose_mg": "0.5", "schedule": {"kind": "every", "days": "3.5"}, "starts_on": date(2026, 9, 1)}
    regimens.start(patient=adam, by=himself, now=now, origin=Origin.SELF, drug="anastrozole", reason="tenderness", **plan)
    (drug,) = basis()["context"]["now"]["ai"]
    assert (drug["basis"], drug["weekly_mg"]) == ("self", "1")
    assert basis()["context"]["ai_since"] == "2026-03-01"


def test_it_ends_by_a_correction(use, basis, adam, himself, now):
    use(client_id="u")
    drug_uses.correct(patient=adam, key="u", by=himself, now=now, drug="anastrozole", since=SINCE, until=date(2026, 10, 1))
    assert basis()["context"]["now"]["ai"] == []
    assert basis()["context"]["last_change"]["kind"] == "stop"


def test_the_same_drug_is_not_used_twice_at_a_time(use, himself):
    use(until=date(2026, 5, 1))
    for since, until in ((SINCE, None), (date(2026, 4, 30), None), (date(2026, 1, 1), date(2026, 3, 2))):
        with pytest.raises(Problem) as refused:
            use(since=since, until=until)
        assert [(issue.pointer, issue.code) for issue in refused.value.issues] == [("/since", "use-overlap")]
    use(since=date(2026, 5, 1))
    use(drug="finasteride", since=None)
    with pytest.raises(Problem, match="on record for a part of that time"):
        use(drug="finasteride")
    with acting_as(himself):
        assert DrugUse.objects.count() == 3


@pytest.mark.parametrize(
    ("sent", "pointer", "code"),
    [
        ({"drug": "aspirin"}, "/drug", "drug-unknown"),
        ({"since": None}, "/since", "since-missing"),
        ({"drug": "testosterone_gel", "since": None}, "/since", "since-missing"),
        ({"since": date(2026, 11, 3)}, "/since", "in-the-future"),
        ({"until": date(2026, 11, 3)}, "/until", "in-the-future"),
        ({"until": date(2026, 2, 28)}, "/until", "ends-before-start"),
        ({"until": SINCE}, "/until", "ends-before-start"),
    ],
)
def test_what_cannot_be_accepted_is_named(use, himself, sent, pointer, code):
    with pytest.raises(Problem) as refused:
        use(**sent)
    assert [(issue.pointer, issue.code) for issue in refused.value.issues] == [(pointer, code)]
    with acting_as(himself):
        assert not DrugUse.objects.exists()


def test_a_repeat_is_stored_once(use):
    use(client_id="u")
    assert use(client_id="u")[1] is False


def test_what_a_clinic_stated_is_not_his_to_take_back(adam, himself, now, in_care, dr_bell):
    said = {"patient": adam, "now": now}
    drug_uses.record(**said, by=Actor.user(dr_bell.pk), drug="prednisone", client_id="theirs")
    with pytest.raises(Problem) as refused:
        drug_uses.withdraw(**said, by=himself, key="theirs", reason="")
    assert refused.value.kind == "forbidden"
    drug_uses.record(**said, by=himself, drug="biotin", client_id="his")
    drug_uses.withdraw(**said, by=Actor.user(dr_bell.pk), key="his", reason="never took it", staff=True)
