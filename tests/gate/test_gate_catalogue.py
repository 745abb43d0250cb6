"""A wrong rule is found without running it, and without importing Great Expectations."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace

import pytest

from helpers.gate import about_table, builtin_rules, check_rule, year_faults
from helpers.gate.expectation_types import catalogue
from helpers.year.fiscal import FiscalYear
from helpers.year.load import Lines
from tests.gate.gate_samples import spec

TYPES = about_table(spec()).types
BETWEEN = "expect_column_values_to_be_between"


def check(expectation, columns=TYPES, /, **arguments):
    return check_rule(SimpleNamespace(expectation=expectation, arguments=arguments), columns)


def test_the_catalogue_is_that_of_the_installed_great_expectations():
    from helpers.gate.adapter import describe

    assert catalogue() == describe()


def test_built_in_rules_are_sound():
    for rule in builtin_rules("tickets", spec(key=["ticket_id", "category"]), FiscalYear(2024)):
        assert check_rule(rule, TYPES) == []


def test_an_unknown_type_names_the_one_that_was_meant():
    assert check("expect_column_values_to_be_uniqe", column="ticket_id") == [
        "没有 expect_column_values_to_be_uniqe 这种检查；是否想写 expect_column_values_to_be_unique?"
    ]


def test_a_type_for_databases_only_is_refused_with_the_reason():
    assert check("expect_column_values_to_match_like_pattern", column="ticket_id", like_pattern="T%") == [
        "expect_column_values_to_match_like_pattern 不能用在这里：只用于数据库；改用 regex 一类的检查"
    ]


@pytest.mark.parametrize(
    ("expectation", "arguments", "problem"),
    [
        (BETWEEN, {"column": "visits", "minvalue": 1}, f"{BETWEEN} 没有参数 minvalue；是否想写 min_value?"),
        (BETWEEN, {"min_value": 1}, f"{BETWEEN} 缺少参数 column"),
        (BETWEEN, {"column": "visit", "min_value": 1}, "没有列 visit；是否想写 visits?"),
        (BETWEEN, {"column": "visits"}, f"{BETWEEN} 的 min_value 和 max_value 至少要写一个"),
        (BETWEEN, {"column": "visits", "min_value": 3, "max_value": 1}, "min_value 3 大于 max_value 1"),
        (BETWEEN, {"column": "visits", "min_value": "三"}, "参数 min_value 应为数字或日期，现为 三"),
        (BETWEEN, {"column": "visits", "min_value": 1, "mostly": 95}, "参数 mostly 是比例，应在 0 与 1 之间，现为 95"),
        (
            BETWEEN,
            {"column": "visits", "min_value": 1, "row_condition": "x"},
            f"{BETWEEN} 不写参数 row_condition：用 where 限定行",
        ),
        (BETWEEN, {"column": "opened_at", "min_value": 1}, "列 opened_at 是日期列，不能与 min_value 的 1 比较"),
        (BETWEEN, {"column": "category", "min_value": 1}, "列 category 是文字列，不能与 min_value 的 1 比较"),
        (
            BETWEEN,
            {"column": "visits", "min_value": 1, "max_value": "2024-01-01"},
            "min_value 和 max_value 要同为数字或同为日期",
        ),
        (BETWEEN, {"column": "visits", "min_value": 1, "strict_min": 1}, "参数 strict_min 应为 true 或 false，现为 1"),
        ("expect_column_values_to_match_regex", {"column": "ticket_id", "regex": "T("}, "正则表达式有误：T("),
        (
            "expect_column_values_to_match_regex",
            {"column": "ticket_id"},
            "expect_column_values_to_match_regex 缺少参数 regex",
        ),
        (
            "expect_column_values_to_match_regex",
            {"column": "visits", "regex": "1"},
            "列 visits 是数字列，expect_column_values_to_match_regex 要用在文字列上",
        ),
        (
            "expect_column_sum_to_be_between",
            {"column": "category", "min_value": 1},
            "列 category 是文字列，expect_column_sum_to_be_between 要用在数字列上",
        ),
        (
            "expect_column_values_to_be_in_set",
            {"column": "category", "value_set": [1]},
            "列 category 是文字列，value_set 里的 1 不会与它相等",
        ),
        (
            "expect_column_values_to_be_in_set",
            {"column": "category", "value_set": "桌面"},
            "参数 value_set 应为列表，现为 桌面",
        ),
        ("expect_compound_columns_to_be_unique", {"column_list": ["ticket_id", "x"]}, "没有列 x"),
        (
            "expect_column_pair_values_to_be_equal",
            {"column_A": "visits", "column_B": "workdays", "ignore_row_if": "any"},
            "参数 ignore_row_if 只能写 both_values_are_missing、either_value_is_missing、neither，现为 any",
        ),
    ],
)
def test_a_wrong_argument_is_named(expectation, arguments, problem):
    found = check(expectation, **arguments)
    assert any(said.startswith(problem) for said in found), found


@pytest.mark.parametrize(
    ("expectation", "arguments"),
    [
        (BETWEEN, {"column": "opened_at", "min_value": "2024-01-01"}),
        (BETWEEN, {"column": "visits", "min_value": 1, "max_value": 3, "mostly": 0.9, "strict_max": False}),
        (BETWEEN, {"column": "visits", "min_value": 1, "max_value": None}),
        ("expect_column_values_to_be_in_set", {"column": "repair", "value_set": [True, False]}),
        ("expect_column_unique_value_count_to_be_between", {"column": "category", "max_value": 20}),
        ("expect_table_row_count_to_be_between", {"min_value": 1}),
        (
            "expect_column_quantile_values_to_be_between",
            {"column": "hours", "quantile_ranges": {"quantiles": [0.5], "value_ranges": [[0, 24]]}},
        ),
    ],
)
def test_a_sound_rule_has_no_problem(expectation, arguments):
    assert check(expectation, **arguments) == []


def test_columns_may_be_given_without_types():
    assert check(BETWEEN, ["visits"], column="visits", min_value="2024-01-01") == []
    assert check(BETWEEN, ["visits"], column="visit", min_value=1) == ["没有列 visit；是否想写 visits?"]


def test_faults_of_declared_rules_name_the_place_in_the_year_file():
    gate = [
        {BETWEEN: {"column": "visits", "min_value": 0}, "level": "note", "words": "甲", "remedy": "乙"},
        {"expect_column_values_to_be_unike": {"column": "visits"}, "level": "note", "words": "甲", "remedy": "乙"},
    ]
    year = SimpleNamespace(
        lines={"year.yml": Lines("data/raw/2024/year.yml", {})},
        year=SimpleNamespace(tables={"tickets": spec(gate=gate)}),
    )
    assert [(f.code, f.file, f.where, f.value) for f in year_faults(year)] == [
        ("bad_rule", "data/raw/2024/year.yml", "tables.tickets.gate.1", "expect_column_values_to_be_unike")
    ]


def test_the_check_imports_neither_great_expectations_nor_pandas():
    code = (
        "import sys; from helpers.gate import check_rule, Rule; "
        "rule = Rule(id='r', expectation='expect_x', arguments={}, level='stop', words='w', remedy='r'); "
        "assert check_rule(rule, ['a']); "
        "print([m for m in ('great_expectations', 'pandas', 'jsonschema') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
