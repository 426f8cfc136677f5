"""SQL of whoever has no business in a record: over every owned table it reads nothing and writes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from tests.accounts import PASSWORD
from tests.conftest import NOW
from tests.everybody import Everybody, everybody, whole
from tests.rules.test_owned_tables import MAY_DELETE
from tracking.domain.actor import Actor
from tracking.domain.categories import SHAREABLE, Category
from tracking.models import BreakGlass, ErasureRequest, Patient, User
from tracking.services import consent, owned, read_tokens
from tracking.services.access import acting_as

__all__ = ["everybody", "whole"]  # fixtures of their own module

pytestmark = pytest.mark.django_db

TABLES = list(owned.tables())
NAMES = {table.name for table in TABLES}
# insufficient_privilege: the policies' own answer, and that of rights taken away; check_violation: a trigger that knows
# which step of the ledger may follow another speaks before them; invalid_text_representation: what is no actor cannot be read.
REFUSALS = {"42501", "23514", "22P02"}
# What runs with the rights of the owner of all tables, each with how it is kept from being a way round the policies.
WITH_RIGHTS_OF_THE_OWNER = {
    "trabecula_erase": "asks itself whether he asked for it; tests/backend/test_account.py",
    "trabecula_forget_audit": "touches sign-ins and exports alone, and never what is young",
}


@contextmanager
def acting(actor: str) -> Iterator[Any]:
    """A transaction in which this actor acts, said in SQL: no code of ours stands in between. Undone at the end."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('trabecula.actor', %s, true)", [actor])
        yield cursor
        cursor.execute("SELECT set_config('trabecula.actor', '', true)")
        transaction.set_rollback(True)


def answer(cursor: Any, sql: str, *values: Any) -> Any:
    """The first column of the first row; or the number of rows that were touched; or the SQL state of a refusal."""
    try:
        with transaction.atomic():
            cursor.execute(sql, values)
            return cursor.fetchone()[0] if cursor.description else cursor.rowcount
    except DatabaseError as error:
        return error.__cause__.sqlstate


def rows_of(man: Patient) -> dict[str, list[str]]:
    """Every row of his, by table, as the system reads it."""
    with acting("system:test") as cursor:
        found = {}
        for table in TABLES:
            cursor.execute(f"SELECT to_jsonb(t)::text FROM {table.name} t WHERE {table.ownership.owner} = %s", [man.pk])
            found[table.name] = [row for (row,) in cursor.fetchall()]
        return found


def seen(actor: str, man: Patient) -> set[str] | str:
    """The tables in which this actor finds a row of his; or the SQL state of a refusal."""
    counts = " UNION ALL ".join(
        f"SELECT '{table.name}' AS name FROM {table.name} WHERE {table.ownership.owner} = {man.pk:d}" for table in TABLES
    )
    with acting(actor) as cursor:
        found = answer(cursor, f"SELECT coalesce(array_agg(DISTINCT name), '{{}}') FROM ({counts}) x")
        return found if isinstance(found, str) else set(found)


def written(actor: str, man: Patient, his: dict[str, list[str]]) -> dict[tuple[str, str], object]:
    """Where this actor could add, change, remove or learn of a row of his by a mistake in SQL, and what came of it."""
    found: dict[tuple[str, str], object] = {}
    with acting(actor) as cursor:
        for table in TABLES:
            name, owner = table.name, table.ownership.owner
            columns = ", ".join(f'"{one.column}"' for one in table.model._meta.concrete_fields if not one.generated)
            add = f"INSERT INTO {name} ({columns}) SELECT {columns} FROM jsonb_populate_record(NULL::{name}, %s::jsonb)"
            tried = {
                "add": answer(cursor, add, json.dumps(json.loads(his[name][0]) | {table.model._meta.pk.column: 0})),
                "change": answer(cursor, f"UPDATE {name} SET {owner} = {owner} WHERE {owner} = %s", man.pk),
                "remove": answer(cursor, f"DELETE FROM {name} WHERE {owner} = %s", man.pk),
                # Who may not see a row learns nothing of it by an error: a policy is asked before any other condition.
                "learn": answer(cursor, f"SELECT count(*) FROM {name} WHERE 1 / ({owner} - %s) = 2", man.pk),
            }
            found |= {(name, how): got for how, got in tried.items() if got != 0 and got not in REFUSALS}
    return found


@pytest.fixture
def complete(whole: Everybody) -> Everybody:
    """With the one kind of row that ends the record it is in: he asked for his erasure, and thought better of it."""
    with acting_as(Actor.system("test")):
        ErasureRequest.objects.create(patient=whole.adam, asked_at=NOW, due_at=NOW + timedelta(days=14), cancelled_at=NOW)
    return whole


def strangers(whole: Everybody) -> dict[str, str]:
    """Those who have no business in Adam's record, as actors of the database."""
    himself = Actor.user(whole.adam.user_id)
    root = User.objects.create_superuser("curious@example.org", PASSWORD, name="Curious")
    given = {"label": "Dr. Far", "scope": list(SHAREABLE), "expires_at": NOW + timedelta(days=9)}
    revoked, _ = read_tokens.give(patient=whole.adam, by=himself, now=NOW, **given)
    read_tokens.revoke(patient=whole.adam, uid=revoked.uid, by=himself, now=NOW)
    anothers, _ = read_tokens.give(patient=whole.carl, by=Actor.user(whole.carl.user_id), now=NOW, **given)
    consent.revoke(patient=whole.adam, uid=whole.care.uid, by=himself, now=NOW)
    return {
        "another man": f"user:{whole.carl.user_id}",
        "a prescriber of another clinic": f"user:{whole.else_.pk}",
        "his prescriber after he revoked": f"user:{whole.bell.pk}",
        "a superuser": f"user:{root.pk}",
        "an account that is not there": "user:999999999",
        "a key that he took back": f"token:{revoked.pk}",
        "another man's key": f"token:{anothers.pk}",
        "a key that is not there": "token:999999999",
        "what is no actor": "somebody",
        "one who only looks like the system": "System:test",
        "SQL in place of a number": "user:1 OR true",
        "nobody": "",
    }


def test_the_tables_under_policies_are_exactly_those_of_the_registry() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity OR relforcerowsecurity")
        assert {name for (name,) in cursor.fetchall()} == NAMES
        cursor.execute("SELECT DISTINCT tablename FROM pg_policies")
        assert {name for (name,) in cursor.fetchall()} == NAMES
        cursor.execute("SELECT DISTINCT cmd FROM pg_policies")
        assert cursor.fetchall() == [("ALL",)], "each holds for reading, adding, changing and removing"


def test_nothing_leads_round_the_policies() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm', 'f')"
        )
        assert cursor.fetchall() == [], "a view reads with the rights of its owner"
        cursor.execute("SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace")
        assert {name for (name,) in cursor.fetchall()} == WITH_RIGHTS_OF_THE_OWNER.keys()
        cursor.execute(
            "SELECT rolname FROM pg_roles WHERE pg_has_role(current_user, oid, 'MEMBER') AND rolname <> current_user"
        )
        assert cursor.fetchall() == [], "the application is nobody else"
        cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole")
        assert cursor.fetchone() == (0,), "and owns nothing"


def test_over_every_table_a_stranger_reads_nothing_and_writes_nothing(complete: Everybody) -> None:
    """Whatever is forgotten above it: no filter, no view and no service stands here between him and the table."""
    others = strangers(complete)
    his = rows_of(complete.adam)
    assert [name for name, rows in his.items() if not rows] == [], "give Adam a row there, in tests/everybody.py"
    assert seen(f"user:{complete.adam.user_id}", complete.adam) == NAMES, "he himself is let in everywhere"
    read = {who: seen(actor, complete.adam) for who, actor in others.items()}
    assert {who: what for who, what in read.items() if what and what not in REFUSALS} == {}
    assert read["another man"] == set()
    assert read["nobody"] == "42501"
    for who in ("another man", "a prescriber of another clinic", "his prescriber after he revoked", "a key that he took back"):
        assert written(others[who], complete.adam, his) == {}, who
    assert rows_of(complete.adam) == his


def test_over_every_table_a_part_of_the_record_opens_that_part_and_takes_no_word_on_it(complete: Everybody) -> None:
    himself = Actor.user(complete.adam.user_id)
    of = {category: {table.name for table in TABLES if table.ownership.category is category} for category in Category}
    assert all(of.values())
    given = {"label": "Dr. Far", "expires_at": NOW + timedelta(days=9)}
    for category in SHAREABLE[:-1]:  # conclusions quote all, so that who sees them sees all
        consent.grant(patient=complete.adam, clinic_uid=complete.care.clinic.uid, scope=[category], by=himself, now=NOW)
        key, _ = read_tokens.give(patient=complete.adam, scope=[category], by=himself, now=NOW, **given)
        for actor in (f"user:{complete.bell.pk}", f"token:{key.pk}"):
            assert seen(actor, complete.adam) == of[category] | of[Category.DOOR], (actor, category)
    his = rows_of(complete.adam)
    assert {name for name, how in written(actor, complete.adam, his) if how != "learn"} <= NOTED_BY_WHO_LOOKS
    clinic = written(f"user:{complete.bell.pk}", complete.adam, his)
    assert {name for name, how in clinic if how != "learn"} <= NOTED_BY_WHO_LOOKS


def test_broken_glass_opens_what_is_not_his_own_and_takes_no_word_on_it(complete: Everybody) -> None:
    with acting("system:test"):
        glass = BreakGlass.objects.get(patient=complete.adam)
    own = {table.name for table in TABLES if table.ownership.category is Category.OWN}
    assert seen(f"user:{glass.user_id}", complete.adam) == NAMES - own
    through = written(f"user:{glass.user_id}", complete.adam, rows_of(complete.adam))
    assert {name for name, how in through if how not in ("learn", "remove")} <= NOTED_BY_WHO_LOOKS
    assert {name for name, how in through if how == "remove"} <= MAY_DELETE.keys()


# That somebody looked is noted by who looks, and raises the man's number.
NOTED_BY_WHO_LOOKS = {"tracking_accessevent", "tracking_patient", "tracking_patienthistory"}
