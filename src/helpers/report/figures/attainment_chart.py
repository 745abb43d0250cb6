"""Attainment against target, indicator by indicator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from helpers.report import wording as w
from helpers.report.blocks import Figure
from helpers.report.figures.common import bar_figures
from helpers.report.figures.style import INK, Bar, divide

EDGE = 1.5
"""The scale ends at 150 %: bars that go further are drawn broken off."""
MOST_FIGURES = 2
"""Where all indicators would need more figures, those that missed their target are drawn."""


def attainment_chart(results: Mapping[str, Any]) -> tuple[Figure, ...]:
    """A bar for each indicator up to its attainment, with the target as a line at 100 %.

    A kept upper bound has no percentage that anybody could use: its bar ends at the target line
    and says 优于目标. What cannot be judged has no bar.
    """
    indicators, lead = _drawn(results["indicators"])
    if all(entry.get("attainment") is None for entry in indicators):
        return ()
    bars = [_bar(entry) for entry in indicators]
    rows = [
        (
            w.plain(entry["level3"]),
            w.plain(entry.get("target_text")),
            _label(entry),
        )
        for entry in indicators
    ]
    furthest = max(bar.size for bar in bars)
    high = EDGE if furthest > 1.25 else max(1.0, furthest)

    def finish(axes):
        axes.axvline(1.0, color=INK, linewidth=1.0, linestyle=(0, (4, 2)))
        ticks = [tick for tick in (0, 0.5, 1.0, 1.5) if tick <= high]
        axes.set_xticks(ticks, [f"{tick:.0%}" + ("（目标）" if tick == 1 else "") for tick in ticks])

    return bar_figures(
        "attainment",
        f"{lead}完成率",
        f"条形图，{lead}的完成率与目标（100%）",
        bars,
        (0, high),
        ("指标", "年度指标值", "完成率"),
        rows,
        finish,
        texts_from=1.0,
    )


def _drawn(indicators: Sequence[Mapping[str, Any]]) -> tuple[list[Mapping[str, Any]], str]:
    """The indicators that are drawn and what they are together, in their own order."""
    if _fit(indicators):
        return list(indicators), "各项指标"
    missed = [entry for entry in indicators if entry["status"] != "met"]
    if _fit(missed):
        return missed, "未达到目标的各项指标"
    known = [entry for entry in missed if entry.get("attainment") is not None]
    ranked = sorted(known, key=lambda entry: entry["attainment"])
    while not _fit(ranked):
        ranked.pop()
    return ranked, f"完成率最低的{len(ranked)}项指标"


def _fit(indicators: Sequence[Mapping[str, Any]]) -> bool:
    return len(divide([_bar(entry) for entry in indicators])) <= MOST_FIGURES


def _bar(indicator: Mapping[str, Any]) -> Bar:
    attainment = indicator.get("attainment")
    status = indicator["status"]
    if attainment is None:
        size = 0.0
    elif w.lower_is_better(indicator):
        size = min(attainment, 1.0)
    else:
        size = attainment
    name = w.plain(indicator["level3"])
    return Bar(name, size, _label(indicator), status, beyond=size > EDGE)


def _label(indicator: Mapping[str, Any]) -> str:
    status = w.status_words(indicator["status"])
    words = w.attainment_words(indicator)
    if words == w.BLANK:
        return status
    return words if indicator["status"] == "met" else f"{words}（{status}）"
