"""What a file or a folder above it is called says nothing about what is in it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pandas as pd
import pytest

from helpers.gate import judge_year
from helpers.measures.figures import Measures
from tests.activity.activity_samples import cleaned, project

TABLE = """\
  tickets:
    title: 工单
    files: exports/c*
    columns: {ticket_id: 编号, opened_at: {from: 受理, type: date}, amount: {from: 金额, type: money, unit: 元}}
    year_by: opened_at
    key: ticket_id
"""
NAMES = ("c1", "c[1]", "c?", "c*", "c[!1]", "c{1}", "c$x", "c~", "c;'\"")
#: Folders above a root that DuckDB would make something of.
ROOTS = ("plain", "a=1", "fiscal_year=2020", "[a-z]", "x*", "?", "**", "100% {a}", "%41", "~")
INDICATORS = "measures:\n  all: {table: tickets, agg: count, unit: 件, words: 数}\n" + "indicators: []\n"


def content(kind: str, number: int) -> bytes:
    frame = pd.DataFrame({"编号": [f"T{number}"], "受理": [f"2024-03-0{number + 1}"], "金额": [str(number)]})
    if kind == "parquet":
        buffer = io.BytesIO()
        frame.to_parquet(buffer)
        return buffer.getvalue()
    if kind == "jsonl":
        return (json.dumps(dict(frame.iloc[0]), ensure_ascii=False) + "\n").encode()
    if kind == "json":
        return json.dumps(frame.to_dict("records"), ensure_ascii=False).encode()
    return frame.to_csv(index=False, lineterminator="\n").encode()


@pytest.mark.parametrize("kind", ["csv", "jsonl", "json", "parquet"])
def test_each_file_gives_its_own_rows_whatever_it_is_called(tmp_path: Path, kind: str) -> None:
    year = project(tmp_path, TABLE, {})
    for number, name in enumerate(NAMES):
        (year.folder / "exports" / f"{name}.{kind}").write_bytes(content(kind, number))
    account, tidy, _ = cleaned(year, tmp_path / "out")
    assert account.rows_in == account.used == len(NAMES)
    found = dict(zip(tidy["source_file"], tidy["ticket_id"], strict=True))
    assert found == {f"exports/{name}.{kind}": f"T{number}" for number, name in enumerate(NAMES)}


@pytest.mark.parametrize("above", ROOTS)
def test_folders_above_the_root_add_no_column_and_lead_nowhere_else(tmp_path: Path, above: str) -> None:
    root = tmp_path / above / "项目"
    year = project(root, TABLE, {}, indicators=INDICATORS)
    for number, kind in enumerate(("csv", "jsonl", "parquet")):
        (year.folder / "exports" / f"c{number}.{kind}").write_bytes(content(kind, number))
    out = root / "data" / "processed" / "2024" / "tables"
    account, tidy, _ = cleaned(year, out)
    assert account.used == 3 and sorted(tidy.columns) == [
        "amount",
        "opened_at",
        "source_file",
        "source_row",
        "ticket_id",
    ]
    assert not judge_year(year, out, [account.to_json()]).stopped
    with Measures(year, out) as measures:
        assert measures.figure("all").value == 3
