"""Blocks as a notebook shows them: legible in a light and in a dark theme, and in a notebook that is not trusted.

Lab has a style of its own for tables, takes style sheets and SVG out of what it does not trust, and writes white on
black in a dark theme. So every cell says how it is aligned, and a chart is a picture on a white ground.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from helpers.formats.html import _body, _Writer
from helpers.report.blocks import Figure, Table

_CELL = re.compile(r"<t([hd])\b([^>]*)>")
_PICTURE = re.compile(r"<svg\b.*?</svg>", re.DOTALL)


def fragment(blocks: Iterable[Any]) -> str:
    """The blocks as they stand in a notebook. Raises ``UnsafeFigure``."""
    blocks = list(blocks)
    writer = _View(blocks)
    return "\n".join(writer.block(block) for block in blocks)


class _View(_Writer):
    def table(self, table: Table) -> str:
        """Every column as it is declared, to the left where nothing is said."""
        html = super().table(table)
        merged = any(cell.rowspan > 1 for row in table.rows for cell in row)
        aligned = ["left" if merged else column.align for column in table.columns]
        return "".join(_row(row, aligned) for row in re.split(r"(?=<tr\b)", html))

    def _figure(self, figure: Figure) -> str:
        html = super()._figure(figure)
        return _PICTURE.sub(lambda _: _picture(figure), html, count=1)


def _row(html: str, aligned: Sequence[str]) -> str:
    """A row of a table, each cell with its alignment."""
    columns = iter(aligned)
    return _CELL.sub(lambda found: f'<t{found[1]}{found[2]} style="text-align:{next(columns, "left")}">', html)


def _picture(figure: Figure) -> str:
    """A chart that nothing can run in and no theme can hide."""
    svg = _body(figure.svg)
    if "xmlns=" not in svg[: svg.index(">")]:
        svg = svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    data = base64.b64encode(svg.encode("utf-8")).decode("ascii")
    return (
        f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(figure.alt, quote=True)}" '
        'style="background-color:#ffffff;max-width:100%">'
    )
