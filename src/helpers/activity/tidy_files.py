"""The rows of a table as a Parquet file: those of a long one as they lie, by two threads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from helpers.activity import clocks
from helpers.activity.clocks import Tidy
from helpers.year.engine import literal
from helpers.year.row_groups import in_groups, write_groups

#: Rows that are taken at a time: a whole number of DuckDB's vectors, and of them a row group.
AT_ONCE = 20_480


def write(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> int:
    """One Parquet file, never half-written; how many rows it has."""
    partly = path.with_suffix(".partial")
    rows = connection.execute(
        f"COPY ({query}) TO {literal(str(partly))} (FORMAT parquet, DICTIONARY_SIZE_LIMIT 2000)"
    ).fetchall()[0][0]
    partly.replace(path)
    return int(rows)


def write_tidy(connection: duckdb.DuckDBPyConnection, tidy: Tidy, path: Path) -> int:
    """The tidy rows in the order of the source; how many there are."""
    if tidy.as_they_lie:
        rows = _write_as_they_lie(connection, tidy.as_they_lie, path)
        if clocks.are_in_order(connection, path):
            return rows
    return write(connection, tidy.in_order, path)


def _write_as_they_lie(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> int:
    """One thread of the database works the rows out, one of Arrow writes them, which takes half as long as it takes
    the database. The groups are the same whatever the number of threads."""
    partly = path.with_suffix(".partial")
    reader = connection.sql(query).to_arrow_reader(AT_ONCE)
    try:
        rows = write_groups(in_groups(reader), reader.schema, partly, **_options(reader.schema))
    except (pa.ArrowException, OSError):
        reader.close()
        return write(connection, query, path)  # the database says itself what is wrong, of which Arrow tells the words
    finally:
        pa.default_memory_pool().release_unused()  # the database is to have it
    partly.replace(path)
    return rows


def _options(schema: pa.Schema) -> dict[str, Any]:
    """Texts get a dictionary while their values are few; numbers and moments, of which the next is near the last, are
    written as what is between them: a fifth of the file less, and quicker to read."""
    texts = [field.name for field in schema if pa.types.is_string(field.type) or pa.types.is_large_string(field.type)]
    steps = [
        field.name
        for field in schema
        if pa.types.is_integer(field.type) or pa.types.is_timestamp(field.type) or pa.types.is_date(field.type)
    ]
    return {
        "use_dictionary": texts,
        "dictionary_pagesize_limit": 1 << 15,
        "column_encoding": dict.fromkeys(steps, "DELTA_BINARY_PACKED"),
        "store_decimal_as_integer": True,
        "store_schema": False,
    }
