"""The DOCX: styles, pages, tables that Word and WPS open without repair, all text of the report."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import docx
import pytest
from docx.enum.text import WD_LINE_SPACING
from docx.oxml.ns import qn
from lxml import etree

from helpers.fonts.packaged import MissingGlyph
from helpers.formats.docx import render_docx
from helpers.formats.docx.xml import runs
from helpers.formats.printed import attachment_lines, card_table, front_lines
from helpers.report.blocks import (
    Card,
    CardItem,
    Cell,
    Closing,
    Figure,
    Fold,
    Front,
    Heading,
    Items,
    Paragraph,
    Table,
    TableColumn,
)
from helpers.report.narrative import build_report
from tests.report import sample_results

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 5"><path d="M0 0h9v4z"/></svg>'
TALL = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 40"><path d="M0 0h9v39z"/></svg>'
FRONT = Front(
    title="2024年度信息化运维服务项目支出绩效自评报告",
    institution="某院",
    project="信息化运维服务",
    fiscal_year=2024,
    notice="示例数据：系合成。",
    prepared_by="信息岗",
    checked_by="财务岗",
    date="2025年2月20日",
)
EMU_PER_MM = 36000


def table(*rows: tuple[str, ...], **more: Any) -> Table:
    columns = tuple(TableColumn(title=f"列{i}") for i in range(len(rows[0])))
    return Table(
        caption="表1 某表", columns=columns, rows=tuple(tuple(Cell(text=t) for t in row) for row in rows), **more
    )


def figure(svg: str = SVG) -> Figure:
    return Figure(caption="图1 某图", svg=svg, alt="甲为1，乙为2", data=table(("甲", "1")))


MERGED = Table(
    caption="表2 合并",
    columns=(TableColumn(title="组"), TableColumn(title="值", align="right")),
    total_row=True,
    rows=((Cell(text="产出", rowspan=2), Cell(text="12.5")), (Cell(text="7"),), (Cell(text="合计"), Cell(text="19.5"))),
)
BLOCKS = [
    FRONT,
    Card(items=(CardItem(label="得分", value="99.41分"),)),
    Heading(level=1, text="一、概况"),
    Paragraph(text="全年**177万元**。"),
    Items(items=("其一", "其二"), ordered=True),
    MERGED,
    figure(),
    Heading(level=2, text="（一）清单"),
    table(*[(f"T{i}", "乙") for i in range(30)], wide=True, note="表末附注"),
    Heading(level=3, text="1.其后"),
    Fold(title="查询语句", blocks=(Paragraph(text="SELECT 1 < 2 & 'x'"), Paragraph(text="注", style="note"))),
    Paragraph(text="须知", style="notice"),
]


@pytest.fixture(scope="module")
def document() -> Any:
    return docx.Document(io.BytesIO(render_docx(BLOCKS)))


def parts(content: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {
            name: etree.fromstring(archive.read(name))
            for name in archive.namelist()
            if name.endswith((".xml", ".rels"))
        }


# --- the schema -----------------------------------------------------------------------------------

#: The order of children that ISO/IEC 29500-1 (transitional) wants, of the elements that are written here.
ORDER = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore widowControl numPr pBdr shd tabs wordWrap snapToGrid spacing "
    "ind jc outlineLvl rPr sectPr",
    "rPr": "rStyle rFonts b bCs i iCs color spacing sz szCs lang",
    "tblPr": "tblStyle tblW jc tblInd tblBorders shd tblLayout tblCellMar tblLook tblCaption tblDescription",
    "tcPr": "tcW gridSpan vMerge tcBorders shd noWrap tcMar vAlign",
    "tbl": "tblPr tblGrid tr",
    "tr": "trPr tc",
    "tc": "tcPr p",
    "p": "pPr bookmarkStart r hyperlink bookmarkEnd",
    "r": "rPr t br tab fldChar instrText drawing",
    "tblCellMar": "top left bottom right",
    "tblBorders": "top left bottom right insideH insideV",
    "pBdr": "top left bottom right",
    "sectPr": "headerReference footerReference type pgSz pgMar pgNumType cols titlePg docGrid",
    "style": "name basedOn next uiPriority qFormat pPr rPr tblPr",
    "fonts": "font",
    "font": "altName panose1 charset family notTrueType pitch sig",
    "settings": "zoom evenAndOddHeaders characterSpacingControl compat themeFontLang decimalSymbol listSeparator",
}
REPEATED = {"r", "headerReference", "footerReference"}
TEMPLATE = ("thumbnail", "customXml", "Effects", "app.xml", "numbering", "webSettings")


def disorder(root: Any) -> Iterator[str]:
    """Each child that stands where the schema does not want it, or that it does not know."""
    for node in root.iter(etree.Element):
        wanted = ORDER.get(etree.QName(node).localname, "").split()
        names = [etree.QName(child).localname for child in node]
        if not wanted or etree.QName(node).localname == "r":
            continue
        unknown = [name for name in names if name not in wanted]
        places = [wanted.index(name) for name in names if name in wanted]
        grouped = [p for p in places if wanted[p] not in REPEATED]
        if unknown or grouped != sorted(grouped):
            yield f"{etree.QName(node).localname}: {names}"


#: A cell with all properties that a cell may have at once.
LADEN = Table(
    caption="表3 码",
    columns=(TableColumn(title="码", align="right"), TableColumn(title="数")),
    total_row=True,
    note="附注",
    rows=((Cell(text="a" * 64, rowspan=2), Cell(text="1")), (Cell(text="2"),)),
)


@pytest.mark.parametrize(
    "blocks", [[*BLOCKS, LADEN], build_report(sample_results.fy2024()), build_report(sample_results.many())]
)
def test_elements_stand_in_the_order_of_the_schema(blocks: list) -> None:
    for name, root in parts(render_docx(blocks)).items():
        if name.startswith("word/") and "theme" not in name:
            assert list(disorder(root)) == [], name


def test_the_check_of_the_order_can_fail() -> None:
    root = parts(render_docx(BLOCKS))["word/document.xml"]
    properties = next(root.iter(qn("w:pPr")))
    properties.insert(0, etree.SubElement(properties, qn("w:jc")))
    next(root.iter(qn("w:tcPr"))).append(etree.Element(qn("w:foo")))
    assert len(list(disorder(root))) == 2


def test_nothing_of_the_template_is_left() -> None:
    content = render_docx(BLOCKS)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
    assert not [name for name in names if any(left in name for left in TEMPLATE)]
    fonts = {font.get(qn("w:name")): font.find(qn("w:altName")) for font in parts(content)["word/fontTable.xml"]}
    assert set(fonts) == {"方正小标宋简体", "黑体", "楷体_GB2312", "仿宋_GB2312", "宋体", "Times New Roman"}
    assert fonts["仿宋_GB2312"].get(qn("w:val")) == "仿宋", "today's Windows has no 仿宋_GB2312"
    settings = etree.tostring(parts(content)["word/settings.xml"]).decode()
    assert 'compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"' in settings
    assert 'eastAsia="ja-JP"' not in settings


def test_control_characters_never_reach_the_xml() -> None:
    with pytest.raises(MissingGlyph):
        render_docx([Paragraph(text="甲\x00乙")])
    assert "".join(runs("甲\x00\x0b乙\n**丙**")[0].itertext("{*}t")) == "甲乙"


# --- styles and pages -----------------------------------------------------------------------------


def test_texts_have_the_styles_and_fonts_of_official_documents(document: Any) -> None:
    used = {p.text: p.style.name for p in document.paragraphs if p.text}
    assert used["一、概况"] == "Heading 1" and used["（一）清单"] == "Heading 2" and used["1.其后"] == "Heading 3"
    assert used["全年177万元。"] == "Body Text" and used["表2 合并"] == "Caption" and used["图1 某图"] == "Caption"
    assert used["1. 其一"] == "List Paragraph" and used["表末附注"] == "Table Note"
    assert (
        used["须知"] == used[FRONT.notice] == "Notice"
        and used["查询语句"] == "Fold Title"
        and used["注"] == "Small Text"
    )
    assert used["2024年度信息化运维服务\n项目支出绩效自评报告"] == "Title"
    fonts = {
        name: document.styles[name].element.rPr.rFonts.get(qn("w:eastAsia"))
        for name in ("Title", "Heading 1", "Heading 2", "Heading 3", "Body Text", "Caption", "Table Text")
    }
    assert fonts == {
        "Title": "方正小标宋简体",
        "Heading 1": "黑体",
        "Heading 2": "楷体_GB2312",
        "Heading 3": "仿宋_GB2312",
        "Body Text": "仿宋_GB2312",
        "Caption": "黑体",
        "Table Text": "宋体",
    }
    body = document.styles["Body Text"]
    assert body.font.size.pt == 16 and body.paragraph_format.line_spacing_rule == WD_LINE_SPACING.EXACTLY
    assert body.element.pPr.find(qn("w:ind")).get(qn("w:firstLineChars")) == "200"
    assert not document.element.body.xpath("//@w:asciiTheme | //@w:eastAsiaTheme"), "no theme font overrides"


def test_the_page_is_official_and_the_wide_table_turns_it(document: Any) -> None:
    shapes = [
        (s.orientation, round(s.page_width.mm), round(s.top_margin.mm), round(s.left_margin.mm))
        for s in document.sections
    ]
    assert shapes == [(0, 210, 37, 28), (1, 297, 28, 25), (0, 210, 37, 28)]
    grids = [s._sectPr.find(qn("w:docGrid")) for s in document.sections]
    line = document.styles["Body Text"].element.pPr.find(qn("w:spacing")).get(qn("w:line"))
    assert {(g.get(qn("w:type")), g.get(qn("w:linePitch"))) for g in grids} == {("lines", line)}


def test_a_page_holds_22_lines_of_28_characters(document: Any) -> None:
    # One twentieth of a point too much and a page holds 21 lines, a line 27 characters.
    page, margins = (document.sections[0]._sectPr.find(qn(f"w:{tag}")) for tag in ("pgSz", "pgMar"))
    high = int(page.get(qn("w:h"))) - sum(int(margins.get(qn(f"w:{side}"))) for side in ("top", "bottom"))
    wide = int(page.get(qn("w:w"))) - sum(int(margins.get(qn(f"w:{side}"))) for side in ("left", "right"))
    body = document.styles["Body Text"].element
    line = int(body.pPr.find(qn("w:spacing")).get(qn("w:line")))
    character = int(body.rPr.find(qn("w:sz")).get(qn("w:val"))) * 10 + int(
        body.rPr.find(qn("w:spacing")).get(qn("w:val"))
    )
    assert (high // line, wide // character) == (22, 28)
    assert high - 22 * line < 20 and wide - 28 * character < character / 2, "and fills it"


def sections(blocks: list) -> list[tuple[bool, list[str]]]:
    """For each section whether it lies across, and its texts."""
    made: list[tuple[bool, list[str]]] = []
    texts: list[str] = []
    for child in parts(render_docx(blocks))["word/document.xml"][0]:
        texts += ["".join(child.itertext())] if "".join(child.itertext()) else []
        ended = child if child.tag == qn("w:sectPr") else child.find(f"{qn('w:pPr')}/{qn('w:sectPr')}")
        if ended is not None:
            made.append((ended.find(qn("w:pgSz")).get(qn("w:orient")) == "landscape", texts))
            texts = []
    return made


def test_what_leads_to_a_wide_table_is_on_its_page() -> None:
    upright, across, after = sections(BLOCKS)
    assert across[1][0] == "（一）清单" and "T29" in across[1][-2] and across[1][-1] == "表末附注"
    assert "1.其后" in after[1][0] and all("T29" not in text for text in upright[1] + after[1])


WIDE = table(("甲", "乙"), wide=True)


@pytest.mark.parametrize(
    ("blocks", "across"),
    [
        ([Paragraph(text="前"), Heading(level=1, text="题"), WIDE], [["题"]]),
        ([Paragraph(text="前"), Heading(level=1, text="题"), Paragraph(text="引"), WIDE], [["题", "引"]]),
        ([Paragraph(text="前"), Paragraph(text="长" * 200), WIDE], [[]]),
        ([Paragraph(text="前"), Fold(title="折", blocks=(WIDE, Paragraph(text="后")))], [["折"]]),
        (
            [Paragraph(text="前"), Heading(level=1, text="题"), Fold(title="折", blocks=(WIDE,)), Paragraph(text="后")],
            [["题", "折"]],
        ),
        ([Paragraph(text="前前"), WIDE, WIDE, Paragraph(text="后")], [["前前"], []]),
        ([WIDE, Paragraph(text="后" * 200)], [[]]),
        ([Heading(level=1, text="题"), WIDE], [["题"]]),
    ],
)
def test_only_what_leads_to_a_wide_table_turns_with_it(blocks: list, across: list[list[str]]) -> None:
    made = sections(blocks)
    assert [texts[:-2] for lies, texts in made if lies] == across
    assert all(texts for _, texts in made), "no page is empty"
    assert not any("甲" in text for lies, texts in made if not lies for text in texts)


def test_what_follows_a_table_takes_no_page_of_its_own() -> None:
    gap = docx.Document(io.BytesIO(render_docx([WIDE, Paragraph(text="后")]))).paragraphs[1]
    assert (gap.text, gap.style.name, gap.style.paragraph_format.line_spacing.pt) == ("", "Table Gap", 1)
    assert gap.style.element.pPr.find(qn("w:snapToGrid")).get(qn("w:val")) == "0", "else it is a line high"


def test_what_announces_a_list_stays_with_it() -> None:
    made = docx.Document(io.BytesIO(render_docx([Paragraph(text="命令："), Items(items=("甲", "乙"))])))
    assert [p.paragraph_format.keep_with_next for p in made.paragraphs] == [True, None, None]


def test_codes_and_long_words_leave_no_gaps_in_even_lines() -> None:
    texts = ["全年" * 30, "有（GD24-06273、GD24-06284、GD24-06291、GD24-06295）", "校验值" + "a" * 40]
    made = docx.Document(io.BytesIO(render_docx([Paragraph(text=text) for text in texts])))
    assert [p.alignment and int(p.alignment) for p in made.paragraphs] == [None, 0, 0]


def test_each_page_has_the_notice_and_its_number_outside(document: Any) -> None:
    first = document.sections[0]
    assert document.settings.odd_and_even_pages_header_footer and first.different_first_page_header_footer
    assert first.header.paragraphs[0].text == first.even_page_header.paragraphs[0].text == FRONT.notice
    assert first.first_page_header.paragraphs[0].text == "", "there it stands in a frame"
    sides = [f.paragraphs[0].alignment for f in (first.footer, first.first_page_footer, first.even_page_footer)]
    assert [int(side) for side in sides] == [2, 2, 0]
    assert all(
        "PAGE" in etree.tostring(f._element).decode()
        for f in (first.footer, first.first_page_footer, first.even_page_footer)
    )
    assert all(
        s.header.is_linked_to_previous and not s.different_first_page_header_footer for s in document.sections[1:]
    )


# --- tables and pictures --------------------------------------------------------------------------


def test_tables_hold_their_cells(document: Any) -> None:
    merged = document.tables[1]
    assert [[cell.text for cell in row.cells] for row in merged.rows] == [
        ["组", "值"],
        ["产出", "12.5"],
        ["产出", "7"],
        ["合计", "19.5"],
    ]
    assert merged.rows[0]._tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
    assert all(row._tr.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None for row in merged.rows)
    assert [run.bold for run in merged.rows[3].cells[1].paragraphs[0].runs] == [True], "the total is bold"
    assert int(merged.rows[1].cells[1].paragraphs[0].alignment) == 2
    assert merged._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")) == "表2 合并"


def test_columns_fill_the_text_area(document: Any) -> None:
    for made in document.tables:
        widths = [int(c.get(qn("w:w"))) for c in made._tbl.tblGrid]
        across = any("T29" in cell.text for cell in made.rows[-1].cells)
        assert abs(sum(widths) / 20 * 0.3528 - (247 if across else 156)) < 0.5


def test_small_tables_stay_whole_and_long_ones_start_and_end_together() -> None:
    def kept(block: Table) -> list[bool]:
        made = docx.Document(io.BytesIO(render_docx([block]))).tables[0]
        return [bool(row.cells[0].paragraphs[0]._p.pPr.find(qn("w:keepNext")) is not None) for row in made.rows]

    assert kept(table(*[("甲", "乙")] * 4)) == [True, True, True, True, False]
    assert kept(table(*[("甲", "乙")] * 60)) == [True, True] + [False] * 56 + [True, True, False]
    assert kept(table(*[("甲", "乙")] * 60, note="注"))[-2:] == [True, True], "the note goes with the last row"


def test_a_long_cell_may_go_on_on_the_next_page_and_long_words_break() -> None:
    made = docx.Document(io.BytesIO(render_docx([table(("长" * 500, "a" * 64), ("短", "b"))]))).tables[0]
    whole = [row._tr.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None for row in made.rows]
    assert whole == [True, False, True]
    narrow = table(*[tuple(["长" * 260] * 6)] * 2)
    assert [
        row._tr.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is None
        for row in docx.Document(io.BytesIO(render_docx([narrow]))).tables[0].rows
    ] == [False, True, True], "many characters in a narrow column are high, too"
    breaks = [row.cells[1].paragraphs[0]._p.pPr.find(qn("w:wordWrap")) is not None for row in made.rows]
    assert breaks == [False, True, False]


def test_pictures_have_words_and_fit_the_page() -> None:
    shapes = docx.Document(io.BytesIO(render_docx([figure(), figure(TALL)]))).inline_shapes
    assert [shape._inline.docPr.get("descr") for shape in shapes] == ["甲为1，乙为2"] * 2
    assert [(round(s.width / EMU_PER_MM), round(s.height / EMU_PER_MM)) for s in shapes] == [(150, 75), (48, 190)]
    assert len({shape._inline.docPr.get("id") for shape in shapes}) == 2


# --- content --------------------------------------------------------------------------------------


def tight(text: str) -> str:
    return re.sub(r"\s", "", text.replace("**", ""))


def told(blocks: Any) -> Iterator[str]:
    """All text in reading order; heads of columns, cells, notes; not what stands for a picture."""
    for block in blocks:
        match block:
            case Front():
                yield from (block.title, *front_lines(block), block.notice or "")
            case Heading() | Paragraph():
                yield block.text
            case Closing():
                yield from (*attachment_lines(block), block.institution, block.date)
            case Items():
                yield from (
                    f"{number}.{item}" if block.ordered else f"·{item}"
                    for number, item in enumerate(block.items, start=1)
                )
            case Table():
                yield block.caption
                yield from (column.title for column in block.columns)
                yield from (cell.text for row in block.rows for cell in row)
                yield block.note or ""
            case Card():
                yield from told([card_table(block)])
            case Figure():
                yield block.caption
            case Fold():
                yield block.title
                yield from told(block.blocks)


@pytest.mark.parametrize(
    "blocks",
    [BLOCKS, *(build_report(make()) for make in (sample_results.fy2024, sample_results.unknown, sample_results.many))],
)
def test_the_text_of_the_blocks_is_there_in_order_once_and_nothing_else(blocks: list) -> None:
    words = tight("".join(parts(render_docx(blocks))["word/document.xml"].itertext()))
    main = [at for at, block in enumerate(blocks) if isinstance(block, Heading) and block.level == 1]
    ahead = main[1] if len(main) > 1 and contents_of(blocks) else len(blocks)
    assert words == tight("".join([*told(blocks[:ahead]), contents_of(blocks), *told(blocks[ahead:])]))


def contents_of(blocks: list) -> str:
    """The list of contents: each title of the first two levels, and the field that gives its page."""
    found = [block.text for block in blocks if isinstance(block, Heading) and block.level < 3]
    if len(found) < 12:
        return ""
    return "目录" + "".join(rf"{text}PAGEREF _Contents{at} \h" for at, text in enumerate(found, start=1))


def test_a_long_paper_has_its_contents_on_the_second_page_as_links_with_page_numbers() -> None:
    root = parts(render_docx(build_report(sample_results.fy2024())))["word/document.xml"]
    links = [link.get(qn("w:anchor")) for link in root.iter(qn("w:hyperlink"))]
    places = [mark.get(qn("w:name")) for mark in root.iter(qn("w:bookmarkStart"))]
    assert links == places and len(links) == len(set(links)) >= 12
    breaks = [p for p in root.iter(qn("w:p")) if p.find(f"{qn('w:pPr')}/{qn('w:pageBreakBefore')}") is not None]
    assert ["".join(p.itertext()) for p in breaks][:2] == ["目录", "一、绩效情况分析"]
    short = parts(render_docx([FRONT, Heading(level=1, text="一、甲"), Heading(level=1, text="二、乙")]))
    assert not list(short["word/document.xml"].iter(qn("w:hyperlink")))


def test_properties_and_dates_come_from_the_report(document: Any) -> None:
    said = document.core_properties
    assert (said.title, said.author, said.subject) == (FRONT.title, "某院", "信息化运维服务")
    assert said.created == said.modified and (said.created.year, said.created.month, said.created.day) == (2025, 2, 20)
    with zipfile.ZipFile(io.BytesIO(render_docx(BLOCKS))) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
