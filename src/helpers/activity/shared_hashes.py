"""Hashes that several rows of ``judged_rows`` share: those of a long table sorted, a third of the work of grouping."""

from __future__ import annotations

from functools import partial

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from helpers.activity.sql import Hashes

#: Hashes that are sorted at a time, of four bytes each.
AT_ONCE = 1 << 25
#: What the database calls those that are shared.
SHARED = "shared_hashes"


def shared_hashes(connection: duckdb.DuckDBPyConnection, *, small: bool) -> Hashes:
    """How to find them; what the query for them reads lasts until the next are asked for."""
    return _grouped if small else partial(_sorted, connection)


def _grouped(hashed: str, where: str) -> str:
    return f"SELECT {hashed} AS h FROM judged_rows WHERE {where} GROUP BY 1 HAVING count(*) > 1"


def _sorted(connection: duckdb.DuckDBPyConnection, hashed: str, where: str) -> str:
    ((rows,),) = connection.execute("SELECT count(*) FROM judged_rows").fetchall()
    parts = rows // AT_ONCE + 1
    # Of so many rows that their hashes take too much memory, those of one remainder after the other.
    found = [
        _twice(connection, f"SELECT {hashed} AS h FROM judged_rows WHERE {where} AND {hashed} % {parts} = {part}")
        for part in range(parts)
    ]
    connection.register(SHARED, pa.table({"h": np.concatenate(found)}))
    return f"SELECT h FROM {SHARED}"


def _twice(connection: duckdb.DuckDBPyConnection, query: str) -> npt.NDArray[np.uint32]:
    hashes = np.sort(connection.sql(query).to_arrow_table().column("h").to_numpy())
    again = hashes[1:] == hashes[:-1]
    # Each once: where most rows share a few values, they would fill the memory.
    first = again.copy()
    first[1:] &= ~again[:-1]
    return hashes[1:][first]
