"""Read an unknown export and look at it: the one place where the profile touches a file."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from helpers.activity.errors import ExportError
from helpers.activity.profile.block import block
from helpers.activity.profile.column_cells import SAMPLE, Cells
from helpers.activity.profile.column_facts import Facts
from helpers.activity.profile.columns import column_facts, facts_together, settled
from helpers.activity.profile.declare import declare
from helpers.activity.profile.draft import Declaration, Source
from helpers.activity.profile.log_structure import Structure, structure, told_of_many
from helpers.activity.readers import ROW, Sheet, read_exports
from helpers.year.engine import literal, open_engine
from helpers.year.tables import Table

#: How far down a header is looked for when the first row is hardly filled.
HEADER_ROWS = 12
#: With more columns than this only those are told that seem to matter; ``every`` tells all.
WIDE = 60
#: What the counting may take besides the export as it was read; beyond that it uses the disk.
MEMORY = "1536MB"


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What an export holds. ``rows``: below the header; ``block``: YAML to paste below ``tables:``.
    ``only``: of a wide table, the columns that are told."""

    source: Source
    rows: int
    columns: tuple[Facts, ...]
    structure: Structure
    declaration: Declaration
    block: str
    only: frozenset[str] | None = None


def profile_file(
    path: Path,
    *,
    sheet: str | None = None,
    header_row: int | None = None,
    encoding: str | None = None,
    table: str | None = None,
    every: bool = False,
) -> Profile:
    """Look at one export. ``header_row`` counts from 1; found by itself in a workbook when not said.

    All counts are exact. Raises ``ExportError`` for a file that cannot be read, ``FileNotFoundError``.
    """
    if not path.is_file():
        raise FileNotFoundError(path)
    row = header_row or 1
    with (
        tempfile.TemporaryDirectory(prefix="selfeval-") as folder,
        open_engine(MEMORY, path=Path(folder) / "profile.db") as connection,
    ):
        two_rows = False

        def read(header: int) -> Sheet:
            return _read(path, sheet, header, encoding, Path(folder), 1 + two_rows)

        try:
            found = read(row)
            narrow = len(found.headers) == 1
        except ExportError as error:
            two_rows = error.code == "two_row_head"
            below_title = (row, read(row)) if two_rows else None
            if (
                not two_rows
                and header_row is None
                and error.code == "ragged_rows"
                and any(n == 2 for n, _ in error.rows)
            ):
                below_title = _below_title(read)
            if below_title is None:
                raise
            (row, found), narrow = below_title, False
        if narrow and header_row is None and found.rows:
            row, found = _below_title(read) or (row, found)
        rows = _load(connection, found)
        if header_row is None and (below := _likely_header(connection, found.headers)):
            row, found = below, read(below)
            rows = _load(connection, found)
        together = not every and len(found.headers) > WIDE and rows <= SAMPLE
        if together:
            columns = settled(facts_together(connection, found.headers, rows))
        else:
            columns = settled([_facts(connection, f"c{i}", header) for i, header in enumerate(found.headers)])
        made = structure(connection, columns)
        only = None if every or len(columns) <= WIDE else told_of_many(columns, made)
        if together and only is not None:  # what is told of a column is told in full
            columns = settled([_facts(connection, f.cell, f.header) if f.cell in only else f for f in columns])
    facts = tuple(
        (label, str(getattr(found, label)))
        for label in ("encoding", "delimiter", "page")
        if getattr(found, label, None)
    )
    source = Source(
        file=path.name,
        sheet=sheet,
        header_row=row,
        encoding=encoding,
        cut_off=found.cut_off,
        found=facts,
        header_rows=1 + two_rows,
        unread=found.unread,
    )
    declared = declare(source, columns, made, table, only)
    return Profile(
        source=source,
        rows=rows,
        columns=tuple(columns),
        structure=made,
        declaration=declared,
        block=block(declared),
        only=only,
    )


def _facts(connection: duckdb.DuckDBPyConnection, cell: str, header: str) -> Facts:
    return column_facts(Cells(connection, cell), cell, header)


def _read(
    path: Path, sheet: str | None, header_row: int, encoding: str | None, folder: Path, header_rows: int
) -> Sheet:
    """The export as text, staged in ``folder``; of a zip archive its first member."""
    spec: dict[str, Any] = {
        "title": path.name,
        "files": [path.name],
        "columns": {},
        "sheet": sheet or (),
        "header_row": header_row,
        "header_rows": header_rows,
        "encoding": encoding,
    }
    return next(iter(read_exports(path, path.name, Table.model_validate(spec), folder)))


def _below_title(read: Callable[[int], Sheet]) -> tuple[int, Sheet] | None:
    """The header where lines of another width, such as a title, stand above it."""
    for row in range(2, HEADER_ROWS // 2 + 1):
        try:
            found = read(row)
        except ExportError:
            continue
        if len(found.headers) > 1 and _filled(found.headers) * 2 > len(found.headers):
            # words, not a row of data
            return (row, found) if all(any(c.isalpha() for c in h) for h in found.headers if h.strip()) else None
    return None


def _load(connection: duckdb.DuckDBPyConnection, found: Sheet) -> int:
    """The rows that say anything as the table ``sheet``, trimmed as the cleaning trims them; how many there are.
    Blank rows and repetitions of the header are left out, as the cleaning sets them aside."""
    connection.execute("SET preserve_insertion_order = false")
    cells = [f"c{i}" for i in range(len(found.headers))]
    trimmed = ", ".join(f"coalesce(trim({c}, ' \t\r\n\u3000\u00a0'), '') AS {c}" for c in cells)
    said = (
        " OR ".join(
            f"{c} NOT IN ('', {literal(header.strip())})" for c, header in zip(cells, found.headers, strict=True)
        )
        or "false"
    )
    connection.execute(
        f"CREATE OR REPLACE TABLE sheet AS SELECT * FROM (SELECT {trimmed}, {ROW} FROM ({found.relation})) WHERE {said}"
    )
    return int(connection.execute("SELECT count(*) FROM sheet").fetchall()[0][0])


def _likely_header(connection: duckdb.DuckDBPyConnection, headers: Sequence[str]) -> int | None:
    """The row of the header where the first row is hardly filled and a fuller one stands below it."""
    filled = _filled(headers)
    if filled * 2 > len(headers):
        return None
    top = connection.execute(f"SELECT * FROM sheet ORDER BY {ROW} LIMIT {HEADER_ROWS}").fetchall()
    best = max(top, key=lambda row: _filled(row[:-1]), default=None)
    return int(best[-1]) if best and _filled(best[:-1]) > filled else None


def _filled(cells: Sequence[str | None]) -> int:
    return sum(bool(cell and cell.strip()) for cell in cells)
