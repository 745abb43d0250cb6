"""Files with passwords, damaged files, files made to fill the memory: refused in a line, and the others are read."""

from __future__ import annotations

import io
import zipfile
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from helpers.cli import app
from helpers.forms.audit_file import audit_path
from helpers.forms.readers import FormError, forms_of
from helpers.forms.readers.bounded import refuse_bomb
from tests.files.made_workbooks import compound, package, text
from tests.forms.readers.form_samples import book_of, saved, scored
from tests.forms.readers.rebuilt import FORMATS

#: An encryption that no empty password opens.
LOCKED_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"3 0 obj<</Filter/Standard/V 1/R 2/P -44/O<" + b"41" * 32 + b">/U<" + b"42" * 32 + b">>>endobj\n"
    b"trailer<</Size 4/Root 1 0 R/Encrypt 3 0 R/ID[<31><31>]>>\nstartxref\n0\n%%EOF"
)
LOCKED_BOOK = compound({"EncryptedPackage": b"\x01" * 5000, "EncryptionInfo": b"\x04\x00" * 300})


@cache
def sound() -> dict[str, bytes]:
    """One form in every format."""
    _, (sheet,) = book_of("表")
    scored(sheet)
    held = {suffix: write(sheet) for suffix, write in FORMATS.items()}
    out = io.BytesIO()
    sheet.parent.save(out)
    return {**held, "xlsx": out.getvalue()}


def locked_member(name: str, content: bytes) -> bytes:
    """An archive whose only member says that it needs a password."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, content)
    packed = bytearray(out.getvalue())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        packed[packed.index(mark) + flags] |= 1
    return bytes(packed)


def refused(content: bytes, name: str) -> FormError:
    with pytest.raises(FormError) as caught:
        forms_of(content, name)
    assert caught.value.hint and len(str(caught.value).splitlines()) < 6
    return caught.value


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (LOCKED_BOOK, "表.xlsx"),
        (LOCKED_BOOK, "表.docx"),
        (LOCKED_PDF, "表.pdf"),
        (locked_member("word/document.xml", b"<w/>"), "表.docx"),
    ],
)
def test_a_password_is_said_with_its_remedy(content: bytes, name: str) -> None:
    error = refused(content, name)
    assert error.code == "encrypted" and "密码" in error.message and "密码" in str(error.hint)


def test_locked_files_do_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(LOCKED_BOOK)
    (tmp_path / "b.docx").write_bytes(sound()["docx"])
    (tmp_path / "c.pdf").write_bytes(LOCKED_PDF)
    (tmp_path / "d.zip").write_bytes(locked_member("内.html", sound()["html"]))
    audit = audit_path(tmp_path, "caiyu-2020-10")
    assert [(e.file, e.code) for e in audit.refused] == [
        ("a.xlsx", "encrypted"),
        ("c.pdf", "encrypted"),
        ("d.zip/内.html", "password"),
    ]
    assert len(audit.tables) == 1
    done = CliRunner().invoke(app, ["audit", str(tmp_path)])
    assert done.exit_code == 1 and done.output.count("密码") >= 3 and "未能读取的文件 3 个" in done.output
    assert CliRunner().invoke(app, ["audit", str(tmp_path / "a.xlsx")]).exit_code == 1


@settings(max_examples=120)
@given(st.data())
def test_damaged_bytes_are_read_or_refused(data: st.DataObject) -> None:
    suffix = data.draw(st.sampled_from(sorted(sound())))
    content = bytearray(sound()[suffix])
    cut = data.draw(st.integers(0, len(content)))
    how = data.draw(st.sampled_from(["end", "middle", "bytes", "random"]))
    if how == "end":
        del content[cut:]
    elif how == "middle":
        del content[cut : cut + data.draw(st.integers(1, 3000))]
    elif how == "bytes":
        for place, value in data.draw(st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)))):
            content[place] = value
    else:
        content[8:] = data.draw(st.binary(max_size=2000))
    try:
        assert forms_of(bytes(content), f"表.{suffix}")
    except FormError as error:
        assert error.hint and error.code


def test_a_package_that_lies_about_its_size_is_left_to_its_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("helpers.forms.readers.bounded.MOST_BYTES", 10_000)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"<w>" + b" " * 500_000)
    with pytest.raises(FormError, match="too_big"):
        refuse_bomb(out.getvalue(), "表.docx", "文档")
    lying = out.getvalue().replace((500_003).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert lying != out.getvalue()
    refuse_bomb(lying, "表.docx", "文档")
    assert refused(lying, "表.docx").code == "unreadable"


def test_a_text_in_the_farthest_cell_is_refused_with_its_place() -> None:
    far = '<row r="1">' + text("三级指标", 'r="A1"') + "</row>"
    far += '<row r="1048576">' + text("x", 'r="XFD1048576"') + "</row>"
    error = refused(package(far), "表.xlsx")
    assert (error.code, error.place) == ("too_big", "表!XFD1048576")


def test_a_form_saved_and_cut_anywhere(tmp_path: Path) -> None:
    book, (sheet,) = book_of("表")
    scored(sheet)
    whole = saved(book, tmp_path / "表.xlsx").read_bytes()
    assert {refused(whole[:at], "表.xlsx").code for at in (10, 500, len(whole) // 2, len(whole) - 5)} == {"unreadable"}
