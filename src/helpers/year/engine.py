"""The one way to open DuckDB: UTC, quiet, within bounds."""

from __future__ import annotations

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

    connection = duckdb.connect(
        ":memory:" if path is None else str(path), config={} if threads is None else {"threads": threads}
    )
    connection.execute("SET TimeZone = 'UTC'")
    # Under Jupyter the bar is off, and even switching it off is an error where ipywidgets is missing.
    if connection.execute("SELECT current_setting('enable_progress_bar')").fetchall()[0][0]:
        connection.execute("SET enable_progress_bar = false")
    if memory is not None:
        connection.execute(f"SET memory_limit = '{memory}'")
    return connection
