"""What tidy tables have answered, kept for whoever asks the same of the same files: each part of a stage opens them by
itself, and most of what it asks, another part has asked before."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from helpers.measures import database
from helpers.year.remembered import keep, latest

if TYPE_CHECKING:
    import duckdb

#: So many answers are kept, the latest, of so many rows each at most.
MOST, LONGEST = 1000, 1000

Rows = tuple[tuple[Any, ...], ...]

_answers: dict[tuple[object, str], Rows] = {}
_lock = threading.Lock()


def answer(connection: duckdb.DuckDBPyConnection, files: object, query: str, what: str) -> Rows:
    """The rows of a query; see ``database.run``. ``files`` tells all that the database holds and in which state, so
    that other files have answers of their own."""
    key = files, query
    with _lock:
        if key in _answers:
            return latest(_answers, key)
    rows = tuple(database.run(connection, query, what).fetchall())
    if len(rows) <= LONGEST:
        with _lock:
            keep(_answers, key, rows, MOST)
    return rows
