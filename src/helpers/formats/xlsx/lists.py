"""The sheets behind the forms: supporting documents, the year's activity, how figures were found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from helpers.files.marks import letters
from helpers.formats.xlsx.form_sheet import Sheet, day
from helpers.indicators.plain import is_number
from helpers.report import facts as f
from helpers.report import wording as w
from helpers.report.fiscal_words import month_names
from helpers.report.results_indicators import Judged
from helpers.report.results_types import Results
from helpers.report.summary_phrases import short_path

EVIDENCE_WIDTHS = (6.0, 20.0, 24.0, 16.0, 14.0, 34.0, 10.0, 68.0)
ACTIVITY_WIDTHS = (6.0, 34.0, 12.0, 12.0, *([8.0] * 12), 26.0)
MEASURE_WIDTHS = (24.0, 24.0, 14.0, 20.0, 18.0, 12.0, 12.0, 12.0, 34.0, 10.0, 70.0)


def _title(sheet: Sheet, title: str, heads: Iterable[str]) -> int:
    sheet.put(0, 0, title, "title", columns=len(sheet.widths))
    sheet.heights[0] = 28.0
    for column, head in enumerate(heads):
        sheet.put(1, column, head, "head")
    return 2


def evidence_sheet(sheet: Sheet, results: Results) -> None:
    """佐证材料: one row a document or file, with its full hash."""
    heads = ("序号", "指标", "材料名称", "日期", "保管岗位", "文件", "记录数", "SHA-256")
    row = _title(sheet, "佐证材料清单", heads)
    styles = ("count", "text", "text", "date", "center", "text", "count", "text")
    for at, entry in enumerate(results.get("evidence_list") or (), start=1):
        indicator = f.indicator_of(results, entry.get("indicator") or "")
        name = entry.get("level3") or (indicator["level3"] if indicator else None)
        file = short_path(entry["file"], results["fiscal_year"]) if entry.get("file") else None
        values = (at, w.clause(name), w.clause(entry["document"]), day(entry.get("date")),
                  w.clause(entry.get("custodian")), file, entry.get("rows"), entry.get("sha256"))  # fmt: skip
        sheet.row(row, values, styles)
        row += 1
    sheet.finish(row - 1, repeat=(0, 1), landscape=True)


def activity_sheet(sheet: Sheet, results: Results) -> None:
    """年度活动: counts by kind and month, summed by formulas."""
    heads = ("序号", "活动类别", "数量", "填报数", *month_names(results), "说明")
    row = first = _title(sheet, f"年度{f.activities_words(results)}", heads)
    entries = results["activities"]
    for at, entry in enumerate(entries, start=1):
        notes = [w.clause(entry.get("note"))] if entry.get("note") else []
        notes += [f"年度目标：{w.clause(entry['target'])}"] if entry.get("target") else []
        months: Sequence[int | None] = entry.get("monthly") or [None] * 12
        count = (entry["count"], w.plain(entry.get("count_text")))
        values = (at, w.clause(entry["category"]), *count, *months, "；".join(notes))
        sheet.row(row, values, ("count", "text", "count", "center", *["count"] * 12, "text"))
        row += 1
    if entries:
        sheet.put(row, 0, "合计", "head", columns=2)
        _sum(sheet, row, first, 2, sum(entry["count"] for entry in entries))
        sheet.put(row, 3, None, "center")
        for month in range(12):
            counts = [(entry.get("monthly") or [0] * 12)[month] for entry in entries]
            _sum(sheet, row, first, 4 + month, sum(counts))
        sheet.put(row, 16, None, "text")
        row += 1
    sheet.finish(row - 1, repeat=(0, 1), landscape=True)


def _sum(sheet: Sheet, row: int, first: int, column: int, total: int) -> None:
    letter = letters(column)
    sheet.formula(row, column, f"=SUM({letter}{first + 1}:{letter}{row})", total, "count")


#: Decimals of a figure in base units; all of them stand in results.json.
PLACES = 6


def measures_sheet(sheet: Sheet, results: Results) -> None:
    """计算口径: every figure in base units, to six decimals, with its words and query."""
    heads = (
        "指标",
        "年度指标值",
        "目标数值",
        "实际完成值",
        "实际数值",
        "单位",
        "完成率",
        "完成情况",
        "口径",
        "记录数",
        "查询语句",
    )
    row = _title(sheet, "指标计算口径（金额单位：元；时长单位：小时；比例为小数）", heads)
    styles = ("text", "text", "number", "text", "number", "center", "percent", "center", "text", "count", "text")
    for entry in results["indicators"]:
        name = w.clause(entry["level3"])
        named = [(name, entry), *((f"{name}（{f.part_name(part)}）", part) for part in entry.get("parts") or ())]
        for told, one in named:
            values = _measure(told, one)
            sheet.row(row, values, [_style(*pair) for pair in zip(values, styles, strict=True)])
            row += 1
    sheet.finish(row - 1, repeat=(0, 1), landscape=True)


def _measure(name: str, entry: Judged) -> tuple:
    evidence = f.evidence_of(entry)
    attainment: float | str | None = entry["attainment"]
    if attainment is not None and w.attainment_words(entry) == "优于目标":
        attainment = "优于目标"
    elif attainment is not None:
        attainment = _number(attainment)
    words = w.clause(evidence.get("words")) or w.clause(evidence.get("method")) or w.clause(evidence.get("note"))
    return (
        name,
        w.plain(entry.get("target_text")),
        entry.get("required") if w.is_timed_share(entry) else _number(entry["target"].get("value")),
        f.actual_words(entry),
        _number(entry.get("actual")),
        w.actual_unit(entry),
        attainment,
        w.status_words(entry["status"]),
        words,
        evidence.get("rows"),
        evidence.get("sql"),
    )


def _style(value: object, style: str) -> str:
    """A figure keeps six decimals and shows four."""
    return "fraction" if style == "number" and isinstance(value, float) and not value.is_integer() else style


def _number(value: object) -> int | float | None:
    """A figure as a number, without the dust of binary fractions; dates, bands and words stand in the text columns."""
    return round(value, PLACES) if is_number(value) else None
