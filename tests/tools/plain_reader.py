"""A second reading of the example exports by the standard library and openpyxl alone.

It takes headers, spellings and formats from year.yml and nothing from the project's own code, so that
what it finds can be held against what the program finds.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import chinese_calendar
import openpyxl
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
RAW = ROOT / "data" / "raw"
#: Lines that are no records, by the mark that ``_typed`` gives them.
NO_RECORD = {"_blank": "空行", "_header": "重复的表头", "_total": "合计行"}
TOTAL = re.compile(r"(本年)?合计(\d+项)?$")
Row = dict[str, Any]
#: The expressions of out_of_scope, said once more in Python, by their reason.
SCOPE: dict[str, Callable[[Row], bool]] = {
    "测试工单": lambda r: r["category"] == "测试" or "测试" in (r["title"] or ""),
    "已取消的工单": lambda r: r["status"] == "已取消",
    "不属于本项目服务范围": lambda r: r["category"] in ("物业弱电", "外单位代报"),
    "作废凭证": lambda r: r["status"] == "作废",
    "其他经费列支": lambda r: r["fund"] is not None and r["fund"] != "中央专项转移支付",
    "非驻场人员": lambda r: r["mode"] != "驻场",
    "同一事项重复登记": lambda r: r["verdict"] == "重复登记",
    "不属于本项目的事项": lambda r: r["about"] == "物业后勤",
    "试填的答卷": lambda r: r["token"].startswith("TEST"),
    "已拆除待核销的设施": lambda r: r["kind"] == "已拆除",
    "物业管理的设备": lambda r: r["device_id"].startswith("WY"),
}


def year_file(year: int, name: str = "year.yml") -> Any:
    return YAML(typ="safe").load((RAW / str(year) / name).read_text(encoding="utf-8"))


def table(year: int, name: str, *, corrected: bool = True) -> tuple[list[Row], Counter[str]]:
    """The tidy rows of a table and how many rows were set aside, by reason."""
    spec = year_file(year)["tables"][name]
    repairs = [c for c in year_file(year, "corrections.yml")["corrections"] if c["table"] == name and corrected]
    rows = [row for file in _listed(spec["files"]) for row in _rows(RAW / str(year) / file, spec, repairs)]
    return _judged(rows, spec, year)


def lines(year: int, name: str) -> int:
    """How many rows stand below the headers of a table's files."""
    spec = year_file(year)["tables"][name]
    return sum(len(_cells(RAW / str(year) / f, spec.get("header_row", 1))) - 1 for f in _listed(spec["files"]))


def workdays(start: datetime, end: datetime) -> int:
    days = (end.date() - start.date()).days
    return sum(chinese_calendar.is_workday(start.date() + timedelta(days=n)) for n in range(1, days + 1))


# --- files ----------------------------------------------------------------------------------------


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _cells(path: Path, header_row: int) -> list[list[Any]]:
    """All rows from the header on."""
    if path.suffix == ".xlsx":
        page = openpyxl.load_workbook(path).worksheets[0]
        return [list(row) for row in page.iter_rows(min_row=header_row, values_only=True)]
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030")
    delimiter = "\t" if "\t" in text.splitlines()[0] else ","
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def _rows(path: Path, spec: Mapping[str, Any], repairs: list[Any]) -> list[Row]:
    headers, *body = _cells(path, spec.get("header_row", 1))
    columns = {
        name: column if isinstance(column, dict) else {"from": column} for name, column in spec["columns"].items()
    }
    places = {
        name: next((headers.index(h) for h in _listed(c["from"]) if h in headers), None) for name, c in columns.items()
    }
    rows = []
    for cells in body:
        assert len(cells) == len(headers)
        texts = {name: _text(cells[p], spec) if p is not None else None for name, p in places.items()}
        for repair in repairs:
            if all(texts[k] == v for k, v in repair["key"].items()):
                assert all(texts[k] == v for k, v in repair["expect"].items()), repair
                texts.update(repair["change"])
        for name, spellings in spec.get("synonyms", {}).items():
            texts[name] = next((w for w, others in spellings.items() if texts[name] in _listed(others)), texts[name])
        rows.append(_typed(texts, columns, spec))
    return rows


def _text(value: Any, spec: Mapping[str, Any]) -> Any:
    if isinstance(value, str):
        value = value.strip()
        return None if value in ("", *_listed(spec.get("empty", []))) else value
    return value


def _typed(texts: Row, columns: Mapping[str, Any], spec: Mapping[str, Any]) -> Row:
    row: Row = {
        "_blank": all(v is None for v in texts.values()),
        "_total": any(isinstance(v, str) and TOTAL.match(v) for v in texts.values()),
        "_header": all(v is None or v in _listed(columns[n]["from"]) for n, v in texts.items()),
    }
    for name, value in texts.items():
        kind = columns[name].get("type", "text")
        row[name] = None if value is None else _value(value, kind, columns[name], spec)
        row["_bad_" + name] = value is not None and row[name] is None
    return row


def _value(value: Any, kind: str, column: Mapping[str, Any], spec: Mapping[str, Any]) -> Any:
    if kind in ("date", "datetime"):
        moment = value if isinstance(value, datetime) else _moment(value, _listed(spec.get("dates", [])))
        return moment.date() if moment and kind == "date" else moment
    if kind == "boolean":
        words = {"true": ("是",), "false": ("否",)}
        given = {k: tuple(_listed(column.get(k, words[k]))) for k in words}
        return True if value in given["true"] else False if value in given["false"] else None
    if kind in ("money", "integer"):
        plain = unicodedata.normalize("NFKC", str(value)).replace(",", "").replace("¥", "").rstrip("元")
        plain = "-" + plain[1:-1] if plain.startswith("(") else plain
        try:
            return Decimal(plain) if kind == "money" else int(plain)
        except (InvalidOperation, ValueError):
            return None
    return str(value)


def _moment(text: str, formats: list[str]) -> datetime | None:
    plain = unicodedata.normalize("NFKC", text)
    for pattern in (*formats, "%Y-%m-%d %H:%M", "%Y.%m.%d", "%Y-%m-%d"):
        try:
            return datetime.strptime(plain, pattern)
        except ValueError:
            continue
    return None


# --- cleaning -------------------------------------------------------------------------------------


def _judged(rows: list[Row], spec: Mapping[str, Any], year: int) -> tuple[list[Row], Counter[str]]:
    key = _listed(spec.get("key", []))
    needed = [
        *key,
        *_listed(spec.get("year_by", [])),
        *(n for n, c in spec["columns"].items() if isinstance(c, dict) and c.get("required")),
    ]
    names = list(spec["columns"])
    seen: set[tuple[Any, ...]] = set()
    aside: Counter[str] = Counter()
    used: list[Row] = []
    for row in rows:
        why = _first_reason(row, needed, spec, year, seen, tuple(row[n] for n in names))
        if why:
            aside[why] += 1
        else:
            used.append(row)
    keep = spec.get("keep")
    if keep:
        best: dict[Any, Row] = {}
        for row in used:
            other = best.get(tuple(row[k] for k in key))
            if other is None or (row[keep["by"]] or datetime.max) >= (other[keep["by"]] or datetime.max):
                best[tuple(row[k] for k in key)] = row
        aside[keep["why"]] += len(used) - len(best)
        used = [row for row in used if best[tuple(row[k] for k in key)] is row]
    return used, +aside


def _called(spec: Mapping[str, Any], name: str) -> str:
    """What the year file calls a column: its words, else its first header."""
    column = spec["columns"][name]
    if isinstance(column, Mapping):
        source = column["from"]
        return str(column.get("words") or (source if isinstance(source, str) else source[0]))
    return str(column if isinstance(column, str) else column[0])


def _first_reason(
    row: Row, needed: list[str], spec: Mapping[str, Any], year: int, seen: set[Any], values: tuple[Any, ...]
) -> str | None:
    for mark, why in NO_RECORD.items():
        if row[mark]:
            return why
    for name in needed:
        if row["_bad_" + name]:
            return f"{_called(spec, name)}无法识别"
    for name in needed:
        if row[name] is None:
            return f"{_called(spec, name)}为空"
    if values in seen:
        return "完全重复的行"
    seen.add(values)
    for scope in spec.get("out_of_scope", []):
        if SCOPE[scope["why"]](row):
            return scope["why"]
    day: date | datetime | None = row[spec["year_by"]] if "year_by" in spec else None
    return "其他年度的记录" if day is not None and day.year != year else None
