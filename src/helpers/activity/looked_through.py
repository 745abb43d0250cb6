"""The columns of a table in which any cell has something, found without looking at each cell by itself.

To make a pattern ready takes longer than to look at a small table with it, and to begin with a cell longer than to look
at it. So the cells of a row are looked at in one piece, and only rows that have anything cell by cell.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import duckdb
import pyarrow as pa

from helpers.year.engine import identifier, literal, literals, unnested

#: From so many rows on it pays to know which columns repeat their values; so many different ones are few.
MANY, FEW = 100_000, 1_000
#: The first rows, which tell at next to no cost that a column has more than a few.
SAMPLED = 20_480
#: So many rows that were found are held, to be looked at again without the others; and what they are called then.
HELD, FOUND = 2_048, "found_rows"
#: Between the cells of a row; nothing that is looked for has it.
BETWEEN = "\ue0ff"
#: The table of cells that are known without looking at all: the values of columns of few values, odd cells of others.
LISTED = "listed_cells"


def in_one_piece(cells: Iterable[str]) -> str:
    """The cells of a row (SQL) as one text."""
    return f"concat_ws({literal(BETWEEN)}, {', '.join(cells)})"


@contextmanager
def rows_with(
    connection: duckdb.DuckDBPyConnection, relation: str, any_in_row: str, columns: Sequence[str]
) -> Iterator[str | None]:
    """These columns of the rows of which a condition holds, as a relation (SQL) to be asked meanwhile: ``FOUND``, which
    holds them, where they are at most so many; None where there are none."""
    query = f"SELECT {', '.join(map(identifier, columns))} FROM {relation} WHERE {any_in_row}"
    rows = connection.execute(f"{query} LIMIT {HELD + 1}").fetchall()
    if len(rows) > HELD:
        yield f"({query})"
    elif rows:
        cells = zip(columns, zip(*rows, strict=True), strict=True)
        held = {c: pa.array(some, None if isinstance(some[0], int) else pa.string()) for c, some in cells}
        connection.register(FOUND, pa.table(held))
        try:
            yield FOUND
        finally:
            connection.unregister(FOUND)
    else:
        yield None


def columns_of(
    connection: duckdb.DuckDBPyConnection,
    rows: str,
    columns: Sequence[str],
    test: str,
    special: Collection[str] = (),
) -> list[str]:
    """Those of the columns in which ``test`` holds of any cell of some rows, in their order. ``test``: a condition on
    ``cell`` and on ``special``, whether its column is one of these (SQL)."""
    cells = f"SELECT {cells_of(columns, special)} FROM {rows}"
    found = connection.execute(f"SELECT col, bool_or({test}) FROM ({cells}) GROUP BY col ORDER BY col").fetchall()
    return [columns[number] for number, there in found if there]


def cells_of(columns: Sequence[str], special: Collection[str]) -> str:
    """``col`` (its number), ``cell`` and ``special`` of each cell of a row, to be selected. One stream of cells: each
    part of a UNION would make the pattern ready for itself."""
    flags = (str(c in special).lower() for c in columns)
    return unnested(col=map(str, range(len(columns))), cell=map(identifier, columns), special=flags)


def few_valued(
    connection: duckdb.DuckDBPyConnection, relation: str, columns: Iterable[str], rows: int
) -> frozenset[str]:
    """The columns of a long relation that have but a few different values, which are listed; of a short one none."""
    found = list(columns) if rows >= MANY else []
    for part in (f"(SELECT * FROM {relation} LIMIT {SAMPLED})", relation):
        if found:
            counts = ", ".join(f"approx_count_distinct({identifier(c)})" for c in found)
            numbers = connection.execute(f"SELECT {counts} FROM {part}").fetchall()[0]
            found = [c for c, number in zip(found, numbers, strict=True) if number <= FEW]
    if found:
        values = ", ".join(f"list(DISTINCT {identifier(c)})" for c in found)
        kept = ", ".join(f"d{n}" for n, _ in enumerate(found))
        listed = unnested(col=map(literal, found), cells=kept.split(", "))
        _listing(connection)
        connection.execute(
            f"INSERT INTO {LISTED} SELECT col, unnest(cells) FROM (SELECT {listed} FROM "
            f"(SELECT {values} FROM {relation}) AS v({kept}))"
        )
    return frozenset(found)


def list_cells(connection: duckdb.DuckDBPyConnection, cells: Mapping[str, Collection[str]]) -> None:
    """Cells of columns that ``worth_a_look`` has to know of."""
    if cells:
        _listing(connection)
    for column, texts in cells.items():
        if texts:
            connection.execute(f"INSERT INTO {LISTED} SELECT {literal(column)}, unnest([{literals(sorted(texts))}])")


def _listing(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(f"CREATE TEMP TABLE IF NOT EXISTS {LISTED} (col VARCHAR, cell VARCHAR)")


def worth_a_look(
    connection: duckdb.DuckDBPyConnection,
    columns: Sequence[str],
    known: Collection[str],
    test: str,
    special: Collection[str] = (),
) -> list[str]:
    """The columns without those for none of whose listed cells ``test`` holds; see ``columns_of``. ``known``: the
    columns of which each cell is listed that may be looked for."""
    asked = [c for c in columns if c in known]
    if not asked:
        return list(columns)
    flag = f"col IN ({literals(special)})" if special else "false"
    found = connection.execute(
        f"SELECT col FROM (SELECT *, {flag} AS special FROM {LISTED} WHERE col IN ({literals(asked)})) "
        f"GROUP BY col HAVING bool_or({test})"
    ).fetchall()
    harmless = {*asked} - {column for (column,) in found}
    return [c for c in columns if c not in harmless]
