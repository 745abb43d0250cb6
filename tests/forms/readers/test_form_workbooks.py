"""Workbooks that are damaged, locked or something else; cells without a value; values as they are shown."""

from __future__ import annotations

import datetime
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.forms.readers import FormError, read_forms
from helpers.forms.readers.cell_words import shown
from tests.forms.readers import form_samples as sample


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "表.xlsx"


@pytest.fixture(scope="module")
def sound() -> bytes:
    book, (sheet,) = sample.book_of("表")
    sample.scored(sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def stopped(path: Path) -> FormError:
    with pytest.raises(FormError) as caught:
        read_forms(path)
    assert str(caught.value).startswith(path.name) and caught.value.hint and len(str(caught.value)) < 600
    return caught.value


def packed(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members.items():
            package.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def without(content: bytes, name: str, replacement: bytes | None = None) -> bytes:
    """A package with one member left out or replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            if info.filename != name:
                new.writestr(info, old.read(info))
            elif replacement is not None:
                new.writestr(info, replacement)
    return out.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (lambda b: b[: len(b) // 2], "unreadable", "损坏"),
        (lambda b: b[:3], "unreadable", "损坏"),
        (lambda b: without(b, SHEET), "unreadable", "损坏"),
        (lambda b: without(b, SHEET, b"<worksheet><sheetData><row>"), "unreadable", "损坏"),
        (lambda b: without(b, "xl/workbook.xml"), "not_a_workbook", "普通压缩包"),
        (lambda b: OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "encrypted", "密码"),
        (lambda b: OLE + b"\0" * 600 + "Workbook".encode("utf-16-le"), "unreadable", "打不开"),
        (lambda b: packed(word__document__xml=b"", **{"word/document.xml": b"<w/>"}), "unreadable", "Word"),
        (lambda b: packed(**{"xl/workbook.bin": b"x"}), "not_a_workbook", ".xlsb"),
        (lambda b: packed(**{"content.xml": b"x", "mimetype": b"x"}), "not_a_workbook", "OpenDocument"),
        (lambda b: packed(**{"自评表.csv": b"x"}), "not_a_workbook", "解压"),
        (
            lambda b: b"\xef\xbb\xbf<html><table><tr><td>\xe4\xb8\x80</td></tr></table></html>",
            "no_form",
            "没有找到自评表",
        ),
        (lambda b: b"%PDF-1.7 ...", "unreadable", "PDF"),
        (lambda b: b"", "empty_file", "空的"),
    ],
)
def test_what_is_no_sound_workbook(path: Path, sound: bytes, change: Any, code: str, words: str) -> None:
    path.write_bytes(change(sound))
    error = stopped(path)
    assert error.code == code and words in str(error)


def test_a_workbook_that_unpacks_to_too_much(path: Path, sound: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("helpers.forms.readers.bounded.MOST_BYTES", 1000)
    path.write_bytes(sound)
    assert stopped(path).code == "too_big"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10**6), st.integers(0, 255))
def test_a_flipped_byte_is_read_or_refused(path: Path, sound: bytes, at: int, value: int) -> None:
    broken = bytearray(sound)
    broken[at % len(broken)] = value
    path.write_bytes(bytes(broken))
    try:
        assert read_forms(path)
    except FormError as error:
        assert error.hint


def test_a_folder_and_a_missing_file(tmp_path: Path) -> None:
    assert stopped(tmp_path).code == "is_folder"
    with pytest.raises(FileNotFoundError):
        read_forms(tmp_path / "没有.xlsx")


def test_the_content_counts_not_the_suffix(tmp_path: Path, sound: bytes) -> None:
    (tmp_path / "表.csv").write_bytes(sound)
    (tmp_path / "表.xlsx").write_text("三级指标,指标值,实际完成值\n线路,3条,3条\n", encoding="gb18030")
    assert (
        len(read_forms(tmp_path / "表.csv")[0].rows) == 5
        and read_forms(tmp_path / "表.xlsx")[0].rows[0].level3 == "线路"
    )


def test_a_workbook_without_a_form(path: Path) -> None:
    book, (sheet, near) = sample.book_of("人员", "指标")
    sheet.append(["岗位", "人数"])
    error = stopped(sample.saved(book, path))
    assert error.code == "no_form" and error.place is None
    near["B3"], near["C3"] = "三级指标", "完成得如何"
    error = stopped(sample.saved(book, path))
    assert (error.code, error.place) == ("no_form", "指标!B3") and "三级指标、完成得如何" in str(error)


def test_a_workbook_whose_only_form_is_hidden(path: Path) -> None:
    book, (front, hidden) = sample.book_of("封面", "表")
    front["A1"] = "封面"
    sample.scored(hidden)
    hidden.sheet_state = "veryHidden"
    assert stopped(sample.saved(book, path)).code == "no_form"


# --- cells without a value ------------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["H13", "F14", "F6", "I6"])
def test_a_formula_that_was_never_calculated(path: Path, cell: str) -> None:
    book, (sheet,) = sample.book_of("表")
    sample.scored(sheet)
    sheet[cell] = "=G13*1"
    error = stopped(sample.saved(book, path))
    assert (
        (error.code, error.place) == ("formula_without_value", f"表!{cell}")
        and "保存一次" in str(error)
        and "=G13*1" in str(error)
    )


@pytest.mark.parametrize(("cell", "value"), [("H13", "#REF!"), ("E6", "#N/A")])
def test_an_error_value(path: Path, cell: str, value: str) -> None:
    book, (sheet,) = sample.book_of("表")
    sample.scored(sheet)
    sheet[cell] = value
    error = stopped(sample.saved(book, path))
    assert (error.code, error.place) == ("error_value", f"表!{cell}") and value in str(error)


def test_cells_that_nobody_reads_may_be_anything(path: Path) -> None:
    """The rate of an empty source of funds is #DIV/0! in many a form; sheets of evidence have formulas."""
    book, (sheet, notes) = sample.book_of("表", "附")
    sample.scored(sheet)
    sheet["H9"], sheet["K3"], notes["A1"] = "#DIV/0!", "=1+1", "=B1*2"
    assert len(read_forms(sample.saved(book, path))[0].rows) == 5


def test_formulas_are_read_by_their_values(path: Path) -> None:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("表")
    percent = book.add_format({"num_format": "0.00%"})
    for column, words in enumerate(("三级指标", "指标值", "实际完成值", "分值", "得分")):
        sheet.write(0, column, words)
    sheet.write_row(1, 0, ["办结率", "≥99%"])
    sheet.write_formula(1, 2, "=994/1000", percent, 0.9944)
    sheet.write_formula(1, 3, "=100", None, 100)
    sheet.write_formula(1, 4, "=99.44*1", None, 99.44)
    book.close()
    (form,) = read_forms(path)
    assert [(r.actual_text, float(r.weight or 0), float(r.score or 0)) for r in form.rows] == [("99.44%", 100.0, 99.44)]


# --- values as they are shown ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "format", "text"),
    [
        (None, "General", ""),
        (5, "General", "5"),
        (5.0, "General", "5"),
        (12.5, "General", "12.5"),
        (0.1 + 0.2, "General", "0.3"),
        (-0.0, "General", "0"),
        (1e-12, "General", "0"),
        (38508, "#,##0", "38508"),
        (12345678901234567, "0", "12345678901234567"),
        (1.5e20, "General", "150000000000000000000"),
        (0.9944, "0.00%", "99.44%"),
        (0.9944, "0%", "99.44%"),
        (0.985, "0%", "98.5%"),
        (1, "0%", "100%"),
        (0.96, "0.00%", "96.00%"),
        (0.994382022471, "0%", "99.44%"),
        (0.125, "0.0%;[Red]-0.0%", "12.5%"),
        (99.5, '0.0"%"', "99.5%"),
        (99.5, r"0.0\%", "99.5%"),
        (0.5, "[Blue]0%", "50%"),
        (9.943820224719101, "0.00", "9.94"),
        (9.945, "0.00_ ", "9.95"),
        (12.5, "0", "12.5"),
        (1770000 / 10000, "0.00####", "177"),
        (9.94, "0.0", "9.94"),
        (2, '0"件"', "2件"),
        (2, '#,##0.00"万元"', "2万元"),
        (1234.5, '"￥"#,##0.00', "1234.5"),
        (True, "General", "是"),
        (False, "General", "否"),
        ("  ≥95%\n", "@", "≥95%"),
        (float("nan"), "General", ""),
        (datetime.datetime(2023, 12, 31), "yyyy-mm-dd", "2023-12-31"),
        (datetime.datetime(2023, 12, 1), 'yyyy"年"m"月"', "2023年12月"),
        (datetime.datetime(2023, 12, 31), 'm"月"d"日"', "12月31日"),
        (datetime.datetime(2023, 12, 31, 8, 30), "yyyy-mm-dd h:mm", "2023-12-31 08:30"),
        (datetime.date(2023, 1, 1), "yyyy", "2023年"),
        (datetime.time(1, 3), "h:mm", "1:03"),
        (datetime.timedelta(hours=30, minutes=5), "[h]:mm", "30:05"),
    ],
)
def test_values_as_they_are_shown(value: Any, format: str, text: str) -> None:
    assert shown(value, format) == text


def test_a_target_that_was_stored_as_a_formula_is_its_text(path: Path) -> None:
    book, (sheet,) = sample.book_of("表")
    sample.scored(sheet, rows=[("产出指标", "数量指标", "编制方案", "=3份", "3份", "=20", 20, None)])
    (form,) = read_forms(sample.saved(book, path))
    assert (form.rows[0].target_text, form.rows[0].weight) == ("=3份", 20)
