"""What row-level security costs: the same statements by the application's role under the policies, and by the owner without.

Two connections to one database, in turns, by the processor time of this process and of both sessions: what they wait while
others have the core is no cost of the policies. In this database alone the owner of the tables is let past the policies
(``NO FORCE``); elsewhere he is bound like everybody.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import Connection
from psycopg.sql import SQL, Identifier

from backend.devstack.session import begin
from benchmarks import population
from benchmarks.measure import Timed, in_turns, processor_of

MEN, RESULTS = 5_000, 40
# In the care of the one clinic.
IN_CARE = 500
ROUNDS, CALLS = 5, 50
CHECKOUT = Path(__file__).parents[1]
_NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
_TABLES = (
    *population.MEN,
    *population.RESULTS,
    *("tracking_clinic", "tracking_prescriber", "tracking_carerelationship"),
)
_FILL: tuple[LiteralString, ...] = (
    """INSERT INTO tracking_user (password, is_superuser, uid, email, name, is_active, is_staff, joined_at)
    SELECT '!', false, gen_random_uuid(), 'bell@example.org', 'Dr. Bell', true, true, %(now)s""",
    "INSERT INTO tracking_clinic (uid, name, zone) VALUES (gen_random_uuid(), 'Invented', 'UTC')",
    """INSERT INTO tracking_prescriber (uid, user_id, clinic_id, is_active)
    SELECT gen_random_uuid(), (SELECT max(id) FROM tracking_user), (SELECT max(id) FROM tracking_clinic), true""",
    """INSERT INTO tracking_carerelationship (uid, patient_id, revision, clinic_id, scope, granted_at, granted_by, revoked_by)
    SELECT gen_random_uuid(), id, 1, (SELECT max(id) FROM tracking_clinic), '[]', %(now)s, 'user:1', ''
    FROM tracking_patient ORDER BY id LIMIT %(in_care)s""",
)
# What is asked, and by whom: a man, a prescriber with hundreds of men, and the system.
_HIS = "SELECT * FROM tracking_labresult WHERE patient_id = %(man)s ORDER BY at DESC LIMIT 50"
_LIST = "SELECT * FROM tracking_patient WHERE id = ANY(%(some)s) ORDER BY id"
_ALL = "SELECT count(*) FROM tracking_labresult WHERE digits = '24'"
_ASKED: dict[str, tuple[str, LiteralString]] = {
    "a man reads his results": ("man", _HIS),
    "a prescriber reads one man's results": ("prescriber", _HIS),
    "a prescriber reads fifty men of hers": ("prescriber", _LIST),
    "the system counts through all results": ("system", _ALL),
}
_ACT: LiteralString = "SELECT set_config('trabecula.actor', %s, true)"


def fill(owner: Connection[Any], *, men: int, results: int, in_care: int) -> None:
    """Invented men with results, some in the care of a clinic with one prescriber; the policies bind the owner no more."""
    values = {"now": _NOW, "in_care": in_care}
    for table in _TABLES:
        owner.execute(SQL("ALTER TABLE {} NO FORCE ROW LEVEL SECURITY, DISABLE TRIGGER USER").format(Identifier(table)))
    population.men(owner, men)
    population.results(owner, results)
    for statement in _FILL:
        owner.execute(statement, values)
    owner.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table whose keys are not checked yet cannot be altered
    for table in _TABLES:
        owner.execute(SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(Identifier(table)))
    owner.commit()
    owner.autocommit = True
    for table in _TABLES:
        owner.execute(SQL("VACUUM (ANALYZE) {}").format(Identifier(table)))
    owner.autocommit = False


def measure(app: Connection[Any], owner: Connection[Any], *, rounds: int, calls: int) -> dict[str, tuple[Timed, Timed]]:
    """By what is asked: under the policies, and without. Raises RuntimeError where both do not see the same rows."""
    (man,) = owner.execute("SELECT min(id) FROM tracking_patient").fetchone() or (0,)
    (user,) = owner.execute("SELECT user_id FROM tracking_patient WHERE id = %s", [man]).fetchone() or (0,)
    (bell,) = owner.execute("SELECT max(user_id) FROM tracking_prescriber").fetchone() or (0,)
    actors = {"man": f"user:{user}", "prescriber": f"user:{bell}", "system": "system:bench"}
    values = {"man": man, "some": [man + place for place in range(50)]}
    subjects: dict[str, Callable[[], object]] = {}
    for name, (who, statement) in _ASKED.items():
        under, without = (partial(_ask, one, actors[who], statement, values) for one in (app, owner))
        if under() != without():
            raise RuntimeError(f"{name}: the policies hide a row that is to be seen")
        subjects |= {f"{name}, under": under, f"{name}, without": without}
    timed = in_turns(
        subjects, rounds=rounds, calls=calls, clock=partial(_processor, (app.info.backend_pid, owner.info.backend_pid))
    )
    return {name: (timed[f"{name}, under"], timed[f"{name}, without"]) for name in _ASKED}


def _processor(sessions: tuple[int, ...]) -> float:
    """Seconds of the processor that this process and these sessions of the database have had. They are on this machine."""
    return time.process_time() + sum(processor_of(pid) for pid in sessions)


def _ask(connection: Connection[Any], actor: str, statement: LiteralString, values: dict[str, Any]) -> list[Any]:
    """One transaction as `acting_as` opens it, on either side: what is compared is the policies alone."""
    with connection.transaction():
        connection.execute(_ACT, [actor])
        return connection.execute(statement, values).fetchall()


def report(*, rounds: int = ROUNDS, calls: int = CALLS) -> Iterator[str]:
    """The figures as lines, of a database of its own."""
    running = begin()
    try:
        env = os.environ | running.environment() | {"DJANGO_SETTINGS_MODULE": "backend.settings"}
        migrate = [sys.executable, "-W", "ignore", "manage.py", "migrate", "--database", "owner", "--no-input", "-v", "0"]
        subprocess.run(migrate, cwd=CHECKOUT, env=env, check=True)  # noqa: S603  our own command
        urls = running.services.database_url, running.services.migration_database_url
        with psycopg.connect(urls[0]) as app, psycopg.connect(urls[1]) as owner:
            fill(owner, men=MEN, results=RESULTS, in_care=IN_CARE)
            yield (
                f"Row-level security: {MEN:,} men, {MEN * RESULTS:,} results, a prescriber with {IN_CARE} men; a transaction of"
                f" one statement, processor time of both ends, median of {rounds} rounds of {calls}"
            )
            for name, (under, without) in measure(app, owner, rounds=rounds, calls=calls).items():
                more = (under.median - without.median) * 1000
                yield (
                    f"  {name:<38} under {_figure(under)}   without {_figure(without)}"
                    f"   + {more:.2f} ms, {under.median / without.median:.2f} times"
                )
    finally:
        running.stop()


def _figure(timed: Timed) -> str:
    return f"{timed.median * 1000:8.2f} ms (middle half {timed.spread_percent:.0f} % wide)"
