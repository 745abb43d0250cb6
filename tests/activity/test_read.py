"""Exports are read as they are; damaged ones are refused with file, row and remedy."""

from pathlib import Path

import duckdb
import pytest

from helpers.activity.errors import ExportError
from helpers.activity.readers import Sheet, find_columns, read_exports
from helpers.year.tables import Table

HEAD = "编号,类别,说明,状态\n"
BODY = 'A1,报修,"两行\n说明, 带逗号",已关闭\nA2,测试,"他说 ""好""",已关闭\n'


def spec(**more: object) -> Table:
    columns = {"id": "编号", "category": ["类别", "工单类型"], "note": "说明", "state": "状态"}
    return Table.model_validate({"title": "工单", "files": "t.csv", "columns": columns, **more})


def read_one(path: Path, **more: object) -> Sheet:
    work = path.parent / "work"
    work.mkdir(exist_ok=True)
    (sheet,) = read_exports(path, path.name, spec(**more), work)
    return sheet


def read(path: Path, content: bytes, **more: object) -> Sheet:
    path.write_bytes(content)
    return read_one(path, **more)


def rows_of(sheet: Sheet) -> list[dict]:
    """The rows as cleaning sees them: an empty cell and an empty text are the same."""
    found = duckdb.sql(sheet.relation).to_arrow_table().to_pylist()
    return [{name: cell or "" if name != "source_row" else cell for name, cell in row.items()} for row in found]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings_are_found(tmp_path: Path, encoding: str) -> None:
    sheet = read(tmp_path / "t.csv", (HEAD + BODY).encode(encoding))
    assert sheet.headers == ("编号", "类别", "说明", "状态")
    assert rows_of(sheet) == [
        {"c0": "A1", "c1": "报修", "c2": "两行\n说明, 带逗号", "c3": "已关闭", "source_row": 2},
        {"c0": "A2", "c1": "测试", "c2": '他说 "好"', "c3": "已关闭", "source_row": 3},
    ]


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_delimiters_are_found(tmp_path: Path, delimiter: str) -> None:
    text = delimiter.join(["编号", "类别", "说明", "状态"]) + "\n" + delimiter.join("abcd") + "\n"
    assert rows_of(read(tmp_path / "t.csv", text.encode()))[0]["c3"] == "d"


@pytest.mark.parametrize("delimiter", ["；", "§"])
def test_delimiters_of_several_bytes_can_be_declared(tmp_path: Path, delimiter: str) -> None:
    text = delimiter.join(["编号", "类别", "说明", "状态"]) + "\n" + delimiter.join("ab;d") + "\n"
    (row,) = rows_of(read(tmp_path / "t.csv", text.encode(), delimiter=delimiter))
    assert row == {"c0": "a", "c1": "b", "c2": ";", "c3": "d", "source_row": 2}


def test_rows_keep_their_place_behind_blank_lines_and_titles(tmp_path: Path) -> None:
    text = "某法院工单导出,,,\n" + HEAD + "A1,x,,已关闭\n\nA2,y,,已关闭\n"
    rows = rows_of(read(tmp_path / "t.csv", text.encode(), header_row=2))
    assert [(r["c0"], r["source_row"]) for r in rows] == [("A1", 3), ("", 4), ("A2", 5)]


def refused(path: Path, content: bytes, **more: object) -> ExportError:
    with pytest.raises(ExportError) as caught:
        read(path, content, **more)
    assert caught.value.file == path.name and caught.value.hint
    return caught.value


def test_ragged_rows_are_named(tmp_path: Path) -> None:
    error = refused(tmp_path / "t.csv", (HEAD + "A1,x,,已关闭\nA2,y\nA3,z,,已关闭\n").encode())
    assert error.code == "ragged_rows" and error.rows[0][0] == 3


def test_an_open_quote_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "t.csv", (HEAD + 'A1,x,"没有收尾,已关闭\nA2,y,,已关闭\n').encode()).code == "ragged_rows"


def test_wrong_encoding_is_named_with_its_line(tmp_path: Path) -> None:
    content = (HEAD + "A1,x,,已关闭\n").encode() + b"A2,\xff\xff,,x\n"
    error = refused(tmp_path / "t.csv", content)
    assert error.code == "wrong_encoding" and (3, "不是 utf-8 编码") in error.rows
    assert refused(tmp_path / "t.csv", HEAD.encode("gb18030"), encoding="utf-8").code == "wrong_encoding"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken"])
def test_empty_or_broken_workbook(tmp_path: Path, content: bytes) -> None:
    assert refused(tmp_path / "t.xlsx", content).code in ("empty_file", "unreadable")


def test_workbook_cells_become_text(tmp_path: Path) -> None:
    import datetime

    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "登记"
    sheet.append(["标题"])
    sheet.append(["编号", "类别", "说明", "状态"])
    sheet.append([7, datetime.datetime(2024, 3, 5, 8, 30), 1.25, True])
    book.save(tmp_path / "t.xlsx")
    rows = rows_of(read_one(tmp_path / "t.xlsx", header_row=2, sheet="登记"))
    assert rows == [{"c0": "7", "c1": "2024-03-05 08:30:00", "c2": "1.25", "c3": "true", "source_row": 3}]
    with pytest.raises(ExportError, match="no_sheet"):
        read_one(tmp_path / "t.xlsx", sheet="登己")
    whole = (tmp_path / "t.xlsx").read_bytes()
    (tmp_path / "t.xlsx").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ExportError, match="unreadable"):
        read_one(tmp_path / "t.xlsx")


def test_headers_match_whatever_their_spelling(tmp_path: Path) -> None:
    sheet = read(tmp_path / "t.csv", "编 号,工单类型,其他\nA1,x,y\n".encode())
    assert find_columns(sheet, spec(), ["id"]) == {"id": "c0", "category": "c1"}
    with pytest.raises(ExportError, match="缺少列 state") as caught:
        find_columns(sheet, spec(), ["state"])
    assert caught.value.code == "missing_column"
    twice = read(tmp_path / "t.csv", "编号,编号\nA1,A2\n".encode())
    with pytest.raises(ExportError, match="header_twice"):
        find_columns(twice, spec(), [])
