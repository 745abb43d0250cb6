"""Read one export as it is: every cell as text, with the row it stands in.

What a file says is not interpreted here beyond its encoding, its delimiter and Excel's own types.
A file that is damaged (cut off, ragged, wrongly encoded) is refused with file, row and remedy.
"""

from __future__ import annotations

import codecs
import csv
import datetime
import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv

from helpers.activity.errors import ExportError
from helpers.year.faults import did_you_mean
from helpers.year.tables import Table

CHUNK = 1 << 22
DELIMITERS = ",\t;|"
ROW = "source_row"


@dataclass(frozen=True)
class Sheet:
    """The rows below the header, all text: ``headers`` as written, ``rows`` with ``c0, c1, …`` and
    ``source_row`` (the row of the sheet, or of the record in a CSV, header included, from 1).

    ``cut_off``: the file ends without a line end, so its last record may be incomplete.
    """

    file: str
    headers: tuple[str, ...]
    rows: pa.Table
    cut_off: bool = False


def read_export(path: Path, shown: str, spec: Table) -> Sheet:
    """Read one declared file; ``shown`` is its name relative to the year's folder.

    Raises ``ExportError``.
    """
    if not path.stat().st_size:
        raise ExportError("empty_file", shown, "文件是空的", hint="重新导出后放回原处")
    if path.suffix.lower() in (".xlsx", ".xlsm", ".xls", ".ods"):
        return _read_workbook(path, shown, spec)
    return _read_csv(path, shown, spec)


# --- text files -----------------------------------------------------------------------------------


def _read_csv(path: Path, shown: str, spec: Table) -> Sheet:
    encoding = _encoding(path, shown, spec.encoding)
    with path.open(encoding=encoding, newline="") as stream:
        head = [stream.readline() for _ in range(spec.header_row)]
    header_line = head[-1]
    if not header_line.strip():
        raise ExportError("no_header", shown, f"第 {spec.header_row} 行没有表头",
                          hint="在 year.yml 里用 header_row 指明表头所在的行")
    delimiter = spec.delimiter or max(DELIMITERS, key=header_line.count)
    headers = tuple(next(csv.reader(io.StringIO(header_line), delimiter=delimiter)))
    names = [f"c{i}" for i in range(len(headers))]
    ragged: list[tuple[int | None, int, str]] = []

    def note(row: Any) -> str:
        ragged.append((row.number, row.actual_columns, row.text))
        return "skip"

    def parse(threads: bool) -> pa.Table:
        return pyarrow.csv.read_csv(
            path,
            read_options=pyarrow.csv.ReadOptions(
                column_names=names, skip_rows=spec.header_row, use_threads=threads, encoding=encoding),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False,
                invalid_row_handler=note),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
        )

    try:
        table = parse(threads=True)
        if ragged:  # the parallel reader does not know row numbers
            ragged.clear()
            parse(threads=False)
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise ExportError("unreadable", shown, f"无法按 {encoding} 编码、“{delimiter}” 分隔读取：{error}",
                          hint="核对文件是否完整，或在 year.yml 里写明 encoding、delimiter") from error
    if ragged:
        rows = [(number or 0, f"{count} 列  {text[:60]!r}") for number, count, text in ragged]
        raise ExportError(
            "ragged_rows", shown, f"有 {len(rows)} 行的列数与表头（{len(headers)} 列）不同，文件可能被截断或引号不成对",
            rows=rows, hint="重新导出完整的文件；若是单元格里混入了分隔符，请在来源系统改正后再导出")
    numbers = pa.array(range(spec.header_row + 1, spec.header_row + 1 + table.num_rows), pa.int64())
    return Sheet(shown, headers, table.append_column(ROW, numbers), _ends_without_newline(path))


def _encoding(path: Path, shown: str, declared: str | None) -> str:
    """The declared encoding, a byte order mark's, or the first of UTF-8 and GB18030 that reads it all."""
    with path.open("rb") as stream:
        start = stream.read(4)
    if start.startswith((b"\x1f\x8b", b"PK\x03\x04")):
        raise ExportError("not_text", shown, "这是压缩文件，不是文本", hint="解压后放回，或改用 XLSX 的文件名")
    tried = [declared] if declared else _by_mark(start) or ["utf-8", "gb18030"]
    problems = []
    for name in tried:
        problem = _undecodable(path, name)
        if problem is None:
            return "utf-8-sig" if name in ("utf-8", "utf8") and start.startswith(codecs.BOM_UTF8) else name
        problems.append((problem, f"不是 {name} 编码"))
    what = "按声明的编码读不通" if declared else "既不是 UTF-8 也不是 GB18030 编码"
    raise ExportError("wrong_encoding", shown, what, rows=problems,
                      hint="文件可能被截断在一个字的中间；否则在 year.yml 里用 encoding 写明它的编码")


def _by_mark(start: bytes) -> list[str]:
    if start.startswith(codecs.BOM_UTF8):
        return ["utf-8-sig"]
    return ["utf-16"] if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else []


def _undecodable(path: Path, encoding: str) -> int | None:
    """The line (from 1) in which decoding fails, None when the whole file decodes."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                return line + error.object[: error.start].count(b"\n")
            line += chunk.count(b"\n")
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return line
    return None


def _ends_without_newline(path: Path) -> bool:
    with path.open("rb") as stream:
        stream.seek(-1, 2)
        return stream.read(1) not in (b"\n", b"\r", b"\x00")


# --- workbooks ------------------------------------------------------------------------------------


def _read_workbook(path: Path, shown: str, spec: Table) -> Sheet:
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
    except Exception as error:  # calamine raises one class per container format
        raise ExportError("unreadable", shown, f"打不开这个工作簿，文件可能不完整：{error}",
                          hint="重新导出；如果它其实是 CSV，请改用 .csv 的文件名") from error
    name = spec.sheet or book.sheet_names[0]
    if name not in book.sheet_names:
        raise ExportError("no_sheet", shown, f"没有工作表 {name}",
                          hint=did_you_mean(name, book.sheet_names) or "在 year.yml 里用 sheet 指明工作表")
    try:
        cells = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except Exception as error:
        raise ExportError("unreadable", shown, f"工作表 {name} 读不出来，文件可能不完整：{error}",
                          hint="重新导出") from error
    if len(cells) < spec.header_row:
        raise ExportError("no_header", shown, f"工作表 {name} 只有 {len(cells)} 行，没有第 {spec.header_row} 行的表头",
                          hint="在 year.yml 里用 header_row 指明表头所在的行")
    headers = tuple(_cell(value) for value in cells[spec.header_row - 1])
    body = [[_cell(value) for value in row] for row in cells[spec.header_row:]]
    columns = {f"c{i}": pa.array([row[i] for row in body], pa.string()) for i in range(len(headers))}
    columns[ROW] = pa.array(range(spec.header_row + 1, spec.header_row + 1 + len(body)), pa.int64())
    return Sheet(shown, headers, pa.table(columns))


def _cell(value: Any) -> str:
    """Excel's own types as text: whole numbers without ".0", dates as ISO 8601."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value)


# --- headers --------------------------------------------------------------------------------------


def normal_header(text: str) -> str:
    """A header for comparison: full-width forms folded, no white space, no case."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def find_columns(sheet: Sheet, spec: Table, required: Sequence[str]) -> dict[str, str]:
    """Which ``c<i>`` holds each tidy column in this file; a column that is absent is left out.

    Raises ``ExportError`` where a required column is absent or a header stands there twice.
    """
    headers = [normal_header(h) for h in sheet.headers]
    found: dict[str, str] = {}
    for name, column in spec.columns.items():
        for spelling in column.source:
            wanted = normal_header(spelling)
            if headers.count(wanted) > 1:
                raise ExportError("header_twice", sheet.file, f"表头“{spelling}”出现了 {headers.count(wanted)} 次",
                                  hint="在来源系统里只导出一次这一列")
            if wanted in headers:
                found[name] = f"c{headers.index(wanted)}"
                break
        else:
            if name in required:
                spellings = "、".join(column.source)
                near = did_you_mean(column.source[0], [h for h in sheet.headers if h])
                raise ExportError(
                    "missing_column", sheet.file, f"缺少列 {name}（表头应为：{spellings}）",
                    hint=(near or "") + f" 在 year.yml 的 columns.{name} 里补上这个文件所用的表头")
    return found
