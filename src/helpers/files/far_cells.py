"""Cells so far out on a sheet that the parser, which lays out every place up to the last one, would fill the memory."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

from helpers.files.biff import MOST_CELLS
from helpers.files.marks import Cell, cell_name, cell_of
from helpers.files.package import filled_cells, sheet_xml
from helpers.files.refusal import FileError

#: A sheet of more places than ``MOST_CELLS`` is laid out where its cells fill it at least thinly, and up to MOST.
PLACES_A_CELL, MOST = 20, 200_000_000
#: Column and row of each cell; empty where a cell does not say its place.
PLACE = re.compile(rb"""<(?:[\w.-]+:)?c(?=[\s/>])(?:[^<>]*?\sr\s*=\s*["']([A-Za-z]+)([0-9]+))?""")
#: A place beyond column Z or row 99,999, as most programs write it, and how else cells may begin.
BEYOND = re.compile(rb'<c r="(?:[A-Za-z]{2}|[A-Za-z][0-9]{6})')
OTHERWISE = (b":c ", b":c>", b":c/", b"<c>", b"<c/", b"<c\n", b"<c\r", b"<c\t")
CHUNK = 1 << 26
#: The elements of an OpenDocument sheet that take places, and how often they are repeated.
TABLE_ROW_OR_CELL = re.compile(rb"<table:(table|table-row|table-cell|covered-table-cell)(?=[\s/>])([^<>]*)>")
REPEATED = re.compile(rb"""\stable:number-(?:rows|columns)-repeated\s*=\s*["']([0-9]{1,9})["']""")


def refuse_far_cells(content: bytes, name: str, shown: str) -> None:
    """Refuse a sheet of an XLSX with a cell at the far end of it. Raises ``FileError`` with the sheet's last corner."""
    xml = sheet_xml(content, name)
    if _surely_near(xml):
        return
    columns: set[bytes] = set()
    rows: set[bytes] = set()
    cells = 0
    for part in _parts(xml):
        found = PLACE.findall(part)
        cells += len(found)
        columns.update(column for column, _ in found)
        rows.update(row for _, row in found)
    row = max((int(one) - 1 for one in rows if one), default=0)
    column = max((at[1] for one in columns if (at := cell_of(f"{one.decode()}1"))), default=0)
    if b"" in rows or _too_many((row + 1) * (column + 1), cells):  # the places in order, empty cells left out
        held = [at for at, _ in filled_cells(content, name)]
        row, column = (max((at[i] for at in held), default=0) for i in (0, 1))
    if _too_many((row + 1) * (column + 1), cells):
        raise _refused(shown, name, (row, column))


def _surely_near(xml: bytes) -> bool:
    """Whether a glance shows that every cell says its place, none of them beyond column Z or row 99,999."""
    if any(start in xml for start in OTHERWISE) or xml.count(b"<c ") != xml.count(b'<c r="'):
        return False
    return BEYOND.search(xml) is None


def refuse_far_ods(content: bytes, shown: str) -> None:
    """The same for an OpenDocument workbook, whose rows and cells may also be repeated."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read("content.xml")
    row, column, times, cells, last = 0, 0, 1, 0, (0, 0)
    for found in TABLE_ROW_OR_CELL.finditer(xml):
        kind, attributes = found[1], found[2]
        stated = REPEATED.search(attributes)
        repeated = max(int(stated[1]), 1) if stated else 1
        if kind == b"table":
            row, column, times, cells, last = 0, 0, 0, 0, (0, 0)
        elif kind == b"table-row":
            row, column, times = row + times, 0, repeated
        else:
            column += repeated
            if not attributes.endswith(b"/"):
                cells += 1
                last = max(last[0], row + times - 1), max(last[1], column - 1)
                if _too_many((last[0] + 1) * (last[1] + 1), cells):
                    raise _refused(shown, None, last)


def _too_many(places: int, cells: int) -> bool:
    return places > MOST_CELLS and (places > MOST or places > PLACES_A_CELL * cells)


def _parts(xml: bytes) -> Iterator[bytes]:
    """The XML in parts that end between two elements."""
    start = 0
    while start < len(xml):
        end = xml.find(b"<", start + CHUNK) if start + CHUNK < len(xml) else -1
        yield xml[start:] if end < 0 else xml[start:end]
        start = len(xml) if end < 0 else end


def _refused(shown: str, name: str | None, last: Cell) -> FileError:
    sheet = f"工作表 {name} " if name else "有一张工作表"
    return FileError(
        "too_big",
        shown,
        f"{sheet}一直用到第 {last[0] + 1:,} 行、{cell_name((0, last[1]))[:-1]} 列，读不下这么大的表",
        place=f"{name or '工作表'}!{cell_name(last)}",
        hint="删去表格之外的内容（选中后面的行和列，删除），另存后再试",
    )
