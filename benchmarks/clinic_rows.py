"""A clinic's men by the thousand: one man's rows, made by the services, said again by the database of as many others."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connections
from psycopg.sql import SQL, Composable, Identifier, Literal

from benchmarks import population
from benchmarks.owner import gather_figures, triggers_off
from tracking.domain.actor import Actor
from tracking.domain.history import Origin
from tracking.models import CareRelationship, Clinic, Patient, Prescriber, User
from tracking.services import labs, regimens
from tracking.services.access import acting_as

__all__ = ["clinic_of"]

_TABLES = (*population.MEN, "tracking_carerelationship")
# What the queue is made of, those first to which others point.
_OF_EACH = ("tracking_evaluation", "tracking_standing", "tracking_finding", "tracking_episode")
_CARE = """
    INSERT INTO tracking_carerelationship (uid, patient_id, revision, clinic_id, lead_id, scope, granted_at, granted_by,
        revoked_by)
    SELECT gen_random_uuid(), man.id, 1, %(clinic)s, NULL, '[]', %(now)s, 'system:bench', ''
    FROM tracking_patient man JOIN tracking_user account ON account.id = man.user_id
    WHERE account.email LIKE %(clinic)s || '-%%'
"""


def clinic_of(men: int, *, now: datetime) -> User:
    """The prescriber of a new clinic with so many men, each with the findings of a man who is low on an aromatase inhibitor."""
    clinic = Clinic.objects.create(name=f"Clinic of {men}", zone="UTC")
    prescriber = User.objects.create_user(f"bell{clinic.pk}@example.org", name="Dr. Bell", is_staff=True)
    Prescriber.objects.create(user=prescriber, clinic=clinic)
    first = _first_man(clinic, prescriber, now=now)
    with connections["owner"].cursor() as owner:
        owner.execute("BEGIN")
        with triggers_off(owner, (*_TABLES, *_OF_EACH)):
            population.men(owner, men - 1, of=str(clinic.pk))
            owner.execute(_CARE, {"clinic": str(clinic.pk), "now": now})
            for table in _OF_EACH:
                _say_again(owner, table, first, clinic)
        owner.execute("COMMIT")
        gather_figures(owner, (*_TABLES, *_OF_EACH))
    return prescriber


def _first_man(clinic: Clinic, prescriber: User, *, now: datetime) -> Patient:
    account = User.objects.create_user(f"first{clinic.pk}@example.org", name="Adam")
    with acting_as(Actor.system("bench")):
        man = Patient.objects.create(user=account, name="Adam", birth_year=1970, zone="UTC")
        CareRelationship.objects.create(patient=man, clinic=clinic, granted_at=now, granted_by="system:bench")
    by = Actor.user(prescriber.pk)
    regimens.start(
        patient=man, by=by, now=now, origin=Origin.PRESCRIBED, drug="anastrozole", dose_mg="0.5", reason="tenderness",
        schedule={"kind": "every", "days": "3.5"}, starts_on=(now - timedelta(days=200)).date(),
        review_on=(now + timedelta(days=60)).date(),
    )  # fmt: skip
    for days, value in ((150, "22"), (90, "15.0"), (10, "14.0")):
        labs.record(
            patient=man, by=by, now=now, staff=True, analyte="estradiol", value=value, unit="pg/mL", method="lcmsms",
            collected_at=(now - timedelta(days=days)).isoformat(),
        )  # fmt: skip
    return man


def _say_again(owner: Any, table: str, first: Patient, clinic: Clinic) -> None:
    """The rows of the first man, for all men of the clinic after him; of evaluations the last."""
    owner.execute("SELECT column_name FROM information_schema.columns WHERE table_name = %s AND column_name <> 'id'", [table])
    columns = [name for (name,) in owner.fetchall()]
    latest = SQL("(SELECT max(own.id) FROM tracking_evaluation own WHERE own.patient_id = man.id)")
    other: dict[str, Composable] = {
        "uid": SQL("gen_random_uuid()"),
        "patient_id": SQL("man.id"),
        "evaluation_id": latest,
        "opened_in_id": latest,
        **{part: SQL("NULL") for part in ("placed_id", "grounds_id")},  # of his own, and not read in a queue
        # Thousands are not equally low, nor found in the same minute, nor in the order of their keys.
        "margin": SQL("CASE WHEN said.margin = '' THEN '' ELSE '0.' || (500 + man.id * 7919 % 499) END"),
        "opened_at": SQL("said.opened_at - make_interval(mins => (man.id * 7919 % 20000)::int)"),
    }
    said = SQL(", ").join(other.get(name, SQL("said.{}").format(Identifier(name))) for name in columns)
    last: Composable = SQL("")
    if table != "tracking_episode":
        evaluation = Identifier("id" if table == "tracking_evaluation" else "evaluation_id")
        last = SQL("AND said.{} = (SELECT evaluation_id FROM tracking_standing WHERE patient_id = said.patient_id)").format(
            evaluation
        )
    statement = SQL(
        "INSERT INTO {table} ({columns}) SELECT {said} FROM {table} said, tracking_patient man"
        " JOIN tracking_carerelationship care ON care.patient_id = man.id AND care.clinic_id = {clinic}"
        " WHERE said.patient_id = {first} AND man.id <> {first} {last} ORDER BY man.id"
    ).format(
        table=Identifier(table),
        columns=SQL(", ").join(map(Identifier, columns)),
        said=said,
        last=last,
        clinic=Literal(clinic.pk),
        first=Literal(first.pk),
    )
    owner.execute(statement.as_string(None))
