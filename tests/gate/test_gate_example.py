"""Every rule that the example year asks of its tables is broken once on its own data, and reported by GX."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from helpers.activity.clean import clean_year
from helpers.gate import Rule, rules_of, validate_year
from helpers.year.fiscal import FiscalYear
from helpers.year.load import Year, load_year

PROJECT = Path(__file__).resolve().parents[2]
YEAR: Year = load_year(PROJECT, 2024)
RULES = [(table, rule) for table, rules in rules_of(YEAR).items() for rule in rules]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    out = tmp_path_factory.mktemp("tables")
    clean_year(YEAR, out)
    return {name: pd.read_parquet(out / f"{name}.parquet") for name in YEAR.year.tables}


def judged(table: str, frame: pd.DataFrame, rule: Rule):
    from helpers.gate import about_table, run_gate

    about = {table: about_table(YEAR.year.tables[table])}
    result = run_gate({table: frame}, {table: [rule]}, about=about, fiscal=FiscalYear(2024))
    (check,) = [c for c in result.checks if c.rule == rule.id]
    return check


def beyond(value: object, up: bool) -> object:
    """A value of the same kind just outside a bound."""
    if isinstance(value, datetime.datetime | datetime.date | pd.Timestamp):
        return pd.Timestamp(value) + pd.Timedelta(days=400 if up else -400)
    return Decimal(str(value)) + (1 if up else -1)


def break_row(frame: pd.DataFrame, rule: Rule, at: int) -> pd.DataFrame:
    """The frame with one row that the rule must refuse."""
    broken, arguments = frame.copy(), rule.arguments
    kind, column = rule.expectation, arguments.get("column")

    def put(name: str, value: object) -> None:
        broken[name] = broken[name].astype(object)
        broken.loc[broken.index[at], name] = value

    if kind == "expect_column_values_to_not_be_null":
        put(column, None)
    elif kind in ("expect_column_values_to_match_regex", "expect_column_values_to_be_in_set"):
        put(column, "不该有的值")
    elif kind == "expect_column_values_to_be_between":
        upper = arguments.get("max_value") is not None
        put(column, beyond(arguments["max_value" if upper else "min_value"], upper))
    elif kind == "expect_column_pair_values_a_to_be_greater_than_b":
        put(arguments["column_B"], pd.Timestamp("2024-06-01"))
        put(arguments["column_A"], pd.Timestamp("2024-05-01"))
    elif kind in ("expect_compound_columns_to_be_unique", "expect_column_values_to_be_unique"):
        other = 0 if at else 1
        for name in arguments.get("column_list") or [column]:
            put(name, broken[name].iloc[other])
    elif kind == "expect_table_row_count_to_be_between":
        return broken.head(max(0, int(arguments["min_value"]) - 1))
    else:
        raise AssertionError(f"no way to break {kind}")
    return broken


def row_for(frame: pd.DataFrame, rule: Rule) -> int:
    """A row that the rule looks at."""
    if rule.where is None:
        return 3
    import duckdb

    cut = frame.assign(_n=range(len(frame)))
    connection = duckdb.connect()
    connection.register("t", cut)
    years = "DATE '2024-01-01' AS year_start, DATE '2024-12-31' AS year_end"
    found = connection.execute(f"SELECT _n FROM (SELECT *, {years} FROM t) WHERE {rule.where} ORDER BY _n").fetchall()
    return int(found[len(found) // 2][0])


@pytest.mark.parametrize(("table", "rule"), RULES, ids=[f"{t}-{r.id}" for t, r in RULES])
def test_each_rule_is_kept_and_can_be_broken(table: str, rule: Rule, tables: dict[str, pd.DataFrame]) -> None:
    frame = tables[table]
    before = judged(table, frame, rule)
    assert before.success or before.level == "note", before
    after = judged(table, break_row(frame, rule, row_for(frame, rule)), rule)
    assert after.success is False and after.error is None
    if rule.expectation != "expect_table_row_count_to_be_between":
        assert after.failing > before.failing
        assert all(r.source_file and r.source_row for r in after.failing_rows)


def test_the_example_years_pass_with_notes_only(tables: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    result = validate_year(YEAR, tables, clean_year(YEAR, tmp_path))
    assert not result.stopped and {c.words for c in result.failed("note")} == {
        "工单应有完成时间；没有的按未完成计",
        "超过一个工作日的维修应注明原因",
    }
