"""A hospital's equipment maintenance: repairs, preventive maintenance, replies to a survey, payments."""

from __future__ import annotations

from datetime import timedelta

from tools.example_data.dice import Dice
from tools.example_roots.sheet import Export, Row, moments, pick, stamp, workdays

YEAR, SEED = 2024, 20240611
REPAIRS, PLANNED, REPLIES = 436, 312, 96
KINDS = [("生命支持类", 3), ("医学影像类", 3), ("检验分析类", 4), ("手术治疗类", 3), ("病房护理类", 7)]
MODELS = {
    "生命支持类": ("VENT-A3", "VENT-B7", "DEF-200"),
    "医学影像类": ("CT-64", "DR-500", "US-P9"),
    "检验分析类": ("BIO-800", "HEM-5D", "IMM-2K"),
    "手术治疗类": ("ESU-300", "LAP-4K"),
    "病房护理类": ("PUMP-S1", "PUMP-S2", "MON-12", "BED-E6"),
}
#: Minutes within which somebody has to be there, and how often one is late in a hundred.
LATE = {"生命支持类": 4, "医学影像类": 6, "检验分析类": 7, "手术治疗类": 5, "病房护理类": 7}
DEPARTMENTS = [f"K{number:02d}" for number in range(1, 19)]
SPENDING = [
    ("维保服务费（第一季度）", 31_500_000),
    ("维保服务费（第二季度）", 31_500_000),
    ("维保服务费（第三季度）", 31_500_000),
    ("维保服务费（第四季度）", 31_500_000),
    ("影像设备专项保养", 18_640_000),
    ("计量检定费", 9_875_000),
    ("呼吸机流量传感器", 4_216_000),
    ("检验仪器加样针", 3_382_500),
    ("监护仪血氧探头", 2_964_000),
    ("输液泵电池", 1_837_000),
    ("超声探头维修", 6_790_000),
    ("高频电刀手柄", 1_524_500),
]
PAID = ["03-21", "06-20", "09-19", "12-12", "05-16", "07-11", "04-18", "08-22", "10-17", "11-07", "09-26", "06-13"]


def exports() -> dict[str, Export]:
    """File name → head and rows."""
    return {
        "维修工单_2024.csv": repairs(Dice(SEED)),
        "预防性维护_2024.csv": maintenance(Dice(SEED, 1)),
        "满意度问卷_2024.csv": survey(Dice(SEED, 2)),
        "支出台账_2024.csv": ledger(),
    }


def repairs(dice: Dice) -> Export:
    head = ("工单编号", "报修时间", "设备类别", "设备型号", "科室代码", "到场时间", "修复时间", "停机原因", "是否返修")
    rows: list[Row] = []
    for number, asked in enumerate(moments(dice, workdays(YEAR), REPAIRS), start=1):
        kind = pick(dice, KINDS)
        model = dice.pick(MODELS[kind])
        late = dice.between(0, 99) < LATE[kind]
        there = asked + timedelta(minutes=dice.between(31, 74) if late else dice.between(4, 29))
        waits = (model in ("US-P9", "IMM-2K") and dice.between(0, 99) < 45) or dice.between(0, 99) < 4
        hours = dice.between(30, 119) if waits else dice.between(1, 19)
        done = there + timedelta(hours=hours, minutes=dice.between(0, 59))
        cause = (
            "等待进口配件"
            if waits
            else pick(dice, [("部件磨损", 5), ("参数漂移", 3), ("使用不当", 2), ("供电故障", 1)])
        )
        again = "是" if dice.between(0, 99) < 6 else "否"
        department = dice.pick(DEPARTMENTS)
        rows.append((f"WX{number:04d}", stamp(asked), kind, model, department, stamp(there), stamp(done), cause, again))
    return head, rows


def maintenance(dice: Dice) -> Export:
    head = ("计划编号", "设备类别", "设备型号", "设备编号", "计划日期", "完成日期")
    days = workdays(YEAR)[:-12]
    rows: list[Row] = []
    for number, planned in enumerate(sorted(dice.pick(days) for _ in range(PLANNED)), start=1):
        kind = pick(dice, KINDS)
        model = dice.pick(MODELS[kind])
        late = dice.between(0, 99) < 1
        done = planned + timedelta(days=dice.between(9, 13) if late else dice.between(0, 5))
        device = f"{model}-{number % 97:02d}"
        rows.append((f"PM{number:04d}", kind, model, device, planned.isoformat(), done.isoformat()))
    return head, rows


def survey(dice: Dice) -> Export:
    head = ("答卷编号", "提交时间", "科室代码", "总体评价")
    days = [day for day in workdays(YEAR) if day.month == 11]
    marks = [("非常满意", 46), ("满意", 42), ("基本满意", 8), ("不满意", 4)]
    rows: list[Row] = [
        (f"Q{number:03d}", stamp(sent), dice.pick(DEPARTMENTS), pick(dice, marks))
        for number, sent in enumerate(moments(dice, days, REPLIES), start=1)
    ]
    return head, rows


def ledger() -> Export:
    head = ("凭证号", "支付日期", "摘要", "金额(元)")
    paid = sorted((f"{YEAR}-{day}", words, cents) for (words, cents), day in zip(SPENDING, PAID, strict=True))
    rows: list[Row] = [
        (f"ZF{number:03d}", day, words, f"{cents / 100:.2f}")
        for number, (day, words, cents) in enumerate(paid, start=1)
    ]
    return head, rows
