"""Workbooks of any kind as sheets of values, merged ranges and marks."""

from __future__ import annotations

import io
import os
import re
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from helpers.files import biff, package
from helpers.files.compound import Compound
from helpers.files.far_cells import refuse_far_cells, refuse_far_ods
from helpers.files.file_kinds import AGAIN, WORKBOOKS, kind_of
from helpers.files.marks import Cell, Marks
from helpers.files.refusal import FileError
from helpers.files.unpacked import refuse_big_book

#: The last row that the format has; a sheet that reaches it was probably cut there.
LAST_ROW = {"xlsx": 1_048_576, "xls": 65_536, "ods": 1_048_576}
#: So many first rows of a sheet are kept once it was looked at.
TOP = 100
#: Bytes of a workbook up to which its worksheets, once laid out, are kept for who asks again.
SMALL_BOOK = 1 << 20
#: Error cells of an OpenDocument sheet, whose values read as empty.
ODS_ERROR = re.compile(rb"""calcext:value-type="error"[^<>]*>\s*<text:p>([^<]*)""")


@dataclass(frozen=True)
class Page:
    """One worksheet: its values from the first row and column on, and its merged ranges (corners, from 0)."""

    name: str
    visible: bool
    cells: list[list[Any]]
    merged: tuple[tuple[Cell, Cell], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Book:
    """An opened workbook. ``kind``: xlsx, xls or ods; ``sheets``: its worksheets and whether they are visible."""

    shown: str
    kind: str
    sheets: dict[str, bool]
    _content: bytes = field(repr=False)
    _opened: Any = field(repr=False)
    _tops: dict[str, list[list[Any]]] = field(default_factory=dict, repr=False)
    _laid_out: set[str] = field(default_factory=set, repr=False)
    _kept: dict[str, Any] = field(default_factory=dict, repr=False)

    def page(self, name: str, rows: int | None = None) -> Page:
        """A worksheet, or its first rows. Raises ``FileError`` where it cannot be read."""
        with _refusing(self.shown, f"工作表 {name} 读不出来"):
            sheet = self._sheet(name)
            cells = sheet.to_python(skip_empty_area=False, nrows=rows)
            merged = sheet.merged_cell_ranges or ()
        return Page(name, self.sheets[name], cells, tuple(map(tuple, merged)))

    def top(self, name: str, rows: int) -> list[list[Any]]:
        """The first rows of a worksheet; none where it cannot be read. Raises ``FileError`` where it is too big."""
        if name not in self._tops or rows > TOP:
            self._tops[name] = self._first_rows(name, max(rows, TOP))
        return self._tops[name][:rows]

    def _first_rows(self, name: str, rows: int) -> list[list[Any]]:
        try:
            with _refusing(self.shown, name):
                return list(self._sheet(name).to_python(skip_empty_area=False, nrows=rows))
        except FileError as error:
            if error.code == "too_big":  # the records may stand there, and another sheet be taken for it
                raise
            return []  # page says what is wrong once the sheet is wanted

    def _sheet(self, name: str) -> Any:
        """The parser's worksheet, unless it would fill the memory: all of it is laid out, whatever is asked of it."""
        if self.kind == "xlsx" and name not in self._laid_out:
            refuse_far_cells(self._content, name, self.shown)
            self._laid_out.add(name)
        if name in self._kept:
            return self._kept[name]
        sheet = self._opened.get_sheet_by_name(name)
        if len(self._content) <= SMALL_BOOK:
            self._kept[name] = sheet
        return sheet

    def marks(self, name: str) -> Marks:
        """What a worksheet holds beyond its values. Raises ``FileError`` where that cannot be read."""
        with _refusing(self.shown, f"工作表 {name} 读不出来"):
            if self.kind == "xlsx":
                return package.sheet_marks(self._content, name)
            if self.kind == "xls":
                stream = biff.workbook_stream(Compound(self._content)) or b""
                return biff.sheet_marks(stream, list(self._opened.sheet_names).index(name))
        return Marks()

    def number_formats(self, name: str) -> dict[Cell, str]:
        """The number formats of a worksheet's cells, as far as the workbook says them."""
        with _refusing(self.shown, f"工作表 {name} 读不出来"):
            if self.kind == "xlsx":
                formats = dict(enumerate(package.style_formats(self._content)))
                cells = package.filled_cells(self._content, name) if any(formats.values()) else ()
                return {at: words for at, style in cells if (words := formats.get(style))}
            if self.kind != "xls":
                return {}
            stream = biff.workbook_stream(Compound(self._content)) or b""
            return biff.number_formats(stream, list(self._opened.sheet_names).index(name))

    def ods_errors(self) -> list[str]:
        """The texts of error cells in an OpenDocument workbook, which reads them as empty."""
        if self.kind != "ods":
            return []
        with zipfile.ZipFile(io.BytesIO(self._content)) as archive:
            return [text.decode() for text in ODS_ERROR.findall(archive.read("content.xml"))]


def open_book(path: Path, shown: str) -> Book:
    """Open a workbook by its content. Raises ``FileError``."""
    return book_of(path.read_bytes(), shown)


def book_of(content: bytes, shown: str) -> Book:
    """The workbook that these bytes are. Raises ``FileError``."""
    import python_calamine

    kind = kind_of(io.BytesIO(content), shown)
    if kind not in WORKBOOKS:
        raise FileError("not_a_workbook", shown, "内容不是工作簿", hint="核对文件，或重新导出")
    with _refusing(shown, "打不开这个工作簿"):
        if kind == "xls" and biff.is_too_wide(biff.workbook_stream(Compound(content)) or b""):
            raise ValueError("记录指向不存在的行列")
        if kind != "xls":
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                refuse_big_book(archive, shown, len(content))
        if kind == "ods":
            refuse_far_ods(content, shown)
        content = package.plain_package(content) if kind == "xlsx" else content
        opened = python_calamine.load_workbook(io.BytesIO(content))
    sheets = {
        m.name: m.visible == python_calamine.SheetVisibleEnum.Visible
        for m in opened.sheets_metadata
        if m.typ == python_calamine.SheetTypeEnum.WorkSheet
    }
    return Book(shown=shown, kind=kind, sheets=sheets, _content=content, _opened=opened)


_SCREEN = threading.RLock()


@contextmanager
def _without_panics() -> Iterator[None]:
    """The parser's panics are caught; what it prints of them to the screen is for its makers."""
    # Two years are read side by side, and the screen is one: who comes second would put back what the first took away.
    with _SCREEN:
        sys.stderr.flush()
        try:
            kept = os.dup(2)
        except OSError:  # no screen
            yield
            return
        try:
            with Path(os.devnull).open("wb") as nowhere:
                os.dup2(nowhere.fileno(), 2)
                yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)


@contextmanager
def _refusing(shown: str, what: str) -> Iterator[None]:
    """Whatever a damaged workbook makes of the parser, refused: each format has its own errors, and some are panics."""
    import python_calamine

    try:
        with _without_panics():
            yield
    except FileError:
        raise
    except python_calamine.PasswordError as error:
        raise FileError("encrypted", shown, "这个工作簿加了打开密码", hint="取消打开密码后另存，再放回原处") from error
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise  # the user's own interruption
        raise FileError("unreadable", shown, f"{what}，文件可能不完整：{str(error)[:120]}", hint=AGAIN) from error
