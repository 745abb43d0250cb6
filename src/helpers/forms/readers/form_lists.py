"""Forms as lists with one row an indicator: JSON Lines, CSV, or a worksheet."""

from __future__ import annotations

import csv
import difflib
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from helpers.files.encodings import decoded
from helpers.forms.filled_form import Form, form, form_row, said
from helpers.forms.readers.form_error import FormError
from helpers.forms.readers.grid import Grid, plain_grid
from helpers.forms.readers.head_words import (
    ABOUT,
    COLUMNS,
    SPLIT,
    TABLE_KEYS,
    joined_target,
    list_keys,
    with_unit,
)

DELIMITERS = ",\t;|，"
KNOWN = (*COLUMNS, "transcriber_note")
YES, NO = ("true", "1", "是", "完整"), ("false", "0", "否", "节选")

Cells = Mapping[str, Any]


@dataclass(frozen=True)
class Record:
    """One row with the keys of the row form, and where it stands ("文件第 3 行", "Sheet!A3")."""

    cells: Cells
    place: str


# --- JSON Lines -----------------------------------------------------------------------------------


def read_jsonl(content: bytes, file: str) -> list[Form]:
    """Tables of a JSON Lines file; a JSON list of the same objects will do, too. Raises ``FormError``."""
    text = decoded(content, file)
    return list(_tables(_listed(text, file) if text.lstrip()[:1] == "[" else _lines(text, file), file))


def _listed(text: str, file: str) -> Iterator[tuple[str, Any]]:
    for number, entry in enumerate(_parsed(text, file, "整个文件"), start=1):
        yield f"第 {number} 项", entry


def _lines(text: str, file: str) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(text.split("\n"), start=1):  # splitlines would cut at characters that JSON allows
        if line.strip():
            yield f"文件第 {number} 行", _parsed(line, file, f"文件第 {number} 行")


def _parsed(text: str, file: str, place: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        what = (
            f"{error.msg}，第 {error.lineno} 行第 {error.colno} 个字"
            if isinstance(error, json.JSONDecodeError)
            else "数字过长或嵌套过深"
        )
        raise FormError(
            "bad_json",
            file,
            f"不是完整的 JSON：{what}",
            place=place,
            hint="每行写一个 JSON 对象；文件可能被截断，请重新导出",
        ) from error


def _tables(entries: Iterable[tuple[str, Any]], file: str) -> Iterator[Form]:
    """A header line begins a table; rows without one are grouped by institution, project and year."""
    header: Cells | None = None
    rows: list[Record] = []
    for place, entry in entries:
        if not isinstance(entry, Mapping):
            raise FormError("bad_row", file, "这一行不是键值对", place=place, hint="每行写一个 JSON 对象")
        if "table" in entry:
            yield from _grouped(header, rows, file)
            header, rows = _header(entry["table"], place, file), []
        else:
            rows.append(Record(_row(entry, place, file), place))
    yield from _grouped(header, rows, file)


def _header(value: Any, place: str, file: str) -> Cells:
    if not isinstance(value, Mapping):
        raise FormError(
            "bad_header",
            file,
            "table 不是键值对",
            place=place,
            hint='表头写成 {"table": {"institution": "…", "project": "…"}}',
        )
    parts = value.get("fund_parts")
    if not isinstance(value.get("fund_total"), Mapping | None) or not (
        parts is None or (isinstance(parts, list) and all(isinstance(p, Mapping) for p in parts))
    ):
        raise FormError(
            "bad_header",
            file,
            "fund_total 应为键值对，fund_parts 应为键值对的列表",
            place=place,
            hint='写成 {"name": "…", "initial": 0, "adjusted": 0, "spent": 0}',
        )
    _scalars({k: v for k, v in value.items() if k not in ("fund_total", "fund_parts")}, place, file)
    _no_near_miss(value, (*ABOUT, *TABLE_KEYS), place, file)
    return value


def _row(entry: Mapping[str, Any], place: str, file: str) -> Cells:
    """The entry under the row form's keys; the words of the form are keys as well."""
    keys = list_keys(list(entry))
    named = {key: value for key, value in zip(keys, entry.values(), strict=True) if key}
    _scalars({k: v for k, v in named.items() if k not in ("fund_total", "fund_parts")}, place, file)
    _no_near_miss({k: v for k, v in entry.items() if said(v)}, (*KNOWN, *TABLE_KEYS), place, file, set(named))
    return named


def _scalars(cells: Cells, place: str, file: str) -> None:
    for key, value in cells.items():
        if isinstance(value, Mapping | list):
            raise FormError(
                "bad_value", file, f"{key} 应为文字或数字，不能是列表或键值对", place=place, hint="一个键只写一个值"
            )


def _no_near_miss(
    entry: Mapping[str, Any], known: Sequence[str], place: str, file: str, have: set[str] | None = None
) -> None:
    """A misspelt key would pass as a value that is not stated."""
    for key in entry:
        close = difflib.get_close_matches(str(key), known, n=1, cutoff=0.85)
        if key not in known and close and close[0] not in (have if have is not None else entry):
            raise FormError("unknown_key", file, f"没有 {key} 这个键", place=place, hint=f"是否想写 {close[0]}？")


# --- CSV and worksheets ---------------------------------------------------------------------------


def csv_grid(content: bytes, file: str) -> Grid:
    """The cells of a delimited text file. Raises ``FormError``."""
    text = decoded(content, file)
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=first.count)
    csv.field_size_limit(10_000_000)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[list[str]] = []
    try:
        for cells in reader:
            # a field of several lines: later rows keep the number that an editor shows
            lines += [[] for _ in range(reader.line_num - len(lines) - 1)] + [cells]
    except csv.Error as error:
        raise FormError(
            "bad_csv",
            file,
            "引号没有成对",
            place=f"文件第 {len(lines) + 1} 行起",
            hint="检查这一行的引号；文件也可能被截断，请重新导出",
        ) from error
    return plain_grid(lines, file)


def list_row(grid: Grid) -> int | None:
    """The row that heads a list, None where the sheet is none.

    A list says on each row whose it is, or has nothing above its heads; an official form has a title.
    """
    for row, texts in enumerate(grid.texts):
        keys = set(list_keys(texts))
        if "level3" in keys and {"target_text", "value", "actual_text"} & keys:
            first = not any(any(above) for above in grid.texts[:row])
            return row if first or {"project", "institution"} & keys else None
    return None


def read_list(grid: Grid, row: int) -> list[Form]:
    """Tables of a list whose heads stand in ``row``. Raises ``FormError`` where cells do not fit the heads."""
    keys = list_keys(grid.texts[row])
    last = max(c for c, text in enumerate(grid.texts[row]) if text)
    records = []
    for r in range(row + 1, len(grid.texts)):
        if not any(grid.texts[r]):
            continue
        if any(grid.texts[r][last + 1 :]):
            count = max(c for c, text in enumerate(grid.texts[r]) if text) + 1
            raise FormError(
                "ragged_row",
                grid.file,
                f"有 {count} 列，表头只有 {last + 1} 列",
                place=grid.place(r, 0),
                hint="检查单元格里是否混入了分隔符",
            )
        cells = {key: grid.read(r, c) or None for c, key in enumerate(keys) if key}
        records.append(Record(_unfolded(cells, grid.place(r, 0), grid.file), grid.place(r, 0)))
    if not records:
        raise FormError("no_rows", grid.file, "只有表头，没有指标行", place=grid.place(row, 0), hint="补上指标行后再试")
    return list(_grouped(None, records, grid.source))


def _unfolded(cells: dict[str, Any], place: str, file: str) -> dict[str, Any]:
    """Fund lines stand in a cell as JSON."""
    given = {key: _parsed(cells[key], file, place) for key in ("fund_total", "fund_parts") if cells.get(key)}
    return {**cells, **_header(given, place, file)} if given else cells


# --- tables ---------------------------------------------------------------------------------------


def _grouped(header: Cells | None, rows: list[Record], source: str) -> Iterator[Form]:
    """The tables of some rows: those that name another institution, project or year are another table.

    Rows that name none belong to the table before them.
    """
    groups: dict[tuple[str | None, ...], list[Record]] = {}
    last: tuple[str | None, ...] | None = None
    for row in rows:
        about = tuple(said(row.cells.get(key)) for key in ABOUT)
        last = about if any(about) or last is None else last
        groups.setdefault(last, []).append(row)
    if header is not None:
        stated = tuple(said(header.get(key)) for key in ABOUT)
        own = stated if stated in groups else next(iter(groups), None)
        mine = groups.pop(own, []) if own is not None else []
        yield form({**_common(mine, ABOUT), **_given(header)}, _rows(mine), source)
    for group in groups.values():
        yield form(_flagged(_common(group, (*ABOUT, *TABLE_KEYS))), _rows(group), source)


def _given(cells: Cells) -> dict[str, Any]:
    return {key: value for key, value in cells.items() if value is not None}


def _common(rows: Sequence[Record], keys: Iterable[str]) -> dict[str, Any]:
    """What rows state of their table: of each key the first value."""
    return {key: next((r.cells[key] for r in rows if said(r.cells.get(key)) is not None), None) for key in keys}


def _flagged(header: dict[str, Any]) -> dict[str, Any]:
    complete = (said(header.get("complete")) or "").lower()
    return {**header, "complete": True if complete in YES else False if complete in NO else None}


def _rows(rows: Iterable[Record]) -> tuple[Any, ...]:
    return tuple(form_row(_joined(row.cells), number, row.place) for number, row in enumerate(rows, start=1))


def _joined(cells: Cells) -> Cells:
    """A target in split columns as one text, and a bare actual with the unit that the row states."""
    if not any(said(cells.get(key)) for key in SPLIT):
        return cells
    texts = {key: said(cells.get(key)) for key in ("target_text", *SPLIT)}
    return {
        **cells,
        "target_text": joined_target(texts),
        "actual_text": with_unit(said(cells.get("actual_text")), texts["unit"]),
    }
