"""Workbooks (XLSX, XLS, ODS): one sheet as texts, with Excel's own types written plainly.

Dates become ISO 8601, whole numbers lose ".0". Numbers of more digits than Excel keeps are written in
scientific notation, so that nobody takes the made-up digits for real ones.
"""

from __future__ import annotations

import datetime
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar
from xml.etree import ElementTree

import pyarrow as pa

from helpers.activity.errors import ExportError
from helpers.activity.readers.sheet import Sheet, columns, stage
from helpers.year.faults import did_you_mean
from helpers.year.tables import Table

Moment = TypeVar("Moment", datetime.datetime, datetime.timedelta)

#: Excel keeps 15 digits of a number.
EXACT = 10**15
#: What a day number of as many digits as Excel shows can be off by.
NEAR = datetime.timedelta(milliseconds=2)
SHEETS_SHOWN = 8
ROWS_A_BATCH = 50_000
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
#: A cell that holds an error: ``t="e"``, its text in ``<v>``.
_ERRORS = re.compile(rb'<c r="([A-Z]+)(\d+)"[^>]*\bt="e"[^>]*>(?:<f[^>]*?(?:/>|>[^<]*</f>))?<v>([^<]*)</v>')
#: A formula that no program has calculated: ``<f>`` without a value behind it.
_UNCALCULATED = re.compile(rb'<c r="([A-Z]+)(\d+)"[^>]*>\s*<f[^>]*?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>')


def read(path: Path, shown: str, spec: Table, staged: Path) -> Sheet:
    """Read one sheet of a workbook; raises ``ExportError``."""
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
    except python_calamine.PasswordError as error:
        raise ExportError("password", shown, "工作簿设有打开密码", hint="取消密码后另存，再放回原处") from error
    except Exception as error:  # calamine raises one class per container format
        raise ExportError(
            "unreadable", shown, f"打不开这个工作簿，文件可能不完整：{error}", hint="重新导出后放回原处"
        ) from error
    name = _sheet_name(book, shown, spec)
    try:
        cells = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except Exception as error:
        raise ExportError(
            "unreadable", shown, f"工作表 {name} 读不出来，文件可能不完整：{error}", hint="重新导出后放回原处"
        ) from error
    if len(cells) < spec.header_row or not any(_cell(value).strip() for value in cells[spec.header_row - 1]):
        raise ExportError(
            "no_header",
            shown,
            f"工作表 {name} 共 {len(cells)} 行，第 {spec.header_row} 行没有表头",
            hint="在 year.yml 里用 header_row 指明表头所在的行",
        )
    headers = [_cell(value) for value in cells[spec.header_row - 1]]
    while headers and not headers[-1].strip():
        headers.pop()
    _write_errors(cells, _sheet_xml(path, name), shown, name, spec.header_row)
    schema = pa.schema([(column, pa.string()) for column in columns(headers)])
    rows = stage(_batches(cells[spec.header_row :], len(headers), schema), schema, staged)
    return Sheet(shown, tuple(headers), staged, rows, spec.header_row + 1)


def _sheet_name(book: Any, shown: str, spec: Table) -> str:
    names = list(book.sheet_names)
    wanted = spec.sheet or (names[0] if names else "")
    if wanted in names:
        return wanted
    some = "、".join(names[:SHEETS_SHOWN]) + (f"……共 {len(names)} 张" if len(names) > SHEETS_SHOWN else "")
    near = did_you_mean(wanted, names)
    raise ExportError(
        "no_sheet",
        shown,
        f"没有工作表 {wanted}" if wanted else "工作簿里没有工作表",
        hint=f"{near + '。' if near else ''}工作表有：{some}；在 year.yml 里用 sheet 指明" if names else "重新导出",
    )


def _batches(cells: Sequence[Sequence[Any]], width: int, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for start in range(0, len(cells), ROWS_A_BATCH):
        part = cells[start : start + ROWS_A_BATCH]
        yield pa.RecordBatch.from_arrays(
            [pa.array([_cell(row[i]) for row in part], pa.string()) for i in range(width)], schema=schema
        )


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if abs(value) >= EXACT:
            return f"{value:.14E}"
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, int):
        return f"{float(value):.14E}" if abs(value) >= EXACT else str(value)
    if isinstance(value, datetime.datetime):
        return _to_the_second(value).isoformat(sep=" ")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        seconds, rest = divmod(_to_the_second(value), datetime.timedelta(seconds=1))
        fraction = f".{rest.microseconds:06d}" if rest else ""
        return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{fraction}"
    return str(value)


def _to_the_second(value: Moment) -> Moment:
    """A time within two milliseconds of a whole second is that second: a day number has no more digits."""
    off = datetime.timedelta(
        microseconds=value.microsecond if isinstance(value, datetime.datetime) else value.microseconds
    )
    if off <= NEAR:
        return value - off
    second = datetime.timedelta(seconds=1)
    return value + (second - off) if second - off <= NEAR else value


# --- what the reader does not tell ----------------------------------------------------------------


def _sheet_xml(path: Path, name: str) -> bytes:
    """The sheet as it is stored in an XLSX; nothing for other workbooks."""
    if not zipfile.is_zipfile(path):
        return b""
    with zipfile.ZipFile(path) as archive:
        part = _part(archive, name)
        return archive.read(part) if part else b""


def _write_errors(cells: list[list[Any]], xml: bytes, shown: str, name: str, header_row: int) -> None:
    """Put the texts of formula errors back into the cells, which read as empty.

    Formulas that were never calculated have no value at all: the file is refused.
    """
    found = [
        (int(row), f"{column.decode()}{row.decode()} 是没有算出值的公式")
        for column, row in _UNCALCULATED.findall(xml)
        if int(row) > header_row
    ]
    if found:
        raise ExportError(
            "uncalculated",
            shown,
            f"工作表 {name} 有 {len(found)} 个公式没有算出的值",
            rows=found,
            hint="用 Excel 或 WPS 打开，重新计算并保存；或选择性粘贴为数值后另存",
        )
    for column, row, error in _ERRORS.findall(xml):
        at, number = _column_number(column), int(row) - 1
        if number < len(cells) and at < len(cells[number]):
            cells[number][at] = error.decode()


def _column_number(letters: bytes) -> int:
    """A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _part(archive: zipfile.ZipFile, name: str) -> str | None:
    """The archive's member that holds a sheet."""
    try:
        sheets = ElementTree.fromstring(archive.read("xl/workbook.xml")).iter(f"{_MAIN}sheet")
        wanted = next(sheet.get(_RELATION) for sheet in sheets if sheet.get("name") == name)
        relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        target = next(r.get("Target") for r in relations if r.get("Id") == wanted)
    except (KeyError, StopIteration, ElementTree.ParseError):
        return None
    part = str(target).lstrip("/") if str(target).startswith("/") else f"xl/{target}"
    return part if part in archive.namelist() else None
