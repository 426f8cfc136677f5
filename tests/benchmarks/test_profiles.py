"""What a profile tells: whose lines took the time, how often each was called, and which statements were sent."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.profiles import part_of, profiled, shape
from tracking.services import accounts


@pytest.mark.parametrize(
    ("file", "part"),
    [
        (
            "/opt/venv/lib/python3.11/site-packages/django/db/models/sql/compiler.py",
            "Django: statements composed, rows made objects",
        ),
        ("/opt/venv/lib/python3.11/site-packages/django/http/response.py", "Django: the rest"),
        ("/opt/venv/lib/python3.11/site-packages/djangorestframework_x/thing.py", "Python's library and other packages"),
        ("/usr/lib/python3.11/json/encoder.py", "Python's library and other packages"),
        ("~", "built-in functions"),
        (accounts.__file__, "services"),
    ],
)
def test_a_module_belongs_to_the_narrowest_part_that_is_known(file: str, part: str) -> None:
    assert part_of(file) == part


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ('SELECT "a"."b", (SELECT 1) FROM "tracking_labresult" WHERE "a"."b" = 7', 'SELECT ... FROM "tracking_labresult"'),
        ('RELEASE SAVEPOINT "s1_x2"', "RELEASE SAVEPOINT"),
        ("UPDATE  tracking_patient\n SET revision = 7", "UPDATE tracking_patient SET revision"),
    ],
)
def test_a_statement_is_told_without_columns_and_values(statement: str, told: str) -> None:
    assert shape(statement) == told


def test_calls_statements_and_shares_are_those_of_one_call(make_man: Any, as_system: Any) -> None:
    from tracking.models import Patient

    make_man()
    asked = []

    def call() -> None:
        with as_system():
            assert Patient.objects.count() == 1

    found = profiled("counting", call, calls=3, between=lambda: asked.append(1))
    assert len(asked) == 2 + 3 + 3
    assert found.statements['SELECT ... FROM "tracking_patient"'] == 1
    assert found.parts["Django: statements composed, rows made objects"] > 0
    title, _, first, *_ = found.text().splitlines()
    assert title.startswith("counting: ")
    assert first.endswith("Django: statements composed, rows made objects")
