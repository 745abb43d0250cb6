"""What the report says of spare parts and replacements: every number from the results, a proposal called one."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from helpers.report.blocks import Paragraph, Table
from helpers.report.narrative import spares_text as spares

RUN = {
    "demands": 127,
    "filled": 124,
    "fill_rate": 124 / 127,
    "fill_interval_months": [0.9328, 0.9919],
    "wait_avoided_hours": 90.5,
    "before": {"value": 0.9335, "hits": 772, "n": 827},
    "after": {"value": 0.9879, "hits": 817, "n": 827},
    "reason": None,
}
PART = {
    "part": "PSU-1",
    "name": "电源板",
    "demand": 22,
    "models": [{"model": "LP-1", "demand": 22}],
    "price": 268,
    "lead": {"median_seconds": 6 * 86400},
    "stock": 4,
    "service": 0.9592,
    "cost": 1072,
    "reason": None,
    "effect": {"tickets_saved": 18, "tickets_lost": 1},
}
PLAN: dict[str, Any] = {
    "fiscal_year": 2024,
    "service_level": 0.95,
    "measure_words": "一个工作日完成率",
    "reason": None,
    "assumptions": ["年初满库"],
    "parts": [
        PART,
        {
            **PART,
            "part": "KB-1",
            "name": None,
            "stock": None,
            "service": None,
            "cost": None,
            "lead": None,
            "effect": None,
        },
    ],
    "totals": {"repairs": 827, "demands": 171, "parts": 2, "planned": 1, "pieces": 4, "cost": 1072, "without_price": 0},
    "replay": RUN,
    "out_of_sample": {
        **RUN,
        "plan_from": 2023,
        "replay_on": 2024,
        "service_level": 0.95,
        "holds": True,
        "holds_if_independent": True,
        "grown": [],
    },
    "replacement": {
        "devices": 100,
        "failures": 50,
        "without_device": 2,
        "fleet": {"rate": 0.5, "low": 0.37, "high": 0.66},
        "models": [
            {
                "model": "LP-1",
                "kind": "打印机",
                "devices": 20,
                "failures": 30,
                "rate": 1.5,
                "low": 1.0,
                "high": 2.1,
                "verdict": "higher",
                "words": "故障率高于其余设备",
            }
        ],
        "plan": {
            "machines": 3,
            "budget": 20000,
            "cost": 7050,
            "avoided": 4.2,
            "low": 2.5,
            "high": 6.0,
            "groups": [{"model": "LP-1", "age_from": 8, "machines": 3}],
        },
    },
}


def told(plan: dict[str, Any]) -> tuple[str, list[Table]]:
    results = {"fiscal_year": 2024, "spares": plan}
    blocks = [*spares.stock(results), *spares.replacement(results)]
    return "\n".join(b.text for b in blocks if isinstance(b, Paragraph)), [b for b in blocks if isinstance(b, Table)]


def changed(**more: Any) -> dict[str, Any]:
    return {**deepcopy(PLAN), **more}


def test_the_plan_its_replay_and_its_proof_are_told_in_figures() -> None:
    text, (parts, models) = told(PLAN)
    for said in (
        "827件维修中，领用备件171次，涉及2种备件",
        "1种应储备4件，约需1072元",
        "127次领用中124次无需等待，占97.6%",
        "共少等待90.5小时",
        "一个工作日完成率由93.4%变为98.8%",
        "用2023年的记录测算、在2024年的记录上验证",
        "估计在93.3%至99.2%之间",
        "达到要求的水平（95%）",
        "在用设备100台，本年故障50次",
        "另有2次故障没有记录设备",
        "按假定（未经批准）的2万元测算，可更换故障率高的LP-1共3台，约需7050元",
        "尚未采纳",
    ):
        assert said in text, said
    assert "尚未采纳" in parts.caption
    assert [cell.text for cell in parts.rows[0]] == [
        "电源板（PSU-1）",
        "22",
        "LP-1",
        "6",
        "4",
        "95.9%",
        "1072元",
        "17",
    ]
    assert [cell.text for cell in parts.rows[1]][3:] == ["—"] * 5
    assert [cell.text for cell in models.rows[0]][3:7] == ["—", "30", "1.50", "1.00至2.10"]


@pytest.mark.parametrize(
    ("rate", "holds", "said"),
    [
        (0.96, True, "达到要求的水平"),
        (0.93, True, "差距属正常起伏"),
        (0.8, False, "，低于要求的水平"),
        (0.9, None, "尚不能判定"),
    ],
)
def test_whether_last_years_plan_held(rate: float, holds: bool | None, said: str) -> None:
    proof = {**PLAN["out_of_sample"], "fill_rate": rate, "holds": holds}
    assert said in told(changed(out_of_sample=proof))[0]


def test_growth_and_dependence_are_said() -> None:
    text, _ = told(changed(out_of_sample={**PLAN["out_of_sample"], "holds_if_independent": False, "grown": ["CPU"]}))
    assert "看作互不相关，则低于要求" in text and "CPU的用量比上年明显增加" in text


def test_what_cannot_be_told_is_not() -> None:
    text, tables = told(
        changed(out_of_sample=None, replay={**RUN, "after": None, "reason": "没有登记时间"}, replacement={"devices": 0})
    )
    assert "没有上年的维修记录" in text and "没有登记时间" in text and "更换" not in text and len(tables) == 1
    assert (
        told(changed(reason="没有声明 spares", totals=None, replacement=None))[0]
        == "未能测算备件储备：没有声明 spares。"
    )
    assert told(changed(service_level=None, replacement=None)) == ("", [])
    assert list(spares.stock({"fiscal_year": 2024})) == list(spares.replacement({"fiscal_year": 2024})) == []
    plan = {**PLAN["replacement"], "models": [], "plan": None}
    assert "没有明显差别" in told(changed(replacement=plan))[0]


def test_what_a_replacement_is_argued_with() -> None:
    """The price of a new model, the budget's standing, and age only where it says something."""
    group = {"model": "LP-1", "age_from": 8, "machines": 3, "price_model": "LP-9", "price": 2350}
    plan = {**PLAN["replacement"]["plan"], "standing": "approved", "groups": [{**group, "age_matters": True}]}
    text, _ = told(changed(replacement={**PLAN["replacement"], "plan": plan}))
    assert (
        "按批准的2万元测算，可更换故障率高的使用满8年的LP-1共3台，按同类最近购置的LP-9单价2350元计，约需7050元" in text
    )
    plan = {**plan, "groups": [{**group, "age_matters": False}], "budget": None}
    text, _ = told(changed(replacement={**PLAN["replacement"], "plan": plan}))
    assert "使用满8年" not in text and "LP-1同型号内，使用年限长的与短的故障率没有明显差别，不能归因于使用年限" in text
