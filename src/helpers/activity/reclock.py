"""Records with other dates, timed again by the table's own clocks: what if a part had come earlier?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from helpers.activity.clocks import AS_WRITTEN, tidy
from helpers.year.engine import fence, open_engine, threads_for
from helpers.year.expressions import columns_of
from helpers.year.idle_engines import borrowed, states
from helpers.year.load import Year
from helpers.year.tables import Table
from helpers.year.tidy import record_columns

if TYPE_CHECKING:
    import duckdb

#: File, row, and in seconds since 1970 when a wait began, when it ended and when it would have ended.
Move = tuple[str, int, int, int, int]

SECOND = 1_000_000  # microseconds
#: The column of the query by which its rows come in the order in which they were given.
ORDER = "_given"


class CannotReclock(Exception):
    """The clocks of a table need what its tidy rows do not hold; ``code`` is for machines."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(f"[{code}]  {message}")


@contextmanager
def reclocked(
    year: Year, table: str, records: pa.Table, moves: Sequence[Move | None], folder: Path
) -> Iterator[tuple[duckdb.DuckDBPyConnection, str]]:
    """A fenced database and the query in it for ``records`` with dates moved and every derived column computed again.

    ``records``: the columns of ``record_columns`` and ``source_file``, ``source_row``; a row may be there several
    times. ``moves``: one for each of them, None for one that stays as it is.
    What was recorded up to the beginning stays; what came after the end follows it at the same distance;
    what lay between comes no later than the new end. A day without a time is taken as its last second.
    ``folder``: the other tidy tables of the year. Raises ``CannotReclock``.
    """
    spec = year.year.tables[table]
    if any(hold.events for derived in spec.derived.values() for hold in derived.hold):
        raise CannotReclock("hold_events", "时钟要扣除的暂停只在事件记录里，整理后的表没有保留，无法重新计时")
    if _read_hidden(year, spec):
        raise CannotReclock("personal_columns", "时钟或派生列要读个人信息列的原文，整理后的表只有密文，无法重新计时")
    files, threads = sorted(folder.glob("*.parquet")), threads_for(records.nbytes) or 2

    def opened() -> duckdb.DuckDBPyConnection:
        connection = open_engine(threads=threads)
        connection.execute(f"SET disabled_optimizers = '{AS_WRITTEN}'")  # nothing can be set behind the fence
        fence(connection, files)
        return connection

    with borrowed(("reclocked", threads, states(files)), opened, tables=False) as connection:
        connection.execute("BEGIN")
        connection.register("given_records", _given(record_columns(spec), records, moves))
        connection.execute("CREATE TABLE records AS SELECT * FROM given_records")
        yield connection, tidy(connection, year, spec, folder, beside=(ORDER,)).in_order
        connection.unregister("given_records")
        connection.execute("ROLLBACK")


def _read_hidden(year: Year, spec: Table) -> bool:
    """Whether a derived column reads what the tidy rows have only as hashes."""
    hidden = spec.tidy_personal
    held = [hold for derived in spec.derived.values() for hold in derived.hold if hold.table]
    return any(columns_of(derived.expr) & hidden for derived in spec.derived.values() if derived.expr) or any(
        (a in hidden) != (b in year.year.tables[str(hold.table)].tidy_personal)
        for hold in held
        for a, b in zip(spec.tidy_key, hold.key, strict=True)
    )


def _given(columns: dict[str, str], records: pa.Table, moves: Sequence[Move | None]) -> pa.Table:
    """The rows after the moves; ``_file_no`` tells those of one place apart."""
    moved = np.array([move is not None for move in moves], dtype=bool)
    times = np.array([(0, 0, 0) if move is None else move[2:] for move in moves], dtype=np.int64).reshape(-1, 3)
    cells = {
        column: _moved(records.column(column), kind, moved, times * SECOND)
        if kind in ("DATE", "TIMESTAMP") and moved.any()
        else records.column(column)
        for column, kind in columns.items()
    }
    places = {column: records.column(column) for column in ("source_file", "source_row")}
    before: Counter[tuple[str, int]] = Counter()
    again = np.empty(len(moves), dtype=np.int64)
    for at, place in enumerate(zip(*(column.to_pylist() for column in places.values()), strict=True)):
        again[at] = before[place]
        before[place] += 1
    named = places["source_file"].combine_chunks().dictionary_encode()
    number = named.indices.to_numpy() + len(named.dictionary) * again
    return pa.table({**cells, **places, "_file_no": number, ORDER: np.arange(len(moves))})


def _moved(cells: pa.ChunkedArray, kind: str, moved: NDArray[np.bool_], times: NDArray[np.int64]) -> pa.Array:
    """The moments of one column after the moves, by ``times`` in microseconds."""
    recorded = cells.to_numpy()
    at = recorded.astype("datetime64[us]").astype(np.int64) + (86399 * SECOND if kind == "DATE" else 0)
    since, until, now = times.T
    then = np.where(at >= until, at + (now - until), np.minimum(at, now))
    changed = moved & ~np.isnat(recorded) & (at > since)
    return pa.array(np.where(changed, then.astype("datetime64[us]").astype(recorded.dtype), recorded), cells.type)
