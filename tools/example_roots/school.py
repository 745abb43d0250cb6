"""A school's campus network: fault reports, cuts of the uplink, replies to a survey, payments."""

from __future__ import annotations

from datetime import datetime, timedelta

from tools.example_data.dice import Dice
from tools.example_roots.sheet import Export, Row, moments, pick, stamp, workdays

YEAR, SEED = 2024, 20240903
FAULTS, REPLIES = 684, 412
BUILDINGS = [f"L{number:02d}" for number in range(1, 20)]
DORMITORIES = ("L15", "L16", "L17", "L18", "L19")
KINDS = [("无线接入", 9), ("有线端口", 5), ("认证账号", 4), ("多媒体教室网络", 3)]
CAUSES = {
    "无线接入": [("接入点掉线", 4), ("信道拥塞", 3), ("供电模块故障", 2)],
    "有线端口": [("端口损坏", 3), ("线缆松脱", 4), ("交换机重启", 2)],
    "认证账号": [("密码错误", 5), ("账号到期", 3)],
    "多媒体教室网络": [("终端设置", 4), ("端口损坏", 2)],
}
CUTS = [
    ("2024-02-27 02:10", 46, "运营商割接"),
    ("2024-04-16 14:22", 38, "光缆中断"),
    ("2024-05-28 01:30", 55, "运营商割接"),
    ("2024-07-09 16:05", 27, "出口设备重启"),
    ("2024-09-12 10:48", 63, "光缆中断"),
    ("2024-11-19 03:15", 41, "运营商割接"),
]
SPENDING = [
    ("驻校运维服务费（上半年）", 19_600_000, "06-25"),
    ("驻校运维服务费（下半年）", 19_600_000, "12-17"),
    ("出口链路租用费", 14_400_000, "03-14"),
    ("无线接入点备件", 3_870_000, "05-09"),
    ("光模块和跳线", 1_264_000, "09-24"),
    ("认证系统维护", 4_850_000, "10-22"),
    ("机房空调保养", 1_175_500, "08-13"),
]


def exports() -> dict[str, Export]:
    """File name → head and rows."""
    return {
        "报障登记_2024.csv": faults(Dice(SEED)),
        "出口中断_2024.csv": cuts(),
        "师生问卷_2024.csv": survey(Dice(SEED, 1)),
        "支出明细_2024.csv": ledger(),
    }


def faults(dice: Dice) -> Export:
    head = ("登记号", "报障时间", "故障类别", "楼宇代码", "恢复时间", "原因", "是否重复报障")
    days = workdays(YEAR)
    rows: list[Row] = []
    for number, asked in enumerate(moments(dice, days, FAULTS), start=1):
        kind = pick(dice, KINDS)
        building = dice.pick(BUILDINGS)
        cause = pick(dice, CAUSES[kind])
        slow = (cause == "供电模块故障" and dice.between(0, 99) < 70) or dice.between(0, 99) < 3
        minutes = dice.between(260, 1399) if slow else dice.between(8, 224)
        again = "是" if dice.between(0, 99) < (11 if building in DORMITORIES else 4) else "否"
        done = asked + timedelta(minutes=minutes)
        rows.append((f"BZ{number:04d}", stamp(asked), kind, building, stamp(done), cause, again))
    return head, rows


def cuts() -> Export:
    head = ("序号", "开始时间", "结束时间", "原因")
    rows: list[Row] = []
    for number, (began, minutes, cause) in enumerate(CUTS, start=1):
        start = datetime.fromisoformat(began)
        rows.append((str(number), stamp(start), stamp(start + timedelta(minutes=minutes)), cause))
    return head, rows


def survey(dice: Dice) -> Export:
    head = ("答卷编号", "提交时间", "年级", "总体评价")
    days = [day for day in workdays(YEAR) if day.month == 12]
    marks = [("满意", 52), ("比较满意", 37), ("一般", 7), ("不满意", 4)]
    rows: list[Row] = [
        (f"W{number:03d}", stamp(sent), dice.pick(("一年级", "二年级", "三年级", "教师")), pick(dice, marks))
        for number, sent in enumerate(moments(dice, days, REPLIES), start=1)
    ]
    return head, rows


def ledger() -> Export:
    head = ("凭证号", "支付日期", "用途", "金额(元)")
    paid = sorted((f"{YEAR}-{day}", words, cents) for words, cents, day in SPENDING)
    rows: list[Row] = [
        (f"PZ{number:02d}", day, words, f"{cents / 100:.2f}")
        for number, (day, words, cents) in enumerate(paid, start=1)
    ]
    return head, rows
