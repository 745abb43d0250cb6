"""The committed exports, read a second time by other means, give the published figures and the planted causes."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache

import pytest

from tests.tools import plain_reader
from tests.tools.plain_reader import Row, lines, workdays

DESKTOP = "个人办公设备故障"


@cache
def table(year: int, name: str) -> tuple[list[Row], Counter[str]]:
    return plain_reader.table(year, name)


def rows(year: int, name: str) -> list[Row]:
    return table(year, name)[0]


def repairs(year: int) -> list[Row]:
    return [r for r in rows(year, "tickets") if r["repair_flag"] == "是"]


def late(row: Row) -> bool:
    return row["resolved_at"] is None or workdays(row["opened_at"], row["resolved_at"]) > 1


def hours(row: Row) -> float:
    return (row["resolved_at"] - row["opened_at"]).total_seconds() / 3600


# --- what is published for 2024 -------------------------------------------------------------------


def test_the_twenty_kinds_of_work_have_their_published_counts() -> None:
    counts = Counter(r["category"] for r in rows(2024, "tickets"))
    assert counts == {
        DESKTOP: 9974,
        "精密空调维修": 2,
        "联想存储维修": 2,
        "业务系统运维": 885,
        "优化及测试流程管理": 1,
        "数字法庭集中指导培训": 2,
        "审判庭保障": 2563,
        "安防监控": 89,
        "会议保障": 582,
        "漏洞扫描（网站及信息系统、服务器、办公终端）": 3,
        "信息系统渗透测试": 2,
        "更新模块及待上线系统安全检测": 1,
        "专项网络安全排查": 9,
        "高危漏洞修复、漏洞专项排查、内外网资产梳理": 2,
        "安全排查": 14,
        "终端安全运维": 262,
        "应急预案及演练": 1,
        "信息安全制度修订": 1,
        "意识或技能培训": 2,
        "安全预警提醒": 8,
    }
    assert sum(counts.values()) == 14405


def test_funds_staff_complaints_survey_and_facilities_of_2024() -> None:
    spent = sum(r["amount"] for r in rows(2024, "ledger"))
    on_site = on_site_at(2024, date(2024, 12, 31))
    assert spent == Decimal("1770000.00") and on_site == 11
    assert round(Fraction(spent) / on_site / 10000, 1) == Fraction("16.1")
    assert complaints(2024) == (2, 0)
    assert satisfied(2024) == (103, 112) and round(103 / 112 * 100, 2) == 91.96
    assert [r["used"] for r in rows(2024, "facilities")] == [True] * 156


def on_site_at(year: int, day: date) -> int:
    return sum(
        r["on_site_from"] <= day and (r["on_site_to"] is None or r["on_site_to"] >= day) for r in rows(year, "roster")
    )


def complaints(year: int) -> tuple[int, int]:
    """Valid ones about the service; complaints and suggestions about litigation service."""
    listed = rows(year, "complaints")
    valid = sum(r["kind"] == "投诉" and r["about"] == "信息化运维" and r["verdict"] == "属实" for r in listed)
    return valid, sum(r["kind"] in ("投诉", "建议") and r["about"] == "诉讼服务" for r in listed)


def satisfied(year: int) -> tuple[int, int]:
    answers = [r["overall"] for r in rows(year, "survey")]
    assert set(answers) <= {"非常满意", "满意", "基本满意", "不满意", "非常不满意"}
    return sum(a in ("非常满意", "满意", "基本满意") for a in answers), len(answers)


def test_general_work_is_all_done_the_same_day_in_2024() -> None:
    general = [r for r in rows(2024, "tickets") if r["category"] == DESKTOP and r["repair_flag"] == "否"]
    assert len(general) == 9182
    assert all(r["opened_at"].date() == r["resolved_at"].date() for r in general)
    assert sum(hours(r) <= 1 for r in general) == 9014
    assert sum(hours(r) == 1 for r in general) == 2  # done at the very limit


# --- planted: timeliness and its causes -----------------------------------------------------------


@pytest.mark.parametrize(("year", "all_", "missed", "waited"), [(2023, 772, 81, 72), (2024, 827, 55, 51)])
def test_repairs_that_miss_nearly_all_waited_for_a_part(year: int, all_: int, missed: int, waited: int) -> None:
    over = [r for r in repairs(year) if late(r)]
    assert (len(repairs(year)), len(over)) == (all_, missed)
    assert sum(r["part_ordered_at"] is not None for r in over) == waited


@pytest.mark.parametrize(
    ("year", "parts", "causes"),
    [
        (
            2023,
            {
                "PSU-2055": 23,
                "MB-4500": 18,
                "HDD-1T": 11,
                None: 9,
                "FUS-3050": 5,
                "RAM-8G": 5,
                "LCD-T430": 4,
                "ADF-6130": 2,
                "PWR-H200": 2,
                "BAT-T430": 1,
                "FAN-P50": 1,
            },
            {"备件到货迟": 64, None: 10, "用户不在位": 3, "送外维修": 2, "派单排队": 2},
        ),
        (
            2024,
            {
                "PSU-2055": 20,
                "MB-4500": 15,
                "FUS-3050": 5,
                None: 4,
                "LCD-T430": 3,
                "HDD-1T": 2,
                "ADF-6130": 2,
                "BAT-T430": 1,
                "PWR-H200": 1,
                "FAN-P50": 1,
                "DSK-V5": 1,
            },
            {"备件到货迟": 47, None: 5, "用户不在位": 2, "送外维修": 1},
        ),
    ],
)
def test_planted_causes(year: int, parts: dict, causes: dict) -> None:
    over = [r for r in repairs(year) if late(r)]
    assert Counter(r["part_no"] for r in over) == parts
    assert Counter(r["cause"] for r in over) == causes
    assert {r["device_model"] for r in over if r["part_no"] == "PSU-2055"} == {"LP-2055D"}
    assert {r["device_model"] for r in over if r["part_no"] == "MB-4500"} == {"PC-M4500"}


def test_without_waiting_for_parts_nearly_all_repairs_would_keep_the_day() -> None:
    still = 0
    for r in repairs(2024):
        if r["part_ordered_at"] is None:
            still += late(r)
        elif r["part_arrived_at"] is not None:
            waited = r["part_arrived_at"] - r["part_ordered_at"]
            still += workdays(r["opened_at"], r["resolved_at"] - waited) > 1
    assert still == 6


def test_two_repairs_of_the_last_days_are_still_waiting() -> None:
    open_ = [r for r in rows(2024, "tickets") if r["resolved_at"] is None]
    assert {(r["part_no"], r["part_arrived_at"], r["status"]) for r in open_} == {
        ("MB-4500", None, "处理中"),
        ("PSU-2055", None, "处理中"),
    } and len(open_) == 2
    assert all(r["opened_at"].date() >= date(2024, 12, 26) for r in open_)


def test_one_month_of_thunderstorms_stands_out() -> None:
    over = Counter(r["opened_at"].month for r in repairs(2024) if late(r))
    assert over.most_common(1) == [(8, 18)] and over.most_common(2)[1][1] <= 7


def test_stock_of_disks_and_memory_took_their_waiting_away() -> None:
    def kept(year: int) -> tuple[int, int]:
        common = [r for r in repairs(year) if r["part_no"] in ("HDD-1T", "RAM-8G")]
        return sum(not late(r) for r in common), len(common)

    assert kept(2023) == (30, 46) and kept(2024) == (49, 51)
    shelf = [
        r["opened_at"].date()
        for r in repairs(2024)
        if r["part_no"] in ("HDD-1T", "RAM-8G") and r["part_source"] == "库存"
    ]
    assert len(shelf) == 45 and min(shelf) >= date(2024, 3, 18)


# --- 2023, made up --------------------------------------------------------------------------------


def test_figures_of_2023() -> None:
    counts = Counter(r["category"] for r in rows(2023, "tickets"))
    assert (sum(counts.values()), counts[DESKTOP], len(counts)) == (13351, 9327, 19)
    assert sum(r["amount"] for r in rows(2023, "ledger")) == Decimal("1632480.00")
    assert on_site_at(2023, date(2023, 12, 31)) == 10
    assert complaints(2023) == (4, 3) and satisfied(2023) == (91, 103)
    assert Counter(r["used"] for r in rows(2023, "facilities")) == {True: 140, False: 4}
    general = [r for r in rows(2023, "tickets") if r["category"] == DESKTOP and r["repair_flag"] == "否"]
    assert (sum(hours(r) <= 1 for r in general), len(general)) == (8406, 8586)
    assert sum(r["opened_at"].date() != r["resolved_at"].date() for r in general) == 23


# --- no row is lost, everything fits together -----------------------------------------------------

TABLES = ("tickets", "ledger", "roster", "complaints", "survey", "facilities", "devices", "parts", "stock_moves")


@pytest.mark.parametrize("year", [2023, 2024])
@pytest.mark.parametrize("name", TABLES)
def test_every_line_is_used_or_set_aside(year: int, name: str) -> None:
    used, aside = table(year, name)
    assert lines(year, name) == len(used) + sum(aside.values())


def test_what_is_set_aside_of_the_tickets() -> None:
    assert table(2024, "tickets")[1] == {
        "完全重复的行": 118,
        "已取消的工单": 38,
        "重新打开的工单，以最后一次完成为准": 37,
        "其他年度的记录": 22,
        "测试工单": 18,
        "不属于本项目服务范围": 15,
        "空行": 3,
        "合计行": 2,
        "受理时间无法识别": 1,
        "工单编号为空": 1,
        "重复的表头": 1,
    }


@pytest.mark.parametrize(("year", "posts"), [(2023, 10), (2024, 11)])
def test_the_posts_are_filled_every_day_and_people_changed(year: int, posts: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365 + (year == 2024))]
    assert {on_site_at(year, day) for day in days} == {posts}
    assert len(rows(year, "roster")) > posts


@pytest.mark.parametrize("year", [2023, 2024])
def test_devices_parts_and_stock_agree_with_the_tickets(year: int) -> None:
    devices = {r["device_id"]: r for r in rows(year, "devices")}
    models = {r["part_no"]: r["models"].split("、") for r in rows(year, "parts")}
    for r in rows(year, "tickets"):
        if r["device_id"]:
            device = devices[r["device_id"]]
            assert device["model"] == r["device_model"] and device["bought_on"] <= r["opened_at"].date()
            assert device["retired_on"] is None or r["opened_at"].date() < device["retired_on"]
        if r["part_no"]:
            assert r["device_model"] in models[r["part_no"]] and r["part_source"] in ("库存", "采购")
            assert (r["part_ordered_at"] is None) == (r["part_source"] == "库存")
    issued = Counter(r["ticket_id"] for r in rows(year, "stock_moves") if r["kind"] == "出库")
    assert set(issued.values()) == {1}
    wanted = {
        r["ticket_id"]
        for r in repairs(year)
        if r["part_no"] and (r["part_source"] == "库存" or (r["part_arrived_at"] and r["part_arrived_at"].year == year))
    }
    assert wanted == {t for t in issued if t.startswith(f"GD{year % 100}")}


@pytest.mark.parametrize("year", [2023, 2024])
def test_the_shelf_never_holds_less_than_nothing(year: int) -> None:
    left: Counter[str] = Counter()
    for move in sorted(rows(year, "stock_moves"), key=lambda m: (m["moved_at"], m["move_id"])):
        left[move["part_no"]] += -move["quantity"] if move["kind"] == "出库" else move["quantity"]
        assert left[move["part_no"]] >= 0
    if year == 2023:
        opening = {m["part_no"]: m["quantity"] for m in rows(2024, "stock_moves") if m["kind"] == "期初"}
        assert opening == +left


@pytest.mark.parametrize("year", [2023, 2024])
def test_times_come_in_their_order(year: int) -> None:
    for r in rows(year, "tickets"):
        steps = [
            r[s]
            for s in ("opened_at", "started_at", "diagnosed_at", "part_ordered_at", "part_arrived_at", "resolved_at")
        ]
        known = [s for s in steps if s is not None]
        assert known == sorted(known), r["ticket_id"]
        assert (r["hold_from"] is None) == (r["hold_to"] is None)
        assert r["hold_from"] is None or r["opened_at"] < r["hold_from"] < r["hold_to"] < r["resolved_at"]


def test_old_models_need_repair_more_often() -> None:
    fleet = Counter(r["model"] for r in rows(2024, "devices"))
    failing = Counter(r["device_model"] for r in repairs(2024))
    rate = {model: failing[model] / number for model, number in fleet.items()}
    assert rate["PC-M4500"] > 2 * rate["PC-M6100"] > 4 * rate["PC-M7200"]
    assert rate["LP-2055D"] > 1.5 * rate["LP-3050"] > 3 * rate["LP-5200"]


# --- the two corrections matter -------------------------------------------------------------------


def test_without_the_corrections_a_clock_runs_backwards_and_a_sum_is_wrong() -> None:
    tickets, _ = plain_reader.table(2024, "tickets", corrected=False)
    assert [r["ticket_id"] for r in tickets if r["resolved_at"] and r["resolved_at"] < r["opened_at"]] == ["GD24-07541"]
    ledger, _ = plain_reader.table(2023, "ledger", corrected=False)
    assert sum(r["amount"] for r in ledger) == Decimal("1660996.50")
