"""The rows of a table as a Parquet file: those of a long one as they lie, by two threads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import pyarrow as pa

from helpers.activity.clocks import Tidy
from helpers.activity.source_order import SourceOrder
from helpers.year.engine import literal
from helpers.year.row_groups import in_groups, write_groups

#: Rows that are taken at a time: a whole number of DuckDB's vectors, and of them a row group.
AT_ONCE = 20_480
#: Bytes of different texts up to which those of a row group are written once each.
MOST_DIFFERENT = 1 << 22

T = TypeVar("T")


def write(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> int:
    """One Parquet file, never half-written; how many rows it has."""
    partly = path.with_suffix(".partial")
    rows = connection.execute(
        f"COPY ({query}) TO {literal(str(partly))} (FORMAT parquet, DICTIONARY_SIZE_LIMIT 2000)"
    ).fetchall()[0][0]
    partly.replace(path)
    return int(rows)


def write_tidy(
    connection: duckdb.DuckDBPyConnection,
    tidy: Tidy,
    path: Path,
    files: Sequence[str],
    rest: Callable[[duckdb.DuckDBPyConnection], T],
    beside: Callable[[duckdb.DuckDBPyConnection], duckdb.DuckDBPyConnection],
) -> tuple[int, T]:
    """The tidy rows in the order of the source, first those of the first of these files; how many there are, and what
    came of the ``rest`` of what is to be done with a table. One thread works the rows of a long one out: meanwhile
    another one, on a connection that is opened ``beside``, has time for the rest."""
    if not tidy.as_they_lie:
        return write(connection, tidy.in_order, path), rest(connection)
    if not _fit(connection):
        return _write_long(connection, tidy, path, files), rest(connection)
    with beside(connection) as other, ThreadPoolExecutor(1) as pool:
        told = pool.submit(rest, other)
        rows = _write_long(connection, tidy, path, files)
    try:
        return rows, told.result()
    except duckdb.OutOfMemoryException:
        return rows, rest(connection)


def _fit(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether most rows are in memory: of so many that they are not, two questions at a time are too much."""
    spilled, held = connection.execute(
        "SELECT sum(temporary_storage_bytes), sum(memory_usage_bytes) FROM duckdb_memory()"
    ).fetchall()[0]
    return bool(spilled <= held)


def _write_long(connection: duckdb.DuckDBPyConnection, tidy: Tidy, path: Path, files: Sequence[str]) -> int:
    rows = _write_as_they_lie(connection, tidy, path, files)
    return write(connection, tidy.in_order, path) if rows is None else rows


def _write_as_they_lie(
    connection: duckdb.DuckDBPyConnection, tidy: Tidy, path: Path, files: Sequence[str]
) -> int | None:
    """One thread of the database works the rows out, one of Arrow writes them, in three fifths of the time that the
    database takes; None where they turn out to lie in another order than that of the source. The groups are the same
    whatever the number of threads."""
    partly, order = path.with_suffix(".partial"), SourceOrder(files)
    query = str(tidy.as_they_lie)
    reader = connection.sql(query).to_arrow_reader(AT_ONCE)
    try:
        rows = write_groups(in_groups(reader), reader.schema, partly, order.look, **_options(reader.schema, tidy))
    except (pa.ArrowException, OSError):
        reader.close()
        write(connection, query, path)  # the database says itself what is wrong, of which Arrow tells the words
        return None
    finally:
        pa.default_memory_pool().release_unused()  # the database is to have it
    if not order.kept():
        return None
    partly.replace(path)
    return rows


def _options(schema: pa.Schema, tidy: Tidy) -> dict[str, Any]:
    """Texts that are repeated get a dictionary; numbers and moments, of which the next is near the last, are written as
    what is between them: a fifth of the file less, and quicker to read. To compress hashes takes three times as long as
    to write them, and makes them a tenth shorter."""
    texts = [field.name for field in schema if pa.types.is_string(field.type) or pa.types.is_large_string(field.type)]
    steps = [
        field.name
        for field in schema
        if pa.types.is_integer(field.type) or pa.types.is_timestamp(field.type) or pa.types.is_date(field.type)
    ]
    return {
        "use_dictionary": [name for name in texts if name in tidy.repeated or name == "source_file"],
        "dictionary_pagesize_limit": MOST_DIFFERENT,
        "compression": {name: "NONE" if name in tidy.hashed else "SNAPPY" for name in schema.names},
        "column_encoding": dict.fromkeys(steps, "DELTA_BINARY_PACKED"),
        "store_decimal_as_integer": True,
        "store_schema": False,
    }
