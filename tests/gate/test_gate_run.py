"""The gate over whole tables: levels, places, masks, ``where``, the account, and the message of a stop."""

from __future__ import annotations

import json
import pickle
from types import SimpleNamespace

import pandas as pd
import pytest

from helpers.gate import (
    GateStopped,
    Rule,
    about_table,
    builtin_rules,
    declared_rules,
    run_gate,
    validate_year,
)
from helpers.gate.frames import cell_text, read_tables
from helpers.gate.result import LISTED
from helpers.year.fiscal import FiscalYear
from tests.gate.gate_samples import account, broken, spec, tickets

ABOUT = {"tickets": about_table(spec())}
FIRST, SECOND = "exports/工单_上半年.csv", "exports/工单_下半年.csv"


def rule(expectation, level="stop", where=None, /, **arguments):
    return Rule(
        id="it", expectation=expectation, arguments=arguments, level=level, words="须如此", remedy="改正", where=where
    )


def gate(frame, *rules, **more):
    return run_gate(
        {"tickets": frame},
        {"tickets": list(rules) or builtin_rules("tickets", spec(), FiscalYear(2024))},
        about=ABOUT,
        fiscal=FiscalYear(2024),
        **more,
    )


def only(result):
    (check,) = result.checks
    return check


def places(check):
    return [(r.source_file, r.source_row, r.column, r.value) for r in check.failing_rows]


# --- built-in rules -------------------------------------------------------------------------------


def test_sound_tables_pass():
    result = gate(tickets(), reconciliation=[account()])
    assert result.summary() == {"checks": 11, "failed_stop": 0, "failed_note": 0, "stopped": False}
    assert [(c.rule, c.success, c.failing) for c in result.checks if not c.success or c.failing] == []
    result.raise_if_stopped()


@pytest.mark.parametrize(
    ("frame", "rule_id", "level", "rows"),
    [
        (broken("ticket_id", 2, None), "key_filled:ticket_id", "stop", [(FIRST, 5, "工单编号", None)]),
        (
            broken("ticket_id", 3, "T1"),
            "key_unique",
            "stop",
            [(FIRST, 2, "工单编号", "T1"), (SECOND, 2, "工单编号", "T1")],
        ),
        (broken("category", 1, None), "required_filled:category", "stop", [(FIRST, 3, "业务类别", None)]),
        (
            broken("opened_at", 5, pd.Timestamp(2025, 1, 1)),
            "in_fiscal_year",
            "stop",
            [(SECOND, 4, "受理时间", "2025-01-01")],
        ),
        (
            broken("resolved_at", 4, pd.Timestamp(2024, 11, 11, 15, 59)),
            "clock_forward:hours",
            "stop",
            [(SECOND, 3, "完成时间、受理时间", "2024-11-11 15:59:00，2024-11-11 16:00:00")],
        ),
        (
            broken("closed_on", 2, pd.Timestamp(2024, 5, 5).date()),
            "clock_forward:days_open",
            "stop",
            [(FIRST, 5, "办结日期、受理时间", "2024-05-05，2024-05-06 10:00:00")],
        ),
        (broken("repair", 3, None), "boolean_known:repair", "note", [(SECOND, 2, "是否维修", None)]),
    ],
)
def test_each_built_in_rule_fails_with_its_file_row_and_level(frame, rule_id, level, rows):
    result = gate(frame)
    (failed,) = [check for check in result.checks if not check.success]
    assert (failed.rule, failed.level, places(failed)) == (rule_id, level, rows)
    assert (failed.failing, failed.origin, failed.title) == (len(rows), "built_in", "运维工单")
    assert result.stopped is (level == "stop")
    assert result.failed(level) == (failed,)


def test_an_end_on_the_day_of_the_start_is_no_fault_though_it_has_no_time():
    check = next(c for c in gate(tickets()).checks if c.rule == "clock_forward:days_open")
    assert (check.success, check.rows) == (True, 2)  # the others closed on their first day, or are open


# --- where, places, masks -------------------------------------------------------------------------


def test_where_limits_a_rule_to_rows_and_the_places_stay_right():
    check = only(
        gate(
            tickets(),
            rule("expect_column_values_to_be_between", "note", "category = '维修'", column="visits", max_value=2),
        )
    )
    assert (check.rows, check.success) == (2, False)
    assert places(check) == [(SECOND, 3, "上门次数", "3")]


@pytest.mark.parametrize(
    ("where", "rows"),
    [
        ("repair", 2),
        ("not repair", 4),
        ("cost > 0.15", 3),
        ("closed_on >= DATE '2024-08-07'", 2),
        ("opened_at < year_end - 100", 4),
        ("source_file like '%下半年%'", 3),
        ("hours <= 1 and visits = 1", 3),
        ("visits is null", 1),
        ("category = '无'", 0),
    ],
)
def test_where_is_a_condition_over_the_typed_columns(where, rows):
    check = only(gate(tickets(), rule("expect_column_values_to_not_be_null", "stop", where, column="ticket_id")))
    assert (check.rows, check.success, check.error) == (rows, True, None)


def test_where_works_on_a_column_that_is_empty_throughout():
    frame = tickets().assign(resolved_at=None, cost=None)
    where = "date_diff('day', opened_at, resolved_at) > 3 or cost > 1"
    check = only(gate(frame, rule("expect_column_values_to_not_be_null", "stop", where, column="ticket_id")))
    assert (check.rows, check.error) == (0, None)


def test_rows_of_a_repeated_key_are_named_within_the_rows_of_where():
    frame = broken("ticket_id", 4, "T3").assign(source_row=[2, 3, 5, 2, 30, 4])
    check = only(gate(frame, rule("expect_column_values_to_be_unique", "stop", "repair", column="ticket_id")))
    assert places(check) == [(FIRST, 5, "工单编号", "T3"), (SECOND, 30, "工单编号", "T3")]


def test_personal_values_are_never_written():
    secret = "张三 13800000000"
    frame = broken("requester", 1, secret)
    rules = [
        rule("expect_column_values_to_match_regex", "note", column="requester", regex="^E"),
        rule("expect_compound_columns_to_be_unique", "note", column_list=["requester", "category"]),
        rule("expect_column_most_common_value_to_be_in_set", "note", column="requester", value_set=["x"]),
    ]
    result = gate(pd.concat([frame, frame], ignore_index=True), *rules)
    assert [check.success for check in result.checks] == [False, False, False]
    assert result.checks[0].failing_rows[0].value == "（个人信息）"
    assert result.checks[1].failing_rows[0].value == "（个人信息），桌面"
    assert result.checks[2].observed == "（个人信息）"
    assert "张三" not in json.dumps(result.to_json(), ensure_ascii=False)


def test_the_list_of_rows_is_capped_and_the_count_is_not():
    frame = pd.concat([tickets().assign(category=None)] * 100, ignore_index=True).assign(source_row=range(2, 602))
    check = only(gate(frame, rule("expect_column_values_to_not_be_null", "note", column="category")))
    assert (check.failing, len(check.failing_rows)) == (600, LISTED)
    assert [r.source_row for r in check.failing_rows] == list(range(2, 2 + LISTED))


def test_rows_are_named_by_position_whatever_the_index_of_the_frame():
    frame = broken("category", 4, None).set_index(pd.Index([7, 7, 0, 1, 3, 2]))
    check = only(gate(frame, rule("expect_column_values_to_not_be_null", "note", column="category")))
    assert places(check) == [(SECOND, 3, "业务类别", None)]


def test_a_table_level_rule_has_what_was_observed_and_no_rows():
    check = only(gate(tickets(), rule("expect_table_row_count_to_be_between", "stop", min_value=10)))
    assert (check.success, check.failing, check.failing_rows, check.observed) == (False, 0, (), 6)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        (float("nan"), None),
        (pd.NaT, None),
        (pd.NA, None),
        (1.0, "1"),
        (0.25, "0.25"),
        (True, "true"),
        (pd.Timestamp(2024, 3, 1, 8), "2024-03-01 08:00:00"),
        (pd.Timestamp(2024, 3, 1), "2024-03-01"),
        ("甲" * 100, "甲" * 78 + "……"),
    ],
)
def test_cells_as_text(value, text):
    assert cell_text(value) == text


# --- rules that cannot be carried out -------------------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (
            rule("expect_column_values_to_be_unike", "note", column="ticket_id"),
            "没有 expect_column_values_to_be_unike 这种检查；是否想写 expect_column_values_to_be_unique?",
        ),
        (rule("expect_column_values_to_be_unique", "note", column="ticket"), "没有列 ticket；是否想写 ticket_id?"),
        (rule("expect_column_values_to_be_unique", "note", "no_such = 1", column="ticket_id"), "where 无法执行："),
    ],
)
def test_a_rule_that_cannot_be_carried_out_stops_at_any_level(bad, why):
    result = gate(tickets(), bad)
    check = only(result)
    assert (check.success, check.level, result.stopped) == (None, "note", True)
    assert check.error.startswith(why)
    assert result.summary()["failed_stop"] == 1
    with pytest.raises(GateStopped, match="规则无法执行"):
        result.raise_if_stopped()


def test_rules_for_a_table_that_is_not_there_stop():
    result = run_gate({}, {"tickets": [rule("expect_table_row_count_to_equal", value=1)]})
    assert (only(result).error, result.stopped) == ("没有这张表的数据", True)


# --- the account of the rows ----------------------------------------------------------------------


def test_rows_that_do_not_add_up_stop():
    result = gate(tickets(), reconciliation=[account(rows_in=10)])
    (failed,) = result.failed("stop")
    assert (failed.rule, failed.expectation) == ("rows_reconciled", "expect_column_pair_values_to_be_equal")
    assert failed.observed == "读入 10 行，采用 6 行，剔除 3 行"
    assert (failed.failing, failed.failing_rows) == (0, ())


def test_rows_that_did_not_arrive_stop():
    (failed,) = gate(tickets().iloc[:5], reconciliation=[account()]).failed("stop")
    assert (failed.rule, failed.observed) == ("rows_arrived", "清洗得出 6 行，送到 5 行")


def test_files_that_do_not_add_up_stop_and_are_named():
    files = [
        {"file": FIRST, "rows": 5, "used": 4, "set_aside": [{"reason": "空行", "rows": 1}]},
        {"file": "exports/b.csv", "rows": 4, "used": 2, "set_aside": [{"reason": "测试工单", "rows": 1}]},
    ]
    (failed,) = gate(tickets(), reconciliation=[account(files=files)]).failed("stop")
    assert (failed.rule, failed.observed) == ("files_reconciled", "exports/b.csv")


def test_unreadable_cells_are_a_note_that_names_them():
    cells = [{"source_file": FIRST, "source_row": 3, "column": "cost", "value": "壹元"}]
    result = gate(tickets(), reconciliation=[account(unreadable_cells=7, unreadable=cells)])
    (failed,) = result.failed("note")
    assert (failed.rule, failed.failing, places(failed)) == ("cells_readable", 7, [(FIRST, 3, "cost", "壹元")])
    assert not result.stopped


def test_an_account_may_be_an_object():
    result = gate(tickets(), reconciliation=[SimpleNamespace(to_json=account)])
    assert [c.rule for c in result.checks[-4:]] == [
        "rows_reconciled",
        "files_reconciled",
        "rows_arrived",
        "cells_readable",
    ]


# --- the result -----------------------------------------------------------------------------------


def test_the_result_is_plain_data_the_same_each_time():
    frame = broken("ticket_id", 3, "T1")
    first, second = (gate(frame, reconciliation=[account()]) for _ in range(2))
    text = json.dumps(first.to_json(), ensure_ascii=False, allow_nan=False)
    assert text == json.dumps(second.to_json(), ensure_ascii=False, allow_nan=False)
    assert "/tmp" not in text and "/home" not in text


def test_validation_json_of_one_check():
    (found,) = gate(
        tickets(),
        rule("expect_column_values_to_be_between", "note", "repair", column="opened_at", max_value="2024-06-01"),
    ).to_json()["checks"]
    assert found == {
        "table": "tickets",
        "title": "运维工单",
        "rule": "it",
        "origin": "declared",
        "expectation": "expect_column_values_to_be_between",
        "arguments": {"column": "opened_at", "max_value": "2024-06-01"},
        "where": "repair",
        "level": "note",
        "success": False,
        "rows": 2,
        "failing": 1,
        "observed": None,
        "words": "须如此",
        "remedy": "改正",
        "error": None,
        "failing_rows": [
            {"source_file": SECOND, "source_row": 3, "column": "受理时间", "value": "2024-11-11 16:00:00"}
        ],
        "accepted": None,
    }


def test_dates_in_the_arguments_are_written_as_iso_texts():
    check = next(c for c in gate(tickets()).checks if c.rule == "in_fiscal_year")
    assert check.arguments == {
        "column": "opened_at",
        "min_value": "2024-01-01",
        "max_value": "2025-01-01",
        "strict_max": True,
    }


def test_the_validation_object_of_the_results_holds_the_notes():
    assert gate(broken("repair", 3, None)).for_results() == {
        "checks": 7,
        "failed_stop": 0,
        "failed_note": 1,
        "notes": [
            {
                "table": "tickets",
                "rule": "boolean_known:repair",
                "words": "“是否维修”须明确为是或否",
                "remedy": "补填“是否维修”，或在 columns.repair 的 true、false 里补上来源的写法；留空的按未知处理，"
                "不计为达到要求",
                "failing_rows": 1,
                "examples": [{"source_file": SECOND, "source_row": 2, "value": None}],
            }
        ],
        "accepted": [],
    }


def test_the_stop_is_one_screen_with_table_words_place_value_and_remedy():
    frame = pd.concat([broken("ticket_id", 3, "T1")] * 2, ignore_index=True)
    with pytest.raises(GateStopped) as caught:
        gate(frame).raise_if_stopped()
    assert str(caught.value) == (
        "数据校验未通过，运行到此停止  [gate_stop]\n"
        "共 1 项须更正：\n"
        "1. 运维工单（tickets）：“工单编号”不得重复\n"
        "   exports/工单_上半年.csv 第 2 行  工单编号：T1\n"
        "   exports/工单_上半年.csv 第 3 行  工单编号：T2\n"
        "   exports/工单_上半年.csv 第 5 行  工单编号：T3\n"
        "   ……共 12 行\n"
        "   处理：核对重复的“工单编号”：同一事项有多行的，在 year.yml 里用 keep 声明保留哪一行；编号录错的，"
        "用 corrections.yml 更正"
    )
    assert caught.value.code == "gate_stop"
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_the_stop_stays_one_screen_with_many_failures():
    rules = [
        Rule(
            id=f"r{n}",
            expectation="expect_column_values_to_be_null",
            arguments={"column": "ticket_id"},
            level="stop",
            words=f"第{n}条",
            remedy="改正",
        )
        for n in range(9)
    ]
    result = run_gate({"tickets": tickets()}, {"tickets": rules})
    with pytest.raises(GateStopped) as caught:
        result.raise_if_stopped()
    assert len(str(caught.value).splitlines()) == 27
    assert str(caught.value).endswith("……另有 5 项，见 validation.json")


# --- a year ---------------------------------------------------------------------------------------


def test_a_year_is_judged_on_the_parquet_files_that_the_cleaning_wrote(tmp_path):
    folder = tmp_path / "有 空格"
    folder.mkdir()
    frame = broken("visits", 4, None).astype({"repair": "boolean"})
    frame.to_parquet(folder / "tickets.parquet")
    gate_rules = [
        {"expect_column_values_to_not_be_null": {"column": "visits"}, "level": "note", "words": "甲", "remedy": "乙"}
    ]
    declared = spec(gate=gate_rules)
    tables = SimpleNamespace(tables={"tickets": declared}, activities=None)
    year = SimpleNamespace(fiscal=FiscalYear(2024), measures={}, year=tables)
    result = validate_year(year, read_tables(folder, ["tickets"]), [account()])
    assert [c.rule for c in result.checks] == [
        *(r.id for r in builtin_rules("tickets", declared, FiscalYear(2024))),
        *(r.id for r in declared_rules(declared)),
        "rows_reconciled",
        "files_reconciled",
        "rows_arrived",
        "cells_readable",
    ]
    (failed,) = result.failed("note")
    assert [(r.source_file, r.source_row) for r in failed.failing_rows] == [(SECOND, 3), (SECOND, 4)]
    assert result.rows == {"tickets": 6} and not result.stopped
