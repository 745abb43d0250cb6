"""What ends a stage: checks printed where they hold, plain words where they do not."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.gate.result import NotThrough, refuse_stopped
from helpers.report import stage_checks
from helpers.report.stage_checks import CheckFailed, refuse_lost_rows, refuse_wrong_sums

TABLE = {
    "table": "t",
    "title": "工单",
    "rows_in": 10,
    "used": 8,
    "entities": 8,
    "set_aside": [{"reason": "r", "rows": 2}],
}


def deviation(**changed: Any) -> Any:
    causes = [{"dimension": "cause", "contribution": 0.3}, {"dimension": "cause", "contribution": -0.1}]
    states = {"cases": {"seconds": 5, "parts": [{"seconds": 2}, {"seconds": 3}]}, "words": "x"}
    return {"indicator": "i", "gap": 0.2, "causes": causes, "states": states, **changed}


def spares(saved: int) -> Any:
    parts = [{"effect": {"tickets_saved": 3}}, {"effect": {"tickets_saved": 4}}, {"effect": None}]
    return {"parts": parts, "replay": {"after": {"tickets": 1}, "tickets_saved": saved}}


def texts(table: Any) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.rows]


def test_rows_that_add_up_pass_and_are_printed() -> None:
    refuse_lost_rows([TABLE], {"t": 8})
    assert texts(stage_checks.cleaned([TABLE]))[0] == ["读入行数 = 采用行数 + 剔除行数", "1 张表", "通过"]


@pytest.mark.parametrize(
    ("changed", "written", "said"),
    [
        ({"used": 7}, 8, "工单：读入 10 行，采用 7 行，剔除 2 行"),
        ({}, 7, "工单：整理后 8 条，写入 7 条"),
    ],
)
def test_lost_rows_stop_in_plain_words(changed: dict[str, int], written: int, said: str) -> None:
    with pytest.raises(CheckFailed) as stopped:
        refuse_lost_rows([TABLE | changed], {"t": written})
    assert str(stopped.value) == f"[check_failed]  {said}\n    {stage_checks.REMEDY}"


def test_sums_that_hold_pass_and_are_printed() -> None:
    refuse_wrong_sums([deviation(), deviation(causes=[], gap=None, states=None)], spares(7))
    refuse_wrong_sums([deviation()], None)
    assert texts(stage_checks.explained([deviation()], spares(7))) == [
        ["每个维度上各组贡献之和 = 差距", "1 项偏差", "通过"],
        ["各环节的时间之和 = 总时间", "1 项偏差", "通过"],
        ["逐笔推演 = 各备件之和", "3 种备件", "通过"],
    ]
    assert len(texts(stage_checks.explained([deviation(states=None)], None))) == 1


@pytest.mark.parametrize(
    ("one", "stock", "said"),
    [
        (deviation(gap=0.21), None, "i：按 cause 各组贡献之和不等于差距"),
        (deviation(states={"cases": {"seconds": 6, "parts": [{"seconds": 2}]}}), None, "各环节的时间之和不等于总时间"),
        (deviation(), spares(8), "备件方案：各备件少等 7 单，逐笔推演 8 单"),
    ],
)
def test_sums_that_do_not_hold_stop(one: Any, stock: Any, said: str) -> None:
    with pytest.raises(CheckFailed, match=said):
        refuse_wrong_sums([one], stock)


def test_the_gate_is_told_by_level() -> None:
    def check(level: str, success: bool) -> dict[str, Any]:
        return {"level": level, "success": success}

    found = {"checks": [check("stop", True), check("note", False), check("note", True)]}
    assert texts(stage_checks.passed_gate(found)) == [
        ["“停止”级规则", "1 条", "全部通过"],
        ["“提示”级规则", "2 条", "1 条未通过，随报告列出"],
    ]


def test_nothing_goes_on_behind_a_closed_gate() -> None:
    refuse_stopped({"summary": {"stopped": False}})
    with pytest.raises(NotThrough, match=r"^\[gate_stop\]  校验未通过，不能继续\n    处理："):
        refuse_stopped({"summary": {"stopped": True}})
