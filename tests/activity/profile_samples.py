"""Invented exports of the usual systems, as texts, and a suggested block put into a year file."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path

from helpers.activity.profile import Profile, profile_file
from helpers.year.load import Year
from tests.activity.activity_samples import project

START = datetime(2024, 1, 3, 8, 30)
NAMES = ("张伟", "王芳", "李娜", "刘洋", "陈杰")


def looked_at(
    folder: Path, text: str, name: str = "export.csv", encoding: str = "utf-8", table: str | None = None
) -> Profile:
    """The profile of a file with this text."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return profile_file(path, table=table)


def pasted(folder: Path, found: Profile, text: str, **declared: str) -> Year:
    """A project whose year file holds the suggested block; ``declared`` fills its blanks (``key: 待填``)."""
    block = found.block
    for key, value in declared.items():
        assert f"{key}: 待填" in block
        block = block.replace(f"{key}: 待填", f"{key}: {value}")
    return project(folder, block, {found.source.file: text})


def csv(head: str, rows: list[list[str]]) -> str:
    return "\n".join([head, *(",".join(row) for row in rows)]) + "\n"


def chinese_tickets(count: int = 60) -> str:
    """Tickets of a service desk; the last still open."""
    dice, rows = random.Random(1), []
    for i in range(count):
        opened = START + timedelta(hours=31 * i, minutes=7 * i)
        done = opened + timedelta(minutes=30 + dice.randrange(2000))
        end = done.strftime("%Y/%m/%d %H:%M:%S") if i < count - 1 else "—"
        rows.append(
            [
                f"GD2024{i:05d}",
                f"{opened:%Y/%m/%d %H:%M:%S}",
                end,
                dice.choice(("桌面终端", "打印机", "网络")),
                dice.choice(("紧急", "一般")),
                dice.choice(NAMES),
                f"139{dice.randrange(10**8):08d}",
                dice.choice(("立案庭", "刑庭", "—")),
                dice.choice(NAMES),
                dice.choice(("硒鼓", "硬盘", "—", "—")),
                dice.choice(("是", "否")),
                dice.choice(("满意", "基本满意", "不满意")),
                "打印机卡纸" if i % 2 else "上不了网",
                dice.choice(("老化", "误操作", "?")),
                str(dice.randrange(90)),
            ]
        )
    return csv(
        "工单编号,受理时间,办结时间,故障类型,紧急程度,报修人,联系电话,报修部门,处理人,更换备件,是否超时,满意度,故障描述,故障原因,响应时长(分钟)",
        rows,
    )


def ledger(count: int = 24) -> str:
    rows = [
        [
            f"PZ{i:04d}",
            f"2024年{1 + i % 12}月{1 + i % 27}日",
            ("维修费", "材料费")[i % 2],
            f'"{1234.5 + i * 1000:,.2f}"',
            f"{i / 8:.2f}",
            ("甲公司", "乙公司")[i % 2],
            "",
            "付款",
        ]
        for i in range(count)
    ]
    return csv("凭证号,付款日期,费用类别,支出金额(元),预算(万元),收款单位,备注,摘要", rows)


def survey(count: int = 30) -> str:
    rows = [
        [
            f"DJ{i:03d}",
            f"2024-11-{1 + i % 28:02d} 10:{i % 60:02d}",
            ("一庭", "二庭")[i % 2],
            ("非常满意", "满意", "不满意")[i % 3],
            str(80 + i % 21),
            "无" if i % 3 else "加快响应",
        ]
        for i in range(count)
    ]
    return csv("答卷编号,提交时间,部门,总体评价,评分,意见建议", rows)


def servicenow(count: int = 40) -> str:
    """An incident list of ServiceNow with US dates and a few that tell the month."""
    rows = []
    for i in range(count):
        opened = START + timedelta(hours=17 * i)
        resolved, closed = opened + timedelta(hours=5 + i), opened + timedelta(hours=60 + i)
        rows.append(
            [
                f"INC{10000 + i}",
                f"{opened:%m/%d/%Y %I:%M:%S %p}",
                f"{resolved:%m/%d/%Y %I:%M:%S %p}",
                f"{closed:%m/%d/%Y %I:%M:%S %p}",
                f"{opened:%Y-%m-%d %H:%M:%S}",
                ("Abel Tuter", "Beth Anglin")[i % 2],
                ("Network", "Service Desk")[i % 2],
                ("6", "7")[i % 2],
                str(i % 3),
                ("3 - Moderate", "4 - Low")[i % 2],
                ("Hardware", "Software", "(Select Action)")[i % 3],
                ("true", "false")[i % 2],
                str(3600 * (5 + i)),
                "Printer down",
            ]
        )
    return csv(
        "number,opened_at,resolved_at,closed_at,sys_created_on,caller_id,assignment_group,incident_state,reassignment_count,priority,category,made_sla,"
        "calendar_duration,short_description",
        rows,
    )


def jira(count: int = 30) -> str:
    rows = []
    for i in range(count):
        created = START + timedelta(hours=30 * i)
        rows.append(
            [
                f"OPS-{i + 1}",
                ("Bug", "Service Request")[i % 2],
                "Done" if i % 5 else "To Do",
                ("High", "Medium")[i % 2],
                ("jdoe", "asmith")[i % 2],
                "bops",
                f"{created:%d/%b/%y %I:%M %p}",
                f"{created + timedelta(hours=9):%d/%b/%y %I:%M %p}" if i % 5 else "",
                f"{created + timedelta(hours=10):%d/%b/%y %I:%M %p}",
                "Login fails",
            ]
        )
    return csv("Issue key,Issue Type,Status,Priority,Reporter,Assignee,Created,Resolved,Updated,Summary", rows)


def states(cases: int = 40, order: str = "%d/%m/%Y %H:%M") -> str:
    """Each state of an incident in a row that tells the whole incident again; ``?`` for nothing."""
    rows = []
    for i in range(cases):
        opened = START + timedelta(hours=50 * i)
        resolved = opened + timedelta(hours=4)
        for step, state in enumerate(("New", "Active", "Resolved", "Closed")):
            changed = opened + timedelta(hours=2 * step)
            rows.append(
                [
                    f"INC{i:07d}",
                    state,
                    "?" if step == 0 else str(step),
                    f"Caller {i}",
                    f"{opened:{order}}",
                    "?" if i % 2 else f"{opened:{order}}",
                    f"{changed:{order}}",
                    f"Location {i % 7}",
                    ("3 - Low", "2 - High")[i % 2],
                    f"{resolved:{order}}",
                    f"{resolved + timedelta(days=5):{order}}",
                ]
            )
    return csv(
        "number,incident_state,reassignment_count,caller_id,opened_at,sys_created_at,sys_updated_at,location,priority,resolved_at,closed_at",
        rows,
    )


def events(cases: int = 20) -> str:
    rows = []
    for i in range(cases):
        start = START + timedelta(hours=40 * i)
        for hours, what in ((0, "登记"), (1, "派单"), (2, "挂起"), (5, "处理"), (6 + i, "办结")):
            rows.append(
                [
                    f"A{i}",
                    what,
                    f"{start + timedelta(hours=hours):%Y-%m-%d %H:%M:%S}",
                    NAMES[i % 5],
                    "复杂" if i % 2 else "简单",
                ]
            )
    return csv("案件编号,环节,操作时间,经办人,难度", rows)
