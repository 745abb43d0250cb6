"""What was lost below the limits: the figure keeps its value and says between which values it may lie."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.activity.clean import clean_year
from helpers.measures import bounds
from helpers.measures.bounds import Bounds, Group
from helpers.measures.figures import Measures
from helpers.measures.year_attained import attain_year
from helpers.year.models import MeasureRef
from tests.activity.activity_samples import project

TABLES = """\
  tickets:
    title: 工单
    files: exports/工单.csv
    columns:
      id: 编号
      kind: 类别
      at: {from: 受理, type: datetime}
      done: {from: 完成, type: datetime}
      cost: {from: 费用, type: money, unit: 元}
      ok: {from: 合格, type: boolean}
    derived:
      hours: {clock: hours, start: at, end: done}
      desk: {expr: "kind = '桌面'"}
    year_by: at
    key: id
"""
MEASURES = """\
measures:
  n: {table: tickets, agg: count, where: "desk", unit: 件, words: 件数}
  quick: {table: tickets, agg: share, where: "desk", value: "hours <= 1", words: 及时}
  spent: {table: tickets, agg: sum, value: cost, unit: 元, words: 费用}
  mean: {table: tickets, agg: mean, value: cost, unit: 元, words: 平均}
  p50: {table: tickets, agg: quantile, q: 0.5, value: cost, unit: 元, words: 中位}
  each: {agg: ratio, numerator: spent, denominator: n, unit: 元/件, words: 每件}
  good: {table: tickets, agg: share, value: ok, words: 合格}
indicators:
  - {id: few, level1: 产出指标, level2: 质量指标, level3: 件数, target: 不高于4件, weight: 30, actual: {measure: n}}
  - {id: many, level1: 产出指标, level2: 质量指标, level3: 多件, target: 不少于3件, weight: 20, actual: {measure: n}}
  - {id: cheap, level1: 产出指标, level2: 成本指标, level3: 费用, target: 不高于1万元, weight: 40,
     actual: {measure: spent}}
"""
SOUND = [f"T{i},桌面,2024-03-0{i} 09:00,2024-03-0{i} 09:30,10{i},是" for i in range(1, 5)]


def figures(root: Path, rows: list[str]) -> dict[str, tuple[Fraction | None, Bounds | None]]:
    text = "\n".join(["编号,类别,受理,完成,费用,合格", *rows]) + "\n"
    year = project(root, TABLES, {"工单.csv": text}, indicators=MEASURES)
    clean_year(year, root / "out")
    with Measures(year, root / "out") as measures:
        return {name: (measures.figure(name).value, measures.figure(name).bounds) for name in year.measures}


def test_nothing_lost_has_no_bounds(tmp_path: Path) -> None:
    assert {b for _, b in figures(tmp_path, SOUND).values()} == {None}


def test_a_lost_row_may_count_or_not(tmp_path: Path) -> None:
    found = figures(tmp_path, [*SOUND, "T5,桌面,1 Mar 2024,2024-03-05 10:00,100,是"])
    assert found["n"] == (4, Bounds(1, Fraction(4), Fraction(5)))
    assert found["quick"] == (1, Bounds(1, Fraction(4, 5), Fraction(1)))
    assert found["spent"] == (410, Bounds(1, Fraction(410), Fraction(510)))
    assert found["each"] == (Fraction(205, 2), Bounds(2, Fraction(410, 5), Fraction(510, 4)))


def test_a_lost_row_that_cannot_count_touches_nothing(tmp_path: Path) -> None:
    found = figures(tmp_path, [*SOUND, "T5,网络,待核实,,,"])
    assert found["n"][1] is None
    assert found["quick"][1] is None


def test_an_unreadable_amount_leaves_the_sum_open_above(tmp_path: Path) -> None:
    found = figures(tmp_path, [*SOUND, "T5,桌面,2024-03-05 09:00,2024-03-05 10:00,一百,是"])
    assert found["n"][1] is None
    assert found["spent"] == (410, Bounds(1, Fraction(410), None))
    assert found["mean"][1] == Bounds(1, Fraction(511, 5), Fraction(514, 5))
    assert found["p50"][1] == Bounds(1, Fraction(102), Fraction(103))


def test_an_unreadable_answer_is_kept_or_not(tmp_path: Path) -> None:
    found = figures(tmp_path, [*SOUND, "T5,桌面,2024-03-05 09:00,2024-03-05 10:00,5,大概"])
    assert found["good"] == (Fraction(4, 5), Bounds(1, Fraction(4, 5), Fraction(1)))
    assert found["spent"][1] is None


def test_an_unreadable_category_of_the_other_year_is_out(tmp_path: Path) -> None:
    assert figures(tmp_path, [*SOUND, ",桌面,2023-03-05 09:00,,,"])["n"][1] is None


def test_a_target_between_the_bounds_is_unknown(tmp_path: Path) -> None:
    text = "\n".join(["编号,类别,受理,完成,费用,合格", *SOUND, "T5,桌面,某日,,,"]) + "\n"
    year = project(tmp_path, TABLES, {"工单.csv": text}, indicators=MEASURES)
    clean_year(year, tmp_path / "out")
    with Measures(year, tmp_path / "out") as measures:
        found = {one.spec.id: one for one in attain_year(year, measures).indicators}
    few, many, cheap = found["few"], found["many"], found["cheap"]
    assert (few.value, few.outcome.status, few.score) == (4, "unknown", None)
    assert few.outcome.notes == ("bounds_straddle",)
    assert (many.outcome.status, many.score) == ("met", 20)
    assert cheap.outcome.status == "met"  # the cost of the lost row is empty: nothing to add


@pytest.mark.parametrize(("cost", "settled"), [("100", False), ("一百", False), ("0", True)])
def test_spending_between_bounds_is_scored_only_where_they_agree(tmp_path: Path, cost: str, settled: bool) -> None:
    text = "\n".join(["编号,类别,受理,完成,费用,合格", *SOUND, f"T5,桌面,某日,,{cost},是"]) + "\n"
    year = project(tmp_path, TABLES, {"工单.csv": text}, indicators=MEASURES)
    budget = year.year.budget.model_copy(update={"spent": MeasureRef(measure="spent")})
    year = replace(year, year=year.year.model_copy(update={"budget": budget}))
    clean_year(year, tmp_path / "out")
    with Measures(year, tmp_path / "out") as measures:
        funds = attain_year(year, measures).funds
    assert funds.rate == Fraction(410, 100_000)
    assert (funds.score is not None) == settled


@given(
    st.lists(st.booleans(), max_size=8),
    st.lists(st.tuples(st.sampled_from(["yes", "maybe"]), st.booleans()), min_size=1, max_size=5),
)
def test_every_reading_of_the_uncertain_rows_lies_within(certain: list[bool], rows: list[tuple[str, bool]]) -> None:
    groups = [
        Group(counted=counted, value="maybe", rows=1, now=int(counted == "yes"), hits=0, least=0, most=0)
        for counted, _ in rows
    ]
    hits, n = sum(certain), len(certain) + sum(g.now for g in groups)
    found = bounds.share(groups, hits, n)
    kept = [good for (counted, good) in rows]
    truth_hits, truth_n = hits + sum(kept), len(certain) + len(rows)
    assert found.low is not None and found.high is not None
    assert found.low <= Fraction(truth_hits, truth_n) <= found.high
    count = bounds.counted(groups, n)
    assert count.low is not None and count.high is not None
    assert count.low <= truth_n <= count.high


@pytest.mark.parametrize(("negative", "low"), [(False, Fraction(4)), (True, None)])
def test_an_unknown_amount_may_be_below_zero_only_where_others_are(negative: bool, low: Fraction | None) -> None:
    assert bounds.summed(
        [Group(counted="yes", value="maybe", rows=1, now=0, hits=0, least=0, most=0)], 4, 1, negative
    ) == Bounds(1, low, None)
