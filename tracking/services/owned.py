"""The registry of patient-owned tables.

Sync, export, erasure, retention and row-level security walk this list and nothing else. Each model states what it is in its
``ownership``; ``backend`` fills the registry at start with the models of both apps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import ModuleType

from django.db import models
from django.db.migrations.operations import RunSQL

from tracking.domain.categories import Category
from tracking.domain.ownership import Erasure, Ownership
from tracking.domain.problems import Problem, problem
from tracking.models.base import append_only, keeps_history, new_client_id, new_uid, stamps_revision
from tracking.services.bulk import insert_objects, insert_rows

__all__ = [
    "Category",
    "Erasure",
    "OwnedTable",
    "Ownership",
    "Problem",
    "append_only",
    "fill",
    "insert_objects",
    "insert_rows",
    "keeps_history",
    "new_client_id",
    "new_uid",
    "problem",
    "protect",
    "stamps_revision",
    "tables",
]


@dataclass(frozen=True, slots=True)
class OwnedTable:
    """A table, what its model states about it, and whether it is the history of another."""

    model: type[models.Model]
    ownership: Ownership
    is_history: bool = False

    @property
    def name(self) -> str:
        return self.model._meta.db_table


_tables: dict[str, OwnedTable] = {}


def fill(*modules: ModuleType) -> None:
    """Take in every model with an ``ownership``, and its history. Called once, when the apps are ready."""
    for module in modules:
        for model in vars(module).values():
            if isinstance(model, type) and issubclass(model, models.Model) and not model._meta.abstract:
                _take_in(model)


def _take_in(model: type[models.Model]) -> None:
    ownership = getattr(model, "ownership", None)
    if ownership is None:
        return
    _tables[model._meta.db_table] = OwnedTable(model, ownership)
    for event_model in set(getattr(model, "pgh_event_models", {}).values()):
        stated = replace(
            ownership,
            why=f"every version of: {ownership.why}",
            owner=ownership.owner,
            exported=False,
            sync=None,
            revisioned=False,
            append_only=True,
        )
        _tables[event_model._meta.db_table] = OwnedTable(event_model, stated, is_history=True)


def tables() -> Iterator[OwnedTable]:
    """Every patient-owned table, in the order of its name."""
    yield from (_tables[name] for name in sorted(_tables))


_SYSTEM = "(SELECT trabecula_is_system())"
_USER = "(SELECT trabecula_user())"
_HIMSELF = "(SELECT trabecula_himself())"


def policy_expression(owner: str, category: Category = Category.CONCLUSIONS) -> str:
    """The row-level security test: the system, or whoever acts and has this category of the man's record open to him."""
    # In this order: whom an account may see is asked only where the row is neither the system's affair nor the man's own.
    seen = f"{owner} IN (SELECT trabecula_visible_patients({_USER}, '{category}'))"
    return f"{_SYSTEM} OR {owner} = {_HIMSELF} OR {seen}"


def writing_expression(owner: str, category: Category, *, his_to_write: bool = False) -> str:
    """Who may write there: the system, or an account that he let in. Whoever has a key or broke glass looks only.

    What one writes is weighed against everything, so it takes a view of everything. That somebody looked is noted by who looks,
    whatever little he was let in to. ``his_to_write``: his word alone, as his own tables are.
    """
    if his_to_write or category is Category.OWN:
        return f"{_SYSTEM} OR {owner} = {_HIMSELF}"
    if category is Category.DOOR:
        return policy_expression(owner, category)
    let_in = f"{owner} IN (SELECT trabecula_let_in({_USER}, '{Category.CONCLUSIONS}'))"
    return f"{_SYSTEM} OR {owner} = {_HIMSELF} OR {let_in}"


def protect(
    table: str,
    *,
    app_role: str,
    owner: str = "patient_id",
    append_only: bool = False,
    category: Category = Category.CONCLUSIONS,
    his_to_write: bool = False,
) -> RunSQL:
    """A migration step: forced row-level security on ``table``, and no right of the application's role to delete from it.

    ``append_only`` takes the right to update away too. Every patient-owned table has exactly one such step; a test compares.
    """
    taken = "UPDATE, DELETE, TRUNCATE" if append_only else "DELETE, TRUNCATE"
    test, check = policy_expression(owner, category), writing_expression(owner, category, his_to_write=his_to_write)
    return RunSQL(
        # Names of our own tables and role; DDL takes no parameters.
        f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY owned ON {table} USING ({test}) WITH CHECK ({check});
        CREATE POLICY somebody_acts ON {table} AS RESTRICTIVE USING ((SELECT trabecula_actor()) IS NOT NULL);
        REVOKE {taken} ON {table} FROM {app_role};
        """,  # noqa: S608  our own names, as said above
        f"""
        DROP POLICY somebody_acts ON {table};
        DROP POLICY owned ON {table};
        ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;
        ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
        """,
    )
