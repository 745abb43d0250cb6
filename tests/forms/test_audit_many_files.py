"""A folder or an archive of forms: all are read in order, one damaged file is named, and the lists say the same."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from helpers.cli import app
from helpers.formats.audit_list import audit_html, audit_xlsx
from helpers.forms import audit_file
from helpers.forms.audit_file import audit_path, work_list
from helpers.forms.readers import FormError, many_files
from helpers.forms.readers.many_files import find_sources
from tests.forms.readers.form_samples import book_of, saved, scored
from tests.forms.readers.rebuilt import as_docx, as_html

RULES = "caiyu-2020-10"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three forms, one of them in an archive; a damaged file, a lock file and a picture."""
    where = tmp_path / "自评表"
    (where / "下级").mkdir(parents=True)
    book, (sheet,) = book_of("表")
    scored(sheet)
    saved(book, where / "a.xlsx")
    (where / "下级" / "b.docx").write_bytes(as_docx(sheet))
    with zipfile.ZipFile(where / "c.zip", "w") as archive:
        archive.writestr("内/c.html", as_html(sheet))
        archive.writestr("~$c.xlsx", b"lock")
    (where / "d.xlsx").write_bytes(b"PK\x03\x04 damaged")
    (where / "~$a.xlsx").write_bytes(b"lock")
    (where / "e.png").write_bytes(b"\x89PNG")
    return where


def test_every_file_is_read_or_named(folder: Path) -> None:
    audit = audit_path(folder, RULES)
    assert [file.shown for file in audit.files] == ["a.xlsx", "c.zip/内/c.html", "d.xlsx", "下级/b.docx"]
    assert [len(file.tables) for file in audit.files] == [1, 1, 0, 1]
    assert [error.code for error in audit.refused] == ["unreadable"] and audit.others == ("e.png",)
    told = work_list(audit)
    assert "▶ c.zip/内/c.html" in told and "✗ 未读  d.xlsx" in told and "e.png" in told


def test_workers_give_what_one_process_gives(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = audit_path(folder, RULES)
    seen: list[tuple[int, int, str]] = []
    monkeypatch.setattr(audit_file, "FEW", 1)
    together = audit_path(folder, RULES, lambda done, whole, name: seen.append((done, whole, name)))
    assert work_list(together) == work_list(alone)
    assert [step[:2] for step in seen] == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_bounds(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = b""
    for _ in range(5):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("a.zip" if inner else "a.csv", inner or b"x")
        inner = out.getvalue()
    (tmp_path / "deep.zip").write_bytes(inner)
    assert [error.code for error in find_sources(tmp_path / "deep.zip").refused] == ["too_deep"]
    monkeypatch.setattr(many_files, "MOST_OF_ONE", 100)
    assert {error.code for error in audit_path(folder / "c.zip", RULES).refused} == {"too_big"}
    monkeypatch.setattr(many_files, "MOST_FILES", 2)
    with pytest.raises(FormError) as stopped:
        find_sources(folder)
    assert stopped.value.code == "too_big"


def test_the_lists_say_the_same_and_are_the_same_bytes(folder: Path) -> None:
    audit = audit_path(folder, RULES)
    content, page = audit_xlsx(audit), audit_html(audit)
    assert content == audit_xlsx(audit) and "<script" not in page and "http" not in page.replace("http-equiv", "")
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["汇总", "001 机房运行维护", "002 机房运行维护", "003 机房运行维护"]
    cells = [[cell.value for cell in line] for line in book["汇总"].iter_rows()]
    line = next(line for line in cells if line[1] == "a.xlsx")
    assert line[8:11] == [98.81, 98.81, 0] and line[2:6] == ["某市信息中心", "机房运行维护", "2023", 5]
    for words in ("故障当日修复率", "98.81", "d.xlsx", "e.png", "≥95%"):
        assert words in page and any(words in str(c.value) for s in book for row in s.iter_rows() for c in row)


def test_the_command_line(folder: Path, tmp_path: Path) -> None:
    run = CliRunner().invoke
    out = tmp_path / "清单.html"
    done = run(app, ["audit", str(folder), "--show", "--out", str(out)])
    assert done.exit_code == 1 and "共 3 张表" in done.output and "未能读取的文件 1 个" in done.output
    assert "备件到货慢" in done.output and out.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    listed = json.loads(run(app, ["audit", str(folder), "--json"]).output)
    (damaged,) = [one for one in listed if one["file"] == "d.xlsx"]
    assert (damaged["check"], damaged["level"]) == ("unreadable", "stop") and damaged["remedy"]
    refused = run(app, ["audit", str(folder), "--out", str(tmp_path / "清单.doc")])
    assert refused.exit_code == 2 and "[out_format]" in refused.output
