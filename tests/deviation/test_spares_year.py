"""From a year's records to the spare-part plan: planted truth is found and proved, last year's plan on this year."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path

import pytest

from helpers.deviation.kept_share import design_effect, wilson
from tests.deviation.spare_samples import DAY, MONDAY, late, measured, planned, planted, write_year


def test_the_planted_part_is_found_and_proved(tmp_path: Path) -> None:
    measures = measured(write_year(tmp_path, planted(), parts=["PSU,电源板,268", "FAN,风扇,45.5"]))
    found = planned(measures)
    first = found["parts"][0]
    assert (first["part"], first["name"], first["demand"], first["models"]) == (
        "PSU",
        "电源板",
        14,
        [{"model": "M1", "demand": 14}],
    )
    assert first["lead"] == {
        "source": "recorded",
        "n": 14,
        "open": 0,
        **dict.fromkeys(("mean_seconds", "median_seconds", "p10_seconds", "p90_seconds", "longest_seconds"), 8 * 86400),
    }
    assert (first["stock"], first["price"], first["cost"], first["distribution"]) == (2, 268, 536, "poisson")
    assert first["effect"]["wait_before_hours"] == 14 * 8 * 24 == first["effect"]["wait_avoided_hours"]
    assert (first["effect"]["tickets_saved"], first["effect"]["tickets_lost"], first["effect"]["fill_rate"]) == (
        14,
        0,
        1,
    )
    run = found["replay"]
    assert run["before"] == {"hits": 80, "n": 100, "value": 0.8} and run["after"] == {
        "hits": 94,
        "n": 100,
        "value": 0.94,
    }
    assert run["limit"] == run["after"] and run["tickets_saved"] == 14
    assert found["totals"] == {
        "repairs": 100,
        "demands": 20,
        "without_part": 80,
        "parts": 2,
        "planned": 2,
        "pieces": 3,
        "cost": 581.5,
        "without_price": 0,
    }
    row = found["proposals"][0]
    assert (row["id"], row["indicator"], row["status"], row["owner"], row["due"]) == (
        "spare-PSU",
        "timeliness",
        "proposed",
        None,
        None,
    )
    assert row["action"] == "储备 电源板（PSU） 2 件，领用一件随即补订一件"
    assert row["expected_effect"] == (
        "约需 536 元；按 2024 年度维修记录逐笔推演，14 次领用中 14 次无需等待，少等 2,688.0 小时，"
        "多 14 件维修按时完成，仅此一项可使按时完成的占比由 80.00% 升至 94.00%"
    )
    assert [r["id"] for r in found["proposals"]] == ["spare-PSU"], "what saved no waiting is not proposed"


def test_a_proposal_taken_into_the_plan_is_no_proposal_any_more(tmp_path: Path) -> None:
    write_year(tmp_path, planted())
    (tmp_path / "data" / "raw" / "2024" / "plan.yml").write_text(
        "actions:\n  - {id: spare-PSU, indicator: timeliness, cause: 缺少备件, confirmed: true, action: 储备电源板, "
        "owner: 信息岗, "
        "due: 2025-04-30, yardstick: {measure: in_time, target: 不低于95%}, status: adopted}\n",
        encoding="utf-8",
    )
    assert planned(measured(tmp_path, 2024))["proposals"] == []


def test_last_years_plan_on_this_year(tmp_path: Path) -> None:
    write_year(tmp_path, [row.replace("2024-", "2023-") for row in planted()], year=2023)
    measures = measured(write_year(tmp_path, planted()))
    found = planned(measures, measured(tmp_path, 2023))["out_of_sample"]
    assert (found["plan_from"], found["replay_on"], found["service_level"], found["holds"], found["grown"]) == (
        2023,
        2024,
        0.95,
        True,
        [],
    )
    assert (found["demands"], found["filled"], found["fill_interval"]) == (
        20,
        20,
        pytest.approx([0.838875, 1], abs=1e-6),
    )
    assert found["after"]["value"] == 0.94 and [p["part"] for p in found["parts"]] == ["PSU", "FAN"]


def test_demand_that_grew_is_named(tmp_path: Path) -> None:
    """One in two months planned, one a day to serve: the service falls, and the reason is said."""
    write_year(tmp_path, [late(n, dt.datetime(2023, 1, 2, 9) + 60 * n * DAY, 8) for n in range(6)], year=2023)
    measures = measured(write_year(tmp_path, [late(n, MONDAY + n * DAY, 8) for n in range(90)]))
    found = planned(measures, measured(tmp_path, 2023))["out_of_sample"]
    assert (
        found["fill_rate"] < 0.2
        and found["holds"] is found["holds_if_independent"] is False
        and found["grown"] == ["PSU"]
    )
    assert found["parts"][0]["demand_before"] == 6 and found["parts"][0]["demand_p_value"] < 1e-6


def test_the_same_plan_whatever_the_order_of_the_log(tmp_path: Path) -> None:
    rows = planted()
    one = planned(measured(write_year(tmp_path / "a", rows)))
    random.Random(1).shuffle(rows)
    assert planned(measured(write_year(tmp_path / "b", rows))) == one


# --- shares -----------------------------------------------------------------------------------------


def test_wilson_and_the_months() -> None:
    from statsmodels.stats.proportion import proportion_confint

    assert wilson(19, 20) == pytest.approx(proportion_confint(19, 20, method="wilson"))
    assert wilson(0, 0) is None and wilson(0, 4)[0] == 0.0 and wilson(4, 4)[1] == 1.0  # type: ignore[index]
    together = design_effect([1] * 50 + [2] * 50, [False] * 20 + [True] * 80)
    assert together > 5 and design_effect([n % 12 for n in range(120)], [n > 11 for n in range(120)]) == 1.0
    wide, narrow = wilson(80, 100, together), wilson(80, 100)
    assert wide is not None and narrow is not None and wide[0] < narrow[0] and wide[1] > narrow[1]
    assert design_effect([1, 1], [True, False]) == design_effect([1, 2], [True, True]) == 1.0
