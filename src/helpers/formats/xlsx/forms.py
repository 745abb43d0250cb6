"""The two official layouts: the scored 项目支出绩效自评表 and the one for transfer payments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from helpers.formats.xlsx.form_sheet import Sheet, wan
from helpers.report import facts as f
from helpers.report import form_texts as texts
from helpers.report import wording as w
from helpers.report.fiscal_words import days_words
from helpers.report.form_texts import goal_result, management_lines
from helpers.report.results_indicators import Indicator
from helpers.report.results_types import FundSource, Results
from helpers.year.models import MANAGEMENT, OWN_FUNDS, TRANSFER_FUNDS

SCORED_WIDTHS = (5.0, 9.0, 10.0, 17.0, 15.0, 15.0, 7.0, 8.0, 36.0)
TRANSFER_WIDTHS = (5.0, 10.0, 11.0, 20.0, 18.0, 18.0, 38.0)


def _heading(sheet: Sheet, results: Results, title: str) -> int:
    """Title, year and notice; returns the next free row."""
    last = len(sheet.widths)
    sheet.put(0, 0, title, "title", columns=last)
    sheet.heights[0] = 30.0
    sheet.put(
        1,
        0,
        f"（{results['fiscal_year']}年度{f'，{days}' if (days := days_words(results)) else ''}）",
        "under",
        columns=last,
    )
    if not results.get("notice"):
        return 2
    sheet.put(2, 0, w.plain(results["notice"]), "plain", columns=last)
    return 3


def _signature(sheet: Sheet, results: Results, row: int) -> int:
    """Who filled in and checked, and where the head signs and the seal goes; returns the last row."""
    posts = results.get("posts")
    by = (
        f"填报：{w.clause(posts['prepared_by'])}    复核：{w.clause(posts['checked_by'])}"
        if posts
        else "填报：    复核："
    )
    date = w.date_text(posts["date"]) if posts else "    年    月    日"
    half = len(sheet.widths) // 2
    sheet.put(row, 0, f"{by}    单位负责人（签字）：", "plain", columns=half)
    sheet.put(row, half, f"单位（盖章）：        填报日期：{date}", "plain", columns=len(sheet.widths) - half)
    sheet.heights[row] = 34.0
    return row


def _sources(results: Results) -> dict[str, FundSource]:
    """The funds by where they come from, as far as they are declared or follow: what central and local funds add up to
    is 当年财政拨款 where nothing else is said, and where one line is the whole of an amount the others are nothing."""
    budget = results["budget"]
    known = {entry["name"]: entry for entry in budget.get("sources") or ()}
    grants = [known[name] for name in ("中央财政资金", "地方资金") if name in known]
    if grants and not known.keys() & {"当年财政拨款", "上年结转资金"}:
        known["当年财政拨款"] = _added(grants)
    for form in (OWN_FUNDS, TRANSFER_FUNDS):
        for name in form:
            line = known.setdefault(name, FundSource(name=name))
            for key in ("initial", "adjusted", "spent"):
                whole = any(known[one].get(key) == budget[key] for one in form if one in known and one != name)
                if line.get(key) is None and whole and budget[key] is not None:
                    line = {**line, key: 0}  # type: ignore[misc]
            known[name] = line
    return known


def _added(sources: Sequence[FundSource]) -> FundSource:
    """Several sources as one; an amount that one of them does not say is not said."""
    made = FundSource(name="当年财政拨款")
    for key in ("initial", "adjusted", "spent"):
        amounts = [source.get(key) for source in sources]
        if all(amount is not None for amount in amounts):
            made = {**made, key: sum(amount or 0 for amount in amounts)}  # type: ignore[misc]
    return made


def _merged(sheet: Sheet, row: int, column: int, names: Sequence[str | None], keys: Sequence[Any]) -> None:
    """Equal neighbours of a column as one cell each."""
    for at, span in enumerate(f.spans(keys)):
        if span:
            sheet.put(row + at, column, w.clause(names[at]), "center", rows=span)


def _levels(sheet: Sheet, row: int, entries: Sequence[Indicator]) -> None:
    """一级指标 and 二级指标 in the second and third column."""
    first = [entry["level1"] for entry in entries]
    second = [entry["level2"] for entry in entries]
    _merged(sheet, row, 1, first, first)
    _merged(sheet, row, 2, second, list(zip(first, second, strict=True)))


# --- scored ---------------------------------------------------------------------------------------


def scored_form(sheet: Sheet, results: Results) -> None:
    """项目支出绩效自评表: funds with the execution score, goals, scored indicators, total."""
    row = _heading(sheet, results, "项目支出绩效自评表")
    row = _project_rows(sheet, results, row)
    execution = row + 1
    row = _funds_rows(sheet, results, row)
    row = _goal_rows(sheet, results, row, scored=True)
    first = row + 1
    row = _scored_rows(sheet, results, row)
    _total_row(sheet, results, row, first, execution)
    row = _signature(sheet, results, row + 1)
    # The heads of the indicators stand again on the pages after theirs.
    sheet.finish(row, repeat=(first - 1, first - 1))


def _project_rows(sheet: Sheet, results: Results, row: int) -> int:
    sheet.put(row, 0, "项目名称", "head", columns=2)
    sheet.put(row, 2, w.clause(results["project"]), "center", columns=7)
    sheet.put(row + 1, 0, "主管部门", "head", columns=2)
    sheet.put(row + 1, 2, w.clause(results.get("department")), "center", columns=3)
    sheet.put(row + 1, 5, "实施单位", "head")
    sheet.put(row + 1, 6, w.clause(results["institution"]), "center", columns=3)
    return row + 2


def _funds_rows(sheet: Sheet, results: Results, row: int) -> int:
    """The funds block in 万元; only its first row carries rate and score."""
    budget, sources = results["budget"], _sources(results)
    sheet.put(row, 0, "项目资金（万元）", "head", rows=5, columns=2)
    sheet.put(row, 2, "", "head")
    for column, title in enumerate(("年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"), start=3):
        sheet.put(row, column, title, "head")
    row += 1
    sheet.put(row, 2, "年度资金总额", "center")
    _amounts(sheet, row, 3, [budget["initial"], budget["adjusted"], budget["spent"]])
    sheet.put(row, 6, budget["weight"], "points")
    _rate(sheet, row, 7, "E", "F", budget["execution_rate"])
    sheet.put(row, 8, budget["score"], "score")
    for at, name in enumerate(OWN_FUNDS, start=1):
        sheet.put(row + at, 2, f"{'其中：' if at == 1 else ''}{name}", "center")
        source = sources.get(name) or FundSource(name=name)
        _amounts(sheet, row + at, 3, [source.get("initial"), source.get("adjusted"), source.get("spent")])
        for column in (6, 7, 8):
            sheet.put(row + at, column, w.BLANK, "center")
    return row + 1 + len(OWN_FUNDS)


def _amounts(sheet: Sheet, row: int, column: int, amounts: Sequence[float | None]) -> None:
    for at, amount in enumerate(amounts):
        sheet.put(row, column + at, wan(amount), "money")


def _rate(sheet: Sheet, row: int, column: int, budget: str, spent: str, rate: float | None) -> None:
    """The execution rate as a formula over its row, blank where there is none."""
    if rate is None:
        sheet.put(row, column, None, "percent")
    else:
        sheet.formula(row, column, f"={spent}{row + 1}/{budget}{row + 1}", rate, "percent")


def _goal_rows(sheet: Sheet, results: Results, row: int, scored: bool) -> int:
    last = len(sheet.widths)
    middle = 5
    titles = ("预期目标", "实际完成情况") if scored else ("总体目标", "全年实际完成情况")
    label = "年度总体目标" if scored else "总体目标完成情况"
    sheet.put(row, 0, label, "head", rows=2, columns=1)
    sheet.put(row, 1, titles[0], "head", columns=middle - 1)
    sheet.put(row, middle, titles[1], "head", columns=last - middle)
    sheet.put(row + 1, 1, texts.goal_text(results), "text", columns=middle - 1)
    sheet.put(row + 1, middle, goal_result(results, scored), "text", columns=last - middle)
    return row + 2


def _scored_rows(sheet: Sheet, results: Results, row: int) -> int:
    heads = ("年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施")
    entries, row = _indicator_rows(sheet, results, row, heads)
    for at, entry in enumerate(entries):
        sheet.put(row + at, 6, entry["weight"], "points")
        sheet.put(row + at, 7, entry["score"], "score")
        sheet.put(row + at, 8, texts.deviation_text(results, entry), "text")
    return row + len(entries)


def _indicator_rows(sheet: Sheet, results: Results, row: int, heads: Sequence[str]) -> tuple[Sequence[Indicator], int]:
    """Levels, names, targets and actuals under their heads; the indicators and the row where they begin."""
    entries = results["indicators"]
    sheet.put(row, 0, "绩效指标", "head", rows=len(entries) + 1)
    for column, title in enumerate(("一级指标", "二级指标", "三级指标", *heads), start=1):
        sheet.put(row, column, title, "head")
    row += 1
    _levels(sheet, row, entries)
    for at, entry in enumerate(entries):
        sheet.put(row + at, 3, w.clause(entry["level3"]), "text")
        sheet.put(row + at, 4, w.plain(entry.get("target_text")), "center")
        sheet.put(row + at, 5, _actual(entry), "center")
    return entries, row


def _actual(entry: Indicator) -> str | None:
    """The actual as printed; blank, not 无法判定, where nothing was filed."""
    known = entry.get("parts") or entry.get("actual_text") or entry.get("actual") is not None
    return f.actual_words(entry) if known else None


def _total_row(sheet: Sheet, results: Results, row: int, first: int, execution: int) -> None:
    """总分: sums over the rows and the execution score, as formulas."""
    weights = [results["budget"]["weight"], *(entry["weight"] for entry in results["indicators"])]
    scores = [results["budget"]["score"], *(entry["score"] for entry in results["indicators"])]
    label = "总分" if f.is_complete(results) else "总分（不含暂未评分的项目）"
    sheet.put(row, 0, label, "head", columns=6)
    for column, letter, money, points, style in ((6, "G", "G", weights, "points"), (7, "H", "I", scores, "score")):
        total = float(f.added(points))
        formula = f"=ROUND(SUM({letter}{first + 1}:{letter}{row})+{money}{execution + 1},2)"
        sheet.formula(row, column, formula, total, style)
    sheet.put(row, 8, w.sentence(results["score"].get("basis") or results.get("weights_basis")), "text")


# --- transfer payments ----------------------------------------------------------------------------


def transfer_form(sheet: Sheet, results: Results) -> None:
    """转移支付区域绩效目标自评表: funds, seven lines of funds management, indicators without scores."""
    row = _heading(sheet, results, "转移支付区域（项目）绩效目标自评表")
    row = _transfer_project_rows(sheet, results, row)
    row = _transfer_funds_rows(sheet, results, row)
    row = _management_rows(sheet, results, row)
    row = _goal_rows(sheet, results, row, scored=False)
    heads = row
    row = _transfer_rows(sheet, results, row)
    sheet.put(row, 0, "说明", "head")
    sheet.put(row, 1, w.sentence(results.get("notice")) or "无。", "text", columns=6)
    row = _signature(sheet, results, row + 1)
    sheet.finish(row, repeat=(heads, heads))


def _transfer_project_rows(sheet: Sheet, results: Results, row: int) -> int:
    lines = (
        ("转移支付（项目）名称", results["project"]),
        ("中央主管部门", results.get("central_department")),
        ("地方主管部门", results.get("local_department")),
        ("资金使用单位", results["institution"]),
    )
    for at, (label, value) in enumerate(lines):
        sheet.put(row + at, 0, label, "head", columns=3)
        sheet.put(row + at, 3, w.clause(value), "center", columns=4)
    return row + len(lines)


def _transfer_funds_rows(sheet: Sheet, results: Results, row: int) -> int:
    budget, sources = results["budget"], _sources(results)
    sheet.put(row, 0, "资金投入情况（万元）", "head", rows=5, columns=3)
    sheet.put(row, 3, "", "head")
    for column, title in enumerate(("全年预算数（A）", "全年执行数（B）", "预算执行率（B/A×100%）"), start=4):
        sheet.put(row, column, title, "head")
    whole = FundSource(name="年度资金总额", adjusted=budget["adjusted"], spent=budget["spent"])
    lines = [(whole["name"], whole)]
    lines += [
        (f"{'' if at else '其中：'}{name}", sources.get(name) or FundSource(name=name))
        for at, name in enumerate(TRANSFER_FUNDS)
    ]
    for at, (name, amounts) in enumerate(lines, start=1):
        sheet.put(row + at, 3, name, "center")
        _amounts(sheet, row + at, 4, [amounts.get("adjusted"), amounts.get("spent")])
        rate = budget["execution_rate"] if at == 1 else _share(amounts)
        _rate(sheet, row + at, 6, "E", "F", rate)
    return row + 1 + len(lines)


def _share(amounts: FundSource) -> float | None:
    budget, spent = amounts.get("adjusted"), amounts.get("spent")
    return spent / budget if budget and spent is not None else None


def _management_rows(sheet: Sheet, results: Results, row: int) -> int:
    """The seven lines; what nobody declared says so."""
    sheet.put(row, 0, "资金管理情况", "head", rows=len(MANAGEMENT) + 1, columns=3)
    sheet.put(row, 3, "", "head")
    sheet.put(row, 4, "情况说明", "head", columns=2)
    sheet.put(row, 6, "存在问题和改进措施", "head")
    for at, (item, statement, problems) in enumerate(management_lines(results), start=1):
        sheet.put(row + at, 3, item, "center")
        sheet.put(row + at, 4, statement or texts.UNSAID, "text", columns=2)
        sheet.put(row + at, 6, problems, "text")
    return row + 1 + len(MANAGEMENT)


def _transfer_rows(sheet: Sheet, results: Results, row: int) -> int:
    heads = ("指标值", "全年实际完成值", "未完成原因和改进措施")
    entries, row = _indicator_rows(sheet, results, row, heads)
    for at, entry in enumerate(entries):
        sheet.put(row + at, 6, texts.deviation_text(results, entry), "text")
    return row + len(entries)
