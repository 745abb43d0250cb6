"""An export as header and rows of cells, read and written in its own format: CSV, XLSX or JSON lines, plain or gzip."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter

Row = list[Any]
#: Encodings in the order in which they are tried.
ENCODINGS = ("utf-8-sig", "utf-8", "gb18030")
CREATED = datetime(2025, 1, 6, 9, 0, 0)


@dataclass(frozen=True)
class Form:
    """How a file is written; ``sheet`` and ``others`` (name → rows) belong to a workbook."""

    kind: str
    gzip: bool = False
    encoding: str = "utf-8"
    delimiter: str = ","
    newline: str = "\n"
    quote_all: bool = False
    sheet: str = "Sheet1"
    others: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    hidden: frozenset[int] = frozenset()
    first: bool = True


@dataclass
class Grid:
    """``above``: lines over the header; cells of workbooks keep their types, others are texts."""

    form: Form
    above: list[Row]
    header: Row
    rows: list[Row]
    #: The positions of the records, as long as nothing is changed.
    known: list[int] | None = None

    def copy(self) -> Grid:
        return Grid(self.form, [list(r) for r in self.above], list(self.header), [list(r) for r in self.rows])

    def find(self, names: Sequence[str]) -> int | None:
        """The position of the first of these headers."""
        return next((self.header.index(n) for n in names if n in self.header), None)

    def reformed(self, **changes: Any) -> Grid:
        self.form = replace(self.form, **changes)
        return self

    def data(self) -> list[int]:
        """The positions of rows that are records: neither blank nor a total nor the header again."""
        if self.known is not None:
            return self.known
        wide = max(2, len(self.header) // 3)
        return [n for n, r in enumerate(self.rows) if r != self.header and sum(not blank(v) for v in r) >= wide]

    def content(self) -> bytes:
        """The file."""
        write = {"csv": _csv_bytes, "xlsx": _xlsx_bytes, "jsonl": _jsonl_bytes}[self.form.kind]
        plain = write(self)
        return gzip.compress(plain, 1, mtime=0) if self.form.gzip else plain


def blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def read(path: Path, header_row: int = 1) -> Grid:
    """An undamaged export; ``header_row`` counts from 1."""
    content, zipped = path.read_bytes(), path.suffix == ".gz"
    plain = gzip.decompress(content) if zipped else content
    name = path.name.removesuffix(".gz")
    if name.endswith(".xlsx"):
        return _read_xlsx(plain, header_row)
    form, text = _text_form(plain, zipped)
    if name.endswith(".jsonl"):
        records = [json.loads(line) for line in text.splitlines() if line.strip()]
        header = list(dict.fromkeys(key for one in records for key in one))
        return Grid(replace(form, kind="jsonl"), [], header, [[one.get(h) for h in header] for one in records])
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=form.delimiter))
    return Grid(form, rows[: header_row - 1], rows[header_row - 1], rows[header_row:])


def _text_form(plain: bytes, zipped: bool) -> tuple[Form, str]:
    """Encoding, delimiter and line ends as they are in the file."""
    encoding = "utf-8-sig" if plain.startswith(b"\xef\xbb\xbf") else "utf-8"
    try:
        text = plain.decode(encoding)
    except UnicodeDecodeError:
        encoding = "gb18030"
        text = plain.decode(encoding)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    return Form("csv", zipped, encoding, delimiter, "\r\n" if "\r\n" in text else "\n"), text


def _read_xlsx(plain: bytes, header_row: int) -> Grid:
    book = openpyxl.load_workbook(io.BytesIO(plain), read_only=True)
    sheets = {page.title: [list(r) for r in page.iter_rows(values_only=True)] for page in book.worksheets}
    name = next(iter(sheets))
    rows = sheets.pop(name)
    header = rows[header_row - 1]
    return Grid(Form("xlsx", sheet=name, others=sheets), rows[: header_row - 1], header, rows[header_row:])


def _csv_bytes(grid: Grid) -> bytes:
    form, text = grid.form, io.StringIO(newline="")
    write = partial(csv.writer, text, delimiter=form.delimiter, lineterminator=form.newline)
    writer = write(quoting=csv.QUOTE_ALL) if form.quote_all else write(quoting=csv.QUOTE_MINIMAL)
    writer.writerows([*grid.above, grid.header, *grid.rows])
    return text.getvalue().encode(form.encoding, "replace")


def _jsonl_bytes(grid: Grid) -> bytes:
    lines = [json.dumps(dict(zip(grid.header, row, strict=False)), ensure_ascii=False) for row in grid.rows]
    return ("\n".join(lines) + "\n").encode(grid.form.encoding)


def _xlsx_bytes(grid: Grid) -> bytes:
    form, stream = grid.form, io.BytesIO()
    own = {form.sheet: [*grid.above, grid.header, *grid.rows]}
    sheets = {**own, **form.others} if form.first else {**form.others, **own}
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(stream, plain) as book:
        book.set_properties({"created": CREATED})
        formats: dict[type, Any] = {
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for number, row in enumerate(rows):
                _fill(page, number, row, formats)
            for number in form.hidden if name == form.sheet else ():
                page.set_row(number, options={"hidden": True})
    return stream.getvalue()


def _fill(page: Any, number: int, row: Row, formats: Mapping[type, Any]) -> None:
    for column, value in enumerate(row):
        if value is None or value == "":
            continue
        if isinstance(value, datetime):
            midnight = value.hour == value.minute == value.second == 0
            page.write_datetime(number, column, value, formats[date if midnight else datetime])
        elif isinstance(value, date):
            page.write_datetime(number, column, value, formats[date])
        elif isinstance(value, bool):
            page.write_boolean(number, column, value)
        elif isinstance(value, int | float):
            page.write_number(number, column, value)
        elif isinstance(value, str) and value.startswith("#") and value.isupper():
            page.write_formula(number, column, "=NA()", None, value)  # what Excel stores for a failed formula
        else:
            page.write_string(number, column, str(value))
