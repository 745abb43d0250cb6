"""Official forms as offices fill them in, built cell by cell; every figure is made up here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl

#: level1, level2, level3, target, actual, weight, score, reason
ROWS: tuple[tuple[Any, ...], ...] = (
    ("产出指标", "数量指标", "巡检次数", "≥48次", "50次", 20, 20, None),
    ("产出指标", "数量指标", "培训场次", "4场", "4场", 15, 15, None),
    ("产出指标", "时效指标", "故障当日修复率", "≥95%", "90%", 15, 14.21, "备件到货慢；储备常用备件"),
    ("效益指标", "社会效益指标", "系统可用率", "≥99%", "99.5%", 30, 30, None),
    ("满意度指标", "服务对象满意度", "使用人员满意度", "≥90%", "93%", 10, 10, None),
)
HEADS = ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施")
FUND_HEADS = ("年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分")
#: name, initial, adjusted, spent, weight, rate, score
FUNDS: tuple[tuple[Any, ...], ...] = (
    ("年度资金总额", 60, 50, 48, 10, 0.96, 9.6),
    ("其中：当年财政拨款", 50, 40, 38, "—", None, "—"),
    ("上年结转资金", 10, 10, 10, "—", None, "—"),
    ("其他资金", 0, 0, 0, "—", None, "—"),
)
TOTAL = 98.81


class Pen:
    """Writes into a worksheet from a corner on; rows and columns count from 0."""

    def __init__(self, sheet: Any, row: int = 0, column: int = 0) -> None:
        self.sheet, self.row, self.column = sheet, row, column

    def put(self, row: int, column: int, value: Any, rows: int = 1, columns: int = 1, format: str | None = None) -> Any:
        top, left = self.row + row + 1, self.column + column + 1
        cell = self.sheet.cell(top, left, value)
        if format:
            cell.number_format = format
        if rows > 1 or columns > 1:
            self.sheet.merge_cells(
                start_row=top, start_column=left, end_row=top + rows - 1, end_column=left + columns - 1
            )
        return cell


def scored(
    sheet: Any,
    row: int = 0,
    column: int = 0,
    *,
    heads: Sequence[str] = HEADS,
    rows: Sequence[Sequence[Any]] = ROWS,
    year: int = 2023,
    project: str = "机房运行维护",
    money: str = "项目资金\n（万元）",
    merged: bool = True,
    title: bool = True,
    total: bool = True,
) -> int:
    """项目支出绩效自评表 with its corner at ``row``, ``column``; the next free row is returned."""
    pen = Pen(sheet, row, column)
    at = 0
    if title:
        pen.put(0, 0, "项目支出绩效自评表", columns=9)
        pen.put(1, 0, f"（{year}年度）", columns=9)
        at = 2
    pen.put(at, 0, "项目 名称", columns=2)
    pen.put(at, 2, project, columns=7)
    pen.put(at + 1, 0, "主管部门", columns=2)
    pen.put(at + 1, 2, "某市某局", columns=3)
    pen.put(at + 1, 5, "实施\n单位")
    pen.put(at + 1, 6, "某市信息中心", columns=3)
    at += 2
    pen.put(at, 0, money, rows=5, columns=2)
    for number, words in enumerate(FUND_HEADS, start=3):
        pen.put(at, number, words)
    for line, amounts in enumerate(FUNDS, start=at + 1):
        for number, value in enumerate(amounts, start=2):
            pen.put(line, number, value, format="0.00%" if number == 7 else None)
    at += 5
    pen.put(at, 0, "年度\n总体\n目标", rows=2)
    pen.put(at, 1, "预期目标", columns=4)
    pen.put(at, 5, "实际完成情况", columns=4)
    pen.put(at + 1, 1, "机房稳定运行，2021年以来的隐患清零", columns=4)
    pen.put(at + 1, 5, "运行稳定", columns=4)
    at += 2
    pen.put(at, 0, "绩效\n指标", rows=len(rows) + 1)
    for number, words in enumerate(heads, start=1):
        pen.put(at, number, words)
    at += 1
    spans = _spans(rows) if merged else {}
    for number, cells in enumerate(rows):
        for place, value in enumerate(cells):
            if place < 2 and merged:
                span = spans.get((number, place))
                if span:
                    pen.put(at + number, 1 + place, value, rows=span)
            elif place < 2 and number and cells[: place + 1] == rows[number - 1][: place + 1]:
                continue  # named once, the cells below left empty
            else:
                pen.put(at + number, 1 + place, value)
    at += len(rows)
    if total:
        pen.put(at, 0, "总分", columns=6)
        pen.put(at, 6, 100)
        pen.put(at, 7, TOTAL)
        at += 1
    return row + at


def _spans(rows: Sequence[Sequence[Any]]) -> dict[tuple[int, int], int]:
    """How many rows each level's name covers, at the row where it begins."""
    spans: dict[tuple[int, int], int] = {}
    for place in (0, 1):
        start = 0
        for number in range(1, len(rows) + 1):
            if number == len(rows) or rows[number][: place + 1] != rows[start][: place + 1]:
                spans[(start, place)] = number - start
                start = number
    return spans


def transfer(sheet: Any, row: int = 0) -> int:
    """转移支付区域（项目）绩效目标自评表: no weights, seven lines on how funds were managed."""
    pen = Pen(sheet, row)
    pen.put(0, 0, "转移支付区域（项目）绩效目标自评表", columns=7)
    pen.put(1, 0, "（2023年度）", columns=7)
    for at, (label, value) in enumerate(
        (
            ("转移支付（项目）名称", "设备更新补助"),
            ("中央主管部门", "某部"),
            ("地方主管部门", "某省某厅"),
            ("资金使用单位", "某县某局"),
        ),
        start=2,
    ):
        pen.put(at, 0, label, columns=3)
        pen.put(at, 3, value, columns=4)
    pen.put(6, 0, "资金投入情况\n（万元）", rows=5, columns=3)
    for number, words in enumerate(("全年预算数（A）", "全年执行数（B）", "预算执行率（B/A×100%）"), start=4):
        pen.put(6, number, words)
    lines = (
        ("年度资金总额", 80, 60, 0.75),
        ("其中：中央财政资金", 50, 40, 0.8),
        ("地方资金", 30, 20, 2 / 3),
        ("其他资金", None, None, None),
    )
    for at, cells in enumerate(lines, start=7):
        for number, value in enumerate(cells, start=3):
            pen.put(at, number, value, format="0.00%" if number == 6 else None)
    pen.put(11, 0, "资金管理情况", rows=8, columns=3)
    pen.put(11, 4, "情况说明", columns=2)
    pen.put(11, 6, "存在问题和改进措施")
    names = (
        "分配科学性",
        "下达及时性",
        "拨付合规性",
        "使用规范性",
        "执行准确性",
        "预算绩效管理情况",
        "支出责任履行情况",
    )
    for at, name in enumerate(names, start=12):
        pen.put(at, 3, name)
        pen.put(at, 4, "按规定办理", columns=2)
    pen.put(19, 0, "总体目标完成情况", rows=2)
    pen.put(19, 1, "总体目标", columns=4)
    pen.put(19, 5, "全年实际完成情况", columns=2)
    pen.put(20, 1, "更新老旧设备", columns=4)
    pen.put(20, 5, "更新了一部分", columns=2)
    pen.put(21, 0, "绩效指标", rows=4)
    for number, words in enumerate(
        ("一级指标", "二级指标", "三级指标", "指标值", "全年实际完成值", "未完成原因和改进措施"), start=1
    ):
        pen.put(21, number, words)
    rows = (
        ("产出指标", "数量指标", "更新设备", "≥20台", "15台", "招标晚；明年三月前完成"),
        (None, "质量指标", "验收合格率", "100%", "100%", None),
        ("效益指标", "社会效益指标", "办理时长缩短", "≥10%", "12%", None),
    )
    for at, cells in enumerate(rows, start=22):
        for number, value in enumerate(cells, start=1):
            pen.put(at, number, value)
    pen.put(25, 0, "说明")
    pen.put(25, 1, "请在此处简要说明审计、财政监督中发现的问题。", columns=6)
    return row + 26


def saved(book: Any, path: Path) -> Path:
    book.save(path)
    return path


def book_of(*names: str) -> tuple[Any, list[Any]]:
    """A workbook with sheets of these names."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    return book, [book.create_sheet(name) for name in names]
