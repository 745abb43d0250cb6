"""One printed form sheet: cells by kind, merged ranges, row heights that fit their texts, A4.

Texts are only ever written as texts: whatever a cell of the input says, no formula comes of it.
The few formulas are written by the forms themselves, each with its value beside it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from helpers.fonts.packaged import MissingGlyph, missing_glyphs
from helpers.fonts.width import width_of
from helpers.report import wording as w

LONGEST = 32_000
"""Excel takes 32,767 characters a cell."""
LINE = 14.5
"""Points a line of text at the size of the forms."""
TALLEST = 400.0
"""Points a row; Excel allows 409."""

HEADER = 120
"""Characters of the notice at the head of a printed page."""

_BASE = {"font_name": "宋体", "font_size": 10, "valign": "vcenter", "text_wrap": True}
_CELL = {**_BASE, "border": 1}
_STYLES: dict[str, dict[str, Any]] = {
    "title": {"font_name": "宋体", "font_size": 16, "bold": True, "align": "center", "valign": "vcenter"},
    "under": {**_BASE, "align": "center"},
    "plain": {**_BASE, "align": "left"},
    "bold": {**_BASE, "align": "left", "bold": True},
    "head": {**_CELL, "align": "center", "bold": True},
    "text": {**_CELL, "align": "left"},
    "center": {**_CELL, "align": "center"},
    "money": {**_CELL, "align": "center", "num_format": "0.00####"},
    "points": {**_CELL, "align": "center", "num_format": "General"},
    "score": {**_CELL, "align": "center", "num_format": "0.00"},
    "percent": {**_CELL, "align": "center", "num_format": "0.00%"},
    "count": {**_CELL, "align": "center", "num_format": "0"},
    "number": {**_CELL, "align": "right", "num_format": "General"},
    "fraction": {**_CELL, "align": "right", "num_format": "0.0000"},
    "date": {**_CELL, "align": "center", "num_format": 'yyyy"年"m"月"d"日"'},
}


class Formats:
    """The formats of a workbook, made once each."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[str, Any] = {}

    def __getitem__(self, style: str) -> Any:
        if style not in self._made:
            self._made[style] = self._book.add_format(_STYLES[style])
        return self._made[style]


@dataclass
class Sheet:
    """A worksheet of columns ``widths`` (Excel's unit: half-width characters), filled row by row."""

    page: Any
    formats: Formats
    widths: tuple[float, ...]
    notice: str | None = None
    heights: dict[int, float] = field(default_factory=dict)

    def put(self, row: int, column: int, value: Any, style: str = "text", rows: int = 1, columns: int = 1) -> None:
        """Write a value into a cell or a merged range of ``rows`` × ``columns``."""
        form = self.formats[style]
        if rows > 1 or columns > 1:
            self.page.merge_range(row, column, row + rows - 1, column + columns - 1, "", form)
        if value is None or value == "":
            self.page.write_blank(row, column, None, form)
        elif isinstance(value, bool):
            self.page.write_string(row, column, w.value_text(value, None), form)
        elif isinstance(value, int | float):
            self.page.write_number(row, column, value, form)
        elif isinstance(value, date):
            self.page.write_datetime(row, column, datetime(value.year, value.month, value.day), form)
        else:
            text = cut(str(value))
            self._check(row, column, text)
            self.page.write_string(row, column, text, form)
            self._fit(row, column, text, rows, columns)

    def _check(self, row: int, column: int, text: str) -> None:
        """What no packaged font can draw is refused here as in the other formats."""
        place = f"{self.page.get_name()} {xl_rowcol_to_cell(row, column)}"
        if missing := missing_glyphs(text):
            raise MissingGlyph([(char, place) for char in sorted(missing)])

    def formula(self, row: int, column: int, formula: str, value: float, style: str) -> None:
        """Write one of the form's own formulas with the value that it has."""
        self.page.write_formula(row, column, formula, self.formats[style], value)

    def choices(self, first: int, last: int, column: int, values: tuple[str, ...]) -> None:
        """Offer a list of values in cells that are filled in by hand; other texts are taken, too."""
        rule = {"validate": "list", "source": list(values), "error_type": "warning"}
        self.page.data_validation(first, column, last, column, rule)

    def row(self, row: int, values: Any, styles: Any) -> None:
        """Write consecutive cells from the first column on."""
        for column, (value, style) in enumerate(zip(values, styles, strict=True)):
            self.put(row, column, value, style)

    def _fit(self, row: int, column: int, text: str, rows: int, columns: int) -> None:
        """Make the rows of a range high enough for its text."""
        room = max(2.0, sum(self.widths[column : column + columns]) - 1.5)
        lines = sum(max(1, math.ceil(2 * width_of(part) / room)) for part in text.split("\n"))
        each = lines * LINE / rows + 5
        for at in range(row, row + rows):
            self.heights[at] = min(TALLEST, max(self.heights.get(at, 20.0), each))

    def finish(self, last_row: int, repeat: tuple[int, int] | None = None, landscape: bool = False) -> None:
        """Set heights, widths and the print layout: A4, all columns on one page, numbered."""
        for column, width in enumerate(self.widths):
            self.page.set_column(column, column, width)
        for row, height in sorted(self.heights.items()):
            self.page.set_row(row, height)
        self.page.set_paper(9)
        self.page.set_landscape() if landscape else self.page.set_portrait()
        self.page.set_margins(left=0.6, right=0.6, top=0.7, bottom=0.7)
        self.page.center_horizontally()
        self.page.fit_to_pages(1, 0)
        self.page.print_area(0, 0, last_row, len(self.widths) - 1)
        self.page.set_footer("&C第 &P 页，共 &N 页")
        if self.notice:
            # "&" starts a code, and Excel takes 255 characters.
            self.page.set_header("&C&9" + self.notice[:HEADER].replace("&", "&&"))
        if repeat:
            self.page.repeat_rows(*repeat)


def cut(text: str) -> str:
    """A text as a cell can hold it: what does not fit is cut visibly."""
    return text if len(text) <= LONGEST else text[:LONGEST] + "……（全文见报告）"


def wan(yuan: float | None) -> float | int | None:
    """An amount in 元 as a number of 万元, exact to the 分."""
    if yuan is None:
        return None
    amount = w.exact(yuan) / 10_000
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def day(iso: str | None) -> date | None:
    """An ISO date as a date, for a date cell."""
    return date.fromisoformat(iso) if iso else None
