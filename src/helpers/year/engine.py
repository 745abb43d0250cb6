"""The one way to open DuckDB (UTC, quiet, within bounds), to fence it, and to write names and values as SQL."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


def open_engine(
    memory: str | None = None, threads: int | None = None, path: Path | None = None
) -> duckdb.DuckDBPyConnection:
    """A database, in memory unless it has a path, whose times are UTC.

    ``memory`` is what it may hold, as DuckDB writes it ("1GB"); beyond that it spills to disk.
    """
    import duckdb  # heavy, and reading year files must stay quick

    config: dict[str, str | bool | int | float | list[str]] = {} if threads is None else {"threads": threads}
    connection = duckdb.connect(":memory:" if path is None else str(path), config=config)
    connection.execute("SET TimeZone = 'UTC'")
    # Under Jupyter the bar is off, and even switching it off is an error where ipywidgets is missing.
    if connection.execute("SELECT current_setting('enable_progress_bar')").fetchall()[0][0]:
        connection.execute("SET enable_progress_bar = false")
    if memory is not None:
        connection.execute(f"SET memory_limit = {literal(memory)}")
    return connection


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


def year_bounds(fiscal_year: int | None) -> str:
    """``, … AS year_start, … AS year_end`` after a select list; nothing without a fiscal year."""
    if fiscal_year is None:
        return ""
    return f", DATE '{fiscal_year}-01-01' AS year_start, DATE '{fiscal_year}-12-31' AS year_end"


def literal(text: str) -> str:
    """A text as a SQL string."""
    return "'" + text.replace("'", "''") + "'"


def file_literal(path: Path) -> str:
    """A file as SQL, for reading: DuckDB takes ``[``, ``*`` and ``?`` in a name for a pattern of names."""
    return literal(_escaped(path))


def _escaped(path: Path) -> str:
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def literals(texts: Iterable[str]) -> str:
    """Texts as SQL strings, separated by commas."""
    return ", ".join(literal(text) for text in texts)


def identifier(column: str) -> str:
    """A column or table name as SQL."""
    return '"' + column.replace('"', '""') + '"'
