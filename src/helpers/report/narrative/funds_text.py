"""The project, its money, and the targets that were set for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from helpers.report import facts as f
from helpers.report import wording as w
from helpers.report.blocks import Block, Cell
from helpers.report.figure_ids import figure_id
from helpers.report.lost_words import bounds_words
from helpers.report.narrative.chapters import BUDGET, DECLARED, whence
from helpers.report.results_indicators import Indicator
from helpers.report.results_types import Results


def overview(results: Results) -> Iterable[Block]:
    """What the project serves, how it is carried out, on what it is assessed."""
    project, funding = w.clause(results["project"]), w.clause(results.get("funding"))
    lead = f"{w.clause(results['institution'])}实施的{project.removesuffix('项目')}项目"
    scope = [w.clause(item) for item in results.get("scope") or ()]
    told = []
    if funding:
        told.append(f"资金来源为{funding}")
    if scope:
        told.append(f"服务范围包括{'、'.join(scope)}")
    yield from f.para(f"{lead}，{'，'.join(told)}。" if told else f"{lead}纳入本次绩效自评。")
    done = [w.clause(item) for item in results.get("implementation") or ()]
    assessed = [w.clause(item) for item in results.get("assessed_on") or ()]
    yield from f.para(
        f"项目实施情况：{'；'.join(done)}。" if done else "",
        f"绩效评价从{'、'.join(assessed)}{_count(assessed)}方面进行。" if assessed else "",
    )


def _count(items: list[str]) -> str:
    return f"{len(items)}个" if len(items) > 1 else ""


def funds(results: Results) -> Iterable[Block]:
    """Budget, spending, rate and score in words, as a table."""
    yield from f.para(_budget(results), _spending(results), _lost(results), _score(results))
    yield from f.para(_rest(results), _parts(results))
    yield _funds_table(results)


def _budget(results: Results) -> str:
    initial, adjusted = results["budget"]["initial"], results["budget"]["adjusted"]
    if adjusted is None:
        return "项目全年预算数未提供。"
    if not adjusted and not initial:
        return "项目全年没有安排预算。"
    words = f"项目全年预算{w.money_text(adjusted)}"
    if initial is None:
        return words + "。"
    if initial == adjusted:
        return f"{words}，与年初预算一致。"
    change = "调增" if adjusted > initial else "调减"
    size = w.money_text(abs(w.exact(adjusted) - w.exact(initial)))
    return f"{words}，其中年初预算{w.money_text(initial)}，年内{change}{size}。"


def _spending(results: Results) -> str:
    budget = results["budget"]
    if budget["spent"] is None:
        return "全年执行数未提供，预算执行率无法计算。"
    spent = w.money_text(budget["spent"], apart=[budget["adjusted"] or 0])
    if budget["execution_rate"] is None:
        return f"全年执行{spent}，因没有可比的预算数，预算执行率无法计算。"
    return f"全年执行{spent}，预算执行率为{f.execution_rate(results)}。"


def _score(results: Results) -> str:
    budget = results["budget"]
    full = w.score_text(budget["weight"])
    if budget["score"] is None:
        return f"预算执行分值{full}，暂不评分。"
    return f"预算执行得{w.score_text(budget['score'])}（分值{full}）。"


def _lost(results: Results) -> str:
    """Between which values the spending lies where records of it were lost."""
    bounds = results["budget"].get("bounds")
    return f"{bounds_words(bounds, '元')}。" if bounds else ""


def _rest(results: Results) -> str:
    """What was left over or overspent, and why."""
    budget = results["budget"]
    if budget["spent"] is None or not budget["adjusted"]:
        return ""
    rest = w.exact(budget["adjusted"]) - w.exact(budget["spent"])
    reason = w.clause(budget.get("unspent_reason"))
    if rest < 0:
        told = f"原因是{reason}" if reason else "未单独说明原因"
        return f"执行数超出全年预算{w.money_text(-rest)}，{told}。"
    if rest == 0:
        return "预算资金已全部执行。"
    why = f"原因是{reason}" if reason else "未单独说明原因"
    return f"未执行{w.money_text(rest)}，{why}。"


def _parts(results: Results) -> str:
    parts = results["budget"].get("parts") or []
    if not parts:
        return ""
    told = "、".join(f"{w.clause(part['name'])}{w.money_text(part['budget'])}" for part in parts)
    words = f"全年预算由{told}构成" if len(parts) > 1 else f"全年预算中，{told}"
    if all(part.get("spent") is None for part in parts):
        return f"{words}，{'各部分' if len(parts) > 1 else '该部分'}的实际支出未分别列示。"
    return f"{words}，各部分的实际支出见下表。"


def _funds_table(results: Results) -> Block:
    budget = results["budget"]
    rows = [("项目资金总额", budget["initial"], budget["adjusted"], budget["spent"], f.execution_rate(results))]
    ids: list[tuple[str | None, ...]] = [("budget.initial", "budget.adjusted", "budget.spent", "budget.execution_rate")]
    for index, part in enumerate(budget.get("parts") or []):
        spent = part.get("spent")
        rate = w.ratio_text(spent / part["budget"]) if spent is not None and part["budget"] else ""
        name = f"{'' if index else '其中：'}{w.clause(part['name'])}"
        rows.append((name, None, part["budget"], spent, rate))
        ids.append((None, figure_id("budget", "parts", part["name"]), None, None))
    columns = [
        ("项目资金", "left", 2.2),
        ("年初预算数", "right", 1.2),
        ("全年预算数", "right", 1.2),
        ("全年执行数", "right", 1.2),
        ("执行率", "right", 1.0),
    ]
    stated = whence(DECLARED) if budget.get("declared") else None
    cells: list[list[str | Cell]] = [
        [
            name,
            *(
                _linked(text, stated if at or column < 2 else whence(BUDGET), ids[at][column])
                for column, text in enumerate((_wan(initial), _wan(adjusted), _wan(spent), rate or w.BLANK))
            ),
        ]
        for at, (name, initial, adjusted, spent, rate) in enumerate(rows)
    ]
    return f.table("项目资金情况（单位：万元）", columns, cells)


def _linked(text: str, source: str | None, anchor: str | None) -> Cell:
    """An amount leads to where it comes from: the total spending to its query, all others to the year file."""
    return Cell(text=text, link=source if text != w.BLANK else None, anchor=anchor)


def _wan(amount: Any) -> str:
    return w.BLANK if amount is None else w.wan_text(amount)


def goals(results: Results) -> Iterable[Block]:
    """The overall goal, and how many indicators with which weights stand for it."""
    goal = w.sentence(results.get("overall_goal"))
    yield from f.para(f"年度总体目标：{goal}" if goal else "", _indicator_counts(results))


def _indicator_counts(results: Results) -> str:
    groups: dict[str, list[Indicator]] = {}
    for entry in results["indicators"]:
        groups.setdefault(w.clause(entry["level1"]), []).append(entry)
    total = len(results["indicators"])
    weighed = all(entry["weight"] is not None for entry in results["indicators"])
    told = []
    for name, entries in groups.items():
        weight = f"、{w.score_text(f.added(e['weight'] for e in entries))}" if weighed else ""
        told.append(f"{name}{len(entries)}项{weight}")
    words = f"设定绩效指标{total}项，其中{'，'.join(told)}" if len(groups) > 1 else f"设定{told[0]}"
    if not weighed:
        return words + "。"
    execution = w.score_text(results["budget"]["weight"])
    basis = w.clause(results.get("weights_basis"))
    basis = f"（{basis}）" if basis else ""
    return f"{words}，连同预算执行{execution}，分值合计{w.score_text(f.full_weight(results))}{basis}。"
