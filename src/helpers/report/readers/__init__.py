"""Read filled-in self-evaluation forms from JSON Lines, CSV and XLSX files."""

from __future__ import annotations

from pathlib import Path

from helpers.indicators.form import Form
from helpers.report.readers.errors import FormError
from helpers.report.readers.records import read_csv, read_jsonl, read_list


def read_forms(path: Path) -> list[Form]:
    """All tables of a file. Raises ``FileNotFoundError``, or ``FormError`` where there is no form to read."""
    shown = path.name
    if not path.exists():
        raise FileNotFoundError(path)
    if path.is_dir():
        raise FormError("is_folder", shown, "这是文件夹，不是文件", hint="写出文件夹里的文件名")
    start = path.read_bytes()[:8]
    if not start:
        raise FormError("empty_file", shown, "文件是空的")
    if start[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0") or path.suffix.lower() in (".xlsx", ".xlsm", ".xls", ".et"):
        forms = _workbook(path, shown)
    elif path.suffix.lower() in (".jsonl", ".json", ".ndjson") or start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
        forms = read_jsonl(path, shown)
    elif path.suffix.lower() in (".csv", ".tsv", ".txt"):
        forms = read_csv(path, shown)
    else:
        raise FormError("unknown_format", shown, "不认识这种文件", hint="自评表可以是 .xlsx、.csv 或 .jsonl")
    if not forms or not any(one.rows for one in forms):
        raise FormError("no_form", shown, "没有找到自评表：没有一处同时有“三级指标”和“指标值”两个表头", hint="核对文件；自评表可以是 .xlsx、.csv 或 .jsonl")
    return forms


def _workbook(path: Path, shown: str) -> list[Form]:
    from helpers.report.readers.grid import read_workbook
    from helpers.report.readers.heads import column_of
    from helpers.report.readers.layout import read_layout

    forms: list[Form] = []
    for grid in read_workbook(path, shown):
        first = [column_of(text) for text in grid.texts[0]]
        if "level3" in first and {"project", "institution"} & set(first):
            forms += read_list([list(row) for row in grid.texts], f"{shown} {grid.name}")
        else:
            forms += read_layout(grid, shown)
    return [one for one in forms if one.rows]


__all__ = ["FormError", "read_forms"]
