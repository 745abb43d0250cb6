"""The declaration of states: wrong columns are named with what is probably meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.year.crosscheck import crosscheck
from helpers.year.load import load_year
from tests import small_year

TABLES = """\
  tickets:
    title: 工单
    files: exports/t.csv
    key: ticket
    year_by: opened_at
    columns:
      ticket: 编号
      day: {from: 日期, type: date}
      opened_at: {from: 受理, type: datetime}
      started_at: {from: 接单, type: datetime}
      resolved_at: {from: 完成, type: datetime}
"""
INDICATORS = """\
measures:
  all: {{agg: count, table: tickets, unit: 件, words: 工单}}
indicators:
  - {{id: few, level1: 产出指标, level2: 数量指标, level3: 工单数, target: 不高于100件, weight: 90,
     actual: {{measure: all}}, explain: [{explain}]}}
"""
STATES = "states: {{start: {start}, end: {end}, rest: 处理, parts: [{{words: 排队, from: opened_at, to: {to}}}]}}"


def faults(root: Path, states: str, explain: str = "ticket"):
    declared = small_year.head(spent="10万元") + TABLES + (f"    {states}\n" if states else "")
    small_year.write(root, declared, indicators=INDICATORS.format(explain=explain), files={"t.csv": "编号\n"})
    found = crosscheck(load_year(root, 2024))
    return [(f.code, f.where, f.value, f.hint) for f in found if f.code != "weight_sum"]


def states(start="opened_at", end="resolved_at", to="started_at"):
    return STATES.format(start=start, end=end, to=to)


def test_sound_states_pass_and_make_two_dimensions(tmp_path):
    assert faults(tmp_path, states(), "state, month") == []


def test_times_of_day_and_week_need_no_column_and_machines_need_a_register(tmp_path):
    assert faults(tmp_path, states(), "hour, weekday, shift") == []


@pytest.mark.parametrize("name", ["repeat", "age_band"])
def test_without_a_register_there_is_no_age_and_no_repeated_failure(tmp_path, name):
    assert [f[:2] for f in faults(tmp_path, states(), name)] == [("unknown_name", "indicators.0.explain")]


def test_a_cause_cannot_be_called_what_its_cases_are_counted_as(tmp_path):
    derived = 'derived: {rows: {expr: "left(ticket, 1)", type: text}}'
    assert [f[:2] for f in faults(tmp_path, derived, "rows, month")] == [("column_twice", "indicators.0.explain")]
    assert faults(tmp_path, derived, "month") == []


def test_a_misspelt_column_is_named_with_its_place(tmp_path):
    assert faults(tmp_path, states(to="startd_at")) == [
        ("unknown_name", "tables.tickets.states.parts.0.to", "startd_at", "是否想写 started_at?")
    ]


@pytest.mark.parametrize(("column", "code"), [("ticket", "not_a_date"), ("day", "day_without_time")])
def test_a_moment_needs_date_and_time(tmp_path, column, code):
    assert [f[:2] for f in faults(tmp_path, states(end=column))] == [(code, "tables.tickets.states.end")]


def test_without_states_there_is_no_such_dimension(tmp_path):
    assert [f[0] for f in faults(tmp_path, "encoding: utf-8", "state")] == ["unknown_name"]
