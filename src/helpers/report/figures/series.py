"""Figures over time: one year by month, and years side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from helpers.fonts.width import wrapped
from helpers.indicators.plain import is_number
from helpers.report import wording as w
from helpers.report.blocks import Figure
from helpers.report.facts import previous_of
from helpers.report.figures.common import data_table, told
from helpers.report.figures.style import BLUE, FILLS, INK, RED, SOFT, draw
from helpers.report.fiscal_words import fiscal_of, year_words
from helpers.report.results_indicators import Judged
from helpers.report.results_types import Results

_RATES = ("比例", "小时", "工作日")
#: So many indicators of two years stand in one chart: it fits a page with the words before it.
MOST_BARS = 12


def monthly_chart(indicator: Judged, name: str, subject: str) -> tuple[Figure, ...]:
    """A figure by month: a rate or mean as a line against its target, a count or sum as columns.

    A year's target is no month's target for counts and sums, so these get no target line, and no chart where all of
    it lies in one month. Months without cases are left out of the line.
    """
    known = [(m, value) for m in indicator.get("monthly") or () if (value := m["value"]) is not None]
    if len(known) < 2:
        return ()
    months, values = [m["month"] for m, _ in known], [value for _, value in known]
    unit = w.actual_unit(indicator)
    is_rate = unit in _RATES or (unit or "").startswith("元/")
    if not is_rate and sum(value != 0 for value in values) < 2:
        return ()
    goal = _goal(indicator) if is_rate else None
    texts = [w.value_text(value, unit) for value in values]
    missed = [goal is not None and _misses(value, goal, indicator) for value in values]
    lead = f"{'折线图' if is_rate else '柱形图'}，{subject}各月情况"
    if goal is not None:
        count = sum(missed)
        lead += f"，目标{w.value_text(goal, unit, places=w.AS_SAID)}，" + (
            f"{count}个月未达目标" if count else "各月均达到目标"
        )
    caption = f"{subject}各月情况"
    has_cases = any(month.get("n") is not None for month, _ in known)
    rows = [
        (w.date_text(m["month"]), text, *([str(m.get("n", w.BLANK))] if has_cases else []))
        for (m, _), text in zip(known, texts, strict=True)
    ]
    titles = ("月份", "完成值", *(["记录数"] if has_cases else []))

    def paint(axes):
        if is_rate:
            _paint_line(axes, months, values, texts, missed, goal, unit)
        else:
            _paint_columns(axes, months, values, texts)
        month_axis(axes, months, [m["month"] for m in indicator.get("monthly") or ()])

    told_months = [f"{row[0]}{row[1]}" for row in rows]
    data = data_table(f"{caption}的数据", titles, rows)
    alt = told(lead, told_months)
    return (Figure(caption=caption, svg=draw(name, 2.3, paint), alt=alt, data=data),)


#: The height of a point's label with its distance, as a share of the figures' range.
LABEL = 0.13


def _goal(indicator: Judged) -> float | None:
    """The target as a figure in the unit of the actual, if it is one."""
    if w.is_timed_share(indicator):
        return indicator.get("required")
    value = indicator["target"].get("value")
    return value if is_number(value) else None


def _misses(value: float, goal: float, indicator: Judged) -> bool:
    return value > goal if w.lower_is_better(indicator) else value < goal


def month_place(month: str) -> int:
    """Months as consecutive whole numbers."""
    return int(month[:4]) * 12 + int(month[5:7])


def month_axis(axes: Any, months: Sequence[str], every: Sequence[str]) -> None:
    """The months along the bottom, and no axis for the figures, which stand at their marks; ``every``: all months of
    the year, also those that are not shown."""
    places = list(range(month_place(months[0]), month_place(months[-1]) + 1))
    first = (month_place(min(every, default=months[0])) - 1) // 12
    axes.set_xticks(places, [_month_label(place, first) for place in places])
    axes.tick_params(axis="x", length=0)
    axes.set_xlim(places[0] - 0.5, places[-1] + 0.5)
    axes.yaxis.set_visible(False)
    axes.spines["left"].set_visible(False)


def _month_label(place: int, first: int) -> str:
    """The month's name; of a second calendar year (``first``: that in which the fiscal year begins) with its year."""
    year, month = divmod(place - 1, 12)
    return f"{month + 1}月" if year == first else f"{month + 1}月\n{year}年"


def _paint_line(
    axes: Any,
    months: Sequence[str],
    values: Sequence[float],
    texts: Sequence[str],
    missed: Sequence[bool],
    goal: float | None,
    unit: str | None,
) -> None:
    places = [month_place(month) for month in months]
    for start, end in month_runs(places):
        axes.plot(places[start:end], values[start:end], color=BLUE)
    shown = [*values, *([goal] if goal is not None else [])]
    low, high = min(shown), max(shown)
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
            f"目标{w.value_text(goal, unit, places=w.AS_SAID)}", (1.0, goal), xycoords=("axes fraction", "data"),
            xytext=(3, 0), textcoords="offset points", va="center",
        )  # fmt: skip
    room = (high - low or abs(high) or 1) * 0.22
    axes.set_ylim(low - room, high + room)
    if unit == "比例":
        axes.annotate(
            "单位：%" + ("，纵轴不从零开始" if low - room > 0 else ""), (0, 1), xycoords="axes fraction", xytext=(0, 2),
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


def _paint_columns(axes: Any, months: Sequence[str], values: Sequence[float], texts: Sequence[str]) -> None:
    for month, value, text in zip(months, values, texts, strict=True):
        place = month_place(month)
        axes.bar([place], [value], width=0.62, **FILLS["met"])
        axes.annotate(
            text, (place, value), xytext=(0, 2), textcoords="offset points",
            ha="center", va="bottom", fontsize=7.5,
        )  # fmt: skip
    axes.set_ylim(0, (max(values) or 1) * 1.15)


# --- years ----------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A rate of this year beside last year's: what it is called, both, and the target."""

    name: str
    before: float
    now: float
    goal: float | None
    last_year: int
    decimals: int | None = None

    def told(self, value: float) -> str:
        return w.ratio_text(value, places=self.decimals)


def trend_chart(results: Results) -> tuple[Figure, ...]:
    """Last year's and this year's figure of every indicator that is a rate, with its target."""
    entries = _compared(results)
    if not entries:
        return ()
    year, before = (year_words(results, one) for one in (results["fiscal_year"], entries[0].last_year))
    caption = f"{before}与{year}完成值比较"
    if len(entries) > MOST_BARS:
        caption += f"（{len(entries)}项中变化最大的{MOST_BARS}项）"
        entries = _most_changed(entries)
    rows = [
        (
            entry.name,
            entry.told(entry.before),
            entry.told(entry.now),
            w.ratio_text(entry.goal, places=w.AS_SAID) if entry.goal is not None else w.BLANK,
        )
        for entry in entries
    ]
    alt = told(
        f"条形图，{caption}",
        [f"{name}由{old}变为{new}（目标{goal}）" for name, old, new, goal in rows],
    )
    height = 0.55 + 0.5 * len(entries)
    return (
        Figure(
            caption=caption,
            svg=draw("trend", height, lambda axes: _paint_trend(axes, entries, before, year)),
            alt=alt,
            data=data_table(f"{caption}的数据", ("指标", before, year, "目标"), rows),
        ),
    )


def _most_changed(entries: Sequence[Compared]) -> list[Compared]:
    """Those whose bars differ most, in their order."""
    ranked = sorted(range(len(entries)), key=lambda at: (-abs(entries[at].now - entries[at].before), at))
    return [entries[at] for at in sorted(ranked[:MOST_BARS])]


def _compared(results: Results) -> list[Compared]:
    """Of indicators, and of compound ones of the parts, which carry the figures, those with two rates."""
    found: list[Compared | None] = []
    for indicator in results["indicators"]:
        whole = w.plain(indicator["level3"])
        parts = indicator.get("parts") or ()
        found += [_beside(part, f"{whole}（{w.plain(part.get('name') or part['level3'])}）") for part in parts]
        if not parts:
            found.append(_beside(indicator, w.plain(indicator.get("name") or indicator["level3"])))
    return [entry for entry in found if entry]


def _beside(entry: Judged, name: str) -> Compared | None:
    past = previous_of(entry)
    before, now = past.get("actual"), entry["actual"]
    if (
        past.get("unlike")
        or w.actual_unit(entry) != "比例"
        or not isinstance(before, int | float)
        or not isinstance(now, int | float)
    ):
        return None
    return Compared(
        name=name,
        before=before,
        now=now,
        goal=_goal(entry),
        last_year=past["fiscal_year"],
        decimals=entry.get("decimals"),
    )


def _paint_trend(axes: Any, entries: Sequence[Compared], before: str, year: str) -> None:
    """Two bars an indicator from zero, last year's pale above this year's, the target across both."""
    for place, entry in enumerate(entries):
        first, goal = place == 0, entry.goal
        pair = ((entry.before, "pale", before, -0.2), (entry.now, "met", year, 0.2))
        for value, fill, label, shift in pair:
            axes.barh(place + shift, value, height=0.32, label=label if first else None, **FILLS[fill])
            axes.annotate(
                entry.told(value), (max(value, goal or 0), place + shift), xytext=(6, 0),
                textcoords="offset points", va="center",
            )  # fmt: skip
        if goal is not None:
            axes.plot([goal, goal], [place - 0.46, place + 0.46], color=INK, linewidth=1.3)
    axes.plot([], [], color=INK, linewidth=1.3, label="目标")
    axes.set_yticks(range(len(entries)), [wrapped(entry.name) for entry in entries], linespacing=1.3)
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


def years_chart(many: Sequence[Results]) -> tuple[Figure, ...]:
    """Total score and execution rate of several years, each year's results one entry of ``many``."""
    years = sorted(many, key=lambda results: results["fiscal_year"])
    if len(years) < 2:
        return ()
    names = [fiscal_of(results).year_words for results in years]
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
