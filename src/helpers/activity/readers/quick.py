"""Delimited text staged by many cores at once. What comes of it is believed only where it accounts for every line."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.csv

from helpers.activity.readers.plain_cells import PlainColumns
from helpers.year.engine import FEW, cores, literal, one_file, open_engine
from helpers.year.idle_engines import borrowed
from helpers.year.row_groups import in_groups, write_groups

#: Bytes that are read at a time, of which several threads have many in hand; no record may be longer.
BLOCK, LONGEST = 1 << 20, 1 << 22
#: How it is staged. A column gets a dictionary while its values are few: to try longer takes a fifth of the writing.
OPTIONS: dict[str, Any] = {"dictionary_pagesize_limit": 1 << 15, "write_statistics": False, "store_schema": False}
#: Bytes up to which a file is read by one thread and its columns are not watched.
SMALL = FEW
#: The database that reads what has an odd delimiter.
STAGING = ("staging",)


def stage_quickly(
    path: Path, lines: int, delimiter: str, names: Sequence[str], staged: Path
) -> tuple[int, dict[str, frozenset[str]]] | None:
    """Stage a UTF-8 file from behind so many lines: how many rows, and of a large file the odd cells of its columns of
    plain cells. None where it cannot be read so."""
    if not delimiter.isascii():
        return _by_database(path, lines, delimiter, names, staged)
    large = path.stat().st_size > SMALL
    plain, schema = PlainColumns(names if large else ()), pa.schema([(name, pa.string()) for name in names])
    try:
        with open_records(path, lines, delimiter, names, BLOCK, threads=large and cores() > 1) as reader:
            rows = write_groups(plain.seen(in_groups(reader)), schema, staged, **OPTIONS)
    except pa.ArrowInvalid:
        return None
    finally:
        pa.default_memory_pool().release_unused()  # the database is to have it
    return rows, {name: frozenset(cells) for name, cells in plain.odd.items()}


def open_records(
    path: Path,
    lines: int,
    delimiter: str,
    names: Sequence[str],
    block: int = LONGEST,
    *,
    threads: bool = False,
    note: Any = None,
) -> pyarrow.csv.CSVStreamingReader:
    """The records behind so many lines, each cell as text, in the order of the file; ``note`` is told of rows with
    another number of cells, and with its number only by one thread."""
    return pyarrow.csv.open_csv(
        path,
        read_options=pyarrow.csv.ReadOptions(
            column_names=list(names), skip_rows=lines, use_threads=threads, block_size=block
        ),
        parse_options=pyarrow.csv.ParseOptions(
            delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=note
        ),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
        ),
    )


def _by_database(
    path: Path, lines: int, delimiter: str, names: Sequence[str], staged: Path
) -> tuple[int, dict[str, frozenset[str]]] | None:
    """Only DuckDB knows delimiters of several bytes; it skips blank lines and forgives open quotes."""
    kinds = ", ".join(f"{name}: 'VARCHAR'" for name in names)
    options = (
        f"all_varchar = true, header = false, skip = {lines}, delim = {literal(delimiter)}, quote = '\"', "
        f"escape = '\"', auto_detect = false, strict_mode = true, null_padding = false, columns = {{{kinds}}}"
    )
    query = f"SELECT {', '.join(names)} FROM read_csv({one_file(path)}, {options})"
    with borrowed(STAGING, partial(open_engine, "1GB", 1)) as connection:
        try:
            rows = connection.execute(f"COPY ({query}) TO {literal(str(staged))} (FORMAT parquet)").fetchall()[0][0]
        except duckdb.Error:
            return None
    return int(rows), {}
