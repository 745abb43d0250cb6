"""Charts of several years: scores, money, activities, and an indicator's course, broken where it counts otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from helpers.indicators.plain import is_number
from helpers.report import wording as w
from helpers.report.blocks import Figure
from helpers.report.figures.common import bar_figures, data_table, told
from helpers.report.figures.style import BLUE, INK, LINE, SOFT, Bar, draw
from helpers.report.many_years import Line, ManyYears, Point

#: What stands at a year from which on a figure counts otherwise, in tables and charts.
MARK = "※"


def score_chart(many: ManyYears) -> tuple[Figure, ...]:
    """Total scores as bars; one that is not scored in full is drawn open, another yardstick is said at its name."""
    several = len(set(many.yardsticks.values())) > 1
    bars, rows = [], []
    for year, facts in many.facts.items():
        name = f"{year}年" + (f"（{many.yardsticks[year]}）" if several else "")
        text = w.score_text(facts.total) if facts.complete else f"未评全，已评{w.score_text(facts.total)}"
        bars.append(Bar(name, facts.total, text, "met" if facts.complete else "unknown"))
        rows.append((name, text, facts.grade or "暂不评定"))
    longest = max([100.0, *(facts.full_marks for facts in many.facts.values())])
    return _bars("years-score", "各年度自评得分", bars, longest, ("年度", "得分", "等级"), rows)


def money_chart(many: ManyYears) -> tuple[Figure, ...]:
    """What was spent of each year's whole budget; nothing is drawn for a sum that is not known."""
    bars, rows = [], []
    for year, facts in many.facts.items():
        for what, amount, fill in (("全年预算", facts.budget, "pale"), ("支出", facts.spent, "met")):
            if amount is not None:
                bars.append(Bar(f"{year}年{what}", amount, w.money_text(amount), fill))
                rows.append((f"{year}年", what, w.money_text(amount)))
    longest = max((bar.size for bar in bars), default=0)
    return _bars("years-money", "各年度预算与支出", bars, longest, ("年度", "项目", "金额"), rows)


def activity_chart(many: ManyYears) -> tuple[Figure, ...]:
    """How often each category was counted in each year; 余 says that there were more."""
    names = dict.fromkeys(one["category"] for results in many.results.values() for one in results["activities"])
    bars, rows = [], []
    for name in names:
        for year, results in many.results.items():
            for one in results["activities"]:
                if one["category"] == name:
                    text = one.get("count_text") or w.number_text(one["count"])
                    bars.append(Bar(f"{w.brief(name, 16)}　{year}年", one["count"], text, "met"))
                    rows.append((f"{w.plain(name)}（{year}年）", text))
    longest = max((bar.size for bar in bars), default=0)
    return _bars("years-activity", "各年度活动次数", bars, longest, ("类别（年度）", "次数"), rows)


def _bars(
    name: str, caption: str, bars: Sequence[Bar], longest: float, heads: Sequence[str], rows: Sequence[tuple[str, ...]]
) -> tuple[Figure, ...]:
    """Bars with their words behind them, on an axis with room for these; none where all are nothing."""
    if not longest:
        return ()
    span = (0.0, longest * 1.25)
    return bar_figures(name, caption, f"条形图，{caption}", bars, span, heads, rows, finish=_bare)


def _bare(axes: Any) -> None:
    axes.xaxis.set_visible(False)


def course_chart(line: Line, number: int) -> tuple[Figure, ...]:
    """An indicator over the years: points joined only where they measure the same, targets as dashes beside them."""
    known = [point for point in line.points if point.number is not None]
    units = {point.unit for point in known}
    if len(known) < 2 or len(units) > 1 or len({point.number for point in known}) < 2:
        return ()
    caption = f"{line.name}各年度完成值"
    rows = [
        (f"{p.year}年{MARK if p.broken else ''}", value_words(p), w.plain(p.entry["target_text"])) for p in line.points
    ]
    lead = f"折线图，{caption}" + ("，有口径变化的年度另起一段" if any(p.broken for p in line.points) else "")
    svg = draw(f"years-line-{number}", 2.0, lambda axes: _paint_course(axes, line, known))
    data = data_table(f"{caption}的数据", ("年度", "完成值", "目标"), rows)
    return (Figure(caption=caption, svg=svg, alt=told(lead, [f"{a}{b}，目标{c}" for a, b, c in rows]), data=data),)


def value_words(point: Point) -> str:
    """The actual of one year as it is printed there; unknown stays unknown."""
    if point.number is not None:
        return w.value_text(point.number, point.unit, places=point.entry.get("decimals"))
    return w.plain(point.entry.get("actual_text")) or w.UNKNOWN


def _paint_course(axes: Any, line: Line, known: Sequence[Point]) -> None:
    for run in line.runs:
        axes.plot([p.year for p in run], [p.number for p in run], color=BLUE, marker="o", markersize=5)
    goals = []
    for point in known:
        axes.annotate(
            value_words(point), (point.year, point.number), xytext=(0, 6), textcoords="offset points", ha="center",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
        )  # fmt: skip
        goal = _goal(point)
        if goal is not None:
            goals.append(goal)
            axes.plot(
                [point.year - 0.3, point.year + 0.3], [goal, goal], color=INK, linewidth=0.9, linestyle=(0, (4, 2))
            )
    years = [point.year for point in line.points]
    for point in line.points:
        if point.broken:
            axes.axvline(point.year - 0.5, color=LINE, linewidth=0.9)
    shown = [*goals, *(point.number for point in known if point.number is not None)]
    low, high = min(shown), max(shown)
    room = (high - low or abs(high) or 1) * 0.3
    axes.set_ylim(low - room, high + room)
    axes.set_xticks(years, [f"{p.year}年{MARK if p.broken else ''}" for p in line.points])
    axes.set_xlim(min(years) - 0.6, max(years) + 0.6)
    axes.tick_params(axis="x", length=0)
    axes.yaxis.set_visible(False)
    axes.spines["left"].set_visible(False)
    axes.annotate(
        "虚线为当年目标" if goals else "", (1, 1), xycoords="axes fraction", xytext=(0, 2), textcoords="offset points",
        ha="right", color=SOFT, fontsize=7.5,
    )  # fmt: skip


def _goal(point: Point) -> float | None:
    """The target as a figure in the unit of the actual, if it is one."""
    if w.is_timed_share(point.entry):
        return point.entry.get("required")
    target = point.entry["target"]
    value = target.get("value")
    return value if is_number(value) and (target.get("unit") or point.unit) == point.unit else None
