"""Which columns a measure reads: in its condition and its value, through derived columns down to the exports' own."""

from __future__ import annotations

from collections.abc import Iterator

from helpers.year.declared_indicators import Measure
from helpers.year.engine import identifier
from helpers.year.expressions import columns_of
from helpers.year.load import Year
from helpers.year.tables import Table


def columns_read(text: str | None, spec: Table) -> frozenset[str]:
    """Every column behind an expression, the derived ones and those that they are made of."""
    found: set[str] = set()
    waiting = list(columns_of(text)) if text else []
    while waiting:
        column = waiting.pop()
        if column not in found:
            found.add(column)
            waiting += _behind(column, spec)
    return frozenset(found)


def columns_of_measure(measure: Measure, spec: Table) -> frozenset[str]:
    """Every column behind a measure's condition, its value and what its repeats have in common."""
    repeats = [columns_read(identifier(column), spec) for column in measure.repeat_of]
    return columns_read(measure.where, spec) | columns_read(measure.value, spec).union(*repeats)


def columns_of_figures(year: Year, table: str) -> frozenset[str]:
    """The columns of a table that any declared measure reads, and the one by which its activity is counted."""
    spec = year.year.tables[table]
    found = [columns_of_measure(m, spec) for m in year.measures.values() if m.table == table]
    counted = year.year.activities
    by = {counted.by} if counted is not None and counted.table == table else set()
    return frozenset().union(*found, by)


def _behind(column: str, spec: Table) -> Iterator[str]:
    """What one column is made of."""
    derived = spec.derived.get(column)
    if derived is not None:
        yield from columns_of(derived.expr) if derived.expr else ()
        yield from (str(end) for end in (derived.start, derived.end) if end)
        yield from ([derived.by.column] if derived.by else [])
        for hold in derived.hold:
            yield from (str(c) for c in (hold.column, hold.start, hold.end) if c and not hold.table)
    elif spec.grain and column in spec.grain.attributes:
        yield spec.grain.attributes[column].source
