"""The rules that follow from a table's declaration, and the ids of declared ones."""

from __future__ import annotations

import datetime

from helpers.gate import builtin_rules, declared_rules
from helpers.year.fiscal import FiscalYear
from tests.gate.gate_samples import spec


def rules(**changes):
    return {rule.id: rule for rule in builtin_rules("tickets", spec(**changes), FiscalYear(2024))}


def test_the_declaration_gives_these_rules_in_this_order():
    assert [(rule.id, rule.level, rule.words) for rule in builtin_rules("tickets", spec(), FiscalYear(2024))] == [
        ("key_filled:ticket_id", "stop", "“工单编号”不得为空"),
        ("key_unique", "stop", "“工单编号”不得重复"),
        ("required_filled:category", "stop", "“业务类别”不得为空"),
        ("in_fiscal_year", "stop", "“受理时间”须在 2024 年度以内"),
        ("clock_forward:hours", "stop", "“完成时间”不得早于“受理时间”"),
        ("clock_forward:days_open", "stop", "“办结日期”不得早于“受理时间”"),
        ("boolean_known:repair", "note", "“是否维修”须明确为是或否"),
    ]


def test_a_day_at_the_end_of_the_year_is_within_it():
    rule = rules()["in_fiscal_year"]
    assert rule.arguments == {
        "column": "opened_at",
        "min_value": datetime.date(2024, 1, 1),
        "max_value": datetime.date(2025, 1, 1),
        "strict_max": True,
    }


def test_a_key_of_two_columns_is_unique_together_and_each_filled():
    found = rules(key=["ticket_id", "category"])
    assert found["key_unique"].expectation == "expect_compound_columns_to_be_unique"
    assert found["key_unique"].arguments["column_list"] == ["ticket_id", "category"]
    assert {"key_filled:ticket_id", "key_filled:category"} <= set(found)
    assert "required_filled:category" not in found  # once is enough


def test_an_end_that_is_a_day_is_not_compared_with_a_time_of_the_same_day():
    assert rules()["clock_forward:days_open"].where == 'CAST("opened_at" AS DATE) <> "closed_on"'
    assert rules()["clock_forward:hours"].where is None


def test_every_rule_says_what_to_do():
    for rule in builtin_rules("tickets", spec(key=["ticket_id", "category"]), FiscalYear(2024)):
        assert rule.remedy and rule.origin == "built_in"


def test_a_table_without_key_year_or_clocks_has_no_rules_about_them():
    bare = spec(key=[], year_by=None, derived={}, columns={"a": "甲"}, personal=[])
    assert builtin_rules("t", bare, FiscalYear(2024)) == []


def test_declared_rules_keep_their_words_and_get_ids_that_do_not_depend_on_their_order():
    gate = [
        {
            "expect_column_values_to_not_be_null": {"column": "resolved_at"},
            "level": "note",
            "words": "甲",
            "remedy": "乙",
        },
        {"expect_table_row_count_to_be_between": {"min_value": 1}, "level": "stop", "words": "甲", "remedy": "乙"},
        {
            "expect_column_values_to_not_be_null": {"column": "resolved_at"},
            "level": "note",
            "words": "甲",
            "remedy": "乙",
            "where": "repair",
        },
        {
            "expect_column_pair_values_to_be_equal": {"column_A": "a", "column_B": "b"},
            "level": "note",
            "words": "甲",
            "remedy": "乙",
        },
    ]
    found = declared_rules(spec(gate=gate))
    assert [rule.id for rule in found] == [
        "column_values_to_not_be_null:resolved_at",
        "table_row_count_to_be_between",
        "column_values_to_not_be_null:resolved_at#2",
        "column_pair_values_to_be_equal:a,b",
    ]
    assert (found[2].where, found[2].level, found[2].origin) == ("repair", "note", "declared")
