"""Units that a head names, 金额（万元） or 单位：万元 above the table, held against the declared ones."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

import duckdb

from helpers.activity.errors import ExportError
from helpers.activity.readers.sheet import ROW, Sheet
from helpers.year.engine import literal
from helpers.year.tables import Column, Table

#: How heads write the units that can be declared, and those that cannot.
_MONEY = {
    "亿元": "亿元",
    "亿": "亿元",
    "百万元": "百万元",
    "万元": "万元",
    "万": "万元",
    "千元": "千元",
    "元": "元",
    "分": "分",
}
_TIMES = {
    **dict.fromkeys(("毫秒", "ms", "msec", "msecs", "milliseconds", "millis"), "毫秒"),
    **dict.fromkeys(("秒", "秒钟", "s", "sec", "secs", "second", "seconds"), "秒"),
    **dict.fromkeys(("分钟", "分", "min", "mins", "minute", "minutes"), "分钟"),
    **dict.fromkeys(("小时", "时", "h", "hr", "hrs", "hour", "hours"), "小时"),
    **dict.fromkeys(("天", "日", "d", "day", "days"), "天"),
}
#: In brackets or behind a slash a unit may be one letter; behind a stroke or a space it is a word.
_BEHIND = r"(?:[(\[/:]\s*(?:(?:金额)?单位\s*[:：]?\s*)?(?:人民币|rmb|cny)?\s*({units})\s*[)\]]?|[_\s-]({words}))$"
_ATTACHED = r".*?(亿元|百万元|万元|千元)$"
_ABOVE = r"(?:^|[(\s,;])(?:金额|计量|货币)?单位\s*[:：]?\s*(?:人民币)?\s*(亿元|百万元|万元|千元|元)(?=$|[)\s,;])"
_PERCENT = r"[(（\[/]\s*(?:单位\s*[:：]?\s*)?[%％]\s*[)）\]]?\s*$"
#: So large a figure is no fraction of a whole.
ALL = 1.5
#: A figure without a unit of its own, other than nothing.
_BARE = r"^[-+(]?\s*[¥￥]?\s*0*[0-9.,' ]*[1-9][0-9.,' ]*\)?-?$"


def refuse_other_units(
    connection: duckdb.DuckDBPyConnection, sheet: Sheet, spec: Table, columns: Mapping[str, str]
) -> None:
    """Stop where a head says another unit than is declared: every figure would be off by their ratio.

    ``columns``: which ``c<i>`` holds each tidy column. Figures that carry their units themselves may stand.
    """
    if spec.checks.head_unit == "keep":
        return
    for name, cell in columns.items():
        declared, header = spec.columns[name], sheet.headers[int(cell[1:])]
        if declared.type == "number" and declared.bare is None and re.search(_PERCENT, header):
            _refuse_percents(connection, sheet, name, cell, header)
        if declared.type not in ("money", "duration"):
            continue
        said, place = unit_in(header, declared.type), header
        if said is None and declared.type == "money":
            said, place = _above(sheet.above)
        unit = declared.unit or "元"
        if said is None or said == unit:
            continue
        bare = connection.execute(
            f"SELECT {ROW}, {cell} FROM ({sheet.relation}) WHERE regexp_matches(trim({cell}), {literal(_BARE)}) LIMIT 1"
        ).fetchall()
        if bare:
            raise _other_unit(sheet, spec, name, declared, said=said, place=place, row=int(bare[0][0]))


def _refuse_percents(connection: duckdb.DuckDBPyConnection, sheet: Sheet, name: str, cell: str, header: str) -> None:
    """95 below 满意率（%） is 0.95, or 95 of something: percents that a workbook shows are at most 1, mostly."""
    large = connection.execute(
        f"SELECT {ROW}, {cell} FROM ({sheet.relation}) WHERE abs(try_cast(trim({cell}) AS DOUBLE)) > {ALL} LIMIT 1"
    ).fetchall()
    if large:
        row, text = large[0]
        raise ExportError(
            "mixed_percent",
            sheet.file,
            f"列 {name} 的表头“{header}”写着 %，数字本身没有百分号",
            rows=[(int(row), str(text))],
            hint=f"在 columns.{name} 里写 bare: percent（95 就是 95%，记作 0.95）或 bare: number（就是 95）",
        )


def unit_in(header: str, kind: str) -> str | None:
    """The unit that a header names, as it is declared; None where it names none."""
    text = unicodedata.normalize("NFKC", header).strip().lower()
    known = _MONEY if kind == "money" else _TIMES
    units = "|".join(sorted(known, key=len, reverse=True))
    words = "|".join(unit for unit in known if unit.isascii() and len(unit) > 2) or "(?!)"
    found = re.search(_BEHIND.format(units=units, words=words), text)
    if found is None and kind == "money":
        found = re.fullmatch(_ATTACHED, text)
    return known[next(group for group in found.groups() if group)] if found else None


def _above(cells: tuple[str, ...]) -> tuple[str | None, str]:
    """The unit of money that stands above the table, and the cell that says so."""
    for text in cells:
        found = re.search(_ABOVE, unicodedata.normalize("NFKC", text).strip())
        if found:
            return _MONEY[found[1]], text.strip()
    return None, ""


def _other_unit(
    sheet: Sheet, spec: Table, name: str, declared: Column, *, said: str, place: str, row: int
) -> ExportError:
    written = f"声明的单位是{declared.unit}" if declared.unit else "没有声明 unit，按元计"
    spellings = len(declared.source) > 1 or len(spec.files) > 1
    apart = "；各文件单位不同的，分成两张表" if spellings else ""
    remedy = f"在 columns.{name} 里写 unit: {said}" if said != "毫秒" else "在来源里换算成秒（没有 毫秒 这个 unit）"
    return ExportError(
        "other_unit",
        sheet.file,
        f"“{place}”写的单位是{said}，列 {name} {written}",
        rows=[(max(sheet.first - 1, 1), f"表头“{place}”，第 {row} 行起的数字没有自带单位")],
        hint=f"{remedy}{apart}；核对过表头写错的，在 checks 里写 head_unit: keep",
    )
