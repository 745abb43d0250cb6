"""Budget and spending."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpers.report import wording as w
from helpers.report.blocks import Figure
from helpers.report.figures.common import bar_figures
from helpers.report.figures.style import Bar


def funds_chart(results: Mapping[str, Any]) -> tuple[Figure, ...]:
    """Bars for the budget at the year's start and as adjusted, its parts, and what was spent."""
    budget = results["budget"]
    amounts = [
        ("年初预算数", budget["initial"], "pale"),
        ("全年预算数", budget["adjusted"], "plain"),
    ]
    parts = budget.get("parts") or []
    for index, part in enumerate(parts):
        name = w.plain(part["name"])
        amounts.append((name if index else f"其中：{name}", part["budget"], "pale"))
    amounts.append(("全年执行数", budget["spent"], "met"))
    known = [amount for _, amount, _ in amounts if amount]
    if not known:
        return ()
    rate = budget.get("execution_rate")
    bars, rows = [], []
    for name, amount, fill in amounts:
        text = "未提供" if amount is None else f"{w.wan_text(amount)}万元"
        if fill == "met" and rate is not None:
            text += f"（执行率{w.ratio_text(rate)}）"
        bars.append(Bar(name, max(amount or 0, 0) / 10_000, text, fill))
        rows.append((name, text))

    def finish(axes):
        axes.xaxis.set_visible(False)

    return bar_figures(
        "funds",
        "项目资金预算与执行",
        "条形图，项目资金预算与执行",
        bars,
        (0, max(known) / 10_000),
        ("项目资金", "金额"),
        rows,
        finish,
        extra=0.15,
    )
