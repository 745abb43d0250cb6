"""The HTML: opens anywhere, asks for nothing, says in words what it shows, stays small."""

from __future__ import annotations

import base64
import io
import re

import pytest
from fontTools.ttLib import TTFont

from helpers.formats.html import UnsafeFigure, render_html
from helpers.report.blocks import (
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
)
from helpers.report.narrative import build_report
from tests.report import sample_results

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
    columns = tuple(TableColumn(title=f"列{i}", align="right" if i else "left") for i in range(len(rows[0])))
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
        spanned,
        figure,
        Heading(level=2, text="（一）清单"),
        table(("T1", "2"), ("合计", "2"), total_row=True),
        Heading(level=1, text="二、结论"),
        Fold(title="查询语句", blocks=(Paragraph(text="SELECT 1 < 2 & 'x'", style="note"),)),
    ]


@pytest.fixture(scope="module")
def report() -> tuple:
    return tuple(build_report(sample_results.fy2024()))


def test_html_forbids_everything_from_outside(report: tuple) -> None:
    html = render_html(report)
    assert "default-src 'none'" in html and "<script" not in html.lower()
    assert not re.search(r"(?:src|href)\s*=\s*[\"']?(?:https?:)?//", html)
    assert not re.search(r"url\((?!data:|#)", html)
    assert '<html lang="zh-CN">' in html and html.count("<main") == 1 and html.count("<h1>") == 1


def test_html_says_in_words_what_it_shows_in_colour() -> None:
    html = render_html(blocks())
    assert "<th scope=col>列0</th>" in html and "<caption>表1 某表</caption>" in html and "rowspan=2" in html
    assert '<b class="status met">完成</b>' in html
    assert '<title id="f1t">图1 某图</title><desc id="f1d">甲为1，乙为2</desc>' in html and 'role="img"' in html
    assert 'href="#f1-p"' in html and 'id="f1-p"' in html
    assert "<a href=#s1>一、概况</a>" in html and "<strong>177万元</strong>" in html


HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)> =HYPERLINK("x")'


@pytest.mark.parametrize(
    "block",
    [
        Paragraph(text=HOSTILE),
        Heading(level=1, text=HOSTILE),
        Items(items=(HOSTILE,)),
        table((HOSTILE, "x")),
        Fold(title=HOSTILE, blocks=()),
        Card(items=(CardItem(label=HOSTILE, value=HOSTILE, note=HOSTILE),)),
        FRONT.model_copy(update={"title": HOSTILE, "institution": HOSTILE, "notice": HOSTILE}),
        Figure(caption=HOSTILE, svg=SVG, alt=HOSTILE, data=table((HOSTILE,))),
        table(("x",), note=HOSTILE).model_copy(update={"caption": HOSTILE}),
    ],
)
def test_texts_are_never_markup(block) -> None:
    html = render_html([block])
    assert "<script" not in html and "<img" not in html and "&lt;script&gt;" in html


@pytest.mark.parametrize(
    "bad",
    [
        "<script>1</script>",
        '<rect onload="x()"/>',
        '<image href="http://x/y.png"/>',
        '<a href="javascript:x">y</a>',
        "<foreignObject/>",
        "<style>@import 'x'</style>",
        '<rect fill="url(http://x)"/>',
        '<use href="//x"/>',
    ],
)
def test_a_figure_that_could_run_or_load_is_refused(bad: str) -> None:
    figure = Figure(caption="图", svg=SVG.replace("</svg>", bad + "</svg>"), alt="x", data=table(("x",)))
    with pytest.raises(UnsafeFigure):
        render_html([figure])


# --- DOCX -----------------------------------------------------------------------------------------


def test_besides_figures_and_fonts_it_is_small(report: tuple) -> None:
    html = render_html(report)
    lean = re.sub(r"<svg(?! class=\"bar\").*?</svg>|url\(data:[^)]*\)", "", html, flags=re.DOTALL)
    assert len(lean.encode()) < 100_000


def test_each_face_holds_just_what_is_set_in_it() -> None:
    html = render_html([FRONT, Heading(level=1, text="概况"), Paragraph(text="正文**粗**")])
    faces = {}
    for family, weight, data in re.findall(
        r'font-family:"([^"]+)";font-weight:([^;]+);.*?base64,([^)]+)\)', html.replace(": ", ":").replace("; ", ";")
    ):
        with TTFont(io.BytesIO(base64.b64decode(data))) as font:
            faces[family, weight] = {chr(code) for code in font.getBestCmap()}
    assert "正" in faces["Selfeval Song", "400"] and "概" not in faces["Selfeval Song", "400"]
    assert "粗" in faces["Selfeval Song", "700"] and "正" not in faces["Selfeval Song", "700"]
    assert {"概", "况", "目", "录", "示"} <= faces["Selfeval Hei", "400 700"] and "文" not in faces[
        "Selfeval Hei", "400 700"
    ]


def test_the_contents_list_follows_the_summary_and_nests() -> None:
    html = render_html(
        [
            FRONT,
            Heading(level=1, text="摘要"),
            Card(items=(CardItem(label="得分", value="9分"),)),
            Heading(level=1, text="一、甲"),
            Heading(level=2, text="（一）子"),
            Heading(level=1, text="二、乙"),
        ]
    )
    assert html.index("9分") < html.index("<nav") < html.index("<h2 id=s2>")
    assert (
        "<ol><li><a href=#s1>摘要</a></li><li><a href=#s2>一、甲</a><ol><li><a href=#s3>（一）子</a></li></ol></li>"
        "<li><a href=#s4>二、乙</a></li></ol>"
    ) in html
    without = render_html([FRONT, Heading(level=1, text="一、甲"), Heading(level=1, text="二、乙")])
    assert without.index("<nav") < without.index("<h2 id=s1>")


def test_the_notice_stands_at_the_head_at_the_end_and_on_each_printed_page() -> None:
    html = render_html([FRONT.model_copy(update={"notice": '示例"数据</style>'})])
    assert html.count('示例"数据&lt;/style&gt;') == 2
    assert '@top-center{content:"示例\\22 数据\\3c \\2f style\\3e "' in html
    assert "top-center" not in render_html([FRONT.model_copy(update={"notice": None})])


def test_columns_look_the_same_with_and_without_merged_cells() -> None:
    html = render_html([*blocks(), table(("很长的一句话很长的一句话", "2"))])
    assert '<table class="n1 r2"><caption>表1 某表' in html, "by the table where its columns are plain"
    assert '<table class="r2"><caption>表1 某表' in html, "a long text folds"
    assert "<td class=r>7" in html and "<td rowspan=2 class=n>产出" in html, "by the cell where merged ones shift them"
    assert (
        "td.r,.r2 td:nth-child(2){text-align:right" in html and "td.n,.n1 td:nth-child(1){white-space:nowrap}" in html
    )
    assert "<tr class=total><td><strong>合计</strong></td>" in html


def test_what_is_technical_is_folded_below_its_heading_and_listed_in_order() -> None:
    technical = Heading(level=1, text="技术说明1 口径", mark="技术说明1", part="technical")
    inner = [Heading(level=2, text="（一）规则"), Paragraph(text="规则甲。")]
    made = render_html([Heading(level=1, text="一、概况"), Paragraph(text="正文。"), technical, *inner])
    folded = made[made.index("技术说明1 口径</a></h2>") :]
    assert folded.index("<details>") < folded.index("规则甲。") < folded.index("</details>")
    contents = made[made.index("<nav") : made.index("</nav>")]
    assert contents.index("技术说明1 口径") < contents.index("（一）规则")


def test_headings_lead_to_themselves_and_cells_to_what_tells_more() -> None:
    cells = (
        Cell(text="有效投诉", link="i-complaints"),
        Cell(text="2件", link="e-complaints"),
        Cell(text="x", link="no"),
    )
    shown = Table(caption="表1", columns=tuple(TableColumn(title=t) for t in "甲乙丙"), rows=(cells,))
    point = Heading(level=3, text="1.有效投诉", anchor="i-complaints")
    evidence = Fold(title="有效投诉的查询语句", blocks=(Paragraph(text="SELECT 2"),), anchor="e-complaints")
    html = render_html([Heading(level=1, text="一、概况"), shown, point, Heading(level=3, text="2.其他"), evidence])
    assert "<td><a href=#i-complaints>有效投诉</a>" in html and "<a href=#e-complaints>2件</a>" in html
    assert "href=#no" not in html, "only where the anchor is there"
    assert "<h3 id=i-complaints><a href=#i-complaints>1.有效投诉</a></h3>" in html
    assert "<h3 id=p1><a href=#p1>2.其他</a></h3>" in html and "<details id=e-complaints>" in html
    assert html.count("id=i-complaints") == 1


def test_an_attachment_that_a_text_names_is_a_link() -> None:
    attached = Heading(level=1, text="附件1 明细", mark="附件1", part="attachment")
    html = render_html([Heading(level=1, text="一、概况"), Paragraph(text="详见附件1和附件12。"), attached])
    assert "详见<a href=#s2>附件1</a>和附件12。" in html


def test_a_bar_is_full_at_its_target_and_red_only_of_a_miss() -> None:
    cells = tuple(Cell(text=str(bar), bar=bar, low=low) for bar, low in ((1.0, False), (0.994, False), (0.9, True)))
    html = render_html([Table(caption="表", columns=tuple(TableColumn(title=t) for t in "甲乙丙"), rows=(cells,))])
    bars = re.findall(r'<path class="(\w+)" d="M0 0h([\d.]+)v', html)
    assert bars == [("full", "100.0"), ("full", "99.4"), ("part", "90.0")]


def test_what_is_wider_than_a_phone_says_that_it_scrolls() -> None:
    html = render_html([table(("甲", "乙", "丙", "丁", "戊", "己")), table(("甲", "乙"))])
    assert html.count("<div tabindex=0 class=s6>") == 1 and html.count("<div tabindex=0>") == 1
    assert ".s6::before{display:block;}" in html and "左右滑动可看全" in html
    front = table(("甲", "乙", "丙", "丁", "戊")).model_copy(update={"caption": ""})
    assert render_html([front]).count('<col style="width:20%">') == 5


def test_only_long_words_break_anywhere() -> None:
    made = Table(
        caption="表1",
        columns=tuple(TableColumn(title=t) for t in "甲乙"),
        rows=((Cell(text="探头2只，86,000元"), Cell(text="a" * 64)),),
    )
    html = render_html([made])
    assert "<td>探头2只，86,000元</td>" in html and "<td class=l>aaa" in html
    assert re.findall(r"([^{}]+)\{[^{}]*anywhere", html) == ["td.l"]


def test_headings_leave_no_level_out_on_the_way_down() -> None:
    levels = (1, 3, 3, 2, 3, 1, 3)
    html = render_html([Heading(level=level, text=f"标题{at}") for at, level in enumerate(levels)])
    assert re.findall(r"<(h[2-6]) id=[sp]", html) == ["h2", "h3", "h3", "h3", "h4", "h2", "h3"]
