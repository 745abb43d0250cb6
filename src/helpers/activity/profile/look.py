"""Read an unknown export and look at it: the one place where the profile touches a file."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from helpers.activity.cells import quote
from helpers.activity.errors import ExportError
from helpers.activity.profile.block import block
from helpers.activity.profile.columns import Facts, column_facts, settled
from helpers.activity.profile.declare import Declaration, Source, declare
from helpers.activity.profile.structure import Structure, structure
from helpers.activity.read import ROW, Sheet, read_export
from helpers.year.tables import Table

#: How far down a header is looked for when the first row is hardly filled.
HEADER_ROWS = 12
#: What the counting may take besides the export as it was read; beyond that it uses the disk.
MEMORY = "1536MB"


@dataclass(frozen=True)
class Profile:
    """What an export holds. ``rows``: below the header; ``block``: YAML to paste below ``tables:``."""

    source: Source
    rows: int
    columns: tuple[Facts, ...]
    structure: Structure
    declaration: Declaration
    block: str


def profile_file(path: Path, *, sheet: str | None = None, header_row: int | None = None, encoding: str | None = None,
                 table: str | None = None) -> Profile:
    """Look at one export. ``header_row`` counts from 1; found by itself in a workbook when not said.

    All counts are exact. Raises ``ExportError`` for a file that cannot be read, ``FileNotFoundError``.
    """
    if not path.is_file():
        raise FileNotFoundError(path)
    row = header_row or 1
    with tempfile.TemporaryDirectory(prefix="selfeval-") as folder, duckdb.connect(str(Path(folder) / "profile.db")) as connection:
        try:
            found = _read(path, sheet, row, encoding)
        except ExportError as error:
            row, found = _below_title(path, sheet, header_row, encoding, error)
        rows = _load(connection, found)
        if header_row is None and (below := _likely_header(connection, found.headers)):
            row, found = below, _read(path, sheet, below, encoding)
            rows = _load(connection, found)
        found = replace(found, rows=pa.table({}))  # the export itself is no longer needed in memory
        columns = settled([column_facts(connection, f"c{i}", header) for i, header in enumerate(found.headers)])
        made = structure(connection, columns)
    facts = tuple((label, str(getattr(found, label))) for label in ("encoding", "delimiter") if getattr(found, label, None))
    source = Source(path.name, sheet, row, encoding, found.cut_off, facts)
    declared = declare(source, columns, made, table)
    return Profile(source, rows, tuple(columns), made, declared, block(declared))


def _read(path: Path, sheet: str | None, header_row: int, encoding: str | None) -> Sheet:
    """The export as text."""
    spec: dict[str, Any] = {"title": path.name, "files": [path.name], "columns": {}, "sheet": sheet, "header_row": header_row, "encoding": encoding}
    return read_export(path, path.name, Table.model_validate(spec))


def _below_title(path: Path, sheet: str | None, header_row: int | None, encoding: str | None, error: ExportError) -> tuple[int, Sheet]:
    """The header where lines of another width, such as a title, stand above it; else the error is raised."""
    if header_row is None and error.code == "ragged_rows" and any(row == 2 for row, _ in error.rows):
        for row in range(2, HEADER_ROWS // 2):
            try:
                found = _read(path, sheet, row, encoding)
            except ExportError:
                continue
            if all(any(sign.isalpha() for sign in header) for header in found.headers):  # words, not a row of data
                return row, found
            break
    raise error


def _load(connection: duckdb.DuckDBPyConnection, found: Sheet) -> int:
    """The rows that say anything as the table ``sheet``, trimmed as the cleaning trims them; how many there are.
    Blank rows and repetitions of the header are left out, as the cleaning sets them aside."""
    connection.execute(f"SET TimeZone = 'UTC'; SET memory_limit = '{MEMORY}'; SET preserve_insertion_order = false")
    cells = [f"c{i}" for i in range(len(found.headers))]
    trimmed = ", ".join(f"coalesce(trim({c}, ' \t\r\n\u3000\u00a0'), '') AS {c}" for c in cells)
    said = " OR ".join(f"{c} NOT IN ('', {quote(header.strip())})" for c, header in zip(cells, found.headers, strict=True)) or "false"
    connection.register("found", found.rows)
    connection.execute(f"CREATE OR REPLACE TABLE sheet AS SELECT * FROM (SELECT {trimmed}, {ROW} FROM found) WHERE {said}")
    connection.unregister("found")
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
