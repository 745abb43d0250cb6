"""Measures compared by money: planted truths, the shelf, machines, waits; the budget is kept, no case counts twice."""

from __future__ import annotations

import datetime as dt
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from helpers.deviation.chosen_set import chosen_set
from helpers.deviation.demands import read_log
from helpers.deviation.explain import explain_year
from helpers.deviation.options import find
from helpers.deviation.options_table import options_table, with_replays
from helpers.deviation.stock_book import read_shelf
from helpers.measures.figures import Measures
from helpers.measures.year_attained import attain_year
from helpers.report.results_schema import schema
from helpers.year.declared_plan import Action
from tests.deviation.spare_samples import (
    DAY,
    FLEET,
    HOUR,
    MONDAY,
    SPARES,
    late,
    measured,
    planted,
    repair,
    write_year,
)

PARTS = ["PSU,电源板,268", "FAN,风扇,45.5"]


def compared(measures: Measures, last: Measures | None = None) -> dict[str, Any]:
    """The table, which must be JSON and keep the schema; rows by id under "by"."""
    deviations = explain_year(attain_year(measures.year, measures), measures)
    found, _ = options_table(measures, last, deviations)
    part = {"$defs": schema()["$defs"], "$ref": "#/$defs/options"}
    assert list(Draft202012Validator(part).iter_errors(found)) == []
    return {**json.loads(json.dumps(found, allow_nan=False)), "by": {row["id"]: row for row in found["rows"]}}


def test_a_planted_part_by_money(tmp_path: Path) -> None:
    """Fourteen late repairs wait for one part, which two pieces serve: 536 元, 38.29 a case."""
    found = compared(measured(write_year(tmp_path, planted(), parts=PARTS)))
    row = found["by"]["spare-PSU"]
    assert (row["cost"], row["saved"], row["per_case"], row["before"], row["after"]) == (536, 14, 38.29, 0.8, 0.94)
    assert 0 < row["low"] < 14 < row["high"] <= 20, "no more can be saved than were late"
    assert row["per_case_low"] == pytest.approx(536 / row["high"], abs=0.1) and row["per_case_high"] > row["per_case"]
    assert "spare-FAN" not in found["by"], "nobody waited for it"
    assert found["by"]["rest-in_time"]["saved"] == 6 and found["reasons"] == []


def crowded() -> list[str]:
    """A dear part that is seldom used and never late beside a cheap one that is."""
    rows = [late(n, MONDAY + 7 * n * DAY, 6, "PSU") for n in range(50)]
    return rows + [late(100 + n, MONDAY + 100 * n * DAY, 0, "DEAR") for n in range(2)]


def test_all_parts_together_reach_the_level_for_less(tmp_path: Path) -> None:
    """Each at 95 % buys the dear part, too; together they need not, and save the same."""
    found = compared(measured(write_year(tmp_path, crowded(), parts=["PSU,电源板,100", "DEAR,主板,9000"])))
    each, overall = found["by"]["spares-each"], found["by"]["spares-overall"]
    assert (each["saved"], overall["saved"]) == (50, 50)
    assert overall["cost"] < 1000 < 9000 <= each["cost"]
    assert [one["part"] for one in overall["parts"]] == ["PSU"]


def test_what_is_on_the_shelf_is_not_bought(tmp_path: Path) -> None:
    """Two boards lie there at the end of the year: nothing is left to buy for, and nothing more is saved."""
    moves = [
        "PSU,开账,3,2024-01-02 09:00,",
        "PSU,出库,1,2024-03-01 09:00,",
        "FAN,入库,4,2024-05-01 09:00,2024-04-20 09:00",
    ]
    measures = measured(write_year(tmp_path, planted(), parts=PARTS, moves=moves))
    shelf = read_shelf(measures, read_log(measures, measures.year.year.spares))  # type: ignore[arg-type]
    assert (shelf.on_hand, shelf.reason) == ({"FAN": 4, "PSU": 2}, None)
    assert {part: (lead.n, lead.median) for part, lead in shelf.leads.items()} == {"FAN": (1, 11 * 86400)}
    found = compared(measures)
    row = found["by"]["spares-shelf"]
    assert (row["cost"], row["saved"], row["per_case"], row["parts"]) == (0, 0, None, [])
    assert found["by"]["spares-overall"]["cost"] > 0, "beside it what it would take from nothing"


def test_orders_of_a_repair_are_no_ordinary_ones(tmp_path: Path) -> None:
    """What a repair ordered came for it; a line whose kind nobody declared makes the stock unknown."""
    ordered = MONDAY + HOUR
    moves = [f"PSU,入库,1,{ordered + 8 * DAY:%Y-%m-%d %H:%M},{ordered:%Y-%m-%d %H:%M}", "FAN,盘亏,1,2024-02-01 09:00,"]
    moves += ["FAN,入库,5,2024-02-02 09:00,", "LOW,出库,1,2024-02-02 09:00,"]
    measures = measured(write_year(tmp_path, planted(), parts=PARTS, moves=moves))
    shelf = read_shelf(measures, read_log(measures, measures.year.year.spares))  # type: ignore[arg-type]
    assert shelf.leads == {} and shelf.on_hand == {"PSU": 1}


def fleet_rows() -> list[str]:
    """Ten old machines without a date of the last years, ten new ones of the kind."""
    return [
        *(f"A{n},M1,打印机,2014-05-01,,2000" for n in range(10)),
        *(f"B{n},M9,打印机,2023-02-01,,3000" for n in range(10)),
    ]


def worn() -> list[str]:
    """Forty late repairs of the old model, four a machine, half of them for a part; three quick ones of the new."""
    rows = []
    for n in range(40):
        opened, device = MONDAY + 8 * n * DAY, f"A{n % 10}"
        if n % 2:
            arrived = opened + 6 * DAY
            rows.append(
                repair(n, opened, part="PSU", ordered=opened, arrived=arrived, resolved=arrived + HOUR, device=device)
            )
        else:
            rows.append(repair(n, opened, resolved=opened + 6 * DAY, device=device))
    return rows + [
        repair(90 + n, MONDAY + n * DAY, resolved=MONDAY + n * DAY + HOUR, device=f"B{n}", model="M9") for n in range(3)
    ]


def test_machines_at_the_price_of_new_ones_and_both_without_counting_twice(tmp_path: Path) -> None:
    """Three machines of ten for 9,000 元: three tenths of forty late repairs, of which half would be saved by parts."""
    found = compared(measured(write_year(tmp_path, worn(), parts=PARTS, devices=fleet_rows())))
    machines, parts = found["by"]["replace-M1-8"], found["by"]["spares-overall"]
    assert (machines["cost"], machines["machines"], machines["standing"]) == (9000, 3, "assumed")
    assert machines["saved"] == pytest.approx(3 * 40 / (10 * 366 / 365), abs=0.02)
    assert parts["saved"] == 20
    both = found["by"]["both"]
    assert both["cost"] == machines["cost"] + parts["cost"]
    assert both["saved"] == pytest.approx(20 + machines["saved"] / 2, abs=0.02), "half of its repairs are saved already"
    (overlap,) = found["overlaps"]
    assert overlap["options"] == ["spare-PSU", "replace-M1-8"] and overlap["model"] == "M1"
    assert overlap["shared"] == pytest.approx(machines["saved"] / 2, abs=0.02)
    assert overlap["saved_together"] == pytest.approx(both["saved"], abs=0.02)


def test_the_share_after_machines_are_replaced(tmp_path: Path) -> None:
    """Repairs that do not come about leave the share: late ones out of the late, and so many fewer in all."""
    found = compared(measured(write_year(tmp_path, worn(), parts=PARTS, devices=fleet_rows())))
    machines = found["by"]["replace-M1-8"]
    fewer = 3 * (40 - 3) / (10 * 366 / 365)
    assert machines["before"] == pytest.approx(3 / 43)
    assert machines["after"] == pytest.approx((3 + machines["saved"] - fewer) / (43 - fewer), abs=1e-3)


def test_more_money_never_saves_fewer_and_the_budget_is_kept(tmp_path: Path) -> None:
    measures = measured(write_year(tmp_path, worn(), parts=PARTS, devices=fleet_rows()))
    found = find(measures)
    assert found is not None
    before, machine, piece = 0.0, Fraction(3000), Fraction(268)
    assert found.spares is not None and found.machines is not None
    for money in [0, 100, 268, 300, 536, 2999, 3000, 3268, 6000, 6536, 9000, 12000, 20000, 50000]:
        chosen = chosen_set(found, Fraction(money))
        if chosen is None:
            assert before == 0
            continue
        row = chosen.to_json()
        assert row["cost"] <= money and row["saved"] >= before - 1e-9
        before = row["saved"]
        # By hand: so many machines and pieces, each late case once; the second half of cases needs no part.
        best = 0.0
        for n in range(11):
            gone = n * 40 / (10 * 366 / 365) / 40
            for pieces in range(len(found.spares.beside["PSU"])):
                if n * machine + pieces * piece <= money:
                    saved = found.spares.more({"PSU": pieces}).cases
                    best = max(best, 40 * min(1.0, gone) + (1 - min(1.0, gone)) * saved)
        assert row["saved"] == pytest.approx(best, abs=0.01)


def test_last_years_stock_on_this_years_repairs(tmp_path: Path) -> None:
    """Last year few boards were used, so fewer would have been bought; this year shows what that saves."""
    before = [late(n, dt.datetime(2023, 1, 9, 9) + 60 * n * DAY, 8) for n in range(6)]
    last = measured(write_year(tmp_path, before, year=2023, parts=["PSU,电源板,250"]), 2023)
    rows = [late(n, MONDAY + 20 * n * DAY, 8) for n in range(14)] + [late(50, MONDAY + 3 * DAY, 8)]
    now = measured(write_year(tmp_path, rows, parts=PARTS))
    row = compared(now, last)["by"]["spares-overall"]
    told = row["checked"]
    assert (told["planned_on"], told["replayed_on"]) == (2023, 2024)
    assert told["cost"] in (268, 536), "at this year's price, not last year's"
    assert told["saved"] <= row["saved"] + 1 and told["low"] <= told["saved"] <= told["high"]
    assert compared(now)["by"]["spares-overall"]["checked"] is None


def test_machines_chosen_last_year_at_this_years_rates(tmp_path: Path) -> None:
    """The same machines in the next year, of which only half of the repairs were late."""
    rows = [row.replace("2024-", "2023-") for row in worn()]
    prices, devices = ["PSU,电源板,250"], [*fleet_rows(), "C1,M9,打印机,2022-01-02,,3000"]
    last = measured(write_year(tmp_path, rows, year=2023, parts=prices, devices=devices), 2023)
    quick = [
        repair(
            n, MONDAY + 8 * n * DAY, resolved=MONDAY + 8 * n * DAY + (HOUR if n % 2 else 6 * DAY), device=f"A{n % 10}"
        )
        for n in range(40)
    ]
    now = measured(write_year(tmp_path, quick, parts=[*PARTS, "X,零件,1"], devices=fleet_rows()))
    found, _ = options_table(now, last, [])
    told = next(row["checked"] for row in found["rows"] if row["kind"] == "replacement")
    assert (told["planned_on"], told["replayed_on"], told["cost"]) == (2023, 2024, 9000)
    assert told["saved"] == pytest.approx(3 * 20 / (10 * 366 / 365), abs=0.02)


def test_without_prices_or_records_it_says_why(tmp_path: Path) -> None:
    found = compared(measured(write_year(tmp_path / "a", planted())))
    assert found["reasons"] == ["没有一种备件既能测算储备量又有单价，备件不能按金额比较"] and found["chosen"] is None
    declared = SPARES.replace("ordered: ordered_at, arrived: arrived_at,", "lead_time: 5,")
    found = compared(measured(write_year(tmp_path / "b", planted(), parts=PARTS, declared=declared)))
    assert found["reasons"] == ["没有备件订购和到货时间的记录，算不出储备备件能多按时完成多少"]
    found = compared(measured(write_year(tmp_path / "c", planted(), parts=PARTS, declared=FLEET)))
    assert found["rows"] == [] and found["reasons"] == ["未声明备件记录（spares），备件和更换设备不能按金额比较"]


# --- adopted measures -------------------------------------------------------------------------------


def action(options: list[str], target: str = "不低于95%") -> Action:
    return Action.model_validate(
        {
            "id": "1", "indicator": "timeliness", "cause": "缺件", "action": "储备", "owner": "信息岗",
            "due": "2025-06-30", "yardstick": {"measure": "in_time", "target": target}, "options": options,
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("options", "target", "reaches"),
    [
        (["spare-PSU"], "不低于95%", False),
        (["spare-PSU"], "不低于90%", True),
        (["spare-PSU", "rest-in_time"], "100%", True),
    ],
)
def test_adopted_measures_carry_the_replayed_figure(
    tmp_path: Path, options: list[str], target: str, reaches: bool
) -> None:
    from dataclasses import replace

    measures = measured(write_year(tmp_path, planted(), parts=PARTS))
    _, by_id = options_table(measures, None, explain_year(attain_year(measures.year, measures), measures))
    plan = measures.year.plan.model_copy(update={"actions": (action(options, target),)})
    (row, other) = with_replays([{"id": "1"}, {"id": "2"}], replace(measures.year, plan=plan), by_id)
    assert row["replayed"]["saved"] == (14 if len(options) == 1 else 20)
    assert row["replayed"]["reaches_target"] is reaches and "replayed" not in other


def test_an_option_that_is_not_there_is_named(tmp_path: Path) -> None:
    from dataclasses import replace

    measures = measured(write_year(tmp_path, planted(), parts=PARTS))
    _, by_id = options_table(measures, None, explain_year(attain_year(measures.year, measures), measures))
    plan = measures.year.plan.model_copy(update={"actions": (action(["spare-PSO"]),)})
    (row,) = with_replays([{"id": "1"}], replace(measures.year, plan=plan), by_id)
    assert row["replayed"]["reason"] == "没有编号为 spare-PSO 的测算，是否想写 spare-PSU?"
