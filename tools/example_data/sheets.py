"""The other exports: ledger, roster, complaints, survey, facilities, devices, parts, stock book."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from tools.example_data import dirt
from tools.example_data.clock import at
from tools.example_data.dice import Dice
from tools.example_data.facts import Facts
from tools.example_data.fleet import PARTS, Device, devices
from tools.example_data.registers import (
    Check,
    Complaint,
    Entry,
    Reply,
    complaints,
    facility_checks,
    ledger,
    replies,
    roster,
)
from tools.example_data.stock import Move
from tools.example_data.write import Sheet, write_csv, write_xlsx

#: A nought too many in the ledger of 2023; ``corrections.yml`` puts it right.
MISTYPED = (2023, "资料印制费", "已支付")


def write_ledger(folder: Path, facts: Facts) -> Path:
    """Title lines above the header; amounts as numbers and as text; voided, reversed and foreign lines."""
    dice = Dice(facts.year, "ledger dirt")
    lines = ledger(facts)
    rows = dirt.with_repeats([_entry(e, dice) for e in [*lines, *_ledger_odd(facts)]], 2, dice)
    total = sum(e.fen for e in lines) / 100
    if facts.year == 2024:
        heads = ["凭证号", "支付日期", "摘要", "收款单位代码", "资金来源", "支付金额(元)", "状态"]
        above = ["2024年度信息化运维服务项目支出台账（示例数据）", "编制：财务岗　　单位：元"]
        rows.append(["合计", None, None, None, None, f"{total:,.2f}", None])
    else:
        heads = ["凭证编号", "日期", "用途", "收款方", "经费来源", "金额", "凭证状态"]
        above = ["2023年度信息化运维服务项目支出明细（示例数据）"]
        rows.append(["本年合计", None, None, None, None, f"{total:,.2f}元", None])
    return write_xlsx(folder / f"支出台账_{facts.year}.xlsx", Sheet("台账", heads, rows, above))


def _ledger_odd(facts: Facts) -> list[Entry]:
    """Voided, reversed, paid from other money, and of the years before and after."""
    y = facts.year
    return [
        Entry("记-03-190", date(y, 3, 14), "维修材料结算", "S02", 486_000, status="作废"),
        Entry("记-07-191", date(y, 7, 9), "7月服务费", "G001", 11_800_000, status="作废"),
        Entry("记-11-192", date(y, 11, 5), "资料印制费", "G004", 152_300, status="作废"),
        Entry("记-05-193", date(y, 5, 16), "备件及耗材结算", "S01", 1_860_000),
        Entry("记-05-194", date(y, 5, 17), "冲销记-05-193", "S01", -1_860_000),
        Entry("记-04-195", date(y, 4, 11), "办公用品", "G009", 326_000, fund="本级公用经费"),
        Entry("记-08-196", date(y, 8, 22), "诉讼服务中心设备", "G010", 2_480_000, fund="本级公用经费"),
        Entry("记-10-197", date(y, 10, 30), "差旅费", "G011", 184_650, fund="本级公用经费"),
        Entry("记-12-098", date(y - 1, 12, 28), "年末结算", "G001", 9_876_500),
        Entry("记-01-001", date(y + 1, 1, 4), "1月服务费", "G001", 11_900_000),
    ]


def _entry(entry: Entry, dice: Dice) -> list[Any]:
    yuan = entry.fen / 100
    amount: Any = yuan
    if (entry.day.year, entry.text, entry.status) == MISTYPED:
        amount = f"{yuan * 10:,.2f}"
    elif entry.fen < 0:
        amount = f"（{-yuan:,.2f}）"
    elif dice.chance(0.3):
        amount = dice.pick((f"{yuan:,.2f}", f"{yuan:,.2f}元", f"￥{yuan:,.2f}"))
    day: Any = entry.day if dice.chance(0.8) else f"{entry.day:%Y.%m.%d}"
    return [entry.voucher, day, entry.text, entry.payee, entry.fund, amount, entry.status]


def write_roster(folder: Path, facts: Facts) -> Path:
    rows: list[list[Any]] = [
        [
            s.post,
            s.number,
            s.name,
            "驻场" if s.on_site else "远程",
            s.begun,
            s.ended,
            "离场" if s.ended and s.ended <= facts.exported else "在岗",
        ]
        for s in roster(facts)
    ]
    rows.insert(3, list(rows[2]))
    heads = {
        2024: ["岗位编号", "任职序号", "岗位", "服务方式", "入场日期", "离场日期", "状态"],
        2023: ["岗位", "序号", "岗位名称", "方式", "到岗日期", "离岗日期", "当前状态"],
    }[facts.year]
    return write_xlsx(folder / f"驻场人员花名册_{facts.year}.xlsx", Sheet("花名册", heads, rows))


def write_complaints(folder: Path, facts: Facts) -> Path:
    """With one entered twice, one re-examined, one matter registered again, and one of the year before."""
    made = complaints(facts)
    before = replace(
        made[0],
        id=f"TS{facts.year - 1}031",
        day=date(facts.year - 1, 12, 29),
        kind="投诉",
        about="信息化运维",
        text="上年度事项：显示器更换慢",
        verdict="属实",
        closed=date(facts.year, 1, 4),
    )
    again = replace(
        made[1],
        id=f"TS{facts.year}902",
        day=made[1].day + timedelta(days=1),
        verdict="重复登记",
        text=made[1].text + "（来电再次反映）",
    )
    listed = sorted([*made, before, again], key=lambda c: (c.day, c.id))
    rows = [_complaint(c) for c in listed]
    # At first found to be right, then re-examined under the same number.
    place = next(n for n, c in enumerate(listed) if c.verdict == "不属实")
    rows.insert(place, _complaint(replace(listed[place], verdict="属实", closed=listed[place].day + timedelta(days=1))))
    rows.append(list(rows[-1]))
    if facts.year == 2024:
        heads = ["登记编号", "登记日期", "类别", "反映对象", "提出部门代码", "内容", "办结日期", "核实结果"]
        return write_csv(folder / "投诉建议登记_2024.csv", heads, rows, encoding="gb18030")
    heads = ["编号", "日期", "性质", "对象", "部门", "反映内容", "回复日期", "核查结论"]
    return write_csv(folder / "投诉建议登记_2023.csv", heads, rows, encoding="utf-8-sig", newline="\n")


def _complaint(c: Complaint) -> list[str]:
    closed = "" if c.closed is None else f"{c.closed.year}/{c.closed.month}/{c.closed.day}"
    return [c.id, f"{c.day:%Y-%m-%d}", c.kind, c.about, c.dept, c.text, closed, c.verdict]


def write_survey(folder: Path, facts: Facts) -> Path:
    """The valid replies among unfinished ones, trials, those sent twice and one too late."""
    dice = Dice(facts.year, "survey dirt")
    valid = replies(facts)
    earlier = [
        replace(
            r, sent=r.sent - timedelta(minutes=dice.between(3, 90)), overall=dice.pick(("满意", "基本满意", "不满意"))
        )
        for r in dice.sample(valid, 7)
    ]
    unfinished = [
        replace(r, token=f"{facts.year % 100}X{n:03d}", overall="", quality="", sent=r.sent + timedelta(minutes=4))
        for n, r in enumerate(dice.sample(valid, 6))
    ]
    trials = [
        replace(valid[0], token=f"TEST{n}", sent=at(date(facts.year, 12, 1), 15, n), remark="试填") for n in range(2)
    ]
    late = [
        replace(
            valid[-1], token=f"{facts.year % 100}Z001", sent=at(date(facts.year + 1, 1, 3), 9, 12), overall="不满意"
        )
    ]
    listed = sorted([*valid, *earlier, *unfinished, *trials, *late], key=lambda r: (r.sent, r.token))
    rows = dirt.with_repeats([_reply(r, facts.year, dice) for r in listed], 3, dice)
    rows = [[f"{n}", *row] for n, row in enumerate(rows, start=1)]
    if facts.year == 2024:
        heads = [
            "序号",
            "答卷代码",
            "提交时间",
            "部门代码",
            "响应速度",
            "服务态度",
            "解决质量",
            "总体评价",
            "意见建议",
            "填写渠道",
        ]
        return write_csv(folder / "满意度问卷_2024.csv", heads, rows, encoding="utf-8-sig", newline="\n")
    heads = [
        "序号",
        "问卷号",
        "填写时间",
        "部门",
        "Q1响应速度",
        "Q2服务态度",
        "Q3解决质量",
        "Q4总体满意度",
        "Q5意见",
        "渠道",
    ]
    return write_xlsx(folder / "满意度调查_2023.xlsx", Sheet("答卷", heads, rows))


def _reply(r: Reply, year: int, dice: Dice) -> list[str]:
    sent = f"{r.sent:%Y-%m-%d %H:%M}" if year == 2024 else f"{r.sent.year}/{r.sent.month}/{r.sent.day} {r.sent:%H:%M}"
    overall = {"满意": "满意", "非常不满意": "很不满意"}.get(r.overall, r.overall) if dice.chance(0.5) else r.overall
    return [
        r.token,
        sent,
        r.dept,
        r.speed,
        r.manner,
        r.quality,
        overall or dirt.empty(dice),
        r.remark,
        "扫码" if r.token[-1] in "ABCDEFGH" else "内网",
    ]


def write_facilities(folder: Path, facts: Facts) -> Path:
    """Quarterly checks; one facility was taken down, one check belongs to the year before."""
    made = facility_checks(facts)
    gone = replace(
        made[0],
        id=f"JN{facts.year % 100}1900",
        facility="F900",
        name="旧式照明箱",
        kind="已拆除",
        used=False,
        remark="已拆除，待核销",
    )
    before = replace(made[1], id=f"JN{facts.year % 100 - 1}4002", day=date(facts.year - 1, 12, 20), used=False)
    rows: list[list[Any]] = [_check(c) for c in [*made, gone, before]]
    rows.insert(40, list(rows[12]))
    heads = {
        2024: ["检查编号", "检查日期", "设施编号", "设施名称", "类别", "位置", "是否在用", "备注"],
        2023: ["记录号", "巡查日期", "设施号", "名称", "类别", "地点", "使用情况", "备注"],
    }[facts.year]
    if facts.year == 2023:
        rows = [[*row[:6], "在用" if row[6] == "是" else "停用", row[7]] for row in rows]
    return write_xlsx(folder / f"节能环保设施登记_{facts.year}.xlsx", Sheet("登记", heads, rows))


def _check(c: Check) -> list[Any]:
    return [c.id, c.day, c.facility, c.name, c.kind, c.place, "是" if c.used else "否", c.remark]


def write_devices(folder: Path, facts: Facts) -> Path:
    """All machines that were there in the year, and a few that belong to somebody else."""
    end, start = date(facts.year, 12, 31), date(facts.year, 1, 1)
    listed = [d for d in devices() if d.bought <= end and (d.retired is None or d.retired >= start)]
    rows = [_device(d, end) for d in listed]
    rows += [[f"WY{n:04d}", "门禁设备", "DK-10", date(2019, 6, 1), "D22", 1200, "在用", None] for n in range(1, 6)]
    rows.insert(100, list(rows[99]))
    heads = {
        2024: ["资产编号", "设备类别", "型号", "购置日期", "使用部门代码", "原值(元)", "状态", "报废日期"],
        2023: ["设备编号", "类别", "设备型号", "购置时间", "部门", "原值", "使用状态", "报废时间"],
    }[facts.year]
    return write_xlsx(folder / f"设备台账_{facts.year}.xlsx", Sheet("设备", heads, rows))


def _device(d: Device, end: date) -> list[Any]:
    gone = d.retired is not None and d.retired <= end
    bought: Any = f"{d.bought:%Y-%m}" if d.bought.year < 2016 else d.bought  # the oldest were entered by month
    return [
        d.id,
        d.model.kind,
        d.model.code,
        bought,
        d.dept,
        d.model.price,
        "报废" if gone else "在用",
        d.retired if gone else None,
    ]


def write_parts(folder: Path, facts: Facts) -> Path:
    rows = [
        [
            p.no,
            p.name,
            "、".join(p.models),
            f"{p.price:,}" if p.price > 999 else p.price,
            p.promised,
            p.supplier,
            "停产" if p.discontinued else "在产",
        ]
        for p in PARTS.values()
    ]
    heads = {
        2024: ["备件编号", "备件名称", "适用型号", "单价(元)", "承诺到货(工作日)", "供应商代码", "供货状态"],
        2023: ["配件号", "配件名称", "适用机型", "单价", "到货期(工作日)", "供应商", "供货状态"],
    }[facts.year]
    return write_xlsx(folder / f"备件目录_{facts.year}.xlsx", Sheet("目录", heads, rows))


def write_moves(folder: Path, facts: Facts, moves: Sequence[Move]) -> Path:
    stray = Move(at(date(facts.year - 1, 12, 27), 15, 5), "KBM-U1", "出库", 1, id=f"BJ{facts.year % 100 - 1}9001")
    rows = [_move(m, facts.year) for m in [stray, *moves]]
    rows.insert(60, list(rows[58]))
    if facts.year == 2024:
        heads = ["流水号", "发生时间", "备件编号", "类型", "数量", "关联工单", "订购时间", "供应商代码"]
        return write_csv(folder / "备件出入库_2024.csv", heads, rows, encoding="utf-8-sig", newline="\n")
    heads = ["流水号", "时间", "配件号", "收发类型", "数量", "工单号", "订购时间", "供应商"]
    return write_csv(folder / "备件出入库_2023.csv", heads, rows, encoding="gb18030")


def _move(m: Move, year: int) -> list[str]:
    def text(moment: datetime | None) -> str:
        if moment is None:
            return ""
        return f"{moment:%Y-%m-%d %H:%M:%S}" if year == 2024 else f"{moment:%Y/%m/%d %H:%M}"

    kind = m.kind if year == 2024 else {"入库": "收", "出库": "发", "期初": "上年结转"}[m.kind]
    return [m.id, text(m.moved_at), m.part, kind, str(m.quantity), m.ticket or "—", text(m.ordered_at), m.supplier]
