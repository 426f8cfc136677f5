"""Dr. Bell at her desk, and a man with enough of a record to look at."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.urls import reverse

from tests.conftest import NOW
from tests.desks import at_desk
from tracking.domain.actor import Actor
from tracking.domain.history import Origin

SPINE = {"region": "lumbar_spine", "vertebrae": "L1-L4", "unit": "g/cm2", "t_score": "-1.1", "z_score": "-0.8"}


@pytest.fixture
def desk(dr_bell, now):
    """Dr. Bell's browser, signed in."""
    return at_desk(dr_bell)


@pytest.fixture
def superuser(db):
    from tracking.models import User

    return User.objects.create_superuser("root@example.org", "correct horse battery", name="Root")


@pytest.fixture
def setup_desk(superuser, now):
    return at_desk(superuser)


@pytest.fixture
def bell(dr_bell):
    return Actor.user(dr_bell.pk)


@pytest.fixture
def record_lab(bell):
    from tracking.services import labs

    def record(man, value="14.0", *, days=10, method="lcmsms", analyte="estradiol", unit="pg/mL", **more):
        sent = {"collected_at": (NOW - timedelta(days=days)).isoformat(), "staff": True, "by": bell} | more
        return labs.record(patient=man, now=NOW, analyte=analyte, value=value, unit=unit, method=method, **sent)

    return record


@pytest.fixture
def many_labs(as_system):
    """So many old results at once, without an evaluation of each."""
    from tracking.models import LabResult

    def store(man, number):
        shared = {"patient": man, "analyte": "estradiol", "digits": "30.5", "unit": "pg/mL", "precision": "day"}
        shared |= {"zone": "Europe/Berlin", "recorded_at": NOW, "recorded_by": "user:1"}
        with as_system():
            LabResult.objects.bulk_create(LabResult(at=NOW - timedelta(days=200 + n), **shared) for n in range(number))

    return store


@pytest.fixture
def on_anastrozole(in_care, adam, bell):
    """Adam takes 0.5 mg twice a week, as Dr. Bell prescribed 200 days ago."""
    from tracking.services import regimens

    return regimens.start(
        patient=adam,
        by=bell,
        now=NOW,
        origin=Origin.PRESCRIBED,
        drug="anastrozole",
        dose_mg="0.5",
        schedule={"kind": "every", "days": "3.5"},
        starts_on=(NOW - timedelta(days=200)).date(),
        reason="tenderness",
        review_on=(NOW + timedelta(days=60)).date(),
    )


@pytest.fixture
def full_record(on_anastrozole, adam, bell, record_lab):
    """Adam with labs by two assays, a censored one, doses and two scans."""
    from tracking.services import bone, doses

    record_lab(adam, "34", days=150, method="immunoassay", laboratory="Lab North", range_low="11.3", range_high="43.2")
    record_lab(adam, "<24", days=90, method="immunoassay", lloq="24")
    record_lab(adam, "14.0", days=10)
    record_lab(adam, "751", days=10, analyte="testosterone_total", unit="ng/dL")
    doses.log(
        patient=adam,
        by=Actor.user(adam.user_id),
        now=NOW,
        drug="anastrozole",
        amount_mg="0.5",
        taken_at=(NOW - timedelta(days=2)).isoformat(),
    )
    for day, bmd in ((date(2025, 10, 1), "1.012"), (date(2026, 10, 1), "0.968")):
        bone.record_scan(
            patient=adam,
            by=bell,
            now=NOW,
            staff=True,
            scanned_on=day,
            device="Horizon A 300112",
            reference="NHANES III",
            sites=[
                {
                    "region": "lumbar_spine",
                    "vertebrae": "L1-L4",
                    "bmd": bmd,
                    "unit": "g/cm2",
                    "t_score": "-1.1",
                    "z_score": "-0.8",
                }
            ],
        )
    return adam


@pytest.fixture
def address():
    def of(man, name="change", **more):
        return reverse(f"admin:tracking_patient_{name}", kwargs={"uid": man.uid, **more})

    return of


@pytest.fixture
def next_transaction(as_system):
    """His number rises once a transaction, and a test is one. What is written after this counts as one of its own."""
    from tracking.models import Patient

    def begin(man):
        with as_system(), connection.cursor() as cursor:
            Patient.objects.filter(pk=man.pk).update(revision_xact=0)
            cursor.execute("SELECT set_config('trabecula.raised', '', true)")

    return begin


def seen_on(page):
    """What the form of a page says it was opened on."""
    found = re.search(r'name="seen" value="([^"]*)"', page.text)
    return {"seen": found[1]} if found else {}


@pytest.fixture
def send(desk, in_care, adam, address):
    """Open a form of Adam's, fill it in, and send it."""

    def post(name, sent, **more):
        page = address(adam, name, **more)
        return desk.post(page, seen_on(desk.get(page)) | sent, follow=True)

    return post


@pytest.fixture
def see(adam, as_system):
    """Read rows as the system does."""

    def rows(model, **filters):
        with as_system():
            return list(model.objects.filter(**filters).order_by("pk"))

    return rows
