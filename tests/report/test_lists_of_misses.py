"""The lists of rows that missed: the column that decides, moments without seconds, no id that names nobody."""

from __future__ import annotations

from typing import Any

from helpers.report.narrative.deviations import _tickets
from helpers.report.narrative.row_places import row_places


def listed(tickets: list[dict[str, Any]], sql: str, words: dict[str, str], over: tuple[str, ...]) -> list[list[str]]:
    """The list as a reader sees it, its head first."""
    entry: Any = {"evidence": {"sql": sql}}
    deviation: Any = {
        "tickets": tickets, "column_words": words, "text_facts": {"misses": len(tickets)},
        "drilldown": [{**dict.fromkeys(over, "x"), "rows": 1}],
    }  # fmt: skip
    (fold,) = _tickets(entry, "某项", deviation)
    (table,) = fold.blocks
    return [[c.title for c in table.columns], *([cell.text for cell in row] for row in table.rows)]


REPAIR = {
    "ticket_id": "WX1", "asked_at": "2024-01-09T17:46:12", "there_at": "2024-01-09T18:05:00", "arrival_hours": 0.3,
    "done_at": "2024-01-12T11:42:59", "repair_hours": 65.9, "workdays": 3, "cause": "等待配件", "source_row": 9,
}  # fmt: skip
WORDS = {
    "ticket_id": "编号", "asked_at": "报修", "there_at": "到场", "arrival_hours": "到场小时", "done_at": "修复",
    "repair_hours": "修复小时", "workdays": "工作日", "cause": "原因",
}  # fmt: skip


def test_the_clock_that_decides_stands_with_its_two_ends() -> None:
    assert listed([REPAIR, {**REPAIR, "ticket_id": "WX2"}], "repair_hours <= 24", WORDS, ("cause",))[:2] == [
        ["编号", "报修", "修复", "修复小时", "原因"],
        ["WX1", "2024-01-09 17:46", "2024-01-12 11:42", "65.9", "等待配件"],
    ]
    assert listed([REPAIR], "arrival_hours <= 0.5", WORDS, ())[0] == ["编号", "报修", "到场", "到场小时", "原因"]
    assert "工作日" in listed([REPAIR], "workdays <= 1", WORDS, ())[0]


def test_where_no_clock_decides_the_answer_that_does_is_listed_and_days_have_no_time() -> None:
    reply = {"ticket_id": "（个人信息）", "sent_on": "2024-12-04T00:00:00", "speed": "慢", "overall": "不满意"}
    words = {"sent_on": "提交日期", "speed": "速度", "overall": "总体评价"}
    head, first, _ = listed([reply, reply], "overall in ('满意')", words, ("speed",))
    assert head == ["提交日期", "速度", "总体评价"] and first == ["2024-12-04", "慢", "不满意"]


def test_rows_without_a_key_are_short_and_their_files_stand_below() -> None:
    one = {**REPAIR, "ticket_id": "exports/tickets #1_2024-01.csv#4"}
    other = {**REPAIR, "ticket_id": "exports/tickets #1_2024-01.csv#21"}
    assert row_places([one["ticket_id"], other["ticket_id"]]) == (
        ["第4行", "第21行"],
        "所在行是导出文件“tickets #1_2024-01.csv”中的行号",
    )
    head, first, second = listed([one, other], "repair_hours <= 24", WORDS, ())
    assert head[0] == "所在行" and (first[0], second[0]) == ("第4行", "第21行")
    assert row_places(["exports/a.csv#4", "exports/b/c.xlsx#5", "exports/a.csv#6"]) == (
        ["文件一第4行", "文件二第5行", "文件一第6行"],
        "所在行是导出文件中的行号，文件一为“a.csv”，文件二为“b/c.xlsx”",
    )


def test_keys_stay_as_they_are() -> None:
    assert row_places(["WX#1", "exports/a.csv#4"]) is None and row_places([]) is None
    assert listed([{**REPAIR, "ticket_id": "A/B#3"}], "repair_hours <= 24", WORDS, ())[1][0] == "A/B#3"
