"""Losses stop at the gate by default; a declared limit with a reason loosens it; a small loss is a note."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.activity.clean import clean_year
from helpers.gate import validate_year
from helpers.gate.large import tidy_tables
from helpers.gate.result import Check, GateResult, GateStopped
from helpers.year.load import load_year
from tests.activity.activity_samples import project

SPEC = """\
  tickets:
    title: 投诉登记
    files: exports/投诉*.csv
    columns:
      id: 编号
      at: {from: 登记时间, type: datetime}
      by: {from: 办结时间, type: datetime}
      cost: {from: 费用, type: money, unit: 元}
      valid: {from: 属实, type: boolean}
    year_by: at
    key: id
"""
KEEP = SPEC + "    keep: {by: by, take: last, why: 重新打开}\n"
REQUIRED = SPEC.replace("type: money, unit: 元}", "type: money, unit: 元, required: true}")
MEASURES = """\
measures:
  valid: {table: tickets, agg: count, where: "valid", unit: 件, words: 属实}
  cost: {table: tickets, agg: sum, value: cost, unit: 元, words: 费用}
indicators: []
"""
HEAD = "编号,登记时间,办结时间,费用,属实\n"
LOST = (
    "table_lost",
    "file_lost",
    "file_of_other_year",
    "file_empty",
    "rows_lost",
    "required_blank",
    "versions",
    "cells_lost",
    "files_overlap",
)


def rows(n: int, first: int = 0) -> list[list[str]]:
    return [
        [
            f"T{i:04}",
            f"2024-{1 + i % 12:02}-{1 + i % 28:02} 09:00",
            f"2024-{1 + i % 12:02}-{1 + i % 28:02} 10:{i % 60:02}",
            f"{i}.50",
            "否",
        ]
        for i in range(first, first + n)
    ]


def text(listed: list[list[str]]) -> str:
    return HEAD + "".join(",".join(row) + "\n" for row in listed)


def gate(root: Path, spec: str, files: dict[str, str]) -> GateResult:
    year = project(root, spec, files, indicators=MEASURES)
    accounts = clean_year(year, root / "out")
    return validate_year(year, tidy_tables(root / "out", year), accounts)


def lost(result: GateResult) -> list[Check]:
    return [check for check in result.checks if check.rule.partition(":")[0] in LOST]


def only(result: GateResult) -> Check:
    (found,) = lost(result)
    return found


def damaged(n: int, bad: int, column: int, value: str) -> str:
    listed = rows(n)
    for row in listed[1 : bad + 1]:
        row[column] = value
    return text(listed)


def test_sound_rows_raise_nothing(tmp_path: Path) -> None:
    assert lost(gate(tmp_path, SPEC, {"投诉.csv": text(rows(50))})) == []


def test_a_table_that_lost_every_row(tmp_path: Path) -> None:
    result = gate(
        tmp_path,
        SPEC,
        {"投诉.csv": damaged(9, 9, 1, "2024-13-05 09:00").replace("T0000,2024-01-01 09:00", "T0000,某日")},
    )
    found = only(result)
    assert (found.rule, found.level, found.failing) == ("table_lost", "stop", 9)
    with pytest.raises(GateStopped) as stop:
        result.raise_if_stopped()
    said = str(stop.value)
    for words in (
        "投诉登记（tickets）",
        "9 行，没有一行可以采用",
        "exports/投诉.csv 第 3 行",
        "2024-13-05 09:00",
        "核对列 at 的写法，在 dates 里补上",
    ):
        assert words in said
    assert len(said.splitlines()) <= 25


def test_an_empty_table_is_declared_or_stops(tmp_path: Path) -> None:
    found = only(gate(tmp_path / "a", SPEC, {"投诉.csv": HEAD}))
    assert (found.rule, found.level) == ("table_lost", "stop")
    assert "loss: {may_be_empty: true, why: 理由}" in found.remedy
    spec = SPEC + "    loss: {may_be_empty: true, why: 本年没有投诉}\n"
    assert lost(gate(tmp_path / "b", spec, {"投诉.csv": HEAD})) == []
    # What was lost on the way is no "none".
    unread = damaged(3, 3, 1, "某日").replace("T0000,2024-01-01 09:00", "T0000,某日")
    assert only(gate(tmp_path / "c", spec, {"投诉.csv": unread})).level == "stop"


def test_a_file_that_lost_most_of_its_rows(tmp_path: Path) -> None:
    files = {
        "投诉1.csv": text(rows(500)),
        "投诉2.csv": "\n".join([HEAD.strip(), *(f"X{i},某日,,1,否" for i in range(3))]) + "\n",
    }
    found = only(gate(tmp_path, SPEC, files))
    assert (found.rule, found.level, found.failing) == ("file_lost:exports/投诉2.csv", "stop", 3)


@pytest.mark.parametrize(
    ("files", "rows_", "level"),
    [("[exports/投诉1.csv, exports/投诉2.csv]", 20, "stop"), ("[exports/投诉1.csv, exports/投诉2.csv]", 19, "note"),
     ("exports/投诉*.csv", 50, "note")],
)  # fmt: skip
def test_a_file_with_only_a_head_beside_a_full_one(files: str, rows_: int, level: str, tmp_path: Path) -> None:
    spec = SPEC.replace("exports/投诉*.csv", files)
    result = gate(tmp_path / "a", spec, {"投诉1.csv": text(rows(rows_)), "投诉2.csv": HEAD})
    found = only(result)
    assert (found.rule, found.level) == ("file_empty:exports/投诉2.csv", level)
    assert "loss: {may_be_empty: true, why: 理由}" in found.remedy
    spec += "    loss: {may_be_empty: true, why: 下半年没有投诉}\n"
    assert lost(gate(tmp_path / "b", spec, {"投诉1.csv": text(rows(rows_)), "投诉2.csv": HEAD})) == []


def test_a_file_of_last_year(tmp_path: Path) -> None:
    files = {"投诉1.csv": text(rows(50)), "投诉2.csv": text(rows(20, 100)).replace("2024-", "2023-")}
    found = only(gate(tmp_path / "a", SPEC, files))
    assert (found.rule, found.level) == ("file_of_other_year:exports/投诉2.csv", "stop")
    assert lost(gate(tmp_path / "b", SPEC + "    loss: {other_years: true, why: 另册}\n", files)) == []


@pytest.mark.parametrize(
    ("bad", "level"), [(0, None), (1, "note"), (5, "note"), (6, "stop")]
)  # fmt: skip
def test_rows_that_cannot_be_read_have_a_limit(tmp_path: Path, bad: int, level: str | None) -> None:
    found = lost(gate(tmp_path, SPEC, {"投诉.csv": damaged(500, bad, 1, "某日")}))
    assert [(c.rule, c.level, c.failing) for c in found] == ([("rows_lost", level, bad)] if level else [])


def test_the_limit_is_loosened_with_a_reason(tmp_path: Path) -> None:
    spec = SPEC + "    loss: {rows: 5%, why: 旧系统没有记录时间}\n"
    found = only(gate(tmp_path, spec, {"投诉.csv": damaged(500, 20, 1, "某日")}))
    assert (found.level, found.failing) == ("note", 20)


def test_keys_left_out_are_losses_too(tmp_path: Path) -> None:
    found = only(gate(tmp_path, SPEC, {"投诉.csv": damaged(500, 20, 0, "")}))
    assert (found.rule, found.level) == ("rows_lost", "stop")
    assert "编号为空 20 行" in found.words


@pytest.mark.parametrize(("bad", "level"), [(2, None), (3, "stop")])
def test_unreadable_cells_that_a_figure_reads(tmp_path: Path, bad: int, level: str | None) -> None:
    found = lost(gate(tmp_path, SPEC, {"投诉.csv": damaged(500, bad, 3, "若干")}))
    assert [(c.rule, c.level, c.failing) for c in found] == ([("cells_lost:cost", "stop", bad)] if level else [])


def test_unreadable_cells_that_no_figure_reads_stay_a_note(tmp_path: Path) -> None:
    result = gate(tmp_path, SPEC, {"投诉.csv": damaged(500, 50, 2, "某日")})
    assert lost(result) == []
    assert [c.rule for c in result.failed("note")] == ["cells_readable"]


def test_a_required_column_that_is_emptied(tmp_path: Path) -> None:
    assert lost(gate(tmp_path / "a", REQUIRED, {"投诉.csv": damaged(500, 50, 3, "")})) == []
    found = only(gate(tmp_path / "b", REQUIRED, {"投诉.csv": damaged(500, 51, 3, "")}))
    assert (found.rule, found.level, found.failing) == ("required_blank", "stop", 51)


def test_keys_cut_short_are_no_reopenings(tmp_path: Path) -> None:
    listed = rows(500)
    for row in listed:
        row[0] = row[0][:-1]
    found = only(gate(tmp_path, KEEP, {"投诉.csv": text(listed)}))
    assert (found.rule, found.level, found.failing) == ("versions:exports/投诉.csv", "stop", 450)
    assert "截短" in found.remedy


def test_a_few_reopenings_are_none_of_it(tmp_path: Path) -> None:
    listed = rows(100)
    again = [[*row[:2], "2024-12-30 10:00", *row[3:]] for row in listed[:10]]
    assert lost(gate(tmp_path, KEEP, {"投诉.csv": text([*listed, *again])})) == []


def test_shares_are_written_as_percentages(tmp_path: Path) -> None:
    project(tmp_path, SPEC + "    loss: {rows: 3%, cells: 0.02, why: 旧系统}\n", {"投诉.csv": HEAD})
    loss = load_year(tmp_path, 2024).year.tables["tickets"].loss
    assert loss is not None
    assert (str(loss.rows), str(loss.cells)) == ("0.03", "0.02")
