"""Forms as lists of rows: JSON Lines, CSV, or any table with one row an indicator."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from helpers.indicators.form import Form, FormRow, form, form_row, said
from helpers.report.readers.errors import FormError
from helpers.report.readers.heads import SPLIT, TABLE_KEYS, column_of

ENCODINGS = ("utf-8-sig", "gb18030")
ABOUT = ("institution", "project", "year")


def decoded(content: bytes, file: str) -> str:
    """The text of a file in UTF-8, UTF-16 with its mark, or GB18030."""
    tried = ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ENCODINGS
    for encoding in tried:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FormError("wrong_encoding", file, "既不是 UTF-8 也不是 GB18030 编码", hint="另存为 UTF-8 后再试")


def read_jsonl(path: Path, shown: str) -> list[Form]:
    """Tables of a JSON Lines file; a JSON list of the same objects will do, too."""
    text = decoded(path.read_bytes(), shown).strip()
    if text.startswith("["):
        try:
            entries: Iterable[tuple[int, Any]] = list(enumerate(json.loads(text), start=1))
        except json.JSONDecodeError as error:
            raise FormError("bad_json", shown, f"JSON 写法有误：{error.msg}", place=f"第 {error.lineno} 行") from error
    else:
        entries = _lines(text, shown)
    return list(_tables(entries, shown))


def _lines(text: str, shown: str) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            yield number, json.loads(line)
        except json.JSONDecodeError as error:
            raise FormError("bad_json", shown, f"不是完整的 JSON：{error.msg}", place=f"第 {number} 行",
                            hint="每行写一个 JSON 对象；文件可能被截断，请重新导出") from error


def _tables(entries: Iterable[tuple[int, Any]], shown: str) -> Iterator[Form]:
    """A header line begins a table; rows without one are grouped by institution, project and year."""
    header: Mapping[str, Any] | None = None
    rows: list[Mapping[str, Any]] = []
    for number, entry in entries:
        if not isinstance(entry, Mapping):
            raise FormError("bad_row", shown, "这一行不是键值对", place=f"第 {number} 行", hint="每行写一个 JSON 对象")
        if "table" in entry and isinstance(entry["table"], Mapping):
            yield from _grouped(header, rows, shown)
            header, rows = entry["table"], []
        else:
            rows.append(entry)
    yield from _grouped(header, rows, shown)


def _grouped(header: Mapping[str, Any] | None, rows: list[Mapping[str, Any]], shown: str) -> Iterator[Form]:
    if header is None and not rows:
        return
    if header is not None:
        filled = {**{key: next((r[key] for r in rows if said(r.get(key))), None) for key in ABOUT}, **{k: v for k, v in header.items() if v is not None}}
        yield form(filled, _rows(rows), shown)
        return
    groups: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault(tuple(said(row.get(key)) for key in ABOUT), []).append(row)
    for group in groups.values():
        stated = {key: next((r[key] for r in group if said(r.get(key)) is not None), None) for key in (*ABOUT, *TABLE_KEYS)}
        complete = said(stated["complete"])
        stated["complete"] = {"true": True, "1": True, "是": True, "false": False, "0": False, "否": False}.get((complete or "").lower())
        yield form(stated, _rows(group), shown)


def _rows(rows: Iterable[Mapping[str, Any]]) -> tuple[FormRow, ...]:
    return tuple(form_row(_joined(row), number) for number, row in enumerate(rows, start=1))


def _joined(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A target in split columns as one text."""
    if row.get("target_text") is not None and not any(row.get(key) for key in SPLIT):
        return row
    value = row.get("value") if row.get("value") is not None else row.get("target_text")
    parts = [said(row.get("direction")), said(row.get("operator")), said(value), said(row.get("unit"))]
    return {**row, "target_text": " ".join(p for p in parts if p) or None}


def read_csv(path: Path, shown: str) -> list[Form]:
    """Tables of a CSV with the row form's columns, by their keys or by the words of the form."""
    text = decoded(path.read_bytes(), shown)
    first = text.lstrip().splitlines()[0] if text.strip() else ""
    delimiter = max(",\t;|", key=first.count)
    lines = list(csv.reader(io.StringIO(text.lstrip()), delimiter=delimiter))
    return list(read_list(lines, shown))


def read_list(lines: list[list[Any]], shown: str) -> Iterator[Form]:
    """Tables from rows of cells, the first of them the heads. Raises ``FormError`` where heads or cells do not fit."""
    if not lines:
        raise FormError("empty_file", shown, "文件是空的")
    keys = [str(h).strip() if str(h).strip() in (*TABLE_KEYS, "transcriber_note") else column_of(str(h)) for h in lines[0]]
    if "level3" not in keys or not {"target_text", "value", "actual_text"} & set(keys):
        raise FormError("no_form", shown, "没有认出自评表的列：" + "、".join(str(h) for h in lines[0] if str(h).strip())[:120], place="第 1 行",
                        hint="表头要有：三级指标、年度指标值、实际完成值（以及分值、得分等）")
    rows = []
    for number, cells in enumerate(lines[1:], start=2):
        if not any(str(c).strip() for c in cells if c is not None):
            continue
        if len(cells) > len(keys) and any(str(c).strip() for c in cells[len(keys):]):
            raise FormError("ragged_row", shown, f"有 {len(cells)} 列，表头只有 {len(keys)} 列", place=f"第 {number} 行", hint="检查单元格里是否混入了分隔符")
        rows.append({key: (None if cell is None or not str(cell).strip() else cell) for key, cell in zip(keys, cells, strict=False) if key})
    if not rows:
        raise FormError("no_rows", shown, "只有表头，没有指标行")
    yield from _grouped(None, rows, shown)
