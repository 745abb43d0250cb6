"""The PDF: the official page, tags, bookmarks, searchable text, what stays together, faces of the machine."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from fontTools.ttLib import TTFont

from helpers.fonts.machine import RESTRICTED, substitution_note, system_fonts
from helpers.fonts.packaged import font_file
from helpers.formats.pdf import render_pdf, runs
from helpers.formats.printed import notice_lines, tight_tables
from helpers.report.blocks import (
    Card,
    CardItem,
    Cell,
    Closing,
    Figure,
    Fold,
    Front,
    Heading,
    Paragraph,
    Table,
    TableColumn,
)

MM = 72 / 25.4
NOTICE = "示例数据：系合成。"
FRONT = Front(
    title="2024年度某项目支出绩效自评报告",
    institution="某院",
    project="某项目",
    fiscal_year=2024,
    notice=NOTICE,
    prepared_by="信息岗",
    checked_by="财务岗",
    date="2025年2月20日",
)


@pytest.fixture(autouse=True)
def no_fonts_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELFEVAL_FONTS", "")


def table(*rows: tuple[str, ...], **more) -> Table:
    columns = tuple(TableColumn(title=f"列{i}") for i in range(len(rows[0])))
    return Table(
        caption="表1 某表", columns=columns, rows=tuple(tuple(Cell(text=t) for t in row) for row in rows), **more
    )


def pages(blocks: list) -> list[str]:
    """Each page's text, lines joined."""
    with pdfium.PdfDocument(render_pdf(blocks)) as document:
        return [page.get_textpage().get_text_bounded().replace("\r", "").replace("\n", "") for page in document]


def lines(blocks: list, page: int) -> Iterator[tuple[float, list[tuple[str, float, float]]]]:
    """Baselines from the top in mm with each line's characters: character, left edge, height of its box, in mm."""
    with pdfium.PdfDocument(render_pdf(blocks)) as document:
        text = document[page].get_textpage()
        found: dict[float, list[tuple[str, float, float]]] = {}
        for index in range(text.count_chars()):
            char = text.get_text_range(index, 1)
            if char.strip():
                left, bottom, _, top = text.get_charbox(index, loose=True)
                found.setdefault(round(297 - bottom / MM, 1), []).append((char, left / MM, (top - bottom) / MM))
    return iter(sorted(found.items()))


# --- the page -------------------------------------------------------------------------------------


def test_a_full_page_has_22_lines_of_28_characters() -> None:
    body = [(y, chars) for y, chars in lines([Paragraph(text="文" * 2000)], 1) if chars[0][0] == "文"]
    assert len(body) == 22
    assert all(len(chars) == 28 for _, chars in body)
    assert abs(body[0][1][0][1] - 28) < 0.6, "28 mm at the left"
    steps = [after[0] - before[0] for before, after in itertools.pairwise(body)]
    assert max(steps) - min(steps) < 0.25 and abs(sum(steps) / 21 - 225 / 22) < 0.02


def test_page_numbers_stand_outside_one_character_in() -> None:
    blocks = [Paragraph(text="文" * 2000)]
    for page, expected in ((0, "right"), (1, "left")):
        _, chars = list(lines(blocks, page))[-1]
        assert "".join(c for c, _, _ in chars) == f"—{page + 1}—"
        left, right = chars[0][1], chars[-1][1]
        assert (left < 40) if expected == "left" else (165 < right < 180)


def test_pages_are_a4_upright_or_across() -> None:
    with pdfium.PdfDocument(
        render_pdf([FRONT, Paragraph(text="正文" * 300), table(*[("a", "b")] * 80, wide=True)])
    ) as document:
        sizes = [tuple(round(n / MM) for n in page.get_size()) for page in document]
    assert set(sizes) == {(210, 297), (297, 210)}
    assert sizes[0] == (210, 297)


def test_the_notice_stands_on_each_page() -> None:
    found = pages([FRONT, Paragraph(text="文" * 2000), table(*[("a", "b")] * 80, wide=True)])
    assert len(found) > 4
    assert [page.count(NOTICE) for page in found] == [1] * len(found)


def test_the_notice_breaks_behind_punctuation_never_inside_a_word() -> None:
    notice = (
        "示例数据：记录级数据（工单、台账、问卷等）系按固定随机种子合成，仅各项合计与公布的数字一致；"
        "设备型号、部门和人员均为虚构代码。"
    )
    lines = notice_lines(notice)
    assert "".join(lines) == notice and len(lines) == 2 and lines[0][-1] in "，。；：、"
    assert notice_lines("示例数据") == ["示例数据"]
    page = pages([FRONT.model_copy(update={"notice": notice}), Paragraph(text="文" * 2000)])[1]
    assert lines[0] in page.replace("\n", "") or "".join(lines) in page.replace("\n", "")


def test_the_end_of_the_main_text_has_no_page_of_its_own() -> None:
    """Wherever the page ends, the list, the unit and the date stay together, with the paragraph before."""
    end = Closing(institution="某单位", date="2025年2月20日", attachments=("甲明细", "乙明细", "丙明细"))
    for lines in range(14, 24):
        text = [*(Paragraph(text=f"第{at}段。") for at in range(lines)), Paragraph(text="结果拟用于改进。"), end]
        (last,) = [page for page in pages([FRONT, *text]) if "某单位" in page and "丙明细" in page]
        assert all(word in last for word in ("结果拟用于改进", "甲明细", "2025年2月20日")), lines


# --- the document ---------------------------------------------------------------------------------


def test_it_is_tagged_and_archivable() -> None:
    pdf = render_pdf([FRONT, Heading(level=1, text="一、概况"), table(("a", "b"))])
    assert b"/StructTreeRoot" in pdf and b"/MarkInfo" in pdf
    metadata = pdf[pdf.index(b"<x:xmpmeta") : pdf.index(b"</x:xmpmeta")].decode()
    assert re.search(r"pdfaid:part>2<", metadata) and re.search(r"pdfaid:conformance>A<", metadata)
    assert re.search(r"pdfuaid:part>1<", metadata)


def test_bookmarks_metadata_and_dates_come_from_the_report() -> None:
    headings = [
        Heading(level=1, text="一、概况"),
        Heading(level=2, text="（一）资金"),
        Heading(level=3, text="1.预算"),
        Heading(level=1, text="二、结论"),
    ]
    with pdfium.PdfDocument(render_pdf([FRONT, *headings])) as document:
        marks = [(mark.level, mark.get_title()) for mark in document.get_toc()]
        said = document.get_metadata_dict()
    assert marks == [(0, "一、概况"), (1, "（一）资金"), (2, "1.预算"), (0, "二、结论")]
    assert (said["Title"], said["Author"]) == (FRONT.title, "某院")
    assert said["CreationDate"].startswith("D:20250220")


def test_an_attachment_begins_a_page_with_its_number_above_its_title() -> None:
    attached = [
        Heading(level=1, text=f"附件{n} {title}", mark=f"附件{n}", part="attachment")
        for n, title in ((1, "甲表"), (2, "乙表"))
    ]
    end = Closing(attachments=("甲表", "乙表"), institution="某院", date="2025年2月20日")
    content = [FRONT, Heading(level=1, text="一、概况"), Paragraph(text="正文。"), end, attached[0], attached[1]]
    first, second, third = pages(content)
    assert "附件：1.甲表" in first and first.index("2.乙表") < first.rindex("某院") < first.rindex("2025年2月20日")
    assert re.sub(r"\s", "", second).startswith(NOTICE + "附件1甲表") and "附件2乙表" in re.sub(r"\s", "", third)
    with pdfium.PdfDocument(render_pdf(content)) as document:
        assert [mark.get_title() for mark in document.get_toc()] == ["一、概况", "附件1 甲表", "附件2 乙表"]


def test_a_table_across_at_the_head_of_an_attachment_leaves_no_empty_page() -> None:
    attached = Heading(level=1, text="附件1 甲表", mark="附件1", part="attachment")
    chapter = [Heading(level=1, text="一、概况"), Paragraph(text="正文。")]
    found = pages([FRONT, *chapter, attached, table(("甲", "乙"), wide=True)])
    assert "附件1" in found[1] and "列0" in found[1]
    assert all(re.sub(rf"{NOTICE}|\W|\d", "", page) for page in found)


@pytest.mark.parametrize(("chapters", "listed"), [(7, False), (8, True)])
def test_a_paper_of_eight_pages_has_a_list_of_contents_behind_its_first(chapters: int, listed: bool) -> None:
    attached = [Heading(level=1, text=f"附件{n} 表", mark=f"附件{n}", part="attachment") for n in range(1, chapters)]
    found = pages([FRONT, Heading(level=1, text="结论"), Heading(level=1, text="一、概况"), *attached])
    assert ("目录" in found[1]) is listed
    assert len(found) == chapters + 2 * listed


def test_points_right_below_an_attachment_are_not_in_the_list_of_contents() -> None:
    attached = [Heading(level=1, text=f"附件{n} 表", mark=f"附件{n}", part="attachment") for n in range(1, 9)]
    points = [Heading(level=3, text="1.甲项"), Paragraph(text="甲。"), Heading(level=3, text="2.乙项")]
    found = pages([FRONT, Heading(level=1, text="结论"), Heading(level=1, text="一、概况"), *attached, *points])
    assert "目录" in found[1] and "附件8" in found[1] and "甲项" not in found[1]


@pytest.mark.parametrize(("rows", "tight"), [(4, False), (9, True)])
def test_what_is_decided_stands_on_page_one_in_smaller_type_where_it_is_long(rows: int, tight: bool) -> None:
    card = Card(items=(CardItem(label="自评总分", value="99分，优", note="满分100分"),))
    row = (Cell(text="未完成"), Cell(text="某项指标，目标一小时，实际未达到" * 3))
    columns = (TableColumn(title="事项"), TableColumn(title="情况", width=5))
    told = Table(caption="", columns=columns, rows=(row,) * rows)
    asked = table(("购置备件" * 3, "6件", "某岗"), ("商定方案" * 3, "1份", "某岗")).model_copy(update={"caption": ""})
    chapter = [Heading(level=1, text="一、概况"), Paragraph(text="正文。")]
    blocks = [FRONT, Heading(level=1, text="结论"), card, told, asked, *chapter]
    assert bool(tight_tables(blocks)) is tight
    assert "商定方案" in pages(blocks)[0]


def test_chinese_is_searchable() -> None:
    assert (
        "偏离绩效目标的原因，（一）117万元、98.5%"
        in pages([Paragraph(text="偏离绩效目标的原因，（一）117万元、98.5%")])[0]
    )


def test_bold_is_the_only_markup() -> None:
    assert runs("全年**177万元**，<b>") == [
        {"t": "全年", "b": False},
        {"t": "177万元", "b": True},
        {"t": "，<b>", "b": False},
    ]
    text = "#let x = 1 $x$ *a* _b_ \\ @ref <label> [x]"
    assert text.replace(" ", "") in pages([Paragraph(text=text)])[0].replace(" ", "")


# --- what stays together --------------------------------------------------------------------------


def filled(count: int) -> list:
    """Lines of body text before what is tried."""
    return [Paragraph(text="文") for _ in range(count)]


@pytest.mark.parametrize("before", range(12, 22))
def test_a_small_table_is_never_divided(before: int) -> None:
    found = pages([*filled(before), table(*[(f"甲{i}", "乙") for i in range(5)], note="注记在此。")])
    holding = [page for page in found if any(f"甲{i}" in page for i in range(5))]
    assert len(holding) == 1
    assert all(word in holding[0] for word in ("表1 某表", "列0", "甲0", "甲4", "注记在此。"))


@pytest.mark.parametrize("before", range(0, 22, 2))
def test_a_long_table_starts_and_ends_with_rows_together(before: int) -> None:
    count = 40
    rows = [(f"行{i:02d}", "值") for i in range(count)]
    found = pages([*filled(before), table(*rows, ("合计", "总"), note="注记在此。", total_row=True)])
    first = next(page for page in found if "表1 某表" in page)
    assert "行00" in first and "行01" in first, "never a head alone"
    last = next(page for page in found if "合计" in page)
    assert f"行{count - 1}" in last and "注记在此。" in last, "never a total or a note alone"
    assert sum("列0" in page for page in found) == len([p for p in found if "行" in p]), "the head on each page"


def test_a_merged_group_longer_than_a_page_is_divided_between_rows() -> None:
    rows = [(Cell(text="产出指标", rowspan=40), Cell(text="第00行" + "很长" * 40))]
    rows += [(Cell(text=f"第{i:02d}行" + "很长" * 40),) for i in range(1, 40)]
    merged = Table(
        caption="表1 合并", columns=(TableColumn(title="组"), TableColumn(title="名")), rows=tuple(rows), wide=True
    )
    with pdfium.PdfDocument(render_pdf([merged])) as document:
        bottoms = []
        for page in document:
            text = page.get_textpage()
            bottoms += [
                text.get_charbox(i)[1] / MM for i in range(text.count_chars()) if text.get_text_range(i, 1) == "长"
            ]
        found = "".join(page.get_textpage().get_text_bounded() for page in document)
    assert min(bottoms) > 26, "nothing runs over the bottom margin"
    assert [f"第{i:02d}行" in found for i in range(40)] == [True] * 40


def test_headings_go_with_a_table_across_and_figures_are_one() -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><path d="M0 0h9v9z"/></svg>'
    found = pages(
        [
            Heading(level=1, text="一、清单"),
            table(*[("a", "b")] * 5, wide=True),
            Fold(title="查询语句", blocks=(Paragraph(text="SELECT 1", style="note"),)),
            Figure(caption="图1 某图", svg=svg, alt="甲为1", data=table(("甲", "1"))),
        ]
    )
    assert "一、清单" in found[0] and "表1 某表" in found[0]
    short, long = (
        [
            Paragraph(text="前文"),
            Heading(level=1, text="一、清单"),
            Paragraph(text=text),
            table(*[("a", "b")] * 5, wide=True),
        ]
        for text in ("短句", "长句" * 100)
    )
    assert ["一、清单" in page for page in pages(short)][:2] == [False, True], "a short lead goes along"
    other = pages([Paragraph(text="前文"), Heading(level=1, text="一、清单"), table(*[("a", "b")] * 5, wide=True)])
    assert "前文" in other[0] and "一、清单" not in other[0], "what belongs to the section before stays there"
    assert ["一、清单" in page for page in pages(long)][:2] == [True, False]
    assert "SELECT 1" in found[1] and "图1 某图" in found[1]


# --- faces of the machine -------------------------------------------------------------------------


def font_named(folder: Path, file: str, family: str, restricted: bool = False) -> None:
    """The packaged Song under another name, as a machine might have it."""
    font = TTFont(font_file("song"))
    for record in font["name"].names:
        if record.nameID in (1, 16):
            record.string = family
    font["OS/2"].fsType = RESTRICTED if restricted else 0
    font.save(folder / file)


def test_missing_faces_are_said_on_the_page() -> None:
    assert "没有可嵌入的仿宋和楷体" in pages([Paragraph(text="正文")])[0]


def test_a_machine_with_both_faces_uses_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = render_pdf([Heading(level=1, text="一、一"), Heading(level=2, text="（一）二"), Paragraph(text="正文")])
    font_named(tmp_path, "simfang.ttf", "FangSong")
    font_named(tmp_path, "simkai.ttf", "KaiTi")
    monkeypatch.setenv("SELFEVAL_FONTS", str(tmp_path))
    assert {f.face: f.family for f in system_fonts().values()} == {"仿宋": "FangSong", "楷体": "KaiTi"}
    after = pages([Heading(level=1, text="一、一"), Heading(level=2, text="（一）二"), Paragraph(text="正文")])
    assert "没有可嵌入" not in after[0] and "正文" in after[0]
    assert render_pdf([Paragraph(text="正文")]) == render_pdf([Paragraph(text="正文")])
    assert (
        render_pdf([Heading(level=1, text="一、一"), Heading(level=2, text="（一）二"), Paragraph(text="正文")])
        != before
    )


# The font library leaves a file open that is no font.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_face_that_may_not_be_embedded_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    font_named(tmp_path, "simfang.ttf", "FangSong", restricted=True)
    (tmp_path / "simkai.ttf").write_bytes(b"no font")
    monkeypatch.setenv("SELFEVAL_FONTS", str(tmp_path))
    assert system_fonts() == {}
    assert (
        substitution_note({})
        == "排印说明：生成本文件的计算机上没有可嵌入的仿宋和楷体，正文以宋体代替仿宋，二级标题以宋体加粗代替楷体。"
    )
