"""What the columns of a declared table are for, as far as the year files say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from helpers.year.expressions import ExpressionError, columns_of
from helpers.year.tidy import record_columns, tidy_columns

if TYPE_CHECKING:
    from helpers.year.load import Year
    from helpers.year.tables import Table

NUMBERS = ("BIGINT", "INTEGER", "DOUBLE", "DECIMAL(18,2)")
#: Headers of running balances and amounts to date: each row says where the account stands, and nothing sums them.
LEVEL = re.compile(r"余额|结余|结存|累计|期初|期末|\bbalance\b|\bto date\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Roles:
    """The tidy columns of one table by role, each in declared order; derived columns only where said.

    ``types``: all tidy columns → SQL type. ``moments``: date-times; ``days``: dates without a time;
    ``money`` is among ``numbers``, without the running balances that no measure reads.
    ``coded``: text columns with a fixed set of values as the year files use them
    (synonyms, a measure's condition, out_of_scope, activities, a gate's set of values).
    ``deciding``: record columns that a measure or ``out_of_scope`` reads, directly or through a derived
    column. ``flags``: booleans. ``time``: the column that orders the rows (``year_by``).
    """

    types: dict[str, str]
    key: tuple[str, ...]
    time: str | None
    moments: tuple[str, ...]
    days: tuple[str, ...]
    numbers: tuple[str, ...]
    money: tuple[str, ...]
    texts: tuple[str, ...]
    flags: tuple[str, ...]
    coded: tuple[str, ...]
    deciding: tuple[str, ...]
    clocks: tuple[str, ...]

    @property
    def dates(self) -> tuple[str, ...]:
        """Moments and days in declared order."""
        return tuple(c for c in self.types if c in self.moments or c in self.days)


def of_table(year: Year, table: str) -> Roles:
    """The roles of a table's columns."""
    spec = year.year.tables[table]
    own = record_columns(spec)
    read = read_columns(year, table)
    named = {*spec.synonyms, *(_set_columns(spec))}
    activities = year.year.activities
    if activities and activities.table == table:
        named.add(activities.by)
    compared = set().union(*(_compared(text, own) for text in conditions(year, table)))
    texts = tuple(c for c, kind in own.items() if kind == "VARCHAR")
    coded = (named | compared) - set(spec.tidy_key) - spec.tidy_personal
    return Roles(
        types=tidy_columns(spec),
        key=spec.tidy_key,
        time=spec.year_by,
        moments=tuple(c for c, kind in own.items() if kind == "TIMESTAMP"),
        days=tuple(c for c, kind in own.items() if kind == "DATE"),
        numbers=tuple(c for c, kind in own.items() if kind in NUMBERS),
        money=tuple(
            c
            for c, declared in spec.columns.items()
            if declared.type == "money" and c in own and not level(c, spec, read)
        ),
        texts=texts,
        flags=tuple(c for c, kind in own.items() if kind == "BOOLEAN"),
        coded=tuple(c for c in texts if c in coded),
        deciding=tuple(c for c in own if c in read),
        clocks=tuple(c for c, derived in spec.derived.items() if derived.clock),
    )


def level(column: str, spec: Table, read: frozenset[str]) -> bool:
    """Whether a column is a running balance by its headers; what a measure reads is an amount like others."""
    return column not in read and any(LEVEL.search(header) for header in spec.columns[column].source)


def conditions(year: Year, table: str) -> list[str]:
    """Every condition over the rows of a table: of measures, of scope, of derived columns."""
    spec = year.year.tables[table]
    texts = [m.where for m in year.measures.values() if m.table == table]
    texts += [m.value for m in year.measures.values() if m.table == table and m.agg == "share"]
    texts += [scope.where for scope in spec.out_of_scope]
    texts += [d.expr for d in spec.derived.values() if d.type == "boolean"]
    return [text for text in texts if text]


def _compared(text: str, own: Iterable[str]) -> set[str]:
    """The columns of a condition that compares something with a text."""
    return {c for c in columns_read(text) if c in own} if "'" in text else set()


def _set_columns(spec: Table) -> list[str]:
    """The columns for which the gate declares a set of values."""
    return [
        str(rule.arguments.get("column"))
        for rule in spec.gate
        if rule.expectation == "expect_column_values_to_be_in_set"
    ]


@lru_cache(maxsize=1000)
def columns_read(text: str | None) -> frozenset[str]:
    """The columns that an expression reads; none where it cannot be parsed."""
    try:
        return columns_of(text) if text else frozenset()
    except ExpressionError:
        return frozenset()


def read_columns(year: Year, table: str) -> frozenset[str]:
    """The record columns that measures or ``out_of_scope`` of a table read, derived ones resolved."""
    spec = year.year.tables[table]
    asked = [text for m in year.measures.values() if m.table == table for text in (m.where, m.value)]
    asked += [scope.where for scope in spec.out_of_scope]
    open_, found = set().union(*(columns_read(text) for text in asked)), set()
    while open_:
        column = open_.pop()
        derived = spec.derived.get(column)
        if derived is None:
            found.add(column)
        elif derived.clock:
            open_ |= {str(derived.start), str(derived.end)} - found
        else:
            open_ |= columns_read(derived.expr) - found
    return frozenset(found)
