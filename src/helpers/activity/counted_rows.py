"""The rows of a table by what became of them, counted once for the account, the losses and the bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from helpers.activity.sql import USED

#: So many rows of each kind that is set aside are named.
EXAMPLES = 3


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Rows of one file with the same reasons: how many, how many with unreadable cells and with dates that stand for
    none; of those set aside the first."""

    file_no: int
    first: str | None
    again: str | None
    scope: str | None
    rows: int
    unreadable: int
    placeholders: int
    places: Sequence[int]

    @property
    def reason(self) -> str | None:
        return next((why for why in (self.first, self.again, self.scope) if why is not None), None)


def count_rows(connection: duckdb.DuckDBPyConnection) -> list[Counted]:
    """All rows of ``judged_rows``, file by file, the most frequent reasons first."""
    found = connection.execute(
        "SELECT _file_no, _first, _again, _scope, count(*) AS n, count(_unreadable), count(_placeholders), "
        f"min(source_row, {EXAMPLES}) FILTER (WHERE NOT ({USED})) FROM judged_rows "
        "GROUP BY _file_no, _first, _again, _scope ORDER BY _file_no, n DESC, _first, _again, _scope"
    ).fetchall()
    return [
        Counted(
            file_no=number, first=first, again=again, scope=scope, rows=rows, unreadable=unreadable,
            placeholders=placeholders, places=places or (),
        )
        for number, first, again, scope, rows, unreadable, placeholders, places in found
    ]  # fmt: skip
