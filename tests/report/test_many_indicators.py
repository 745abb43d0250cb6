"""A report of many indicators stays short: materials once, charts that fit a page, tables instead of long sentences."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.deviation.control import p_chart
from helpers.report.blocks import Figure, Paragraph, Table
from helpers.report.figures import monthly_chart, trend_chart
from helpers.report.narrative.evidence_text import evidence_list
from helpers.report.narrative.main_text import deviations_brief, indicator_notes
from helpers.report.narrative.other_deviations import fragile
from helpers.report.narrative.overall import activity
from tests.report import sample_results as sample


def rate(at: int, before: float, now: float) -> dict[str, Any]:
    made = sample.indicator(
        f"rate_{at}", "产出指标", "时效指标", f"完成率{at}", target=sample.target(">=", 0.9, "比例")
    )
    return {**made, "actual": now, "actual_unit": "比例", "previous": {"fiscal_year": 2023, "actual": before}}


def test_years_are_compared_for_those_that_changed_most() -> None:
    data = sample.fy2024()
    data["indicators"] = [rate(at, 0.9, 0.9 + at / 1000) for at in range(1, 31)]
    (figure,) = trend_chart(data)
    assert figure.caption == "2023年与2024年完成值比较（30项中变化最大的12项）"
    assert [row[0].text for row in figure.data.rows] == [f"完成率{at}" for at in range(19, 31)]


def test_a_count_in_one_month_has_no_chart() -> None:
    counted = sample.indicator("c", "产出指标", "数量指标", "二月次数", target=sample.target(">=", 10, "次"))
    counted["monthly"] = [{"month": f"2024-{m:02d}", "value": 896 * (m == 2), "n": 896} for m in range(1, 13)]
    assert monthly_chart(counted, "m", "二月次数") == ()


def material(indicator: str, file: str, rows: int) -> dict[str, Any]:
    about = {"indicator": indicator, "level3": f"完成率{indicator.removeprefix('rate_')}"}
    return {
        **about,
        "document": "运维工单",
        "date": "2025-01-08",
        "custodian": "信息技术岗",
        "file": file,
        "rows": rows,
    }


@pytest.mark.parametrize(
    ("numbers", "uses"),
    [
        ([1, 2, 3, 4], "完成率1、完成率2、完成率3、完成率4"),
        ([2, 5, 6, 7, 9, 10], "第2、5至7、9、10项，共6项"),
    ],
)
def test_a_material_stands_once_with_the_indicators_that_rest_on_it(numbers: list[int], uses: str) -> None:
    data = sample.fy2024()
    data["indicators"] = [rate(at, 0.9, 0.91) for at in range(1, 11)]
    data["evidence_list"] = [
        material(f"rate_{at}", file, rows) for at in numbers for file, rows in (("a", 5), ("b", 7))
    ]
    (listed,) = evidence_list(data)
    assert isinstance(listed, Table)
    assert [cell.text for cell in listed.rows[0]][4:] == ["电子文件2份", "12", uses]
    assert len(listed.rows) == 1


def spread(count: int) -> dict[str, Any]:
    data = sample.fy2024()
    first = data["activities"][0]["category"]
    shares = [{"name": f"完成率{at}", "by": [{"category": first, "rows": 10 + at}]} for at in range(1, count + 1)]
    data["activity_evidence"] = {"table": "tickets", "sql": "SELECT 1", "inputs": [], "shares": shares}
    return data


def test_many_shares_are_reconciled_with_the_activities_in_a_table() -> None:
    few = [block.text for block in activity(spread(4)) if isinstance(block, Paragraph)]
    assert few[0].startswith("按占比考核的记录也出自这些活动：“完成率1”的11")
    blocks = list(activity(spread(5)))
    lead = next(block.text for block in blocks if isinstance(block, Paragraph))
    assert lead.startswith("按占比考核的5项，记录也出自这些活动，见下表。")
    table = next(block for block in blocks if isinstance(block, Table) and "对应" in block.caption)
    assert [row[1].text for row in table.rows] == ["11", "12", "13", "14", "15"]


@pytest.mark.parametrize("signals", [0, 1])
def test_a_fragile_result_has_a_chart_of_its_months_only_where_they_signal(signals: int) -> None:
    data = sample.fy2024()
    months = [f"2024-{m:02d}" for m in range(1, 13)]
    chart = p_chart([(month, 50 if month == "2024-08" and signals else 98, 100) for month in months]).to_json()
    assert bool(chart["signals"]) is bool(signals)
    found = next(d for d in data["deviations"] if d["kind"] == "fragile")
    found["control"] = chart
    (point,) = fragile({**data, "deviations": [found]})
    assert any(isinstance(block, Figure) for block in point.contents) is bool(signals)


def main_text(data: dict[str, Any]) -> list[str]:
    return [block.text for block in indicator_notes(data) if isinstance(block, Paragraph)]


def test_of_many_indicators_those_that_cost_most_have_a_paragraph_and_the_rest_a_number() -> None:
    data = sample.fy2024()
    data["deviations"] = [{"indicator": "rate_2", "kind": "overshoot", "gap": 0.5, "unit": "比例", "causes": []}]
    missed = [
        {**rate(at, 0.9, 0.5), "status": "not_met", "weight": 2.0, "score": 1.0 + at / 100} for at in range(4, 21)
    ]
    data["indicators"] = [*({**rate(at, 0.9, 0.95), "status": "met"} for at in (1, 2, 3)), *missed]
    told = main_text(data)
    assert [text.partition(".")[0] for text in told[:-1]] == [f"**{at}" for at in range(4, 19)]
    assert told[-1].startswith("第19、20项未完成") and "第2项明显超出目标，下一年度重新核定目标值。" in told[-1]
    assert "其余2项均已完成" in told[-1]


def test_of_many_shortfalls_the_largest_have_a_paragraph_and_the_rest_are_counted() -> None:
    data = sample.fy2024()
    short = next(d for d in data["deviations"] if d["kind"] == "shortfall" and not d.get("lead"))
    data["indicators"] = [{**rate(at, 0.9, 0.9 - at / 100), "attainment": 1 - at / 90} for at in range(1, 13)]
    data["deviations"] = [{**short, "indicator": f"rate_{at}", "part": None} for at in range(1, 13)]
    told = [block.text for block in deviations_brief(data) if isinstance(block, Paragraph)]
    assert [text.partition("。")[0] for text in told] == [f"**完成率{at}" for at in range(3, 13)]
    assert "其余2项的分析见" in told[-1]
