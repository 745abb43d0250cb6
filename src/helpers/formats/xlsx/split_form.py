"""The scored form with 指标性质, 指标值 and 度量单位 in columns of their own, as budget systems import it."""

from __future__ import annotations

import re

from helpers.formats.xlsx.form_sheet import Sheet
from helpers.report import facts as f
from helpers.report import form_texts as texts
from helpers.report import wording as w
from helpers.report.fiscal_words import period_words
from helpers.report.results_indicators import Indicator
from helpers.report.results_types import Results

SPLIT_WIDTHS = (6.0, 10.0, 11.0, 20.0, 9.0, 12.0, 9.0, 16.0, 12.0, 8.0, 8.0, 40.0)
HEADS = (
    "序号",
    "一级指标",
    "二级指标",
    "三级指标",
    "指标性质",
    "指标值",
    "度量单位",
    "实际完成值",
    "实际完成数值",
    "分值",
    "得分",
    "偏差原因分析及改进措施",
)
_SIGNS = {"<": "＜", "<=": "≤", "=": "＝", ">=": "≥", ">": "＞"}
#: What is no number with a unit is one text.
WORDS = "定性"
_NUMBER = re.compile(r"\d+(?:[,，]\d{3})*(?:\.\d+)?")
_BEHIND = re.compile(r"(?:及|或)?以[上下内]|之?内|（含）|\(含\)")


def split_target(entry: Indicator) -> tuple[str, str, str]:
    """指标性质, 指标值, 度量单位: ≤, 17, 万元; a target of several parts or in words is a text (定性)."""
    target, text = entry["target"], w.plain(entry.get("target_text"))
    found = _NUMBER.findall(text)
    if entry.get("parts") or target.get("kind") not in ("number", "duration") or len(found) != 1:
        return WORDS, text, ""
    unit = _BEHIND.sub("", text[text.index(found[0]) + len(found[0]) :]).strip()
    sign = _SIGNS.get(target.get("op") or "", "")
    # A bare number of which more is better asks for at least so much.
    sign = sign or {"higher": "≥", "lower": "≤", "equal": "＝"}.get(target.get("direction") or "", "")
    counted = w.plain(entry.get("actual_unit"))
    if (
        not unit
        and target.get("kind") == "number"
        and counted not in ("比例", "小时", "工作日")
        and "元" not in counted
    ):
        unit = counted  # 少于10: of what the figure counts
    return (sign, found[0], unit) if len(unit) <= LONGEST_UNIT else (WORDS, text, "")


#: Characters of a unit; what is longer is part of a sentence.
LONGEST_UNIT = 6


def split_form(sheet: Sheet, results: Results) -> None:
    """One row an indicator, no merged cells but the title."""
    sheet.put(0, 0, f"{period_words(results)}项目支出绩效自评表（指标分栏）", "title", columns=len(HEADS))
    sheet.heights[0] = 28.0
    for column, head in enumerate(HEADS):
        sheet.put(1, column, head, "head")
    row = 2
    for at, entry in enumerate(results["indicators"], start=1):
        sign, value, unit = split_target(entry)
        _row(sheet, row, results, entry, (at, sign, value, unit))
        row += 1
    budget = results["budget"]
    rate = f.execution_rate(results) or None
    last = ("", "预算执行", "", "预算执行率", "≥", "100", "%", rate, rate and rate.removesuffix("%"), budget["weight"])
    for column, cell in enumerate((*last, budget["score"], texts.unspent_text(results))):
        sheet.put(row, column, cell, "score" if column == 10 else "points" if column == 9 else "center")
    sheet.finish(row, repeat=(0, 1), landscape=True)


def _row(sheet: Sheet, row: int, results: Results, entry: Indicator, split: tuple[int, str, str, str]) -> None:
    number, sign, value, unit = split
    known = entry.get("parts") or entry.get("actual_text") or entry.get("actual") is not None
    actual = f.actual_words(entry) if known else ""
    bare = _NUMBER.findall(actual) if sign != WORDS else []
    levels = (w.clause(entry["level1"]), w.clause(entry["level2"]), w.clause(entry["level3"]))
    cells = (number, *levels, sign, value, unit, actual, bare[0] if len(bare) == 1 else "")
    styles = ("count", "center", "center", "text", "center", "center", "center", "center", "center")
    for column, (cell, style) in enumerate(zip(cells, styles, strict=True)):
        sheet.put(row, column, cell, style)
    sheet.put(row, 9, entry["weight"], "points")
    sheet.put(row, 10, entry["score"], "score")
    sheet.put(row, 11, texts.deviation_text(results, entry), "text")
