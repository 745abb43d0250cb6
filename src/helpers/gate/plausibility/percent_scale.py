"""Ratios that are percents not divided by a hundred: 97 where 0.97 is meant keeps every lower bound."""

from __future__ import annotations

from collections.abc import Iterator

from helpers.gate.plausibility.stated_figures import figure_of
from helpers.gate.plausibility.subject import Subject
from helpers.gate.result import Check

#: No ratio of a record is a thousand percent; growth over a small base may be several hundred.
LARGEST = 10


def percent_scale(subject: Subject) -> Iterator[Check]:
    """A mean, quantile or extreme in 比例 that is far beyond the whole."""
    for name, measure in subject.year.measures.items():
        if measure.unit != "比例" or measure.agg not in ("mean", "quantile", "max", "min"):
            continue
        if str(measure.table) not in subject.tables:
            continue
        figure = figure_of(subject, name)
        if figure is None or abs(figure) <= LARGEST:
            continue
        yield subject.note(
            str(measure.table),
            "percent_scale",
            f"“{measure.words}”是 {float(figure):g}，即 {float(figure) * 100:g}%：像是百分数没有除以 100",
            f"在这一列的声明里写 bare: percent，或把 measures.{name}.value 除以 100；确实这样大的，在 plausible 里说明",
            observed=float(figure),
            failing=0,
            level="stop",
        )


CHECKS = (percent_scale,)
