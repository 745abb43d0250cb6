"""What the charts share: data tables, text alternatives, one figure or several of a long list."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from helpers.report.blocks import Cell, Figure, Table, TableColumn
from helpers.report.figures.style import Bar, bars_height, divide, draw, paint_bars

SPELLED_OUT = 12
"""Up to so many entries, a text alternative tells each."""


def data_table(caption: str, titles: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """A table of texts: the first column left, the others right."""
    columns = [TableColumn(title=titles[0], width=2.0)]
    columns += [TableColumn(title=title, align="right") for title in titles[1:]]
    cells = tuple(tuple(Cell(text=text) for text in row) for row in rows)
    return Table(caption=caption, columns=tuple(columns), rows=cells)


def told(lead: str, entries: Sequence[str]) -> str:
    """A text alternative: the lead, then every entry, or their number where they are many."""
    if len(entries) <= SPELLED_OUT:
        return f"{lead}：{'；'.join(entries)}。"
    return f"{lead}，共{len(entries)}项，逐项数据见图后表格。"


def bar_figures(
    name: str,
    caption: str,
    lead: str,
    bars: Sequence[Bar],
    span: tuple[float, float],
    titles: Sequence[str],
    rows: Sequence[Sequence[str]],
    finish: Callable[..., None] | None = None,
    extra: float = 0.45,
    texts_from: float | None = None,
) -> tuple[Figure, ...]:
    """Horizontal bars as one figure, or as several with the same scale where they are many.

    ``rows`` are the data rows of ``bars`` one to one; ``finish`` dresses the axes.
    ``texts_from``: see ``paint_bars``.
    """
    groups = divide(bars)
    figures, at = [], 0
    for index, group in enumerate(groups):

        def paint(axes, group=group):
            paint_bars(axes, group, *span, texts_from)
            if finish:
                finish(axes)

        part = f"（{index + 1}/{len(groups)}）" if len(groups) > 1 else ""
        own = rows[at : at + len(group)]
        figures.append(
            Figure(
                caption=caption + part,
                svg=draw(f"{name}-{index + 1}", bars_height(group, extra), paint),
                alt=told(lead + part, ["，".join(filter(None, row)) for row in own]),
                data=data_table(f"{caption}{part}的数据", titles, own),
            )
        )
        at += len(group)
    return tuple(figures)
