"""What the benchmark of the policies compares is the policies alone: both sides see the same rows, and only one is bound."""

from __future__ import annotations

import psycopg
import pytest

from benchmarks.policies import fill, measure
from tests.benchmarks.roles import connect


def test_both_sides_are_asked_the_same_and_only_one_is_bound(committed: None) -> None:
    with connect("default") as app, connect("owner") as owner:
        try:
            fill(owner, men=60, results=3, in_care=55)
            figures = measure(app, owner, rounds=5, calls=1)
            assert len(figures) == 4
            assert all(under.median >= 0 <= without.median for under, without in figures.values())
            assert owner.execute("SELECT count(*) FROM tracking_labresult").fetchone() == (180,)
            owner.rollback()
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute("SELECT count(*) FROM tracking_labresult")
        finally:
            owner.rollback()
            for table in ("tracking_patient", "tracking_carerelationship", "tracking_labresult"):
                owner.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
