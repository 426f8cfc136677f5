"""Every page of the admin, whoever adds it: a man's record is behind the one base, and closed to everybody it is not for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, URLResolver

from tests.conftest import NOW, PASSWORD
from tests.desks import at_desk
from tracking.admin.base import RecordAdmin
from tracking.domain.actor import Actor
from tracking.domain.history import Origin
from tracking.exchange.incoming import Form
from tracking.models import Clinic, Evaluation, Prescriber, User
from tracking.services import bone, clinics, colleagues, consent, imports, labs, overrides, owned, regimens, sharing, titration
from tracking.services.access import acting_as

pytestmark = pytest.mark.django_db


def patterns(resolvers: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolvers:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry.url_patterns, route)
        else:
            yield route, entry


def registered_for(model: type) -> str:
    return f"{model._meta.app_label}_{model._meta.model_name}"


OWNED = {table.model for table in owned.tables()}
RECORD_PAGES = {registered_for(model) for model in admin.site._registry if model in OWNED}
NAMED = [(route, entry) for route, entry in patterns(admin.site.get_urls()) if entry.name]
GUARDED = [(route, entry) for route, entry in NAMED if entry.name != "login"]
INLINE = re.compile(r"<style| style=|<script(?![^>]*\ssrc=)| on[a-z]+=")


def is_record(name: str) -> bool:
    return any(name.startswith(f"{page}_") for page in RECORD_PAGES)


@pytest.fixture
def kept(adam, in_care, dr_bell):
    """What the addresses below are filled with: Adam, his regimen and his evaluation."""
    bell = Actor.user(dr_bell.pk)
    regimen = regimens.start(
        patient=adam, by=bell, now=NOW, origin=Origin.PRESCRIBED, drug="anastrozole", dose_mg="0.5",
        schedule={"kind": "every", "days": "3.5"}, starts_on=NOW.date(), reason="a reason of Adam's",
        review_on=NOW.date() + timedelta(days=90),
    )  # fmt: skip
    with acting_as(bell):
        evaluation = Evaluation.objects.filter(patient=adam).latest("pk")
    until = {"reason": "a reason of Adam's", "expires_on": NOW.date() + timedelta(days=90)}
    floor = overrides.set_floor(patient=adam, by=bell, now=NOW, floor="18", **until)
    interval = overrides.set_interval(patient=adam, by=bell, now=NOW, kind="dexa", every_months=12, **until)
    file = b"test,value,unit,collected\nEstradiol of Adam,24,pg/mL,2026-03-04\n"
    imported, _ = imports.receive(patient=adam, by=bell, now=NOW, content=file, form=Form(), staff=True)
    half = {"ask": "change", "regimen": str(regimen.uid), "from_date": NOW.date(), "plan": {"dose_mg": "0.25"}}
    proposal = titration.propose(patient=adam, by=bell, now=NOW, reason="a reason of Adam's", **half).row
    drawn = {"analyte": "estradiol", "value": "24", "unit": "pg/mL", "collected_at": "2026-03-04"}
    result = labs.record(patient=adam, by=bell, now=NOW, staff=True, **drawn)
    site = {"region": "lumbar_spine", "vertebrae": "L1-L4", "bmd": "1.012", "unit": "g/cm2"}
    scan, _ = bone.record_scan(patient=adam, by=bell, now=NOW, staff=True, scanned_on=date(2026, 3, 4), sites=[site])
    invitation, _ = sharing.invite(clinic_uid=in_care.clinic.uid, by=bell, now=NOW)
    clinics.let_administer(dr_bell)
    letter, _ = colleagues.invite(clinic_uid=in_care.clinic.uid, email="new@example.org", by=bell, now=NOW)
    return {
        "colleague": letter.uid, "lab": result.row.uid, "scan": scan.uid,
        "import": imported.uid, "proposal": proposal.uid,
        "clinic": in_care.clinic.uid, "member": Prescriber.objects.get(user=dr_bell).uid, "invitation": invitation.uid,
        "patient": adam.uid, "evaluation": evaluation.uid, "regimen": regimen.uid, "floor": floor.uid, "interval": interval.uid,
    }  # fmt: skip


def address(route: str, kept: dict[str, object]) -> str:
    """A real address: Adam's, where the page is about a man."""
    model = next((name for name in ("patient", "evaluation") if f"tracking/{name}/" in route), "patient")
    filled = route.replace("<uuid:regimen_uid>", str(kept["regimen"])).replace("<uuid:uid>", str(kept[model]))
    for about in ("member", "invitation", "colleague"):
        filled = filled.replace(f"/{about}/{kept[model]}", f"/{about}/{kept.get(about, kept[model])}")
    for about in ("lab", "scan"):
        filled = filled.replace(f"/{about}/<uuid:record_uid>", f"/{about}/{kept[about]}")
    for about in ("import", "proposal", "clinic"):
        filled = filled.replace(f"<uuid:{about}_uid>", str(kept[about]))
    for setting in ("floor", "interval"):
        filled = filled.replace(f"/{setting}/<uuid:setting_uid>", f"/{setting}/{kept[setting]}")
    for placeholder in ("<path:object_id>", "<id>", "<path:content_type_id>", "<path:object_id>", "<int:content_type_id>"):
        filled = filled.replace(placeholder, "1")
    filled = filled.replace("^(?P<app_label>auth|tracking)/$", "tracking/").replace("(?P<app_label>tracking)/$", "tracking/")
    return "/admin/" + filled.lstrip("^")


def signed_in(user: User) -> Client:
    return at_desk(user)


def shows_one_record(name: str) -> bool:
    return is_record(name) and not name.endswith("_changelist")


@pytest.fixture
def outsider(db):
    user = User.objects.create_user("other@example.org", PASSWORD, name="Dr. Other", is_staff=True)
    Prescriber.objects.create(user=user, clinic=Clinic.objects.create(name="Another Clinic"))
    return user


def learns_nothing(user: User, kept: dict[str, object]) -> None:
    client = signed_in(user)
    for route, entry in sorted(GUARDED, key=lambda page: page[1].name == "logout"):  # what comes after it would be signed out
        for call in (client.get, client.post):
            answer = call(address(route, kept))
            if shows_one_record(entry.name):
                assert answer.status_code in (404, 405), entry.name
            assert "Adam" not in answer.text, entry.name
            # The rules name every drug, and no man.
            assert entry.name == "rulebook" or "anastrozole" not in answer.text.lower(), entry.name


def test_every_page_of_a_patient_owned_table_derives_from_the_one_base():
    for model, page in admin.site._registry.items():
        assert (model in OWNED) == isinstance(page, RecordAdmin), model


def test_the_base_can_neither_add_nor_change_nor_delete(rf, dr_bell):
    request = rf.get("/admin/")
    request.user = dr_bell
    request.is_prescriber = True
    for page in admin.site._registry.values():
        if isinstance(page, RecordAdmin):
            assert not page.has_add_permission(request)
            assert not page.has_change_permission(request)
            assert not page.has_delete_permission(request)
            assert page.actions is None
            assert page.has_view_permission(request)


def test_no_address_of_a_record_shows_a_bigint_key():
    for route, entry in NAMED:
        if is_record(entry.name):
            assert "object_id" not in route
            assert "<int:" not in route


def test_there_are_pages_to_check():
    names = {entry.name for _, entry in NAMED}
    assert {"tracking_patient_change", "tracking_patient_record_lab", "tracking_evaluation_change"} <= names
    assert len(RECORD_PAGES) >= 2


def test_who_is_nobody_or_no_staff_is_sent_to_the_sign_in(kept, adam):
    for route, entry in GUARDED:
        for call in (Client().get, Client().post):
            answer = call(address(route, kept))
            assert answer.status_code == 302, entry.name
            assert entry.name == "logout" or answer.headers["Location"].startswith("/admin/login/"), entry.name

    # A man without staff is refused as well, even on his own record.
    client = signed_in(adam.user)
    for route, entry in GUARDED:
        for call in (client.get, client.post):
            answer = call(address(route, kept))
            assert answer.status_code == 302, entry.name
            assert "Adam" not in answer.text, entry.name


def test_another_clinics_prescriber_a_superuser_and_his_own_after_he_revoked_learn_nothing(
    kept, outsider, adam, in_care, dr_bell
):
    learns_nothing(outsider, kept)
    learns_nothing(User.objects.create_superuser("root@example.org", PASSWORD, name="Root"), kept)
    consent.revoke(patient=adam, uid=in_care.uid, by=Actor.user(adam.user_id), now=NOW)
    learns_nothing(dr_bell, kept)


def test_what_does_not_exist_looks_like_what_is_not_hers(kept, dr_bell, in_care):
    client = signed_in(dr_bell)
    nothing = {name: uuid4() for name in kept}
    for route, entry in GUARDED:
        if shows_one_record(entry.name):
            assert client.get(address(route, kept)).status_code == 200, entry.name
            assert client.get(address(route, nothing)).status_code == 404, entry.name


def test_no_page_has_inline_style_or_script_and_each_has_its_policy(kept, dr_bell, in_care):
    root = User.objects.create_superuser("root@example.org", PASSWORD, name="Root")
    seen = 0
    for user in (dr_bell, root):
        client = signed_in(user)
        for route, entry in sorted(NAMED, key=lambda page: page[1].name == "logout"):
            answer = client.get(address(route, kept))
            if answer.status_code == 200 and "html" in answer.headers["Content-Type"]:
                seen += 1
                assert not INLINE.search(answer.text), entry.name
                policy = answer.headers["Content-Security-Policy"]
                assert "script-src 'self'" in policy
                assert "unsafe" not in policy
    assert seen > len(NAMED) / 2
