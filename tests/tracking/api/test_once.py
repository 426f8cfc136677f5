"""A POST that is sent again, because its answer was lost, is answered again and stored once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.accounts import bearer
from tests.conftest import NOW
from tests.tracking.api.contract import ESTRADIOL, ContractClient
from tests.tracking.services.test_titration_at_once import at_once
from tracking.models import AnsweredRequest, LabResult
from tracking.services import requests
from tracking.services.access import Actor, acting_as

SYSTEM = Actor.system("test")


@pytest.fixture
def db(committed):
    """Twins need connections of their own, and commits."""


def keyed(client, key="a-key", path="/labs", body=ESTRADIOL):
    return client.send("POST", path, body, headers={"Idempotency-Key": key})


def stored():
    with acting_as(SYSTEM):
        return LabResult.objects.count(), AnsweredRequest.objects.count()


def test_the_same_again_is_answered_again_and_stored_once(by_adam):
    first = keyed(by_adam)
    again = keyed(by_adam)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["ETag"] == first.headers["ETag"]
    assert (first.headers.get("Idempotent-Replayed"), again.headers["Idempotent-Replayed"]) == (None, "true")
    assert stored() == (1, 1)


def test_a_twin_at_the_same_time_waits_and_is_answered_alike(by_adam, adam):
    """Two connections: whoever comes second waits for the man's lock, and then finds the answer."""

    def post():
        client = ContractClient()
        client.credentials(**headers)
        return keyed(client)

    headers = bearer(adam.user)
    answers = at_once(post, post, post)
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert len({answer.json()["lab"]["uid"] for answer in answers}) == 1
    assert stored() == (1, 1)


def test_what_was_refused_does_not_use_up_the_key(by_adam):
    by_adam.lab(client_id="mine")
    other = ESTRADIOL | {"client_id": "mine", "value": "25.0"}
    assert keyed(by_adam, body=other).status_code == 409
    assert keyed(by_adam, body=ESTRADIOL | {"value": "5,1"}).status_code == 422
    assert stored() == (1, 0)
    mended = keyed(by_adam, body=other | {"client_id": "another", "collected_at": "2026-10-02"})
    assert mended.status_code == 201
    assert stored() == (2, 1)


def test_the_same_key_with_another_body_is_refused(by_adam):
    keyed(by_adam)
    for path, body in (("/labs", ESTRADIOL | {"value": "25.0"}),):
        refused = keyed(by_adam, path=path, body=body)
        assert refused.status_code == 422
        assert [issue["code"] for issue in refused.json()["errors"]] == ["key-used"]
    assert keyed(by_adam, body=dict(reversed(ESTRADIOL.items()))).status_code == 201  # another order is the same body
    assert stored() == (1, 1)


def test_a_key_is_of_one_account_and_one_address(by_adam, by_carl):
    keyed(by_adam)
    assert keyed(by_carl).json()["lab"]["value"] == "24.0"
    assert keyed(by_adam, path="/symptoms", body={"code": "fatigue", "score": 5, "felt_at": "2026-10-01"}).status_code == 201
    assert stored() == (2, 3)


def test_acts_that_cannot_be_done_twice_are_answered_again_too(by_adam):
    plan = {"drug": "testosterone_cypionate", "dose": "100 mg", "schedule": {"kind": "every", "days": "7"}}
    by_adam.send("POST", "/regimens", plan | {"starts_on": "2026-10-01", "client_id": "plan"})
    ended = {"ends_on": "2026-11-01", "reason": "enough"}
    first, again = (keyed(by_adam, path="/regimens/plan/end", body=ended) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200), first.content
    assert first.json() == again.json()


def test_who_has_lost_the_man_gets_no_answer_of_his_again(by_bell, at_adam, by_adam, in_care):
    assert keyed(by_bell, path=f"{at_adam}/labs").status_code == 201
    assert by_adam.send("DELETE", f"/consents/{in_care.uid}").status_code == 204
    assert keyed(by_bell, path=f"{at_adam}/labs").status_code == 404


@pytest.mark.parametrize("key", ["", "a b", "k" * 201, "\u00e4"])
def test_a_key_that_cannot_be_kept_is_refused(by_adam, key):
    refused = keyed(by_adam, key=key)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "key-form")


def test_after_two_days_a_key_is_free_again(by_adam, monkeypatch):
    keyed(by_adam)
    later = NOW + requests.KEPT
    assert requests.forget(now=later - timedelta(seconds=1)) == 0
    monkeypatch.setattr("tracking.clock.now", lambda: later)
    assert keyed(by_adam, body=ESTRADIOL | {"value": "25.0", "collected_at": "2026-10-02"}).status_code == 201
    assert stored() == (2, 1)
    assert requests.forget(now=later + requests.KEPT) == 1
    assert requests.forget(now=later + requests.KEPT) == 0
    assert stored() == (2, 0)
