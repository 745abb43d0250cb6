"""What a gap is made of: contributions of the causes, the largest first."""

from __future__ import annotations

from collections.abc import Sequence

from helpers.report import wording as w
from helpers.report.blocks import Figure
from helpers.report.facts import by_dimension, cause_name, with_tail
from helpers.report.figures.common import bar_figures
from helpers.report.figures.style import Bar
from helpers.report.results_deviations import Cause, Deviation


def cause_pareto_chart(deviation: Deviation, name: str, subject: str) -> tuple[Figure, ...]:
    """Bars of the contributions to the gap over the first dimension, with the share added up.

    ``name``: ASCII, unique in the report; ``subject``: what was missed, for the caption. Where a
    contribution is negative nothing is added up. One cause alone needs no chart.
    """
    groups = by_dimension(deviation)
    gap = deviation.get("gap")
    if not groups or not gap:
        return ()
    dimension, causes = next(iter(groups.items()))
    if len(causes) < 2:
        return ()
    causes = with_tail(causes)
    labels = _labels(causes, gap, deviation.get("unit"))
    sizes = [float(cause["contribution"]) for cause in causes]
    bars = [
        Bar(w.brief(cause_name(cause, dimension)), size, label, "met" if cause.get("cause") else "rest")
        for cause, size, label in zip(causes, sizes, labels, strict=True)
    ]

    def finish(axes):
        axes.xaxis.set_visible(False)

    return bar_figures(
        name,
        f"{subject}的差距构成（按{dimension}）",
        f"条形图，{subject}的差距构成，按{dimension}从大到小",
        bars,
        (min(0.0, *sizes), max(0.0, *sizes)),
        (dimension, "对差距的影响"),
        [(cause_name(cause, dimension), label) for cause, label in zip(causes, labels, strict=True)],
        finish,
        extra=0.15,
    )


def _labels(causes: Sequence[Cause], gap: float, unit: str | None) -> list[str]:
    amounts = [w.gap_text(cause["contribution"], unit) for cause in causes]
    if any(cause["contribution"] < 0 for cause in causes):
        return amounts
    labels, so_far = [], 0.0
    for at, (cause, amount) in enumerate(zip(causes, amounts, strict=True)):
        so_far += cause["contribution"]
        share = w.number_text(100 if at == len(causes) - 1 else so_far / gap * 100, 1) + "%"
        labels.append(f"{amount}，累计{share}")
    return labels
