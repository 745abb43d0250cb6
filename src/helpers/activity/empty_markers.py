"""What cells write for "nothing": a dash, a word, nothing at all; and in which columns of a long table any does."""

from __future__ import annotations

from collections.abc import Collection

import duckdb

from helpers.activity.invisible import plain
from helpers.activity.looked_through import LISTED
from helpers.activity.readers.plain_cells import is_odd
from helpers.year.engine import literal, literals
from helpers.year.tables import Table


def empty_markers(spec: Table, column: str) -> list[str]:
    """The texts that count as an empty cell, as they stand in a cell that is mended."""
    return [*dict.fromkeys(("", *map(plain, (*spec.empty, *spec.columns[column].empty))))]


def may_be_empty(
    connection: duckdb.DuckDBPyConnection, spec: Table, few: Collection[str], plain_columns: Collection[str]
) -> list[str]:
    """The columns in which there may be such a text: all but those whose cells are listed, none of them one. ``few``:
    the columns of few values; ``plain_columns``: those of plain cells with nothing to mend, whose odd ones are."""
    markers = {c: empty_markers(spec, c) for c in spec.columns}
    # In a plain column an empty text would have been read as none.
    known = [c for c in markers if c in few or (c in plain_columns and all(is_odd(m) for m in markers[c] if m))]
    if not known:
        return [*markers]
    tests = " OR ".join(f"(col = {literal(c)} AND cell IN ({literals(markers[c])}))" for c in known)
    found = {column for (column,) in connection.execute(f"SELECT DISTINCT col FROM {LISTED} WHERE {tests}").fetchall()}
    return [c for c in markers if c not in known or c in found]
