"""Charts for an analyst in the report's own style: packaged Chinese font, white ground, data table and words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from helpers.formats.display import bundle
from helpers.lab.lab_error import LabError
from helpers.report import wording as w
from helpers.report.blocks import Figure
from helpers.report.figures.common import bar_figures
from helpers.report.figures.series import monthly_chart
from helpers.report.figures.style import Bar
from helpers.report.results_indicators import Judged

if TYPE_CHECKING:
    import pandas as pd

#: So many bars are drawn, those with the greatest values; the table has all.
MOST = 40
#: What a group is called whose rows say nothing.
NOTHING = "（未登记）"


class Plot:
    """A chart; Jupyter shows it, ``svg`` is its text, ``alt`` tells it in words, ``save`` writes the SVG file."""

    def __init__(self, figures: Sequence[Figure]) -> None:
        self.figures = tuple(figures)

    @property
    def svg(self) -> str:
        return self.figures[0].svg

    @property
    def alt(self) -> str:
        return self.figures[0].alt

    def save(self, path: str | Path) -> Path:
        """Write the chart as an SVG file (the first, where it is divided)."""
        file = Path(path)
        svg = (
            self.svg
            if "xmlns=" in self.svg
            else self.svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
        )
        file.write_text(svg, encoding="utf-8")
        return file

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return bundle(self.figures)

    def __repr__(self) -> str:
        return self.alt


def months_plot(months: Sequence[Mapping[str, Any]], unit: str | None, words: str) -> Plot:
    """A measure by month."""
    entry = {"monthly": list(months), "actual_unit": unit, "target": {"value": None}, "actual_text": ""}
    figures = monthly_chart(cast(Judged, entry), "lab-months", words)
    if not figures:
        raise LabError("nothing_to_draw", f"{words}：有数字的月份不足两个，画不成图", "看 .monthly()")
    return Plot(figures)


def bars_plot(values: pd.Series, unit: str | None, words: str, dimension: str) -> Plot:
    """A measure by the values of a column, the greatest first."""
    import pandas as pd

    if values.dtype == object or not (known := values.dropna().sort_values(ascending=False, kind="stable")).size:
        raise LabError("nothing_to_draw", f"{words}：没有可以画成条形的数字", "看 .by(…)")
    names = [NOTHING if pd.isna(name) else str(name) for name in known.index.astype(object)][:MOST]
    sizes = [float(size) for size in known][:MOST]
    texts = [w.value_text(int(size) if size.is_integer() else size, unit) for size in sizes]
    bars = [Bar(w.brief(name), size, text) for name, size, text in zip(names, sizes, texts, strict=True)]
    rows = list(zip(names, texts, strict=True))
    span = (min(0.0, *sizes, 0.0), max(0.0, *sizes, 0.0) or 1.0)

    def finish(axes: Any) -> None:
        axes.xaxis.set_visible(False)

    return Plot(
        bar_figures(
            "lab-bars",
            f"{words}（按{dimension}）",
            f"条形图，{words}，按{dimension}从大到小",
            bars,
            span,
            (dimension, "数值"),
            rows,
            finish,
            extra=0.15,
        )
    )
