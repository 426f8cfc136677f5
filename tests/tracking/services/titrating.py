"""What the tests of the titration loop share: Adam on testosterone and anastrozole, in the care of Dr. Bell. All invented."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from tests.conftest import NOW
from tracking.domain.actor import Actor
from tracking.domain.history import Origin
from tracking.domain.problems import Problem
from tracking.models import Proposal, Regimen
from tracking.services import labs, regimens, titration
from tracking.services.access import acting_as

TODAY = NOW.date()
TWICE_WEEKLY = {"kind": "every", "days": "3.5"}
WEEKLY = {"kind": "every", "days": "7"}
# What a prescriber states of an AI: why, and when he looks again whether it is still needed.
REVIEW = TODAY + timedelta(days=90)
LAB = {"method": "lcmsms", "method_evidence": "staff_verified", "staff": True}


def days(ago: int) -> date:
    return TODAY - timedelta(days=ago)


def prescribed(man: Any, by: Any, drug: str, dose_mg: str, *, ago: int, schedule: Any = TWICE_WEEKLY, now: Any = NOW) -> Any:
    plan = {"drug": drug, "dose_mg": dose_mg, "schedule": schedule, "starts_on": days(ago), "reason": "invented"}
    if not drug.startswith("testosterone"):
        plan["review_on"] = REVIEW
    return regimens.start(patient=man, by=by, now=now, origin=Origin.PRESCRIBED, **plan)


def drawn(man: Any, by: Any, e2: str, *, ago: int, testosterone: str = "600", now: Any = NOW, **more: Any) -> None:
    at = (NOW - timedelta(days=ago)).isoformat()
    rows = (("estradiol", e2, "pg/mL"), ("testosterone_total", testosterone, "ng/dL"))
    for analyte, value, unit in rows:
        sent = {"analyte": analyte, "value": value, "unit": unit, "collected_at": at}
        labs.record(patient=man, by=by, now=now, **(LAB | sent | more))


def proposed(man: Any, by: Any, **more: Any) -> Any:
    """Half the dose of his anastrozole, from today."""
    sent: dict[str, Any] = {"ask": "change", "from_date": TODAY, "plan": {"dose_mg": "0.25"}, "reason": "below the floor"}
    if "regimen" not in more and more.get("ask") != "start":
        sent["regimen"] = str(standing(man, "anastrozole", by).uid)
    return titration.propose(**({"patient": man, "by": by, "now": NOW} | sent | more))


def confirmed(man: Any, told: Any, by: Any, **more: Any) -> Any:
    """Confirmed on the evaluation that was shown with it."""
    sent = {"evaluation": told.evaluation.uid, "reason": "low on two draws", "typed_weekly": "0.5"}
    return titration.confirm(**({"patient": man, "uid": told.row.uid, "by": by, "now": NOW} | sent | more))


def standing(man: Any, drug: str, by: Any) -> Any:
    with acting_as(by):
        return Regimen.objects.live().filter(patient=man, drug=drug, origin=Origin.PRESCRIBED).order_by("-starts_on", "-pk")[0]


def low_on_ai(man: Any, by: Any) -> Any:
    """The man, below the floor on an AI that has settled."""
    prescribed(man, by, "testosterone_cypionate", "100", ago=400, schedule=WEEKLY)
    prescribed(man, by, "anastrozole", "0.5", ago=100)
    drawn(man, by, "13.1", ago=5)
    return man


def refused(call: Callable[[], Any], *, kind: str | None = None) -> list[tuple[str, str]]:
    """Pointer and code of each issue of the refusal."""
    with pytest.raises(Problem) as problem:
        call()
    if kind is not None:
        assert problem.value.kind == kind
    return [(issue.pointer, issue.code) for issue in problem.value.issues]


def ledger(man: Any, by: Any) -> list[tuple[str, list[str]]]:
    """State and steps of each line, oldest first."""
    with acting_as(by):
        rows = list(Proposal.objects.filter(patient=man).order_by("pk"))
        return [(row.state, list(row.events.order_by("pk").values_list("what", flat=True))) for row in rows]


@pytest.fixture
def bell(dr_bell: Any, in_care: Any) -> Actor:
    return Actor.user(dr_bell.pk)


@pytest.fixture
def low(adam: Any, bell: Actor) -> Any:
    return low_on_ai(adam, bell)


@pytest.fixture
def himself(adam: Any) -> Actor:
    return Actor.user(adam.user_id)
