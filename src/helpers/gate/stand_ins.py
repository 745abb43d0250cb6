"""Dates that only stand for none, such as 1970-01-01: counted as empty, and told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpers.gate.result import Check, FailingRow


def stand_in_checks(table: str, title: str, account: Mapping[str, Any]) -> list[Check]:
    """A note where dates of a table counted as empty because of what they say; nothing where there are none."""
    found = account.get("placeholders") or ()
    if not found:
        return []
    import pandas as pd

    from helpers.gate import adapter

    total = sum(one["cells"] for one in found)
    kind, arguments = "expect_column_values_to_be_between", {"column": "placeholders", "max_value": 0}
    outcome = adapter.judge(pd.DataFrame([{"placeholders": total}]), [(kind, arguments)])[0]
    told = "；".join(f"{one['words']} {one['cells']} 个（如 {one['value']}）" for one in found)
    return [
        Check(
            table=table,
            title=title,
            rule="no_placeholders",
            origin="reconciliation",
            expectation=kind,
            arguments=arguments,
            where=None,
            level="note",
            success=outcome.success,
            rows=1,
            failing=total,
            observed=f"按空值处理的占位日期：{told}",
            words="没有日期的应当留空，不写 1970-01-01、9999-12-31 一类的占位日期",
            remedy=f"核对这些记录是否确实没有日期；确是真实日期的，在 tables.{table} 的这一列写 placeholders: keep",
            error=outcome.error,
            failing_rows=tuple(
                FailingRow(one["source_file"], one["source_row"], one["column"], one["value"]) for one in found
            ),
        )
    ]
