"""HTML, PDF and DOCX from the same blocks: same content, same bytes, nothing that runs or loads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import nbformat
import pypdfium2 as pdfium
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from helpers.formats.display import collect
from helpers.formats.docx import render_docx
from helpers.formats.html import render_html
from helpers.formats.papers import NoBlocks, blocks_of, rendered
from helpers.formats.pdf import render_pdf
from helpers.report.blocks import (
    MIME,
    Card,
    CardItem,
    Cell,
    Figure,
    Fold,
    Front,
    Heading,
    Items,
    Paragraph,
    Table,
    TableColumn,
    from_json,
    to_json,
)
from helpers.report.narrative import build_report
from tests.report import sample_results

RENDERERS = {"html": render_html, "pdf": render_pdf, "docx": render_docx}
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">'
    '<defs><path id="p" d="M0 0h9v9z"/></defs><use href="#p"/></svg>'
)
FRONT = Front(
    title="2024年度某项目自评报告",
    institution="某院",
    project="某项目",
    fiscal_year=2024,
    notice="示例数据",
    prepared_by="信息岗",
    checked_by="财务岗",
    date="2025年2月20日",
)


def table(*rows: tuple[str, ...], **more) -> Table:
    columns = tuple(TableColumn(title=f"列{i}") for i in range(len(rows[0])))
    return Table(
        caption="表1 某表", columns=columns, rows=tuple(tuple(Cell(text=t) for t in row) for row in rows), **more
    )


def blocks() -> list:
    spanned = Table(
        caption="表2 合并",
        columns=(TableColumn(title="组"), TableColumn(title="值", align="right")),
        rows=((Cell(text="产出", rowspan=2), Cell(text="12.5", status="met", bar=1.2)), (Cell(text="7", bar=0.3),)),
    )
    figure = Figure(caption="图1 某图", svg=SVG, alt="甲为1，乙为2", data=table(("甲", "1"), ("乙", "2")))
    return [
        FRONT,
        Card(items=(CardItem(label="得分", value="99.41分", status="met", note="按推定权重"),)),
        Heading(level=1, text="一、概况"),
        Paragraph(text="全年**177万元**。"),
        Items(items=("其一", "其二"), ordered=True),
        spanned,
        figure,
        Heading(level=2, text="（一）清单"),
        table(*[(f"T{i:03d}", "很长的文字" * 8) for i in range(60)], wide=True),
        Fold(title="查询语句", blocks=(Paragraph(text="SELECT 1 < 2 & 'x'", style="note"),)),
    ]


@pytest.fixture(scope="module")
def report() -> tuple:
    return tuple(build_report(sample_results.fy2024()))


@pytest.mark.parametrize("name", RENDERERS)
def test_the_same_blocks_give_the_same_bytes(name: str, report: tuple) -> None:
    assert RENDERERS[name](report) == RENDERERS[name](report)


@pytest.mark.parametrize("name", RENDERERS)
@pytest.mark.parametrize(
    "content", [[], [FRONT], [Heading(level=3, text="1.只有标题")], blocks()], ids=["none", "front", "heading", "all"]
)
def test_any_blocks_can_be_rendered(name: str, content: list) -> None:
    assert len(RENDERERS[name](content)) > 500


def test_blocks_survive_the_way_through_a_notebook() -> None:
    made = tuple(blocks())
    assert from_json(to_json(made)) == made
    cell = new_code_cell("show()", id="outputs-code", outputs=[new_output("display_data", data={MIME: to_json(made)})])
    early = new_code_cell("show()", id="work-code", outputs=[new_output("display_data", data={MIME: to_json([FRONT])})])
    assert collect(new_notebook(cells=[early, cell])) == made
    assert set(rendered(blocks_of(new_notebook(cells=[cell])))) == {"report.html", "report.pdf", "report.docx"}
    technical = Heading(level=1, text="技术说明1 口径", mark="技术说明1", part="technical")
    data = to_json([*made, technical, Paragraph(text="查询语句甲")])
    cell = new_code_cell("show()", id="outputs-code", outputs=[new_output("display_data", data={MIME: data})])
    files = {name: make() for name, make in rendered(blocks_of(new_notebook(cells=[cell]))).items()}
    assert set(files) == {"report.html", "report.pdf", "report.docx", "technical.pdf"}
    assert "查询语句甲" in files["report.html"].decode()
    assert "查询语句甲" in pdf_text(files["technical.pdf"], "") and "查询语句甲" not in pdf_text(
        files["report.pdf"], ""
    )
    with pytest.raises(NoBlocks):
        blocks_of(new_notebook(cells=[new_code_cell("1")]))


# --- all formats ------------------------------------------------------------------------------------


UNSEEN = ("svg", "alt", "data", "type", "status", "style", "align", "part", "mark", "anchor", "link")


def sentences(content) -> Iterator[str]:
    """All text that a reader has to find in each format, without blanks and marks of bold type."""
    for block in content:
        data = block.model_dump()
        for text in _strings({k: v for k, v in data.items() if k not in UNSEEN}):
            yield tight(text)


def _strings(node) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for key, value in node.items():
            if key not in UNSEEN:
                yield from _strings(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from _strings(value)


def tight(text: str) -> str:
    return re.sub(r"[\s\u200b]", "", text.replace("**", ""))


def pdf_text(content: bytes, notice: str) -> str:
    """The text of all pages without page numbers and repeated notice."""
    with pdfium.PdfDocument(content) as document:
        pages = [tight(page.get_textpage().get_text_bounded()) for page in document]
    return "".join(
        re.sub(r"—\d+—", "", page).replace(tight(notice), "") if at else re.sub(r"—\d+—", "", page)
        for at, page in enumerate(pages)
    )


@pytest.mark.parametrize("make", [sample_results.fy2024, sample_results.unknown, sample_results.many])
def test_every_text_is_in_html_and_pdf(make) -> None:
    content = build_report(make())
    front = content[0]
    html = tight(
        unescape(re.sub(r"<[^>]+>", "", re.sub(r"<style.*?</style>", "", render_html(content), flags=re.DOTALL)))
    )
    pdf = pdf_text(render_pdf(content), front.notice or "")
    wanted = list(sentences(content[1:]))
    assert len(wanted) > 100
    assert [text for text in wanted if text not in html] == []
    assert [text for text in wanted if text not in pdf] == []


def test_the_exporters_work_from_nbconvert(tmp_path) -> None:
    from nbconvert.exporters import get_exporter

    cell = new_code_cell("x", id="outputs-code", outputs=[new_output("display_data", data={MIME: to_json(blocks())})])
    nbformat.write(new_notebook(cells=[cell]), tmp_path / "n.ipynb")
    for name, start in (("selfeval_html", "<!DOCTYPE html>"), ("selfeval_pdf", b"%PDF"), ("selfeval_docx", b"PK")):
        content, resources = get_exporter(name)().from_filename(str(tmp_path / "n.ipynb"))
        assert content.startswith(start) and resources["output_extension"] == "." + name.removeprefix("selfeval_")
