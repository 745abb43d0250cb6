"""The one way to open DuckDB (UTC, quiet, within bounds), to fence it, and to write names and values as SQL."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.year.machine_memory import memory_limit_mb

if TYPE_CHECKING:
    import duckdb

    from helpers.year.fiscal import FiscalYear

#: Where many years run side by side, what each database may take at most: threads, and memory in megabytes.
MOST_THREADS, MOST_MEMORY = "SELFEVAL_DUCKDB_THREADS", "SELFEVAL_DUCKDB_MEMORY_MB"
#: Below so many megabytes a database gets a share only, but no less than it can work with.
SMALL, MEMORY_SHARE, LEAST_MEMORY = 6_000, 0.4, 200
_MEGABYTES = {"MB": 1, "GB": 1000}
#: Bytes of files up to which one thread has answered before the work is dealt out among several.
FEW = 8_000_000
#: Rows that DuckDB keeps, and writes to a Parquet file, as one group.
ROW_GROUP = 122_880


def open_engine(
    memory: str | None = None, threads: int | None = None, path: Path | None = None
) -> duckdb.DuckDBPyConnection:
    """A database, in memory unless it has a path, whose times are UTC.

    ``memory`` is what it may hold, as DuckDB writes it ("1GB"); beyond that it spills to disk. The variables
    ``MOST_THREADS`` and ``MOST_MEMORY`` of the environment lower both; what is computed does not depend on them.
    """
    import duckdb  # heavy, and reading year files must stay quick

    threads, memory = _fewest(threads, _most(MOST_THREADS)), _least(memory, _fewest(_most(MOST_MEMORY), _share()))
    config: dict[str, str | bool | int | float | list[str]] = {}
    if threads is not None:  # else eight more are started with each database, to wait for files far away
        config = {"threads": threads, "async_threads": threads}
    connection = duckdb.connect(":memory:" if path is None else str(path), config=config)
    connection.execute("SET TimeZone = 'UTC'")
    # Under Jupyter the bar is off, and even switching it off is an error where ipywidgets is missing.
    if connection.execute("SELECT current_setting('enable_progress_bar')").fetchall()[0][0]:
        connection.execute("SET enable_progress_bar = false")
    if memory is not None:
        connection.execute(f"SET memory_limit = {literal(memory)}")
    return connection


def _share() -> int | None:
    """What a database may take of a machine or container too small for what is usually asked for, in megabytes."""
    limit = memory_limit_mb()
    return max(LEAST_MEMORY, int(limit * MEMORY_SHARE)) if limit < SMALL else None


def threads_for(size: int) -> int | None:
    """How many threads a database over files of so many bytes should have; None for as many as there are cores."""
    return 1 if size <= FEW else None


def cores() -> int:
    """How many threads may be at work at a time in this process."""
    here = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return _fewest(here, _most(MOST_THREADS)) or 1


def _most(variable: str) -> int | None:
    text = os.environ.get(variable, "")
    return int(text) if text.isdecimal() and int(text) else None


def _fewest(asked: int | None, most: int | None) -> int | None:
    return min((n for n in (asked, most) if n is not None), default=None)


def _least(asked: str | None, most: int | None) -> str | None:
    """The smaller of two amounts of memory, as DuckDB writes them."""
    if most is None:
        return asked
    size = int(asked[:-2]) * _MEGABYTES[asked[-2:]] if asked else most
    return f"{min(size, most)}MB"


def fence(connection: duckdb.DuckDBPyConnection, paths: Iterable[Path] = ()) -> None:
    """From here on the database reaches no file but ``paths``, no Python variable and no setting.

    To be called before any expression of a year file is run.
    """
    # DuckDB asks for the name as it is written in the query, and for the file that it found by it.
    names = [name for path in paths for name in dict.fromkeys((str(path), _escaped(path)))]
    connection.execute(f"SET allowed_paths = [{literals(names)}]")
    connection.execute("SET python_enable_replacements = false")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def year_bounds(fiscal: FiscalYear | None) -> str:
    """``, … AS year_start, … AS year_end`` after a select list; nothing without a fiscal year."""
    if fiscal is None:
        return ""
    return f", DATE '{fiscal.first}' AS year_start, DATE '{fiscal.last}' AS year_end"


def literal(text: str) -> str:
    """A text as a SQL string."""
    return "'" + text.replace("'", "''") + "'"


def one_file(path: Path) -> str:
    """A file as the first arguments of ``read_parquet`` and its like: DuckDB takes ``[``, ``*`` and ``?`` in a name for
    a pattern of names, and a folder above it that is called ``a=1`` for a column of the file."""
    return f"{literal(_escaped(path))}, hive_partitioning = false"


def _escaped(path: Path) -> str:
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def literals(texts: Iterable[str]) -> str:
    """Texts as SQL strings, separated by commas."""
    return ", ".join(literal(text) for text in texts)


def identifier(column: str) -> str:
    """A column or table name as SQL."""
    return '"' + column.replace('"', '""') + '"'


def unnested(**cells: Iterable[str]) -> str:
    """Cells of a row one below the other: the columns of a SELECT, each of as many expressions as the others."""
    listed = {name: [*some] for name, some in cells.items()}
    if all(len(some) == 1 for some in listed.values()):  # a list of one would have to be made of every row
        return ", ".join(f"{cell} AS {name}" for name, (cell,) in listed.items())
    return ", ".join(f"unnest([{', '.join(some)}]) AS {name}" for name, some in listed.items())
