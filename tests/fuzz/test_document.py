"""Requests made from the document, right and wrong ones, against the whole application as a signed-in man, and as his
prescriber where an address is for staff.

No answer is a 5xx, none has a status that the document does not name for its operation, and none another shape. A small sample
runs with the suite; ``make fuzz`` shares the time that it is told (``FUZZ_SECONDS``) among all operations, in two processes
(``FUZZ_SHARES``), with another seed each time.
"""

from __future__ import annotations

import os
import random
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.wsgi import get_wsgi_application
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.openapi import from_dict
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from tests.accounts import PASSWORD, access_token, make_man
from tests.conftest import NOW
from tests.tracking.api.contract import ContractClient
from tracking.domain.actor import Actor
from tracking.models import Clinic, Prescriber, User
from tracking.services import consent

SECONDS = float(os.environ.get("FUZZ_SECONDS", "15"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))
# Told how long, it tries every operation; else a sample of them.
IS_WHOLE = "FUZZ_SECONDS" in os.environ
SHARES = int(os.environ.get("FUZZ_SHARES", "1"))
# So many requests of each kind to one operation before the next has its turn: to make the first one costs the most.
AT_A_TIME = 2
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
# What would sign out the man who asks, so that every later answer is the same 401; each has tests of its own.
ENDS = {"auth_session_delete", "auth_sessions_delete", "account_password_change_post", "tokens_refresh_post"}
# Written by others than an app, or pages.
LEFT_OUT = {"schema_get", "docs_get", "schema_retrieve", "docs_retrieve"}
ROWS = {
    "labs": {"analyte": "estradiol", "value": "24.0", "unit": "pg/mL", "collected_at": "2026-10-01", "client_id": "row"},
    "regimens": {
        "drug": "testosterone_cypionate", "dose": "80 mg", "schedule": {"kind": "every", "days": "7"},
        "starts_on": "2026-05-01", "client_id": "row",
    },
    "doses": {
        "drug": "testosterone_cypionate", "kind": "taken", "amount": "80 mg", "taken_at": "2026-10-01", "client_id": "row",
    },
    "symptoms": {"code": "fatigue", "score": 5, "felt_at": "2026-10-01", "client_id": "row"},
    "fractures": {"site": "wrist", "occurred_at": "2026-01", "client_id": "row"},
    "risk-factors": {"code": "smoking", "client_id": "row"},
}  # fmt: skip


@dataclass(frozen=True)
class Cast:
    """Adam and Dr. Bell, whom he let in, signed in; and what an address may name of theirs, by the noun before it."""

    adam: str
    bell: str
    patient_uid: str
    clinic_uid: str
    uids: Mapping[str, str]

    def of(self, path: str) -> tuple[str, dict[str, str]]:
        """Who asks at an address, and with what in it, so that it leads somewhere."""
        is_staffs = path.startswith(("/api/v1/patients", "/api/v1/clinics", "/api/v1/queue"))
        noun = path.partition("/{key}")[0].rpartition("/")[2]
        known = {
            "patient_uid": self.patient_uid,
            "clinic_uid": self.clinic_uid,
            "key": self.uids.get(noun, "row") if is_staffs else "row",
            "uid": self.uids.get(path.partition("/{uid}")[0].rpartition("/")[2], ""),
        }
        named = {name: known[name] for name in re.findall(r"\{(\w+)\}", path) if known.get(name)}
        return self.bell if is_staffs else self.adam, named


@pytest.fixture
def cast(committed: None, now: Any, monkeypatch: pytest.MonkeyPatch) -> Cast:
    """Adam with a row of each common kind, all of one id, so that addresses made of it lead somewhere."""
    monkeypatch.setattr(django_settings, "REQUESTS_A_MINUTE", 0)  # two accounts send thousands
    adam = make_man(now=NOW)
    bell = User.objects.create_user("bell@example.org", PASSWORD, name="Dr. Bell", is_staff=True)
    clinic = Clinic.objects.create(name="Invented Clinic")
    Prescriber.objects.create(user=bell, clinic=clinic)
    consent.grant(patient=adam, clinic_uid=clinic.uid, by=Actor.user(adam.user_id), now=NOW)
    token = access_token(adam.user)
    client = ContractClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    uids = {}
    for name, body in ROWS.items():
        answer = client.send("POST", f"/{name}", body)
        assert answer.status_code == 201, answer.content
        told = answer.json()
        uids[name] = told.get("lab", told)["uid"]
    uids["evaluations"] = client.send("GET", "/evaluations").json()["results"][0]["uid"]
    return Cast(token, access_token(bell), str(adam.uid), str(clinic.uid), uids)


def operations() -> list[Any]:
    """Every operation of the document, in an order of this seed."""
    document = SchemaGenerator().get_schema(request=None, public=True)
    schema = from_dict(document)
    schema.app = from_loopback(get_wsgi_application())
    found = [result.ok() for result in schema.get_all_operations()]
    wanted = [one for one in found if one.definition.raw["operationId"] not in ENDS | LEFT_OUT]
    random.Random(SEED).shuffle(wanted)
    return wanted


def from_loopback(application: Any) -> Any:
    """The limits of sign-in ask where a request comes from, which every server says."""

    def asked(environ: dict[str, Any], start_response: Any) -> Any:
        return application({"REMOTE_ADDR": "127.0.0.1", **environ}, start_response)

    return asked


@pytest.mark.parametrize("share", range(SHARES))
def test_no_request_that_the_document_allows_or_forbids_is_too_much(cast, share):
    found = operations()[share::SHARES]
    assert len(found) > 100 // SHARES
    until = monotonic() + SECONDS
    tried: dict[str, Counter[str]] = {}
    for place, operation in enumerate(found):
        if monotonic() >= until and not IS_WHOLE:
            break
        # What is left of the time is shared by those that are left. Each has its turn, however late it is.
        its_end = monotonic() + max(0.0, until - monotonic()) / (len(found) - place)
        turn = 0
        while turn == 0 or monotonic() < its_end:
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                ask(operation, mode, cast, turn, tried)
            turn += 1
    assert tried, "the budget is too small to say anything"
    assert len(tried) == len(found) or not IS_WHOLE
    requests, accepted = sum(one.total() for one in tried.values()), sum(1 for one in tried.values() if one["2"])
    print(  # noqa: T201  for who runs it
        f"seed {SEED}, share {share + 1} of {SHARES}: {requests} requests to {len(tried)} of {len(found)} operations, "
        f"{accepted} of which accepted one"
    )


def ask(operation: Any, mode: GenerationMode, cast: Cast, turn: int, tried: dict[str, Counter[str]]) -> None:
    """A few requests of one kind to one address."""
    token, named = cast.of(operation.path)

    @seed(SEED * 1_000 + turn)
    @settings(
        max_examples=AT_A_TIME, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: Any) -> None:
        if named and turn % 2 == 0:
            case.path_parameters = {**(case.path_parameters or {}), **named}
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}", "If-Match": "*"}
        answer = case.call_and_validate(checks=CHECKS)
        tried.setdefault(operation.label, Counter())[str(answer.status_code)[0]] += 1

    run()
