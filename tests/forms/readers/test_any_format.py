"""The same form in every format is read to the same rows, and nothing of a document is dropped in silence."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.files import biff
from helpers.forms.filled_form import Form
from helpers.forms.readers import FormError, forms_of, read_forms
from tests.files.made_workbooks import _record, compound, old_workbook
from tests.forms.readers.form_samples import ROWS, Pen, book_of, saved, scored, transfer
from tests.forms.readers.rebuilt import FORMATS, as_docx, as_html, as_pdf


def figures(form: Form) -> Form:
    """What a form says, without where it stands."""
    return replace(form, source=None, unplaced=(), rows=tuple(replace(row, place=None) for row in form.rows))


def sheet_and_forms(make: Callable[..., Any], folder: Path) -> tuple[Any, list[Form]]:
    book, (sheet,) = book_of("表")
    make(sheet)
    return sheet, [figures(form) for form in read_forms(saved(book, folder / "表.xlsx"))]


@pytest.mark.parametrize("make", [scored, transfer])
@pytest.mark.parametrize("suffix", FORMATS)
def test_the_same_rows_in_every_format(make: Callable[..., Any], suffix: str, tmp_path: Path) -> None:
    sheet, wanted = sheet_and_forms(make, tmp_path)
    assert [figures(form) for form in forms_of(FORMATS[suffix](sheet), f"表.{suffix}")] == wanted


@pytest.mark.parametrize("height", ["45mm", "70mm"])
def test_a_table_over_several_pages(height: str, tmp_path: Path) -> None:
    sheet, wanted = sheet_and_forms(scored, tmp_path)
    assert [figures(form) for form in forms_of(as_pdf(sheet, height=height), "表.pdf")] == wanted


def test_rows_without_target_or_points_stay_rows_at_a_page_end() -> None:
    _, (sheet,) = book_of("表")
    pen = Pen(sheet)
    pen.put(0, 0, "项目名称")
    pen.put(0, 1, "安居工程", columns=3)
    for column, words in enumerate(("一级指标", "三级指标", "年度指标值", "实际完成值")):
        pen.put(1, column, words)
    for row in range(12):
        pen.put(2 + row, 0, "产出指标")
        pen.put(2 + row, 1, f"改造第{row + 1}批")
        pen.put(2 + row, 3, f"{row + 10}户")
    for height in ("34mm", "47mm"):
        (form,) = forms_of(as_pdf(sheet, height=height), "表.pdf")
        assert [(r.level3, r.actual_text) for r in form.rows] == [
            (f"改造第{n + 1}批", f"{n + 10}户") for n in range(12)
        ]


@pytest.mark.parametrize("write", [as_docx, as_html])
def test_several_forms_and_narrative_in_one_file(write: Callable[..., bytes]) -> None:
    _, (one, other) = book_of("甲", "乙")
    scored(one)
    scored(other, project="网络安全", year=2024)
    content = write(one, other, before=("附件1", "某局绩效工作总结"), after=("本年度聘请第三方复核。",))
    first, second = forms_of(content, "总结.docx" if write is as_docx else "总结.html")
    assert [(f.about.project, f.about.year, len(f.rows)) for f in (first, second)] == [
        ("机房运行维护", "2023", 5),
        ("网络安全", "2024", 5),
    ]
    assert second.unplaced[-1][1] == "本年度聘请第三方复核。"
    assert [text for _, text in first.unplaced] == ["某局绩效工作总结"]


def test_the_goal_told_in_words_is_the_forms_goal() -> None:
    document = docx.Document()
    for text in (
        "项目支出绩效自评表",
        "一、年度总体目标",
        "完成机房改造。",
        "二、总体目标完成情况：已完成",
        "三、其他",
        "略",
    ):
        document.add_paragraph(text)
    table = document.add_table(2, 5)
    for row, cells in enumerate(
        (("一级指标", "三级指标", "年度指标值", "实际完成值", "分值"), ("产出指标", "改造机房", "", "3间", "20"))
    ):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    # ≥ written as a formula is text, too
    math = table.cell(1, 2).paragraphs[0]._p
    math.append(
        docx.oxml.parse_xml(
            '<m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math">'
            "<m:r><m:t>≥3间</m:t></m:r></m:oMath>"
        )
    )
    out = io.BytesIO()
    document.save(out)
    (form,) = forms_of(out.getvalue(), "表.docx")
    assert (form.goal, form.result) == ("完成机房改造。", "已完成")
    assert form.rows[0].target_text == "≥3间"
    assert ("第 6 段第 1 列", "略") in form.unplaced or any(text == "略" for _, text in form.unplaced)


def test_a_percent_of_an_old_workbook_shows_as_its_format() -> None:
    formats = _record(biff.FORMAT, struct.pack("<HHB", 164, 4, 0) + b"0.0%")
    styles = _record(biff.XF, struct.pack("<HH", 0, 0)) + _record(biff.XF, struct.pack("<HH", 0, 164))
    start = _record(0x0809, struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 0)) + formats + styles
    sheet = _record(biff.NUMBER, struct.pack("<HHHd", 2, 3, 1, 0.96)) + _record(
        biff.MULRK, struct.pack("<HHHIHIH", 3, 1, 1, 0, 0, 0, 2)
    )
    place = len(start) + 4 + 10 + 4
    bound = _record(0x0085, struct.pack("<IBBBB", place, 0, 0, 1, 1) + "表".encode("utf-16-le"))
    whole = start + bound + _record(0x000A, b"")
    stream = whole + _record(0x0809, struct.pack("<HHHHII", 0x0600, 16, 0, 0, 0, 0)) + sheet + _record(0x000A, b"")
    assert len(whole) == place
    assert biff.number_formats(stream, 0) == {(2, 3): "0.0%", (3, 1): "0.0%"}


# --- refusals -------------------------------------------------------------------------------------


def refused(content: bytes, name: str) -> FormError:
    with pytest.raises(FormError) as caught:
        forms_of(content, name)
    assert caught.value.hint and len(str(caught.value).splitlines()) < 10
    return caught.value


@pytest.mark.parametrize(
    ("content", "name", "code", "words"),
    [
        (compound({"WordDocument": b"x"}), "表.doc", "old_format", "另存为 .docx"),
        (compound({"WordDocument": b"x"}), "表.wps", "old_format", "另存为 .docx"),
        (rb"{\rtf1 x}", "表.doc", "old_format", "另存为 .docx"),
        (compound({"EncryptedPackage": b"x"}), "表.docx", "encrypted", "密码"),
        (b"%PDF-1.7\n1 0 obj", "表.pdf", "unreadable", "损坏"),
        (b"<html><p>\xe9\xa1\xb5</p></html>", "表.html", "no_form", "没有找到自评表"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(content: bytes, name: str, code: str, words: str) -> None:
    error = refused(content, name)
    assert error.code == code and words in str(error)


def test_a_page_without_text_is_a_scan() -> None:
    import typst

    drawn = typst.compile(
        b"#set page(width: 9cm, height: 9cm)\n"
        b"#curve(curve.move((0pt,0pt)), curve.cubic((9pt,9pt),(3pt,3pt),(1pt,20pt)))",
        format="pdf",
    )
    assert refused(bytes(drawn), "扫描.pdf").code == "scanned_pdf"


def test_what_unpacks_to_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    _, (sheet,) = book_of("表")
    scored(sheet)
    for room in ("bounded", "pdf_pages", "web_page"):
        monkeypatch.setattr(f"helpers.forms.readers.{room}.MOST_BYTES", 500)
    for suffix in ("docx", "pdf", "html"):
        assert refused(FORMATS[suffix](sheet), f"表.{suffix}").code == "too_big"


def test_an_old_workbook_with_cells_where_none_can_be() -> None:
    sound = old_workbook([["三级指标", "指标值", "实际完成值"], ["线路", "3条", "3条"]])
    label = sound.index(b"\x04\x02", 512)
    broken = sound[: label + 4] + b"\xff\xff\xff\xff" + sound[label + 8 :]
    assert refused(broken, "表.xls").code == "unreadable"


@pytest.fixture(scope="module")
def sound() -> dict[str, bytes]:
    book, (sheet,) = book_of("表")
    scored(sheet, rows=ROWS[:2], total=False)
    out = io.BytesIO()
    book.save(out)
    return {**{suffix: write(sheet) for suffix, write in FORMATS.items()}, "xlsx": out.getvalue()}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["docx", "html", "pdf", "xls", "xlsx"]),
    st.floats(0, 1, exclude_max=True),
    st.binary(max_size=40),
    st.sampled_from(["cut", "over", "into"]),
)
def test_damage_is_read_or_refused(sound: dict[str, bytes], suffix: str, where: float, noise: bytes, how: str) -> None:
    content = sound[suffix]
    at = int(where * len(content))
    rest = {"cut": b"", "over": content[at + len(noise) :], "into": content[at:]}[how]
    try:
        assert forms_of(content[:at] + noise + rest, f"表.{suffix}")
    except FormError as error:
        assert error.hint and len(str(error).splitlines()) < 12


def test_a_zip_of_documents_is_told_from_a_document() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.docx", b"x")
    assert refused(out.getvalue(), "表.zip").code == "not_a_workbook"
