"""What goes out of one record goes into another as it was reported."""

from __future__ import annotations

import pytest

from tests.conftest import NOW
from tracking.domain.actor import Actor
from tracking.domain.problems import Problem
from tracking.exchange.incoming import Form
from tracking.models import LabResult
from tracking.services import exports, imports, labs

SYSTEM = Actor.system("test")
LABS = [
    {
        "analyte": "estradiol",
        "value": "<5.10",
        "unit": "pg/mL",
        "collected_at": "2026-03-04T08:10:00-05:00",
        "zone": "America/New_York",
    },
    {
        "analyte": "estradiol",
        "value": "88.10",
        "unit": "pmol/L",
        "collected_at": "2026-04",
        "range_low": "30",
        "range_high": "150.0",
    },
    {
        "analyte": "testosterone_total",
        "value": "600",
        "unit": "ng/dL",
        "collected_at": "2026-05-04",
        "laboratory": "=Lab",
        "fasting": True,
    },
    {"analyte": "shbg", "value": ">=30", "unit": "nmol/L", "collected_at": "2020-01-01T00:00:00Z", "precision": "unknown"},
]


@pytest.fixture
def reported(adam):
    for sent in LABS:
        labs.record(patient=adam, by=SYSTEM, now=NOW, staff=True, method="lcmsms", method_evidence="lab_message", **sent)
    return content_of(adam)


def content_of(man):
    kept = (
        "analyte",
        "comparator",
        "digits",
        "unit",
        "at",
        "precision",
        "zone",
        "method",
        "laboratory",
        "range_low",
        "range_high",
        "fasting",
    )
    from tracking.services.access import acting_as

    with acting_as(SYSTEM):
        return [
            {name: getattr(row, name) for name in kept}
            for row in LabResult.objects.live().filter(patient=man).order_by("at", "pk")
        ]


@pytest.mark.parametrize("into", ["csv", "fhir", "json"])
def test_a_record_comes_out_and_goes_into_another_as_it_was_reported(adam, carl, reported, into):
    content = exports.record(patient=adam, by=SYSTEM, now=NOW, into=into)
    batch, _ = imports.receive(patient=carl, by=SYSTEM, now=NOW, content=content, form=Form(), staff=True)
    imports.commit(patient=carl, uid=batch.uid, by=SYSTEM, now=NOW, staff=True)
    assert content_of(carl) == reported


def test_another_format_is_named_with_those_that_are_written(adam):
    with pytest.raises(Problem, match="Accepted: csv, fhir, json"):
        exports.record(patient=adam, by=SYSTEM, now=NOW, into="pdf")


def test_a_stranger_gets_nothing_of_it(adam, carl, reported):
    content = exports.record(patient=adam, by=Actor.user(carl.user_id), now=NOW, into="csv")
    assert len(content.splitlines()) == 1
