"""Rows of reminders by the million, made by the database itself and the same each time. For measuring only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from psycopg import Connection

from benchmarks import population
from benchmarks.owner import gather_figures, triggers_off

TABLES = (*population.MEN, "tracking_dueitem", "notifications_reminder")
# Of one man: an old round a row, all over; then what is due or planned, by two ways.
WAYS = 2

_ITEMS = """
    INSERT INTO tracking_dueitem (uid, patient_id, revision, kind, audience, anchor, rule, reason, opens_on, due_on, overdue_on,
        zone, state, answered_by, time_critical, resend_after_days, version, announced_version)
    SELECT gen_random_uuid(), id, 1, 'lab_e2_t', 'man', 'invented:1', 'invented', 'invented', %(now)s::date - 1, %(now)s::date,
        %(now)s::date + 14, 'UTC', 'open', '', false, 7, 1, 1
    FROM tracking_patient
"""
_OLD = """
    INSERT INTO notifications_reminder (uid, patient_id, due_item_id, kind, stage, channel, round, round_began_at, due_on,
        send_at, expires_at, state)
    SELECT gen_random_uuid(), patient_id, id, kind, 'on', 'inbox', n, %(now)s, due_on,
        %(now)s::timestamptz - make_interval(days => n), %(now)s::timestamptz - make_interval(days => n - 1), 'superseded'
    FROM tracking_dueitem, generate_series(1, %(old)s) n
"""
_DUE = """
    INSERT INTO notifications_reminder (uid, patient_id, due_item_id, kind, stage, channel, round, round_began_at, due_on,
        send_at, expires_at, state)
    SELECT gen_random_uuid(), patient_id, id, kind, 'on', channel, %(old)s + 1, %(now)s, due_on,
        CASE WHEN place <= %(due_men)s
            THEN %(now)s::timestamptz + make_interval(mins => (place - 1) / %(a_minute)s)
            ELSE %(now)s::timestamptz + make_interval(days => 30) END,
        %(now)s::timestamptz + make_interval(days => 60), 'planned'
    FROM (SELECT *, (row_number() OVER (ORDER BY id))::int AS place FROM tracking_dueitem) item,
        (VALUES ('inbox'), ('email')) AS way(channel)
"""


def fill(owner: Connection[Any], *, rows: int, men: int, due_men: int, a_minute: int, now: datetime) -> None:
    """Make ``rows`` reminders of ``men`` men; of ``due_men`` of them two are due, the others' later.

    So many men ``a_minute``: the first are due at ``now``, the next a minute later. In one transaction.
    """
    old = rows // men - WAYS
    if old < 1 or due_men > men:
        raise ValueError("a man has at least three rows, and no more are due than there are")
    values = {"now": now, "men": men, "old": old, "due_men": due_men, "a_minute": a_minute}
    with triggers_off(owner, TABLES):
        population.men(owner, men)
        for statement in (_ITEMS, _OLD, _DUE):
            owner.execute(statement, values)
    owner.commit()
    owner.autocommit = True
    gather_figures(owner, TABLES)
    owner.autocommit = False
