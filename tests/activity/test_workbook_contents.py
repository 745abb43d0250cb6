"""Workbooks are what they contain: any XML, name, merge or hidden part; what has no value stops with its cell."""

from __future__ import annotations

import contextlib
import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from activity_samples import cleaned, project
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.activity.clean import Reconciliation
from helpers.activity.errors import ExportError
from helpers.files.spreadsheet import LAST_ROW
from tests.files.made_workbooks import NEVER, compound, old_workbook, package, text

TABLE = """\
  bills:
    title: 台账
    files: {files}
    {more}
    columns:
      id: {id}
      kind: {{from: {kind}}}
      amount: {{from: {amount}, type: money}}
"""
Read = Callable[..., tuple[Reconciliation, pd.DataFrame]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """The tidy rows of one file with this content."""

    def read_one(
        content: bytes,
        file: str = "a.xlsx",
        more: str = "",
        *,
        key: str = "编号",
        kind: str = "类别",
        amount: str = "金额",
    ) -> tuple[Reconciliation, pd.DataFrame]:
        table = TABLE.format(files=f"exports/{file}", more=more, id=key, kind=kind, amount=amount)
        year = project(tmp_path, table, {})
        (tmp_path / "data" / "raw" / "2024" / "exports" / file).write_bytes(content)
        account, tidy, _ = cleaned(year, tmp_path / "out", "bills")
        return account, tidy

    return read_one


def refused(read: Read, *arguments: Any, **more: Any) -> ExportError:
    with pytest.raises(ExportError) as caught:
        read(*arguments, **more)
    assert caught.value.hint and str(caught.value).count("\n") < 12
    return caught.value


def saved(book: openpyxl.Workbook, folder: Path) -> bytes:
    book.save(folder / "made.xlsx")
    return (folder / "made.xlsx").read_bytes()


def book_of(*sheets: tuple[str, list[list[Any]]]) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return book


HEAD = ["编号", "类别", "金额"]
ROWS = [HEAD, ["V1", "差旅", 100.5], ["V2", "办公", 20]]


def xml_rows(refs: bool = True, prefix: str = "") -> str:
    p = f"{prefix}:" if prefix else ""

    def cell(name: str, value: object) -> str:
        at = f'r="{name}"' if refs else ""
        return f"<{p}c s='0' {at}><{p}v>{value}</{p}v></{p}c>" if not isinstance(value, str) else text(value, at, p)

    lines = ""
    for number, row in enumerate(ROWS, start=1):
        cells = "".join(cell(f"{'ABC'[i]}{number}", value) for i, value in enumerate(row))
        lines += f"<{p}row{f' r={chr(34)}{number}{chr(34)}' if refs else ''}>{cells}</{p}row>"
    return lines


@pytest.mark.parametrize(
    "content",
    [
        package(xml_rows()),
        package(xml_rows(prefix="x"), prefix="x"),
        package(xml_rows(refs=False)),
        package(xml_rows(), strict=True),
        package(xml_rows(), target="/xl/worksheets/sheet1.xml"),
        package(xml_rows(), target="./worksheets/sheet1.xml"),
        package(xml_rows(), target="../xl/worksheets/sheet1.xml"),
        package(xml_rows(), separator="\\"),
        old_workbook(ROWS),
    ],
    ids=["plain", "prefix", "no_references", "strict", "absolute", "dotted", "upwards", "backslashes", "old"],
)
@pytest.mark.parametrize("file", ["a.xlsx", "a.xls"])
def test_a_workbook_is_read_whatever_its_xml_and_its_name(read: Read, content: bytes, file: str) -> None:
    account, tidy = read(content, file)
    assert (account.used, list(tidy["id"]), str(tidy["amount"].sum())) == (2, ["V1", "V2"], "120.50")
    assert list(tidy["source_row"]) == [2, 3]


@pytest.mark.parametrize("prefix", ["", "x"])
@pytest.mark.parametrize(
    ("cell", "code", "words"),
    [
        ("<{p}c t='e' r='C2'><{p}f>1/0</{p}f><{p}v>#DIV/0!</{p}v></{p}c>", "formula_error", "C2 金额：#DIV/0!"),
        ("<{p}c\n r='C2' t = 'e' ><{p}v>#N/A</{p}v></{p}c>", "formula_error", "C2 金额：#N/A"),
        ("<{p}c r='C2'><{p}f>B1*2</{p}f></{p}c>", "uncalculated", "C2"),
        ("<{p}c r='C2'><{p}f ca='1'>B1*2</{p}f><{p}v/></{p}c>", "uncalculated", "C2"),
    ],
)
def test_cells_without_a_value_stop_with_their_names(read: Read, prefix: str, cell: str, code: str, words: str) -> None:
    p = f"{prefix}:" if prefix else ""
    head = f"<{p}row>{''.join(text(name, '', p) for name in HEAD)}</{p}row>"
    row = f"<{p}row>{text('V1', '', p)}{text('差旅', '', p)}{cell.format(p=p)}</{p}row>"
    error = refused(read, package(head + row, prefix=prefix))
    assert error.code == code and error.rows[0][0] == 2 and words in error.rows[0][1]


def test_a_formula_that_nobody_reads_may_stay_uncalculated(read: Read, tmp_path: Path) -> None:
    book = book_of(("表", [[*HEAD, "备注"], ["V1", "差旅", 1, "=A2"]]))
    assert read(saved(book, tmp_path))[0].used == 1


def test_zeros_that_a_library_wrote_for_every_formula_are_no_values(read: Read, tmp_path: Path) -> None:
    for value in (None, 7):
        book = xlsxwriter.Workbook(tmp_path / "made.xlsx")
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEAD)
        for row in (1, 2):
            sheet.write_row(row, 0, [f"V{row}", "差旅"])
            sheet.write_formula(row, 2, "=1+6", None, *([] if value is None else [value]))
        book.close()
        content = (tmp_path / "made.xlsx").read_bytes()
        if value is None:
            error = refused(read, content)
            assert error.code == "uncalculated" and [row for row, _ in error.rows] == [2, 3]
        else:
            assert str(read(content)[1]["amount"].sum()) == "14.00"


def test_errors_and_empty_formulas_of_an_old_workbook(read: Read) -> None:
    error = refused(read, old_workbook([*ROWS, ["V3", "差旅", "#REF!"]]), "a.xls")
    assert error.code == "formula_error" and error.rows == ((4, "C4 金额：#REF!"),)
    error = refused(read, old_workbook([HEAD, ["V1", "差旅", NEVER], ["V2", "差旅", NEVER]]), "a.xls")
    assert error.code == "uncalculated" and [row for row, _ in error.rows] == [2, 3]
    account, _ = read(old_workbook([*ROWS, ["V3", "差旅", NEVER]]), "a.xls", 'empty: ["#REF!"]')
    assert account.files[0].blank_formulas == ("C4",)


@pytest.mark.parametrize("content", [compound({"EncryptedPackage": b"x", "EncryptionInfo": b"x"}), None])
def test_encrypted_workbooks_are_refused_with_the_remedy(read: Read, content: bytes | None) -> None:
    if content is None:  # an old workbook whose records begin with FILEPASS
        whole = bytearray(old_workbook(ROWS))
        at = whole.index(b"\x42\x00\x02\x00\xb0\x04")
        whole[at : at + 2] = b"\x2f\x00"
        content = bytes(whole)
    for file in ("a.xlsx", "a.xls"):
        error = refused(read, content, file)
        assert error.code == "encrypted" and "密码" in str(error)


@pytest.mark.parametrize(
    ("content", "code", "word"),
    [
        (b"%PDF-1.4", "unknown_format", "PDF"),
        (b"Rar!\x1a\x07", "unknown_format", "RAR"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "unknown_format", "图片"),
        (compound({"WordDocument": b"x"}), "not_a_workbook", ".doc"),
        (b" \r\n\0\0", "empty_file", "空的"),
    ],
)
def test_other_files_are_called_what_they_are(read: Read, content: bytes, code: str, word: str) -> None:
    error = refused(read, content, "a.xls")
    assert error.code == code and word in str(error)


# --- merged cells ---------------------------------------------------------------------------------


def test_a_merged_category_stands_for_all_its_rows(read: Read, tmp_path: Path) -> None:
    rows = [HEAD, ["V1", "差旅", 1], ["V2", None, 2], ["V3", None, 3], ["V4", "办公", 4]]
    book = book_of(("表", rows))
    book["表"].merge_cells("B2:B4")
    _, tidy = read(saved(book, tmp_path))
    assert dict(tidy.groupby("kind")["amount"].sum()) == {"差旅": 6, "办公": 4}
    _, tidy = read(old_workbook(rows, merged=[(1, 3, 1, 1)]), "a.xls")
    assert list(tidy["kind"]) == ["差旅", "差旅", "差旅", "办公"]


def test_a_merged_amount_would_count_again(read: Read, tmp_path: Path) -> None:
    book = book_of(("表", [HEAD, ["V1", "差旅", 90], ["V2", "差旅", None]]))
    book["表"].merge_cells("C2:C3")
    content = saved(book, tmp_path)
    error = refused(read, content)
    assert error.code == "merged_number" and "C2:C3" in str(error) and error.rows[0][0] == 2
    _, tidy = read(content, more="checks: {merged: first}")
    assert str(tidy["amount"].sum()) == "90.00" and len(tidy) == 2


def test_merged_remarks_and_total_labels_are_no_records(read: Read, tmp_path: Path) -> None:
    book = book_of(("表", [HEAD, ["V1", "差旅", 90], ["合计", None, 90], [], ["备注：本表一式两份"], []]))
    book["表"].merge_cells("A3:B3")
    book["表"].merge_cells("A5:C6")
    _, tidy = read(saved(book, tmp_path))
    assert list(tidy["kind"]) == ["差旅"] and list(tidy["id"]) == ["V1"]


def test_a_cell_merged_across_columns_counts_for_each_of_them(read: Read, tmp_path: Path) -> None:
    book = book_of(("表", [HEAD, ["网络", None, 5], ["V2", 7, None]]))
    book["表"].merge_cells("A2:B2")
    _, tidy = read(saved(book, tmp_path))
    assert list(tidy["kind"]) == ["网络", "7"]
    book["表"].merge_cells("B3:C3")
    assert refused(read, saved(book, tmp_path)).code == "merged_number"


# --- heads, sheets, hidden parts ------------------------------------------------------------------


def two_row_head() -> openpyxl.Workbook:
    rows = [["编号", "申请", None, "支付", None], [None, "类别", "金额", "日期", "金额"], ["V1", "差旅", 5, "3月", 100]]
    book = book_of(("表", rows))
    for where in ("A1:A2", "B1:C1", "D1:E1"):
        book["表"].merge_cells(where)
    return book


def test_a_head_of_two_rows_is_declared(read: Read, tmp_path: Path) -> None:
    content = saved(two_row_head(), tmp_path)
    _, tidy = read(content, more="header_row: [1, 2]", kind="申请/类别", amount="支付/金额")
    assert (list(tidy["id"]), list(tidy["kind"]), str(tidy["amount"].sum())) == (["V1"], ["差旅"], "100.00")
    error = refused(read, content, amount="支付", kind="申请")
    assert error.code == "two_row_head" and "header_row: [1, 2]" in str(error.hint)
    error = refused(read, content, more="header_row: 2", kind="类别")
    assert error.code == "header_twice" and "header_row: [1, 2]" in str(error.hint)
    csv = "编号,申请,,支付,\n,类别,金额,日期,金额\nV1,差旅,5,3月,100\n".encode()
    _, tidy = read(csv, "a.csv", "header_rows: 2", kind="申请/类别", amount="申请/金额")
    assert (list(tidy["kind"]), str(tidy["amount"].sum()), list(tidy["source_row"])) == (["差旅"], "5.00", [3])


def test_names_merged_over_a_row_of_data_are_no_second_head(read: Read, tmp_path: Path) -> None:
    book = book_of(("表", [["编号", "类别", None, "金额"], ["V1", "差旅", "国内", 5]]))
    book["表"].merge_cells("B1:C1")
    assert list(read(saved(book, tmp_path))[1]["kind"]) == ["差旅"]


def test_the_sheet_with_the_declared_headers_is_found(read: Read, tmp_path: Path) -> None:
    book = book_of(
        ("封面", [["某单位台账"]]), ("字典", [["类别"], ["差旅"], ["办公"]]), ("明细", ROWS), ("空表", [HEAD])
    )
    account, tidy = read(saved(book, tmp_path))
    assert list(tidy["id"]) == ["V1", "V2"] and account.files[0].page == "明细"
    book["明细"].sheet_state = "hidden"
    del book["空表"]
    book["字典"]["A1"] = "词条"
    error = refused(read, saved(book, tmp_path))
    assert error.code == "hidden_sheet" and "明细" in str(error)
    assert read(saved(book, tmp_path), more="sheet: 明细")[0].used == 2


def test_sheets_alike_have_to_be_told_apart(read: Read, tmp_path: Path) -> None:
    book = book_of(("1月", ROWS), ("2月", [HEAD, ["V3", "差旅", 7]]), ("说明", [["按月登记"]]))
    content = saved(book, tmp_path)
    error = refused(read, content)
    assert error.code == "several_sheets" and "1月、2月" in str(error) and "sheet" in str(error.hint)
    account, tidy = read(content, more="sheet: '*月'")
    assert [f.file for f in account.files] == ["exports/a.xlsx/1月", "exports/a.xlsx/2月"]
    assert str(tidy["amount"].sum()) == "127.50" and list(tidy["source_row"]) == [2, 3, 2]
    assert list(read(content, more="sheet: [2月]")[1]["id"]) == ["V3"]


def test_hidden_sheets_and_rows_are_counted(read: Read, tmp_path: Path) -> None:
    book = book_of(("表", ROWS), ("旧数据", ROWS), ("续表", [["V9", "差旅", 3]]), ("说明", [["x"]]))
    book["旧数据"].sheet_state = "veryHidden"
    book["表"].row_dimensions[3].hidden = True
    account, tidy = read(saved(book, tmp_path))
    assert len(tidy) == 2 and account.files[0].hidden == 1
    assert account.files[0].unread == ("旧数据（隐藏）", "续表")
    account, _ = read(old_workbook(ROWS, hidden=[1]), "a.xls")
    assert account.files[0].hidden == 1


@pytest.mark.parametrize(("kind", "content"), [("xlsx", package(xml_rows())), ("xls", old_workbook(ROWS))])
def test_a_sheet_at_the_last_row_of_its_format_was_cut(
    read: Read, monkeypatch: pytest.MonkeyPatch, kind: str, content: bytes
) -> None:
    assert (LAST_ROW["xlsx"], LAST_ROW["xls"]) == (1_048_576, 65_536)
    monkeypatch.setitem(LAST_ROW, kind, 3)
    error = refused(read, content)
    assert error.code == "sheet_full" and error.rows[0][0] == 3 and "at_limit" in str(error.hint)
    assert read(content, more="checks: {at_limit: keep}")[0].used == 2


# --- tables in web pages and XML ------------------------------------------------------------------

PAGE = """<html><head><meta charset="{charset}"><style>td {{x}}</style></head><body>
<table><tr><th>编号</th><th>类别</th><th>金额</th></tr>
<tr><td>V1</td><td rowspan="2">差旅</td><td x:num="1234.56">1,235</td></tr>
<tr><td>V2</td><td>&nbsp;2 </td></tr></table><table><tr><td>制表</td></tr></table></body></html>"""
SPREADSHEET = """<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Worksheet ss:Name="表"><Table>
<Row><Cell><Data ss:Type="String">编号</Data></Cell><Cell><Data ss:Type="String">类别</Data></Cell>
<Cell><Data ss:Type="String">金额</Data></Cell></Row>
<Row ss:Index="4"><Cell><Data ss:Type="String">V1</Data></Cell>
<Cell ss:Index="3"><Data ss:Type="{kind}">{value}</Data></Cell></Row>
</Table></Worksheet></Workbook>"""


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_web_page_under_the_name_of_a_workbook_is_read(read: Read, encoding: str) -> None:
    _, tidy = read(PAGE.format(charset="gb2312", x="").encode(encoding), "a.xls")
    assert (list(tidy["kind"]), str(tidy["amount"].sum())) == (["差旅", "差旅"], "1236.56")


def test_web_pages_without_a_table_or_an_end_are_refused(read: Read) -> None:
    assert refused(read, b"<html><body>login</body></html>", "a.xls").code == "web_page"
    cut = PAGE.format(charset="utf-8", x="").encode()
    assert refused(read, cut[: cut.index(b"<tr><td>V2")], "a.xls").code == "truncated"


def test_an_xml_spreadsheet_is_read_and_its_errors_are_refused(read: Read) -> None:
    _, tidy = read(SPREADSHEET.format(kind="Number", value="12.5").encode(), "a.xls")
    assert (str(tidy["amount"].sum()), list(tidy["source_row"])) == ("12.50", [4])
    error = refused(read, SPREADSHEET.format(kind="Error", value="#N/A").encode(), "a.xls")
    assert error.code == "formula_error" and error.rows[0] == (4, "C4 金额：#N/A")
    assert refused(read, b"<?xml version='1.0'?><rows/>", "a.xls").code == "web_page"


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["xlsx", "xls", "gz"]), st.integers(0, 10**6), st.integers(0, 255), st.booleans())
def test_a_damaged_container_is_read_or_refused(read: Read, kind: str, at: int, value: int, cut: bool) -> None:
    sound = {"xlsx": package(xml_rows()), "xls": old_workbook(ROWS), "gz": gzip.compress(package(xml_rows()))}[kind]
    broken = bytearray(sound[: at % len(sound) + 1] if cut else sound)
    broken[at % len(broken)] = value
    with contextlib.suppress(ExportError):
        assert read(bytes(broken), f"a.{kind}")[0].rows_in >= 0


def test_a_package_that_says_it_needs_a_later_version_is_refused(read: Read) -> None:
    content = bytearray(package(xml_rows()))
    content[content.index(b"PK\x01\x02") + 6] = 64
    assert refused(read, bytes(content)).code == "unreadable"


def test_a_text_in_the_farthest_cell_stops_in_one_screen(read: Read) -> None:
    far = (
        '<row r="1">' + text("编号", 'r="A1"') + "</row>" + '<row r="1048576">' + text("x", 'r="XFD1048576"') + "</row>"
    )
    error = refused(read, package(far))
    assert error.code == "too_big" and "XFD1048576" in str(error)
