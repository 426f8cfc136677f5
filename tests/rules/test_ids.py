"""Whatever an id looks like, it opens nothing to a stranger, and nobody is told more by a strange one than by a wrong one."""

from __future__ import annotations

from urllib.parse import quote
from uuid import UUID

import pytest

from tests.everybody import Everybody, everybody
from tests.rules.test_every_route import GUARDED, Route, any_values, client_of
from tracking.domain.actor import Actor
from tracking.models import LabResult
from tracking.services.access import acting_as

__all__ = ["everybody"]  # a fixture of its own module

pytestmark = pytest.mark.django_db

KINDS = ("Patient", "Observation", "MedicationStatement", "DiagnosticReport", "Condition", "Nonsense")


AT_A_TIME = 2


def spelled(route: Route, values: dict[str, str]) -> str:
    return route.path(**{name: quote(value, safe="") for name, value in values.items()})


def shapes(uid: str, key: int) -> list[str]:
    """One row's names in other hands: its bigint key, its uid written otherwise, and what a database or a file might read."""
    return [
        *(str(key), f"0{key}", f"-{key}", f"{key}.0", str(UUID(uid).int), str(2**64)),
        *(uid.upper(), uid.replace("-", ""), f"{{{uid}}}", f"urn:uuid:{uid}", f"{uid} ", f"{uid}\n", f"{uid}.json"),
        *(f"{uid}/../{uid}", f"{uid}' OR '1'='1", f"{uid}\x00", "../../profile", "%2e%2e%2f", "*", "null", "a" * 5000),
    ]


def test_no_shape_of_an_id_opens_anything_to_a_stranger(everybody: Everybody) -> None:
    """Each route is asked for a few shapes, in turn, so that all together have seen them all many times."""
    with acting_as(Actor.system("test")):
        row = LabResult.objects.filter(patient=everybody.adam).latest("pk")
    stranger, found, asked = client_of(everybody.else_), [], 0
    for route in (route for route in GUARDED if route.names and route.method == "get"):
        right = any_values(everybody, route, str(row.uid))
        for name in route.names:
            ways = shapes(right[name], everybody.adam.pk if name == "patient_uid" else row.pk)
            for shape in (ways[asked % len(ways)] for _ in range(AT_A_TIME)):
                asked += 1
                answer = stranger.get(spelled(route, right | {name: shape}))
                if answer.status_code != 404 or everybody.is_told(answer.content):
                    found.append((str(route), name, shape[:60], answer.status_code))
    assert found == []
    assert asked > 5 * len(shapes(str(row.uid), 1))
    # Not because the address was wrong: the same key names nothing even to who may read the row.
    bell, adam = client_of(everybody.bell), client_of(everybody.adam.user)
    assert adam.get(f"/api/v1/labs/{row.client_id}").status_code == 200
    for path in (f"/api/v1/patients/{everybody.adam.pk}", f"/api/v1/patients/{everybody.adam.uid}/labs/{row.pk}"):
        assert bell.get(path).status_code == 404, path
    assert adam.get(f"/api/v1/labs/{row.pk}").status_code == 404


def test_through_fhir_a_stranger_finds_nothing_by_any_id_or_search(everybody: Everybody) -> None:
    stranger, found = client_of(everybody.else_), []
    uids = [one for one in everybody.one_of_each if one in everybody.uids]
    for place, named in enumerate((*uids, str(everybody.adam.pk), everybody.adam.uid.hex)):
        kind = KINDS[place % len(KINDS)]
        for path in (
            f"{kind}/{named}",
            f"{kind}?patient=Patient/{everybody.adam.uid}&_id={named}",
            f"Patient/{named}/$everything",
        ):
            answer = stranger.get(f"/fhir/r4/{path}")
            # An id that was asked for may be repeated, and nothing else of him.
            told = [mark for mark in everybody.is_told(answer.content) if mark not in (named, str(everybody.adam.uid))]
            if told or answer.status_code >= 500 or (answer.status_code == 200 and b'"total": 0' not in answer.content):
                found.append((path, answer.status_code, told))
    assert found == []
