"""The whole public survey goes in, and the counts per tier are those of the file."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tracking.domain.actor import Actor
from tracking.domain.problems import Problem
from tracking.exchange.survey import read_survey
from tracking.models import DrugUse, DueItem, Evaluation, LabResult, Patient
from tracking.services import due, rulebooks, surveys
from tracking.services.access import acting_as, contact

FILE = Path(__file__).parents[3] / "data" / "nhanes_2013_2014_men.csv"
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
SYSTEM = Actor.system("test")


def men():
    return read_survey(FILE.read_text(encoding="utf-8").splitlines())


def test_the_whole_file_is_evaluated_and_its_tiers_are_pinned(db):
    assert sum(surveys.import_men(men(), now=NOW)) == 2823
    with acting_as(SYSTEM):
        assert Counter(Evaluation.objects.values_list("tier", flat=True)) == {
            "critical": 63,
            "below_floor": 335,
            "borderline": 438,
            "in_range": 1662,
            "above_range": 118,
            "": 207,  # no estradiol was measured
        }
        # Nothing of a survey is current: no day is known on which blood was drawn.
        assert set(Evaluation.objects.values_list("word", flat=True)) == {"no_current_data"}
        assert not DueItem.objects.exists()
        assert due.patients_with_news(limit=10) == []

        taking = list(surveys.statistical(takes_testosterone="1"))
        assert len(taking) == 14
        (h1370,) = [man for man in taking if man.statistical_facts["takes_anastrozole"] == "1"]
        assert h1370.statistical_key == "H1370"
        assert h1370.standing.evaluation.tier == "below_floor"
        assert contact(h1370.pk) is None
        # The file names the drug, and neither how much nor since when: so does the record, and the evaluation says so.
        (anastrozole,) = DrugUse.objects.filter(patient=h1370)
        assert (anastrozole.drug, anastrozole.since, anastrozole.until) == ("anastrozole", None, None)
        assert anastrozole.source_id == "H1370/anastrozole"
        assert "drug_since" in {item["code"] for item in rulebooks.basis_of(h1370.standing.evaluation)["missing"]}
        assert dict(Counter(DrugUse.objects.values_list("drug", flat=True))) == {
            drug: sum(man.facts[f"takes_{drug}"] == "1" for man in men())
            for drug in ("anastrozole", "finasteride", "alendronate")
        }
        estradiol = LabResult.objects.get(patient=h1370, analyte="estradiol")
        assert str(estradiol.reported) == "15.4 pg/mL (LC-MS/MS), date unknown (by 31 Dec 2014)"
        assert estradiol.confirmed_reason == "published survey"


def test_a_second_import_adds_nobody(db):
    some = list(men())[:30]
    for _ in range(2):
        list(surveys.import_men(some, now=NOW))
    with acting_as(SYSTEM):
        assert Patient.objects.count() == 30


def test_digits_and_detection_limits_stay_as_published(db):
    some = [man for man in men() if any(lab.value.startswith("<") for lab in man.labs)][:5]
    list(surveys.import_men(some, now=NOW))
    with acting_as(SYSTEM):
        stored = {(lab.analyte, lab.reported.value.text) for lab in LabResult.objects.all()}
    assert stored == {(lab.analyte, lab.value) for man in some for lab in man.labs}


def test_another_file_is_refused_with_the_columns_it_lacks():
    with pytest.raises(Problem, match="it lacks id, estradiol_pg_ml"):
        next(read_survey(["name,value", "x,1"]))
