"""The columns that a declared table ends up with."""

from __future__ import annotations

from helpers.year.expressions import SQL_TYPES
from helpers.year.tables import Table

CLOCK_TYPES = {"hours": "DOUBLE", "workdays": "INTEGER", "office_hours": "DOUBLE"}


def export_columns(table: Table) -> dict[str, str]:
    """The columns read from the exports and their SQL types."""
    return {name: SQL_TYPES[column.type] for name, column in table.columns.items()}


def record_columns(table: Table) -> dict[str, str]:
    """The columns of one tidy row before anything is derived: the exports' own, or the grain's."""
    own = export_columns(table)
    if table.grain is None:
        return own
    taken = {name: own.get(a.source, "VARCHAR") for name, a in table.grain.attributes.items()}
    return {**{c: own.get(c, "VARCHAR") for c in table.grain.case}, **table.grain.made(), **taken}


def tidy_columns(table: Table) -> dict[str, str]:
    """The tidy columns of a table and their SQL types, derived ones included."""
    derived = {
        name: CLOCK_TYPES[spec.clock] if spec.clock else SQL_TYPES[spec.type] for name, spec in table.derived.items()
    }
    return {**record_columns(table), **derived}
