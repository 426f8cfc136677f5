from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.tracking.api.test_regimens import ANASTROZOLE


def test_the_list_shows_each_man_with_his_verdict_and_last_estradiol_as_reported(by_bell, adam, carl, at_adam):
    by_bell.lab(f"{at_adam}/labs", value="<24", collected_at="2026-10-01")
    by_bell.lab(f"{at_adam}/labs", value="31.0", collected_at="2026-09-01")
    (row,) = by_bell.send("GET", "/patients").json()["results"]
    assert (row["uid"], row["name"]) == (str(adam.uid), "Adam Invented")
    assert (row["word"], row["state"], row["tier"]) == ("cannot_say", "current", "indeterminate")
    assert row["last_estradiol"]["value"] == "<24"
    assert by_bell.send("GET", at_adam).json()["last_estradiol"] == row["last_estradiol"]


def test_a_man_has_nobody_in_his_care(by_adam, adam):
    assert by_adam.send("GET", "/patients").json()["results"] == []


def test_a_man_is_never_staff_of_himself(by_adam, at_adam, adam, clinic):
    from tracking.models import Prescriber
    from tracking.services import consent

    for _ in range(2):
        assert by_adam.send("GET", at_adam).status_code == 404
        assert by_adam.send("POST", f"{at_adam}/regimens", ANASTROZOLE).status_code == 404
        assert by_adam.lab(f"{at_adam}/labs", method="lcmsms", verified_from_report=True).status_code == 404
        # Nor when he prescribes for a clinic that he let in.
        if not Prescriber.objects.filter(user=adam.user).exists():
            Prescriber.objects.create(user=adam.user, clinic=clinic)
            from tracking.domain.actor import Actor

            consent.grant(patient=adam, clinic_uid=clinic.uid, by=Actor.user(adam.user_id), now=_now())
    assert by_adam.send("GET", "/patients").json()["results"] == []


@pytest.fixture
def many(adam, by_adam, by_bell, at_adam, as_system):
    """Adds rows of every kind: rows that stand, without the work of a hundred evaluations."""
    from tracking.domain.actor import Actor
    from tracking.models import DexaScan, DexaSite, DoseEvent, Fracture, LabResult, Regimen, RiskFactor

    def add(count):
        now = _now()
        common = {"patient": adam, "recorded_at": now, "recorded_by": str(Actor.user(adam.user_id))}
        timed = common | {"at": now, "precision": "minute", "zone": "Europe/Berlin"}
        with as_system():
            for _ in range(count):
                regimen = Regimen.objects.create(
                    drug=f"anastrozole-{Regimen.objects.count()}",
                    dose_digits="1",
                    schedule={"kind": "daily", "times": 1},
                    origin="self",
                    starts_on="2026-01-01",
                    zone="Europe/Berlin",
                    **common,
                )
                LabResult.objects.create(analyte="estradiol", digits="24.0", unit="pg/mL", **timed)
                DoseEvent.objects.create(drug="anastrozole", kind="taken", amount_digits="1", regimen=regimen, **timed)
                scan = DexaScan.objects.create(scanned_on="2026-01-01", **common)
                DexaSite.objects.create(patient=adam, scan=scan, region="total_hip", bmd_digits="1.0")
                Fracture.objects.create(site="wrist", **timed)
                RiskFactor.objects.create(code="x", **common)

    return add


LISTS = ["labs", "regimens", "doses", "dexa-scans", "fractures", "risk-factors", "evaluations", "due-items"]


@pytest.mark.parametrize("whose", ["man", "staff"])
def test_a_list_takes_as_many_queries_for_a_hundred_rows_as_for_one(many, by_adam, by_bell, at_adam, whose):
    client, prefix = (by_adam, "") if whose == "man" else (by_bell, at_adam)
    client.send("GET", f"{prefix}/labs")  # the visit is noted

    def counts():
        found = {}
        for name in LISTS:
            with CaptureQueriesContext(
                connection,
            ) as captured:
                rows = client.send("GET", f"{prefix}/{name}?limit=200").json()["results"]
            found[name] = (len(rows), [query["sql"] for query in captured])
        return found

    many(1)
    one = counts()
    many(99)
    hundred = counts()
    for name in LISTS:
        assert len(one[name][1]) == len(hundred[name][1]), name
    assert hundred["labs"][0] == 100
    found = {name: len(sql) for name, (_, sql) in hundred.items()}
    # Session with account, begin, actor, man (staff: is this a new visit?), rows, and the end of the test's savepoint; scans
    # have sites.
    pinned = {"man": 7, "staff": 8}[whose]
    assert found == dict.fromkeys(LISTS, pinned) | {"dexa-scans": pinned + 1}


def test_the_list_of_men_takes_as_many_queries_for_many_as_for_one(by_bell, at_adam, make_man, clinic):
    from tracking.domain.actor import Actor
    from tracking.services import consent

    def count():
        with CaptureQueriesContext(connection) as captured:
            rows = by_bell.send("GET", "/patients").json()["results"]
        return len(rows), len(captured)

    by_bell.lab(f"{at_adam}/labs")
    one = count()
    for number in range(12):
        man = make_man(f"M{number} Invented")
        consent.grant(patient=man, clinic_uid=clinic.uid, by=Actor.user(man.user_id), now=_now())
    many_men = count()
    assert (one[0], many_men[0]) == (1, 13)
    assert one[1] == many_men[1]
    path, seen = "/api/v1/patients?limit=5", []
    while path:
        page = by_bell.get(path).json()
        seen += [row["uid"] for row in page["results"]]
        path = page["next"] and page["next"].removeprefix("http://testserver")
    assert len(seen) == len(set(seen)) == 13


def _now():
    from tests.conftest import NOW

    return NOW
