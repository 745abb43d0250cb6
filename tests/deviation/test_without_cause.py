"""The actual without a cause: waits cut out of the records, others' rates, and what neither can say."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace as dc_replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.activity.clean import clean_year
from helpers.deviation.decompose import Aim, decompose
from helpers.deviation.explain import explain_year
from helpers.deviation.scan import Combination
from helpers.deviation.states import UNRECORDED, Divided
from helpers.deviation.without_cause import Replays, wait_of, without_causes, without_cells
from helpers.deviation.yearly_count import Estimate, counted, crowding, estimate, less, total
from helpers.measures.figures import Measures
from helpers.measures.year_attained import attain_year
from helpers.year.load import load_year
from tests import small_year
from tests.deviation.by_rows import missed_rows

YEAR = 366 * 86400
START = dt.datetime(2024, 1, 1, 9)
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
TABLES = """\
  tickets:
    title: 工单
    files: exports/t.csv
    key: ticket
    year_by: opened_at
    period: {from: 2024-01-01, to: 2024-12-31, why: 其余月份没有工单}
    columns:
      ticket: 编号
      cause: 原因
      team: 班组
      part: 备件
      opened_at: {from: 受理, type: datetime}
      started_at: {from: 接单, type: datetime}
      ordered_at: {from: 订购, type: datetime}
      arrived_at: {from: 到货, type: datetime}
      resolved_at: {from: 完成, type: datetime}
    derived:
      hours: {clock: hours, start: opened_at, end: resolved_at}
"""
STATES = """\
    states:
      start: opened_at
      end: resolved_at
      parts: [{words: 等待备件, from: ordered_at, to: arrived_at}, {words: 排队等待, from: opened_at, to: started_at}]
      rest: 处理
"""
SPARES = """\
spares: {table: tickets, part: part, opened: opened_at, resolved: resolved_at, ordered: ordered_at,
         arrived: arrived_at, measure: share}
"""
INDICATORS = """\
measures:
  share: {agg: share, table: tickets, value: "hours <= 1", words: 一小时内完成}
  mean: {agg: mean, table: tickets, value: hours, unit: 小时, words: 平均用时}
indicators:
  - {id: share, level1: 产出指标, level2: 时效指标, level3: 及时率, target: 100%, weight: 50, direction: higher,
     actual: {measure: share}, explain: [cause, team, part, state]}
  - {id: mean, level1: 产出指标, level2: 时效指标, level3: 平均用时, target: 不超过0.1小时, weight: 40,
     actual: {measure: mean}, explain: [team]}
"""

Row = tuple[str, str, str, dt.datetime, dt.datetime | None, dt.datetime | None, dt.datetime | None, dt.datetime | None]


def line(number: int, row: Row) -> str:
    return ",".join([f"T{number}", *row[:3], *("" if m is None else f"{m:%Y-%m-%d %H:%M}" for m in row[3:])])


def case(n: int, queue: int, work: int, *, cause: str = "", team: str = "甲", part: str = "", wait: int = 0) -> Row:
    """A case that queued, waited for its part and was worked on for so many minutes each."""
    opened = START + n * 3 * HOUR
    started = opened + queue * MINUTE
    arrived = started + wait * MINUTE if wait else None
    return (cause, team, part, opened, started, started if wait else None, arrived, started + (wait + work) * MINUTE)


def replays(root: Path, rows: list[Row], tables: str = TABLES + STATES, declared: str = "") -> dict[Any, Any]:
    """By indicator, dimension and cause what is replayed; and what every miss kept would give."""
    head = small_year.head(fiscal_year=2024, calendar="weekdays", spent="10万元")
    text = "编号,原因,班组,备件,受理,接单,订购,到货,完成\n" + "".join(line(n, r) + "\n" for n, r in enumerate(rows))
    indicators = INDICATORS if "states:" in tables else INDICATORS.replace(", state]", "]")
    small_year.write(root, head + tables + declared, indicators=indicators, files={"t.csv": text}, fiscal_year=2024)
    year, out = load_year(root, 2024), root / "tidy"
    out.mkdir()
    clean_year(year, out)
    with Measures(year, out) as measures:
        found = explain_year(attain_year(year, measures), measures)
    return {(d["indicator"], c["dimension"], c["cause"]): c for d in found for c in d["causes"]}


def planted() -> list[Row]:
    """Three hundred quick cases; 30 that queued 50 minutes, of which 10 would be late without it; 10 of long work."""
    rows = [case(n, 3, 20) for n in range(300)]
    rows += [case(300 + n, 50, 70 if n < 10 else 40, cause="派单排队", team="乙") for n in range(30)]
    return rows + [case(340 + n, 3, 90, cause="疑难", team="乙") for n in range(10)]


def test_the_wait_recorded_for_a_cause_is_cut_out(tmp_path: Path) -> None:
    """Of 30 coded cases 20 would have been in time: not 30, as every miss kept after all would give."""
    found = replays(tmp_path, planted())
    queue = found["share", "cause", "派单排队"]
    assert queue["avoidable"] == pytest.approx(330 / 340)
    assert queue["replayed"] | {"low": 0, "high": 0} == {
        "value": pytest.approx(320 / 340), "low": 0, "high": 0, "basis": "recorded_waits", "wait": "排队等待",
        "saved": 20,
    }  # fmt: skip
    assert 300 / 340 < queue["replayed"]["low"] < 320 / 340 < queue["replayed"]["high"] <= queue["avoidable"]


def test_a_code_without_a_wait_of_its_own_is_put_at_the_others_rate(tmp_path: Path) -> None:
    """疑难 queues like everybody: its three minutes are no cause. A team takes the rate of the other team."""
    found = replays(tmp_path, planted())
    hard = found["share", "cause", "疑难"]["replayed"]
    assert (hard["basis"], hard["wait"]) == ("others_rate", None)
    assert hard["value"] == pytest.approx((300 + 10 * 300 / 330) / 340)
    team = found["share", "team", "乙"]["replayed"]
    assert team["basis"] == "others_rate" and team["value"] == 1 and team["saved"] == 40
    assert found["share", "state", "处理"]["replayed"] is None, "no work is no work"


def test_a_part_has_its_arrival(tmp_path: Path) -> None:
    """From the columns of ``spares`` where no state says it, and the part's other late case stays late."""
    rows = [case(n, 3, 20) for n in range(50)]
    rows += [
        case(60, 3, 20, part="P1", wait=300),
        case(61, 3, 80, part="P1", wait=300),
        case(62, 3, 10, part="P2", wait=90),
    ]
    found = replays(tmp_path, rows, tables=TABLES, declared=SPARES)
    assert found["share", "part", "P1"]["replayed"]["saved"] == 1
    assert found["share", "part", "P1"]["replayed"]["basis"] == "recorded_waits"
    assert found["share", "part", "P2"]["replayed"]["value"] == pytest.approx(51 / 53)


def test_unfinished_cases_and_late_arrivals_are_not_saved(tmp_path: Path) -> None:
    """A case without an end stays late; of a part that came after the end only the time up to it was waited."""
    rows = [case(n, 3, 20) for n in range(20)]
    opened = START + 90 * HOUR
    rows.append(("等件", "甲", "P1", opened, opened, opened, opened + 5 * HOUR, None))
    rows.append(
        ("等件", "甲", "P1", opened, opened + 3 * MINUTE, opened + 3 * MINUTE, opened + 9 * HOUR, opened + 2 * HOUR)
    )
    found = replays(tmp_path, rows)
    part = found["share", "cause", "等件"]
    assert (part["misses"], part["replayed"]["saved"]) == (2, 1), "three minutes are left of the one that ended"


def test_a_mean_at_the_others_mean(tmp_path: Path) -> None:
    rows = [case(n, 0, 30 if n % 4 else 90, team="甲" if n % 4 else "乙") for n in range(80)]
    found = replays(tmp_path, rows)
    told = found["mean", "team", "乙"]["replayed"]
    assert told["value"] == pytest.approx(0.5) and told["basis"] == "others_rate" and told["saved"] is None
    assert told["low"] <= told["value"] <= told["high"]


def test_a_length_of_time_is_not_below_nothing_in_its_interval() -> None:
    values = np.array([1.0, 1.0, 2.0, 500.0, 1.0, 900.0])
    frame = pd.DataFrame({"_value": values, "team": ["甲", "甲", "甲", "乙", "甲", "乙"]})
    for sign in (1, -1):
        rows, aim = frame.assign(_value=sign * values), Aim("mean", Fraction(-1000), "lower")
        found = Replays(
            rows=rows, missed=missed_rows(rows, aim).to_numpy(), aim=aim, waits={}, kept={}, divided=None, part=None,
            when=None,
        )  # fmt: skip
        split = decompose(rows, "team", aim)
        assert split is not None
        told = without_causes([split], found)["team", "乙"]
        assert told["low"] == 0 if sign == 1 else told["low"] < told["value"] - 50


@pytest.mark.parametrize("seed", range(3))
def test_teams_without_effect_are_replayed_to_the_actual(tmp_path: Path, seed: int) -> None:
    """Planted nothing: the actual lies within the interval of what would be without a team."""
    dice = np.random.default_rng(seed)
    rows = [
        case(n * 24 // 5, 3, 90 if dice.random() < 0.1 else 20, team=str(dice.choice(["甲", "乙"]))) for n in range(600)
    ]
    late = sum((r[-1] - r[3]) > HOUR for r in rows if r[-1])
    found = replays(tmp_path, rows)
    told = found["share", "team", "乙"]["replayed"]
    assert told["low"] <= 1 - late / 600 <= told["high"]


# --- counts ---------------------------------------------------------------------------------------


def test_intervals_of_counts() -> None:
    """Ten a year, apart: Garwood's 4.8 to 18.4; all in one week they are next to one event."""
    apart = estimate([n * YEAR // 10 for n in range(10)], 0, YEAR)
    assert (round(apart.low, 1), round(apart.high, 1)) == (4.8, 18.4)
    burst = estimate([86400 * 40 + n for n in range(10)], 0, YEAR)
    assert crowding(counted([86400 * 40 + n for n in range(10)], 0, YEAR)) == pytest.approx(10)
    assert burst.low < 1 and burst.high > 50
    nothing = estimate([], 0, YEAR)
    assert (nothing.value, nothing.low, round(nothing.high, 2)) == (0, 0, 3.69)


def test_the_interval_covers_what_it_says() -> None:
    """Independent cases: 95 % or more; cases in bursts of about five: not far below."""
    dice, covered = np.random.default_rng(7), {"apart": 0, "bursts": 0}
    for _ in range(300):
        times = dice.integers(0, YEAR, dice.poisson(30))
        one = estimate(times.tolist(), 0, YEAR)
        covered["apart"] += one.low <= 30 <= one.high
        bursts = np.repeat(dice.integers(0, YEAR - 86400, dice.poisson(12)), 5)
        two = estimate((bursts + dice.integers(0, 86400, len(bursts))).tolist(), 0, YEAR)
        covered["bursts"] += two.low <= 60 <= two.high
    assert covered["apart"] >= 285 and covered["bursts"] >= 270


@given(st.lists(st.integers(0, YEAR - 1), max_size=60), st.lists(st.integers(0, YEAR - 1), max_size=60))
def test_sums_and_differences(one: list[int], other: list[int]) -> None:
    first, second = estimate(one, 0, YEAR), estimate(other, 0, YEAR)
    for told, value in ((total([first, second]), len(one) + len(other)), (less(first, second), len(one) - len(other))):
        assert told.value == value and told.low <= value <= told.high
    assert first.scaled(0.5) == Estimate(first.value / 2, first.low / 2, first.high / 2)
    assert total([]) == Estimate(0, 0, 0)


# --- which wait belongs to a code ------------------------------------------------------------------


def divided(seconds: np.ndarray) -> Divided:
    rows = len(seconds)
    return Divided(
        ("排队", "等人", "处理", UNRECORDED),
        np.column_stack([seconds, np.zeros(rows)]),
        np.ones(rows, bool),
        pd.RangeIndex(rows),
    )


def test_codes_given_by_dice_have_no_wait_of_their_own() -> None:
    """Late cases queue longer than others; a code that means nothing is not taken for the queue."""
    dice, wrong = np.random.default_rng(3), 0
    for _ in range(200):
        missed = dice.random(600) < 0.15
        seconds = dice.exponential([300, 60, 900], (600, 3)) * np.where(missed, 3, 1)[:, None]
        code = dice.integers(0, 4, 600)
        mine, coded = missed & (code == 0), missed & (code < 3)
        wrong += wait_of(mine, missed, divided(seconds.astype(int)), coded) is not None
    assert wrong <= 4


def test_a_planted_wait_is_found() -> None:
    """Cases with the code queued three times as long as other late ones."""
    dice, found = np.random.default_rng(4), 0
    for _ in range(100):
        missed = dice.random(600) < 0.15
        mine = missed & (dice.random(600) < 0.4)
        seconds = dice.gamma(4, [75, 15, 225], (600, 3))
        seconds[mine, 0] *= 3
        found += wait_of(mine, missed, divided(seconds.astype(int))) == "排队"
    assert found >= 95


def test_a_code_that_half_of_its_cases_lack() -> None:
    """Half of the cases that queued long have no code: the other codes show that the queue is this code's own."""
    dice, found = np.random.default_rng(5), 0
    for _ in range(50):
        missed = dice.random(600) < 0.3
        queued = missed & (dice.random(600) < 0.7)
        seconds = dice.gamma(4, [75, 15, 225], (600, 3))
        seconds[queued, 0] *= 3
        mine = queued & (dice.random(600) < 0.5)
        found += wait_of(mine, missed, divided(seconds.astype(int)), mine | (missed & ~queued)) == "排队"
    assert found >= 48


def test_a_combination_takes_the_rate_of_all_other_rows(tmp_path: Path) -> None:
    """Of 600 cases every tenth is of team 丙: 30 of these 60 are late, and 30 of the others."""
    rows = [
        case(n, 3, 90 if n % 20 in (0, 9) else 20, team="丙" if n % 10 == 9 else "甲乙"[n // 10 % 2], part="P")
        for n in range(600)
    ]
    replays(tmp_path, rows, TABLES)
    year = load_year(tmp_path, 2024)
    with Measures(year, tmp_path / "tidy") as measures:
        share = explain_year(attain_year(year, measures), measures)[0]
    (cell,) = share["combinations"]
    assert cell["values"] == {"team": "丙"}
    others = 30 / 540
    told = cell["replayed"]
    assert (told["basis"], told["wait"]) == ("others_rate", None)
    assert told["saved"] == pytest.approx(30 - 60 * others)
    assert told["value"] == pytest.approx((600 - 60 + told["saved"]) / 600, abs=1e-6)
    assert told["low"] < told["value"] <= told["high"] <= 1 - 30 / 600


def test_a_combination_of_cases_that_are_open_is_not_replayed() -> None:
    inside = np.array([True, False])
    cell = Combination(
        values=(("team", "乙"),), rows=1, misses=1, of=1, total=2, p_value=0.01, looked_at=9, unknown=1, inside=inside
    )
    frame = pd.DataFrame({"_value": [None, True]})
    aim = Aim("share", Fraction(1), "higher")
    found = Replays(
        rows=frame, missed=np.array([True, False]), aim=aim, waits={}, kept={}, divided=None, part=None, when=None,
    )  # fmt: skip
    assert without_cells([cell], found) == (cell,)
    (told,) = without_cells([dc_replace(cell, unknown=0)], found)
    assert told.replayed is not None and told.replayed["value"] == 1
