"""The first lock is broken on purpose, one way after another: the second still shows a stranger nothing and takes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from celery import shared_task
from django.contrib import admin
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory

from backend import tasks as of_the_house
from tests.accounts import bearer
from tests.desks import at_desk
from tests.everybody import Everybody, everybody, whole
from tests.rules import test_every_admin as desk
from tests.rules.test_every_route import GUARDED, any_values, ask, client_of, strangers
from tests.rules.test_policies import answer, complete, rows_of
from tracking import tasks
from tracking.admin import base
from tracking.admin.base import RecordAdmin
from tracking.api.base import Operation, RecordView
from tracking.domain.actor import Actor
from tracking.models import AccountExport, ImportBatch, Invitation, Patient, Prescriber
from tracking.models.people import PatientQuerySet
from tracking.services import owned
from tracking.services.access import acting_as

__all__ = ["complete", "everybody", "whole"]  # fixtures of their own module

pytestmark = pytest.mark.django_db

MODELS = [table.model for table in owned.tables()]
LAB = {"analyte": "estradiol", "value": "24.0", "unit": "pg/mL", "collected_at": "2026-10-01", "zone": "Europe/Berlin"}


@pytest.fixture
def everybody_is_visible(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first lock, broken: whoever asks is shown every man, and a man's own record is the first one that is found."""
    monkeypatch.setattr(PatientQuerySet, "visible_to", lambda self, *_args: self.all())
    monkeypatch.setattr("tracking.api.base.own_patient", lambda _user: Patient.objects.order_by("pk").first())


@contextmanager
def nothing_of_his_changes(man: Patient) -> Iterator[None]:
    before = rows_of(man)
    yield
    assert rows_of(man) == before


def every_row() -> dict[str, list[dict[str, Any]]]:
    """What code reads that forgot to ask whose it is: by the models, and in SQL of its own."""
    with connection.cursor() as cursor:
        return {
            model._meta.db_table: [*model._base_manager.values(), *_all_of(cursor, model._meta.db_table)] for model in MODELS
        }


def _all_of(cursor: Any, table: str) -> list[dict[str, Any]]:
    cursor.execute(f"SELECT to_jsonb(t)::text FROM {table} t")
    return [json.loads(row) for (row,) in cursor.fetchall()]


class Forgetful(RecordView):
    """A view whose author thought of no filter at all."""

    keeps_answers = False
    operations = {"POST": Operation("Change whatever is found", takes=None)}

    def get(self, _request: Request) -> Response:
        return Response(json.dumps(every_row(), cls=DjangoJSONEncoder, default=str))

    def post(self, _request: Request) -> Response:
        changed = {}
        with connection.cursor() as cursor:
            for table in owned.tables():
                cursor.execute("SELECT has_table_privilege(current_user, %s, 'UPDATE')", [table.name])
                if cursor.fetchone() == (True,):
                    column = table.ownership.owner
                    changed[table.name] = answer(cursor, f"UPDATE {table.name} SET {column} = {column}")
        return Response(changed)


@shared_task
def forgetful_task(user_id: int | None) -> str:
    """A task whose author took the wrong account, or forgot to say who acts."""
    if user_id is None:
        return json.dumps(every_row(), cls=DjangoJSONEncoder)
    with acting_as(Actor.user(user_id)):
        return json.dumps(every_row(), cls=DjangoJSONEncoder)


def test_with_a_broken_visible_to_no_route_shows_or_takes_anything(complete: Everybody, everybody_is_visible: None) -> None:
    """His prescriber after he revoked: she knows every id."""
    user, found = strangers(complete)["his prescriber after he revoked"], []
    client = client_of(user)
    client.raise_request_exception = False  # a refusal by the database alone is a failure of ours, and tells nothing
    with nothing_of_his_changes(complete.adam):
        for route in (route for route in GUARDED if route.method in ("get", "delete")):
            got = ask(client, route, **any_values(complete, route))
            if complete.is_told(got.content) or (route.is_for_staff and got.status_code != 404):
                found.append((str(route), got.status_code))
        written = client.post(f"/api/v1/patients/{complete.adam.uid}/labs", LAB, format="json")
    assert found == []
    assert written.status_code == 404


def test_a_view_without_a_filter_shows_and_changes_nothing_of_his(complete: Everybody) -> None:
    others, make = strangers(complete), APIRequestFactory()
    with nothing_of_his_changes(complete.adam):
        for who, user in others.items():
            shown = Forgetful.as_view()(make.get("/", **bearer(user)))
            assert complete.is_told(shown.data.encode()) == [], who
            assert keys_in(shown.data, complete.adam) == [], who
            assert Forgetful.as_view()(make.post("/", **bearer(user))).status_code == 200
    himself = Forgetful.as_view()(make.get("/", **bearer(complete.adam.user)))
    assert len(keys_in(himself.data, complete.adam)) == len(MODELS), "the view would tell"


def keys_in(told: str, man: Patient) -> list[str]:
    """The tables of which a row of his was told."""
    owners = {table.name: table.ownership.owner for table in owned.tables()}
    return [name for name, rows in json.loads(told).items() if any(row[owners[name]] == man.pk for row in rows)]


def test_a_task_of_the_wrong_account_or_of_none_reads_nothing_and_does_nothing(complete: Everybody) -> None:
    with acting_as(Actor.system("test")):
        export = AccountExport.objects.get(patient=complete.adam)
    imported, others = ImportBatch.objects.get(), strangers(complete)
    with nothing_of_his_changes(complete.adam):
        for who, user in others.items():
            assert keys_in(forgetful_task.apply((user.pk,)).get(), complete.adam) == [], who
            # Those of ours that act as somebody, with what is his and an account that is not.
            stored = tasks.commit_import.apply((complete.adam.pk, str(imported.uid), user.pk), {"staff": False})
            assert stored.failed(), who
            of_the_house.build_export.apply((str(export.uid), user.pk))
    nobody = forgetful_task.apply((None,))
    assert nobody.failed()
    assert "no actor" in str(nobody.result)


def test_with_a_broken_scope_the_desk_shows_and_takes_nothing(
    complete: Everybody, everybody_is_visible: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "patients_of", lambda *_args: Patient.objects.all())
    monkeypatch.setattr(RecordAdmin, "get_queryset", lambda self, _request: self.model._base_manager.all())
    for page in admin.site._registry.values():
        if isinstance(page, RecordAdmin) and "get_queryset" in vars(type(page)):
            monkeypatch.setattr(type(page), "get_queryset", RecordAdmin.get_queryset)
    rows, user = a_row_of_each(complete.adam), strangers(complete)["his prescriber after he revoked"]
    browser, seen = at_desk(user), 0
    with nothing_of_his_changes(complete.adam):
        for route, entry in (page for page in desk.GUARDED if desk.is_record(page[1].name)):
            for call in (browser.get, browser.post):
                got = call(desk.address(route, rows))
                seen += got.status_code == 404
                assert got.status_code in (404, 405) or not desk.shows_one_record(entry.name), entry.name
                assert not complete.is_told(got.content), entry.name
        assert not complete.is_told(browser.get("/admin/work/").content)
    assert seen > 20


def a_row_of_each(man: Patient) -> dict[str, object]:
    """What the addresses of the desk are filled with."""
    with acting_as(Actor.system("test")):
        return {
            "patient": man.uid,
            "evaluation": man.evaluation_rows.latest("pk").uid,
            "regimen": man.regimen_rows.latest("pk").uid,
            "floor": man.floorsetting_rows.latest("pk").uid,
            "interval": man.intervalsetting_rows.latest("pk").uid,
            "import": ImportBatch.objects.latest("pk").uid,
            "lab": man.labresult_rows.latest("pk").uid,
            "scan": man.dexascan_rows.latest("pk").uid,
            "proposal": man.proposal_rows.latest("pk").uid,
            "clinic": man.carerelationship_rows.latest("pk").clinic.uid,
            "member": Prescriber.objects.latest("pk").uid,
            "invitation": Invitation.objects.latest("pk").uid,
        }
