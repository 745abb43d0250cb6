"""A declared share judged row by row over other rows than those of the tidy table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.measures import database
from helpers.year.engine import year_bounds

if TYPE_CHECKING:
    import duckdb

    from helpers.year.load import Year


def judgement(year: Year, measure: str) -> tuple[str, str]:
    """Whether a row counts for the share, and whether it keeps its condition, as SQL.

    Only a condition that holds is kept: unknown is not, as in the figure itself.
    """
    spec = year.measures[measure]
    counts = f"(({spec.where}\n) IS TRUE)" if spec.where else "true"
    return counts, f"{counts} AND (({spec.value}\n) IS TRUE)"


def judge_query(
    connection: duckdb.DuckDBPyConnection, year: Year, measure: str, query: str, order: str
) -> list[tuple[bool, bool]]:
    """The judgement of each row of a query in a fenced database, by the column ``order`` of it. Raises
    ``QueryStopped``."""
    told = ", ".join(judgement(year, measure))
    rows = database.run(
        connection,
        f"SELECT {told} FROM (SELECT *{year_bounds(year.fiscal)} FROM ({query})) ORDER BY {order}",
        f"measures.{measure}",
    ).fetchall()
    return [(bool(counts), bool(kept)) for counts, kept in rows]
