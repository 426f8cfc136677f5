"""Whoever signs in, signs out or is refused is in the audit, by number and without his address."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from rest_framework.test import APIClient

from tests.accounts import PASSWORD
from tests.backend.accounts.test_door import SEED, code
from tests.conftest import NOW
from tracking.models import AuditEvent


def events() -> list[tuple[Any, ...]]:
    return list(AuditEvent.objects.order_by("id").values_list("what", "account", "by", "how"))


@pytest.mark.django_db
def test_sign_ins_by_either_door_are_kept(dr_bell: Any, now: Any) -> None:
    number, actor = dr_bell.pk, f"user:{dr_bell.pk}"
    api = APIClient()
    for address, password in (("bell@example.org", "wrong"), ("nobody@example.org", "wrong"), ("Bell@Example.org ", "wrong")):
        api.post("/api/v1/auth/login", {"email": address, "password": password}, format="json")
    assert set(events()) == {("sign-in-refused", number, "", "api"), ("sign-in-refused", None, "", "api")}

    admin = Client()
    before = len(events())
    admin.post("/admin/login/", {"username": "bell@example.org", "password": "wrong"})
    TOTP.activate(dr_bell, SEED)
    admin.post("/admin/login/", {"username": "bell@example.org", "password": PASSWORD})
    assert len(events()) == before + 1, "a password alone signs nobody in"
    admin.post("/admin/login/code/", {"code": code(SEED)})
    admin.post("/admin/logout/")
    assert events()[before:] == [
        ("sign-in-refused", number, "", "admin"),
        ("signed-in", number, actor, "admin"),
        ("signed-out", number, actor, "admin"),
    ]
    kept = AuditEvent.objects.values()[0]
    assert kept["at"] == NOW
    assert "bell" not in str(kept)
