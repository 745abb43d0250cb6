"""One table, handed over in every form: the same tidy rows."""

from __future__ import annotations

import datetime
import gzip
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.activity.readers import quick, read_exports, text
from helpers.year import row_groups
from helpers.year.tables import Table
from tests.activity.activity_samples import cleaned, project

TABLE = """\
  tickets:
    title: 工单
    files: {files}
    columns:
      id: [编号, fields.id]
      opened_at: {{from: [受理时间, fields.opened], type: datetime}}
      cost: {{from: 费用, type: money}}
      kind: 类别
    key: id
"""
RECORDS = [
    {"编号": f"A{i}", "受理时间": f"2024-03-{i:02d} 08:00:00", "费用": f"{i}.50", "类别": "报修" if i % 2 else "测试"}
    for i in range(1, 21)
]


def as_csv(encoding: str = "utf-8", delimiter: str = ",", end: str = "\n") -> bytes:
    lines = [delimiter.join(RECORDS[0]), *(delimiter.join(record.values()) for record in RECORDS)]
    return (end.join(lines) + end).encode(encoding)


def as_xlsx(path: Path) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(list(RECORDS[0]))
    for record in RECORDS:
        moment = datetime.datetime.fromisoformat(record["受理时间"])
        book.active.append([record["编号"], moment, float(record["费用"]), record["类别"]])
    book.save(path)
    return path.read_bytes()


def as_parquet(path: Path) -> bytes:
    frame = pd.DataFrame(RECORDS).assign(
        受理时间=lambda f: pd.to_datetime(f["受理时间"]), 费用=lambda f: f["费用"].astype(float)
    )
    frame.to_parquet(path)
    return path.read_bytes()


def as_zip(path: Path, **members: bytes) -> bytes:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return path.read_bytes()


FORMS: dict[str, Callable[[Path], bytes]] = {
    "a.csv": lambda folder: as_csv(),
    "bom.csv": lambda folder: as_csv("utf-8-sig"),
    "gb.csv": lambda folder: as_csv("gb18030"),
    "wide.csv": lambda folder: as_csv("utf-16"),
    "le.csv": lambda folder: as_csv("utf-16-le"),
    "crlf.csv": lambda folder: as_csv(end="\r\n"),
    "cr.csv": lambda folder: as_csv(end="\r"),
    "tab.txt": lambda folder: as_csv("gb18030", "\t"),
    "a.csv.gz": lambda folder: gzip.compress(as_csv("gb18030")),
    "a.xlsx": lambda folder: as_xlsx(folder / "x"),
    "misnamed.csv": lambda folder: as_xlsx(folder / "x"),
    "a.parquet": lambda folder: as_parquet(folder / "x"),
    "a.jsonl": lambda folder: "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in RECORDS).encode(),
    "a.json": lambda folder: json.dumps(RECORDS, ensure_ascii=False).encode(),
    "a.jsonl.gz": lambda folder: gzip.compress("\n".join(json.dumps(r) for r in RECORDS).encode()),
    "csv.zip": lambda folder: as_zip(folder / "x", one__csv=as_csv("gb18030")),
    "xlsx.zip": lambda folder: as_zip(folder / "x", one__xlsx=as_xlsx(folder / "y")),
}


@pytest.mark.parametrize("file", FORMS)
def test_every_form_gives_the_same_rows(tmp_path: Path, file: str) -> None:
    year = project(tmp_path, TABLE.format(files=f"exports/{file}"), {file: "x"})
    (tmp_path / "data" / "raw" / "2024" / "exports" / file).write_bytes(FORMS[file](tmp_path))
    account, tidy, _ = cleaned(year, tmp_path / "out")
    assert (account.rows_in, account.used) == (20, 20)
    assert list(tidy["id"]) == [r["编号"] for r in RECORDS] and str(tidy["cost"].sum()) == "220.00"
    assert [t.isoformat(sep=" ") for t in tidy["opened_at"]] == [r["受理时间"] for r in RECORDS]
    first = 1 if "json" in file or "parquet" in file else 2
    assert list(tidy["source_row"]) == list(range(first, first + 20))
    assert account.files[0].file.startswith(f"exports/{file}") and account.files[0].rows == 20


def test_the_members_of_an_archive_are_files_of_their_own(tmp_path: Path) -> None:
    other = as_csv().decode().replace("A", "B").replace("类别", "部门").encode()
    content = as_zip(tmp_path / "x", b__csv=other, a__csv=as_csv("gb18030"), readme__md=b"x")
    year = project(tmp_path, TABLE.format(files="exports/all.zip"), {"all.zip": "x"})
    (tmp_path / "data" / "raw" / "2024" / "exports" / "all.zip").write_bytes(content)
    account, tidy, _ = cleaned(year, tmp_path / "out")
    assert [(f.file, f.rows, f.absent_columns) for f in account.files] == [
        ("exports/all.zip/a.csv", 20, ()),
        ("exports/all.zip/b.csv", 20, ("kind",)),
    ]
    assert tidy["source_file"].nunique() == 2 and tidy["kind"].isna().sum() == 20


def test_nested_records_are_named_by_their_path(tmp_path: Path) -> None:
    lines = [
        {"fields": {"id": "J-1", "opened": "2024-05-01T08:00:00"}, "费用": 3, "类别": None},
        {"fields": {"id": "J-2", "opened": "2024-05-02T08:00:00"}, "类别": "报修"},
    ]
    year = project(
        tmp_path, TABLE.format(files="exports/a.jsonl"), {"a.jsonl": "\n".join(json.dumps(x) for x in lines)}
    )
    _, tidy, _ = cleaned(year, tmp_path / "out")
    assert list(tidy["id"]) == ["J-1", "J-2"] and [str(c) for c in tidy["cost"]] == ["3.00", "None"]


CELLS = st.text(alphabet=st.sampled_from(list("ab,;\"\n\r 中　\t'#")), max_size=5)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=6),
    quoted=st.booleans(),
    raw=st.booleans(),
)
def test_the_quick_way_is_believed_only_where_it_agrees_with_the_careful_one(
    tmp_path: Path, body: list[list[str]], quoted: bool, raw: bool
) -> None:
    import csv
    import io

    import duckdb

    if raw:  # whatever stands there, not what a writer would have written
        content = "x,y,z\n" + "\n".join(",".join(row) for row in body) + "\n"
    else:
        out = io.StringIO()
        csv.writer(out, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL, lineterminator="\n").writerows(
            [["x", "y", "z"], *body]
        )
        content = out.getvalue()
    path = tmp_path / "a.csv"
    path.write_bytes(content.encode())
    spec = Table.model_validate(
        {"title": "t", "files": "a.csv", "columns": {"x": "x"}, "checks": {"ragged": "set_aside"}}
    )
    layout = text._layout(path, "utf-8", "a.csv", spec)
    with pytest.MonkeyPatch.context() as patch:  # several threads, blocks and groups of rows
        for where, name, size in ((quick, "SMALL", 0), (quick, "BLOCK", 128), (row_groups, "ROW_GROUP", 2)):
            patch.setattr(where, name, size)
        found = text._quick(layout, text._Bytes.of(path), tmp_path / "quick.parquet")
    if found is None or layout.delimiter != ",":
        return
    rows, ragged = text._careful(layout, "a.csv", spec, tmp_path / "careful.parquet")
    assert not ragged and rows == found[0]
    one, other = (
        duckdb.sql(f"SELECT * FROM read_parquet('{tmp_path / name}'){order}").fetchall()
        for name, order in (("quick.parquet", ""), ("careful.parquet", " ORDER BY source_row"))
    )
    assert [[c or "" for c in row] for row in one] == [[c or "" for c in row[:-1]] for row in other]


def test_the_order_of_a_large_log_is_kept(tmp_path: Path) -> None:
    lines = "".join(f"A{i},2024-03-01 08:00:00,1,{'abcdefgh'[i % 8]}\n" for i in range(400_000))
    table = TABLE.format(files="exports/a.csv") + (
        "    out_of_scope: [{where: \"kind in ('a', 'b', 'c', 'd', 'e', 'f', 'x', 'y', 'z', 'w')\", why: 测试}]\n"
        "    synonyms: {kind: {k: [g, p, q, r, s, t, u, v]}}\n"
    )
    year = project(tmp_path, table, {"a.csv": "编号,受理时间,费用,类别\n" + lines})
    account, tidy, aside = cleaned(year, tmp_path / "out")
    assert (account.rows_in, account.used) == (400_000, 100_000)
    assert tidy["source_row"].is_monotonic_increasing and aside["source_row"].is_monotonic_increasing
    assert list(tidy["kind"][:2]) == ["k", "h"] and tidy["id"].iloc[-1] == "A399999"


def test_a_stage_leaves_nothing_behind(tmp_path: Path) -> None:
    year = project(tmp_path, TABLE.format(files="exports/a.csv"), {"a.csv": as_csv().decode()})
    cleaned(year, tmp_path / "out")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["tickets.parquet", "tickets.set_aside.parquet"]
    assert callable(read_exports)
