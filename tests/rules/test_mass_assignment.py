"""No body sets what is not its business: whose row it is, who wrote it, how it stands, and what an account may do."""

from __future__ import annotations

import json

import pytest
from rest_framework import serializers

from tests.everybody import Everybody, everybody
from tests.rules.test_every_route import ROUTES, client_of
from tests.rules.test_policies import rows_of
from tracking.models import User

__all__ = ["everybody"]  # a fixture of its own module

# What the server decides. A body that takes one of these names is looked at here first, with the reason why it may.
DECIDED = {
    "patient", "patient_id", "owner", "user", "user_id", "uid", "pk", "revision", "revision_xact", "recorded_at", "recorded_by",
    "created_at", "superseded_at", "superseded_by", "supersedes", "withdrawn_at", "import_batch", "own_entry", "origin",
    "is_staff", "is_superuser", "is_active", "is_statistical", "groups", "user_permissions", "granted_by", "granted_at",
    "revoked_at", "acknowledged_by", "released_at", "decided_by", "done_at", "closed_at", "method_evidence",
}  # fmt: skip
_SEEN = "what was seen when it was answered: held against what stands, and never stored"
MAY = {
    ("POST patients/<uuid:patient_uid>/episodes/<uuid:uid>/acknowledge", "revision"): _SEEN,
    ("POST patients/<uuid:patient_uid>/episodes/<uuid:uid>/snooze", "revision"): _SEEN,
}
BODIES = {
    "labs": {"analyte": "estradiol", "value": "24.0", "unit": "pg/mL", "collected_at": "2026-10-02", "zone": "Europe/Berlin"},
    "symptoms": {"code": "fatigue", "score": 4, "felt_at": "2026-11-01T08:00:00+01:00"},
}


def taken() -> dict[str, set[str]]:
    """The names that each body takes, at any depth, by its route."""
    found = {}
    for route in ROUTES:
        operation = getattr(route.view, "operations", {}).get(route.method.upper())
        if operation is not None and isinstance(operation.takes, type) and issubclass(operation.takes, serializers.Serializer):
            found[str(route)] = set(names_of(operation.takes()))
    return found


def names_of(body: serializers.BaseSerializer) -> list[str]:
    inner = body.child if isinstance(body, serializers.ListSerializer) else body
    fields = getattr(inner, "fields", {})
    nested = [name for field in fields.values() if isinstance(field, serializers.BaseSerializer) for name in names_of(field)]
    return [*fields, *nested]


def test_no_body_takes_what_the_server_decides() -> None:
    bodies = taken()
    assert len(bodies) > 40
    assert {(route, name) for route, names in bodies.items() for name in names & DECIDED} == MAY.keys()


@pytest.mark.django_db
def test_a_whole_body_with_one_name_too_many_is_refused_by_that_name_and_nothing_is_stored(everybody: Everybody) -> None:
    client, others = client_of(everybody.adam.user), {"patient": str(everybody.carl.uid), "recorded_by": "system:x"}
    before = rows_of(everybody.adam), rows_of(everybody.carl)
    for path, body in BODIES.items():
        for name, value in (others | {"uid": str(everybody.carl.uid), "superseded_at": None, "is_staff": True}).items():
            answer = client.post(f"/api/v1/{path}", json.dumps(body | {name: value}), content_type="application/json")
            assert answer.status_code == 422
            assert [issue["pointer"] for issue in answer.json()["errors"]] == [f"/{name}"]
    for body in ({"is_staff": True}, {"user": {"is_superuser": True}}, {"email": "carl@example.org"}, {"revision": 1}):
        headers = {"HTTP_IF_MATCH": "*"}
        answer = client.patch("/api/v1/profile", json.dumps(body), content_type="application/json", **headers)
        assert answer.status_code == 422, body
    assert (rows_of(everybody.adam), rows_of(everybody.carl)) == before
    assert not User.objects.filter(is_superuser=True).exists()


@pytest.mark.django_db
def test_who_signs_up_is_no_member_of_staff_whatever_he_sends(client) -> None:
    for more in ({"is_staff": True}, {"is_superuser": True}, {"groups": [1]}):
        sent = {"email": "eve@example.org", "password": "correct horse battery", **more}
        answer = client.post("/api/v1/auth/signup", json.dumps(sent), content_type="application/json")
        assert answer.status_code == 422
    assert not User.objects.filter(email="eve@example.org").exists()
