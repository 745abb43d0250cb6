"""The exports of one table as the view ``source``: texts under their tidy names, with file and row."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from helpers.activity.errors import ExportError
from helpers.activity.not_records import LABEL_COLUMNS, labels_of
from helpers.activity.readers import ROW, Sheet, find_columns, missing_column, read_exports
from helpers.year.engine import identifier, literal, literals
from helpers.year.load import Year
from helpers.year.tables import Table
from helpers.year.tidy import matching_files

#: What Excel writes where a formula failed.
FORMULA_ERRORS = (
    "#REF!",
    "#DIV/0!",
    "#N/A",
    "#VALUE!",
    "#NAME?",
    "#NUM!",
    "#NULL!",
    "#SPILL!",
    "#CALC!",
    "#GETTING_DATA",
)
#: A long number that a spreadsheet has cut to its first digits: 1.23457E+11.
CUT_NUMBER = r"[0-9](\.[0-9]+)?[Ee]\+[0-9]{2,3}"
SHOWN = 5


@dataclass(frozen=True)
class SetAside:
    reason: str
    rows: int


@dataclass(frozen=True)
class ExportFile:
    """One export as handed over: ``rows`` = ``used`` + the rows set aside. ``cut_off``: it ends without a line end."""

    file: str
    sha256: str
    bytes: int
    rows: int
    absent_columns: tuple[str, ...]
    cut_off: bool
    used: int = 0
    set_aside: tuple[SetAside, ...] = ()


def load(
    connection: duckdb.DuckDBPyConnection, year: Year, spec: Table, required: Sequence[str], work: Path
) -> list[ExportFile]:
    """All files of a table, one below the other, as the view ``source``; staged in ``work``.

    Raises ``ExportError``.
    """
    files: list[ExportFile] = []
    parts: list[str] = []
    found: set[str] = set()
    connection.execute("CREATE TABLE ragged (text VARCHAR, source_row BIGINT, _file_no INTEGER)")
    connection.execute("CREATE TABLE labels (_file_no INTEGER, source_row BIGINT, text VARCHAR)")
    for sheet, path in _sheets(year, spec, work):
        columns = find_columns(sheet, spec, required)
        found |= set(columns)
        if sheet.cut_off:
            _refuse_cut_off(connection, sheet)
        number = len(files)
        picked = ", ".join(f"{columns.get(c, 'CAST(NULL AS VARCHAR)')} AS {identifier(c)}" for c in spec.columns)
        parts.append(f"SELECT {picked}, {ROW}, {number} AS _file_no, false AS _ragged FROM ({sheet.relation})")
        others = [f"c{i}" for i in range(min(len(sheet.headers), LABEL_COLUMNS)) if f"c{i}" not in columns.values()]
        if others and sheet.rows:
            connection.execute(f"INSERT INTO labels {labels_of(sheet.relation, number, others)}")
        if sheet.ragged:
            connection.executemany(
                "INSERT INTO ragged VALUES (?, ?, ?)", [(text, row, number) for row, text in sheet.ragged]
            )
        absent = tuple(c for c in spec.columns if c not in columns)
        files.append(
            ExportFile(
                sheet.file, _sha256(path), path.stat().st_size, sheet.rows + len(sheet.ragged), absent, sheet.cut_off
            )
        )
    if not files:
        raise ExportError(
            "file_missing", "、".join(spec.files), "没有这个文件", hint="把导出文件放到这个位置，或改正 files"
        )
    nowhere = [c for c in spec.columns if c not in found]
    if nowhere:
        raise missing_column(sheet, nowhere[0], spec.columns[nowhere[0]].source, nowhere=True)
    if connection.execute("SELECT count(*) FROM ragged").fetchall()[0][0]:
        parts.append(_ragged_rows(spec))
    connection.execute(f"CREATE VIEW source AS {' UNION ALL '.join(parts)}")
    connection.execute(
        f"CREATE MACRO file_name(number) AS list_extract([{literals(one.file for one in files)}], number + 1)"
    )
    _refuse_mangled(connection, spec)
    return files


def _sheets(year: Year, spec: Table, work: Path) -> Iterator[tuple[Sheet, Path]]:
    for path in dict.fromkeys(p for pattern in spec.files for p in matching_files(year.folder, pattern)):
        for sheet in read_exports(path, path.relative_to(year.folder).as_posix(), spec, work):
            yield sheet, path


def _ragged_rows(spec: Table) -> str:
    """Rows with another number of cells: what they say stands in the first column, the others are empty."""
    first, *others = (identifier(c) for c in spec.columns)
    empty = "".join(f", NULL AS {c}" for c in others)
    return f"SELECT text AS {first}{empty}, {ROW}, _file_no, true AS _ragged FROM ragged"


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


# --- what a spreadsheet or a broken transfer leaves behind ----------------------------------------


def _refuse_cut_off(connection: duckdb.DuckDBPyConnection, sheet: Sheet) -> None:
    """A file without a final line end whose last cell is only the beginning of a usual value was cut off.

    Only columns with few values tell; elsewhere the missing line end is carried as a note.
    """
    if not sheet.rows:
        return
    column = f"c{len(sheet.headers) - 1}"
    last_row, last = connection.execute(
        f"SELECT {ROW}, coalesce({column}, '') FROM ({sheet.relation}) ORDER BY {ROW} DESC LIMIT 1"
    ).fetchall()[0]
    others = {
        text
        for (text,) in connection.execute(
            f"SELECT DISTINCT coalesce({column}, '') FROM ({sheet.relation}) WHERE {ROW} <> {last_row} LIMIT {max(20, sheet.rows // 50) + 1}"
        ).fetchall()
    }
    few = len(others) <= max(20, sheet.rows // 50)
    if few and last not in others and any(other.startswith(last) for other in others) and not last.isdigit():
        raise ExportError(
            "truncated",
            sheet.file,
            f"文件在最后一行中间断了：“{sheet.headers[-1]}”只剩下“{last}”",
            rows=[(last_row, "最后一行，没有换行符")],
            hint="重新导出完整的文件",
        )


def _refuse_mangled(connection: duckdb.DuckDBPyConnection, spec: Table) -> None:
    """Formula errors and, in the columns that name a record, numbers that have lost their digits."""
    for column, declared in spec.columns.items():
        errors = [e for e in FORMULA_ERRORS if e not in (*spec.empty, *declared.empty)]
        named = column in (*spec.key, *(spec.grain.case if spec.grain else ()))
        # The first halves only spare most cells the second.
        where = f"(starts_with({identifier(column)}, '#') AND {identifier(column)} IN ({literals(errors)}))"
        if named:
            where += f" OR (contains(lower({identifier(column)}), 'e+') AND regexp_full_match({identifier(column)}, {literal(CUT_NUMBER)}))"
        found = connection.execute(
            f"SELECT file_name(_file_no), {ROW}, {identifier(column)}, count(*) OVER () FROM source WHERE {where} "
            f"ORDER BY _file_no, {ROW} LIMIT {SHOWN}"
        ).fetchall()
        if not found:
            continue
        file, _, text, total = found[0]
        rows = [(row, f"{declared.source[0]}：{cell}") for _, row, cell, _ in found]
        if re.fullmatch(CUT_NUMBER, text):
            raise ExportError(
                "digits_lost",
                file,
                f"列 {column} 有 {total} 个编号被表格软件改成了科学计数法，末尾的数字已经丢失",
                rows=rows,
                hint="从来源系统重新导出，不要用 Excel 另存；要用 Excel 打开时先把这一列设为文本",
            )
        raise ExportError(
            "formula_error",
            file,
            f"列 {column} 有 {total} 个单元格是公式错误",
            rows=rows,
            hint=f'在来源里改正公式后重新导出；确实表示没有值的，在 columns.{column} 的 empty 里写上 "{text}"',
        )
