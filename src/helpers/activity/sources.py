"""The exports of one table as ``source``: texts under their tidy names, with file and row."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import duckdb

from helpers.activity.errors import ExportError
from helpers.activity.looked_through import list_cells, worth_a_look
from helpers.activity.not_records import LABEL_COLUMNS, LABELLED_ROWS, labels_of
from helpers.activity.readers import ROW, Sheet, find_columns, missing_column, read_exports, refuse_other_units
from helpers.files.names import matching_files
from helpers.year.engine import FEW, identifier, literal, literals
from helpers.year.hashes import file_sha256
from helpers.year.load import Year
from helpers.year.personal import MASKED
from helpers.year.tables import Table

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
#: The last rows of the formats of spreadsheet programs; a file that was opened in one and saved ends there.
CAPS = (65_536, 1_048_576)
SHOWN = 5
#: See ``are_few``.
FEW_ROWS = 50_000


@dataclass(frozen=True)
class SetAside:
    reason: str
    rows: int


@dataclass(frozen=True, kw_only=True)
class ExportFile:
    """One export as handed over: ``rows`` = ``used`` + the rows set aside. ``cut_off``: it ends without a line end.

    ``page``: the worksheet read, where there are several; ``unread``: worksheets that may hold records and were not
    read; ``hidden``: rows that a filter hides, all of them read; ``blank_formulas``: cells whose formula
    gave nothing, or was never calculated; ``at_cap``: how many rows a text file has,
    where spreadsheet programs cut at just so many.
    """

    file: str
    sha256: str
    bytes: int
    rows: int
    absent_columns: tuple[str, ...]
    cut_off: bool
    used: int = 0
    set_aside: tuple[SetAside, ...] = ()
    page: str | None = None
    unread: tuple[str, ...] = ()
    hidden: int = 0
    blank_formulas: tuple[str, ...] = ()
    at_cap: int | None = None


class Loaded(NamedTuple):
    """``plain``: the columns of plain cells, whose odd ones are listed; ``labelled``: there are ``labels``."""

    files: list[ExportFile]
    plain: frozenset[str]
    labelled: bool


def load(connection: duckdb.DuckDBPyConnection, year: Year, spec: Table, required: Sequence[str], work: Path) -> Loaded:
    """All files of a table, one below the other, as ``source``, a view unless they have few rows; staged in ``work``.

    Raises ``ExportError``.
    """
    files: list[ExportFile] = []
    parts: list[str] = []
    delimiters: list[str | None] = []
    found: set[str] = set()
    pages: list[Sheet] = []
    odd = dict.fromkeys(spec.columns, frozenset[str]())
    ragged: list[tuple[str, int, int]] = []
    labels: list[str] = []
    for sheet, path, sha256 in _sheets(year, spec, work):
        columns = find_columns(sheet, spec, required)
        refuse_other_units(connection, sheet, spec, columns)
        found |= set(columns)
        if sheet.cut_off:
            end = f"c{len(sheet.headers) - 1}"
            _refuse_cut_off(connection, sheet, hidden=end in {columns.get(c) for c in spec.personal})
        number = len(files)
        picked = ", ".join(f"{columns.get(c, 'CAST(NULL AS VARCHAR)')} AS {identifier(c)}" for c in spec.columns)
        parts.append(f"SELECT {picked}, {ROW}, {number} AS _file_no, false AS _ragged FROM ({sheet.relation})")
        # A ledger without a key may call its totals so in any column.
        keyless = not _named(spec) and sheet.rows <= LABELLED_ROWS
        looked_at = len(sheet.headers) if keyless else min(len(sheet.headers), LABEL_COLUMNS)
        others = [f"c{i}" for i in range(looked_at) if f"c{i}" not in columns.values()]
        if others and sheet.rows:
            labels.append(labels_of(sheet.relation, number, others))
        ragged += [(text, row, number) for row, text in sheet.ragged]
        odd = _odd_cells(odd, sheet, columns)
        absent = tuple(c for c in spec.columns if c not in columns)
        delimiters.append(sheet.delimiter)
        files.append(
            ExportFile(
                file=sheet.file,
                sha256=sha256,
                bytes=path.stat().st_size,
                rows=sheet.rows + len(sheet.ragged),
                absent_columns=absent,
                cut_off=sheet.cut_off,
                page=sheet.page,
                unread=sheet.unread,
                hidden=sheet.hidden,
                blank_formulas=sheet.blank_formulas,
                at_cap=last if (last := sheet.first - 1 + sheet.rows) in CAPS else None,
            )
        )
        pages.append(sheet)
    if not files:
        raise ExportError(
            "file_missing", "、".join(spec.files), "没有这个文件", hint="把导出文件放到这个位置，或改正 files"
        )
    if spec.checks.at_limit == "stop":
        _refuse_missing_pages(pages)
    nowhere = [c for c in spec.columns if c not in found]
    if nowhere:
        raise missing_column(sheet, nowhere[0], spec.columns[nowhere[0]].source, nowhere=True)
    if ragged:
        connection.execute("CREATE TABLE ragged (text VARCHAR, source_row BIGINT, _file_no INTEGER)")
        connection.executemany("INSERT INTO ragged VALUES (?, ?, ?)", ragged)
        parts.append(_ragged_rows(spec))
        odd.pop(next(iter(spec.columns)), None)
    connection.execute(f"CREATE {'TABLE' if are_few(files) else 'VIEW'} source AS {' UNION ALL '.join(parts)}")
    connection.execute(
        f"CREATE MACRO file_name(number) AS list_extract([{literals(one.file for one in files)}], number + 1)"
    )
    # Where ``;`` stands between columns, a comma is likely to stand in the numbers; a file that is no text has no
    # delimiter, and numbers of its own, written with a dot.
    marks = ", ".join("NULL" if mark is None else literal(mark) for mark in delimiters)
    connection.execute(f"CREATE MACRO delimiter_of(number) AS list_extract(CAST([{marks}] AS VARCHAR[]), number + 1)")
    list_cells(connection, odd)
    return Loaded(files, frozenset(odd), _label(connection, labels))


def _label(connection: duckdb.DuckDBPyConnection, labels: Sequence[str]) -> bool:
    """``labels``, what the queries for them find; whether there are any, for most tables have none."""
    if not labels:
        return False
    ((found,),) = connection.execute(f"CREATE TABLE labels AS {' UNION ALL '.join(labels)}").fetchall()
    return bool(found)


def are_few(files: Sequence[ExportFile]) -> bool:
    """Whether the rows of a table are so few that each stage is better kept than worked out by whatever reads it: to
    think about a question takes longer then than to answer it."""
    return sum(f.rows for f in files) <= FEW_ROWS and sum(f.bytes for f in files) <= FEW


def _sheets(year: Year, spec: Table, work: Path) -> Iterator[tuple[Sheet, Path, str]]:
    """Each sheet of a table with its file and the hash of that, which is worked out while the file is read."""
    with ThreadPoolExecutor(1) as beside:
        for path in dict.fromkeys(p for pattern in spec.files for p in matching_files(year.folder, pattern)):
            sha256 = beside.submit(file_sha256, path)
            for sheet in read_exports(path, path.relative_to(year.folder).as_posix(), spec, work):
                yield sheet, path, sha256.result()


def _odd_cells(
    known: Mapping[str, frozenset[str]], sheet: Sheet, columns: Mapping[str, str]
) -> dict[str, frozenset[str]]:
    """The odd cells of each column that is plain in this sheet, too, or absent from it."""
    return {
        column: cells | sheet.odd[columns[column]] if column in columns else cells
        for column, cells in known.items()
        if column not in columns or columns[column] in sheet.odd
    }


def _ragged_rows(spec: Table) -> str:
    """Rows with another number of cells: what they say stands in the first column, the others are empty."""
    first, *others = (identifier(c) for c in spec.columns)
    empty = "".join(f", NULL AS {c}" for c in others)
    return f"SELECT text AS {first}{empty}, {ROW}, _file_no, true AS _ragged FROM ragged"


# --- what a spreadsheet or a broken transfer leaves behind ----------------------------------------


def _refuse_missing_pages(sheets: Sequence[Sheet]) -> None:
    """Answers of an interface say when there are more records than they hold; all pages together are complete."""
    answers = [sheet for sheet in sheets if sheet.more or sheet.total is not None]
    rows, total = sum(s.rows for s in answers), max((s.total or 0 for s in answers), default=0)
    if rows < total or (answers and not total and all(s.more for s in answers)):
        raise ExportError(
            "page_only",
            next((s.file for s in answers if s.more), answers[-1].file),
            f"只是全部记录的一页：文件自述（count、total、next_page 之类）共 {total} 条，这里只有 {rows} 条"
            if rows < total
            else f"只是全部记录的一页：文件自述后面还有（next_page、has_more 之类），这里只有 {rows} 条",
            hint=(
                "把后面各页也导出来，一并写在 files 里；或按期间一次导出全部；"
                "核对过确实不缺的，在 checks 里写 at_limit: keep"
            ),
        )


def _refuse_cut_off(connection: duckdb.DuckDBPyConnection, sheet: Sheet, *, hidden: bool) -> None:
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
            f"SELECT DISTINCT coalesce({column}, '') FROM ({sheet.relation}) WHERE {ROW} <> {last_row} LIMIT "
            f"{max(20, sheet.rows // 50) + 1}"
        ).fetchall()
    }
    few = len(others) <= max(20, sheet.rows // 50)
    if few and last not in others and any(other.startswith(last) for other in others) and not last.isdigit():
        raise ExportError(
            "truncated",
            sheet.file,
            f"文件在最后一行中间断了：“{sheet.headers[-1]}”只剩下“{MASKED if hidden else last}”",
            rows=[(last_row, "最后一行，没有换行符")],
            hint="重新导出完整的文件",
        )


def refuse_mangled(connection: duckdb.DuckDBPyConnection, spec: Table, known: Collection[str]) -> None:
    """Formula errors and, in the columns that name a record, numbers that have lost their digits; reads ``source``.
    ``known``: the columns of few values or of plain cells."""
    sign = "starts_with(cell, '#') OR (special AND contains(lower(cell), 'e+'))"
    looked_at = worth_a_look(connection, list(spec.columns), known, sign, _named(spec))
    # Most files have none at all: that is seen in one go.
    signs = " OR ".join(
        f"starts_with({identifier(c)}, '#')"
        + (f" OR contains(lower({identifier(c)}), 'e+')" if c in _named(spec) else "")
        for c in looked_at
    )
    if not signs or not connection.execute(f"SELECT 1 FROM source WHERE {signs} LIMIT 1").fetchall():
        return
    for column in looked_at:
        declared = spec.columns[column]
        errors = [e for e in FORMULA_ERRORS if e not in (*spec.empty, *declared.empty)]
        # The first halves only spare most cells the second.
        where = f"(starts_with({identifier(column)}, '#') AND {identifier(column)} IN ({literals(errors)}))"
        if column in _named(spec):
            where += (
                f" OR (contains(lower({identifier(column)}), 'e+') AND regexp_full_match({identifier(column)}, "
                f"{literal(CUT_NUMBER)}))"
            )
        found = connection.execute(
            f"SELECT file_name(_file_no), {ROW}, {identifier(column)}, count(*) OVER () FROM source WHERE {where} "
            f"ORDER BY _file_no, {ROW} LIMIT {SHOWN}"
        ).fetchall()
        if not found:
            continue
        file, _, text, total = found[0]
        rows = [(row, f"{declared.source[0]}：{spec.shown(column, cell)}") for _, row, cell, _ in found]
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


def _named(spec: Table) -> tuple[str, ...]:
    """The columns that name a record."""
    return (*spec.key, *(spec.grain.case if spec.grain else ()))
