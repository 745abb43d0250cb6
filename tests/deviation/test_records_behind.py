"""The records behind a deviation, through the year files: charts, states, last year, and years with next to nothing."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.deviation.explain import explain_year
from helpers.measures.figures import Measures
from helpers.measures.year_attained import attain_year
from helpers.year.load import Year, load_year

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
    key: {key}
    personal: [requester]
    year_by: opened_at
    columns:
      ticket: 编号
      requester: 报修人
      cause: 原因
      device_model: 型号
      part_no: 备件
      team: 班组
      contractor: 服务商
      opened_at: {{from: 受理, type: datetime}}
      started_at: {{from: 接单, type: datetime}}
      ordered_at: {{from: 订购, type: datetime}}
      arrived_at: {{from: 到货, type: datetime}}
      resolved_at: {{from: 完成, type: datetime}}
    derived:
      hours: {{clock: hours, start: opened_at, end: resolved_at}}
    states:
      start: opened_at
      end: resolved_at
      parts: [{{words: 等待备件, from: ordered_at, to: arrived_at}}, {{words: 排队, from: opened_at, to: started_at}}]
      rest: 维修
"""
INDICATORS = """\
measures:
  within_day: {{agg: share, table: tickets, value: "{value}", words: 二十四小时内完成}}
  late: {{agg: count, table: tickets, where: "hours > 24", unit: 件, words: 超时}}
indicators:
  - {{id: share, level1: 产出指标, level2: 时效指标, level3: 及时率, target: {target}, weight: 50,
     actual: {{measure: within_day}}, explain: [cause, device_model, part_no, team, contractor, month, state]}}
  - {{id: late, level1: 产出指标, level2: 质量指标, level3: 超时数, target: 0件, direction: lower, weight: 40,
     actual: {{measure: late}}, explain: [cause, month]}}
"""


def tickets(year: int, rows: int, late: set[int], planted: bool = False) -> pd.DataFrame:
    dice = np.random.default_rng(year)
    opened = pd.date_range(f"{year}-01-01 08:00", f"{year}-12-31 08:00", periods=max(rows, 1))[:rows].floor("min")
    is_late = np.array([i in late for i in range(rows)], dtype=bool)
    waiting = np.where(is_late, 40, 0)
    frame = pd.DataFrame(
        {
            "ticket": [f"T{i}" for i in range(rows)],
            "requester": ["张三"] * rows,
            "cause": ["等待备件" if slow and i % 10 else None for i, slow in enumerate(is_late)],
            "device_model": dice.choice(["M1", "M2", "M3", "M4"], rows),
            "part_no": dice.choice(["P1", "P2", "P3", "P4"], rows),
            "team": dice.choice(["甲班", "乙班"], rows),
            "contractor": dice.choice(["服务商一", "服务商二"], rows),
            "opened_at": opened,
            "started_at": opened + pd.Timedelta(hours=1),
            "ordered_at": [
                t + pd.Timedelta(hours=1) if slow else pd.NaT for t, slow in zip(opened, is_late, strict=True)
            ],
            "arrived_at": [
                t + pd.Timedelta(hours=41) if slow else pd.NaT for t, slow in zip(opened, is_late, strict=True)
            ],
            "resolved_at": opened + pd.to_timedelta(2 + waiting, unit="h"),
            "hours": 2.0 + waiting,
            "source_file": ["exports/t.csv"] * rows,
            "source_row": range(2, rows + 2),
        }
    )
    if planted:
        chosen = sorted(late)[: round(0.7 * len(late))]
        frame.loc[chosen, ["device_model", "part_no"]] = ["M2", "P3"]
    for column in ("ordered_at", "arrived_at"):
        frame[column] = pd.to_datetime(frame[column]).astype("datetime64[us]")
    return frame


def make(
    root: Path,
    frame: pd.DataFrame,
    year: int = 2024,
    target: str = "不低于99%",
    value: str = "hours <= 24",
    key: str = "ticket",
) -> Year:
    folder = root / "data" / "raw" / str(year)
    folder.mkdir(parents=True)
    (folder / "year.yml").write_text(YEAR.format(year=year, key=key), encoding="utf-8")
    (folder / "indicators.yml").write_text(INDICATORS.format(target=target, value=value), encoding="utf-8")
    (root / str(year)).mkdir()
    frame.to_parquet(root / str(year) / "tickets.parquet")
    return load_year(root, year)


def explained(root: Path, *years: Year):
    """The deviations of the first year; a second one is the year before."""
    found = []
    for year in years:
        with Measures(year, root / str(year.fiscal_year)) as measures:
            found.append(attain_year(year, measures))
    with Measures(years[0], root / str(years[0].fiscal_year)) as measures:
        deviations = explain_year(found[0], measures, found[1] if len(found) > 1 else None)
    assert json.loads(json.dumps(deviations, allow_nan=False)) == deviations
    return {(d["indicator"], d["kind"]): d for d in deviations}


AUGUST = {i for i in range(1200) if 700 <= i < 730}  # thirty in a row, in August


@pytest.fixture
def august(tmp_path):
    return explained(tmp_path, make(tmp_path, tickets(2024, 1200, AUGUST | set(range(0, 700, 35)))))


def test_the_special_month_names_its_tickets(august):
    control = august["share", "shortfall"]["control"]
    assert (control["kind"], len(control["points"])) == ("p", 12)
    (signal,) = [s for s in control["signals"] if s["rule"] == "beyond_limits"]
    assert (signal["months"], signal["side"], signal["favourable"]) == (["2024-08"], "low", False)
    assert signal["misses"] == 30 and len(signal["tickets"]) == 20
    assert {"T700", "T710"} <= set(signal["tickets"])


def test_a_key_that_is_personal_is_masked_in_the_chart_too(tmp_path):
    frame = tickets(2024, 1200, AUGUST)
    frame["requester"] = [f"张{i}" for i in range(1200)]
    found = explained(tmp_path, make(tmp_path, frame, key="requester"))
    assert "张" not in json.dumps(found["share", "shortfall"], ensure_ascii=False).replace("紧张", "")
    (signal,) = [s for s in found["share", "shortfall"]["control"]["signals"] if s["rule"] == "beyond_limits"]
    assert set(signal["tickets"]) == {"（个人信息）"}


def test_the_time_of_all_and_of_the_misses(august):
    states = august["share", "shortfall"]["states"]
    assert (states["start_words"], states["end_words"]) == ("受理", "完成")
    for spent, rows in ((states["all"], 1200), (states["misses"], 50)):
        assert spent["rows"] == rows and sum(p["seconds"] for p in spent["parts"]) == spent["seconds"]
    assert [(p["state"], p["seconds"], p["rows"]) for p in states["misses"]["parts"]] == [
        ("等待备件", 50 * 40 * 3600, 50),
        ("排队", 50 * 3600, 50),
        ("维修", 50 * 3600, 50),
    ]


def test_every_declared_dimension_adds_up_and_month_and_state_need_no_column(august):
    for deviation in august.values():
        assert {c["dimension"] for c in deviation["causes"]} >= {"cause", "month"}
        for dimension in {c["dimension"] for c in deviation["causes"]}:
            total = sum(c["contribution"] for c in deviation["causes"] if c["dimension"] == dimension)
            assert total == pytest.approx(deviation["gap"], abs=1e-12)
    share = august["share", "shortfall"]
    last = ["device_model", "part_no", "team", "contractor", "month"]
    assert [d["dimension"] for d in share["dimensions"]][-5:] == last
    told = {d["dimension"]: d for d in share["dimensions"]}
    assert told["state"]["tells_apart"] is True and not any(told[n]["tells_apart"] for n in last)
    assert next(c for c in share["causes"] if c["dimension"] == "month")["cause"] == "2024-08"


def test_a_month_of_one_bad_fortnight_is_a_signal_and_no_cause(august):
    """Thirty misses in a row are August's in the chart, but not its doing."""
    share = august["share", "shortfall"]
    month = next(d for d in share["dimensions"] if d["dimension"] == "month")
    assert month["p_value"] < 0.01 and (month["tells_apart"], month["clustered_by"]) == (False, "week")
    assert any(signal["months"] == ["2024-08"] for signal in share["control"]["signals"])


def test_avoidable_says_what_would_have_come_out(august):
    waiting = next(
        c for c in august["share", "shortfall"]["causes"] if c["cause"] == "等待备件" and c["dimension"] == "cause"
    )
    assert waiting["misses"] + august["share", "shortfall"]["unexplained_rows"] == 50
    assert waiting["avoidable"] == pytest.approx(1 - (50 - waiting["misses"]) / 1200)


def test_a_planted_part_of_a_model_is_named(tmp_path):
    found = explained(tmp_path, make(tmp_path, tickets(2024, 1200, set(range(0, 1200, 20)), planted=True)))
    share = found["share", "shortfall"]
    assert share["concentration"]["values"] == {"device_model": "M2", "part_no": "P3", "since": "2024年9月以前"}
    assert share["concentration"]["share"] >= 0.65 and share["combinations"][0] == share["concentration"]
    assert share["lead"]["kind"] == "combination" and share["lead"]["values"] == share["concentration"]["values"]
    top = next(c for c in share["causes"] if c["dimension"] == "device_model")
    assert (top["cause"], top["beyond_chance"]) == ("M2", True) and top["misses"] > 2 * top["expected"]


def test_points_lost_and_last_year(tmp_path):
    now, last = (
        make(tmp_path, tickets(2024, 1000, set(range(0, 1000, 20)))),
        make(tmp_path, tickets(2023, 1000, set(range(0, 1000, 100))), 2023),
    )
    share = explained(tmp_path, now, last)["share", "shortfall"]
    assert share["points_lost"] == pytest.approx(50 - 47.98)  # 50 × .95/.99 rounded to 0.01
    assert share["since_last_year"] == {
        "fiscal_year": 2023,
        "value": 0.99,
        "unit": "比例",
        "change": -0.04,
        "comparable": True,
        "p_value": pytest.approx(0, abs=1e-4),
        "beyond_chance": True,
        "composition": [],  # last year's measures were not given
    }
    assert "last_year" in share["trend"]["by"]


def test_another_definition_is_not_compared(tmp_path):
    now = make(tmp_path, tickets(2024, 1000, set(range(50))))
    last = make(tmp_path, tickets(2023, 1000, set(range(10))), 2023, value="hours <= 20")
    since = explained(tmp_path, now, last)["share", "shortfall"]["since_last_year"]
    assert (since["comparable"], since["change"], since["value"]) == (False, None, 0.99)


def test_a_fragile_result_names_the_tickets_of_its_bad_month(tmp_path):
    share = explained(tmp_path, make(tmp_path, tickets(2024, 1200, AUGUST), target="不低于96%"))["share", "fragile"]
    (signal,) = [s for s in share["control"]["signals"] if s["rule"] == "beyond_limits"]
    assert share["text_facts"]["month"] == "2024-08" and share["causes"] == []
    assert (signal["misses"], len(signal["tickets"]), signal["favourable"]) == (30, 20, False)


# --- next to nothing ------------------------------------------------------------------------------


def test_a_year_without_cause_codes(tmp_path):
    share = explained(tmp_path, make(tmp_path, tickets(2024, 1200, AUGUST).assign(cause=None)))["share", "shortfall"]
    assert share["unexplained_rows"] == 30
    assert [
        (c["cause"], c["words"], c["misses"]) for c in share["causes"] if c["dimension"] == "cause" and c["misses"]
    ] == [(None, "未记录原因", 30)]


def test_a_year_with_one_ticket(tmp_path):
    found = explained(tmp_path, make(tmp_path, tickets(2024, 1, {0})))
    share = found["share", "shortfall"]
    assert (share["gap"], share["concentration"], share["trend"]) == (0.99, None, None)
    assert not any(d["tells_apart"] for d in share["dimensions"])
    assert share["control"]["centre"] is None and len(share["control"]["points"]) == 1
    assert share["states"]["all"]["seconds"] == 42 * 3600
    assert found["late", "shortfall"]["gap"] == 1  # a target of zero
    assert found["late", "shortfall"]["causes"][0]["misses"] == 1


def test_a_year_with_no_ticket(tmp_path):
    assert explained(tmp_path, make(tmp_path, tickets(2024, 0, set()))) == {}


def test_a_target_of_zero(august):
    late = august["late", "shortfall"]
    assert (late["gap"], late["unit"]) == (50, "件") and late["points_lost"] == 40
    assert late["control"]["kind"] == "c" and len(late["control"]["points"]) == 12
    assert sum(c["contribution"] for c in late["causes"] if c["dimension"] == "cause") == 50


def test_a_share_that_must_be_zero(tmp_path):
    year = make(tmp_path, tickets(2024, 1200, AUGUST), target="不高于0%", value="hours > 24")
    share = explained(tmp_path, year)["share", "shortfall"]
    assert share["gap"] == pytest.approx(0.025) and share["text_facts"]["misses"] == 30
    (signal,) = [s for s in share["control"]["signals"] if s["rule"] == "beyond_limits"]
    assert (signal["side"], signal["favourable"], signal["misses"]) == ("high", False, 30)
