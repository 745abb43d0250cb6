"""Workbooks (.xlsx, .xls, .et): the visible sheets with numbers as their formats show them."""

from __future__ import annotations

import re

from helpers.files.marks import Cell, cell_name
from helpers.files.refusal import FileError
from helpers.files.spreadsheet import Book, book_of
from helpers.forms.readers.bounded import refuse_bomb
from helpers.forms.readers.cell_words import shown
from helpers.forms.readers.form_error import FormError
from helpers.forms.readers.grid import MOST_COLUMNS, MOST_ROWS, Grid, spread

ERRORS = re.compile(r"#(?:REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA)")

#: A target that begins with "=" and was stored as a formula by the program that wrote it (=8个): no calculation.
LITERAL = re.compile(r"\s*(?P<figure>[0-9]+(?:\.[0-9]+)?)\s*(?P<unit>%|‰|[\u4e00-\u9fff]{1,6})?\s*", re.ASCII)


def read_book(content: bytes, file: str) -> list[Grid]:
    """The visible worksheets of a workbook. Raises ``FormError``, or ``FileError`` where it cannot be read."""
    if content.startswith(b"PK"):
        refuse_bomb(content, file, "工作簿")
    try:
        book = book_of(content, file)
        return [_grid(book, name, file) for name, visible in book.sheets.items() if visible]
    except FileError as error:
        if error.code != "unreadable":
            raise
        hint = "重新导出完整的文件，或用 Excel、WPS 打开后另存为 .xlsx"
        raise FormError("unreadable", file, f"文件可能损坏：{error.message}", place=error.place, hint=hint) from error


def _grid(book: Book, name: str, file: str) -> Grid:
    page, marks, formats = book.page(name, MOST_ROWS), book.marks(name), book.number_formats(name)
    bad: dict[Cell, FormError] = {}
    cells: dict[Cell, str] = {}  # where no format is known, a share stays the figure that is stored
    for at, text in marks.errors.items():
        bad[at] = _error_value(text, file, name, at)
    for at, formula in marks.uncalculated.items():
        if literal := LITERAL.fullmatch(formula):
            cells[at] = f"={formula.strip()}" if literal["unit"] else literal["figure"]
            continue
        what = f"公式 ={formula[:40]} 没有算出的值" if formula else "公式没有算出的值"
        hint = "用 Excel 或 WPS 打开并保存一次，或改成数值"
        bad[at] = _fault("formula_without_value", file, name, at, what, hint)
    for row, line in enumerate(page.cells[:MOST_ROWS]):
        for column, value in enumerate(line[:MOST_COLUMNS]):
            at = (row, column)
            if value == "" or at in bad or at in cells:
                continue
            if isinstance(value, str) and ERRORS.fullmatch(value):
                bad[at] = _error_value(value, file, name, at)
            elif text := shown(value, formats.get(at)):
                cells[at] = text
    # formats alone make a sheet a million rows long: it ends with its last text
    held = [at for at in (*cells, *bad) if at[0] < MOST_ROWS and at[1] < MOST_COLUMNS]
    rows, columns = (max((at[i] + 1 for at in held), default=0) for i in (0, 1))
    inside = [m for m in page.merged if m[0][0] < rows and m[0][1] < columns]
    rows = min(max([rows, *(last[0] + 1 for _, last in inside)]), MOST_ROWS)
    columns = min(max([columns, *(last[1] + 1 for _, last in inside)]), MOST_COLUMNS)
    return Grid(file, name, *spread(cells, inside, rows, columns), bad=bad)


def _error_value(text: str, file: str, sheet: str, at: Cell) -> FormError:
    return _fault("error_value", file, sheet, at, f"单元格是错误值 {text}", "改正公式，或改成数值")


def _fault(code: str, file: str, sheet: str, at: Cell, message: str, hint: str) -> FormError:
    return FormError(code, file, message, place=f"{sheet}!{cell_name(at)}", hint=hint)
