"""The service desk's exports: two half years by two systems, each with its own headers and dates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tools.example_data import dirt, wording
from tools.example_data.dice import Dice
from tools.example_data.tickets import STAMPS, Ticket
from tools.example_data.write import Sheet, write_csv, write_xlsx

Moment = Callable[[datetime], str]


def slashed(m: datetime) -> str:
    """2024/3/5 9:07"""
    return f"{m.year}/{m.month}/{m.day} {m.hour}:{m.minute:02d}"


def iso(m: datetime) -> str:
    return m.strftime("%Y-%m-%d %H:%M:%S")


def slashed_with_seconds(m: datetime) -> str:
    return m.strftime("%Y/%m/%d %H:%M:%S")


def worded(m: datetime) -> str:
    """2023年3月5日 9:07"""
    return f"{m.year}年{m.month}月{m.day}日 {m.hour}:{m.minute:02d}"


@dataclass(frozen=True)
class Layout:
    """How one system exports: ``fields`` maps headers to fields in the order of its columns; headers
    mapped to "" are columns that nobody needs."""

    file: str
    fields: Mapping[str, str]
    moment: Moment
    repair: tuple[str, str]
    status: Mapping[str, str]
    encoding: str = "utf-8"
    delimiter: str = ","
    newline: str = "\r\n"


_2024_FIRST = Layout(
    "工单_2024上半年.csv",
    {
        "工单编号": "id",
        "业务类别": "category",
        "标题": "title",
        "问题描述": "note",
        "报修人代码": "requester",
        "报修部门代码": "dept",
        "受理时间": "opened_at",
        "接单时间": "started_at",
        "诊断完成时间": "diagnosed_at",
        "备件订购时间": "part_ordered_at",
        "备件到货时间": "part_arrived_at",
        "挂起开始": "hold_from",
        "挂起结束": "hold_to",
        "完成时间": "resolved_at",
        "是否维修": "repair",
        "超时原因": "cause",
        "设备编号": "device",
        "设备型号": "model",
        "更换备件编号": "part",
        "备件来源": "source",
        "处理工程师": "engineer",
        "状态": "status",
    },
    slashed,
    ("是", "否"),
    {},
    encoding="gb18030",
)
_2024_SECOND = Layout(
    "工单_2024下半年.csv",
    {
        "单号": "id",
        "受理渠道": "",
        "工单类型": "category",
        "摘要": "title",
        "申请部门": "dept",
        "申请人代码": "requester",
        "资产编号": "device",
        "型号": "model",
        "报修时间": "opened_at",
        "开始处理时间": "started_at",
        "故障确认时间": "diagnosed_at",
        "待备件起": "part_ordered_at",
        "待备件止": "part_arrived_at",
        "待用户起": "hold_from",
        "待用户止": "hold_to",
        "办结时间": "resolved_at",
        "维修标志": "repair",
        "未按时完成原因": "cause",
        "备件编码": "part",
        "备件来源": "source",
        "处理说明": "note",
        "工程师": "engineer",
        "工单状态": "status",
    },
    iso,
    ("Y", "N"),
    {"已办结": "已关闭"},
    encoding="utf-8-sig",
    newline="\n",
)
_2023_FIRST = Layout(
    "运维工单2023年1-6月.csv",
    {
        "编号": "id",
        "类型": "category",
        "事由": "title",
        "部门": "dept",
        "报修人": "requester",
        "报修时间": "opened_at",
        "响应时间": "started_at",
        "诊断时间": "diagnosed_at",
        "配件订购": "part_ordered_at",
        "配件到货": "part_arrived_at",
        "等待用户起": "hold_from",
        "等待用户止": "hold_to",
        "完成时间": "resolved_at",
        "需维修": "repair",
        "延误原因": "cause",
        "设备号": "device",
        "机型": "model",
        "配件号": "part",
        "配件来源": "source",
        "处理情况": "note",
        "工程师代码": "engineer",
        "状态": "status",
    },
    slashed_with_seconds,
    ("是", "否"),
    {"已办结": "完成"},
    newline="\n",
)
_2023_SECOND = Layout(
    "运维工单2023年7-12月.csv",
    {
        "工单号": "id",
        "工单类别": "category",
        "标题": "title",
        "处理情况": "note",
        "报修部门": "dept",
        "报修人代码": "requester",
        "受理时间": "opened_at",
        "接单时间": "started_at",
        "诊断完成时间": "diagnosed_at",
        "备件订购时间": "part_ordered_at",
        "备件到货时间": "part_arrived_at",
        "挂起开始": "hold_from",
        "挂起结束": "hold_to",
        "办结时间": "resolved_at",
        "是否维修": "repair",
        "超时原因": "cause",
        "设备编号": "device",
        "设备型号": "model",
        "备件编号": "part",
        "备件来源": "source",
        "工程师": "engineer",
        "满意度回访": "",
        "状态": "status",
    },
    worded,
    ("维修", "不维修"),
    {"已办结": "已完成"},
    encoding="gb18030",
    delimiter="\t",
)
LAYOUTS = {2023: (_2023_FIRST, _2023_SECOND), 2024: (_2024_FIRST, _2024_SECOND)}


def write_desk(
    folder: Path,
    layout: Layout,
    tickets: Sequence[Ticket],
    odd: Sequence[Mapping[str, str]],
    dice: Dice,
    repeats: int,
    *,
    header_again: bool,
) -> Path:
    """One half year; ``odd``: rows that no ticket gives, by field."""
    rows = dirt.with_repeats([_row(t, layout, dice) for t in tickets], repeats, dice)
    rows = dirt.inserted(rows, [[one.get(f, "") for f in layout.fields.values()] for one in odd], dice)
    if header_again:
        rows.insert(len(rows) // 2, list(layout.fields))
    return write_csv(
        folder / layout.file,
        list(layout.fields),
        rows,
        encoding=layout.encoding,
        delimiter=layout.delimiter,
        newline=layout.newline,
    )


def _row(ticket: Ticket, layout: Layout, dice: Dice) -> list[str]:
    return [_cell(ticket, header, field, layout, dice) for header, field in layout.fields.items()]


def _cell(ticket: Ticket, header: str, field: str, layout: Layout, dice: Dice) -> str:
    if not field:
        return dice.pick(("电话", "内网", "即时通讯")) if header == "受理渠道" else dice.pick(("", "", "已回访"))
    value = getattr(ticket, field)
    if field in STAMPS:
        if value is None:
            return ""
        return layout.moment(value).translate(dirt.WIDE) if dice.chance(0.0008) else layout.moment(value)
    if field == "repair":
        return "" if value is None else layout.repair[0 if value else 1]
    if field == "category":
        return dirt.category(value, dice)
    if field == "cause":
        return dirt.spelled(value, wording.CAUSE_SPELLINGS, 0.25, dice) if value else dirt.empty(dice)
    if field == "status":
        return layout.status.get(value, value)
    if field in ("device", "part") and not value:
        return dirt.empty(dice)
    return value


# --- registers kept as workbooks ------------------------------------------------------------------

EVENT_FIELDS = {
    2024: {
        "登记编号": "id",
        "保障类型": "category",
        "事项名称": "title",
        "地点": "place",
        "使用部门代码": "dept",
        "开始时间": "opened_at",
        "结束时间": "resolved_at",
        "值守工程师": "engineer",
        "备注": "note",
        "状态": "status",
    },
    2023: {
        "序号": "",
        "登记号": "id",
        "服务类型": "category",
        "内容": "title",
        "场所": "place",
        "使用部门": "dept",
        "开始": "opened_at",
        "结束": "resolved_at",
        "保障人员代码": "engineer",
        "说明": "note",
        "办理状态": "status",
    },
}
SECURITY_FIELDS = {
    2024: {
        "记录号": "id",
        "服务项目": "category",
        "任务名称": "title",
        "开始日期": "opened_at",
        "完成日期": "resolved_at",
        "设备编号": "device",
        "设备型号": "model",
        "部门代码": "dept",
        "实施工程师": "engineer",
        "结果说明": "note",
        "状态": "status",
    },
    2023: {
        "安全记录编号": "id",
        "服务类别": "category",
        "任务": "title",
        "开始时间": "opened_at",
        "完成时间": "resolved_at",
        "设备编号": "device",
        "设备型号": "model",
        "部门": "dept",
        "实施人代码": "engineer",
        "结果": "note",
        "状态": "status",
    },
}


def write_register(
    path: Path,
    fields: Mapping[str, str],
    tickets: Sequence[Ticket],
    dice: Dice,
    repeats: int,
    *,
    sheet: str,
    about: str,
) -> Path:
    """Records with Excel's own dates, here and there typed in as text, and a line of totals below."""
    rows = dirt.with_repeats([_typed_row(t, fields, n, dice) for n, t in enumerate(tickets, start=1)], repeats, dice)
    rows.insert(len(rows) // 3, [None] * len(fields))
    rows.append([f"合计{len(tickets)}项"] + [None] * (len(fields) - 1))
    return write_xlsx(path, Sheet(sheet, list(fields), rows), Sheet("说明", ["填表说明"], [[about], ["示例数据"]]))


def _typed_row(ticket: Ticket, fields: Mapping[str, str], number: int, dice: Dice) -> list[Any]:
    row: list[Any] = []
    for field in fields.values():
        value = getattr(ticket, field) if field else number
        if field == "category":
            value = dirt.category(value, dice)
        elif field == "status":
            value = {"已办结": "已完成"}.get(value, value)
        elif field in STAMPS and value is not None and dice.chance(0.01):
            text = value.strftime("%Y-%m-%d %H:%M")
            value = text.translate(dirt.WIDE) if dice.chance(0.2) else text
        elif value == "" and field in ("note", "device"):
            value = dirt.empty(dice)
        row.append(value)
    return row
