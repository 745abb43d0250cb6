"""What no digit shows: hidden text, looks, notes, attachments, properties, marks and keys put into a finished file."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from helpers.trust.compared import compared
from helpers.trust.opened import open_package
from helpers.trust.sums import wrong_sums
from tests.trust import tampered as t

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DOCUMENT, BOOK, SHEET = "word/document.xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"
RULE = '<conditionalFormatting sqref="A1"><cfRule type="x" priority="1"/></conditionalFormatting>'
OUTSIDE = '<Relationship Id="rX" Type="x/attachedTemplate" Target="http://a/x.dotm" TargetMode="External"/>'


@pytest.fixture
def package(made: Path, tmp_path: Path) -> Path:
    return t.copied(made / "reports" / "2024", tmp_path / "2024")


def added(path: Path, member: str, content: str = "<a>99</a>") -> None:
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(member, content)


DOCX: dict[str, tuple[str, str, str]] = {
    "hidden text": (DOCUMENT, "</w:p>", "<w:r><w:rPr><w:vanish/></w:rPr><w:t>100</w:t></w:r></w:p>"),
    "text hidden": (DOCUMENT, "<w:r>", "<w:r><w:rPr><w:vanish/></w:rPr>"),
    "white text": (DOCUMENT, "<w:r>", '<w:r><w:rPr><w:color w:val="FFFFFF"/></w:rPr>'),
    "tiny text": (DOCUMENT, "<w:r>", '<w:r><w:rPr><w:sz w:val="1"/></w:rPr>'),
    "struck out": (DOCUMENT, "<w:r>", "<w:r><w:rPr><w:strike/></w:rPr>"),
    "symbol": (DOCUMENT, "</w:p>", '<w:r><w:sym w:font="Arial" w:char="F039"/></w:r></w:p>'),
    "field": (DOCUMENT, "</w:p>", '<w:fldSimple w:instr="INCLUDETEXT x"/></w:p>'),
    "hidden style": ("word/styles.xml", "<w:rPr>", "<w:rPr><w:vanish/>"),
    "template": ("word/_rels/document.xml.rels", "</Relationships>", f"{OUTSIDE}</Relationships>"),
    "keywords": ("docProps/core.xml", "</cp:coreProperties>", "<cp:keywords>99</cp:keywords></cp:coreProperties>"),
}
XLSX: dict[str, tuple[str, str, str]] = {
    "white cells": ("xl/styles.xml", "<font>", '<font><color rgb="FFFFFFFF"/>'),
    "defined name": (BOOK, "</sheets>", '</sheets><definedNames><definedName name="T">99</definedName></definedNames>'),
    "hidden sheet": (BOOK, "<sheet ", '<sheet state="veryHidden" '),
    "hidden row": (SHEET, "<row ", '<row hidden="1" '),
    "hidden column": (SHEET, "<col ", '<col hidden="1" '),
    "rule": (SHEET, "</sheetData>", f"</sheetData>{RULE}"),
    "header": (SHEET, "</worksheet>", "<headerFooter><oddHeader>99</oddHeader></headerFooter></worksheet>"),
}  # fmt: skip
PARTS = {
    "report.docx": ("word/comments.xml", "customXml/item1.xml", "word/vbaProject.bin", "word/embeddings/a.bin"),
    "self_evaluation.xlsx": ("xl/comments1.xml", "xl/externalLinks/externalLink1.xml", "xl/vbaProject.bin"),
}
HTML = {
    "attribute": ("<main class=page>", "<main class=page data-x=99>"),
    "event": ("<body>", "<body onload=alert(1)>"),
    "style": ("</style>", "td{display:none}</style>"),
    "drawn by style": ("</style>", 'p::after{content:"99"}</style>'),
    "remark": ("</body>", "<!-- 99 --></body>"),
    "policy": ("default-src 'none'", "default-src *"),
    "invisible character": ("自评", "自\u200b评"),
    "turned around": ("自评", "\u202e自评"),
    "behind the end": ("</html>", "</html><p>99</p>"),
    "other mode": ("<!DOCTYPE html>", "<!DOCTYPE html SYSTEM 'x'>"),
}


def told(name: str, there: Path, made: Path) -> tuple[str, ...]:
    return compared(name, (there / name).read_bytes(), (made / "reports" / "2024" / name).read_bytes()).told


@pytest.mark.parametrize("kind", DOCX)
def test_in_the_editable_report(package: Path, made: Path, kind: str) -> None:
    t.replace_in_zip(package / "report.docx", *DOCX[kind])
    assert told("report.docx", package, made)


@pytest.mark.parametrize("kind", XLSX)
def test_in_the_form(package: Path, made: Path, kind: str) -> None:
    t.replace_in_zip(package / "self_evaluation.xlsx", *XLSX[kind])
    assert told("self_evaluation.xlsx", package, made)


@pytest.mark.parametrize(("name", "member"), [(name, member) for name, members in PARTS.items() for member in members])
def test_a_part_that_acts(package: Path, made: Path, name: str, member: str) -> None:
    content = f'<w:comments xmlns:w="{W}"><w:p><w:r><w:t>9</w:t></w:r></w:p></w:comments>'
    added(package / name, member, content)
    assert told(name, package, made)


@pytest.mark.parametrize("kind", HTML)
def test_in_the_page(package: Path, made: Path, kind: str) -> None:
    t.replace_text(package / "report.html", *HTML[kind])
    assert told("report.html", package, made)


@pytest.mark.parametrize("kind", ["attachment", "note", "highlight"])
def test_beside_the_pages_of_the_pdf(package: Path, made: Path, kind: str) -> None:
    content = (package / "report.pdf").read_bytes()
    document, out = pypdfium2.PdfDocument(content), io.BytesIO()
    raw = pypdfium2.raw
    if kind == "attachment":
        document.new_attachment("x.txt").set_data(b"99")
    if kind in ("note", "highlight"):
        page = document[0]
        what = raw.FPDF_ANNOT_TEXT if kind == "note" else raw.FPDF_ANNOT_HIGHLIGHT
        raw.FPDFPage_CloseAnnot(raw.FPDFPage_CreateAnnot(page.raw, what))
    document.save(out)
    (package / "report.pdf").write_bytes(out.getvalue())
    assert told("report.pdf", package, made)


NOTEBOOK: dict[str, Callable[[Any], Any]] = {
    "output": lambda n: n["cells"][2]["outputs"].append({"output_type": "stream", "name": "stdout", "text": "99"}),
    "metadata": lambda n: n["metadata"].update(author="x"),
    "of a cell": lambda n: n["cells"][0]["metadata"].update(x=1),
    "attachment": lambda n: n["cells"][0].update(attachments={"a.png": {"image/png": "AA=="}}),
    "count": lambda n: n["cells"][2].update(execution_count=99),
}


@pytest.mark.parametrize("kind", NOTEBOOK)
def test_in_an_executed_notebook(package: Path, made: Path, kind: str) -> None:
    name = "notebooks/5_report.ipynb"
    t.edit_json(package / name, NOTEBOOK[kind])
    assert told(name, package, made)


RESULTS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "a key of its own": (lambda r: r.update(secret=1), "secret：程序不写这样的键"),
    "a key of an indicator": (lambda r: r["indicators"][0].update(extra=1), "indicators.extra：程序不写这样的键"),
    "rows left out": (lambda r: r["indicators"][0]["evidence"]["set_aside"].append({"reason": "x", "rows": 1}), "剔除"),
    "hash of a source": (lambda r: r["budget"]["evidence"]["inputs"][0].update(sha256="0" * 64), "散列"),
    "query by month": (lambda r: r["budget"]["evidence"].update(monthly_sql="SELECT 1"), "分月"),
}


@pytest.mark.parametrize("kind", RESULTS)
def test_in_the_results(package: Path, kind: str) -> None:
    results, validation = (json.loads((package / f"{n}.json").read_text("utf-8")) for n in ("results", "validation"))
    assert wrong_sums(results, validation) == []
    change, words = RESULTS[kind]
    change(results)
    assert any(words in wrong for wrong in wrong_sums(results, validation))


@pytest.mark.parametrize("value", ["NaN", "Infinity", '1, "fiscal_year": 2'])
def test_data_that_readers_take_differently_is_no_data(package: Path, made: Path, value: str) -> None:
    t.replace_text(package / "results.json", '"fiscal_year": 2024', f'"fiscal_year": {value}')
    assert told("results.json", package, made)


@pytest.mark.parametrize("name", ["r\u0435port.html", "report\u200b.html", "REPORT.html", "report.html "])
def test_a_name_that_only_looks_like_one_of_ours(package: Path, name: str) -> None:
    (package / name).write_bytes((package / "report.html").read_bytes())
    t.edit_json(package / "manifest.json", lambda m: m["outputs"][0].update(file=name))
    t.cover_up(package)
    opened = open_package(package)
    assert any("清单没有列出" in wrong for wrong in opened.wrong), opened.wrong
