"""The outlines that a year can choose by ``outline:`` in year.yml.

To add one: write another ``Outline`` below, from headings and the writers of this folder or your own
(a function that takes the results and returns blocks), and enter it in ``OUTLINES``.
"""

from __future__ import annotations

from typing import Any

from helpers.report.blocks import Block
from helpers.report.narrative import annexes, deviations, funds, indicators, opening, overall, plans, provenance, spares
from helpers.report.narrative.facts import Results
from helpers.report.narrative.outline import (
    Annex,
    Chapter,
    Opening,
    Outline,
    Point,
    Section,
    UnknownOutline,
    render,
)

_FRONT = (opening.front,)
_SUMMARY = Opening("摘要", (opening.card, opening.summary))
_OVERALL = Section("总体目标完成情况分析", (
    Point("总体完成情况", (overall.outcome,)),
    Point("年度运维活动", (overall.activity,)),
    Point("与上年比较", (overall.against_last_year,)),
))  # fmt: skip
_EACH = Section("绩效指标完成情况分析", (indicators.each_indicator,))
_DEVIATIONS = Chapter("偏离绩效目标的原因和下一步改进措施", (
    deviations.lead,
    Section("未达到目标的指标", (deviations.shortfalls,)),
    Section("明显超出目标的指标", (deviations.overshoots,)),
    Section("已达目标但不够稳固的指标", (deviations.fragile,)),
    Section("走势需要关注的指标", (deviations.trends,)),
    Section("备件储备测算", (spares.stock,)),
    Section("设备更换测算", (spares.replacement,)),
    Section("其他改进措施", (plans.other_plans,)),
    Section("上年改进措施落实情况", (plans.followup,)),
))  # fmt: skip
_ANNEXES = (
    Annex("数据校验情况", (annexes.data_checks,)),
    Annex("对照来源的说明", (annexes.source_notes,)),
    Annex("佐证材料清单", (annexes.evidence_list,)),
    Annex("计算口径与溯源", (provenance.basis,)),
)

DEFAULT = Outline("项目支出绩效自评报告", _FRONT, (
    _SUMMARY,
    Chapter("绩效情况分析", (
        Section("资金情况及绩效目标分析", (
            Point("项目概况", (funds.overview,)),
            Point("资金情况", (funds.funds,)),
            Point("绩效目标设定情况", (funds.goals,)),
        )),
        _OVERALL,
        _EACH,
    )),
    _DEVIATIONS,
    Chapter("绩效自评结果拟应用情况", (annexes.use_of_results,)),
    *_ANNEXES,
))  # fmt: skip

TRANSFER_PAYMENT = Outline("转移支付绩效自评报告", _FRONT, (
    _SUMMARY,
    Chapter("绩效目标分解下达情况", (funds.overview, funds.goals)),
    Chapter("绩效目标完成情况分析", (
        Section("资金投入和执行情况分析", (funds.funds,)),
        _OVERALL,
        _EACH,
    )),
    _DEVIATIONS,
    Chapter("绩效自评结果拟应用和公开情况", (annexes.use_of_results,)),
    *_ANNEXES,
))  # fmt: skip

OUTLINES: dict[str, Outline] = {"default": DEFAULT, "transfer_payment": TRANSFER_PAYMENT}


def build_report(results: Results) -> list[Block]:
    """The report of validated results as blocks, by the outline that they name.

    Raises ``UnknownOutline``.
    """
    name: Any = results.get("outline") or "default"
    if name not in OUTLINES:
        raise UnknownOutline(name, OUTLINES)
    return render(OUTLINES[name], results)
