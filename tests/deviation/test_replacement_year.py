"""From the register and the repair log to the replacement plan: planted truth, unknown ages, nothing invented."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.deviation.spare_samples import DAY, FLEET, HOUR, SPARES, measured, planned, repair, write_year

START = dt.datetime(2024, 1, 2, 9)
OLD, NEW = "2014-05-01", "2023-02-01"


def devices(old: str = OLD, price: str = "2000", new: str = "3000") -> list[str]:
    """Ten old machines, ten new ones of the same kind, one of another kind without a date."""
    return [
        *(f"A{n},旧型,打印机,{old},,{price}" for n in range(10)),
        *(f"B{n},新型,打印机,{NEW},,{new}" for n in range(10)),
        "C0,孤型,空调,,,90000",
    ]


def failures(of: dict[str, int]) -> list[str]:
    """So many repairs of each machine, spread over the year."""
    named = [device for device, times in of.items() for _ in range(times)]
    models = {"A": "旧型", "B": "新型", "C": "孤型"}
    return [
        repair(n, START + n * 2 * DAY, resolved=START + n * 2 * DAY + HOUR, device=device, model=models[device[0]])
        for n, device in enumerate(named)
    ]


PLANTED = {**{f"A{n}": 4 for n in range(10)}, "A3": 6, **{f"B{n}": 1 for n in range(4)}, "C0": 1}


def test_the_planted_model_comes_first(tmp_path: Path) -> None:
    found = planned(measured(write_year(tmp_path, failures(PLANTED), devices=devices())))["replacement"]
    assert (found["devices"], found["failures"], found["without_device"], found["without_bought"]) == (21, 47, 0, 1)
    assert [(m["model"], m["failures"], m["verdict"]) for m in found["models"]] == [
        ("旧型", 42, "higher"),
        ("孤型", 1, "not_distinguishable"),
        ("新型", 4, "lower"),
    ]
    assert found["models"][1]["words"] == "与其余设备没有明显差别"
    assert [(c["model"], c["age_from"], c["failures"], c["worse_than_new"]) for c in found["cells"]] == [
        ("新型", 0, 4, None),
        ("旧型", 8, 42, True),
    ], "no age known, no cell"
    plan = found["plan"]
    assert (plan["budget"], plan["cost"], plan["machines"], plan["candidates"]) == (10000, 9000, 3, 10)
    assert [m["age"] for m in plan["list"]] == [10] * 3 and plan["list"][0]["failures"] == 6, "its own failures first"
    assert {m["id"] for m in plan["list"]} == {"（个人信息）"}, "a personal column is never written down"
    years = 10 * 366 / 365
    assert plan["avoided"] == pytest.approx(3 * (42 - 4) / years, abs=0.01)
    assert plan["low"] < plan["avoided"] < plan["high"] and plan["low"] > 0


def test_proposals_follow_the_plan(tmp_path: Path) -> None:
    found = planned(measured(write_year(tmp_path, failures(PLANTED), devices=devices())))
    row = found["proposals"][-1]
    assert (row["id"], row["status"], row["action"]) == (
        "replace-旧型-8",
        "proposed",
        "优先更换 旧型 3 台",
    )
    assert row["cause"] == "旧型 的故障率高于同类新设备；没有本型号较新的设备可比，分不清是型号还是使用年限的影响"
    group = found["replacement"]["plan"]["groups"][0]
    assert row["expected_effect"] == (
        f"约需 9,000 元，每年约减少故障 {group['avoided']:.1f} 次"
        f"（95% 区间 {group['low']:.1f} 至 {group['high']:.1f} 次）"
    )


@pytest.mark.parametrize(
    ("of", "rows", "reason"),
    [
        (PLANTED, devices(price="", new=""), "没有设备价格，不能在预算内排出更换次序"),
        (PLANTED, devices(new="20000"), "预算不足以更换一台应当先换的设备"),
        (PLANTED, devices(old=""), "使用满 3 年的设备都没有购置日期可查，不知道年限"),
        (PLANTED, devices(old=NEW)[:-1], "在用设备使用都不满 3 年，没有需要更换的旧设备"),
        ({"A1": 1, "B1": 1}, devices(), "没有哪个型号、年限的故障率明显高于新设备，不能据此提出更换"),
        ({}, devices(), "本年度没有故障记录"),
        (PLANTED, [], "设备台账里没有本年度在用的设备"),
        (
            PLANTED,
            [d for d in devices() if d[0] != "B"],
            "没有使用不满 3 年的设备，不知道新设备的故障率，算不出更换后能减少多少故障",
        ),
        ({"A1": 3}, [d.replace("A", "X") for d in devices()], "故障记录都没有可对应台账的设备编号，不知道年限"),
    ],
)
def test_what_keeps_it_from_being_made(tmp_path: Path, of: dict[str, int], rows: list[str], reason: str) -> None:
    found = planned(measured(write_year(tmp_path, failures(of), devices=rows)))["replacement"]
    assert found["reason"] == reason and found["plan"] is None


def test_a_free_machine_and_no_budget(tmp_path: Path) -> None:
    declared = SPARES + FLEET.replace(" budget: 1万元,", "")
    found = planned(
        measured(write_year(tmp_path, failures(PLANTED), devices=devices(price="0", new=""), declared=declared))
    )["replacement"]
    assert found["plan"]["machines"] == 10 and found["plan"]["cost"] == 0 and found["plan"]["budget"] is None


def test_the_retired_are_counted_and_not_replaced(tmp_path: Path) -> None:
    rows = [row.replace(f"{OLD},,", f"{OLD},2024-07-01,") if row[1] < "5" else row for row in devices()]
    declared = SPARES + FLEET.replace("1万元", "100万元")
    found = planned(measured(write_year(tmp_path, failures(PLANTED), devices=rows, declared=declared)))["replacement"]
    old = next(m for m in found["models"] if m["model"] == "旧型")
    assert old["machine_years"] == round((5 * 182 + 5 * 366) / 365, 2)
    assert found["plan"]["machines"] == 5


def test_only_the_machines_that_count(tmp_path: Path) -> None:
    declared = SPARES + FLEET.replace("id: device,", "id: device, where: \"kind = '打印机'\",")
    found = planned(measured(write_year(tmp_path, failures(PLANTED), devices=devices(), declared=declared)))[
        "replacement"
    ]
    assert found["devices"] == 20 and (found["without_device"], found["without_model"]) == (1, 1)


def test_the_price_is_that_of_the_last_purchase_of_the_kind(tmp_path: Path) -> None:
    """Old ones cost 2,000, the last bought 3,200; another kind's and next year's purchases say nothing."""
    rows = [*devices(), "B98,新型,打印机,2024-03-01,,3200", "B99,新型,打印机,2025-01-05,,9000"]
    (group,) = planned(measured(write_year(tmp_path, failures(PLANTED), devices=rows)))["replacement"]["plan"]["groups"]
    assert (group["price"], group["price_model"], group["price_bought"]) == (3200, "新型", "2024-03-01")
    assert (group["machines"], group["cost"], group["age_matters"]) == (3, 9600, None)


def test_without_kinds_nothing_stands_in(tmp_path: Path) -> None:
    """The dearest purchase of the year may be a server: the register's own price stands."""
    declared = SPARES + FLEET.replace(" kind: kind,", "")
    rows = [*devices(), "S1,服务器,服务器,2024-03-01,,90000"]
    found = planned(measured(write_year(tmp_path, failures(PLANTED), devices=rows, declared=declared)))["replacement"]
    assert found["plan"]["groups"][0]["price"] == 2000 and found["plan"]["groups"][0]["price_model"] is None


@pytest.mark.parametrize(("young", "matters"), [(1, True), (4, False)])
def test_age_is_a_cause_only_within_the_model(tmp_path: Path, young: int, matters: bool) -> None:
    """Ten younger machines of the old model: failing as often as the old ones, age is no cause."""
    rows = [*devices(), *(f"D{n},旧型,打印机,2020-05-01,,2000" for n in range(10))]
    of = {**PLANTED, **{f"A{n}": 4 for n in range(10)}}
    log = failures(of) + [
        repair(900 + n, START + n * 2 * DAY, resolved=START + n * 2 * DAY + HOUR, device=f"D{n % 10}", model="旧型")
        for n in range(10 * young)
    ]
    found = planned(measured(write_year(tmp_path, log, devices=rows)))
    group = next(g for g in found["replacement"]["plan"]["groups"] if g["age_from"] == 8)
    assert group["age_matters"] is matters and (group["age_p_value"] < 0.05) is matters
    row = next(r for r in found["proposals"] if r["id"] == "replace-旧型-8")
    assert ("不能归因于使用年限" in row["cause"]) is not matters and ("使用满 8 年的" in row["action"]) is matters


def test_the_budgets_standing(tmp_path: Path) -> None:
    assumed = planned(measured(write_year(tmp_path / "a", failures(PLANTED), devices=devices())))
    declared = SPARES + FLEET.replace("budget: 1万元", "budget: 1万元, budget_standing: approved")
    approved = planned(measured(write_year(tmp_path / "b", failures(PLANTED), devices=devices(), declared=declared)))
    assert [one["replacement"]["plan"]["standing"] for one in (assumed, approved)] == ["assumed", "approved"]
