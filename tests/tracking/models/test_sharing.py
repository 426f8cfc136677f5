"""What the database refuses of codes, keys, exports and erasures, whoever writes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import Error, transaction

from tests.conftest import NOW
from tracking.models import AccessEvent, AccountExport, CareRelationship, ErasureRequest, Invitation, ReadToken, ShareCode

DIGEST = "0" * 64
SOON = NOW + timedelta(minutes=15)
CODE = {"digest": DIGEST, "scope": ["labs"], "made_at": NOW, "expires_at": SOON}
KEY = CODE | {"label": "Dr. Far"}
REFUSED = [
    (ShareCode, CODE | {"digest": "7K2M-91QX-C3TB"}, "sharecode_keeps_a_digest"),
    (ShareCode, CODE | {"scope": ["genes"]}, "sharecode_scope_known"),
    (ShareCode, CODE | {"scope": ["conclusions"]}, "sharecode_scope_known"),
    (ShareCode, CODE | {"used_at": NOW, "used_by": "user:1"}, "sharecode_used_in_time_by_somebody"),
    (ShareCode, CODE | {"used_by": "user:1"}, "sharecode_used_in_time_by_somebody"),
    (ReadToken, KEY | {"scope": []}, "readtoken_names_what_it_reads"),
    (ReadToken, KEY | {"label": ""}, "readtoken_says_for_whom"),
    (ReadToken, KEY | {"expires_at": NOW}, "readtoken_holds_for_a_while"),
    (
        CareRelationship,
        {"scope": ["conclusions", "labs"], "granted_at": NOW, "granted_by": "x"},
        "carerelationship_scope_known",
    ),
    (AccessEvent, {"at": NOW, "through": "token", "what": "labs"}, "accessevent_by_one"),
    (AccountExport, {"asked_at": NOW, "state": "ready", "ended_at": NOW, "expires_at": SOON}, "accountexport_state_is_whole"),
    (AccountExport, {"asked_at": NOW, "state": "gone", "ended_at": NOW, "archive": b"x"}, "accountexport_state_is_whole"),
    (AccountExport, {"asked_at": NOW, "percent": 101}, "accountexport_percent_is_one"),
    (ErasureRequest, {"asked_at": NOW, "due_at": SOON, "done_at": NOW}, "erasurerequest_not_before_due"),
    (ErasureRequest, {"asked_at": NOW, "due_at": NOW, "done_at": NOW, "cancelled_at": NOW}, "erasurerequest_not_before_due"),
]


def test_what_cannot_be_is_refused_by_the_database(adam, clinic, as_system):
    found = {}
    for model, stated, constraint in REFUSED:
        more = {"clinic": clinic} if model is CareRelationship else {}
        with as_system(), pytest.raises(Error) as refused, transaction.atomic():
            model.objects.create(patient=adam, **stated, **more)
        found[model, constraint] = constraint in str(refused.value)
    assert [key for key, is_named in found.items() if not is_named] == []


def test_one_code_one_export_and_one_erasure_stand_at_a_time(adam, as_system):
    with as_system():
        ShareCode.objects.create(patient=adam, **CODE)
        AccountExport.objects.create(patient=adam, asked_at=NOW)
        ErasureRequest.objects.create(patient=adam, asked_at=NOW, due_at=SOON)
        for model, stated in (
            (ShareCode, CODE | {"digest": "1" * 64}),
            (AccountExport, {"asked_at": NOW}),
            (ErasureRequest, {"asked_at": NOW, "due_at": SOON}),
        ):
            with pytest.raises(Error, match=r"one_(open_)?at_a_time"), transaction.atomic():
                model.objects.create(patient=adam, **stated)


def test_what_a_code_or_a_key_opens_never_changes(adam, clinic, dr_bell, as_system):
    member = dr_bell.prescriber_in.get()
    with as_system():
        ShareCode.objects.create(patient=adam, **CODE)
        ReadToken.objects.create(patient=adam, **KEY)
        Invitation.objects.create(clinic=clinic, made_by=member, digest=DIGEST, made_at=NOW, expires_at=SOON)
        for model, changed in (
            (ShareCode, {"scope": []}),
            (ShareCode, {"expires_at": NOW}),
            (ReadToken, {"scope": ["labs", "doses"]}),
            (ReadToken, {"expires_at": SOON + timedelta(days=1)}),
            (Invitation, {"expires_at": NOW}),
        ):
            with pytest.raises(Error, match="Cannot update"), transaction.atomic():
                model.objects.update(**changed)


def test_who_was_erased_is_nobody(adam, as_system):
    with as_system():
        for changed in ({"erased_at": NOW}, {"erased_at": NOW, "user": None}):
            with pytest.raises(Error, match="patient_"), transaction.atomic():
                type(adam).objects.filter(pk=adam.pk).update(**changed)
