"""The control chart of a monthly figure: what is signal, and what is noise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from helpers.report import wording as w
from helpers.report.blocks import Figure
from helpers.report.figures.common import data_table, told
from helpers.report.figures.series import month_axis, month_place, month_runs
from helpers.report.figures.style import BLUE, INK, RED, SOFT, draw
from helpers.report.results_deviations import Control, ControlPoint, Deviation
from helpers.report.summary_phrases import signal_words


def control_figure(deviation: Deviation, unit: str | None, name: str, subject: str) -> tuple[Figure, ...]:
    """A figure by month between its control limits; nothing where there are too few months for limits.

    Months in which a run rule ends are hollow squares with a word, the others dots. ``unit``: of the
    figure; ``name``: ASCII, unique in the report; ``subject``: what is charted, for the caption.
    """
    control = deviation.get("control")
    if not control or control["centre"] is None:
        return ()
    centre = control["centre"]
    points, unit = control["points"], unit or deviation.get("unit")
    rows = [_row(point, control, unit) for point in points]
    special = [row for row in rows if row[-1] != w.BLANK]
    caption = f"{subject}各月结果和正常范围"
    lead = f"折线图，{caption}，平均水平{w.value_text(centre, unit)}，" + (
        f"{len(special)}处超出正常起伏" if special else "没有超出正常起伏的"
    )

    def paint(axes: Any) -> None:
        _paint(axes, control, centre, unit)

    entries = [f"{row[0]}{row[1]}" + ("" if row[-1] == w.BLANK else f"（{row[-1]}）") for row in rows]
    titles = ("月份", "完成值", "记录数", "正常范围下限", "正常范围上限", "超出正常起伏")
    data = data_table(f"{caption}的数据", titles, rows)
    return (Figure(caption=caption, svg=draw(name, 2.5, paint), alt=told(lead, entries), data=data),)


def _row(point: ControlPoint, control: Control, unit: str | None) -> tuple[str, ...]:
    ending = [signal_words(s) for s in control["signals"] if point["month"] == s["months"][-1]]
    return (
        w.date_text(point["month"]),
        w.value_text(point["value"], unit),
        str(point["n"]),
        w.value_text(point["low"], unit),
        w.value_text(point["high"], unit),
        "；".join(ending) or w.BLANK,
    )


def _paint(axes: Any, control: Control, centre: float, unit: str | None) -> None:
    points = control["points"]
    places = [month_place(p["month"]) for p in points]
    for start, end in month_runs(places):
        axes.plot(places[start:end], [p["value"] for p in points[start:end]], color=BLUE)
    for limits in ([p["low"] for p in points], [p["high"] for p in points]):
        _steps(axes, places, limits)
    axes.axhline(centre, color=INK, linewidth=0.9)
    for place, point in zip(places, points, strict=True):
        marked = bool(point.get("rules"))
        look = (
            {"marker": "s", "markerfacecolor": "white", "markeredgecolor": RED, "markersize": 7}
            if marked
            else {"marker": "o", "markersize": 5}
        )
        axes.plot([place], [point["value"]], color=BLUE, linestyle="none", **look)
        if marked:
            above = point["value"] >= centre
            axes.annotate(
                w.value_text(point["value"], unit),
                (place, point["value"]),
                xytext=(0, 6 if above else -7),
                textcoords="offset points",
                ha="center",
                va="bottom" if above else "top",
                fontsize=7.5,
            )
    for value, words in (
        (centre, f"平均\n{w.value_text(centre, unit)}"),
        (points[-1]["high"], f"正常上限\n{w.value_text(points[-1]['high'], unit)}"),
        (points[-1]["low"], f"正常下限\n{w.value_text(points[-1]['low'], unit)}"),
    ):
        axes.annotate(
            words,
            (1.0, value),
            xycoords=("axes fraction", "data"),
            xytext=(3, 0),
            textcoords="offset points",
            va="center",
            fontsize=7.5,
        )
    edges = [v for p in points for v in (p["value"], p["low"], p["high"]) if v is not None]
    low, high = min(edges), max(edges)
    room = (high - low or abs(high) or 1) * 0.14
    axes.set_ylim(low - room, high + room)
    months = [point["month"] for point in points]
    month_axis(axes, months, [*months, *(control.get("missing") or ())])


def _steps(axes: Any, places: Sequence[int], limits: Sequence[float | None]) -> None:
    """A limit that differs from month to month, as steps around each month."""
    for place, limit in zip(places, limits, strict=True):
        axes.plot([place - 0.5, place + 0.5], [limit, limit], color=SOFT, linewidth=0.9, linestyle=(0, (4, 2)))
