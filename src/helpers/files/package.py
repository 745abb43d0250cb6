"""XLSX packages: parts whatever their prefixes, targets and separators, and what a sheet's XML says of its cells."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

from helpers.files.biff import BUILT_IN
from helpers.files.marks import Cell, Marks, cell_of

RELATIONS = "xl/_rels/workbook.xml.rels"
STRICT = (b"http://purl.oclc.org/ooxml/spreadsheetml/main", b"http://purl.oclc.org/ooxml/officeDocument/relationships")
USUAL = (
    b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
)
#: Where none of this stands, a sheet has neither error, formula nor hidden row, and need not be looked through.
TELLING = re.compile(rb"""\st\s*=\s*["']e["']|<(?:[\w.-]+:)?f[\s/>]|\shidden\s*=\s*["'](?:1|true)["']""")
#: One of these stands wherever it does, and is found far sooner.
TELLING_PARTS = (b'"e', b"'e", b"<f", b":f", b"hidden")
#: A workbook that asks to be calculated when it is opened: its stored results may be made up.
NOT_CALCULATED = re.compile(rb"""\sfullCalcOnLoad\s*=\s*["'](?:1|true)["']""")
TARGET = re.compile(rb"""(\sTarget\s*=\s*)(["'])([^"']*)\2""")


def local(name: str) -> str:
    """An element's or attribute's name without its namespace."""
    return name.rpartition("}")[2]


def plain_package(content: bytes) -> bytes:
    """The same workbook as every reader knows it: parts by "/", plain targets, the usual namespaces.

    Packages that are so already come back as they are. Raises ``zipfile.BadZipFile``, ``OSError``.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        relations = archive.read(RELATIONS) if RELATIONS in names else b""
        start = archive.read("xl/workbook.xml")[:4096] if "xl/workbook.xml" in names else b""
        odd = any("\\" in name for name in names) or any(b"./" in m[3] for m in TARGET.finditer(relations))
        if not odd and STRICT[0] not in start:
            return content
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as copy:
            for info in archive.infolist():
                name, part = info.filename.replace("\\", "/"), archive.read(info)
                if name == RELATIONS:
                    part = TARGET.sub(_plain_target, part)
                if name.endswith((".xml", ".rels")):
                    for one, other in zip(STRICT, USUAL, strict=True):
                        part = part.replace(one, other)
                copy.writestr(name, part)
        return out.getvalue()


def _plain_target(match: re.Match[bytes]) -> bytes:
    target = match[3].decode("utf-8", "replace")
    if "://" not in target:
        target = posixpath.normpath(posixpath.join("/xl", target))
    return match[1] + match[2] + target.encode() + match[2]


def sheet_xml(content: bytes, name: str) -> bytes:
    """The part of one sheet; empty where the package has none."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        part = _part(archive, name)
        return archive.read(part) if part else b""


def sheet_marks(content: bytes, name: str) -> Marks:
    """Errors, formulas without a value and hidden rows of one sheet."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        part = _part(archive, name)
        xml = archive.read(part) if part else b""
        made_up = bool(NOT_CALCULATED.search(archive.read("xl/workbook.xml"))) if part else False
    if not any(one in xml for one in TELLING_PARTS) or not TELLING.search(xml):
        return Marks()
    errors: dict[Cell, str] = {}
    never: dict[Cell, str] = {}
    zero: dict[Cell, str] = {}
    filled: set[int] = set()
    hidden: set[int] = set()
    for row, is_hidden, cells in _rows(xml):
        if is_hidden:
            hidden.add(row)
        for column, kind, formula, value in cells:
            if kind == "e":
                errors[row, column] = value or "#N/A"
            elif formula is not None and not value and kind != "str":
                never[row, column] = formula
            elif formula is not None and made_up and value in ("0", "0.0"):
                zero[row, column] = formula
            elif formula is not None:
                filled.add(column)
    never |= {cell: formula for cell, formula in zero.items() if cell[1] not in filled}
    return Marks(errors, never, frozenset(hidden))


ROW_OR_CELL = re.compile(rb"<(?:[\w.-]+:)?(c|row)(?=[\s/>])([^<>]*)>")
REFERENCE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]*[0-9]+)["']""")
STYLE = re.compile(rb"""\ss\s*=\s*["']([0-9]+)["']""")


def filled_cells(content: bytes, name: str) -> Iterator[tuple[Cell, int]]:
    """The place of each cell of a sheet that holds anything, and the number of its style.

    A row or cell without its reference follows the one before it.
    """
    xml = sheet_xml(content, name)
    row, column = -1, -1
    for found in ROW_OR_CELL.finditer(xml):
        attributes = found[2]
        stated = REFERENCE.search(attributes)
        if found[1] == b"row":
            row, column = int(stated[1]) - 1 if stated and stated[1].isdigit() else row + 1, -1
            continue
        at = cell_of(stated[1].decode()) if stated else None
        row, column = at or (row, column + 1)
        if not attributes.endswith(b"/"):
            style = STYLE.search(attributes)
            yield (row, column), int(style[1]) if style else 0


def style_formats(content: bytes) -> list[str | None]:
    """The number format of each style of a workbook; None for the general one."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        part = next((n for n in archive.namelist() if n.lower() == "xl/styles.xml"), None)
        if part is None:
            return []
        whole = ElementTree.fromstring(archive.read(part))  # noqa: S314 - expat bounds the growth of entities
    stated: dict[int, str] = dict(BUILT_IN)
    for one in (one for one in whole.iter() if local(one.tag) == "numFmt"):
        if (number := one.get("numFmtId", "")).isdigit():
            stated[int(number)] = one.get("formatCode", "")
    styles = next((list(one) for one in whole.iter() if local(one.tag) == "cellXfs"), [])
    return [stated.get(int(one.get("numFmtId", "0") or 0)) for one in styles]


Found = tuple[int, str, str | None, str]


def _rows(xml: bytes) -> Iterator[tuple[int, bool, list[Found]]]:
    """The rows of a sheet (from 0), whether hidden, and column, type, formula and value of their cells.

    A row or cell without its reference follows the one before it.
    """
    row = -1
    for _, element in ElementTree.iterparse(io.BytesIO(xml)):  # noqa: S314 - expat bounds the growth of entities
        if local(element.tag) != "row":
            continue
        row = int(element.get("r", row + 2)) - 1
        yield row, element.get("hidden") in ("1", "true"), list(_cells(element))
        element.clear()


def _cells(row: ElementTree.Element) -> Iterator[Found]:
    column = -1
    for cell in row:
        at = cell_of(cell.get("r", ""))
        column = at[1] if at else column + 1
        parts = {local(part.tag): part for part in cell}
        formula = parts["f"].text or "" if "f" in parts else None
        value = (parts["v"].text or "").strip() if "v" in parts else ""
        if "is" in parts:
            value = value or "".join(parts["is"].itertext())
        yield column, cell.get("t", ""), formula, value


def _part(archive: zipfile.ZipFile, name: str) -> str | None:
    """The archive's member that holds a sheet."""
    try:
        sheets = ElementTree.fromstring(archive.read("xl/workbook.xml")).iter()  # noqa: S314 - as above
        wanted = next(
            value
            for sheet in sheets
            if local(sheet.tag) == "sheet" and sheet.get("name") == name
            for key, value in sheet.attrib.items()
            if local(key) == "id"
        )
        relations = ElementTree.fromstring(archive.read(RELATIONS))  # noqa: S314 - as above
        target = next(r.get("Target", "") for r in relations if r.get("Id") == wanted)
    except (KeyError, StopIteration, ElementTree.ParseError):
        return None
    part = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/").lower()
    return next((member for member in archive.namelist() if member.lower() == part), None)
