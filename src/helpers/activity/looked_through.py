"""The columns of a table in which any cell has something, found without looking at each cell by itself.

To make a pattern ready takes longer than to look at a small table with it, and to begin with a cell longer than to look
at it. So the cells of a row are looked at in one piece, and only rows that have anything cell by cell.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import duckdb

from helpers.year.engine import identifier, literal, unnested

#: Between the cells of a row; nothing that is looked for has it.
BETWEEN = "\ue0ff"


def in_one_piece(cells: Iterable[str]) -> str:
    """The cells of a row (SQL) as one text."""
    return f"concat_ws({literal(BETWEEN)}, {', '.join(cells)})"


def columns_with(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    any_in_row: str,
    columns: Sequence[str],
    test: str,
    special: Collection[str] = (),
) -> list[str]:
    """Those of the columns of a relation in which ``test`` holds of any cell, in their order.

    ``any_in_row``: a condition that holds of each row with such a cell, and of few others. ``test``: a condition on
    ``cell``, and on ``special``: whether its column is one of these. All three are SQL.
    """
    if not columns:
        return []
    rows = f"SELECT * FROM {relation} WHERE {any_in_row}"
    if not connection.execute(f"{rows} LIMIT 1").fetchall():
        return []
    # One stream of cells: each part of a UNION would make the pattern ready for itself.
    flags = (str(c in special).lower() for c in columns)
    listed = unnested(col=map(str, range(len(columns))), cell=map(identifier, columns), special=flags)
    cells = f"SELECT {listed} FROM ({rows})"
    found = connection.execute(f"SELECT col, bool_or({test}) FROM ({cells}) GROUP BY col ORDER BY col").fetchall()
    return [columns[number] for number, there in found if there]
