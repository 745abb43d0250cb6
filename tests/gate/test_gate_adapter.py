"""Great Expectations itself reports each broken rule, with the rows that break it."""

from __future__ import annotations

import datetime

import pandas as pd
import pytest

from helpers.gate import about_table, builtin_rules, declared_rules
from helpers.gate.expectation_types import catalogue
from helpers.gate.frames import judged_frame
from helpers.year.fiscal import FiscalYear
from tests.gate.gate_samples import broken, spec, tickets

TYPES = about_table(spec()).types


@pytest.fixture(scope="module")
def adapter():
    from helpers.gate import adapter

    return adapter


def builtin(rule_id, **changes):
    return next(rule for rule in builtin_rules("tickets", spec(**changes), FiscalYear(2024)) if rule.id == rule_id)


def gx_says(adapter, frame, expectation, arguments):
    """The result object of Great Expectations, not ours."""
    from great_expectations.core.expectation_validation_result import ExpectationValidationResult

    judged = judged_frame(frame, TYPES)
    (result,) = adapter.gx_results(judged, [(expectation, adapter._moments(judged, arguments))])
    assert isinstance(result, ExpectationValidationResult)
    assert result.expectation_config.type == expectation
    return result


# --- built-in rules -------------------------------------------------------------------------------

TWICE = pd.concat([tickets(), tickets().iloc[[1]].assign(source_row=9)], ignore_index=True)
BUILT_IN = [
    ("key_filled:ticket_id", broken("ticket_id", 2, None), [2]),
    ("key_unique", broken("ticket_id", 3, "T1"), [0, 3]),
    ("key_unique", TWICE, [1, 6]),
    ("required_filled:category", broken("category", 1, None), [1]),
    ("in_fiscal_year", broken("opened_at", 0, pd.Timestamp(2023, 12, 31, 23, 59)), [0]),
    ("in_fiscal_year", broken("opened_at", 5, pd.Timestamp(2025, 1, 1)), [5]),
    ("clock_forward:hours", broken("resolved_at", 4, pd.Timestamp(2024, 11, 11, 15, 59)), [4]),
    ("boolean_known:repair", broken("repair", 3, None), [3]),
]


@pytest.mark.parametrize(("rule_id", "frame", "rows"), BUILT_IN)
def test_gx_reports_each_broken_built_in_rule(adapter, rule_id, frame, rows):
    rule = builtin(rule_id)
    assert gx_says(adapter, tickets(), rule.expectation, rule.arguments).success is True
    result = gx_says(adapter, frame, rule.expectation, rule.arguments)
    assert result.success is False
    assert result.result["unexpected_index_list"] == rows
    assert result.result["unexpected_count"] == len(rows)


def test_gx_reports_a_repeated_key_of_two_columns(adapter):
    rule = builtin("key_unique", key=["ticket_id", "category"])
    assert gx_says(adapter, broken("ticket_id", 2, "T1"), rule.expectation, rule.arguments).success is True
    result = gx_says(adapter, broken("ticket_id", 1, "T1"), rule.expectation, rule.arguments)
    assert result.success is False and result.result["unexpected_index_list"] == [0, 1]


# --- declared rules -------------------------------------------------------------------------------

DECLARED = [
    ("expect_column_values_to_not_be_null", {"column": "resolved_at"}, tickets(), [5]),
    (
        "expect_column_values_to_match_regex",
        {"column": "ticket_id", "regex": r"^T\d+$"},
        broken("ticket_id", 4, "X5"),
        [4],
    ),
    (
        "expect_column_values_to_be_in_set",
        {"column": "category", "value_set": ["桌面", "维修"]},
        broken("category", 2, "测试"),
        [2],
    ),
    ("expect_column_values_to_be_between", {"column": "visits", "min_value": 1, "max_value": 2}, tickets(), [4]),
    ("expect_column_values_to_be_between", {"column": "cost", "min_value": 0.1, "max_value": 0.3}, tickets(), [4]),
    ("expect_column_values_to_be_between", {"column": "closed_on", "max_value": "2024-11-11"}, tickets(), [4]),
    (
        "expect_column_values_to_be_between",
        {"column": "opened_at", "max_value": datetime.datetime(2024, 12, 31, 17, 0)},
        tickets(),
        [5],
    ),
    ("expect_column_values_to_be_in_set", {"column": "cost", "value_set": [0.1, 0.2, 0.3]}, tickets(), [4]),
    ("expect_column_values_to_not_be_in_set", {"column": "closed_on", "value_set": ["2024-05-08"]}, tickets(), [2]),
    ("expect_column_values_to_be_in_set", {"column": "repair", "value_set": [False]}, tickets(), [2, 4]),
    (
        "expect_column_pair_values_to_be_equal",
        {"column_A": "workdays", "column_B": "days_open"},
        broken("workdays", 0, 1.0),
        [0],
    ),
    (
        "expect_column_pair_values_to_be_in_set",
        {"column_A": "category", "column_B": "repair", "value_pairs_set": [["桌面", False], ["维修", True]]},
        broken("repair", 1, True),
        [1],
    ),
    ("expect_column_value_lengths_to_equal", {"column": "ticket_id", "value": 2}, broken("ticket_id", 0, "T100"), [0]),
]


@pytest.mark.parametrize(("expectation", "arguments", "frame", "rows"), DECLARED)
def test_gx_reports_each_broken_declared_rule(adapter, expectation, arguments, frame, rows):
    result = gx_says(adapter, frame, expectation, arguments)
    assert result.success is False
    assert result.result["unexpected_index_list"] == rows
    (outcome,) = adapter.judge(judged_frame(frame, TYPES), [(expectation, arguments)], TYPES)
    assert (outcome.success, list(outcome.positions), outcome.error) == (False, rows, None)


TABLE_LEVEL = [
    ("expect_table_row_count_to_be_between", {"min_value": 7}, 6),
    ("expect_column_unique_value_count_to_be_between", {"column": "category", "min_value": 3}, 2),
    ("expect_column_mean_to_be_between", {"column": "visits", "max_value": 1}, 1.6),
    ("expect_column_max_to_be_between", {"column": "closed_on", "max_value": "2024-11-11"}, "2024-11-12T00:00:00"),
    (
        "expect_column_distinct_values_to_be_in_set",
        {"column": "category", "value_set": ["桌面"]},
        {"unexpected_count": 1},
    ),
]


@pytest.mark.parametrize(("expectation", "arguments", "observed"), TABLE_LEVEL)
def test_a_rule_about_the_whole_table_has_no_rows_but_what_was_observed(adapter, expectation, arguments, observed):
    assert gx_says(adapter, tickets(), expectation, arguments).success is False
    (outcome,) = adapter.judge(judged_frame(tickets(), TYPES), [(expectation, arguments)], TYPES)
    assert (outcome.success, outcome.positions, outcome.observed, outcome.rows) == (False, (), observed, 6)


def test_mostly_lets_a_share_fail_and_still_names_the_rows(adapter):
    rule = ("expect_column_values_to_not_be_null", {"column": "resolved_at", "mostly": 0.8})
    (outcome,) = adapter.judge(judged_frame(tickets(), TYPES), [rule], TYPES)
    assert (outcome.success, outcome.positions) == (True, (5,))


def test_a_sum_of_money_is_exact(adapter):
    frame = pd.DataFrame({"cost": [0.1, 0.2, None]})
    assert frame["cost"].sum() != 0.3  # what adding floats gives
    sums = [
        ("expect_column_sum_to_be_between", {"column": "cost", "min_value": v, "max_value": v}) for v in (0.3, 0.31)
    ]
    kept, missed = adapter.judge(judged_frame(frame, {"cost": "DECIMAL(18,2)"}), sums, {"cost": "DECIMAL(18,2)"})
    assert (kept.success, kept.observed, missed.success) == (True, 0.3, False)


def test_outcomes_come_in_the_order_asked_and_a_rule_may_be_asked_twice(adapter):
    asked = [
        ("expect_column_values_to_not_be_null", {"column": "resolved_at"}),
        ("expect_table_row_count_to_equal", {"value": 6}),
        ("expect_column_values_to_be_unique", {"column": "category"}),
        ("expect_column_values_to_not_be_null", {"column": "resolved_at"}),
    ]
    outcomes = adapter.judge(judged_frame(tickets(), TYPES), asked, TYPES)
    assert [(o.success, len(o.positions)) for o in outcomes] == [(False, 1), (True, 0), (False, 6), (False, 1)]


def test_a_rule_that_gx_refuses_or_cannot_carry_out_is_an_error_not_a_verdict(adapter):
    asked = [
        ("expect_column_values_to_be_between", {"column": "category", "min_value": 1}),
        ("expect_column_values_to_be_between", {"column": "visits", "bogus": 1}),
        ("expect_no_such_thing", {}),
        ("expect_column_values_to_be_unique", {"column": "ticket_id"}),
    ]
    outcomes = adapter.judge(judged_frame(tickets(), TYPES), asked, TYPES)
    assert [o.success for o in outcomes] == [None, None, None, True]
    assert "same type" in outcomes[0].error
    assert all(o.error for o in outcomes[:3]) and outcomes[3].error is None


def test_an_empty_table_passes_every_rule_about_rows(adapter):
    frame = judged_frame(tickets().iloc[:0], TYPES)
    rules = builtin_rules("tickets", spec(key=["ticket_id", "category"]), FiscalYear(2024))
    outcomes = adapter.judge(frame, [(rule.expectation, rule.arguments) for rule in rules], TYPES)
    assert [(o.success, o.rows, o.error) for o in outcomes] == [(True, 0, None)] * len(rules)


def test_a_date_far_outside_the_calendar_is_judged(adapter):
    frame = broken("opened_at", 0, datetime.datetime(9999, 1, 1))
    rule = builtin("in_fiscal_year")
    (outcome,) = adapter.judge(judged_frame(frame, TYPES), [(rule.expectation, rule.arguments)], TYPES)
    assert (outcome.success, outcome.positions) == (False, (0,))


# --- every type of the catalogue ------------------------------------------------------------------

#: An argument set under which the sound tickets fail.
FAILING = {
    "expect_column_distinct_values_to_contain_set": {"column": "category", "value_set": ["网络"]},
    "expect_column_distinct_values_to_equal_set": {"column": "category", "value_set": ["桌面"]},
    "expect_column_kl_divergence_to_be_less_than": {
        "column": "category",
        "partition_object": {"values": ["桌面", "维修"], "weights": [0.1, 0.9]},
        "threshold": 0.01,
    },
    "expect_column_mean_to_be_between": {"column": "hours", "max_value": 0},
    "expect_column_median_to_be_between": {"column": "hours", "max_value": 0},
    "expect_column_min_to_be_between": {"column": "hours", "min_value": 1},
    "expect_column_most_common_value_to_be_in_set": {"column": "category", "value_set": ["维修"]},
    "expect_column_pair_values_a_to_be_greater_than_b": {"column_A": "opened_at", "column_B": "resolved_at"},
    "expect_column_proportion_of_non_null_values_to_be_between": {"column": "cost", "min_value": 0.9},
    "expect_column_proportion_of_unique_values_to_be_between": {"column": "category", "min_value": 0.9},
    "expect_column_quantile_values_to_be_between": {
        "column": "hours",
        "quantile_ranges": {"quantiles": [0.5], "value_ranges": [[100, 200]]},
    },
    "expect_column_stdev_to_be_between": {"column": "hours", "max_value": 0.1},
    "expect_column_sum_to_be_between": {"column": "cost", "max_value": 1},
    "expect_column_to_exist": {"column": "ticket_id", "column_index": 3},
    "expect_column_type_to_be": {"column": "hours", "type_": "int64"},
    "expect_column_value_lengths_to_be_between": {"column": "category", "min_value": 3},
    "expect_column_value_z_scores_to_be_less_than": {"column": "hours", "threshold": 0.1, "double_sided": True},
    "expect_column_values_to_be_dateutil_parseable": {"column": "category"},
    "expect_column_values_to_be_decreasing": {"column": "opened_at"},
    "expect_column_values_to_be_in_type_list": {"column": "hours", "type_list": ["int64"]},
    "expect_column_values_to_be_increasing": {"column": "hours"},
    "expect_column_values_to_be_json_parseable": {"column": "category"},
    "expect_column_values_to_be_null": {"column": "category"},
    "expect_column_values_to_be_of_type": {"column": "hours", "type_": "int64"},
    "expect_column_values_to_be_unique": {"column": "category"},
    "expect_column_values_to_match_json_schema": {"column": "numbers_as_text", "json_schema": {"type": "string"}},
    "expect_column_values_to_match_regex_list": {"column": "category", "regex_list": ["^桌"]},
    "expect_column_values_to_match_strftime_format": {"column": "category", "strftime_format": "%Y"},
    "expect_column_values_to_not_be_outliers": {"column": "hours", "multiplier": 1.5},
    "expect_column_values_to_not_match_regex": {"column": "category", "regex": "桌"},
    "expect_column_values_to_not_match_regex_list": {"column": "category", "regex_list": ["桌"]},
    "expect_compound_columns_to_be_unique": {"column_list": ["category", "repair"]},
    "expect_multicolumn_sum_to_equal": {"column_list": ["workdays", "days_open"], "sum_total": 9},
    "expect_multicolumn_values_to_be_equal": {"column_list": ["workdays", "visits"]},
    "expect_select_column_values_to_be_unique_within_record": {"column_list": ["workdays", "days_open"]},
    "expect_table_column_count_to_be_between": {"max_value": 3},
    "expect_table_column_count_to_equal": {"value": 3},
    "expect_table_columns_to_match_ordered_list": {"column_list": ["category", "ticket_id"]},
    "expect_table_columns_to_match_set": {"column_set": ["ticket_id"]},
    "expect_table_row_count_to_equal": {"value": 5},
}


def test_every_type_of_the_catalogue_can_fail_on_a_table(adapter):
    """None of them is offered that the adapter cannot carry out."""
    cases = {kind: arguments for kind, arguments, *_ in (*DECLARED, *TABLE_LEVEL)} | FAILING
    assert set(cases) == set(catalogue()["expectations"])
    frame = judged_frame(broken("ticket_id", 0, "X100").assign(numbers_as_text=list("123456")), TYPES)
    sets = {
        "expect_column_values_to_be_in_set": {"column": "category", "value_set": ["桌面"]},
        "expect_column_pair_values_to_be_equal": {"column_A": "workdays", "column_B": "visits"},
        "expect_column_pair_values_to_be_in_set": {
            "column_A": "category",
            "column_B": "repair",
            "value_pairs_set": [["桌面", False]],
        },
    }
    asked = [(kind, sets.get(kind, arguments)) for kind, arguments in sorted(cases.items())]
    outcomes = adapter.judge(frame, asked, TYPES)
    wrong = [(kind, o) for (kind, _), o in zip(asked, outcomes, strict=True) if o.success is not False]
    assert wrong == []


def test_declared_rules_of_a_year_file_reach_gx_as_written(adapter):
    gate = [
        {
            "expect_column_values_to_be_between": {"column": "visits", "max_value": 2},
            "level": "note",
            "words": "上门不超过两次",
            "remedy": "核对",
        }
    ]
    (rule,) = declared_rules(spec(gate=gate))
    assert gx_says(adapter, tickets(), rule.expectation, rule.arguments).result["unexpected_index_list"] == [4]


# --- what is kept is not told at length -----------------------------------------------------------

OF_ONE = {
    "expect_column_value_lengths_to_be_between": {"column": "a", "max_value": 2},
    "expect_column_value_lengths_to_equal": {"column": "a", "value": 1},
    "expect_column_values_to_be_between": {"column": "n", "max_value": 3},
    "expect_column_values_to_be_in_set": {"column": "a", "value_set": ["x", "y"]},
    "expect_column_values_to_be_null": {"column": "a"},
    "expect_column_values_to_be_unique": {"column": "a"},
    "expect_column_values_to_match_regex": {"column": "a", "regex": "^[xy]$"},
    "expect_column_values_to_not_be_in_set": {"column": "a", "value_set": ["zz"]},
    "expect_column_values_to_not_be_null": {"column": "a"},
    "expect_column_values_to_not_match_regex": {"column": "a", "regex": "z"},
    "expect_column_pair_values_a_to_be_greater_than_b": {"column_A": "n", "column_B": "m", "or_equal": True},
    "expect_column_pair_values_to_be_equal": {"column_A": "n", "column_B": "m"},
    "expect_compound_columns_to_be_unique": {"column_list": ["a", "n"]},
    "expect_select_column_values_to_be_unique_within_record": {"column_list": ["a", "b"]},
}


@pytest.mark.parametrize(
    "rows",
    [
        [("x", "y", 1.0, 1.0), ("y", "x", 2.0, 2.0)],
        [("x", "x", 1.0, 1.0), ("x", None, 1.0, 5.0), ("zzz", "y", 9.0, 2.0)],
        [(None, None, None, None), (None, None, None, None)],
        [(None, "x", None, 1.0), ("x", None, 2.0, None)],
        [],
    ],
)
def test_the_short_question_gets_the_answer_of_the_long_one(adapter, rows):
    frame = pd.DataFrame(rows, columns=["a", "b", "n", "m"], index=range(4, 4 + len(rows)))
    frame = frame.astype({"a": object, "b": object, "n": "float64", "m": "float64"})
    assert {*OF_ONE} == adapter.BY_ROW
    asked = [*OF_ONE.items(), ("expect_column_values_to_be_null", {"column": "a", "mostly": 0.4})]
    asked += [("expect_column_values_to_be_of_type", {"column": c, "type_": "float64"}) for c in "an"]
    asked += [("expect_column_values_to_be_between", {"column": "a", "max_value": 3})]  # cannot be compared
    in_full = [adapter._outcome(said, len(frame)) for said in adapter.gx_results(frame, asked)]
    assert adapter.judge(frame, asked) == in_full
