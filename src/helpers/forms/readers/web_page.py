"""Web pages: their tables and the words between them, with cells over several rows and columns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from helpers.files.marks import Cell
from helpers.files.markup import page_text
from helpers.forms.readers.form_error import FormError
from helpers.forms.readers.grid import MOST_COLUMNS, MOST_ROWS
from helpers.forms.readers.tables_and_words import Item, Table, Words

MOST_BYTES = 50_000_000
#: Elements that stand in a line of text and do not end it.
IN_LINE = {"a", "abbr", "b", "big", "code", "em", "font", "i", "ins", "label", "mark", "nobr", "o:p", "p:s"}
IN_LINE |= {"q", "s", "small", "span", "strong", "sub", "sup", "tt", "u", "bdi", "bdo", "cite"}
NO_TEXT = {"script", "style", "head", "template", "noscript", "del", "select", "button", "title"}
ROWS = {"tr"}
CELLS = {"td", "th"}


def read_html(content: bytes, file: str) -> list[Item]:
    """The page's tables and paragraphs in order. Raises ``FormError``, or ``FileError`` for texts of no encoding."""
    import lxml.etree
    import lxml.html

    if len(content) > MOST_BYTES:
        raise FormError("too_big", file, "网页超过 50 MB，不会是自评表", hint="只留自评表，另存后再试")
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", page_text(content, file).lstrip("\ufeff"))
    try:
        page = lxml.html.document_fromstring(text)
    except (lxml.etree.LxmlError, ValueError, AssertionError) as error:
        raise FormError(
            "unreadable", file, "网页读不通，文件可能不完整", hint="在浏览器里打开，重新另存整个网页后再试"
        ) from error
    return list(_items(page))


def _items(page: Any) -> Iterator[Item]:
    """In the document's order; a table that holds tables only lays the page out."""
    lines: list[str] = []
    tables = words = 0
    for kind, value in [*_walk(page, keep_tables=True), ("break", "")]:
        if kind == "text":
            lines.append(value)
            continue
        if text := _clean("".join(lines)):
            words += 1
            yield Words(text, f"第 {words} 段")
        lines = []
        if kind == "table":
            tables += 1
            yield _table(value, f"第 {tables} 个表格")


def _walk(element: Any, keep_tables: bool) -> Iterator[tuple[str, Any]]:
    """Pieces of text, breaks between them, and tables."""
    tag = element.tag if isinstance(element.tag, str) else None
    if tag is None or tag in NO_TEXT or _hidden(element):
        return
    if tag == "table" and keep_tables and element.find(".//table") is None:
        yield "table", element
        return
    if tag == "br":
        yield "break", ""
    yield from [("break", "")] if tag not in IN_LINE else []
    if element.text:
        yield "text", element.text
    for child in element:
        yield from _walk(child, keep_tables)
        if child.tail:
            yield "text", child.tail
    yield from [("break", "")] if tag not in IN_LINE else []


def _hidden(element: Any) -> bool:
    return bool(re.search(r"display\s*:\s*none", element.get("style") or "", re.IGNORECASE))


def _clean(text: str) -> str:
    return re.sub(r"[ \t\r\n\xa0]+", " ", text).strip()


def _table(table: Any, place: str) -> Table:
    cells: dict[Cell, str] = {}
    merged: list[tuple[Cell, Cell]] = []
    taken: set[Cell] = set()
    rows = list(islice(table.iter(*ROWS), MOST_ROWS))
    width = 1
    for r, row in enumerate(rows):
        column = 0
        for cell in row:
            if cell.tag not in CELLS:
                continue
            while (r, column) in taken:
                column += 1
            if column >= MOST_COLUMNS:
                break
            across = min(_span(cell, "colspan"), MOST_COLUMNS - column)
            down = min(_span(cell, "rowspan"), len(rows) - r)
            if text := _cell_text(cell):
                cells[r, column] = text
            if across > 1 or down > 1:
                merged.append(((r, column), (r + down - 1, column + across - 1)))
                taken |= {(r + i, column + j) for i in range(down) for j in range(across)}
            column += across
            width = max(width, column)
    return Table(cells, tuple(merged), max(len(rows), 1), width, place)


def _span(cell: Any, name: str) -> int:
    """How many rows or columns a cell covers; rowspan=0 reaches to the table's end."""
    text = (cell.get(name) or "").strip()
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    return MOST_ROWS if number == 0 and name == "rowspan" else max(number, 1)


def _cell_text(cell: Any) -> str:
    lines = [""]
    for kind, value in _walk(cell, keep_tables=False):
        if kind == "text":
            lines[-1] += value
        elif lines[-1]:
            lines.append("")
    return "\n".join(text for line in lines if (text := _clean(line)))
