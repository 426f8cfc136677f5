"""Invented men by the thousand, with results and doses: made by the owner's role, by the database itself, the same each time.

Their triggers rest meanwhile (:func:`benchmarks.owner.triggers_off`); the numbers that those would give are filled in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = ["DOSES", "MEN", "RESULTS", "doses", "men", "results"]

# What each of them fills, for whoever lets triggers rest and gathers figures afterwards.
MEN = ("tracking_user", "tracking_patient")
RESULTS = ("tracking_labresult",)
DOSES = ("tracking_doseevent",)

_USERS = """
    INSERT INTO tracking_user (password, is_superuser, uid, email, name, is_active, is_staff, joined_at)
    SELECT '!', false, gen_random_uuid(), %(of)s || '-' || n || '@example.org', 'Man ' || n, true, false, now()
    FROM generate_series(1, %(count)s) n
"""
_MEN = """
    INSERT INTO tracking_patient (uid, user_id, name, zone, birth_year, is_statistical, statistical_key, statistical_facts,
        revision, revision_xact, profile_revision)
    SELECT gen_random_uuid(), id, name, 'UTC', 1970, false, '', '{}', %(revision)s, 0, 1 FROM tracking_user
    WHERE email LIKE %(of)s || '-%%' ORDER BY id
"""
_RESULTS = """
    INSERT INTO tracking_labresult (uid, patient_id, revision, client_id, recorded_at, recorded_by, source_system, source_id,
        withdrawn_reason, at, precision, zone, analyte, comparator, digits, unit, method, method_evidence, laboratory,
        range_low, range_high, lloq, confirmed_reason, unit_confirmed)
    SELECT gen_random_uuid(), man.id, n, asked.analyte || '-' || n, now(), 'user:' || user_id, '', '', '',
        now() - make_interval(days => 60 * n), 'minute', 'UTC', asked.analyte, '',
        (asked.least + (man.id + n) %% 12)::text, asked.unit, 'lcmsms', 'staff_verified', '', '', '', '', '', false
    FROM tracking_patient man, generate_series(1, %(each)s) n,
        (VALUES ('estradiol', 14, 'pg/mL'), ('testosterone_total', 500, 'ng/dL')) AS asked(analyte, least, unit)
    WHERE man.name LIKE 'Man %%' AND asked.analyte = ANY(%(analytes)s)
"""
_DOSES = """
    INSERT INTO tracking_doseevent (uid, patient_id, revision, client_id, recorded_at, recorded_by, source_system, source_id,
        withdrawn_reason, at, precision, zone, drug, kind, amount_digits, amount_unit, site, confirmed_reason)
    SELECT gen_random_uuid(), id, n, 'dose-' || n, now(), 'user:' || user_id, '', '', '',
        now() - make_interval(days => 3 * n), 'minute', 'UTC', 'anastrozole', 'taken', '0.5', 'mg', '', ''
    FROM tracking_patient, generate_series(1, %(each)s) n
    WHERE name LIKE 'Man %%'
"""


def men(owner: Any, count: int, *, of: str = "man", revision: int = 1) -> None:
    """So many men, each with an account; ``of`` begins their addresses, and ``revision`` is the number that stands with each.

    ``owner``: whatever has ``execute``, a connection or a cursor.
    """
    for statement in (_USERS, _MEN):
        owner.execute(statement, {"of": of, "count": count, "revision": revision})


def results(owner: Any, each: int, *, analytes: Sequence[str] = ("estradiol",)) -> None:
    """For each of these men so many results of each analyte, one every sixty days."""
    owner.execute(_RESULTS, {"each": each, "analytes": list(analytes)})


def doses(owner: Any, each: int) -> None:
    """For each of these men so many doses of anastrozole, one every three days."""
    owner.execute(_DOSES, {"each": each})
