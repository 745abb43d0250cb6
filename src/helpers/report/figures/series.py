"""Figures over time: one year by month, and years side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from helpers.fonts.width import wrapped
from helpers.report import wording as w
from helpers.report.blocks import Figure
from helpers.report.figures.common import data_table, told
from helpers.report.figures.style import BLUE, FILLS, INK, RED, SOFT, draw

_RATES = ("比例", "小时", "工作日")


def monthly_chart(indicator: Mapping[str, Any], name: str, subject: str) -> tuple[Figure, ...]:
    """A figure by month: a rate or mean as a line against its target, a count or sum as columns.

    A year's target is no month's target for counts and sums, so these get no target line. Months
    without cases are left out of the line.
    """
    months = [m for m in indicator.get("monthly") or () if m.get("value") is not None]
    if len(months) < 2:
        return ()
    unit = w.actual_unit(indicator)
    is_rate = unit in _RATES or (unit or "").startswith("元/")
    goal = _goal(indicator) if is_rate else None
    texts = [w.value_text(month["value"], unit) for month in months]
    missed = [goal is not None and _misses(month["value"], goal, indicator) for month in months]
    lead = f"{'折线图' if is_rate else '柱形图'}，{subject}各月情况"
    if goal is not None:
        count = sum(missed)
        lead += f"，目标{w.value_text(goal, unit)}，" + (f"{count}个月未达目标" if count else "各月均达到目标")
    caption = f"{subject}各月情况"
    has_cases = any(month.get("n") is not None for month in months)
    rows = [
        (w.date_text(m["month"]), text, *([str(m.get("n", w.BLANK))] if has_cases else []))
        for m, text in zip(months, texts, strict=True)
    ]
    titles = ("月份", "完成值", *(["记录数"] if has_cases else []))

    def paint(axes):
        if is_rate:
            _paint_line(axes, months, texts, missed, goal, unit)
        else:
            _paint_columns(axes, months, texts)
        month_axis(axes, months)

    told_months = [f"{row[0]}{row[1]}" for row in rows]
    data = data_table(f"{caption}的数据", titles, rows)
    alt = told(lead, told_months)
    return (Figure(caption=caption, svg=draw(name, 2.3, paint), alt=alt, data=data),)


#: The height of a point's label with its distance, as a share of the figures' range.
LABEL = 0.13


def _goal(indicator: Mapping[str, Any]) -> float | None:
    """The target as a figure in the unit of the actual, if it is one."""
    if w.is_timed_share(indicator):
        return indicator.get("required")
    value = indicator["target"].get("value")
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _misses(value: float, goal: float, indicator: Mapping[str, Any]) -> bool:
    return value > goal if w.lower_is_better(indicator) else value < goal


def month_place(month: str) -> int:
    """Months as consecutive whole numbers."""
    return int(month[:4]) * 12 + int(month[5:7])


def month_axis(axes: Any, months: Sequence[Mapping[str, Any]]) -> None:
    """The months along the bottom, and no axis for the figures, which stand at their marks."""
    places = list(range(month_place(months[0]["month"]), month_place(months[-1]["month"]) + 1))
    axes.set_xticks(places, [f"{(place - 1) % 12 + 1}月" for place in places])
    axes.tick_params(axis="x", length=0)
    axes.set_xlim(places[0] - 0.5, places[-1] + 0.5)
    axes.yaxis.set_visible(False)
    axes.spines["left"].set_visible(False)


def _paint_line(
    axes: Any,
    months: Sequence[Mapping[str, Any]],
    texts: Sequence[str],
    missed: Sequence[bool],
    goal: float | None,
    unit: str | None,
) -> None:
    places = [month_place(month["month"]) for month in months]
    values = [month["value"] for month in months]
    for start, end in month_runs(places):
        axes.plot(places[start:end], values[start:end], color=BLUE)
    low, high = (
        min([*values, *([goal] if goal is not None else [])]),
        max([*values, *([goal] if goal is not None else [])]),
    )
    sides = _sides(values, goal, (high - low) * LABEL)
    for place, value, text, miss, below in zip(places, values, texts, missed, sides, strict=True):
        fill = {"markerfacecolor": "white", "markeredgecolor": RED} if miss else {}
        axes.plot([place], [value], "o", color=BLUE, markersize=5, **fill)
        axes.annotate(
            text.removesuffix("%"), (place, value), xytext=(0, -6 if below else 5),
            textcoords="offset points", ha="center", va="top" if below else "bottom", fontsize=7.5,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
        )  # fmt: skip
    if goal is not None:
        axes.axhline(goal, color=INK, linewidth=0.9, linestyle=(0, (4, 2)))
        axes.annotate(
            f"目标{w.value_text(goal, unit)}", (1.0, goal), xycoords=("axes fraction", "data"),
            xytext=(3, 0), textcoords="offset points", va="center",
        )  # fmt: skip
    room = (high - low or abs(high) or 1) * 0.22
    axes.set_ylim(low - room, high + room)
    if unit == "比例":
        axes.annotate(
            "单位：%", (0, 1), xycoords="axes fraction", xytext=(0, 2),
            textcoords="offset points", color=SOFT, fontsize=7.5,
        )  # fmt: skip


def _sides(values: Sequence[float], goal: float | None = None, label: float = 0.0) -> list[bool]:
    """Whether each point's label stands below it: on the side from which the line bends away, and never
    across the target's line, which a label of height ``label`` would reach."""
    padded = [values[0], *values, values[-1]]
    bent = [padded[at] < (padded[at - 1] + padded[at + 1]) / 2 for at in range(1, len(values) + 1)]
    if goal is None:
        return bent
    return [
        True if 0 < goal - value < label else False if 0 <= value - goal < label else below
        for value, below in zip(values, bent, strict=True)
    ]


def month_runs(places: Sequence[int]) -> list[tuple[int, int]]:
    """Slices of consecutive months: the line breaks where a month is missing."""
    starts = [0] + [at for at in range(1, len(places)) if places[at] != places[at - 1] + 1]
    return list(zip(starts, [*starts[1:], len(places)], strict=True))


def _paint_columns(axes: Any, months: Sequence[Mapping[str, Any]], texts: Sequence[str]) -> None:
    for month, text in zip(months, texts, strict=True):
        place = month_place(month["month"])
        axes.bar([place], [month["value"]], width=0.62, **FILLS["met"])
        axes.annotate(
            text, (place, month["value"]), xytext=(0, 2), textcoords="offset points",
            ha="center", va="bottom", fontsize=7.5,
        )  # fmt: skip
    axes.set_ylim(0, (max(month["value"] for month in months) or 1) * 1.15)


# --- years ----------------------------------------------------------------------------------------


def trend_chart(results: Mapping[str, Any]) -> tuple[Figure, ...]:
    """Last year's and this year's figure of every indicator that is a rate, with its target."""
    entries = [entry for entry in _with_parts(results) if _is_comparable(entry)]
    if not entries:
        return ()
    year, before = results["fiscal_year"], entries[0]["previous"]["fiscal_year"]
    rows = [
        (
            _name(entry),
            w.ratio_text(entry["previous"]["actual"]),
            w.ratio_text(entry["actual"]),
            w.ratio_text(goal) if (goal := _goal(entry)) is not None else w.BLANK,
        )
        for entry in entries
    ]
    caption = f"{before}年与{year}年完成值比较"
    alt = told(
        f"条形图，{before}年与{year}年完成值比较",
        [f"{name}由{old}变为{new}（目标{goal}）" for name, old, new, goal in rows],
    )
    height = 0.55 + 0.5 * len(entries)
    return (
        Figure(
            caption=caption,
            svg=draw("trend", height, lambda axes: _paint_trend(axes, entries, before, year)),
            alt=alt,
            data=data_table(f"{caption}的数据", ("指标", f"{before}年", f"{year}年", "目标"), rows),
        ),
    )


def _with_parts(results: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Indicators, and of compound ones the parts, which carry the figures."""
    entries = []
    for indicator in results["indicators"]:
        parts = indicator.get("parts") or ()
        of = {"of": indicator["level3"]} if parts else {}
        entries += [{**entry, **of} for entry in (parts or [indicator])]
    return entries


def _name(entry: Mapping[str, Any]) -> str:
    name = w.plain(entry.get("name") or entry["level3"])
    return f"{w.plain(entry['of'])}（{name}）" if entry.get("of") else name


def _is_comparable(entry: Mapping[str, Any]) -> bool:
    past = entry.get("previous") or {}
    figures = (entry.get("actual"), past.get("actual"))
    return w.actual_unit(entry) == "比例" and all(isinstance(f, int | float) for f in figures)


def _paint_trend(axes: Any, entries: Sequence[Mapping[str, Any]], before: int, year: int) -> None:
    """Two bars an indicator from zero, last year's pale above this year's, the target across both."""
    for place, entry in enumerate(entries):
        first, goal = place == 0, _goal(entry)
        pair = ((entry["previous"]["actual"], "pale", before, -0.2), (entry["actual"], "met", year, 0.2))
        for value, fill, label, shift in pair:
            axes.barh(place + shift, value, height=0.32, label=f"{label}年" if first else None, **FILLS[fill])
            axes.annotate(
                w.ratio_text(value), (max(value, goal or 0), place + shift), xytext=(6, 0),
                textcoords="offset points", va="center",
            )  # fmt: skip
        if goal is not None:
            axes.plot([goal, goal], [place - 0.46, place + 0.46], color=INK, linewidth=1.3)
    axes.plot([], [], color=INK, linewidth=1.3, label="目标")
    axes.set_yticks(range(len(entries)), [wrapped(_name(entry)) for entry in entries], linespacing=1.3)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(entries) - 0.5, -0.5)
    axes.set_xlim(left=0)
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)
    handles, labels = axes.get_legend_handles_labels()
    order = sorted(range(len(labels)), key=lambda at: labels[at] == "目标")
    axes.legend(
        [handles[at] for at in order], [labels[at] for at in order], loc="lower left",
        bbox_to_anchor=(0, 1.0), ncols=3, handlelength=1.2, handleheight=0.9, columnspacing=1.4,
    )  # fmt: skip


def years_chart(many: Sequence[Mapping[str, Any]]) -> tuple[Figure, ...]:
    """Total score and execution rate of several years, each year's results one entry of ``many``."""
    years = sorted(many, key=lambda results: results["fiscal_year"])
    if len(years) < 2:
        return ()
    names = [f"{results['fiscal_year']}年" for results in years]
    rows = []
    for name, results in zip(names, years, strict=True):
        score, rate = results["score"], results["budget"].get("execution_rate")
        known = score["total"] if score["total"] == score["upper"] else None
        text = w.score_text(known) if known is not None else "未评定"
        rows.append((name, text, w.ratio_text(rate) if rate is not None else w.BLANK))
    caption = f"{names[0]}至{names[-1]}自评得分与预算执行率"
    scores = [results["score"]["total"] for results in years]

    def paint(axes):
        for place, (row, value) in enumerate(zip(rows, scores, strict=True)):
            fill = FILLS["unknown" if row[1] == "未评定" else "met"]
            axes.bar([place], [value], width=min(0.5, 0.12 * len(rows)), **fill)
            label = f"{row[1]}\n执行率{row[2]}" if row[2] != w.BLANK else row[1]
            axes.annotate(label, (place, value), xytext=(0, 3), textcoords="offset points", ha="center")
        axes.set_xticks(range(len(names)), names)
        axes.set_xlim(-0.6, len(names) - 0.4)
        axes.set_ylim(0, 125)
        axes.tick_params(axis="x", length=0)
        axes.yaxis.set_visible(False)
        axes.spines["left"].set_visible(False)

    alt = told(f"柱形图，{caption}", [f"{a}得分{b}，执行率{c}" for a, b, c in rows])
    data = data_table(f"{caption}的数据", ("年度", "得分", "预算执行率"), rows)
    return (Figure(caption=caption, svg=draw("years", 2.4, paint), alt=alt, data=data),)
