"""Declared measures: exact figures from one structure, closed to everything but the tidy tables."""

from fractions import Fraction
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.measures.compile import aggregates
from helpers.measures.database import QueryStopped, run
from helpers.measures.figures import Measures
from helpers.measures.valued import value_of
from helpers.measures.year_attained import attain_year
from helpers.year.declared_indicators import Measure
from helpers.year.load import Year, load_year
from tests import small_year

YEAR = (
    small_year.head(spent="{measure: spent}")
    + """\
  tickets:
    title: 工单
    files: exports/t.csv
    columns:
      category: 类别
      opened_at: {from: 受理, type: datetime}
      hours: {from: 用时, type: number}
      cost: {from: 费用, type: money}
      since: {from: 起, type: date}
    year_by: opened_at
  staff:
    title: 人员
    files: exports/s.csv
    columns: {person: 编号}
"""
)
INDICATORS = """\
measures:
  all: {agg: count, table: tickets, unit: 件, words: 全部}
  quick: {agg: share, table: tickets, where: "category = '故障'", value: "hours <= 1", words: 快}
  none: {agg: share, table: tickets, where: "category = '没有'", value: "hours <= 1", words: 无}
  spent: {agg: sum, table: tickets, value: cost, unit: 元, words: 支出}
  mean_hours: {agg: mean, table: tickets, value: hours, unit: 小时, words: 平均}
  p50: {agg: quantile, q: 0.5, table: tickets, value: hours, unit: 小时, words: 中位}
  staff: {agg: count, table: staff, unit: 人, words: 人数}
  nobody: {agg: count, table: staff, where: "person = 'X'", unit: 人, words: 无人}
  a_head: {agg: ratio, numerator: spent, denominator: staff, unit: 元/人, words: 人均}
  a_nobody: {agg: ratio, numerator: spent, denominator: nobody, unit: 元/人, words: 人均}
  at_year_end: {agg: count, table: tickets, where: "since <= year_end and since >= year_start", unit: 件, words: 年内}
indicators: []
"""


def planted(root: Path, declared: str = YEAR, indicators: str = INDICATORS) -> Year:
    """A year with its tidy tables lying in ``root``."""
    small_year.write(root, declared, indicators=indicators)
    tickets = pd.DataFrame(
        {
            "category": ["故障", "故障", "故障", "会议", None],
            "opened_at": pd.to_datetime(
                ["2024-01-05", "2024-01-31 23:59", "2024-03-01", "2024-03-02", "2024-12-31"], format="ISO8601"
            ),
            "hours": [1.0, 1.0 + 1 / 3600, None, 0.1, 5.0],
            "cost": [pd.NA, "0.10", "0.20", "1000000.05", "3"],
            "since": pd.to_datetime(["2023-12-31", "2024-01-01", "2024-12-31", "2025-01-01", None]),
            "source_file": "t.csv",
            "source_row": range(2, 7),
        }
    )
    table = pa.Table.from_pandas(tickets, preserve_index=False)
    cost = pa.array([None, "0.10", "0.20", "1000000.05", "3"]).cast(pa.decimal128(18, 2))
    pyarrow.parquet.write_table(table.set_column(3, "cost", cost), root / "tickets.parquet")
    staff = pd.DataFrame({"person": ["E1", "E2"], "source_file": "s.csv", "source_row": [2, 3]})
    staff.to_parquet(root / "staff.parquet")
    return load_year(root, 2024)


@pytest.fixture
def year(tmp_path: Path) -> Year:
    return planted(tmp_path)


def test_every_aggregate_is_exact(year: Year, tmp_path: Path) -> None:
    with Measures(year, tmp_path) as measures:
        values = {name: measures.figure(name) for name in year.measures}
    assert {name: f.value for name, f in values.items()} == {
        "all": 5,
        "quick": Fraction(1, 3),
        "none": None,
        "spent": Fraction("1000003.35"),
        "mean_hours": (1 + Fraction(3601, 3600) + Fraction(360, 3600) + 5) / 4,
        "p50": Fraction(repr((1 + 1 + 1 / 3600) / 2)),
        "staff": 2,
        "nobody": 0,
        "a_head": Fraction("1000003.35") / 2,
        "a_nobody": None,
        "at_year_end": 2,
    }
    assert (values["quick"].hits, values["quick"].n, values["quick"].unknown) == (1, 3, 1)
    assert values["a_head"].tables == ("tickets", "staff")
    assert values["quick"].sql == (
        "SELECT count(*) FILTER (WHERE hours <= 1) / count(*) FROM tickets WHERE category = '故障'"
    )


def test_months_groups_and_rows_agree_with_the_total(year: Year, tmp_path: Path) -> None:
    with Measures(year, tmp_path) as measures:
        months = measures.monthly("quick")
        assert [(m.month, m.value, m.n) for m in months if m.n] == [("2024-01", Fraction(1, 2), 2), ("2024-03", 0, 1)]
        assert len(months) == 12 and months[1].value is None
        assert sum(m.value for m in measures.monthly("spent")) == measures.figure("spent").value
        assert measures.monthly("a_head") == () and measures.monthly("staff") == ()
        rows = measures.rows("quick", ["category", "source_row"])
        assert rows["source_row"].tolist() == [2, 3, 4] and rows["_value"].tolist()[:2] == [True, False]
        assert measures.counts("tickets", "category") == {"": 1, "会议": 1, "故障": 3}
        assert measures.monthly_counts("tickets", "category", "opened_at")["故障"][:3] == (2, 0, 1)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE x AS SELECT * FROM read_text('/etc/hostname')",
        "COPY tickets TO '/tmp/out.csv'",
        "SET enable_external_access = true",
        "ATTACH '/tmp/x.db'",
        "SELECT * FROM year",
    ],
)
def test_the_database_is_closed(year: Year, tmp_path: Path, statement: str) -> None:
    with Measures(year, tmp_path) as measures, pytest.raises(duckdb.Error):
        measures._connection.execute(statement).fetchall()


@settings(max_examples=30)
@given(st.lists(st.one_of(st.none(), st.integers(0, 10**7)), max_size=60), st.integers(1, 8))
def test_means_do_not_depend_on_order_or_threads(seconds: list[int | None], threads: int) -> None:
    measure = Measure(agg="mean", table="t", value="hours", unit="小时", words="平均")
    connection = duckdb.connect(config={"threads": threads})
    hours = pa.array([None if s is None else s / 3600 for s in seconds], pa.float64())
    connection.register("t", pa.table({"hours": hours}))
    ((hits, n, unknown),) = connection.execute(f"SELECT {aggregates(measure)} FROM t").fetchall()
    known = [s for s in seconds if s is not None]
    assert (n, unknown) == (len(known), len(seconds) - len(known))
    assert value_of(measure, hits, n) == (Fraction(sum(known), 3600 * len(known)) if known else None)


def test_a_measure_that_takes_too_long_is_stopped(year: Year, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        Measures(year, tmp_path) as measures,
        pytest.raises(QueryStopped, match=r"\[too_slow\]  measures.x：计算超过 0.2 秒"),
    ):
        run(
            measures._connection,
            "SELECT count(*) FROM range(100000) a, range(1000000) b WHERE (a.range + b.range) % 7 = 1",
            "measures.x",
            seconds=0.2,
        )


def test_a_measure_that_takes_too_much_memory_is_stopped(year: Year, tmp_path: Path) -> None:
    with Measures(year, tmp_path) as measures, pytest.raises(QueryStopped, match=r"\[too_large\]  measures.x"):
        run(measures._connection, "SELECT length(string_agg(repeat('x', 1000000), '')) FROM range(4000)", "measures.x")


def test_a_measure_that_fails_on_a_value_names_itself(year: Year, tmp_path: Path) -> None:
    with (
        Measures(year, tmp_path) as measures,
        pytest.raises(QueryStopped, match=r"\[not_computable\]  measures.x：列 category 里有读不成整数的文字。"),
    ):
        run(measures._connection, "SELECT CAST(category AS INTEGER) FROM tickets", "measures.x")


def test_an_indicator_that_does_not_apply_gives_its_weight_to_the_others(tmp_path: Path) -> None:
    """Once with the rule and once without it; the execution's 10 points stay in both."""
    declared = INDICATORS.replace(
        "indicators: []",
        "indicators:\n"
        "  - {id: a, level1: 产出指标, level2: 数量指标, level3: 甲, target: ≥1件, "
        "weight: 40, actual: {measure: all}}\n"
        "  - {id: b, level1: 产出指标, level2: 数量指标, level3: 乙, target: ≥1件, "
        "weight: 20, actual: {measure: all}}\n"
        "  - {id: c, level1: 产出指标, level2: 数量指标, level3: 丙, target: ≥1件, "
        "weight: 30, not_applicable: 今年没有}\n",
    )
    for overrides, weights in (("", ["60.00", "30.00"]), ("rule_overrides: {rescale_dropped: false}\n", ["40", "20"])):
        root = tmp_path / f"root{len(overrides)}"
        year = planted(root, YEAR + overrides, declared)
        with Measures(year, root) as measures:
            found = attain_year(year, measures)
        assert [str(one.spec.weight) for one in found.indicators] == weights
        assert [spec.id for spec in found.dropped] == ["c"]
        assert found.funds.weight == 10
