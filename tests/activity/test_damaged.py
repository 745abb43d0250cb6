"""Damaged files are refused with file, row and remedy; nothing of them is averaged in."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import openpyxl
import pytest

from helpers.activity.errors import ExportError
from tests.activity.activity_samples import cleaned, project, reasons

TABLE = """\
  tickets:
    title: 工单
    files: {files}
    {more}
    columns:
      id: 编号
      opened_at: {{from: 受理时间, type: datetime}}
      kind: 类别
    key: id
"""
HEAD = "编号,受理时间,类别\n"
ROWS = "".join(f"A{i},2024-03-{i:02d} 08:00:00,报修\n" for i in range(1, 29))


def refused(root: Path, file: str, content: bytes, more: str = "") -> ExportError:
    year = project(root, TABLE.format(files=f"exports/{file}", more=more), {file: "x"})
    (root / "data" / "raw" / "2024" / "exports" / file).write_bytes(content)
    with pytest.raises(ExportError) as caught:
        cleaned(year, root / "out")
    error = caught.value
    assert file in error.file and error.hint and str(error).count("\n") < 15
    assert not list((root / "out").glob("*.parquet")) and not list((root / "out").glob(".stage-*"))
    return error


def book(path: Path, rows: list[list[object]], sheets: int = 1) -> bytes:
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    for number in range(1, sheets):
        workbook.create_sheet(f"第{number}张")
    workbook.save(path)
    return path.read_bytes()


def test_a_truncated_gzip_says_how_far_it_goes(tmp_path: Path) -> None:
    whole = gzip.compress((HEAD + ROWS * 400).encode())
    error = refused(tmp_path, "a.csv.gz", whole[: len(whole) // 2])
    assert error.code == "truncated" and "没有传完" in str(error) and "行" in str(error)


def test_a_damaged_gzip(tmp_path: Path) -> None:
    whole = bytearray(gzip.compress((HEAD + ROWS).encode()))
    whole[20] ^= 255
    assert refused(tmp_path, "a.csv.gz", bytes(whole)).code == "damaged_archive"


def test_a_broken_zip_and_one_without_tables(tmp_path: Path) -> None:
    assert refused(tmp_path, "a.zip", b"PK\x03\x04 nothing").code == "damaged_archive"
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("读我.md", "x")
    error = refused(tmp_path, "b.zip", (tmp_path / "b.zip").read_bytes())
    assert error.code == "no_member" and "读我.md" in str(error)
    error = refused(tmp_path, "b.zip", (tmp_path / "b.zip").read_bytes(), more="member: '*.csv'")
    assert "没有符合 *.csv 的文件" in str(error)


def test_an_encrypted_zip(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("a.csv", HEAD)
    raw = bytearray((tmp_path / "b.zip").read_bytes())
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    assert refused(tmp_path, "b.zip", bytes(raw)).code == "password"


def test_a_wrong_declared_encoding_names_the_line_and_what_would_do(tmp_path: Path) -> None:
    error = refused(tmp_path, "a.csv", (HEAD + ROWS).encode("gb18030"), more="encoding: utf-8")
    assert error.code == "wrong_encoding" and error.rows[0][0] == 1 and "gb18030" in str(error.hint)
    error = refused(tmp_path, "a.csv", (HEAD + ROWS).encode(), more="encoding: latin-1")
    assert error.code == "missing_column" and "乱码" in str(error.hint)
    assert refused(tmp_path, "a.csv", b"x", more="encoding: utf-9").code == "unknown_encoding"


def test_rows_with_a_stray_delimiter_are_named_or_set_aside(tmp_path: Path) -> None:
    text = (
        HEAD + "A1,2024-03-01 08:00:00,报修\nA2,2024-03-01 08:00:00,报修,多出,一格\nA3,2024-03-02 08:00:00\n"
        "A4,2024-03-03 08:00:00,报修\n"
    )
    error = refused(tmp_path, "a.csv", text.encode())
    assert error.code == "ragged_rows" and [row for row, _ in error.rows] == [3, 4]
    year = project(tmp_path, TABLE.format(files="exports/a.csv", more="checks: {ragged: set_aside}"), {"a.csv": text})
    account, tidy, aside = cleaned(year, tmp_path / "out")
    assert (account.rows_in, account.used, reasons(account)) == (4, 2, {"列数与表头不同": 2})
    assert list(tidy["id"]) == ["A1", "A4"] and list(tidy["source_row"]) == [2, 5]
    assert list(aside["source_row"]) == [3, 4] and aside["id"][0].startswith("A2,2024")


def test_delimiters_at_the_end_of_a_line_are_no_cells(tmp_path: Path) -> None:
    text = HEAD + 'A1,2024-03-01 08:00:00,报修,\nA2,2024-03-01 08:00:00,"报\n修"\nA3,2024-03-02 08:00:00,报修,,,\n'
    year = project(tmp_path, TABLE.format(files="exports/a.csv", more=""), {"a.csv": text})
    account, tidy, _ = cleaned(year, tmp_path / "out")
    assert (account.used, list(tidy["id"]), list(tidy["source_row"])) == (3, ["A1", "A2", "A3"], [2, 3, 4])
    assert list(tidy["kind"]) == ["报修", "报\n修", "报修"]


def test_a_repeated_header_is_set_aside_and_a_doubled_one_refused(tmp_path: Path) -> None:
    year = project(
        tmp_path, TABLE.format(files="exports/a.csv", more=""), {"a.csv": HEAD + ROWS + HEAD + ROWS.replace("A", "B")}
    )
    account, *_ = cleaned(year, tmp_path / "out")
    assert (account.rows_in, account.used, reasons(account)) == (57, 56, {"重复的表头": 1})
    error = refused(tmp_path / "again", "a.csv", ("编号,受理时间,类别,编号\n").encode())
    assert error.code == "header_twice" and error.rows[0][0] == 1


def test_a_missing_column_shows_what_is_there(tmp_path: Path) -> None:
    error = refused(tmp_path, "a.csv", (HEAD.replace("受理时间", "受理时问") + ROWS).encode())
    assert (
        error.code == "missing_column" and "编号、受理时问、类别" in str(error) and "是否想写 受理时问？" in str(error)
    )


def test_zero_bytes_are_named_by_line(tmp_path: Path) -> None:
    error = refused(tmp_path, "a.csv", (HEAD + "A1,2024-03-01 08:00:00,报修\nA2,\0\0\0,报修\n").encode())
    assert error.code == "zero_bytes" and error.rows[0][0] == 3


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<html><body><table><tr><td>1</td></tr></table></body></html>", "web_page"),
        (b"%PDF-1.7 x", "unknown_format"),
    ],
)
def test_what_only_calls_itself_a_workbook(tmp_path: Path, content: bytes, code: str) -> None:
    assert refused(tmp_path, "a.xls", content).code == code


def test_formula_errors_are_named_by_cell_unless_declared_empty(tmp_path: Path) -> None:
    rows = [["编号", "受理时间", "类别"], ["A1", "2024-03-01 08:00:00", "#REF!"], ["A2", "2024-03-01 09:00:00", "报修"]]
    content = book(tmp_path / "b.xlsx", rows)
    error = refused(tmp_path, "a.xlsx", content)
    assert error.code == "formula_error" and error.rows[0] == (2, "C2 类别：#REF!")
    year = project(tmp_path, TABLE.format(files="exports/a.xlsx", more="empty: ['#REF!']"), {})
    account, tidy, _ = cleaned(year, tmp_path / "out")
    assert account.used == 2 and tidy["kind"].isna().tolist() == [True, False]


def test_formulas_without_a_value_are_refused(tmp_path: Path) -> None:
    rows = [["编号", "受理时间", "类别"], ["A1", "2024-03-01 08:00:00", '=CONCAT("报","修")']]
    error = refused(tmp_path, "a.xlsx", book(tmp_path / "b.xlsx", rows))
    assert error.code == "uncalculated" and "C2" in error.rows[0][1]


def test_two_hundred_sheets_are_not_all_listed(tmp_path: Path) -> None:
    content = book(tmp_path / "b.xlsx", [["编号", "受理时间", "类别"]], sheets=200)
    error = refused(tmp_path, "a.xlsx", content, more="sheet: 第 7 张")
    assert (
        error.code == "no_sheet" and "共 200 张" in str(error) and len(str(error)) < 600 and "第7张" in str(error.hint)
    )


def test_numbers_that_lost_their_digits_are_refused(tmp_path: Path) -> None:
    error = refused(tmp_path, "a.csv", (HEAD + "2.02403E+11,2024-03-01 08:00:00,报修\n").encode())
    assert error.code == "digits_lost" and error.rows[0][0] == 2
    content = book(
        tmp_path / "b.xlsx", [["编号", "受理时间", "类别"], [123456789012345678, "2024-03-01 08:00:00", "x"]]
    )
    assert refused(tmp_path, "a.xlsx", content).code == "digits_lost"


def test_day_numbers_are_refused_until_declared(tmp_path: Path) -> None:
    text = HEAD + "A1,45352.3333333333,报修\nA2,45353.5,报修\n"
    error = refused(tmp_path, "a.csv", text.encode())
    assert error.code == "excel_serial" and [row for row, _ in error.rows] == [2, 3]
    year = project(tmp_path, TABLE.format(files="exports/a.csv", more='dates: ["excel"]'), {"a.csv": text})
    _, tidy, _ = cleaned(year, tmp_path / "out")
    assert [str(t) for t in tidy["opened_at"]] == ["2024-03-01 08:00:00", "2024-03-02 12:00:00"]


@pytest.mark.parametrize(
    ("file", "content", "code"),
    [
        ("a.csv", b"", "empty_file"),
        ("a.csv.gz", gzip.compress(b"", mtime=0), "empty_file"),
        ("a.parquet", b"PAR1 broken", "unreadable"),
        ("a.jsonl", b'{"\xe7\xbc\x96\xe5\x8f\xb7": "A1"}\n{"\xe7\xbc', "truncated"),
        ("a.json", b'[{"a": 1}, {"a"', "bad_json"),
        ("a.csv", '编号,受理时间,类别\nA1,2024-03-01 08:00:00,"没有收尾\n'.encode(), "open_quote"),
    ],
)
def test_other_damage(tmp_path: Path, file: str, content: bytes, code: str) -> None:
    assert refused(tmp_path, file, content).code in (code, "unreadable")
