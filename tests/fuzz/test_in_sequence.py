"""Requests made from the document one after the other: what a POST answered is read, put right and taken back by its id.

The document's own links are followed: ``POST /labs`` answers with the id that ``/labs/{key}`` takes. ``make fuzz`` makes more
and longer sequences.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import count
from typing import Any

from django.core.wsgi import get_wsgi_application
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from schemathesis.openapi import from_dict

from tests.fuzz.test_document import CHECKS, IS_WHOLE, ROWS, SEED, Cast, cast, from_loopback

__all__ = ["cast"]

SEQUENCES, STEPS = (200, 12) if IS_WHOLE else (8, 6)


def about_rows(document: dict[str, Any]) -> dict[str, Any]:
    """What of the document is about rows that he makes: the addresses that make one, and those that its links lead to."""
    paths = document["paths"]
    made = {f"/api/v1/{noun}" for noun in ROWS}
    linked = {
        link["operationId"]
        for path in made
        for answer in paths[path]["post"]["responses"].values()
        for link in answer.get("links", {}).values()
    }
    assert len(linked) > 20
    led_to = {path for path, methods in paths.items() if any(one["operationId"] in linked for one in methods.values())}
    return document | {"paths": {path: paths[path] for path in (*sorted(made), *sorted(led_to))}}


def _at(noun: str, number: int) -> dict[str, str]:
    """A day of its own, so that no two are taken for one."""
    named = {"labs": "collected_at", "doses": "taken_at", "symptoms": "felt_at"}.get(noun)
    return {named: str(date(2026, 10, 1) - timedelta(days=number))} if named else {}


def test_what_was_made_can_be_read_put_right_and_taken_back_in_any_order(cast: Cast) -> None:
    schema = from_dict(about_rows(SchemaGenerator().get_schema(request=None, public=True)))
    schema.app = from_loopback(get_wsgi_application())
    followed: Counter[str] = Counter()

    numbers = count(1)

    class Life(schema.as_state_machine()):  # type: ignore[misc]  # made by the library
        def before_call(self, case: Any) -> None:
            # What is made from a shape alone is hardly ever a row that the rules accept; every second one is.
            noun, number = case.operation.path.rpartition("/")[2], next(numbers)
            if case.operation.method == "post" and noun in ROWS and number % 2:
                case.body = ROWS[noun] | {"client_id": f"made-{number}"} | _at(noun, number)

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": {"Authorization": f"Bearer {cast.adam}", "If-Match": "*"}}

        def validate_response(self, response: Any, case: Any, **_: Any) -> None:
            case.validate_response(response, checks=CHECKS)
            followed[f"{case.operation.method.upper()} {str(response.status_code)[0]}xx"] += 1

    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=SEQUENCES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            derandomize=not IS_WHOLE,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    print(f"seed {SEED}, in sequence: {dict(sorted(followed.items()))}")  # noqa: T201  for who runs it
    assert followed["POST 2xx"]
    assert followed["GET 2xx"] + followed["PUT 2xx"] + followed["DELETE 2xx"]
