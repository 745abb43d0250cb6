"""CSV and XLSX files whose bytes depend on nothing but what is written into them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

#: Stands in every workbook instead of the time of writing.
CREATED = datetime(2025, 1, 6, 9, 0, 0)


def write_csv(
    path: Path,
    headers: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    encoding: str = "utf-8",
    delimiter: str = ",",
    newline: str = "\r\n",
) -> Path:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=newline)
    writer.writerow(headers)
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


@dataclass(frozen=True)
class Sheet:
    """``above``: lines over the header, merged across the table."""

    name: str
    headers: Sequence[str]
    rows: Sequence[Sequence[Any]]
    above: Sequence[str] = ()


def write_xlsx(path: Path, *sheets: Sheet) -> Path:
    """A workbook; dates become Excel's own, texts stay texts whatever they begin with."""
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), plain) as book:
        book.set_properties({"created": CREATED, "author": "信息技术岗", "comments": "示例数据"})
        formats = {
            "title": book.add_format({"bold": True, "align": "center"}),
            "head": book.add_format({"bold": True, "bg_color": "#DDE6F0", "border": 1}),
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            float: book.add_format({"num_format": "#,##0.00"}),
        }
        for sheet in sheets:
            _fill(book.add_worksheet(sheet.name), sheet, formats)
    return path


def _fill(page: Any, sheet: Sheet, formats: dict[Any, Any]) -> None:
    top = len(sheet.above)
    for number, line in enumerate(sheet.above):
        page.merge_range(number, 0, number, len(sheet.headers) - 1, line, formats["title"])
    page.write_row(top, 0, sheet.headers, formats["head"])
    page.freeze_panes(top + 1, 0)
    for number, row in enumerate(sheet.rows, start=top + 1):
        for column, value in enumerate(row):
            if value is None or value == "":
                continue
            if isinstance(value, date):
                page.write_datetime(number, column, value, formats[type(value)])
            elif isinstance(value, float):
                page.write_number(number, column, value, formats[float])
            elif isinstance(value, int):
                page.write_number(number, column, value)
            else:
                page.write_string(number, column, value)
    for column, header in enumerate(sheet.headers):
        page.set_column(column, column, max(10, 2 * len(header) + 2))
