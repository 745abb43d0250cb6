"""Workbooks as programs write them, byte by byte: XLSX with any XML, old XLS, and their containers."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

USUAL = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
USUAL_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
STRICT_RELATIONS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def text(value: str, more: str = "", prefix: str = "") -> str:
    """A cell with an inline string."""
    p = prefix
    return f'<{p}c {more} t="inlineStr"><{p}is><{p}t>{value}</{p}t></{p}is></{p}c>'


def package(
    rows: str,
    *,
    prefix: str = "",
    strict: bool = False,
    target: str = "worksheets/sheet1.xml",
    separator: str = "/",
    after: str = "",
    book: str = "",
) -> bytes:
    """An XLSX whose only sheet, 表, holds these rows; ``after``: XML behind them; ``book``: in the workbook part."""
    space, relations = (STRICT, STRICT_RELATIONS) if strict else (USUAL, USUAL_RELATIONS)
    p, named = (f"{prefix}:", f":{prefix}") if prefix else ("", "")
    parts = {
        "[Content_Types].xml": (
            f'<Types xmlns="{PACKAGE}/content-types">'
            '<Default Extension="xml" ContentType="application/xml"/>'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Override PartName="/xl/workbook.xml" ContentType='
            '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
        ),
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<{p}workbook xmlns{named}="{space}" xmlns:rel="{relations}"><{p}sheets>'
        f'<{p}sheet rel:id="r1" sheetId="1" name="表"/></{p}sheets>{book}</{p}workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Target="{target}" '
        f'Type="{relations}/worksheet" Id="r1"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<{p}worksheet xmlns{named}="{space}"><{p}sheetData>{rows}</{p}sheetData>{after}'
        f"</{p}worksheet>",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("/", separator), f'<?xml version="1.0" encoding="UTF-8"?>{content}')
    return out.getvalue()


def compound(streams: Mapping[str, bytes]) -> bytes:
    """An OLE compound file of 512-byte sectors that holds these streams."""
    content, table, entries = b"", [], []
    for name, held in streams.items():
        stream = held.ljust(4096, b"\0") + b"\0" * (-max(len(held), 4096) % 512)
        first, sectors = len(table), len(stream) // 512
        table += [*range(first + 1, first + sectors), 0xFFFFFFFE]
        content += stream
        entries.append(_entry(name, 2, first, len(stream)))
    directory = b"".join([_entry("Root Entry", 5, 0xFFFFFFFE, 0, 1), *entries]).ljust(512, b"\0")
    at = len(table)
    table += [0xFFFFFFFE, 0xFFFFFFFD]
    sectors = struct.pack("<128I", *table, *[0xFFFFFFFF] * (128 - len(table)))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<IIIIIIIII", 0, 1, at, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", at + 1, *[0xFFFFFFFF] * 108)
    return header + content + directory + sectors


def _entry(name: str, kind: int, sector: int, size: int, child: int = 0xFFFFFFFF) -> bytes:
    wide = name.encode("utf-16-le") + b"\0\0"
    head = wide.ljust(64, b"\0") + struct.pack("<HBB", len(wide), kind, 1)
    return head + struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, child) + b"\0" * 36 + struct.pack("<III", sector, size, 0)


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


#: A formula without a stored value, as libraries write it that calculate nothing.
NEVER = object()


def old_workbook(
    rows: Sequence[Sequence[Any]], *, hidden: Sequence[int] = (), merged: Sequence[Sequence[int]] = ()
) -> bytes:
    """An XLS: texts, numbers, ``#…`` as error cells, ``NEVER``; hidden rows; merged (first and last row, columns)."""
    cells = b""
    for r, row in enumerate(rows):
        height = 0x20 if r in hidden else 0
        cells += _record(0x0208, struct.pack("<HHHHHHHH", r, 0, len(row), 255, 0, 0, height, 0))
        cells += b"".join(_cell(r, c, value) for c, value in enumerate(row) if value is not None)
    if merged:
        cells += _record(0x00E5, struct.pack("<H", len(merged)) + b"".join(struct.pack("<4H", *one) for one in merged))
    start = _record(0x0809, struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 0)) + _record(0x0042, struct.pack("<H", 1200))
    place = len(start) + 4 + 8 + 2 * 1 + 4
    sheet = _record(0x0085, struct.pack("<IBBBB", place, 0, 0, 1, 1) + "表".encode("utf-16-le"))
    whole = start + sheet + _record(0x000A, b"")
    assert len(whole) == place
    body = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 0, 0, 0)) + cells + _record(0x000A, b"")
    return compound({"Workbook": whole + body})


ERRORS = {"#NULL!": 0x00, "#DIV/0!": 0x07, "#VALUE!": 0x0F, "#REF!": 0x17, "#NAME?": 0x1D, "#NUM!": 0x24, "#N/A": 0x2A}


def _cell(row: int, column: int, value: Any) -> bytes:
    at = struct.pack("<HHH", row, column, 0)
    if value is NEVER:
        return _record(0x0006, at + b"\x03\0\0\0\0\0\xff\xff" + struct.pack("<HIH", 0, 0, 3) + b"\x1e\x01\x00")
    if value in ERRORS:
        return _record(0x0205, at + bytes([ERRORS[value], 1]))
    if isinstance(value, str):
        return _record(0x0204, at + struct.pack("<HB", len(value), 1) + value.encode("utf-16-le"))
    return _record(0x0203, at + struct.pack("<d", value))
