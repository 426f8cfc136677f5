"""The tables of the phone contract: those that owned models name, each with its declaration. ``backend`` fills it at start."""

from __future__ import annotations

from tracking.services import owned
from tracking.sync.table import Table

__all__ = ["declare", "tables", "undeclared"]

_declared: dict[str, Table] = {}


def declare(*tables: Table) -> None:
    """Take tables in. Parents must stand before their children, so that a walk in this order never meets an orphan."""
    for table in tables:
        if table.parent is not None and table.parent not in _declared:
            raise ValueError(f"{table.name} stands before its parent {table.parent}")
        _declared[table.name] = table


def tables() -> tuple[Table, ...]:
    """Every table, parents first."""
    return tuple(_declared.values())


def undeclared() -> set[str]:
    """Names that models state in their ``ownership`` and that nobody has declared. A test holds it empty."""
    return {str(table.ownership.sync) for table in owned.tables() if table.ownership.sync} - _declared.keys()
