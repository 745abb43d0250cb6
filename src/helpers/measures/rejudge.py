"""A declared share judged row by row over other rows than those of the tidy table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.measures import database
from helpers.year.engine import fence, open_engine, threads_for, year_bounds
from helpers.year.idle_engines import borrowed

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from helpers.year.load import Year


def judge_rows(year: Year, measure: str, table: pa.Table) -> list[tuple[bool, bool]]:
    """For each row of ``table`` whether it counts for the share and whether it keeps its condition.

    ``table`` has the tidy columns of the measure's table and its place in the exports, by which the
    answers are ordered. Raises ``QueryStopped``.
    """
    threads = threads_for(table.nbytes) or 2

    def opened() -> duckdb.DuckDBPyConnection:
        connection = open_engine(threads=threads)
        fence(connection)
        return connection

    with borrowed(("judged", threads), opened) as connection:
        connection.register("given_rows", table)
        connection.execute("CREATE TABLE judged AS SELECT * FROM given_rows")
        connection.unregister("given_rows")
        return judge_query(connection, year, measure, "SELECT * FROM judged")


def judge_query(connection: duckdb.DuckDBPyConnection, year: Year, measure: str, query: str) -> list[tuple[bool, bool]]:
    """The same for the rows of a query in a fenced database.

    Only a condition that holds is kept: unknown is not, as in the figure itself. Raises ``QueryStopped``.
    """
    spec = year.measures[measure]
    where = f"(({spec.where}\n) IS TRUE)" if spec.where else "true"
    rows = database.run(
        connection,
        f"SELECT {where}, {where} AND (({spec.value}\n) IS TRUE) "
        f"FROM (SELECT *{year_bounds(year.fiscal)} FROM ({query})) ORDER BY source_file, source_row",
        f"measures.{measure}",
    ).fetchall()
    return [(bool(counts), bool(kept)) for counts, kept in rows]
