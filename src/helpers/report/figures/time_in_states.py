"""Where the time of the cases went: each state's share, of all cases and of those that missed."""

from __future__ import annotations

from typing import Any, Literal

from helpers.fonts.width import wrapped
from helpers.report import wording as w
from helpers.report.blocks import Figure
from helpers.report.figures.common import data_table, told
from helpers.report.figures.style import FILLS, draw
from helpers.report.results_deviations import Deviation
from helpers.report.summary_phrases import hours_words

GROUPS: tuple[tuple[Literal["all", "misses"], str, str, float], ...] = (
    ("all", "全部记录", "pale", -0.2),
    ("misses", "未达到要求的记录", "met", 0.2),
)

NOTHING = (0.0, 0.0)
"""Hours and share of a state in which no time was spent."""


def states_figure(deviation: Deviation, name: str, subject: str) -> tuple[Figure, ...]:
    """Two bars a state, all cases' pale above the misses' dark; nothing without divided time."""
    states = deviation.get("states")
    spent = {group[0]: states[group[0]] for group in GROUPS if states and states[group[0]]["seconds"]}
    if "all" not in spent:
        return ()
    shares = {
        key: {p["state"]: (p.get("hours") or 0.0, p.get("share") or 0.0) for p in one["parts"] if p["seconds"]}
        for key, one in spent.items()
    }
    names = [p["state"] for p in spent["all"]["parts"] if any(p["state"] in shares[key] for key in shares)]
    groups = [group for group in GROUPS if group[0] in spent]
    rows = []
    for state in names:
        cells = []
        for key, *_ in groups:
            hours, share = shares[key].get(state, NOTHING)
            cells += [hours_words(hours), w.ratio_text(share)]
        rows.append((w.plain(state), *cells))
    totals = [cell for key, *_ in groups for cell in (hours_words(spent[key].get("hours") or 0), "100%")]
    caption = f"{subject}的时间用在哪里"

    def paint(axes: Any) -> None:
        most = max(share for key in shares for _, share in shares[key].values())
        for place, state in enumerate(names):
            for key, label, fill, shift in groups:
                hours, share = shares[key].get(state, NOTHING)
                axes.barh(place + shift, share, height=0.32, label=label if place == 0 else None, **FILLS[fill])
                axes.annotate(
                    f"{w.ratio_text(share)}，{hours_words(hours)}",
                    (share, place + shift),
                    xytext=(5, 0),
                    textcoords="offset points",
                    va="center",
                    fontsize=7.5,
                )
        axes.set_yticks(range(len(names)), [wrapped(w.plain(state), 9) for state in names], linespacing=1.3)
        axes.tick_params(axis="y", length=0)
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.set_xlim(0, most * 1.3)
        axes.xaxis.set_visible(False)
        axes.spines["bottom"].set_visible(False)
        axes.legend(
            loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, handlelength=1.2, handleheight=0.9, columnspacing=1.4
        )

    titles = ("环节", *(f"{label}{what}" for _, label, *_ in groups for what in ("用时", "占比")))
    alt = told(
        f"条形图，{caption}",
        [
            f"{row[0]}占全部记录用时的{row[2]}" + (f"、占未达到要求的记录用时的{row[4]}" if len(row) > 4 else "")
            for row in rows
        ],
    )
    data = data_table(f"{caption}的数据", titles, [*rows, ("合计", *totals)])
    return (Figure(caption=caption, svg=draw(name, 0.55 + 0.42 * len(names), paint), alt=alt, data=data),)
