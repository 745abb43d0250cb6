"""Records with other dates, timed again by the table's own clocks: what if a part had come earlier?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from helpers.activity.clocks import tidy
from helpers.year.engine import fence, identifier, open_engine, threads_for
from helpers.year.expressions import columns_of
from helpers.year.idle_engines import borrowed, states
from helpers.year.load import Year
from helpers.year.tables import Table
from helpers.year.tidy import record_columns

if TYPE_CHECKING:
    import duckdb

SECOND = 1_000_000  # microseconds


class CannotReclock(Exception):
    """The clocks of a table need what its tidy rows do not hold; ``code`` is for machines."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(f"[{code}]  {message}")


@contextmanager
def reclocked(
    year: Year, table: str, records: pa.Table, moves: Sequence[tuple[str, int, int, int, int]], folder: Path
) -> Iterator[tuple[duckdb.DuckDBPyConnection, str]]:
    """A fenced database and the query in it for ``records`` with dates moved and every derived column computed again.

    ``records``: the columns of ``record_columns`` and ``source_file``, ``source_row``. ``moves``: a row's file and
    number, and in seconds since 1970 when a wait began, when it ended and when it would have ended.
    What was recorded up to the beginning stays; what came after the end follows it at the same distance;
    what lay between comes no later than the new end. A day without a time is taken as its last second.
    ``folder``: the other tidy tables of the year. Raises ``CannotReclock``.
    """
    spec = year.year.tables[table]
    if any(hold.events for derived in spec.derived.values() for hold in derived.hold):
        raise CannotReclock("hold_events", "时钟要扣除的暂停只在事件记录里，整理后的表没有保留，无法重新计时")
    if _read_hidden(year, spec):
        raise CannotReclock("personal_columns", "时钟或派生列要读个人信息列的原文，整理后的表只有密文，无法重新计时")
    columns = ("source_file", "source_row", "since", "until", "now")
    types = (pa.string(), *[pa.int64()] * 4)
    moved = pa.table(
        {c: pa.array([move[i] for move in moves], t) for i, (c, t) in enumerate(zip(columns, types, strict=True))}
    )
    files, threads = sorted(folder.glob("*.parquet")), threads_for(records.nbytes) or 2

    def opened() -> duckdb.DuckDBPyConnection:
        connection = open_engine(threads=threads)
        fence(connection, files)
        return connection

    with borrowed(("reclocked", threads, states(files)), opened) as connection:
        connection.register("given_records", records)
        connection.register("moves", moved)
        shown = ", ".join(_moved(column, kind) for column, kind in record_columns(spec).items())
        connection.execute(
            f"CREATE TABLE records AS SELECT {shown}, r.source_file, r.source_row, "
            "dense_rank() OVER (ORDER BY r.source_file) AS _file_no "
            "FROM given_records AS r LEFT JOIN moves AS m USING (source_file, source_row)"
        )
        yield connection, tidy(connection, year, spec, folder).in_order
        for name in ("given_records", "moves"):
            connection.unregister(name)


def _read_hidden(year: Year, spec: Table) -> bool:
    """Whether a derived column reads what the tidy rows have only as hashes."""
    hidden = spec.tidy_personal
    held = [hold for derived in spec.derived.values() for hold in derived.hold if hold.table]
    return any(columns_of(derived.expr) & hidden for derived in spec.derived.values() if derived.expr) or any(
        (a in hidden) != (b in year.year.tables[str(hold.table)].tidy_personal)
        for hold in held
        for a, b in zip(spec.tidy_key, hold.key, strict=True)
    )


def _moved(column: str, kind: str) -> str:
    """One record column after the moves: other columns than dates stay as they are."""
    cell = f"r.{identifier(column)}"
    if kind not in ("DATE", "TIMESTAMP"):
        return f"{cell} AS {identifier(column)}"
    at = f"epoch_us(CAST({cell} AS TIMESTAMP))" + (f" + {86399 * SECOND}" if kind == "DATE" else "")
    value = (
        f"CASE WHEN m.since IS NULL OR {cell} IS NULL OR {at} <= m.since * {SECOND} THEN {cell} "
        f"WHEN {at} >= m.until * {SECOND} THEN {_as(f'{at} + (m.now - m.until) * {SECOND}', kind)} "
        f"ELSE {_as(f'least({at}, m.now * {SECOND})', kind)} END"
    )
    return f"{value} AS {identifier(column)}"


def _as(microseconds: str, kind: str) -> str:
    """A moment as the column's own type."""
    return f"CAST(make_timestamp({microseconds}) AS {kind})"
