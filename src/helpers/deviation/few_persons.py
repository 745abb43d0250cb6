"""Breakdowns by persons: where each row is a person, no group of one or two is told apart from the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.year.tables import Table

if TYPE_CHECKING:
    import pandas as pd

#: A group of fewer persons is put together with others.
LEAST = 3
OTHERS = f"其他（每项不足{LEAST}人，合并）"


def of_persons(table: Table) -> bool:
    """Whether each row of a table is a person: what names a row is declared personal."""
    return bool(table.tidy_key) and set(table.tidy_key) <= table.tidy_personal


def told_together(values: pd.Series) -> pd.Series:
    """A dimension over persons with its small groups as one; where that one is small itself, the next larger group goes
    with it, so that nothing can be found by taking off what is known."""
    counts = values.value_counts(dropna=True).sort_index(kind="stable").sort_values(kind="stable")
    small: list[object] = []
    together = 0
    for value, count in counts.items():
        if count >= LEAST and (not small or together >= LEAST):
            break
        small.append(value)
        together += int(count)
    if not small or not (counts < LEAST).any():
        return values
    return values.astype(object).where(~values.isin(small), OTHERS)
