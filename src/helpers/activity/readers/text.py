"""Delimited text: the encoding and the delimiter are found, every record has the header's cells or is named.

Two ways lead to the same rows. The quick one reads with all cores and is believed only where it
accounts for every line of the file; everything else (line breaks in cells, blank lines, odd quotes,
ragged rows) goes the careful way, record by record, with the row numbers.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from helpers.activity.readers.headers import joined_head
from helpers.activity.readers.quick import STAGING, open_records, stage_quickly
from helpers.activity.readers.sheet import ROW, Sheet, columns, stage
from helpers.files import encodings
from helpers.files.personal_data import shape
from helpers.files.refusal import FileError
from helpers.year.engine import open_engine
from helpers.year.idle_engines import borrowed
from helpers.year.tables import Table

DELIMITERS = ",\t;|"
#: A first line that tells Excel the delimiter and holds no data.
TOLD_DELIMITER = re.compile(r'\ufeff?"?sep=(.)"?[ \t]*\r?\n?', re.IGNORECASE)
#: Records by which a delimiter is chosen.
LOOKED_AT = 50
MARKED_LINE = b"\n\xef\xbb\xbf"
CHUNK = 1 << 22


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Where the records of a UTF-8 file begin and how their cells are told apart.

    ``header_row``: the last row of the head; ``lines``: the physical lines up to and with it, which may hold
    line breaks themselves; ``above``: the lines above the head.
    """

    path: Path
    encoding: str
    delimiter: str
    headers: tuple[str, ...]
    header_row: int
    lines: int
    above: tuple[str, ...] = ()


def read(path: Path, shown: str, spec: Table, staged: Path) -> Sheet:
    """Read a delimited text file; raises ``FileError``."""
    whole = _Bytes.of(path)
    with path.open("rb") as stream:
        start = stream.read(encodings.START)
    _refuse_zero_byte(whole, start, shown, spec.encoding)
    _refuse_inner_mark(whole, shown)
    if encodings.looks_utf8(start, spec.encoding):
        layout = _layout(path, "utf-8", shown, spec)
        if quick := _quick(layout, whole, staged):
            return _sheet(shown, layout, staged, whole, *quick)
    copy = staged.with_suffix(".txt")
    plain, encoding = encodings.utf8_file(path, shown, spec.encoding, copy)
    try:
        layout = _layout(plain, encoding, shown, spec)
        if plain == copy and (quick := _quick(layout, _Bytes.of(plain), staged)):
            return _sheet(shown, layout, staged, whole, *quick)
        rows, ragged = _careful(layout, shown, spec, staged)
    finally:
        copy.unlink(missing_ok=True)
    sheet = replace(_sheet(shown, layout, staged, whole, rows), numbered=True, ragged=ragged)
    if not whole.paired:
        _refuse_open_quote(sheet)
    return sheet


def _sheet(
    shown: str, layout: Layout, staged: Path, whole: _Bytes, rows: int, odd: Mapping[str, frozenset[str]] | None = None
) -> Sheet:
    return Sheet(
        file=shown,
        headers=layout.headers,
        staged=staged,
        rows=rows,
        first=layout.header_row + 1,
        odd=odd or {},
        cut_off=whole.cut_off,
        encoding=layout.encoding,
        delimiter=layout.delimiter,
        above=layout.above,
    )


# --- the file as bytes ----------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class _Bytes:
    """``lines`` of a file, whether the last lacks its end, the line of the first zero byte, and the first line
    but the first one that begins with a byte order mark.

    ``paired``: quotes come in pairs; ``plain``: moreover no line ends in a carriage return alone.
    """

    lines: int
    cut_off: bool
    zero: int | None
    mark: int | None
    paired: bool
    plain: bool

    @classmethod
    def of(cls, path: Path) -> _Bytes:
        lines, last, zero, mark, quotes, returns = 0, b"\n", None, None, 0, 0
        with path.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                if zero is None and b"\0" in chunk:
                    zero = lines + 1 + chunk[: chunk.index(b"\0")].count(b"\n")
                # To look for one byte takes a tenth of the time that it takes for four, and most files have none.
                if mark is None and MARKED_LINE[1:2] in chunk and MARKED_LINE in chunk:
                    mark = lines + 2 + chunk[: chunk.index(MARKED_LINE)].count(b"\n")
                signs = np.frombuffer(chunk, np.uint8)
                lines += int(np.count_nonzero(signs == ord("\n")))
                quotes += int(np.count_nonzero(signs == ord('"')))
                if b"\r" in chunk or last == b"\r":
                    returns += chunk.count(b"\r") - chunk.count(b"\r\n") - (last == b"\r" and chunk[:1] == b"\n")
                last = chunk[-1:]
        open_end = last not in (b"\n", b"\r", b"\x00")
        paired = quotes % 2 == 0
        return cls(
            lines=lines + open_end,
            cut_off=open_end,
            zero=zero,
            mark=mark,
            paired=paired,
            plain=paired and not returns,
        )


def _refuse_zero_byte(whole: _Bytes, start: bytes, shown: str, declared: str | None) -> None:
    """Zero bytes in the middle of a text are what a failed copy leaves behind."""
    wide = "16" in (declared or "") or any("16" in name for name in encodings.by_mark(start))
    if whole.zero is not None and not wide:
        raise FileError(
            "zero_bytes",
            shown,
            "文件中间有空字节（NUL），多半是复制或下载时损坏",
            rows=[(whole.zero, "有空字节")],
            hint="重新导出或重新传送整个文件",
        )


def _refuse_inner_mark(whole: _Bytes, shown: str) -> None:
    """A byte order mark at the beginning of a later line: files were glued together."""
    if whole.mark is not None:
        raise FileError(
            "inner_mark",
            shown,
            "文件中间又有一个文件开头的标记（BOM），多半是把几个文件首尾拼在了一起",
            rows=[(whole.mark, "以 BOM 开头")],
            hint="把拼起来的文件分开放，或去掉中间的标记和重复的表头",
        )


# --- header and delimiter -------------------------------------------------------------------------


def _layout(path: Path, encoding: str, shown: str, spec: Table) -> Layout:
    with path.open(encoding="utf-8-sig", newline="", errors="replace") as stream:
        told = TOLD_DELIMITER.fullmatch(stream.readline())
        row = spec.header_row + (told is not None and spec.header_row == 1)
        if told is None:
            stream.seek(0)
        titles = [line for _, line in zip(range(row - 1 - bool(told)), stream, strict=False)]
        head = stream.read(encodings.START).lstrip("\ufeff")
    delimiter = spec.delimiter or (told[1] if told else _delimiter(head))
    records, used = _first_records(head, delimiter, spec.header_rows)
    header = joined_head(records) if spec.header_rows > 1 else records[0] if records else []
    last, above = row + spec.header_rows - 1, len(titles) + bool(told)
    if above < row - 1 or len(records) < spec.header_rows or not any(cell.strip() for cell in header):
        raise FileError(
            "no_header", shown, f"第 {last} 行没有表头", hint="在 year.yml 里用 header_row 指明表头所在的行"
        )
    return Layout(
        path=path,
        encoding=encoding,
        delimiter=delimiter,
        headers=tuple(header),
        header_row=last,
        lines=above + used,
        above=tuple(cell for line in titles for cell in line.strip().split(delimiter) if cell),
    )


def _first_records(text: str, delimiter: str, number: int) -> tuple[list[list[str]], int]:
    """The first records and the physical lines that they take."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return list(itertools.islice(reader, number)), max(reader.line_num, 1)
    except csv.Error:
        return [], 1


def _delimiter(head: str) -> str:
    """The delimiter by which most of the first records have as many cells as the header, at least two."""

    def fit(delimiter: str) -> tuple[float, int]:
        try:
            records = [
                r
                for r, _ in zip(
                    csv.reader(io.StringIO(head, newline=""), delimiter=delimiter), range(LOOKED_AT), strict=False
                )
                if r
            ]
        except csv.Error:
            return 0.0, 0
        width = len(records[0]) if records else 0
        same = sum(len(record) == width for record in records)
        return (same / len(records) if width > 1 else 0.0), width

    fits = {delimiter: fit(delimiter) for delimiter in DELIMITERS}
    return max(DELIMITERS, key=lambda d: (fits[d][0] >= 0.5, fits[d][1]))


# --- the quick way --------------------------------------------------------------------------------


def _quick(layout: Layout, whole: _Bytes, staged: Path) -> tuple[int, dict[str, frozenset[str]]] | None:
    """Stage a UTF-8 file: how many rows, and the odd cells of its columns of plain cells. None where its rows are not
    the file's lines, one for one."""
    if not whole.plain or layout.lines != layout.header_row or len(layout.headers) < 2 or whole.lines <= layout.lines:
        return None
    found = stage_quickly(layout.path, layout.lines, layout.delimiter, columns(layout.headers), staged)
    return found if found and found[0] == whole.lines - layout.lines else None


# --- the careful way ------------------------------------------------------------------------------


def _careful(layout: Layout, shown: str, spec: Table, staged: Path) -> tuple[int, tuple[tuple[int, str], ...]]:
    """Stage a UTF-8 file record by record; the rows and the ragged ones, where these may be set aside."""
    ragged: list[tuple[int, int, str]] = []

    def note(row: Any) -> str:
        ragged.append((row.number or 0, row.actual_columns, row.text))
        return "skip"

    names = columns(layout.headers)
    schema = pa.schema([*((name, pa.string()) for name in names), (ROW, pa.int64())])
    batches = _numbered(_batches(layout, names, note), layout.header_row + 1, ragged, schema)
    try:
        rows = stage(itertools.chain(batches, _mended(ragged, layout, schema)), schema, staged)
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise FileError(
            "unreadable",
            shown,
            f"无法按 {layout.encoding} 编码、“{layout.delimiter}” 分隔读取：{_short(error)}",
            hint="核对文件是否完整、引号是否成对，或在 year.yml 里写明 encoding、delimiter",
        ) from error
    if ragged and spec.checks.ragged == "stop":
        width = len(layout.headers)
        named = [(number, f"{count} 列，写法是 {_short(shape(text))}") for number, count, text in ragged]
        raise FileError(
            "ragged_rows",
            shown,
            f"有 {len(named)} 行的列数与表头（{width} 列）不同，文件可能被截断、引号不成对或单元格里混入了分隔符",
            rows=named,
            hint="重新导出完整的文件；混入分隔符的在来源系统改正；确实只能剔除的，在 checks 里写 ragged: set_aside",
        )
    return rows, tuple((number, text) for number, _, text in ragged)


def _mended(ragged: list[tuple[int, int, str]], layout: Layout, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """The rows that are longer only by empty cells, as where every line ends with a delimiter; they
    are taken off ``ragged``."""
    width, left, cells = len(layout.headers), [], []
    for number, count, text in ragged:
        row = next(csv.reader([text], delimiter=layout.delimiter), []) if count > width else []
        if row and not any(row[width:]):
            cells.append([*row[:width], number])
        else:
            left.append((number, count, text))
    ragged[:] = left
    if cells:
        arrays = [pa.array(values, field.type) for values, field in zip(zip(*cells, strict=True), schema, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def _refuse_open_quote(sheet: Sheet) -> None:
    """A quote that is never closed swallows the rest of the file, line ends and all, into its cell."""
    last = f"c{len(sheet.headers) - 1}"
    with borrowed(STAGING, partial(open_engine, "1GB", 1)) as connection:
        found = connection.execute(
            f"SELECT {ROW}, {last} FROM ({sheet.relation}) ORDER BY {ROW} DESC LIMIT 1"
        ).fetchall()
    if found and str(found[0][1]).endswith("\n"):
        row, cell = found[0]
        raise FileError(
            "open_quote",
            sheet.file,
            "有一个引号没有收尾，从这里到文件结束都进了一个单元格",
            rows=[(row, f"写法是 {_short(shape(cell))}")],
            hint="重新导出完整的文件；引号是内容的一部分时应写成两个",
        )


def _batches(layout: Layout, names: list[str], note: Any) -> Iterator[pa.RecordBatch]:
    """Serial, because only the serial reader knows row numbers."""
    if _nothing_below(layout):
        return
    with open_records(layout.path, layout.lines, layout.delimiter, names, note=note) as reader:
        yield from reader


def _nothing_below(layout: Layout) -> bool:
    with layout.path.open("rb") as stream:
        for _ in range(layout.lines):
            stream.readline()
        return not stream.read(1)


def _numbered(
    batches: Iterator[pa.RecordBatch], first: int, ragged: list[tuple[int, int, str]], schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    """The batches with their source rows; ``ragged`` names the numbers that are missing, as it grows."""
    following = first
    for batch in batches:
        left_out = np.array(sorted(number for number, *_ in ragged), dtype=np.int64)
        candidates = np.arange(following, following + batch.num_rows + len(left_out), dtype=np.int64)
        rows = np.setdiff1d(candidates, left_out, assume_unique=True)[: batch.num_rows]
        following = int(rows[-1]) + 1 if len(rows) else following
        yield pa.RecordBatch.from_arrays([*batch.columns, pa.array(rows)], schema=schema)


def _short(text: object) -> str:
    line = " ".join(str(text).split())
    return line if len(line) <= 80 else line[:78] + "……"
