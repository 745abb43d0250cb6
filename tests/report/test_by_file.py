"""Files and rows by number stand in the technical paper; the filed ones say where the rest of a list is."""

from __future__ import annotations

from typing import Any

from helpers.report.documents import filed, technical
from helpers.report.narrative import build_report
from helpers.report.narrative.deviations import _tickets
from tests.report import sample_results as sample
from tests.report.test_evidence_links import flat


def text_of(blocks: Any) -> str:
    return "\n".join(str(block.model_dump()) for block in flat(blocks))


def test_names_of_exports_leave_the_filed_papers() -> None:
    results = sample.fy2024()
    files = ["工单上半年.csv", "工单下半年.csv"]
    results["tables"][0]["files"] = [
        {"file": f"exports/{name}", "rows_in": 3, "used": 2, "set_aside": [{"reason": "空行", "rows": 1}]}
        for name in files
    ]
    results["validation"]["notes"] = [
        {"check": "x", "table": "tickets", "words": "时间颠倒", "failing_rows": 1,
         "examples": [{"source_file": f"data/raw/2024/exports/{files[0]}", "source_row": 7, "value": "甲"}]}
    ]  # fmt: skip
    blocks = build_report(results)
    paper, behind = text_of(filed(blocks)), text_of(technical(blocks))
    assert not [name for name in files if name in paper]
    assert all(name in behind for name in files)
    assert "分文件核对情况" in behind and "分文件核对情况" not in paper
    assert "数据问题举例" in behind and "数据问题举例" not in paper
    assert "电子文件" in paper and "填报说明.md" not in paper


def note_of(listed: int, misses: int) -> str | None:
    tickets = [{"ticket_id": f"T{n}", "done_at": "2024-01-02T10:00:00"} for n in range(listed)]
    deviation: Any = {"tickets": tickets, "text_facts": {"misses": misses}, "column_words": {"ticket_id": "编号"}}
    (fold,) = _tickets(None, "某项", deviation)
    return fold.blocks[0].note


def test_a_list_says_where_the_rest_is() -> None:
    assert note_of(5, 5) is None
    assert note_of(150, 150) == "列出前20条，共150条，其余见随附的数据文件 results.json。"
    assert note_of(200, 900) == (
        "列出前20条，共900条，前200条见随附的数据文件 results.json，全部记录可用技术说明中该指标的查询语句查出。"
    )
