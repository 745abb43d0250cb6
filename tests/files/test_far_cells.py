"""A cell at the far end of a sheet is refused with its place by every reader, before the parser lays the sheet out."""

from __future__ import annotations

import io
import zipfile

import pytest

from helpers.files import far_cells
from helpers.files.refusal import FileError
from helpers.files.spreadsheet import book_of
from tests.files.made_workbooks import package, text

HEAD = '<row r="1">' + text("编号", 'r="A1"') + text("类别", 'r="B1"') + "</row>"
FAR = {
    "corner": HEAD + '<row r="1048576">' + text("x", 'r="XFD1048576"') + "</row>",
    "many columns": HEAD
    + '<row r="1048576">'
    + "".join(text("x") for _ in range(5000))  # cells that do not say their place
    + "</row>",
    "row of the cell": HEAD + "<row>" + text("x", 'r="AAA1048576"') + "</row>",
}
SPACES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)


def open_document(rows: str) -> bytes:
    xml = f'<office:document-content {SPACES} office:version="1.2"><office:body><office:spreadsheet>'
    xml += f'<table:table table:name="表">{rows}</table:table></office:spreadsheet></office:body>'
    xml += "</office:document-content>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", xml)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return out.getvalue()


def row(cell: str = "", times: int = 1, before: int = 0, repeated: int = 1) -> str:
    ahead = f'<table:table-cell table:number-columns-repeated="{before}"/>' if before else ""
    held = f'<table:table-cell table:number-columns-repeated="{repeated}" office:value-type="string">'
    held = f"{held}<text:p>{cell}</text:p></table:table-cell>" if cell else "<table:table-cell/>"
    return f'<table:table-row table:number-rows-repeated="{times}">{ahead}{held}</table:table-row>'


@pytest.mark.parametrize("rows", FAR.values(), ids=FAR)
def test_a_far_cell_of_a_sheet_is_refused_by_its_place(rows: str) -> None:
    book = book_of(package(rows), "台账.xlsx")
    for look in (lambda: book.page("表", 5), lambda: book.top("表", 5)):
        with pytest.raises(FileError, match="too_big") as caught:
            look()
        assert "第 1,048,576 行" in str(caught.value) and caught.value.hint
        assert str(caught.value.place).startswith("表!") and str(caught.value.place).endswith("1048576")


@pytest.mark.parametrize(
    "rows",
    [
        row("甲") + row(times=1_048_574) + row("x", before=16_383),
        row("甲", times=60_000, repeated=16_384),
        row("甲") + row(times=900_000) + row("x", before=1000),
    ],
)
def test_so_is_one_of_an_open_document(rows: str) -> None:
    with pytest.raises(FileError, match="too_big") as caught:
        book_of(open_document(rows), "台账.ods")
    assert caught.value.hint and str(caught.value.place).startswith("工作表!")


def test_formats_ranges_and_empty_cells_far_out_are_no_cells() -> None:
    after = '<mergeCells><mergeCell ref="A2:XFD1048576"/></mergeCells>'
    styled = '<row r="1048576"><c r="XFD1048576" s="1"/></row>'
    assert book_of(package(HEAD + styled, after=after), "台账.xlsx").page("表").cells == [["编号", "类别"]]
    empty = row(times=1_048_575).replace(
        "<table:table-cell/>", '<table:table-cell table:number-columns-repeated="16384"/>'
    )
    assert book_of(open_document(row("编号") + empty), "台账.ods").page("表").cells == [["编号"]]


def test_a_filled_sheet_may_be_large_and_a_thin_one_may_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(far_cells, "MOST_CELLS", 1000)
    full = "".join(
        f'<row r="{r}">' + "".join(f'<c s="0" r="{c}{r}"><v>{r}</v></c>' for c in "ABCD") + "</row>"
        for r in range(1, 601)
    )
    for chunk in (1 << 26, 1000):
        monkeypatch.setattr(far_cells, "CHUNK", chunk)
        assert len(book_of(package(full), "台账.xlsx").page("表").cells) == 600
    thin = full[: full.index('<row r="11">')] + '<row r="900"><c r="D900"><v>1</v></c></row>'
    with pytest.raises(FileError, match="too_big"):
        book_of(package(thin), "台账.xlsx").page("表")
