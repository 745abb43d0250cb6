"""Event logs: one row per case, against a plain walk through each case's events."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.activity.errors import ExportError
from helpers.year.crosscheck import crosscheck
from tests.activity.activity_samples import cleaned, project, reasons

TABLES = """\
  tickets:
    title: 事件日志
    files: exports/t.csv
    personal: [who]
    columns:
      case_id: 单号
      at: {from: 时间, type: datetime}
      status: 状态
      impact: 影响
      who: 处理人
    grain:
      case: case_id
      time: at
      opens: "status = '新建'"
      resolves: "status = '完成'"
      closes: {when: "status = '关闭'", take: first}
      suspends: "status = '等待'"
      resumes: "status = '处理'"
      attributes:
        first_team: {from: who, take: first}
        impact: last
        worst: {from: impact, take: worst, order: [低, 中, 高]}
        last_event: at
%s    derived:
      hours: {clock: hours, start: opened_at, end: resolved_at}
      net: {clock: hours, start: opened_at, end: resolved_at, hold: events}
"""
#: As in a log whose teams are no persons.
READABLE = TABLES.replace("    personal: [who]\n", "") % ""
HEADER = "单号,时间,状态,影响,处理人\n"
STATES = ["新建", "处理", "等待", "转派", "完成", "关闭"]


def log(*events: tuple[str, str, str, str, str]) -> str:
    return HEADER + "".join(
        f"{case},2024-03-{moment},{status},{impact},{who}\n" for case, moment, status, impact, who in events
    )


CASES = log(
    ("A", "01 09:00", "新建", "低", "甲"),
    ("B", "01 09:30", "处理", "中", "乙"),
    ("A", "01 10:00", "等待", "高", ""),
    ("A", "01 11:00", "转派", "", "丙"),  # neither suspends nor resumes: still waiting
    ("A", "01 12:00", "处理", "中", "丙"),
    ("A", "01 13:00", "完成", "中", "丙"),
    ("A", "01 15:00", "处理", "中", "丙"),  # reopened
    ("A", "01 16:00", "完成", "", "丁"),
    ("A", "01 17:00", "关闭", "", ""),
    ("A", "01 18:00", "关闭", "", ""),
    ("C", "02 09:00", "新建", "高", "甲"),
    ("C", "02 09:00", "等待", "高", "甲"),
)


def test_events_become_one_row_a_case(tmp_path: Path) -> None:
    found, tidy, aside = cleaned(project(tmp_path, READABLE, {"t.csv": CASES}), tmp_path / "out")
    assert (found.rows_in, found.used, found.entities) == (12, 11, 2)
    assert reasons(found) == {"没有受理的事件": 1} and aside["source_row"].tolist() == [3]
    assert tidy.drop(columns=["source_file"]).to_dict("records")[0] == {
        "case_id": "A",
        "opened_at": pd.Timestamp("2024-03-01 09:00"),
        "resolved_at": pd.Timestamp("2024-03-01 16:00"),
        "closed_at": pd.Timestamp("2024-03-01 17:00"),
        "hold_seconds": 7200,
        "events": 9,
        "reopened": 1,
        "first_team": "甲",
        "impact": "中",
        "worst": "高",
        "last_event": pd.Timestamp("2024-03-01 18:00"),
        "source_row": 2,
        "hours": 7.0,
        "net": 5.0,
    }
    open_case = tidy.iloc[1]
    assert open_case["case_id"] == "C" and pd.isna(open_case["resolved_at"]) and pd.isna(open_case["net"])
    assert open_case["hold_seconds"] == 0  # the hold has not ended: its length is not known yet
    assert next(c for c in found.columns if c["column"] == "worst") == {
        "column": "worst",
        "type": "VARCHAR",
        "words": "影响",
        "from": ["影响"],
    }


@pytest.mark.parametrize(
    ("said", "used", "why"),
    [
        ("      without_opening: keep\n", ["A", "B", "C"], {}),
        ("      without_resolution: set_aside\n", ["A"], {"没有受理的事件": 1, "没有完成的事件": 2}),
        (
            "      out_of_scope: {where: \"worst = '高' and resolved_at is null\", why: 仍在处理的重大事件}\n",
            ["A"],
            {"没有受理的事件": 1, "仍在处理的重大事件": 2},
        ),
    ],
)
def test_cases_are_kept_or_set_aside_as_declared(
    tmp_path: Path, said: str, used: list[str], why: dict[str, int]
) -> None:
    found, tidy, aside = cleaned(project(tmp_path, TABLES % said, {"t.csv": CASES}), tmp_path / "out")
    assert tidy["case_id"].tolist() == used and reasons(found) == why
    assert found.rows_in == found.used + len(aside) and found.used == tidy["events"].sum()


def test_the_fiscal_year_takes_whole_cases(tmp_path: Path) -> None:
    """A case opened last year stays out with all its events, one resolved next year in with all of its."""
    text = HEADER + (
        "A,2023-12-31 23:00,新建,低,甲\nA,2024-01-01 01:00,完成,低,甲\n"
        "B,2024-12-31 23:00,新建,低,甲\nB,2025-01-01 01:00,完成,低,甲\n"
    )
    tables = TABLES.replace("    derived:", "    year_by: opened_at\n    derived:") % ""
    found, tidy, _ = cleaned(project(tmp_path, tables, {"t.csv": text}), tmp_path / "out")
    assert (
        reasons(found) == {"其他年度的记录": 2}
        and tidy["case_id"].tolist() == ["B"]
        and tidy["hours"].tolist() == [2.0]
    )


def test_equal_times_are_taken_in_the_order_of_the_source(tmp_path: Path) -> None:
    text = log(
        ("A", "01 09:00", "新建", "低", "甲"),
        ("A", "01 09:00", "完成", "高", "乙"),
        ("A", "01 09:00", "处理", "中", "丙"),
    )
    _, tidy, _ = cleaned(project(tmp_path, READABLE, {"t.csv": text}), tmp_path / "out")
    assert tidy[["first_team", "impact", "reopened"]].values.tolist() == [["甲", "中", 1]]


def test_an_unordered_value_stops(tmp_path: Path) -> None:
    text = log(("A", "01 09:00", "新建", "低", "甲"), ("A", "01 10:00", "完成", "极高", "乙"))
    with pytest.raises(ExportError, match="order_unknown") as caught:
        cleaned(project(tmp_path, TABLES % "", {"t.csv": text}), tmp_path / "out")
    assert caught.value.rows == ((3, "极高"),)


def test_a_backwards_case_is_set_aside_where_declared(tmp_path: Path) -> None:
    text = log(("A", "02 09:00", "新建", "低", "甲"), ("A", "01 10:00", "完成", "低", "乙"))
    tables = TABLES.replace("    derived:", "    checks: {backwards: set_aside}\n    derived:") % ""
    found, tidy, _ = cleaned(project(tmp_path, tables, {"t.csv": text}), tmp_path / "out")
    assert reasons(found) == {"完成时间早于受理时间": 2} and tidy.empty


events = st.lists(
    st.tuples(
        st.sampled_from("ABC"), st.integers(0, 20), st.sampled_from(STATES), st.sampled_from(["", "低", "中", "高"])
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events)
def test_cases_equal_a_walk_through_their_events(tmp_path: Path, rows: list[tuple[str, int, str, str]]) -> None:
    start = dt.datetime(2024, 3, 1)
    text = HEADER + "".join(f"{case},{start + dt.timedelta(minutes=m)},{s},{i},x\n" for case, m, s, i in rows)
    found, tidy, _ = cleaned(
        project(tmp_path, TABLES % "      without_opening: keep\n", {"t.csv": text}), tmp_path / "out"
    )
    assert found.rows_in == found.used == len(rows)
    for row in tidy.itertuples():
        own = sorted((e for e in rows if e[0] == row.case_id), key=lambda e: e[1])  # stable: the source's order
        held, since, done, reopened, last = 0, None, False, 0, None
        for _, minute, status, impact in own:
            if since is not None and status in ("处理", "完成", "关闭", "等待"):
                held, since = held + minute - since, None
            since = minute if status == "等待" else since
            reopened += done and status not in ("完成", "关闭")
            done, last = status in ("完成", "关闭"), impact or last
        assert (row.events, row.reopened, row.hold_seconds) == (len(own), reopened, held * 60)
        assert (None if pd.isna(row.impact) else row.impact) == last
        for column, status, pick in (
            ("opened_at", "新建", min),
            ("resolved_at", "完成", max),
            ("closed_at", "关闭", min),
        ):
            moments = [m for _, m, s, _ in own if s == status]
            value = getattr(row, column)
            assert pd.isna(value) if not moments else value == start + dt.timedelta(minutes=pick(moments))


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("time: at", "time: att", "unknown_name"),
        ("time: at", "time: status", "not_a_date"),
        ("status = '新建'", "state = '新建'", "bad_expression"),
        ("impact: last", "impact: {from: impakt}", "unknown_name"),
        (", order: [低, 中, 高]", "", "worst_order"),
        ("last_event: at", "events: at", "column_twice"),
        ("    personal: [who]", "    key: case_id\n    personal: [who]", "grain_has_case"),
        ("      suspends: \"status = '等待'\"\n      resumes: \"status = '处理'\"\n", "", "hold_without_events"),
        ("start: opened_at, end: resolved_at}", "start: at, end: resolved_at}", "unknown_name"),
    ],
)
def test_a_grain_that_does_not_fit_is_found_by_check(tmp_path: Path, old: str, new: str, code: str) -> None:
    tables = TABLES.replace(old, new, 1) % ""
    faults = crosscheck(project(tmp_path, tables, {"t.csv": CASES}))
    assert code in [fault.code for fault in faults if "tables" in fault.where]


def test_personal_columns_stay_personal_under_another_name(tmp_path: Path) -> None:
    spec = project(tmp_path, TABLES % "", {"t.csv": CASES}).year.tables["tickets"]
    assert spec.tidy_personal >= {"first_team"} and spec.tidy_key == ("case_id",)
