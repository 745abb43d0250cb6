"""The year's activity by month."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from helpers.fonts.width import wrapped
from helpers.report import wording as w
from helpers.report.blocks import Figure
from helpers.report.facts import activities_words, unit_of_activities
from helpers.report.figures.common import data_table, told
from helpers.report.figures.style import INK, SOFT, STACK, draw
from helpers.report.fiscal_words import month_names
from helpers.report.results_types import Results

LAYERS = 3


def activity_months_chart(results: Results) -> tuple[Figure, ...]:
    """Stacked columns by month: the three most frequent kinds, all others together."""
    layers = _layers([(w.plain(e["category"]), m) for e in results["activities"] if (m := e.get("monthly"))])
    totals = [sum(months) for months in zip(*(m for _, m in layers), strict=True)]
    if not any(totals):
        return ()
    caption, names = f"年度{activities_words(results)}（按月）", month_names(results)
    rows = [(month, *(str(months[at]) for _, months in layers), str(totals[at])) for at, month in enumerate(names)]
    most, least = max(totals), min(totals)
    alt = told(
        f"堆叠柱形图，各月{activities_words(results)}数量",
        [
            f"{names[totals.index(most)]}最多，为{most}{unit_of_activities(results)}",
            f"{names[totals.index(least)]}最少，为{least}{unit_of_activities(results)}",
        ],
    )
    return (
        Figure(
            caption=caption,
            svg=draw("months", 2.7, lambda axes: _paint_months(axes, layers, totals, names)),
            alt=alt,
            data=data_table(f"{caption}的数据", ("月份", *(n for n, _ in layers), "合计"), rows),
        ),
    )


def _layers(kinds: Sequence[tuple[str, list[int]]]) -> list[tuple[str, list[int]]]:
    """Name and monthly counts of each layer, the largest first."""
    ranked = sorted(kinds, key=lambda kind: -sum(kind[1]))
    layers = ranked[:LAYERS]
    rest = ranked[LAYERS:]
    if rest:
        months = [sum(column) for column in zip(*(months for _, months in rest), strict=True)]
        layers.append((f"其他{len(rest)}类", months))
    return layers


def _paint_months(axes: Any, layers: Sequence[tuple[str, list[int]]], totals: list[int], names: Sequence[str]) -> None:
    places = range(12)
    below = [0] * 12
    for (name, months), fill in zip(layers, STACK, strict=False):
        # A legend leaves out what begins with an underscore.
        label = re.sub("^_", "＿", wrapped(name, 12))
        axes.bar(places, months, bottom=below, width=0.62, label=label, **fill)
        below = [low + more for low, more in zip(below, months, strict=True)]
    for place, total in zip(places, totals, strict=True):
        axes.annotate(
            str(total), (place, total), xytext=(0, 2), textcoords="offset points",
            ha="center", va="bottom", color=INK,
        )  # fmt: skip
    axes.set_xticks(list(places), [re.sub("^(.*年)(.*)$", r"\2\n\1", name) for name in names])
    axes.tick_params(axis="x", length=0)
    axes.set_ylim(0, max(totals) * 1.1)
    axes.yaxis.set_visible(False)
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_color(SOFT)
    axes.legend(
        loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(layers), handlelength=1.2,
        handleheight=0.9, columnspacing=1.4,
    )  # fmt: skip
