"""A sheet of text cells with merged ranges filled, in which a form is looked for."""

from __future__ import annotations

import datetime
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from helpers.files.marks import Cell, letters
from helpers.files.package import plain_package, sheet_marks
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
    ``lines``: where each row stands in a document that has no sheets ("第 2 个表格第 5 行").
    """

    file: str
    name: str
    texts: tuple[tuple[str, ...], ...]
    anchor: tuple[tuple[tuple[int, int], ...], ...]
    _: KW_ONLY
    bad: Mapping[tuple[int, int], FormError] = field(default_factory=dict)
    lines: tuple[str, ...] = ()

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
        """ "Sheet!E12"; in a document table, row and column; in a text file the line."""
        if self.lines:
            return f"{self.lines[row]}第 {column + 1} 列"
        return f"{self.name}!{letters(column)}{row + 1}" if self.name else f"文件第 {row + 1} 行"


def plain_grid(lines: Sequence[Sequence[str]], file: str) -> Grid:
    """A grid of a text file's cells, without merged ranges; short lines are filled up."""
    wide = max((len(line) for line in lines), default=0)
    texts = tuple(tuple(str(c).strip() for c in line) + ("",) * (wide - len(line)) for line in lines)
    return Grid(file, "", texts, tuple(tuple((r, c) for c in range(wide)) for r in range(len(lines))))


def spread(
    cells: Mapping[Cell, str], merged: Iterable[tuple[Cell, Cell]], rows: int, columns: int
) -> tuple[tuple[tuple[str, ...], ...], tuple[tuple[Cell, ...], ...]]:
    """Texts and anchors of a sheet, its merged ranges (first and last cell) filled; what lies beyond it is left out."""
    texts = [[cells.get((r, c), "") for c in range(columns)] for r in range(rows)]
    anchor = [[(r, c) for c in range(columns)] for r in range(rows)]
    for (top, left), (bottom, right) in merged:
        for r in range(top, min(bottom + 1, rows)):
            for c in range(left, min(right + 1, columns)):
                texts[r][c], anchor[r][c] = texts[top][left], (top, left)
    return tuple(map(tuple, texts)), tuple(map(tuple, anchor))


def read_workbook(content: bytes, file: str) -> list[Grid]:
    """The visible worksheets of an XLSX workbook. Raises ``FormError``."""
    import openpyxl

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(one.file_size for one in archive.infolist())
        if size > MOST_BYTES:
            raise FormError(
                "too_big", file, "工作簿解开后超过 300 MB，不会是自评表", hint="只留自评表所在的工作表，另存后再试"
            )
        content = plain_package(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what openpyxl does not keep (validations, styles) is nothing to a reader
            values = openpyxl.load_workbook(io.BytesIO(content), data_only=True)  # a path would be judged by its suffix
        return [
            _grid(sheet, sheet_marks(content, sheet.title).uncalculated, file)
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


def _grid(sheet: Any, uncalculated: Mapping[tuple[int, int], str], file: str) -> Grid:
    bad: dict[tuple[int, int], FormError] = {}
    cells: dict[tuple[int, int], str] = {}
    for line in sheet.iter_rows(
        min_row=1, max_row=min(sheet.max_row, MOST_ROWS), max_col=min(sheet.max_column, MOST_COLUMNS)
    ):
        for cell in line:
            at = (cell.row - 1, cell.column - 1)
            if (fault := _fault(cell, uncalculated.get(at), file)) is not None:
                bad[at] = fault
            elif text := shown(_moment(cell), cell.number_format):
                cells[at] = text
    # formats alone make a sheet a million rows long: it ends with its last text
    rows, columns = (max((at[i] + 1 for at in (*cells, *bad)), default=0) for i in (0, 1))
    rows, columns = _with_merged(sheet, rows, columns)
    merged = [((m.min_row - 1, m.min_col - 1), (m.max_row - 1, m.max_col - 1)) for m in sheet.merged_cells.ranges]
    return Grid(file, sheet.title, *spread(cells, merged, rows, columns), bad=bad)


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


def _fault(cell: Any, formula: str | None, file: str) -> FormError | None:
    """What makes a cell unusable: an error value, or a ``formula`` that was never calculated."""
    value = cell.value
    if isinstance(value, str) and ERRORS.fullmatch(value):
        return FormError(
            "error_value", file, f"单元格是错误值 {value}", place=_place(cell), hint="改正公式，或改成数值"
        )
    if formula is not None:
        return FormError(
            "formula_without_value",
            file,
            f"公式 ={formula[:40]} 没有算出的值",
            place=_place(cell),
            hint="用 Excel 或 WPS 打开并保存一次，或改成数值",
        )
    return None


def _place(cell: Any) -> str:
    return f"{cell.parent.title}!{cell.coordinate}"
