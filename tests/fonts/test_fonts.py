"""Packaged fonts: what they draw, and that a missing glyph stops every format."""

import io

import pytest
from fontTools import subset
from fontTools.ttLib import TTFont

from helpers.fonts.packaged import (
    FACES,
    MissingGlyph,
    advance,
    check_glyphs,
    drawable,
    font_file,
    font_files,
    missing_glyphs,
    opened,
)
from helpers.fonts.subsets import LEFT_OUT, subset_options, subset_woff
from helpers.formats.docx import render_docx
from helpers.formats.html import render_html
from helpers.formats.pdf import render_pdf
from helpers.report.blocks import Heading, Paragraph, Table, TableColumn

ODD = "𰻝"  # a noodle dish's character, in no official list


def test_the_faces_cover_official_text() -> None:
    assert len(font_files()) == 4 and all(path.is_file() for path in font_files())
    assert (font_files()[0].parent / "OFL.txt").read_text(encoding="utf-8").count("SIL Open Font License") >= 1
    assert not missing_glyphs(
        "项目支出绩效自评报告（2024年度）：≥95%，≤3‰，±10℃，①②③■□△▲●○◆★✓→—“”《》〔2020〕10号 喆堃 SELECT count(*)"
    )
    gb2312 = "".join(bytes((r, c)).decode("gb2312", "ignore") for r in range(0xB0, 0xF7) for c in range(0xA1, 0xFE))
    assert not missing_glyphs(gb2312)


def test_a_missing_glyph_is_named_with_its_place() -> None:
    table = Table(caption="表", columns=(TableColumn(title="列"),), rows=(({"text": f"有{ODD}字"},),))
    with pytest.raises(MissingGlyph) as caught:
        check_glyphs([Heading(level=1, text="一、概况"), Paragraph(text="正常"), table])
    assert caught.value.faults == ((ODD, "“一、概况”一节，有𰻝字"),)
    assert "U+30EDD" in str(caught.value) and "missing_glyph" in str(caught.value)


@pytest.mark.parametrize("render", [render_html, render_pdf, render_docx])
def test_no_format_prints_a_gap(render) -> None:
    with pytest.raises(MissingGlyph):
        render([Paragraph(text=ODD)])


def test_subsets_are_small_and_always_the_same() -> None:
    one, two = subset_woff("绩效自评", "song"), subset_woff("评自效绩绩", "song")
    assert one == two and one[:4] == b"wOFF" and len(one) < 20_000


def test_a_face_says_of_itself_what_it_says_by_the_names_of_its_glyphs() -> None:
    """Fonts are looked at without the glyphs' own names."""
    own = {}
    for face in FACES:
        with TTFont(font_file(face), lazy=True) as font:
            own[face] = {
                code: font["hmtx"][name][0] / font["head"].unitsPerEm for code, name in font.getBestCmap().items()
            }
    assert drawable() == set.intersection(*(set(widths) for widths in own.values()))
    for face, widths in own.items():
        assert {code: advance(chr(code), face) for code in widths if chr(code) not in "\t\n\r\u200b\u00ad"} == {
            code: width for code, width in widths.items() if chr(code) not in "\t\n\r\u200b\u00ad"
        }


def test_a_subset_draws_what_the_face_draws() -> None:
    with TTFont(font_file("song")) as whole, TTFont(io.BytesIO(subset_woff("绩效自9", "song"))) as part:
        assert set(part.getBestCmap()) == set(map(ord, "绩效自9"))
        for code, name in part.getBestCmap().items():
            one = part["glyf"][name].getCoordinates(part["glyf"])
            other = whole["glyf"][whole.getBestCmap()[code]].getCoordinates(whole["glyf"])
            assert one == other and part["hmtx"][name] == whole["hmtx"][whole.getBestCmap()[code]]


def test_charts_draw_chinese_whatever_the_machine_has() -> None:
    import warnings

    from matplotlib.figure import Figure

    from helpers.fonts.packaged import HEI, register_matplotlib

    assert register_matplotlib() == HEI
    figure = Figure()
    figure.text(0.1, 0.5, "完成率−5%")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.savefig(io.BytesIO(), format="svg")


@pytest.mark.parametrize("face", FACES)
def test_a_part_is_what_is_cut_out_of_the_whole_face(face: str) -> None:
    """Parts are put together from the glyphs that are asked for, instead of cut out of all; none is made of others."""
    with opened(face) as font:
        glyphs = font["glyf"]
        assert not any(glyphs[name].isComposite() for name in font.getGlyphOrder())
        characters = [chr(code) for code in sorted(font.getBestCmap())]
    assert max(characters) > "\uffff"
    for asked in ("", "a", "绩效自评9—\t", characters[::97], characters[-40:], characters):
        cut = subset.Subsetter(subset_options())
        with opened(face) as font:
            cut.populate(unicodes=sorted({ord(c) for c in asked} & font.getBestCmap().keys()))
            cut.subset(font)
            font.flavor = "woff"
            font.save(buffer := io.BytesIO())
        assert subset_woff(asked, face) == buffer.getvalue()
        with TTFont(io.BytesIO(buffer.getvalue())) as part:
            assert not set(LEFT_OUT) & set(part.keys())
