"""What a file holds that a reader would not expect in the figures, or misses there: said once for each table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from helpers.gate.builtin_rules import Rule

SHOWN = 5


def unseen_rule(table: str) -> Rule:
    """The rule over the number of such remarks."""
    return Rule(
        id="files_seen_whole",
        expectation="expect_column_values_to_be_between",
        arguments={"column": "unseen", "max_value": 0},
        level="note",
        words="各文件应当看得见的就是读到的：没有隐藏的行、没读的工作表、恰好写满的文件和没有结果的公式",
        remedy=(
            f"核对这些文件：要读的工作表写在 tables.{table}.sheet；"
            "不该计入的隐藏行在来源里删去，或用 out_of_scope 写明；"
            "可能被截断的重新导出"
        ),
        origin="reconciliation",
    )


def unseen_remarks(account: Mapping[str, Any]) -> list[str]:
    """One remark for each thing, naming the file."""
    return [remark for file in account.get("files", ()) for remark in _of_file(file)]


def _of_file(file: Mapping[str, Any]) -> Iterator[str]:
    name = file["file"]
    if file.get("hidden"):
        yield f"{name} 有 {file['hidden']} 行被筛选或隐藏，照样采用"
    if file.get("unread"):
        read = f"（读的是 {file['page']}）" if file.get("page") else ""
        yield f"{name} 没有读工作表 {_some(file['unread'])}{read}"
    if file.get("at_cap"):
        yield f"{name} 恰好到第 {file['at_cap']:,} 行为止，表格软件另存时在这一行截断"
    if file.get("blank_formulas"):
        yield f"{name} 有 {len(file['blank_formulas'])} 个公式没有给出值：{_some(file['blank_formulas'])}"


def _some(names: Any) -> str:
    return "、".join(names[:SHOWN]) + (f"……共 {len(names)} 处" if len(names) > SHOWN else "")
