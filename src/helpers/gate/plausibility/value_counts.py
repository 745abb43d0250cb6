"""How many rows have each value of a text column: counted once, for as many columns of a table at a time as may be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from helpers.year.engine import identifier, unnested

#: Columns of more different values are not listed, and so many cells are counted at a time.
LISTED, AT_ONCE = 20_000, 400_000

T = TypeVar("T")
Query = Callable[[str], list[tuple[Any, ...]]]


def listable(query: Query, view: str, columns: Sequence[str], rows: int) -> list[str]:
    """The text columns that have so few values that they can be listed; a few with more may be among them."""
    if rows <= LISTED or not columns:
        return list(columns)
    picked = ", ".join(f"approx_count_distinct({identifier(c)})" for c in columns)
    about = query(f"SELECT {picked} FROM {identifier(view)}")[0]
    return [c for c, different in zip(columns, about, strict=True) if different <= 1.5 * LISTED]


def together(asked: Sequence[T], rows: int) -> Iterator[Sequence[T]]:
    """Columns, or whatever makes so many rows each, in groups that are looked at in one query."""
    size = max(1, AT_ONCE // max(1, rows))
    for start in range(0, len(asked), size):
        yield asked[start : start + size]


def unpivoted(columns: Sequence[str], view: str, more: str = "", kind: str = "VARCHAR") -> str:
    """A query of the cells of these columns one below the other: ``n``, the number of the column, ``v``, its content
    as a ``kind``, and ``more``."""
    cells = [f"CAST({identifier(c)} AS {kind})" for c in columns]
    if len(columns) == 1:
        return f"SELECT 0 AS n, {cells[0]} AS v{more} FROM {identifier(view)}"
    return f"SELECT {unnested(n=map(str, range(len(columns))), v=cells)}{more} FROM {identifier(view)}"


def values_of(query: Query, view: str, columns: Sequence[str], rows: int) -> Mapping[str, Mapping[str, int]]:
    """For each of these text columns its values with their rows; without the columns of more than ``LISTED`` values."""
    few = f" QUALIFY count(*) OVER (PARTITION BY n) <= {LISTED}" if rows > LISTED else ""
    found: dict[str, dict[str, int]] = {c: {} for c in columns}
    counted = query(f"SELECT n, v, count(*) FROM ({unpivoted(columns, view)}) WHERE v IS NOT NULL GROUP BY n, v{few}")
    for n, value, number in counted:
        found[columns[n]][value] = number
    # Of a column with too many values no row is left; one that is blank throughout has none either.
    return found if not few else {c: values for c, values in found.items() if values}
