"""The example years moved by some months: a fiscal year that begins in another month holds the same records.

The first date of a row moves by months (a day that the new month does not have is its last one), the others of the row
by as many days, so that every length of time stays what it was.
"""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Callable
from pathlib import Path

import openpyxl

from tests.conftest import copy_data

DATE = re.compile(r"(?<!\d)(20\d\d)(?:([-/.])(\d{1,2})\2(\d{1,2})(?!\d)|年(\d{1,2})月(\d{1,2})(?=日))")
#: Digits and signs of full width, as some cells have them.
WIDE = str.maketrans("０１２３４５６７８９／－", "0123456789/-")
Shift = Callable[[datetime.date], datetime.date]


def later(day: datetime.date, months: int) -> datetime.date:
    """A day so many months later."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def shift_of(first: datetime.date, months: int) -> Shift:
    """By as many days as the first date of a row moves."""
    days = later(first, months) - first
    return lambda day: day + days


def _day(found: re.Match[str]) -> datetime.date:
    return datetime.date(int(found[1]), int(found[3] or found[5]), int(found[4] or found[6]))


def moved_line(line: str, months: int) -> str:
    """The line with every date moved, each written as it was."""
    line = line.translate(WIDE)
    first = DATE.search(line)
    if first is None:
        return line
    shift = shift_of(_day(first), months)

    def written(found: re.Match[str]) -> str:
        day, sign = shift(_day(found)), found[2]
        width = 2 if len(found[3] or found[5]) == len(found[4] or found[6]) == 2 else 1  # 2024-1-5 has no zeros
        month_text, day_text = f"{day.month:0{width}d}", f"{day.day:0{width}d}"
        return f"{day.year}{sign}{month_text}{sign}{day_text}" if sign else f"{day.year}年{month_text}月{day_text}"

    return DATE.sub(written, line)


def shifted_root(target: Path, months: int) -> Path:
    """A root with the example years, their fiscal years beginning so many months after January."""
    root = copy_data(target)
    for path in sorted((root / "data" / "raw").rglob("*")):
        if path.suffix in (".csv", ".yml"):
            _text(path, months)
        elif path.suffix == ".xlsx":
            _workbook(path, months)
    for path in sorted((root / "data" / "raw").glob("*/year.yml")):
        text = path.read_text(encoding="utf-8")
        text = re.sub(r"(?m)^(fiscal_year: \d+)$", rf"\1\nyear_start: {months + 1:02d}-01", text)
        path.write_text(text, encoding="utf-8")
    return root


def _text(path: Path, months: int) -> None:
    content = path.read_bytes()
    try:
        encoding = "utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "utf-8"
        text = content.decode(encoding)
    except UnicodeDecodeError:
        encoding = "gb18030"
        text = content.decode(encoding)
    moved = "".join(moved_line(line, months) for line in text.splitlines(keepends=True))
    path.write_bytes(moved.encode(encoding))


def _workbook(path: Path, months: int) -> None:
    book = openpyxl.load_workbook(path)
    for sheet in book:
        for row in sheet.iter_rows():
            dates = [cell.value for cell in row if isinstance(cell.value, datetime.date)]
            days = [day.date() if isinstance(day, datetime.datetime) else day for day in dates]
            shift = shift_of(days[0], months) if days else None
            for cell in row:
                if isinstance(cell.value, datetime.date) and shift is not None:
                    cell.value += shift(days[0]) - days[0]
                elif isinstance(cell.value, str):
                    cell.value = moved_line(cell.value, months)
    book.save(path)
