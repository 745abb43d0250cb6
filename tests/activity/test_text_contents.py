"""Texts are what they contain: encodings that make sense, JSON pages, told delimiters, names full of signs."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from activity_samples import cleaned, project
from hypothesis import assume, given
from hypothesis import strategies as st

from helpers.activity.clean import Reconciliation
from helpers.activity.errors import ExportError
from helpers.files.encodings import encoding_of
from helpers.files.likely import common_share, makes_sense
from helpers.files.names import matching_files, passed_over
from helpers.gate.run import run_gate
from helpers.run.check import check_year

TABLE = """\
  jobs:
    title: 工单
    files: {files}
    {more}
    columns: {{id: [编号, id, Numéro], note: [说明, subject, Libellé]}}
"""
Read = Callable[..., tuple[Reconciliation, pd.DataFrame]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """The tidy rows of files with these contents."""

    def read_all(contents: dict[str, bytes], files: str = "", more: str = "") -> tuple[Reconciliation, pd.DataFrame]:
        year = project(tmp_path, TABLE.format(files=files or f"exports/{next(iter(contents))}", more=more), {})
        for name, content in contents.items():
            (tmp_path / "data" / "raw" / "2024" / "exports" / name).write_bytes(content)
        account, tidy, _ = cleaned(year, tmp_path / "out", "jobs")
        return account, tidy

    return read_all


def refused(read: Read, content: bytes, file: str = "a.csv", **more: Any) -> ExportError:
    with pytest.raises(ExportError) as caught:
        read({file: content}, **more)
    assert caught.value.hint and str(caught.value).count("\n") < 12
    return caught.value


CHINESE = "编号,说明\nA1,打印机卡纸，已更换配件\nA2,网络不通，重启交换机后恢复\n"
OTHERS = {
    "cp1252": "Numéro,Libellé\nA1,Câble réseau cassé à l’étage\nA2,Écran éteint très gênant\n",
    "big5": "編號,說明\nA1,印表機卡紙已更換零件\nA2,網路不通重新啟動後恢復\n",
    "shift_jis": "番号,説明\nA1,プリンターの紙詰まりを直しました\nA2,ネットワークの障害を復旧\n",
    "euc-kr": "번호,설명\nA1,프린터 용지 걸림 수리 완료\nA2,네트워크 장애 복구\n",
}


@pytest.mark.parametrize("encoding", OTHERS)
def test_what_is_no_chinese_is_not_read_as_chinese(read: Read, encoding: str) -> None:
    content = OTHERS[encoding].encode(encoding)
    error = refused(read, content)
    assert error.code in ("encoding_unclear", "wrong_encoding") and "encoding" in str(error.hint)
    if error.code == "encoding_unclear":
        assert error.rows[0][0] == 1 and f"按 {encoding} 是" in error.rows[0][1]


def test_a_declared_encoding_is_read_without_question(read: Read) -> None:
    _, tidy = read({"a.csv": OTHERS["cp1252"].encode("cp1252")}, more="encoding: cp1252")
    assert list(tidy["note"]) == ["Câble réseau cassé à l’étage", "Écran éteint très gênant"]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16-le", "utf-16-be", "utf-8", "utf-16", "utf-8-sig"])
def test_chinese_texts_are_found_by_themselves(read: Read, encoding: str) -> None:
    _, tidy = read({"a.csv": CHINESE.encode(encoding)})
    assert list(tidy["note"]) == ["打印机卡纸，已更换配件", "网络不通，重启交换机后恢复"]


def test_two_marks_at_the_beginning_are_no_header(read: Read) -> None:
    assert list(read({"a.csv": b"\xef\xbb\xbf" + CHINESE.encode("utf-8-sig")})[1]["id"]) == ["A1", "A2"]


def test_files_glued_together_are_named_by_row(read: Read) -> None:
    second = CHINESE.replace("A", "B")
    error = refused(read, CHINESE.encode() + second.encode("gb18030"))
    assert error.code == "mixed_encodings" and "3 行是 UTF-8，3 行不是" in str(error)
    error = refused(read, CHINESE.encode("gb18030") + "A3,重装系统\n".encode())
    assert error.code == "mixed_encodings" and error.rows == ((4, "是 UTF-8"),)
    error = refused(read, CHINESE.encode("utf-8-sig") + second.encode("utf-8-sig"))
    assert error.code == "inner_mark" and error.rows[0][0] == 4


def test_a_text_cut_within_a_character(read: Read) -> None:
    error = refused(read, CHINESE.encode()[:-2])
    assert error.code == "truncated" and error.rows[0][0] == 3


@given(st.text(alphabet="的一是工单编号维修完成王李张刘陈打印机网络，。0123456789,\n", min_size=1, max_size=200))
def test_usual_chinese_always_makes_sense_in_either_encoding(text: str) -> None:
    assume(text.isascii() or not _is_utf8(text.encode("gb18030")))  # a character or two may be both
    for encoding in ("utf-8", "gb18030"):
        found = encoding_of(io.BytesIO(text.encode(encoding)), "a.csv", None)
        assert text.encode(encoding).decode(found) == text
    assert common_share(text) == 1.0


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def test_bytes_of_other_encodings_make_no_sense_as_chinese() -> None:
    for encoding in ("big5", "euc-kr"):
        assert not makes_sense(OTHERS[encoding].encode(encoding).decode("gb18030", "replace"))


# --- JSON -----------------------------------------------------------------------------------------

TICKETS = [{"id": "1", "subject": "a", "tags": [{"name": "x"}]}, {"id": "2", "subject": "b", "tags": []}]


@pytest.mark.parametrize(
    "whole",
    [
        {"tickets": TICKETS, "next_page": None, "count": 2},
        {"code": 0, "data": {"list": TICKETS, "total": "2"}},
        {"hits": {"total": {"value": 2, "relation": "eq"}, "hits": TICKETS}},
        {"result": {"page": {"rows": TICKETS}}, "has_more": False},
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_the_list_of_records_in_an_object_is_found(read: Read, whole: dict[str, Any], indent: int | None) -> None:
    for file, content in {
        "a.json": json.dumps(whole, indent=indent),
        "b.txt": json.dumps(whole, indent=indent),
    }.items():
        account, tidy = read({file: content.encode()})
        assert (account.used, list(tidy["id"]), list(tidy["source_row"])) == (2, ["1", "2"], [1, 2])


@pytest.mark.parametrize(
    "more",
    [
        {"next_page": "https://x/tickets.json?page=2"},
        {"count": 3},
        {"has_more": True},
        {"meta": {"page": 1, "total_pages": 4}},
        {"@odata.nextLink": "https://x"},
        {"isLast": False},
    ],
)
def test_one_page_of_several_is_not_the_export(read: Read, more: dict[str, Any]) -> None:
    first = json.dumps({"tickets": TICKETS, **more}).encode()
    error = refused(read, first, "a.json")
    assert error.code == "page_only" and "2 条" in str(error)
    assert read({"a.json": first}, more="checks: {at_limit: keep}")[0].used == 2
    if "next_page" in more or "count" in more:
        last = json.dumps({"tickets": [{"id": "3", "subject": "c"}], "count": 3}).encode()
        assert read({"p1.json": first, "p2.json": last}, "exports/p*.json")[0].used == 3


def test_several_lists_have_to_be_told_apart(read: Read) -> None:
    whole = json.dumps({"tickets": TICKETS, "users": [{"id": "u", "subject": "z"}]}).encode()
    error = refused(read, whole, "a.json")
    assert error.code == "which_records" and "tickets（2 条）、users（1 条）" in str(error)
    assert list(read({"a.json": whole}, more="records: users")[1]["id"]) == ["u"]
    assert refused(read, whole, "a.json", more="records: tickest").code == "which_records"


def test_a_single_record_with_a_list_of_its_own_is_a_record(read: Read) -> None:
    assert list(read({"a.jsonl": json.dumps(TICKETS[0]).encode()})[1]["id"]) == ["1"]
    exact = b'{"rows": [{"id": 12345678901234567890, "subject": 1.10}, {"id": 2, "subject": NaN}]}'
    _, tidy = read({"b.json": exact})
    assert list(tidy["id"]) == ["12345678901234567890", "2"] and list(tidy["note"]) == ["1.10", "NaN"]
    assert refused(read, b'{"tickets": [{"id": 1}, {"id"', "a.json").code == "bad_json"


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("a.jsonl", '{"id": "1", "subject": "a"}\n{"id": "2", "subject": "b", "subject": "c"}'),
        ("a.json", '[{"id": "1", "subject": "a"}, {"id": "2", "subject": "b", "subject": "c"}]'),
        ("a.json", '{"tickets": [{"id": "2", "subject": "b", "subject": "c"}]}'),
    ],
)
def test_a_field_with_two_values_is_refused(file: str, content: str, read: Read) -> None:
    error = refused(read, content.encode(), file)
    assert error.code == "repeated_field" and "subject：A、A（写法）" in str(error)
    same = content.replace('"c"', '"b"').encode()
    assert list(read({file: same})[1]["note"])[-1] == "b"


# --- told delimiters, names, leftovers ------------------------------------------------------------


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;\r", "\ufeffsep=;"])
def test_a_line_that_tells_the_delimiter_is_no_header(read: Read, first: str) -> None:
    body = "编号;说明\nA1;甲,乙\nA2;丙,丁\n"
    for more in ("", "header_row: 2"):
        _, tidy = read({"a.csv": f"{first}\n{body}".encode()}, more=more)
        assert (list(tidy["note"]), list(tidy["source_row"])) == (["甲,乙", "丙,丁"], [3, 4])


def test_a_name_with_brackets_is_a_name(read: Read) -> None:
    def csv(letter: str) -> bytes:
        return f"编号,说明\n{letter}1,x\n{letter}2,y\n".encode()

    files = {"c1.csv": csv("A"), "c[1].csv": csv("B"), "c*.csv": csv("C"), "c?.csv": csv("D")}
    account, tidy = read(files, "exports/c*")  # a glob: all four
    assert sorted(tidy["id"]) == ["A1", "A2", "B1", "B2", "C1", "C2", "D1", "D2"]
    assert [(f.file, f.used) for f in account.files] == [(f"exports/{name}", 2) for name in sorted(files)]
    for name, letter in (("c[1].csv", "B"), ("c*.csv", "C"), ("c?.csv", "D")):
        assert list(read(files, f"exports/{name}")[1]["id"]) == [f"{letter}1", f"{letter}2"]


@pytest.mark.parametrize("ending", ["jsonl", "json", "parquet"])
def test_records_under_such_names_are_their_own(read: Read, tmp_path: Path, ending: str) -> None:
    def content(ticket: str) -> bytes:
        if ending == "parquet":
            duckdb.sql(f"SELECT '{ticket}' AS id, 'x' AS subject").write_parquet(str(tmp_path / "x.parquet"))
            return (tmp_path / "x.parquet").read_bytes()
        record = json.dumps({"id": ticket, "subject": "x"})
        return (record if ending == "jsonl" else f"[{record}]").encode()

    _, tidy = read({f"c1.{ending}": content("A"), f"c[1].{ending}": content("B")}, f"exports/c*.{ending}")
    assert list(tidy["id"]) == ["A", "B"]


def test_a_root_with_brackets_reads_its_own_files(tmp_path: Path) -> None:
    for folder, letter in (("1", "A"), ("[1]", "B")):
        root = tmp_path / folder
        year = project(root, TABLE.format(files="exports/a.csv", more=""), {"a.csv": f"编号,说明\n{letter}1,x\n"})
        assert list(cleaned(year, root / "out", "jobs")[1]["id"]) == [f"{letter}1"]


LEFTOVERS = ["~$a.csv", ".~lock.a.csv#", "._a.csv", ".DS_Store.csv", "Thumbs.db", "desktop.ini"]


def test_locks_and_leftovers_are_passed_over(read: Read, tmp_path: Path) -> None:
    account, tidy = read({"a.csv": CHINESE.encode(), **dict.fromkeys(LEFTOVERS, b"\x05x\0\0")}, "exports/*")
    assert len(account.files) == 1 and list(tidy["id"]) == ["A1", "A2"]
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        for name in ["a.csv", *LEFTOVERS, "__MACOSX/a.csv", "x/~$b.csv"]:
            archive.writestr(name, CHINESE if name == "a.csv" else b"\0")
    account, _ = read({"z.zip": (tmp_path / "z.zip").read_bytes()}, "exports/z.zip")
    assert [f.file for f in account.files] == ["exports/z.zip/a.csv"]
    assert all(passed_over(name) for name in LEFTOVERS) and not passed_over("工单~1.csv")


def test_a_file_of_exactly_this_name_is_meant_first(tmp_path: Path) -> None:
    for name in ("a1.csv", "a[1].csv"):
        (tmp_path / name).write_text("x")
    assert [p.name for p in matching_files(tmp_path, "a[1].csv")] == ["a[1].csv"]
    (tmp_path / "a[1].csv").unlink()
    assert [p.name for p in matching_files(tmp_path, "a[1].csv")] == ["a1.csv"]


def test_names_in_archives_of_chinese_windows_are_readable(read: Read, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo("####.csv"), CHINESE)
    raw = (tmp_path / "z.zip").read_bytes().replace(b"####.csv", "工单".encode("gb18030") + b".csv")
    account, _ = read({"z.zip": raw})
    assert account.files[0].file == "exports/z.zip/工单.csv"


# --- said -----------------------------------------------------------------------------------------


def test_what_was_not_seen_of_a_file_is_one_note(read: Read) -> None:
    account, _ = read({"a.csv": CHINESE.encode()})
    plain = account.to_json()
    assert "files_seen_whole" not in {c.rule for c in run_gate({}, {}, reconciliation=[plain]).checks}
    plain["files"] = [{**plain["files"][0], "hidden": 3, "unread": ("旧（隐藏）",), "at_cap": 65_536, "page": "表"}]
    (check,) = [c for c in run_gate({}, {}, reconciliation=[plain]).checks if c.rule == "files_seen_whole"]
    assert check.success is False and check.level == "note" and check.failing == 3
    for words in ("a.csv 有 3 行被筛选或隐藏", "没有读工作表 旧（隐藏）（读的是 表）", "恰好到第 65,536 行为止"):
        assert words in str(check.observed)


def test_check_says_what_cannot_be_read_at_all(tmp_path: Path) -> None:
    project(tmp_path, TABLE.format(files='["exports/a.csv", "exports/b.zip", "exports/c.csv"]', more=""), {})
    exports = tmp_path / "data" / "raw" / "2024" / "exports"
    (exports / "a.csv").write_bytes(b"%PDF-1.7")
    (exports / "b.zip").write_bytes(gzip.compress(CHINESE.encode()))
    (exports / "c.csv").write_bytes(b"")
    found = [(fault.code, fault.where) for fault in check_year(tmp_path, 2024) if "exports/" in fault.message]
    assert found == [("unknown_format", "tables.jobs.files.0"), ("empty_file", "tables.jobs.files.2")]
