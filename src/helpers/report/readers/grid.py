"""A worksheet as text cells: merged ranges filled, numbers as they are shown, formulas by their values."""

from __future__ import annotations

import datetime
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.report.readers.errors import FormError

#: A form is small; beyond this a sheet is no form.
MOST_ROWS, MOST_COLUMNS = 3000, 80


@dataclass(frozen=True)
class Grid:
    """``texts[row][column]`` from 0; ``anchor[row][column]`` the first cell of the merged range that it is in."""

    name: str
    texts: tuple[tuple[str, ...], ...]
    anchor: tuple[tuple[tuple[int, int], ...], ...]

    def at(self, row: int, column: int) -> str:
        return self.texts[row][column] if 0 <= row < len(self.texts) and 0 <= column < len(self.texts[row]) else ""

    def own(self, row: int, column: int) -> str:
        """The text of a cell that begins a range; empty inside of one."""
        return self.at(row, column) if self.anchor[row][column] == (row, column) else ""

    def place(self, row: int, column: int) -> str:
        from openpyxl.utils import get_column_letter

        return f"{self.name}!{get_column_letter(column + 1)}{row + 1}"


def read_workbook(path: Path, shown: str) -> list[Grid]:
    """The visible worksheets of a workbook. Raises ``FormError``."""
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        values = openpyxl.load_workbook(path, data_only=True)
        formulas = openpyxl.load_workbook(path)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError, EOFError, TypeError) as error:
        hint = "用 Excel 或 WPS 另存为 .xlsx 后再试；加了密码的先去掉密码" if path.read_bytes()[:4] == b"\xd0\xcf\x11\xe0" else "重新导出完整的 .xlsx 文件"
        raise FormError("unreadable", shown, "打不开这个工作簿，文件可能损坏、加密或是旧格式", hint=hint) from error
    return [_grid(sheet, formulas[sheet.title], shown) for sheet in values.worksheets
            if sheet.sheet_state == "visible" and sheet.max_row and sheet.max_column]


def _grid(sheet: Any, formulas: Any, shown: str) -> Grid:
    rows, columns = min(sheet.max_row, MOST_ROWS), min(sheet.max_column, MOST_COLUMNS)
    texts = [[_text(cell, formulas, shown) for cell in line]
             for line in sheet.iter_rows(min_row=1, max_row=rows, max_col=columns)]
    anchor = [[(r, c) for c in range(columns)] for r in range(rows)]
    for merged in sheet.merged_cells.ranges:
        top, left = merged.min_row - 1, merged.min_col - 1
        for r in range(top, min(merged.max_row, rows)):
            for c in range(left, min(merged.max_col, columns)):
                texts[r][c], anchor[r][c] = texts[top][left], (top, left)
    return Grid(sheet.title, tuple(map(tuple, texts)), tuple(map(tuple, anchor)))


def _text(cell: Any, formulas: Any, shown: str) -> str:
    """A cell as it is shown; a formula that was never calculated, or an error value, is refused."""
    value = cell.value
    place = f"{formulas.title}!{cell.coordinate}"
    if value is None:
        written = formulas[cell.coordinate].value
        if isinstance(written, str) and written.startswith("="):
            raise FormError("formula_without_value", shown, f"公式 {written[:40]} 没有算出的值", place=place, hint="用 Excel 或 WPS 打开并保存一次，或改成数值")
        return ""
    if isinstance(value, str) and re.fullmatch(r"#(?:REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)", value):
        raise FormError("error_value", shown, f"单元格是错误值 {value}", place=place, hint="改正公式，或改成数值")
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        return _number(value, str(cell.number_format or ""))
    if isinstance(value, datetime.datetime | datetime.date):
        return value.strftime("%Y-%m-%d")
    return str(value).strip()


def _number(value: float, shown_as: str) -> str:
    """A number as its format shows it, in full precision; a share as a percentage."""
    if "%" in shown_as and '"%"' not in shown_as:
        decimals = len(re.sub("[^0#]", "", shown_as.partition(".")[2]))
        return f"{round(value * 100, max(decimals, 2)):.{decimals}f}%"
    number = round(value, 10)
    text = str(int(number)) if float(number).is_integer() else repr(number)
    unit = re.search(r'"([^"]{1,4})"$', shown_as)
    return text + (unit[1] if unit else "")
