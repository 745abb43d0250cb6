"""Tidy tables have hashes in the place of personal columns and marks in the place of personal data in texts."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path
from typing import Any

import duckdb
import pytest

from helpers.activity import looked_through, written_down
from helpers.activity.clean import Reconciliation, clean_year
from helpers.activity.errors import ExportError
from helpers.year.load import load_year
from tests import small_year

TICKETS = """\
  tickets:
    title: 工单
    files: exports/a.csv
    columns: {id: 编号, who: 报修人代码, serial: 序列号, text: 说明, at: {from: 受理, type: date}}
    key: id
    personal: [who]
"""


def cleaned(root: Path, rows: list[str], year: str = TICKETS, more: dict[str, str] | None = None) -> Reconciliation:
    export = "\n".join(["编号,报修人代码,序列号,说明,受理", *rows]) + "\n"
    small_year.write(root, small_year.head() + year, files={"a.csv": export, **(more or {})})
    return clean_year(load_year(root, 2024), root / "out")[0]


def read(root: Path, table: str = "tickets", columns: str = "*") -> list[Any]:
    with duckdb.connect() as connection:
        path = str(root / "out" / f"{table}.parquet")
        return connection.execute(f"SELECT {columns} FROM read_parquet(?)", [path]).fetchall()


def test_personal_columns_are_hmac_under_the_key_of_the_project(tmp_path: Path) -> None:
    cleaned(tmp_path, ["1,张三,,,2024-01-02", "2,李四,,,2024-01-03", "3,张三,,,2024-01-04", "4,,,,2024-01-05"])
    key = hashlib.sha256((tmp_path / "data" / ".personal.key").read_bytes()).digest()
    wanted = [hmac.new(key, name.encode(), hashlib.sha256).hexdigest()[:32] for name in ("张三", "李四", "张三")]
    assert [who for (who,) in read(tmp_path, columns="who")] == [*wanted, None]


def test_rows_that_are_looked_at_again_may_be_held_or_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    year = TICKETS.replace("text: 说明", "text: 说明, name: 联系人").replace("报修人代码", "代码")
    rows = [
        "1,,SN1,打13912345678,2024-01-02,张三",
        "2,,13912345678,,2024-01-03,",
        "3,, SN3,打13912345678,2024-01-04,李四",
        "13912345679,,SN4,联系人张三,2024-01-05,张三",
    ]
    export = "\n".join(["编号,代码,序列号,说明,受理,联系人", *rows]) + "\n"
    found = {}
    for held in (0, 1, looked_through.HELD):
        monkeypatch.setattr(looked_through, "HELD", held)
        root = tmp_path / str(held)
        small_year.write(root, small_year.head() + year, files={"a.csv": export})
        (root / "data" / ".personal.key").write_bytes(b"0" * 32)
        account = clean_year(load_year(root, 2024), root / "out")[0]
        found[held] = account, read(root)
    assert found[0] == found[1] == found[looked_through.HELD]
    masked = [(one.column, one.kind, one.cells, [row for _, row in one.rows]) for one in found[0][0].masked]
    assert masked == [
        ("id", "手机号码", 1, [5]),
        ("serial", "手机号码", 1, [3]),
        ("text", "手机号码", 2, [2]),
        ("text", "姓名", 1, [5]),
        ("name", "姓名", 3, [2, 4]),
    ]
    assert found[0][1][2][2] == "SN3"


def test_kinds_in_one_text_are_listed_in_one_order_in_every_process(tmp_path: Path) -> None:
    said = "打13912345678或写信a.b@example.cn，车牌京A12345"
    kinds = [one.kind for one in cleaned(tmp_path, [f"1,,,{said},2024-01-02"]).masked]
    assert len(kinds) == 3
    assert kinds == sorted(kinds)  # a set of texts has another order with another seed


def test_without_personal_columns_no_key_is_made(tmp_path: Path) -> None:
    cleaned(tmp_path, ["1,张三,,,2024-01-02"], TICKETS.replace("    personal: [who]\n", ""))
    assert not (tmp_path / "data" / ".personal.key").exists()


def test_a_series_of_numbers_is_left_and_said_a_single_one_is_masked(tmp_path: Path) -> None:
    rows = [f"{13800000000 + n},U1,{n},,2024-01-02" for n in range(40)]
    account = cleaned(tmp_path, [*rows, "13912345678,U1,13912345678,打13912345678,2024-01-02"])
    found = [(one.column, one.kind, one.cells, one.doubtful) for one in account.masked]
    assert found == [
        ("id", "手机号码", 40, True),
        ("id", "手机号码", 1, False),
        ("serial", "手机号码", 1, False),
        ("text", "手机号码", 1, False),
    ]
    assert read(tmp_path, columns="id, serial, text")[-1] == ("（手机号码A）", "（手机号码A）", "打（手机号码A）")
    assert read(tmp_path, columns="id")[0] == ("13800000000",)


def test_of_many_numbers_that_begin_alike_the_same_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the order of the rows and the number of threads."""
    cleaned(tmp_path, ["1,U1,1,,2024-01-02"])
    spec, looked_at = load_year(tmp_path, 2024).year.tables["tickets"], []
    monkeypatch.setattr(written_down, "hits", lambda text: seen.append(text) or [])
    for order, threads in (("i", 1), ("-i", 1), ("hash(i)", 4)):
        seen: list[str] = []
        with duckdb.connect(config={"threads": threads}) as connection:
            numbers = "SELECT (62220200000000000 + i)::VARCHAR AS serial FROM range(300_000) AS r(i)"
            connection.execute(f"CREATE TABLE judged_rows AS {numbers} ORDER BY {order}")
            assert written_down._Series(connection, spec, "serial").has("62220200000000001")
        looked_at.append(seen)
    assert looked_at[0] == looked_at[1] == looked_at[2]
    assert len({*looked_at[0]}) == written_down.LOOKED_AT


def test_serial_numbers_that_pass_a_check_digit_by_chance_are_left(tmp_path: Path) -> None:
    rows = [f"{n},U1,62220212345678{n:02},,2024-01-02" for n in range(60)]
    account = cleaned(tmp_path, rows)
    assert [(one.column, one.kind, one.doubtful) for one in account.masked] == [("serial", "银行卡号", True)]


def test_a_column_of_mobiles_that_names_no_things_is_masked_however_alike_they_are(tmp_path: Path) -> None:
    rows = [f"{n},U1,,138001380{n:02},2024-01-02" for n in range(30)]
    account = cleaned(tmp_path, rows)
    assert [(one.column, one.cells, one.doubtful) for one in account.masked] == [("text", 30, False)]
    assert len({text for (text,) in read(tmp_path, columns="text")}) == 30


def test_names_below_a_heading_of_names(tmp_path: Path) -> None:
    year = TICKETS.replace("text: 说明", "text: 说明, name: 联系人").replace("报修人代码", "代码")
    rows = ["编号,代码,序列号,说明,受理,联系人", "1,U1,,,2024-01-02,王小明", "2,U1,,王小明来电,2024-01-02,信息岗"]
    small_year.write(tmp_path, small_year.head() + year, files={"a.csv": "\n".join(rows) + "\n"})
    clean_year(load_year(tmp_path, 2024), tmp_path / "out")
    assert read(tmp_path, columns="name") == [("（姓名A）",), ("信息岗",)]


def test_a_number_that_names_things_in_one_column_is_somebodys_in_another(tmp_path: Path) -> None:
    rows = [f"{13800000000 + n},U1,{n},,2024-01-02" for n in range(40)]
    account = cleaned(tmp_path, [*rows, "x,U1,41,回拨13800000007,2024-01-02", "y,U1,42,13800000099,2024-01-02"])
    assert [(one.column, one.cells, one.doubtful) for one in account.masked] == [("id", 40, True), ("text", 2, False)]
    there = dict(read(tmp_path, columns="id, text"))
    assert there["x"] == "回拨（手机号码A）" and there["y"] == "（手机号码B）"
    assert "13800000007" in there and "13800000008" in there


def test_so_many_persons_are_no_exceptions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("helpers.activity.written_down.MOST_MARKS", 3)
    rows = [f"{n},U1,{n},请回拨1391234567{n},2024-01-02" for n in range(4)]
    with pytest.raises(ExportError) as stopped:
        cleaned(tmp_path, rows)
    assert (stopped.value.code, stopped.value.file) == ("personal_column", "exports/a.csv")
    assert "列 说明 里不同的个人信息（手机号码）超过 3 个" in str(stopped.value)
    assert "personal" in str(stopped.value.hint) and "1391234567" not in str(stopped.value)
    monkeypatch.setattr("helpers.activity.written_down.MOST_MARKS", 4)
    assert cleaned(tmp_path, rows).masked[0].cells == 4


def test_what_is_looked_at_and_found_harmless_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers that begin like an account's, more than are in memory at a time."""
    monkeypatch.setattr("helpers.activity.written_down.AT_ONCE", 7)
    rows = [f"WO{202400000000 + n},U1,{n},,2024-01-02" for n in range(50)]
    account = cleaned(tmp_path, [*rows, "NL91ABNA0417164300,U1,51,,2024-01-02"])
    assert [(one.column, one.kind, one.cells) for one in account.masked] == [("id", "银行账号", 1)]
    assert {row[0] for row in read(tmp_path, columns="id")} == {r.split(",")[0] for r in rows} | {"（银行账号A）"}


def test_what_the_year_allows_is_left(tmp_path: Path) -> None:
    allowed = "not_personal: [{value: '13800138000', why: 热线}, {column: tickets.serial, why: 序列号}]\n"
    cleaned(tmp_path, ["1,U1,13800138001,打13800138000或13800138002,2024-01-02"], TICKETS + allowed)
    assert read(tmp_path, columns="serial, text") == [("13800138001", "打13800138000或（手机号码A）")]


def test_rows_that_may_be_shifted_are_told_by_how_they_are_written(tmp_path: Path) -> None:
    year = TICKETS.replace(
        "    key: id", "    checks: {ragged: set_aside}\n    loss: {rows: 100%, why: 试}\n    key: id"
    )
    account = cleaned(tmp_path, ["1,U1,,,2024-01-02", "2,张三,多,13800138000,x,y,z"], year)
    (loss,) = account.losses
    assert loss.examples == ((3, "9,文文,文,99999999999,A,A,A"),)
    ((_, first, *_rest),) = read(tmp_path, "tickets.set_aside")
    assert first == "（个人信息）"


def test_holds_are_found_by_hashed_keys_and_never_by_masked_ones(tmp_path: Path) -> None:
    held = """\
  waits:
    title: 等待
    files: exports/w.csv
    columns: {case: 工单, since: {from: 起, type: datetime}, until: {from: 止, type: datetime}}
    personal: [case]
"""
    hold = "[{table: waits, key: case, from: since, to: until}]"
    clock = f"hours: {{clock: hours, start: at, end: done, words: 小时, hold: {hold}}}"
    year = TICKETS.replace(
        "at: {from: 受理, type: date}", "at: {from: 受理, type: datetime}, done: {from: 完成, type: datetime}"
    )
    year = year.replace("    key: id\n", f"    derived: {{{clock}}}\n    key: id\n").replace("[who]", "[who, id]")
    rows = "编号,报修人代码,序列号,说明,受理,完成\n13800138000,U1,,,2024-01-02 08:00,2024-01-02 12:00\n"
    waits = "工单,起,止\n13800138000,2024-01-02 09:00,2024-01-02 10:00\n"

    def hours(declared: str) -> Any:
        small_year.write(tmp_path, small_year.head() + declared, files={"a.csv": rows, "w.csv": waits})
        clean_year(load_year(tmp_path, 2024), tmp_path / "out")
        return read(tmp_path, columns="hours")

    assert hours(year + held) == [(3.0,)]
    with pytest.raises(ExportError) as stopped:
        hours(year + held.replace("    personal: [case]\n", ""))
    assert stopped.value.code == "personal_key" and "13800138000" not in str(stopped.value)
