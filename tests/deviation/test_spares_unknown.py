"""What cannot be known is said in plain words beside None, and nothing crashes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.deviation.spare_samples import (
    DAY,
    HOUR,
    INDICATORS,
    MONDAY,
    SPARES,
    late,
    measured,
    planned,
    planted,
    repair,
    write_year,
)


def test_no_repairs(tmp_path: Path) -> None:
    found = planned(measured(write_year(tmp_path)))
    assert found["reason"] == "本年度没有维修记录" and found["parts"] == found["proposals"] == []
    assert found["replay"] is None and found["replacement"]["reason"] == "设备台账里没有本年度在用的设备"
    assert found["out_of_sample"] == {"reason": "没有上年度的记录，不能用上年度制定的方案在本年度验证"}


def test_one_repair(tmp_path: Path) -> None:
    found = planned(measured(write_year(tmp_path, [late(1, MONDAY, 9)])))
    assert found["parts"][0]["stock"] is None and found["parts"][0]["reason"] == "本年度只用过 1 次，不足以据此储备"
    assert found["reason"] == "没有一种备件的记录足以据此储备，原因见各备件" and found["replay"] is None


def test_no_part_numbers(tmp_path: Path) -> None:
    found = planned(measured(write_year(tmp_path, [late(n, MONDAY + n * DAY, 9, part=" ") for n in range(5)])))
    assert found["reason"] == "维修记录都没有备件编号，说不出用了哪些备件" and found["totals"]["without_part"] == 5


def test_no_lead_times(tmp_path: Path) -> None:
    rows = [repair(n, MONDAY + 5 * n * DAY, part="KBM", resolved=MONDAY + 5 * n * DAY + HOUR) for n in range(9)]
    found = planned(measured(write_year(tmp_path, rows)))
    assert found["parts"][0]["stock"] is None and found["parts"][0]["lead"] is None
    assert (
        found["parts"][0]["reason"] == "没有订购和到货时间的记录，也没有声明到货天数（lead_time），算不出到货期内的需求"
    )


def test_a_declared_lead_time_tells_service_but_not_timeliness(tmp_path: Path) -> None:
    """One piece, taken every forty days and back after sixty: all but the first wait for twenty days."""
    rows = [repair(n, MONDAY + 40 * n * DAY, part="KBM", resolved=MONDAY + 40 * n * DAY + HOUR) for n in range(9)]
    declared = SPARES.replace("ordered: ordered_at, arrived: arrived_at,", "lead_time: 60, service_level: 0.2,")
    found = planned(measured(write_year(tmp_path, rows, declared=declared)))
    assert found["parts"][0]["lead"]["source"] == "declared" and found["parts"][0]["stock"] == 1
    run = found["replay"]
    assert (run["demands"], run["filled"], run["wait_after_hours"]) == (9, 1, 8 * 20 * 24)
    assert run["after"] is None and run["wait_before_hours"] is None and run["tickets_saved"] is None
    assert run["reason"] == "没有备件订购和到货时间的记录，不知道各维修为备件等了多久，算不出及时率"
    assert found["proposals"] == []


@pytest.mark.parametrize(
    ("parts", "cost", "words"),
    [
        (["PSU,电源板,0"], 0, "约需 0 元"),
        (["PSU,电源板,"], None, "单价未记录"),
        ([], None, "单价未记录"),
        (["PSU,电源板,-5"], None, "单价未记录"),
    ],
)
def test_prices_of_nothing(tmp_path: Path, parts: list[str], cost: int | None, words: str) -> None:
    found = planned(measured(write_year(tmp_path, planted(), parts=parts)))
    assert found["parts"][0]["cost"] == cost and found["proposals"][0]["expected_effect"].startswith(words)
    assert found["totals"]["cost"] == cost


def test_nothing_declared(tmp_path: Path) -> None:
    found = planned(measured(write_year(tmp_path, planted(), declared="")))
    assert found["reason"] == "未声明备件记录（spares）" and found["proposals"] == []
    assert found["replacement"]["reason"] == "未声明设备台账（fleet），不知道在用台数和购置日期，算不出故障率"


def test_last_year_without_a_plan(tmp_path: Path) -> None:
    write_year(tmp_path, [], year=2023, declared="")
    write_year(tmp_path, [], year=2022)
    measures = measured(write_year(tmp_path, planted()))
    assert planned(measures, measured(tmp_path, 2023))["out_of_sample"]["reason"].startswith("上年度未声明备件记录")
    assert planned(measures, measured(tmp_path, 2022))["out_of_sample"]["reason"] == "上年度的记录不足以制定储备方案"


def test_an_order_that_runs_backwards_tells_nothing(tmp_path: Path) -> None:
    rows = [
        *planted(),
        repair(900, MONDAY, part="PSU", ordered=MONDAY + 9 * DAY, arrived=MONDAY + 2 * DAY, resolved=MONDAY + 10 * DAY),
    ]
    first = planned(measured(write_year(tmp_path, rows)))["parts"][0]
    assert first["demand"] == 15 and first["lead"]["n"] == 14 and first["effect"]["wait_unknown"] == 1


def test_an_indicator_is_needed_for_a_proposal(tmp_path: Path) -> None:
    other = INDICATORS.replace("actual: {measure: in_time}", "actual: {measure: net_day}")
    found = planned(measured(write_year(tmp_path, planted(), indicators=other)))
    assert found["replay"]["tickets_saved"] == 14 and found["proposals"] == []
