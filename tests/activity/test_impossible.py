"""Rows that cannot be right, duplicates and units: set aside, stopped at or kept as declared, never averaged in."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.activity.errors import ExportError
from helpers.gate import validate_year
from helpers.year.crosscheck import crosscheck
from helpers.year.faults import YearFileError
from tests.activity.activity_samples import cleaned, project, reasons

TABLES = """\
  tickets:
    title: 工单
    files: exports/t.csv
    exported: 2025-01-06
    columns:
      id: 编号
      person: {from: 报修人, empty: ["0"]}
      title: 摘要
      opened_at: {from: 受理, type: datetime}
      resolved_at: {from: 完成, type: datetime}
      due_on: {from: 约定, type: date}
      cost: {from: 费用, type: money%s}
    derived:
      hours: {clock: hours, start: opened_at, end: resolved_at}
    empty: ["(Select Action)", "#MULTIVALUE"]
%s"""
HEADER = "编号,报修人,摘要,受理,完成,约定,费用\n"


def run(tmp_path: Path, rows: str, more: str = "", unit: str = "") -> tuple[dict[str, int], pd.DataFrame, pd.DataFrame]:
    found, tidy, aside = cleaned(project(tmp_path, TABLES % (unit, more), {"t.csv": HEADER + rows}), tmp_path / "out")
    assert found.rows_in == found.used + len(aside) == len(rows.splitlines())
    return reasons(found), tidy, aside


GOOD = "A1,E1,打印机,2024-03-01 10:00,2024-03-01 11:00,2098-12-31,5\n"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("A2,E1,x,1900-01-01 10:00,2024-03-01 11:00,,\n", "受理不在可能的日期范围内"),
        ("A2,E1,x,2024-03-01 10:00,2099-03-01 11:00,,\n", "完成不在可能的日期范围内"),
        ("A2,E1,x,2024-03-01 10:00,2025-01-07 00:00,,\n", "完成不在可能的日期范围内"),  # after the export
        ("A2,E1,x 显示器,x,2024-03-01 10:00 ,E7,2024-03-01 11:00\n", "各列与类型不符，疑似错位"),  # shifted by one
    ],
)
def test_what_cannot_be_is_set_aside_with_its_place(tmp_path: Path, row: str, reason: str) -> None:
    why, tidy, aside = run(tmp_path, GOOD + row)
    assert why == {reason: 1} and tidy["id"].tolist() == ["A1"]
    assert aside[["_reason", "id", "source_file", "source_row"]].values.tolist() == [[reason, "A2", "exports/t.csv", 3]]


def test_limits_and_what_is_done_are_declared(tmp_path: Path) -> None:
    row = "A2,E1,x,2024-03-01 10:00,2025-02-01 10:00,,\n"
    assert run(tmp_path, GOOD + row, "    checks: {latest: 2025-03-01}\n")[0] == {}
    assert run(tmp_path, GOOD + row, "    checks: {earliest: 2024-03-02}\n")[0] == {"受理不在可能的日期范围内": 2}
    with pytest.raises(ExportError, match="impossible_rows") as caught:
        run(tmp_path, GOOD + row, "    checks: {impossible: stop}\n")
    assert caught.value.rows == ((3, "exports/t.csv"),) and "有 1 行完成不在可能的日期范围内" in str(caught.value)
    with pytest.raises(ExportError, match="疑似错位"):
        run(tmp_path, GOOD + "A2,E1,x,x,2024-03-01,E7,y\n", "    checks: {shifted: stop}\n")
    assert run(tmp_path, GOOD + "A2,E1,x,x,2024-03-01,E7,y\n", "    checks: {shifted: keep}\n")[0] == {}


BACKWARDS = "A2,E1,x,2024-03-02 10:00,2024-03-01 10:00,,\n"
UNSTARTED = "A3,E1,x,,2024-03-01 10:00,,\n"


def test_backwards_and_unstarted_rows_stop_at_the_gate(tmp_path: Path) -> None:
    year = project(tmp_path, TABLES % ("", ""), {"t.csv": HEADER + GOOD + BACKWARDS + UNSTARTED})
    account, tidy, _ = cleaned(year, tmp_path / "out")
    result = validate_year(year, {"tickets": tidy}, [account])
    failed = {
        check.rule: [row.source_row for row in check.failing_rows] for check in result.checks if not check.success
    }
    assert failed == {"clock_forward:hours": [3], "clock_started:hours": [4]} and result.stopped


def test_backwards_and_unstarted_rows_are_set_aside_where_declared(tmp_path: Path) -> None:
    why, tidy, _ = run(
        tmp_path, GOOD + BACKWARDS + UNSTARTED, "    checks: {backwards: set_aside, unstarted: set_aside}\n"
    )
    assert why == {"完成早于受理": 1, "有完成而无受理": 1} and tidy["hours"].tolist() == [1.0]
    year = project(
        tmp_path,
        TABLES % ("", "    checks: {backwards: keep, unstarted: keep}\n"),
        {"t.csv": HEADER + GOOD + BACKWARDS + UNSTARTED},
    )
    account, tidy, _ = cleaned(year, tmp_path / "out")
    assert tidy["hours"].dropna().tolist() == [1.0] and len(tidy) == 3  # kept, but never averaged in
    assert not validate_year(year, {"tickets": tidy}, [account]).stopped


# --- duplicates -----------------------------------------------------------------------------------


def test_exact_duplicates_are_kept_and_counted_unless_declared(tmp_path: Path) -> None:
    found, tidy, _ = cleaned(project(tmp_path, TABLES % ("", ""), {"t.csv": HEADER + GOOD * 3}), tmp_path / "out")
    assert (found.repeated_kept, len(tidy)) == (2, 3)
    year = project(tmp_path, TABLES % ("", ""), {"t.csv": HEADER + GOOD * 3})
    (noted,) = [c for c in validate_year(year, {"tickets": tidy}, [found]).checks if not c.success]
    assert (noted.rule, noted.level, noted.failing) == ("rows_differ", "note", 2)
    assert noted.observed == "有 2 行在声明的各列上与前面的行完全相同，照样采用"
    year = project(tmp_path, TABLES % ("", "    exact_duplicates: keep\n"), {"t.csv": HEADER + GOOD * 3})
    assert all(c.success for c in validate_year(year, {"tickets": tidy}, [found]).checks)
    why, tidy, aside = run(tmp_path, GOOD * 3, "    exact_duplicates: set_aside\n")
    assert why == {"完全重复的行": 2} and aside["source_row"].tolist() == [3, 4]
    assert run(tmp_path, GOOD * 2, "    key: id\n")[0] == {"完全重复的行": 1}  # a key says: one row a record


def at(*times: str, person: str = "E1", title: str = "打印机") -> str:
    return "".join(f"{person}{n},{person},{title},2024-03-01 {time},,,\n" for n, time in enumerate(times))


@pytest.mark.parametrize(("take", "kept"), [("first", [2, 5]), ("last", [4, 5])])
def test_near_duplicates_within_a_declared_time(tmp_path: Path, take: str, kept: list[int]) -> None:
    """10:00, 11:30 and 13:00 follow one another within two hours; 15:01 does not."""
    near = (
        f"    near_duplicates: {{columns: [person, title], by: opened_at, within: 2小时, take: {take}, why: "
        f"重复报修}}\n"
    )
    why, tidy, _ = run(tmp_path, at("10:00", "11:30", "13:00", "15:01"), near)
    assert why == {"重复报修": 2} and tidy["source_row"].tolist() == kept


def test_rows_without_the_declared_columns_are_no_near_duplicates(tmp_path: Path) -> None:
    near = "    near_duplicates: {columns: [person, title], why: 重复报修}\n"
    rows = at("10:00", "10:01", person="0") + at("10:00", person="E2") + at("23:00", person="E2")
    why, tidy, _ = run(tmp_path, rows, near)
    assert why == {"重复报修": 1} and tidy["source_row"].tolist() == [2, 3, 4]
    assert tidy["person"].isna().tolist() == [True, True, False]  # "0" means nothing in this column


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["E1", "E2"]), st.integers(0, 600)), max_size=12), st.integers(0, 90))
def test_near_duplicates_equal_a_walk(tmp_path: Path, rows: list[tuple[str, int]], minutes: int) -> None:
    near = f"    near_duplicates: {{columns: person, by: opened_at, within: {minutes}分钟}}\n"
    text = "".join(f"A{n},{p},x,2024-03-01 {m // 60:02d}:{m % 60:02d},,,\n" for n, (p, m) in enumerate(rows))
    expected = set()
    for person in ("E1", "E2"):
        before = None
        for m, n in sorted((m, n) for n, (p, m) in enumerate(rows) if p == person):
            if before is None or m - before > minutes:
                expected.add(f"A{n}")
            before = m
    _, tidy, _ = run(tmp_path, text, near) if rows else ({}, pd.DataFrame({"id": []}), None)
    assert set(tidy["id"]) == expected


# --- units, markers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unit", "cell", "expected"),
    [
        ("", "1234.5", "1234.50"),
        (", unit: 万元", "1.2", "12000.00"),
        (", unit: 分", "150", "1.50"),
        (", unit: 亿元", "0.01", "1000000.00"),
    ],
)
def test_money_becomes_yuan(tmp_path: Path, unit: str, cell: str, expected: str) -> None:
    _, tidy, _ = run(tmp_path, GOOD.replace(",5\n", f",{cell}\n"), unit=unit)
    assert str(tidy["cost"].iloc[0]) == expected


@pytest.mark.parametrize(
    ("unit", "cell", "expected"),
    [
        ("分钟", "90", 1.5),
        ("秒", "1,800.0", 0.5),
        ("天", "1.5", 36.0),
        ("小时", "7", 7.0),
        ("小时", "1:30", 1.5),
        ("分钟", "0:00:36", 0.01),
        ("分钟", "1:75", None),
        ("小时", "一天", None),
    ],
)
def test_lengths_of_time_become_hours(tmp_path: Path, unit: str, cell: str, expected: float | None) -> None:
    tables = (TABLES % ("", "")).replace(
        "cost: {from: 费用, type: money}", f"cost: {{from: 费用, type: duration, unit: {unit}}}"
    )
    text = HEADER + GOOD.replace(",5\n", f',"{cell}"\n')
    found, tidy, _ = cleaned(project(tmp_path, tables, {"t.csv": text}), tmp_path / "out")
    value = tidy["cost"].iloc[0]
    assert value == expected if expected is not None else pd.isna(value) and found.unreadable_cells == 1


def test_markers_mean_nothing_in_every_column(tmp_path: Path) -> None:
    _, tidy, _ = run(tmp_path, "A1,E1,(Select Action),2024-03-01 10:00,#MULTIVALUE,,0\n")
    assert (
        pd.isna(tidy["title"].iloc[0]) and pd.isna(tidy["resolved_at"].iloc[0]) and str(tidy["cost"].iloc[0]) == "0.00"
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("type: money", "type: money, unit: 万", "不能写 万"),
        ("type: money", "type: duration", "要写 unit"),
        ("    derived:", "    checks: {backward: stop}\n    derived:", "是否想写 backwards"),
        ("    derived:", "    checks: {backwards: stopp}\n    derived:", "只能写"),
        ("    derived:", "    near_duplicates: {columns: id, by: opened_at, within: 2小}\n    derived:", "写法要符合"),
        ("    derived:", "    near_duplicates: {columns: id, by: opened_at}\n    derived:", "by 与 within 要同时写"),
        ("clock: hours,", "clock: office_hours,", "office_hours 或 by"),
        ("end: resolved_at}", "end: resolved_at, hold: pause}", "hold 写 events"),
        ("    derived:", "    near_duplicates: {columns: []}\n    derived:", "columns:?.*不能为空"),
    ],
)
def test_a_wrong_declaration_is_told_with_its_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(YearFileError, match=message) as caught:
        project(tmp_path, (TABLES % ("", "")).replace(old, new, 1), {"t.csv": HEADER})
    assert all(fault.line for fault in caught.value.faults)


@pytest.mark.parametrize(
    ("old", "new", "code", "hint"),
    [
        (
            "    derived:",
            "    near_duplicates: {columns: [persn], by: title, within: 1天}\n    derived:",
            "unknown_name",
            "person",
        ),
        ("    derived:", "    year_by: opend_at\n    derived:", "unknown_name", "opened_at"),
        ("end: resolved_at}", "end: resolved_at, hold: {from: opened_at, to: title}}", "not_a_date", "title"),
        ("end: resolved_at}", "end: resolved_at, hold: {column: cost}}", "not_a_number", "duration"),
        (
            "end: resolved_at}",
            "end: resolved_at, hold: {table: pause, key: id, from: opened_at, to: title}}",
            "unknown_name",
            "",
        ),
        ("end: resolved_at}", "end: due_on}", None, ""),
        (
            "clock: hours, start: opened_at, end: resolved_at}",
            "clock: office_hours, start: opened_at, end: due_on, office_hours: 24x7}",
            "day_without_time",
            "workdays",
        ),
        ("end: resolved_at}", "end: resolved_at, hold: events}", "hold_without_events", ""),
        ("exported: 2025-01-06", "exported: 2023-12-31\n    year_by: opened_at", "latest_too_early", "导出日期"),
        (
            "    derived:",
            "    checks: {earliest: 2024-02-01, latest: 2024-01-01}\n    derived:",
            "latest_too_early",
            "",
        ),
    ],
)
def test_check_finds_what_does_not_fit(tmp_path: Path, old: str, new: str, code: str | None, hint: str) -> None:
    faults = crosscheck(project(tmp_path, (TABLES % ("", "")).replace(old, new, 1), {"t.csv": HEADER}))
    found = [f for f in faults if f.where.startswith("tables")]
    assert (not found) if code is None else code in [f.code for f in found] and hint in "\n".join(map(str, found))
