"""Workbooks (XLSX, XLS, ODS, and tables in web pages): sheets as texts, with Excel's own types written plainly.

Dates become ISO 8601, whole numbers lose ".0". Numbers of more digits than Excel keeps are written in
scientific notation, so that nobody takes the made-up digits for real ones.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa

from helpers.activity.readers.headers import declared_at, joined_head
from helpers.activity.readers.merged import below_groups, fill_merged, filled_head
from helpers.activity.readers.sheet import Sheet, columns, stage
from helpers.activity.readers.which_sheet import pick_sheets, unread_sheets
from helpers.files.marks import Marks, cell_name
from helpers.files.markup import Tables
from helpers.files.refusal import FileError
from helpers.files.spreadsheet import LAST_ROW, Book, Page, open_book
from helpers.year.tables import Table

Moment = TypeVar("Moment", datetime.datetime, datetime.timedelta)

#: Excel keeps 15 digits of a number.
EXACT = 10**15
#: What a day number of as many digits as Excel shows can be off by.
NEAR = datetime.timedelta(milliseconds=2)
ROWS_A_BATCH = 50_000


def read(path: Path, shown: str, spec: Table, work: Path) -> Iterator[Sheet]:
    """The declared sheets of a workbook, or the one that holds the declared headers; raises ``FileError``."""
    book = open_book(path, shown)
    if errors := book.ods_errors():
        raise FileError(
            "formula_error",
            shown,
            f"有 {len(errors)} 个单元格是公式错误：{'、'.join(dict.fromkeys(errors))}",
            hint="改正公式后重新导出，或另存为 .xlsx，由程序指出是哪些单元格",
        )
    yield from read_pages(book, shown, spec, work)


def read_pages(book: Book | Tables, shown: str, spec: Table, work: Path) -> Iterator[Sheet]:
    """The same of what is opened already."""
    names = pick_sheets(book, spec)
    for name in names:
        staged = work / f"{sum(1 for _ in work.glob('*.parquet'))}.parquet"
        yield _sheet(book, name, shown if len(names) == 1 else f"{shown}/{name}", spec, staged, names)


def _sheet(book: Book | Tables, name: str, shown: str, spec: Table, staged: Path, read_too: Sequence[str]) -> Sheet:
    page = book.page(name)
    cells = page.cells
    headers = _headers(page, shown, spec)
    declared = declared_at(headers, spec)
    if len(cells) >= LAST_ROW.get(book.kind, len(cells) + 1) and spec.checks.at_limit == "stop":
        raise FileError(
            "sheet_full",
            shown,
            f"工作表 {name} 写满了 .{book.kind} 格式的最后一行（第 {len(cells):,} 行），后面的多半被截掉了",
            rows=[(len(cells), "最后一行")],
            hint="分期导出，或改用 CSV 导出；核对过确实没有截掉的，在 checks 里写 at_limit: keep",
        )
    marks = book.marks(name)
    hidden = _put_marks(marks, page, shown, spec, declared)
    fill_merged(page, shown, spec, declared)
    schema = pa.schema([(column, pa.string()) for column in columns(headers)])
    rows = stage(_batches(cells[spec.first_row - 1 :], len(headers), schema), schema, staged)
    return Sheet(
        file=shown,
        headers=tuple(headers),
        staged=staged,
        rows=rows,
        first=spec.first_row,
        page=name if len(book.sheets) > 1 else None,
        unread=unread_sheets(book, read_too, len(declared) or len(headers)),
        hidden=hidden,
        above=tuple(text for row in cells[: spec.header_row - 1] for v in row if (text := _cell(v).strip())),
        blank_formulas=tuple(
            cell_name(c) for c in sorted(marks.blank) if c[1] in declared and c[0] >= spec.first_row - 1
        ),
    )


def _headers(page: Page, shown: str, spec: Table) -> list[str]:
    """The names of the columns, as far as the last one that has one."""
    last = spec.first_row - 1
    if len(page.cells) < last or not any(_cell(value).strip() for value in page.cells[last - 1]):
        raise FileError(
            "no_header",
            shown,
            f"工作表 {page.name} 共 {len(page.cells)} 行，第 {last} 行没有表头",
            hint="在 year.yml 里用 header_row 指明表头所在的行",
        )
    rows = [[_cell(value) for value in row] for row in page.cells[:last]]
    rows, merged = filled_head(rows, page, spec.header_row)
    if len(rows) > 1:
        headers = joined_head(rows, by_place=merged)
    else:
        headers = rows[0]
        below_groups(page, headers, shown, spec)
    while headers and not headers[-1].strip():
        headers.pop()
    return headers


def _put_marks(marks: Marks, page: Page, shown: str, spec: Table, declared: dict[int, str]) -> int:
    """Refuse cells that have no value, put back those errors that are declared to be empty, count hidden rows."""
    first = spec.first_row - 1

    def wanted(cell: tuple[int, int]) -> bool:
        return cell[0] >= first and (cell[1] in declared or not spec.columns)

    never = sorted(cell for cell in marks.uncalculated if wanted(cell))
    if never:
        raise FileError(
            "uncalculated",
            shown,
            f"工作表 {page.name} 有 {len(never)} 个公式没有算出的值",
            rows=[(cell[0] + 1, f"{cell_name(cell)} 是没有算出值的公式") for cell in never],
            hint="用 Excel 或 WPS 打开，重新计算并保存；或选择性粘贴为数值后另存",
        )
    wrong = []
    for (row, column), text in sorted(marks.errors.items()):
        if row < len(page.cells) and column < len(page.cells[row]):
            page.cells[row][column] = text
        name = declared.get(column)
        if wanted((row, column)) and name and text not in (*spec.empty, *spec.columns[name].empty):
            wrong.append((row + 1, f"{cell_name((row, column))} {spec.columns[name].source[0]}：{text}"))
    if wrong:
        text = wrong[0][1].rpartition("：")[2]
        raise FileError(
            "formula_error",
            shown,
            f"工作表 {page.name} 有 {len(wrong)} 个单元格是公式错误",
            rows=wrong,
            hint=f'在来源里改正公式后重新导出；确实表示没有值的，在这一列的 empty 里写上 "{text}"',
        )
    return sum(
        first <= row < len(page.cells) and any(_cell(v).strip() for v in page.cells[row]) for row in marks.hidden
    )


def _batches(cells: Sequence[Sequence[Any]], width: int, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for start in range(0, len(cells), ROWS_A_BATCH):
        part = cells[start : start + ROWS_A_BATCH]
        yield pa.RecordBatch.from_arrays(
            [pa.array([_cell(row[i]) for row in part], pa.string()) for i in range(width)], schema=schema
        )


def _cell(value: Any) -> str:
    if type(value) is str:  # as most are
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if abs(value) >= EXACT:
            return f"{value:.14E}"
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, int):
        return f"{float(value):.14E}" if abs(value) >= EXACT else str(value)
    if isinstance(value, datetime.datetime):
        return _to_the_second(value).isoformat(sep=" ")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        seconds, rest = divmod(_to_the_second(value), datetime.timedelta(seconds=1))
        fraction = f".{rest.microseconds:06d}" if rest else ""
        return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{fraction}"
    return str(value)


def _to_the_second(value: Moment) -> Moment:
    """A time within two milliseconds of a whole second is that second: a day number has no more digits."""
    microseconds = value.microsecond if isinstance(value, datetime.datetime) else value.microseconds
    if not microseconds:
        return value
    off = datetime.timedelta(microseconds=microseconds)
    if off <= NEAR:
        return value - off
    second = datetime.timedelta(seconds=1)
    return value + (second - off) if second - off <= NEAR else value
