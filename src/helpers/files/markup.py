"""Tables in web pages and in XML spreadsheets of 2003, which systems hand over under the name of a workbook."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from helpers.files.encodings import decoded
from helpers.files.marks import Cell, Marks
from helpers.files.package import local
from helpers.files.refusal import FileError
from helpers.files.spreadsheet import Page

CHARSET = re.compile(rb"""charset\s*=\s*["']?([\w-]+)""", re.IGNORECASE)
#: More is no table but a page that wants to fill the memory.
MOST_COLUMNS = 4000
LOGIN = "若导出时登录已失效，重新登录后再导出；否则用 Excel 或 WPS 打开后另存为 XLSX"


@dataclass(frozen=True)
class Tables:
    """The tables of a marked-up file, read as a workbook's sheets are."""

    shown: str
    pages: Mapping[str, Page]
    _marks: Mapping[str, Marks] = field(default_factory=dict)
    kind: str = "markup"

    @property
    def sheets(self) -> dict[str, bool]:
        """The names of the tables, and whether they are visible."""
        return {name: page.visible for name, page in self.pages.items()}

    def page(self, name: str) -> Page:
        """One table."""
        return self.pages[name]

    def top(self, name: str, rows: int) -> list[list[Any]]:
        """The first rows of a table."""
        return self.pages[name].cells[:rows]

    def marks(self, name: str) -> Marks:
        """What a table holds beyond its values."""
        return self._marks.get(name, Marks())


def open_markup(path: Path, shown: str) -> Tables:
    """The tables of a web page or of an XML spreadsheet. Raises ``FileError`` where there is none."""
    content = path.read_bytes()
    if b"urn:schemas-microsoft-com:office:spreadsheet" in content[:4096]:
        return _xml_tables(content, shown)
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<?xml") and b"<html" not in content[:4096].lower():
        raise FileError(
            "web_page", shown, "这是 XML 文件，不是表格文件", hint="从来源系统改用 XLSX、CSV 或 JSON 格式导出"
        )
    parser = _TableParser()
    parser.feed(page_text(content, shown))
    parser.close()
    if parser.nested:
        raise FileError("web_page", shown, "这是网页，表格套着表格，读不准", hint=LOGIN)
    if parser.open_table:
        raise FileError("truncated", shown, "网页里的表格没有结尾，文件不完整", hint="重新导出完整的文件")
    found = [t for t in parser.tables if len(t.cells) > 1 and max(map(len, t.cells)) > 1]
    if not found:
        raise FileError("web_page", shown, "这是网页，里面没有数据表格", hint=LOGIN)
    return Tables(shown, {f"表{i}": Page(f"表{i}", True, t.rows(), tuple(t.merged)) for i, t in enumerate(found, 1)})


def page_text(content: bytes, shown: str) -> str:
    """The text by what its bytes say; by what the page says of itself where they leave it open."""
    try:
        return decoded(content, shown)
    except FileError:
        named = CHARSET.search(content[:4096])
        if named is None:
            raise
        name = named[1].decode().lower()
        try:
            return content.decode("gb18030" if name in ("gb2312", "gbk") else name)
        except (LookupError, UnicodeDecodeError):
            pass
        raise


@dataclass
class _Table:
    """One table as it grows: cells by place, and the places that cells above reach down to."""

    cells: list[list[str]] = field(default_factory=list)
    merged: list[tuple[Cell, Cell]] = field(default_factory=list)
    taken: set[Cell] = field(default_factory=set)

    def add(self, text: str, across: int, down: int) -> None:
        """Put a cell at the next free place of the last row."""
        row = len(self.cells) - 1
        while len(self.cells[row]) < MOST_COLUMNS and (row, len(self.cells[row])) in self.taken:
            self.cells[row].append("")
        first = (row, len(self.cells[row]))
        self.cells[row] += [text, *[""] * (across - 1)]
        if across > 1 or down > 1:
            self.merged.append((first, (row + down - 1, first[1] + across - 1)))
            self.taken |= {(row + r, first[1] + c) for r in range(1, down) for c in range(across)}

    def rows(self) -> list[list[Any]]:
        """All rows at one width."""
        width = max(map(len, self.cells), default=0)
        return [[*row, *[""] * (width - len(row))] for row in self.cells]


class _TableParser(HTMLParser):
    """Collects tables; of a cell the full number that Excel keeps beside the one it shows."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[_Table] = []
        self.open_table = self.nested = False
        self._cell: list[str] | None = None
        self._about: dict[str, str | None] = {}
        self._ignored = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a table, row or cell."""
        if tag == "table":
            self.nested |= self.open_table
            self.open_table = True
            self.tables.append(_Table())
        elif tag in ("style", "script"):
            self._ignored += 1
        elif tag == "br" and self._cell is not None:
            self._cell.append("\n")
        elif self.open_table and tag in ("tr", "td", "th"):
            self._end_cell()
            if tag == "tr" or not self.tables[-1].cells:
                self.tables[-1].cells.append([])
            if tag != "tr":
                self._cell, self._about = [], dict(attrs)

    def handle_endtag(self, tag: str) -> None:
        """Close a cell or a table."""
        if tag in ("td", "th", "tr", "table"):
            self._end_cell()
        if tag == "table":
            self.open_table = False
            if self.tables:
                self.tables[-1].cells = [row for row in self.tables[-1].cells if row]
        elif tag in ("style", "script"):
            self._ignored = max(self._ignored - 1, 0)

    def handle_data(self, data: str) -> None:
        """Keep the text of a cell."""
        if self._cell is not None and not self._ignored:
            self._cell.append(re.sub(r"[ \t\r\n\xa0]+", " ", data))

    def _end_cell(self) -> None:
        if self._cell is None:
            return
        text = "\n".join(line.strip() for line in "".join(self._cell).split("\n")).strip()
        full = self._about.get("x:num") or text
        across, down = (_count(self._about.get(name)) for name in ("colspan", "rowspan"))
        self.tables[-1].add(full, across, down)
        self._cell = None


def _count(text: str | None) -> int:
    return min(max(int(text), 1), MOST_COLUMNS) if text and text.isdigit() else 1


# --- XML spreadsheet 2003 -------------------------------------------------------------------------


def _xml_tables(content: bytes, shown: str) -> Tables:
    try:
        root = ElementTree.fromstring(content)  # noqa: S314 - expat bounds the growth of entities
        pages: dict[str, Page] = {}
        marks: dict[str, Marks] = {}
        for sheet in (element for element in root if local(element.tag) == "Worksheet"):
            name = _own(sheet, "Name") or f"表{len(pages) + 1}"
            hidden = any(local(e.tag) == "Visible" and "Hidden" in (e.text or "") for e in sheet.iter())
            pages[name], marks[name] = _xml_page(sheet, name, not hidden)
    except (ElementTree.ParseError, ValueError) as error:  # damaged XML, or a place that is no number
        raise FileError(
            "unreadable", shown, f"XML 表格读不通，文件可能不完整：{error}", hint="重新导出完整的文件"
        ) from error
    return Tables(shown, pages, marks)


def _own(element: ElementTree.Element, name: str) -> str | None:
    return next((value for key, value in element.attrib.items() if local(key) == name), None)


def _xml_page(sheet: ElementTree.Element, name: str, visible: bool) -> tuple[Page, Marks]:
    cells: dict[Cell, Any] = {}
    merged: list[tuple[Cell, Cell]] = []
    errors: dict[Cell, str] = {}
    never: dict[Cell, str] = {}
    hidden: set[int] = set()
    number = -1
    for row in (e for table in sheet if local(table.tag) == "Table" for e in table if local(e.tag) == "Row"):
        number = int(_own(row, "Index") or number + 2) - 1
        hidden |= {number} if _own(row, "Hidden") == "1" else set()
        column = -1
        for cell in (e for e in row if local(e.tag) == "Cell"):
            column = int(_own(cell, "Index") or column + 2) - 1
            data = next((e for e in cell if local(e.tag) == "Data"), None)
            at = (number, column)
            if data is not None and _own(data, "Type") == "Error":
                errors[at] = "".join(data.itertext()) or "#N/A"
            elif data is not None:
                cells[at] = _xml_value(data)
            elif _own(cell, "Formula"):
                never[at] = str(_own(cell, "Formula"))
            across, down = (int(_own(cell, side) or 0) for side in ("MergeAcross", "MergeDown"))
            if across or down:
                merged.append((at, (number + down, column + across)))
            column += across
    height, width = (max((at[i] + 1 for at in (*cells, *errors, *never)), default=0) for i in (0, 1))
    rows = [[cells.get((r, c), "") for c in range(width)] for r in range(height)]
    return Page(name, visible, rows, tuple(merged)), Marks(errors, never, frozenset(hidden))


def _xml_value(data: ElementTree.Element) -> Any:
    text = "".join(data.itertext())
    kind = _own(data, "Type")
    if kind == "Number":
        try:
            return float(text)
        except ValueError:
            return text
    if kind == "Boolean":
        return text == "1"
    if kind == "DateTime":
        try:
            return datetime.fromisoformat(text.removesuffix("Z"))
        except ValueError:
            return text
    return text
