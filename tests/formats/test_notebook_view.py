"""Blocks in a notebook: aligned by themselves, charts as pictures on white that need no trust."""

from __future__ import annotations

import base64
import re

import pytest

from helpers.formats.display import bundle
from helpers.formats.html import UnsafeFigure
from helpers.formats.notebook_view import fragment
from helpers.report.blocks import Cell, Figure, Table, TableColumn

SVG = '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1"/></svg>'
DATA = Table(caption="数据", columns=(TableColumn(title="月"), TableColumn(title="数", align="right")), rows=())


def cells(*texts: str) -> tuple[Cell, ...]:
    return tuple(Cell(text=text) for text in texts)


def alignments(html: str) -> list[tuple[str, str]]:
    return re.findall(r'<(t[hd])\b[^>]*style="text-align:(\w+)"', html)


def test_every_cell_says_how_it_is_aligned() -> None:
    table = DATA.model_copy(update={"rows": (cells("1月", "10"), cells("2月", "<b>"))})
    html = fragment([table])
    head, row = [("th", "left"), ("th", "right")], [("td", "left"), ("td", "right")]
    assert alignments(html) == [*head, *row, *row]
    assert "&lt;b&gt;" in html
    assert len(re.findall(r"<t[hd]\b", html)) == len(alignments(html))


def test_merged_cells_stand_on_the_left() -> None:
    rows = ((Cell(text="一", rowspan=2), Cell(text="1")), (Cell(text="2"),))
    assert {side for _, side in alignments(fragment([DATA.model_copy(update={"rows": rows})]))} == {"left"}


def test_a_chart_is_a_picture_on_white() -> None:
    html = fragment([Figure(caption="走势", svg=SVG, alt='全年"平稳"', data=DATA)])
    assert "<svg" not in html
    (picture,) = re.findall(r"<img [^>]+>", html)
    assert 'alt="全年&quot;平稳&quot;"' in picture and "background-color:#ffffff" in picture
    data = re.search(r"data:image/svg\+xml;base64,([^\"]+)", picture)
    assert data is not None
    drawn = base64.b64decode(data[1]).decode()
    assert drawn.startswith('<svg xmlns="http://www.w3.org/2000/svg"') and drawn.endswith("</svg>")


def test_a_picture_without_its_name_space_gets_it() -> None:
    bare = SVG.replace(' xmlns="http://www.w3.org/2000/svg"', "")
    html = fragment([Figure(caption="走势", svg=bare, alt="", data=DATA)])
    data = re.search(r"base64,([^\"]+)", html)
    assert data is not None
    assert b'xmlns="http://www.w3.org/2000/svg"' in base64.b64decode(data[1])


def test_what_could_run_is_refused() -> None:
    with pytest.raises(UnsafeFigure):
        fragment([Figure(caption="走势", svg="<svg><script>1</script></svg>", alt="", data=DATA)])


def test_the_data_is_carried_beside_the_view() -> None:
    assert sorted(bundle([DATA])) == ["application/vnd.selfeval.blocks+json", "text/html", "text/plain"]
