"""A sheet of text cells with merged ranges filled, in which a form is looked for."""

from __future__ import annotations

import datetime
import io
import re
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from helpers.forms.readers.cell_words import shown
from helpers.forms.readers.form_error import FormError

#: A form is small; what stands beyond this on a sheet is none.
MOST_ROWS, MOST_COLUMNS = 5000, 80
#: A workbook that unpacks to more is no form, and may be made to fill the memory.
MOST_BYTES = 300_000_000
ERRORS = re.compile(r"#(?:REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA)")


@dataclass(frozen=True)
class Grid:
    """``texts[row][column]`` from 0; ``anchor[row][column]`` the first cell of the merged range that it is in.

    ``bad``: cells without a usable value, by place; reading one of them is an error, passing over it is none.
    """

    file: str
    name: str
    texts: tuple[tuple[str, ...], ...]
    anchor: tuple[tuple[tuple[int, int], ...], ...]
    bad: Mapping[tuple[int, int], FormError] = field(default_factory=dict)

    @property
    def source(self) -> str:
        return f"{self.file} {self.name}".rstrip()

    def at(self, row: int, column: int) -> str:
        """A cell's text, also inside of a merged range."""
        return self.texts[row][column] if 0 <= row < len(self.texts) and 0 <= column < len(self.texts[row]) else ""

    def read(self, row: int, column: int) -> str:
        """A cell whose value is used. Raises ``FormError`` where it has none (#REF!, never calculated)."""
        bad = self.bad.get(self.anchor[row][column])
        if bad is not None:
            raise bad
        return self.at(row, column)

    def starts(self, row: int, column: int) -> bool:
        """Whether the cell stands by itself or begins a merged range."""
        return self.anchor[row][column] == (row, column)

    def own(self, row: int, column: int) -> str:
        """The text of a cell that begins a range; empty inside of one."""
        return self.at(row, column) if self.starts(row, column) else ""

    def span(self, row: int, column: int) -> tuple[int, ...]:
        """The columns of the merged range that begins here."""
        return tuple(c for c in range(column, len(self.texts[row])) if self.anchor[row][c] == (row, column))

    def place(self, row: int, column: int) -> str:
        """ "Sheet!E12"; in a text file the line."""
        if not self.name:
            return f"文件第 {row + 1} 行"
        from openpyxl.utils import get_column_letter

        return f"{self.name}!{get_column_letter(column + 1)}{row + 1}"


def plain_grid(lines: Sequence[Sequence[str]], file: str) -> Grid:
    """A grid of a text file's cells, without merged ranges; short lines are filled up."""
    wide = max((len(line) for line in lines), default=0)
    texts = tuple(tuple(str(c).strip() for c in line) + ("",) * (wide - len(line)) for line in lines)
    return Grid(file, "", texts, tuple(tuple((r, c) for c in range(wide)) for r in range(len(lines))))


def read_workbook(content: bytes, file: str) -> list[Grid]:
    """The visible worksheets of a workbook. Raises ``FormError``."""
    import openpyxl

    _refuse_others(content, file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what openpyxl does not keep (validations, styles) is nothing to a reader
            values = openpyxl.load_workbook(io.BytesIO(content), data_only=True)  # a path would be judged by its suffix
            formulas = openpyxl.load_workbook(io.BytesIO(content))
        return [
            _grid(sheet, formulas[sheet.title], file)
            for sheet in values.worksheets
            if sheet.sheet_state == "visible" and sheet.max_row and sheet.max_column
        ]
    except FormError:
        raise
    except Exception as error:  # whatever a damaged archive or its XML makes of the parsers
        raise FormError(
            "unreadable",
            file,
            f"打不开这个工作簿，文件可能损坏（{type(error).__name__}）",
            hint="重新导出完整的文件，或用 Excel、WPS 打开后另存为 .xlsx",
        ) from error


def _refuse_others(content: bytes, file: str) -> None:
    """Say what a file is that is no XLSX workbook."""
    again = "用 Excel 或 WPS 打开，另存为 .xlsx 后再试"
    if content[:4] == b"\xd0\xcf\x11\xe0":
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise FormError("encrypted", file, "这个工作簿加了密码", hint="去掉打开密码，另存后再试")
        raise FormError("old_format", file, "这是旧格式（.xls、.et）的工作簿", hint=again)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            infos = package.infolist()
    except (zipfile.BadZipFile, OSError, EOFError, ValueError) as error:
        raise FormError(
            "unreadable", file, "打不开这个工作簿，文件不完整或已损坏", hint="重新导出完整的 .xlsx 文件"
        ) from error
    names = {one.filename.replace("\\", "/").lower() for one in infos}
    if any(one.flag_bits & 1 for one in infos):
        raise FormError("encrypted", file, "这个文件加了密码", hint="去掉密码后再试")
    if not any(name.endswith("workbook.xml") for name in names):
        kinds = (
            ("word/document.xml", "Word 文档", "把表格放进 Excel 或 WPS 表格，存为 .xlsx"),
            ("xl/workbook.bin", "二进制工作簿（.xlsb）", again),
            ("content.xml", "OpenDocument 文件", again),
        )
        kind, hint = next(
            ((k, h) for name, k, h in kinds if name in names), ("普通压缩包", "解压后，对里面的自评表文件运行")
        )
        raise FormError("not_a_workbook", file, f"这是{kind}，不是 .xlsx 工作簿", hint=hint)
    if not any("worksheets/" in name for name in names):
        raise FormError("unreadable", file, "工作簿里没有工作表，文件可能损坏", hint="重新导出完整的 .xlsx 文件")
    if sum(one.file_size for one in infos) > MOST_BYTES:
        raise FormError(
            "too_big", file, "工作簿解开后超过 300 MB，不会是自评表", hint="只留自评表所在的工作表，另存后再试"
        )


def _grid(sheet: Any, formulas: Any, file: str) -> Grid:
    written = {
        (cell.row, cell.column): cell.value
        for line in formulas.iter_rows(
            max_row=min(formulas.max_row, MOST_ROWS), max_col=min(formulas.max_column, MOST_COLUMNS)
        )
        for cell in line
        if cell.data_type == "f"
    }
    bad: dict[tuple[int, int], FormError] = {}
    cells: dict[tuple[int, int], str] = {}
    for line in sheet.iter_rows(
        min_row=1, max_row=min(sheet.max_row, MOST_ROWS), max_col=min(sheet.max_column, MOST_COLUMNS)
    ):
        for cell in line:
            at = (cell.row - 1, cell.column - 1)
            if (fault := _fault(cell, written.get((cell.row, cell.column)), file)) is not None:
                bad[at] = fault
            elif text := shown(_moment(cell), cell.number_format):
                cells[at] = text
    # formats alone make a sheet a million rows long: it ends with its last text
    rows, columns = (max((at[i] + 1 for at in (*cells, *bad)), default=0) for i in (0, 1))
    rows, columns = _with_merged(sheet, rows, columns)
    texts = [[cells.get((r, c), "") for c in range(columns)] for r in range(rows)]
    anchor = [[(r, c) for c in range(columns)] for r in range(rows)]
    for merged in sheet.merged_cells.ranges:
        top, left = merged.min_row - 1, merged.min_col - 1
        for r in range(top, min(merged.max_row, rows)):
            for c in range(left, min(merged.max_col, columns)):
                texts[r][c], anchor[r][c] = texts[top][left], (top, left)
    return Grid(file, sheet.title, tuple(map(tuple, texts)), tuple(map(tuple, anchor)), bad)


def _with_merged(sheet: Any, rows: int, columns: int) -> tuple[int, int]:
    """The size of a sheet with the merged ranges that begin among its texts."""
    inside = [m for m in sheet.merged_cells.ranges if m.min_row <= rows and m.min_col <= columns]
    return (
        min(max([rows, *(m.max_row for m in inside)]), MOST_ROWS),
        min(max([columns, *(m.max_col for m in inside)]), MOST_COLUMNS),
    )


def _moment(cell: Any) -> Any:
    """The value; openpyxl makes numbers dates wherever a format holds a letter of one, [h] among them."""
    value = cell.value
    return value if not isinstance(value, datetime.timedelta) or "h" in str(cell.number_format).lower() else str(value)


def _fault(cell: Any, written: Any, file: str) -> FormError | None:
    """What makes a cell unusable: an error value, or a formula (``written``) that was never calculated."""
    value = cell.value
    if isinstance(value, str) and ERRORS.fullmatch(value):
        return FormError(
            "error_value", file, f"单元格是错误值 {value}", place=_place(cell), hint="改正公式，或改成数值"
        )
    if value is None and written is not None and cell.data_type != "str":  # "str": a formula that gave an empty text
        formula = str(getattr(written, "text", written))  # array formulas
        return FormError(
            "formula_without_value",
            file,
            f"公式 {formula[:40]} 没有算出的值",
            place=_place(cell),
            hint="用 Excel 或 WPS 打开并保存一次，或改成数值",
        )
    return None


def _place(cell: Any) -> str:
    return f"{cell.parent.title}!{cell.coordinate}"
