"""From year files and tidy tables to deviations, follow-up and plan."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from helpers.deviation.explain import _tickets, decided_by, explain_year
from helpers.deviation.plan import follow_up, plan_rows
from helpers.measures.figures import Measures
from helpers.measures.year_attained import attain_year
from helpers.year.load import Year, load_year
from helpers.year.tables import Table

YEAR = """\
fiscal_year: {year}
project: 信息化运维
institution: 某单位
posts: {{prepared_by: 信息岗, checked_by: 财务岗, date: 2025-02-01}}
overall_goal: 保障运行
budget: {{initial: 10万元, adjusted: 10万元, spent: 10万元}}
tables:
  tickets:
    title: 工单
    files: exports/t.csv
    key: ticket
    personal: [requester]
    year_by: opened_at
    columns:
      ticket: 编号
      requester: 报修人
      cause: 原因
      device_model: 型号
      opened_at: {{from: 受理, type: datetime}}
      resolved_at: {{from: 完成, type: datetime}}
    derived:
      hours: {{clock: hours, start: opened_at, end: resolved_at}}
"""
INDICATORS = """\
measures:
  within_day: {agg: share, table: tickets, value: "hours <= 24", words: 二十四小时内完成}
  mean_hours: {agg: mean, table: tickets, value: hours, unit: 小时, words: 平均用时}
  all: {agg: count, table: tickets, unit: 件, words: 工单}
indicators:
  - {id: share, level1: 产出指标, level2: 时效指标, level3: 及时率, target: 不低于90%, weight: 20,
     actual: {measure: within_day}, explain: [cause, device_model, requester]}
  - id: parts
    level1: 产出指标
    level2: 时效指标
    level3: 时效
    target: 一天内完成
    weight: 20
    parts:
      - {name: 维修, target: 24小时, actual: {measure: within_day}, explain: [cause, device_model]}
  - {id: mean, level1: 产出指标, level2: 时效指标, level3: 平均用时, target: 不高于10小时, weight: 20,
     actual: {measure: mean_hours}, explain: [cause]}
  - {id: few, level1: 产出指标, level2: 数量指标, level3: 工单数, target: 不高于100件, weight: 20,
     actual: {measure: all}}
  - {id: gain, level1: 效益指标, level2: 经济效益指标, level3: 提高效率, target: 不低于5%, weight: 20,
     actual: {stated: 10%, evidence: [{document: 说明, date: 2025-01-01, custodian: 信息岗}]}}
"""
PLAN = """\
actions:
  - {id: P1, indicator: share, cause: 备件不足, action: 储备备件, owner: 信息岗, due: 2024-06-30, status: done,
     done_on: 2024-05-01, yardstick: {measure: within_day, target: 不低于75%}}
  - {id: P2, indicator: share, cause: 备件不足, action: 商定更换周期, owner: 信息岗, due: 2024-06-30,
     yardstick: {measure: within_day, target: 不低于75%, words: 及时率}}
  - {id: P3, indicator: share, cause: 备件不足, action: 增设库房, owner: 信息岗, due: 2024-06-30, status: proposed,
     yardstick: {measure: within_day, target: 不低于75%}}
  - {id: P4, indicator: share, cause: 备件不足, action: 细化流程, owner: 信息岗, due: 2024-06-30,
     yardstick: {measure: gone, target: 不低于75%}}
  - {id: P5, indicator: old, cause: 不明, action: 查明, owner: 信息岗, due: 2024-06-30,
     yardstick: {measure: within_day, target: 不低于75%}}
"""
NEXT_PLAN = """\
actions:
  - {id: P1, indicator: share, cause: 备件不足, action: 按型号储备备件, owner: 信息岗, due: 2025-06-30, confirmed: true,
     expected_effect: 可达到90%, yardstick: {measure: within_day, target: 不低于90%}}
  - {id: P6, indicator: share, cause: 备件不足, action: 细化流程, owner: 信息岗, due: 2025-03-31, carried_from: 2023-P4,
     yardstick: {measure: within_day, target: 不低于90%}}
"""


def tickets(year: int, slow: int) -> pd.DataFrame:
    """200 tickets, the last ``slow`` of them took two days, most of these waiting for a part of M720."""
    opened = pd.date_range(f"{year}-01-01 08:00", periods=200, freq="D")
    late = [i >= 200 - slow for i in range(200)]
    causes = [("等待备件" if i % 4 else None) if slowed else None for i, slowed in enumerate(late)]
    return pd.DataFrame(
        {
            "ticket": [f"T{i}" for i in range(200)],
            "requester": "张三",
            "cause": causes,
            "device_model": ["M720" if slowed else f"M{i % 3}" for i, slowed in enumerate(late)],
            "opened_at": opened,
            "resolved_at": opened + pd.to_timedelta([48 if slowed else 2 for slowed in late], unit="h"),
            "hours": [48.0 if slowed else 2.0 for slowed in late],
            "source_file": "exports/t.csv",
            "source_row": range(2, 202),
        }
    )


def make(root: Path, fiscal_year: int, slow: int, plan: str = "", indicators: str = INDICATORS) -> Year:
    folder = root / "data" / "raw" / str(fiscal_year)
    folder.mkdir(parents=True)
    (folder / "year.yml").write_text(YEAR.format(year=fiscal_year), encoding="utf-8")
    (folder / "indicators.yml").write_text(indicators, encoding="utf-8")
    if plan:
        (folder / "plan.yml").write_text(plan, encoding="utf-8")
    tables = root / str(fiscal_year)
    tables.mkdir()
    tickets(fiscal_year, slow).to_parquet(tables / "tickets.parquet")
    return load_year(root, fiscal_year)


@pytest.fixture
def two_years(tmp_path):
    return (make(tmp_path, 2023, 60, PLAN.replace("gone", "within_day")), make(tmp_path, 2024, 40, NEXT_PLAN), tmp_path)


def explained(year: Year, root: Path) -> dict[tuple[str, str | None], dict]:
    with Measures(year, root / str(year.fiscal_year)) as measures:
        found = explain_year(attain_year(year, measures), measures)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    return {(d["indicator"], d["part"]): d for d in found}


def test_the_deviations_of_a_year(two_years):
    _, year, root = two_years
    found = explained(year, root)
    assert {key: (d["kind"], d["unit"]) for key, d in found.items()} == {
        ("share", None): ("shortfall", "比例"),
        ("parts", "维修"): ("shortfall", "比例"),
        ("mean", None): ("shortfall", "小时"),
        ("few", None): ("shortfall", "件"),
        ("gain", None): ("overshoot", "比例"),
    }
    assert (found["few", None]["gap"], found["few", None]["causes"]) == (100, [])  # no dimension is declared for it
    assert found["share", None]["gap"] == pytest.approx(0.1, abs=1e-15)
    assert found["parts", "维修"]["gap"] == pytest.approx(0.2, abs=1e-15)
    assert found["mean", None]["gap"] == pytest.approx(1.2, abs=1e-12)
    assert found["gain", None]["gap"] == pytest.approx(-0.05, abs=1e-15) and found["gain", None]["causes"] == []


def test_contributions_add_up_to_the_gap_over_each_dimension(two_years):
    _, year, root = two_years
    for deviation in explained(year, root).values():
        for dimension in {c["dimension"] for c in deviation["causes"]}:
            total = sum(c["contribution"] for c in deviation["causes"] if c["dimension"] == dimension)
            assert total == pytest.approx(deviation["gap"], abs=1e-12), (deviation["indicator"], dimension)


def test_a_part_is_held_against_the_share_that_must_keep_its_limit(two_years):
    _, year, root = two_years
    found = explained(year, root)["parts", "维修"]
    assert [
        (c["cause"], c["misses"], c["contribution"], c["avoidable"])
        for c in found["causes"]
        if c["dimension"] == "cause"
    ] == [("等待备件", 30, 0.15, 0.95), (None, 10, 0.05, 0.85)]
    assert found["unexplained_rows"] == 10
    assert found["drilldown"] == [
        {"cause": "等待备件", "device_model": "M720", "rows": 30},
        {"cause": None, "device_model": "M720", "rows": 10},
    ]
    assert found["text_facts"] == {"actual": 0.8, "target": 1, "rows": 200, "misses": 40, "unknown": 0}


def test_the_tickets_that_missed_carry_no_personal_fields(two_years):
    _, year, root = two_years
    found = explained(year, root)["share", None]
    assert len(found["tickets"]) == 40
    assert found["tickets"][0] == {
        "ticket_id": "T160",
        "opened_at": "2024-06-09T08:00:00",
        "resolved_at": "2024-06-11T08:00:00",
        "hours": 48,
        "cause": None,
        "device_model": "M720",
        "source_file": "exports/t.csv",
        "source_row": 162,
    }
    assert {c["dimension"] for c in found["causes"]} == {"cause", "device_model"}  # no one person is a cause
    assert "张三" not in json.dumps(found, ensure_ascii=False)


def test_a_list_of_misses_shows_the_column_that_decides(two_years):
    _, year, _ = two_years
    table = year.year.tables["tickets"]
    assert decided_by("coalesce(hours, 2) <= 1 and cause not in ('hours', '某因')", table) == ["hours", "cause"]
    assert decided_by(None, table) == []
    for personal in table.tidy_personal:
        assert decided_by(f"{personal} is null", table) == []


def test_a_year_without_tickets_is_explained_plainly(tmp_path):
    year = make(tmp_path, 2024, 0)
    tickets(2024, 0).iloc[:0].to_parquet(tmp_path / "2024" / "tickets.parquet")
    assert set(explained(year, tmp_path)) == {("gain", None)}


def test_last_years_plan_is_followed_up(two_years):
    last, year, root = two_years
    with Measures(last, root / "2023") as before, Measures(year, root / "2024") as measures:
        found = follow_up(last, before, measures)
    assert [(f["id"], f["status"], f["kept"], f["verified"]) for f in found] == [
        ("P1", "done", True, None),
        ("P2", "carried", True, None),
        ("P3", "proposed", True, None),
        ("P4", "carried", True, None),
        ("P5", "carried", True, None),
    ]
    assert found[0]["yardstick"] == {
        "measure": "within_day",
        "words": "二十四小时内完成",
        "target": 0.75,
        "target_text": "不低于75%",
        "before": 0.7,
        "after": 0.8,
        "unit": "比例",
    }
    # The year is better than the last, but from the day on more tickets were slow than before it.
    assert found[0]["beyond_chance"] is False and found[0]["done_on"] == "2024-05-01"
    assert found[0]["conclusion"] == "措施已完成；衡量指标已达到目标值，但与完成以前相比没有改善。"
    assert found[0]["effect"]["change"] < 0 and found[0]["effect"]["months_after"] == 3
    assert found[1]["yardstick"]["words"] == "及时率"


def test_an_action_whose_measure_is_gone_cannot_be_verified(tmp_path):
    last = make(tmp_path, 2023, 60, PLAN)
    year = make(tmp_path, 2024, 40)
    with Measures(last, tmp_path / "2023") as before, Measures(year, tmp_path / "2024") as measures:
        entry = follow_up(last, before, measures)[3]
    assert (entry["kept"], entry["verified"], entry["yardstick"]["before"], entry["yardstick"]["unit"]) == (
        None,
        None,
        None,
        "比例",
    )


def test_without_a_year_before_there_is_nothing_to_follow_up(two_years):
    _, year, root = two_years
    with Measures(year, root / "2024") as measures:
        assert follow_up(None, None, measures) == []


def test_the_plan_takes_last_years_unfinished_actions_along(two_years):
    last, year, root = two_years
    with Measures(last, root / "2023") as before, Measures(year, root / "2024") as measures:
        rows = plan_rows(year, measures, follow_up(last, before, measures))
    assert [(r["id"], r["status"], r["carried_from"], r["action"]) for r in rows] == [
        ("P1", "adopted", None, "按型号储备备件"),
        ("P6", "carried", "2023-P4", "细化流程"),
        ("P2", "carried", "2023-P2", "商定更换周期"),
        ("P3", "proposed", "2023-P3", "增设库房"),
    ]
    assert rows[0]["yardstick"] == {
        "measure": "within_day",
        "words": "二十四小时内完成",
        "target": 0.9,
        "target_text": "不低于90%",
        "before": 0.8,
        "after": None,
        "unit": "比例",
    }
    assert (rows[0]["confirmed"], rows[0]["expected_effect"], rows[0]["verified"]) == (True, "可达到90%", None)
    assert (rows[2]["yardstick"]["before"], rows[2]["yardstick"]["after"]) == (0.8, None)


def test_an_action_is_done_when_this_years_plan_says_so(tmp_path):
    last = make(tmp_path, 2023, 60, PLAN)
    finished = NEXT_PLAN.replace("carried_from: 2023-P4", "carried_from: P2, status: done, done_on: 2024-11-30")
    year = make(tmp_path, 2024, 40, finished)
    with Measures(last, tmp_path / "2023") as before, Measures(year, tmp_path / "2024") as measures:
        entries = {e["id"]: e for e in follow_up(last, before, measures)}
    assert (entries["P2"]["status"], entries["P2"]["done_on"], entries["P2"]["verified"]) == (
        "done",
        "2024-11-30",
        None,  # no record since then
    )
    assert entries["P3"]["status"] == "proposed"


def test_of_the_rows_behind_a_shortfall_only_numbers_are_read_and_the_listed_ones_by_their_places(
    two_years, monkeypatch
):
    _, year, root = two_years
    monkeypatch.delattr(Measures, "rows")  # all columns of all rows, as texts
    asked = []
    real = Measures.rows_at
    monkeypatch.setattr(
        Measures, "rows_at", lambda self, name, cols, at: asked.append(len(at)) or real(self, name, cols, at)
    )
    found = explained(year, root)["share", None]
    assert len(found["tickets"]) == 40 and max(asked) <= 200
    assert [ticket["ticket_id"] for ticket in found["tickets"]] == [f"T{n}" for n in range(160, 200)]


def test_a_row_is_named_by_its_key_though_another_column_is_called_so() -> None:
    """As that of a table of parts, which says of which ticket each was taken."""
    rows = pd.DataFrame({"move": ["M1"], "ticket_id": ["T9"], "source_file": ["a.csv"], "source_row": [2]})
    table = Table.model_validate({"title": "出入库", "files": "a.csv", "key": "move", "columns": {"move": "单号"}})
    assert [*_tickets(rows, ["move", "ticket_id"], table)] == [{"ticket_id": "M1"}]
