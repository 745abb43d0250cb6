"""What is asked of the account of a table's rows: its numbers, and the rules that they have to keep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpers.gate.builtin_rules import Rule


def account_rules(table: str) -> list[Rule]:
    """Rules over the account of a table's rows."""
    equal = "expect_column_pair_values_to_be_equal"
    again = "重新运行清洗；仍不一致的，是程序的错误，请连同 validation.json 一并报告"
    return [
        Rule(
            id="rows_reconciled",
            expectation=equal,
            arguments={"column_A": "rows_in", "column_B": "accounted"},
            level="stop",
            words="读入行数须等于采用行数与各类剔除行数之和",
            remedy=again,
            origin="reconciliation",
        ),
        Rule(
            id="files_reconciled",
            expectation="expect_column_values_to_be_between",
            arguments={"column": "files_off", "max_value": 0},
            level="stop",
            words="每个文件的读入行数须等于采用行数与剔除行数之和",
            remedy=again,
            origin="reconciliation",
        ),
        Rule(
            id="rows_arrived",
            expectation=equal,
            arguments={"column_A": "entities", "column_B": "arrived"},
            level="stop",
            words="送交校验的行数须等于清洗得出的行数",
            remedy=again,
            origin="reconciliation",
        ),
        Rule(
            id="cells_readable",
            expectation="expect_column_values_to_be_between",
            arguments={"column": "unreadable_cells", "max_value": 0},
            level="note",
            words="各单元格的内容须能识别",
            remedy=(
                "核对这些单元格；写法有误的用 corrections.yml 更正，"
                f"另一种写法的在 tables.{table} 的 dates、empty 等处补上"
            ),
            origin="reconciliation",
        ),
        Rule(
            id="rows_differ",
            expectation="expect_column_values_to_be_between",
            arguments={"column": "repeated_kept", "max_value": 0},
            level="note",
            words="各行不应与别的行完全相同",
            remedy=f"确属重复登记的，在 tables.{table} 里写 exact_duplicates: set_aside 或 key；"
            "确是不同记录的写 exact_duplicates: keep",
            origin="reconciliation",
        ),
    ]


def counted_rows(account: Mapping[str, Any], arrived: int) -> dict[str, int]:
    """The numbers of an account that are judged."""
    return {
        "rows_in": account["rows_in"],
        "accounted": account["used"] + sum(entry["rows"] for entry in account["set_aside"]),
        "entities": account.get("entities", account["used"]),
        "arrived": arrived,
        "unreadable_cells": account.get("unreadable_cells", 0),
        "repeated_kept": account.get("repeated_kept", 0),
        "files_off": len(files_off(account)),
    }


def files_off(account: Mapping[str, Any]) -> list[str]:
    files = account.get("files", ())
    return [f["file"] for f in files if f["rows"] != f["used"] + sum(s["rows"] for s in f["set_aside"])]
