"""Old workbooks (.xls, .et): the visible sheets with numbers as their formats show them."""

from __future__ import annotations

from helpers.files.marks import Cell, cell_name
from helpers.files.spreadsheet import Book, book_of
from helpers.forms.readers.cell_words import shown
from helpers.forms.readers.form_error import FormError
from helpers.forms.readers.grid import MOST_COLUMNS, MOST_ROWS, Grid, spread


def read_old_book(content: bytes, file: str) -> list[Grid]:
    """The visible worksheets of an old workbook. Raises ``FileError`` where it cannot be read."""
    book = book_of(content, file)
    return [_grid(book, name, file) for name, visible in book.sheets.items() if visible]


def _grid(book: Book, name: str, file: str) -> Grid:
    page, marks, formats = book.page(name), book.marks(name), book.number_formats(name)
    bad: dict[Cell, FormError] = {}
    for at, text in marks.errors.items():
        bad[at] = _fault("error_value", file, name, at, f"单元格是错误值 {text}", "改正公式，或改成数值")
    for at in marks.uncalculated:
        hint = "用 Excel 或 WPS 打开并保存一次，或改成数值"
        bad[at] = _fault("formula_without_value", file, name, at, "公式没有算出的值", hint)
    cells: dict[Cell, str] = {}  # where no format is known, a share stays the figure that is stored
    for row, line in enumerate(page.cells[:MOST_ROWS]):
        for column, value in enumerate(line[:MOST_COLUMNS]):
            at = (row, column)
            if at not in bad and (text := shown(value, formats.get(at))):
                cells[at] = text
    held = [*cells, *bad]
    rows, columns = (max((at[i] + 1 for at in held), default=0) for i in (0, 1))
    inside = [m for m in page.merged if m[0][0] < rows and m[0][1] < columns]
    rows = min(max([rows, *(last[0] + 1 for _, last in inside)]), MOST_ROWS)
    columns = min(max([columns, *(last[1] + 1 for _, last in inside)]), MOST_COLUMNS)
    return Grid(file, name, *spread(cells, inside, rows, columns), bad=bad)


def _fault(code: str, file: str, sheet: str, at: Cell, message: str, hint: str) -> FormError:
    return FormError(code, file, message, place=f"{sheet}!{cell_name(at)}", hint=hint)
