"""What holds for every address of the record: a view gets it from its base, and a new one cannot forget it."""

from __future__ import annotations

import json

import pytest
from django.db import transaction

from backend.accounts.views import AccountView
from backend.api.views import Docs, Schema
from tests.rules.test_every_route import ROUTES, any_values, client_of, everybody, likely_first
from tracking.api.base import RecordView
from tracking.api.paging import PAGE, SINCE
from tracking.api.schema import FIELDS

__all__ = ["everybody"]

CHANGING = ("put", "patch", "delete")
# Addresses that are no man's record and have a base of their own, each with the reason.
APART = {
    AccountView: "allauth's steps: each carries its own proof, and none names a row that two may change",
    Schema: "the document",
    Docs: "the document, for people",
}
# A POST there is about no man yet, or about none at all; the same again stores nothing.
WITHOUT_KEY = {
    "profile": "opens the record: there is no man to keep the answer for",
    "clinics/<uuid:clinic_uid>/floor": "a clinic's own floor; it names no man",
    "clinics/<uuid:clinic_uid>/floor/end": "the same",
    "clinics/<uuid:clinic_uid>/invitations": "its secret is shown once, and kept nowhere",
    "clinics/<uuid:clinic_uid>/redemptions": "of no man before it is accepted; a code holds once anyway",
    "share-codes": "its secret is shown once, and kept nowhere",
    "read-tokens": "its secret is shown once, and kept nowhere",
    "calendar": "its address is shown once, and kept nowhere",
    "erasure": "the sign-in that would ask again has ended with it",
}
# What has one state only, so that there is nothing in it to have missed: it is ended, and the same again changes nothing.
UNSEEN = {
    "share-codes/<uuid:uid>": "a code has no versions",
    "clinics/<uuid:clinic_uid>/invitations/<uuid:uid>": "an invitation has no versions",
    "read-tokens/<uuid:uid>": "a key has no versions",
    "calendar": "an address has no versions",
    "devices/<uuid:uid>": "a phone that gets no more messages gets none",
}
# Answers that are taken whole, each with the reason.
WHOLE = {
    "sync": "a phone applies all of a pull or none of it",
    "rulebook": "rules are read as one",
    "exports/<uuid:uid>/archive": "a file",
    "export": "a file",
    "patients/<uuid:patient_uid>/export": "a file",
}
# Lists of rows with a revision that is not their own.
NOT_SINCE = {"patients": "the revision is each man's, and no number orders all men"}

RECORD = [route for route in ROUTES if not issubclass(route.view, tuple(APART))]


def operation_of(route):
    return route.view.operations[route.method.upper()]


def names(route):
    view = route.view()
    return {query.name for query in view.accepted(route.method.upper())}


def test_every_address_has_the_one_base_or_is_named_as_apart():
    assert [str(route) for route in RECORD if not issubclass(route.view, RecordView)] == ["GET rulebook"]


def test_every_change_can_be_held_against_what_was_seen():
    changing = [route for route in RECORD if route.method in CHANGING]
    assert {route.pattern for route in changing if not route.view.needs_match} == UNSEEN.keys()
    held = [route for route in changing if route.view.needs_match]
    blind = [str(route) for route in held if not (route.view.operations.get("GET") and route.view.operations["GET"].etag)]
    assert blind == [], "a view that changes something reads it too, with an ETag"


def test_every_post_takes_a_key_or_is_named_as_needing_none():
    without = {route.pattern for route in RECORD if route.method == "post" and not route.view.keeps_answers}
    assert without == WITHOUT_KEY.keys()


def test_every_read_gives_the_members_that_are_asked_for():
    whole = {route.pattern for route in RECORD if route.method == "get" and FIELDS.name not in names(route)}
    assert whole == WHOLE.keys()


def test_every_list_is_paged_and_those_of_rows_with_a_revision_can_be_asked_what_changed():
    lists = [route for route in RECORD if route.method == "get" and {"next", "results"} <= shape_of(route)]
    assert len(lists) > 20
    for route in lists:
        assert {query.name for query in PAGE} <= names(route), f"{route} is not paged"
        has_revision = "revision" in route.view().members
        assert (SINCE.name in names(route)) == (has_revision and route.pattern not in NOT_SINCE), f"{route} and ?since="


def test_every_list_of_records_is_asked_by_days_and_by_how_they_stand():
    """Versions are of one record, and have neither."""
    records = [
        route for route in RECORD if route.method == "get" and {"recorded_at", "withdrawn_at"} & set(members_of_rows(route))
    ]
    lists = [route for route in records if "versions" not in route.pattern]
    assert len(lists) == 20, "ten kinds of records, of a man and of staff"
    assert {str(route): {"from", "to", "status", "since", "fields"} - names(route) for route in lists} == {
        str(route): set() for route in lists
    }


def members_of_rows(route):
    shape = operation_of(route).answer
    rows = getattr(shape().fields.get("results"), "child", None) if isinstance(shape, type) else None
    return getattr(rows, "fields", {})


def shape_of(route):
    answer = operation_of(route).answer
    return set(answer().fields) if isinstance(answer, type) else set()


@pytest.mark.django_db
def test_nothing_is_changed_or_taken_back_by_who_has_not_seen_what_stands(everybody):
    """428 without an ``If-Match``, 412 with another's; what is not his to see is not found, before either."""
    client = client_of(everybody.adam.user)
    changing = [route for route in RECORD if route.method in CHANGING and route.view.needs_match]
    his = [route for route in changing if not route.is_for_staff]
    assert {route.view for route in changing} == {route.view for route in his}, "walk these too"
    codes = {}
    for route in his:
        keys = likely_first(everybody, route, {})
        paths = (route.path(**any_values(everybody, route, key)) for key in keys)
        path = next((path for path in paths if asked(client, route.method, path) != 404), None)
        codes[str(route)] = path and [
            asked(client, route.method, path, **{"If-Match": tag}) for tag in ('"of-yesterday"', 'W/"1"')
        ]
        if path:
            codes[str(route)].insert(0, asked(client, route.method, path))
    assert {name: code for name, code in codes.items() if code != [428, 412, 412]} == {}


def asked(client, method, path, **headers):
    with transaction.atomic():
        response = getattr(client, method)(path, headers=headers)
        transaction.set_rollback(True)
    if response.status_code in (412, 428):
        assert json.loads(response.content)["errors"][0]["pointer"] == "If-Match:"
    return response.status_code
