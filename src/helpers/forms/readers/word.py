"""Word documents (.docx): their paragraphs and tables in order, with merged cells, as they stand once accepted."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from helpers.files.marks import Cell
from helpers.forms.readers.bounded import refuse_bomb
from helpers.forms.readers.form_error import FormError
from helpers.forms.readers.grid import MOST_COLUMNS, MOST_ROWS
from helpers.forms.readers.tables_and_words import Item, Table, Words
from helpers.forms.readers.word_text import WRAPS, Seen, kind, parts, stated, text_boxes, text_of, the_property

#: Parts beside the document itself whose words belong to it, and what each of them is called.
NOTES = (("word/footnotes.xml", "footnote", "脚注"), ("word/endnotes.xml", "endnote", "尾注"))
#: Boxes and tables in each other deeper than this are no form's.
DEEPEST = 20


@dataclass(frozen=True)
class Written:
    """Paragraphs and tables in order, and what a person should know of how they were read."""

    items: list[Item]
    remarks: tuple[str, ...]


def read_docx(content: bytes, file: str) -> Written:
    """The document's paragraphs and tables. Raises ``FormError``."""
    import lxml.etree

    refuse_bomb(content, file, "文档")
    safe = lxml.etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if any(one.flag_bits & 1 for one in archive.infolist()):
                raise FormError("encrypted", file, "这个文件加了密码", hint="去掉打开密码，另存后再用")
            names = {name.replace("\\", "/").lower(): name for name in archive.namelist()}
            whole = lxml.etree.fromstring(archive.read(names["word/document.xml"]), safe)
            notes = [
                (lxml.etree.fromstring(archive.read(names[part]), safe), element, title)
                for part, element, title in NOTES
                if part in names
            ]
        reader = _Reader()
        (body,) = (child for child in whole if kind(child) == "body")
        items = list(reader.items(body))
        items += [item for root, element, title in notes for item in _notes(root, element, title, reader.seen)]
        return Written(items, reader.seen.remarks())
    except FormError:
        raise
    except Exception as error:  # whatever a damaged archive or its XML makes of the parsers
        raise FormError(
            "unreadable",
            file,
            f"打不开这个 Word 文档，文件可能损坏（{type(error).__name__}）",
            hint="重新导出完整的文件，或用 Word、WPS 打开后另存为 .docx",
        ) from error


def _notes(root: Any, element: str, title: str, seen: Seen) -> Iterator[Words]:
    """Foot- and endnotes, each named by its number; separators are none."""
    found = [one for one in root if kind(one) == element and not stated(one, "type")]
    for number, one in enumerate(found, start=1):
        lines = [text_of(paragraph, seen) for paragraph in parts(one, "p")]
        if any(lines):
            yield Words(" ".join(line for line in lines if line), f"{title} {number}")


@dataclass
class _Reader:
    """Walks through a document; counts its paragraphs and tables."""

    seen: Seen = field(default_factory=Seen)
    paragraphs: int = 0
    tables: int = 0

    def items(self, body: Iterable[Any], depth: int = 0) -> Iterator[Item]:
        """Paragraphs and tables in order; what stands in a text box follows the paragraph or table that holds it."""
        for child in body:
            name = kind(child)
            if name == "p":
                self.paragraphs += 1
                place = f"第 {self.paragraphs} 段"
                if text := text_of(child, self.seen):
                    yield Words(text, place)
                yield from self._boxed(child, place, depth)
            elif name == "tbl":
                self.tables += 1
                place = f"第 {self.tables} 个表格"
                yield _table(child, place, self.seen)
                yield from self._inside(child, place, depth)
            elif name in WRAPS:
                yield from self.items(child, depth)

    def _boxed(self, element: Any, place: str, depth: int) -> Iterator[Item]:
        for box in text_boxes(element) if depth < DEEPEST else ():
            for item in self.items(box, depth + 1):
                yield Words(item.text, f"{place}的文本框") if isinstance(item, Words) else item

    def _inside(self, table: Any, place: str, depth: int) -> Iterator[Item]:
        """Tables and text boxes inside of a table's cells; a table without heads of its own is words beside it."""
        for row in parts(table, "tr") if depth < DEEPEST else ():
            for cell in parts(row, "tc"):
                for inner in parts(cell, "tbl"):
                    for item in self.items([inner], depth + 1):
                        yield from _as_words(item, place) if isinstance(item, Table) else [item]
                for paragraph in parts(cell, "p"):
                    yield from self._boxed(paragraph, place, depth)


def _as_words(table: Table, place: str) -> Iterator[Item]:
    """A table inside of a cell: a form of its own, or words that must not be taken for rows of the outer one."""
    if table.has_heads():
        yield table
        return
    for row in range(table.rows):
        texts = [text for (r, _), text in sorted(table.cells.items()) if r == row]
        if texts:
            yield Words(" | ".join(texts), f"{place}中的表格第 {row + 1} 行")


def _table(table: Any, place: str, seen: Seen) -> Table:
    """A table by its grid: ``gridSpan`` across, ``vMerge`` down, columns left out before a row's first cell."""
    cells: dict[Cell, str] = {}
    ends: dict[Cell, Cell] = {}
    open_at: dict[int, Cell] = {}
    width, row = 0, -1
    for line in _kept_rows(table, seen):
        row += 1
        column = _number(line, "trPr", "gridBefore", 0)
        for cell in parts(line, "tc"):
            across = min(_number(cell, "tcPr", "gridSpan", 1), MOST_COLUMNS)
            at, down = (row, column), the_property(cell, "tcPr", "vMerge")
            text = _cell_text(cell, seen)
            first = open_at.get(column) if down == "continue" else None
            if first is not None:
                ends[first] = (row, ends[first][1])
                if text:  # what a program left in a covered cell stays hidden in Word
                    cells.setdefault(first, text)
            else:
                ends[at] = (row, column + across - 1)
                if text:
                    cells[at] = text
            open_at = {c: a for c, a in open_at.items() if not column <= c < column + across}
            if down is not None:
                open_at[column] = first or at
            column += across
        width = max(width, column)
    merged = tuple((first, last) for first, last in ends.items() if first != last)
    return Table(cells, merged, max(row + 1, 1), max(width, 1), place)


def _kept_rows(table: Any, seen: Seen) -> Iterator[Any]:
    """The rows that are left once changes are accepted."""
    kept = 0
    for line in parts(table, "tr"):
        if kept >= MOST_ROWS:
            return
        if the_property(line, "trPr", "del") is not None:
            seen.changed = True
            continue
        seen.changed |= the_property(line, "trPr", "ins") is not None
        kept += 1
        yield line


def _number(element: Any, group: str, name: str, usual: int) -> int:
    text = the_property(element, group, name) or ""
    return max(usual, min(int(text), MOST_COLUMNS)) if text.isdigit() else usual


def _cell_text(cell: Any, seen: Seen) -> str:
    if the_property(cell, "tcPr", "cellDel") is not None:
        seen.changed = True
        return ""
    return "\n".join(text for paragraph in parts(cell, "p") if (text := text_of(paragraph, seen)))
