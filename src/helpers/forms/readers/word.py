"""Word documents (.docx): their paragraphs and tables in order, with merged cells."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from helpers.files.marks import Cell
from helpers.files.package import local
from helpers.forms.readers.form_error import FormError
from helpers.forms.readers.grid import MOST_COLUMNS, MOST_ROWS
from helpers.forms.readers.tables_and_words import Item, Table, Words

MOST_BYTES = 100_000_000
#: What wraps paragraphs, rows and cells without being one: content controls, tracked insertions, markup of others.
WRAPS = {"sdt", "sdtContent", "customXml", "ins", "smartTag", "moveTo", "AlternateContent", "Choice"}
#: What is no text of the document as it stands: deleted text, and the second way of showing a drawing.
NO_TEXT = {"del", "moveFrom", "Fallback", "instrText", "rPr", "pPr", "tcPr"}


def read_docx(content: bytes, file: str) -> list[Item]:
    """The document's paragraphs and tables. Raises ``FormError``."""
    import docx

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(one.file_size for one in archive.infolist()) > MOST_BYTES:
                raise FormError(
                    "too_big", file, "文档解开后超过 100 MB，不会是自评表", hint="只留自评表，删去图片，另存后再试"
                )
            if any(one.flag_bits & 1 for one in archive.infolist()):
                raise FormError("encrypted", file, "这个文件加了密码", hint="去掉打开密码，另存后再用")
        body = docx.Document(io.BytesIO(content)).element.body
        return list(_items(body))
    except FormError:
        raise
    except Exception as error:  # whatever a damaged archive or its XML makes of the parsers
        raise FormError(
            "unreadable",
            file,
            f"打不开这个 Word 文档，文件可能损坏（{type(error).__name__}）",
            hint="重新导出完整的文件，或用 Word、WPS 打开后另存为 .docx",
        ) from error


def _items(body: Any) -> Iterator[Item]:
    paragraphs = tables = 0
    waiting = [body]
    while waiting:
        element = waiting.pop()
        kind = _kind(element)
        if kind == "p":
            paragraphs += 1
            if text := _text(element):
                yield Words(text, f"第 {paragraphs} 段")
        elif kind == "tbl":
            tables += 1
            yield _table(element, f"第 {tables} 个表格")
            waiting += reversed(list(_inner(element)))
        elif element is body or kind in WRAPS:
            waiting += reversed(list(element))


def _kind(element: Any) -> str:
    return local(element.tag) if isinstance(element.tag, str) else ""


def _parts(element: Any, kind: str) -> Iterator[Any]:
    """The rows of a table or the cells of a row, also those inside of content controls."""
    for child in element:
        if _kind(child) == kind:
            yield child
        elif _kind(child) in WRAPS:
            yield from _parts(child, kind)


def _inner(table: Any) -> Iterator[Any]:
    """The tables inside of a table's cells."""
    for row in _parts(table, "tr"):
        for cell in _parts(row, "tc"):
            yield from _parts(cell, "tbl")


def _table(table: Any, place: str) -> Table:
    """A table by its grid: ``gridSpan`` across, ``vMerge`` down, columns left out before a row's first cell."""
    cells: dict[Cell, str] = {}
    ends: dict[Cell, Cell] = {}
    open_at: dict[int, Cell] = {}
    width = row = 0
    for row, line in enumerate(_parts(table, "tr")):
        if row >= MOST_ROWS:
            break
        column = _number(line, "trPr", "gridBefore", 0)
        for cell in _parts(line, "tc"):
            across = min(_number(cell, "tcPr", "gridSpan", 1), MOST_COLUMNS)
            at, down = (row, column), _property(cell, "tcPr", "vMerge")
            first = open_at.get(column) if down == "continue" else None
            if first is not None:
                ends[first] = (row, ends[first][1])
                if text := _cell_text(cell):  # what a program left in a covered cell stays hidden in Word
                    cells.setdefault(first, text)
            else:
                ends[at] = (row, column + across - 1)
                if text := _cell_text(cell):
                    cells[at] = text
            open_at = {c: a for c, a in open_at.items() if not column <= c < column + across}
            if down is not None:
                open_at[column] = first or at
            column += across
        width = max(width, column)
    merged = tuple((first, last) for first, last in ends.items() if first != last)
    return Table(cells, merged, min(row + 1, MOST_ROWS), max(width, 1), place)


def _property(element: Any, group: str, name: str) -> str | None:
    """The value of a row's or cell's property; "continue" where it is stated without one, None where it is not."""
    for properties in _parts(element, group):
        for one in _parts(properties, name):
            return next((str(v) for k, v in one.attrib.items() if local(str(k)) == "val"), "continue")
    return None


def _number(element: Any, group: str, name: str, usual: int) -> int:
    text = _property(element, group, name) or ""
    return max(usual, min(int(text), MOST_COLUMNS)) if text.isdigit() else usual


def _cell_text(cell: Any) -> str:
    return "\n".join(text for paragraph in _parts(cell, "p") if (text := _text(paragraph)))


def _text(element: Any) -> str:
    """The text as it stands: insertions kept, deletions left out, signs written as formulas (≥) kept."""
    return "".join(_pieces(element)).strip()


def _pieces(element: Any) -> Iterator[str]:
    for child in element:
        kind = _kind(child)
        if kind == "t":
            yield child.text or ""
        elif kind in ("tab", "br", "cr"):
            yield "\t" if kind == "tab" else "\n"
        elif kind == "noBreakHyphen":
            yield "-"
        elif kind not in NO_TEXT:
            yield from _pieces(child)
