"""Tables of a document: repeated heads, whole rows, merged cells, what has to stay on one page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from helpers.formats.docx.styles_and_borders import TABLE_GRID, TABLE_HEAD, TABLE_SMALL, TABLE_SMALL_HEAD, TABLE_TEXT
from helpers.formats.docx.xml import TWIPS, element, has_long_word, paragraph, runs, value
from helpers.formats.page_layout import (
    ACROSS,
    KEPT,
    LARGE,
    POINT,
    UPRIGHT,
    ending,
    head_text,
    height,
    placed,
    row_height,
    sized,
)
from helpers.formats.printed import STARTING
from helpers.report.blocks import Cell, Table

#: Blank around the text of a cell, in points, in the order of the schema.
MARGINS = {"top": 2.0, "left": 3.0, "bottom": 2.0, "right": 3.0}


def table(block: Table, tight: bool = False) -> Any:
    """``w:tbl`` of a block: its head row is repeated, a row stays whole unless it is high."""
    size, fitted = sized(block, tight)
    across = (ACROSS if block.wide else UPRIGHT) / POINT * TWIPS
    total = sum(fitted.widths)
    widths = [round(across * width / total) for width in fitted.widths]
    text, head = (TABLE_TEXT, TABLE_HEAD) if size == LARGE else (TABLE_SMALL, TABLE_SMALL_HEAD)
    last = len(block.rows) - 1
    whole = height(fitted, size) <= KEPT
    made = element(
        "tbl",
        None,
        _properties(block, sum(widths)),
        element("tblGrid", None, *[element("gridCol", {"w": width}) for width in widths]),
    )
    titles = [Cell(text=head_text(c.title, w)) for c, w in zip(block.columns, fitted.widths, strict=True)]
    made.append(
        _row(
            [_cell(cell, width, head, "center", keep=True) for cell, width in zip(titles, widths, strict=True)],
            head=True,
        )
    )
    ends = len(block.rows) - ending(block)
    covered: dict[int, int] = {}
    for index, row in enumerate(placed(block)):
        # The first rows stay with the head, the last ones with each other and with the note below.
        keep = (
            (whole and index < last)
            or index < min(STARTING - 1, last)
            or ends <= index < last
            or (index == last and block.note is not None)
        )
        cells = dict(row)
        bold = block.total_row and index == last
        made.append(
            _row(_cells(block, cells, covered, widths, text, keep, bold), whole=row_height(fitted, index, size) <= KEPT)
        )
    return made


def _properties(block: Table, width: int) -> Any:
    margins = [element(side, {"w": round(points * TWIPS), "type": "dxa"}) for side, points in MARGINS.items()]
    return element(
        "tblPr",
        None,
        value("tblStyle", TABLE_GRID),
        element("tblW", {"w": width, "type": "dxa"}),
        value("jc", "center"),
        element("tblLayout", {"type": "fixed"}),
        element("tblCellMar", None, *margins),
        element(
            "tblLook",
            {"val": "0420", "firstRow": 1, "lastRow": 0, "firstColumn": 0, "lastColumn": 0, "noHBand": 0, "noVBand": 1},
        ),
        value("tblCaption", block.caption),
        value("tblDescription", f"{'、'.join(c.title for c in block.columns)}，共{len(block.rows)}行"),
    )


def _row(cells: Sequence[Any], whole: bool = True, head: bool = False) -> Any:
    properties = element("trPr", None, element("cantSplit") if whole else None, element("tblHeader") if head else None)
    return element("tr", None, properties if len(properties) else None, *cells)


def _cells(
    block: Table,
    cells: dict[int, Cell],
    covered: dict[int, int],
    widths: Sequence[int],
    style: str,
    keep: bool,
    bold: bool,
) -> list[Any]:
    """A row's cells; ``covered`` counts by column the rows that a merged cell still covers."""
    made = []
    for at, column in enumerate(block.columns):
        cell = cells.get(at)
        if cell is None:
            merged = None if not covered.get(at) else "continue"
            covered[at] = max(covered.get(at, 0) - 1, 0)
            made.append(_cell(Cell(text=""), widths[at], style, column.align, keep, merged))
            continue
        covered[at] = cell.rowspan - 1
        shown = cell if not bold or not cell.text else cell.model_copy(update={"text": f"**{cell.text}**"})
        made.append(_cell(shown, widths[at], style, column.align, keep, "restart" if cell.rowspan > 1 else None))
    return made


def _cell(cell: Cell, width: int, style: str, align: str, keep: bool = False, merged: str | None = None) -> Any:
    properties = element(
        "tcPr",
        None,
        element("tcW", {"w": width, "type": "dxa"}),
        value("vMerge", merged) if merged else None,
        value("vAlign", "center"),
    )
    words = paragraph(
        style,
        runs(cell.text),
        align=align if align != "left" else None,
        keep_next=keep,
        break_words=has_long_word(cell.text),
    )
    return element("tc", None, properties, words)
