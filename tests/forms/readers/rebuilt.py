"""One sheet written in every format that a form may come in, its merged cells and formats kept."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from html import escape
from typing import Any

import docx
import typst

from helpers.fonts.packaged import FOLDER
from helpers.forms.readers.cell_words import shown
from tests.files.made_workbooks import old_workbook

Spans = Mapping[tuple[int, int], tuple[int, int]]


def texts(sheet: Any) -> list[list[str]]:
    return [[shown(cell.value, cell.number_format) for cell in line] for line in sheet.iter_rows()]


def spans(sheet: Any) -> tuple[Spans, set[tuple[int, int]]]:
    """How many rows and columns each merged range covers, and the places inside of one."""
    found, covered = {}, set()
    for one in sheet.merged_cells.ranges:
        at = (one.min_row - 1, one.min_col - 1)
        found[at] = (one.max_row - one.min_row + 1, one.max_col - one.min_col + 1)
        covered |= {(r, c) for r in range(one.min_row - 1, one.max_row) for c in range(one.min_col - 1, one.max_col)}
        covered.discard(at)
    return found, covered


def as_docx(*sheets: Any, before: tuple[str, ...] = (), after: tuple[str, ...] = ()) -> bytes:
    document = docx.Document()
    for text in before:
        document.add_paragraph(text)
    for sheet in sheets:
        lines, (merged, covered) = texts(sheet), spans(sheet)
        table = document.add_table(len(lines), max(map(len, lines)))
        for r, line in enumerate(lines):
            for c, text in enumerate(line):
                if (r, c) not in covered and text:
                    table.cell(r, c).text = text
        for (r, c), (down, across) in merged.items():
            table.cell(r, c).merge(table.cell(r + down - 1, c + across - 1))
        document.add_paragraph("")
    for text in after:
        document.add_paragraph(text)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def as_html(*sheets: Any, before: tuple[str, ...] = (), after: tuple[str, ...] = ()) -> bytes:
    parts = [f"<p>{escape(text)}</p>" for text in before]
    for sheet in sheets:
        lines, (merged, covered) = texts(sheet), spans(sheet)
        rows = ""
        for r, line in enumerate(lines):
            rows += "<tr>"
            for c, text in enumerate(line):
                if (r, c) not in covered:
                    down, across = merged.get((r, c), (1, 1))
                    cell = "<br>".join(f"<span>{escape(part)}</span>" for part in text.split("\n"))
                    rows += f'<td rowspan="{down}" colspan="{across}">{cell}</td>'
            rows += "</tr>"
        parts.append(f"<table>{rows}</table>")
    parts += [f"<div>{escape(text)}</div>" for text in after]
    return f'<!DOCTYPE html><html><head><meta charset="utf-8"></head><body>{"".join(parts)}</body></html>'.encode()


def as_pdf(*sheets: Any, height: str = "297mm", stroke: str = "1pt", align: str = "start") -> bytes:
    """``height``: of the pages, low ones break the table; ``stroke`` of its lines, ``align`` of its cells in Typst."""
    source = f'#set page(width: 420mm, height: {height}, margin: 12mm)\n#set text(size: 8pt, font: "Selfeval Song")\n'
    for sheet in sheets:
        lines, (merged, covered) = texts(sheet), spans(sheet)
        source += f"#table(stroke: {stroke}, align: {align}, columns: (1fr,) * {max(map(len, lines))},\n"
        for r, line in enumerate(lines):
            for c, text in enumerate(line):
                if (r, c) not in covered:
                    down, across = merged.get((r, c), (1, 1))
                    quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
                    source += f'table.cell(rowspan: {down}, colspan: {across})[#"{quoted}"],\n'
        source += ")\n"
    return bytes(typst.compile(source.encode(), format="pdf", font_paths=[str(FOLDER)], ignore_system_fonts=True))


def as_xls(*sheets: Any) -> bytes:
    (sheet,) = sheets
    rows = [[None if text == "" else text for text in line] for line in texts(sheet)]
    merged, _ = spans(sheet)
    return old_workbook(rows, merged=[(r, r + d - 1, c, c + a - 1) for (r, c), (d, a) in merged.items()])


FORMATS: Mapping[str, Callable[..., bytes]] = {"docx": as_docx, "html": as_html, "pdf": as_pdf, "xls": as_xls}
