"""Which column of a sheet is which tidy column, by the spellings that the declaration knows."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from helpers.activity.errors import ExportError
from helpers.activity.readers.sheet import Sheet
from helpers.year.faults import did_you_mean
from helpers.year.tables import Table

SHOWN = 12


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
                raise ExportError(
                    "header_twice",
                    sheet.file,
                    f"表头“{spelling}”出现了 {headers.count(wanted)} 次",
                    rows=[(sheet.first - 1, "、".join(sheet.headers[:SHOWN]))],
                    hint="表头分两行的（上一行是分组名），写 header_row: [1, 2]，列名写成 分组/列名；"
                    "否则在来源系统里只导出一次这一列",
                )
            if wanted in headers:
                found[name] = f"c{headers.index(wanted)}"
                break
        else:
            if name in required:
                raise missing_column(sheet, name, column.source)
    return found


def joined_head(rows: Sequence[Sequence[str]], *, by_place: bool = False) -> list[str]:
    """The headers of a head of several rows: 受理, 时间 become 受理/时间.

    A name above stands for the columns to its right, too, as long as it and they have names of their own below
    it; ``by_place``: it stands where it is written, because merged cells are filled already.
    """
    width = max((len(row) for row in rows), default=0)
    levels = [[*row, *[""] * (width - len(row))] for row in rows]
    for number, level in enumerate(levels[:-1]):
        below = [any(lower[column].strip() for lower in levels[number + 1 :]) for column in range(width)]
        for column in range(1, 1 if by_place else width):
            if not level[column].strip() and below[column] and below[column - 1]:
                level[column] = level[column - 1]
    return [
        "/".join(dict.fromkeys(name.strip() for name in names if name.strip())) for names in zip(*levels, strict=True)
    ]


def declared_at(headers: Sequence[str], spec: Table) -> dict[int, str]:
    """Which columns of a sheet are declared, by their place; spellings as ``find_columns`` takes them."""
    normal = [normal_header(header) for header in headers]
    found: dict[int, str] = {}
    for name, column in spec.columns.items():
        for wanted in map(normal_header, column.source):
            if wanted in normal:
                found[normal.index(wanted)] = name
                break
    return found


def missing_column(sheet: Sheet, name: str, spellings: Sequence[str], *, nowhere: bool = False) -> ExportError:
    """What the file has in place of the column; a header in no known letters was decoded wrongly."""
    there = [h for h in sheet.headers if h.strip()]
    near = did_you_mean(spellings[0], there)
    shown = "、".join(there[:SHOWN]) + (f"……共 {len(there)} 列" if len(there) > SHOWN else "")
    return ExportError(
        "missing_column",
        sheet.file,
        f"{'没有一个文件含有列' if nowhere else '缺少列'} {name}（表头应为：{'、'.join(spellings)}）",
        rows=[(max(sheet.first - 1, 1), f"表头是：{shown}")],
        hint=(
            f"{near.rstrip('?') + '？' if near and near.endswith('?') else ''}"
            f"在 year.yml 的 columns.{name} 里补上这个文件所用的表头；"
            "表头不在第一行的写 header_row，分两行的写 header_row: [1, 2]，表头是乱码的改正 encoding"
        ),
    )
