"""Steps, lengths of time, amounts, values and relations: what is damaged is noted, what is near it is not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from helpers.gate.plausibility import amounts, coded_values, durations, named_values, relations, steps
from helpers.gate.result import Check
from tests.gate.plausibility.two_years import LEDGER, TICKETS, compared, devices, ledger, tickets


def found(check: Any, folder: Path, frames: Mapping[str, pd.DataFrame], **changes: Any) -> list[Check]:
    with compared(folder, frames, alone=True, **changes) as subject:
        return list(check(subject))


def timed(**columns: Any) -> dict[str, Any]:
    """The tickets' declaration with more date-times."""
    own = {**TICKETS["columns"], **{c: {"from": w, "type": "datetime"} for c, w in columns.items()}}
    return {"tickets": {**TICKETS, "columns": own}}


# --- steps ----------------------------------------------------------------------------------------


def test_a_step_before_its_time_is_named(tmp_path: Path) -> None:
    frame = tickets(2024)
    frame["started_at"] = frame["opened_at"] + pd.Timedelta(minutes=5)
    declared = timed(started_at="开始时间")
    assert found(steps.step_order, tmp_path / "a", {"tickets": frame}, tables=declared) == []
    frame.loc[[7, 8], "started_at"] = pd.Timestamp("2023-12-31 10:00")
    (check,) = found(steps.step_order, tmp_path / "b", {"tickets": frame}, tables=declared)
    assert check.failing == 2 and "“受理时间”晚于“开始时间” 2 行" in check.words
    assert [row.source_row for row in check.failing_rows] == [9, 10]


def test_steps_without_a_usual_order_have_none_to_break(tmp_path: Path) -> None:
    frame = tickets(2024)
    shift = pd.to_timedelta([20 if n % 10 else -20 for n in range(len(frame))], unit="min")
    frame["started_at"] = frame["opened_at"] + shift
    assert found(steps.step_order, tmp_path, {"tickets": frame}, tables=timed(started_at="开始时间")) == []


def test_an_order_that_a_state_declares_needs_no_habit(tmp_path: Path) -> None:
    frame = tickets(2024)
    frame["ordered"], frame["arrived"] = None, None
    frame.loc[:3, "ordered"] = frame["opened_at"]
    frame.loc[:3, "arrived"] = frame["resolved_at"] + pd.Timedelta(days=2)
    states = {
        "start": "opened_at",
        "end": "resolved_at",
        "parts": [{"words": "等待备件", "from": "ordered", "to": "arrived"}],
        "rest": "维修",
    }
    declared = timed(ordered="订购", arrived="到货")
    declared["tickets"]["states"] = states
    (check,) = found(steps.step_order, tmp_path, {"tickets": frame}, tables=declared)
    assert check.failing == 4 and "“到货”晚于“完成时间” 4 行" in check.words


@pytest.mark.parametrize(("rows", "notes"), [(6, 1), (1, 0)])
def test_starts_and_ends_that_are_one_moment(rows: int, notes: int, tmp_path: Path) -> None:
    frame = tickets(2024)
    frame.loc[: rows - 1, "resolved_at"] = frame["opened_at"]
    said = found(steps.equal_moments, tmp_path, {"tickets": frame})
    assert len(said) == notes and all(check.failing == rows for check in said)


def test_moments_that_are_often_short_may_be_equal(tmp_path: Path) -> None:
    frame = tickets(2024)
    frame.loc[:300, "resolved_at"] = frame["opened_at"] + pd.to_timedelta(
        [n % 120 for n in range(len(frame))], unit="s"
    )
    assert found(steps.equal_moments, tmp_path, {"tickets": frame}) == []


def test_times_cut_to_the_day_or_the_hour(tmp_path: Path) -> None:
    for name, rule, said in (("a", "D", "没有时分"), ("b", "h", "都在整点")):
        frame = tickets(2024)
        frame["opened_at"] = frame["opened_at"].dt.floor(rule)
        (check,) = found(steps.lost_time, tmp_path / name, {"tickets": frame})
        assert said in check.words and check.arguments["column"] == "opened_at"
    frame = tickets(2024)  # not measured by the hour
    frame.loc[frame["category"] == "会议", "opened_at"] = frame["opened_at"].dt.floor("D")
    assert found(steps.lost_time, tmp_path / "c", {"tickets": frame}) == []


def test_a_month_of_the_night(tmp_path: Path) -> None:
    frame = tickets(2024)
    march = frame["opened_at"].dt.month == 3
    frame.loc[march, "opened_at"] -= pd.Timedelta(hours=8)
    (check,) = found(steps.night_hours, tmp_path / "a", {"tickets": frame})
    assert "exports/工单.csv" in check.words and all("-03-" in str(r.value) for r in check.failing_rows)
    frame = tickets(2024)
    frame.loc[march, "opened_at"] += pd.Timedelta(hours=2)
    assert found(steps.night_hours, tmp_path / "b", {"tickets": frame}) == []


def test_all_hours_of_the_night_belong_to_a_service_that_never_rests(tmp_path: Path) -> None:
    frame = tickets(2024)
    around = pd.to_timedelta([(n * 37) % 1440 for n in range(len(frame))], unit="min")
    days = pd.to_timedelta([(n * 277) % 366 for n in range(len(frame))], unit="D")
    frame["opened_at"] = pd.Timestamp("2024-01-01") + days + around
    assert found(steps.night_hours, tmp_path, {"tickets": frame}) == []


def test_day_and_month_swapped_fall_on_weekends(tmp_path: Path) -> None:
    frame = tickets(2024)
    early = frame["opened_at"].dt.day <= 12
    swapped = frame["opened_at"].map(lambda t: t.replace(month=t.day, day=t.month) if t.day <= 12 else t)
    (check,) = [
        c
        for c in found(steps.day_month_swapped, tmp_path / "a", {"tickets": frame.assign(opened_at=swapped)})
        if c.arguments["column"] == "opened_at"
    ]
    assert "周末" in check.words and 20 < check.failing < early.sum()
    only = frame[early]
    assert "都在每月 12 日以前" in found(steps.day_month_swapped, tmp_path / "b", {"tickets": only})[0].words


# --- lengths of time ------------------------------------------------------------------------------


def limited(folder: Path, hours: list[float]) -> list[Check]:
    frame = tickets(2024).iloc[: len(hours)].assign(hours=hours, category="桌面")
    return found(durations.heap_below_limit, folder, {"tickets": frame})


def test_a_heap_just_within_the_limit(tmp_path: Path) -> None:
    falling = [0.1 + (n % 100) ** 2 / 2000 for n in range(600)]  # up to 5 hours, fewer and fewer
    assert limited(tmp_path / "a", falling) == []
    moved = [h if h <= 4 else 3.75 + n % 20 / 100 for n, h in enumerate(falling)]
    (check,) = limited(tmp_path / "b", moved)
    assert check.rule == "heap_below_limit:hours" and "限额 4" in check.words


def test_values_cut_off_at_the_limit(tmp_path: Path) -> None:
    even = [0.1 + n % 60 / 10 for n in range(1200)]
    assert limited(tmp_path / "a", even) == []
    (check,) = limited(tmp_path / "b", [h for h in even if h <= 4])
    assert "超过的一行也没有" in check.words


@pytest.mark.parametrize(("share", "notes"), [(2, 1), (10, 0)])
def test_one_length_of_time_in_many_rows(share: int, notes: int, tmp_path: Path) -> None:
    frame = tickets(2024)
    frame["hours"] = [1.0 if n % share == 0 else 0.5 + n % 97 / 50 for n in range(len(frame))]
    said = found(durations.same_duration, tmp_path, {"tickets": frame})
    assert len(said) == notes and all("1 小时" in check.words for check in said)


def test_nothing_within_office_hours_is_no_length_that_repeats(tmp_path: Path) -> None:
    frame = tickets(2024)
    frame["hours"] = [0.0 if n % 2 else 0.5 + n % 97 / 50 for n in range(len(frame))]
    assert found(durations.same_duration, tmp_path / "a", {"tickets": frame}) == []
    frame.loc[frame["hours"] == 0, "resolved_at"] = frame["opened_at"]
    assert len(found(durations.same_duration, tmp_path / "b", {"tickets": frame})) == 1


# --- amounts --------------------------------------------------------------------------------------


@pytest.mark.parametrize("factor", [0.0001, 0.01, 0.1, 10, 100])
def test_an_amount_off_by_a_power_of_ten(factor: float, tmp_path: Path) -> None:
    frame = ledger(2024)
    frame["amount"] = frame["amount"].astype(float)
    frame.loc[6, "amount"] *= factor
    (check,) = found(amounts.power_of_ten, tmp_path, {"ledger": frame})
    assert check.failing == 1 and [(r.source_row, r.column) for r in check.failing_rows] == [(8, "金额")]


def test_amounts_of_different_kinds_differ(tmp_path: Path) -> None:
    frame = ledger(2024)
    frame["purpose"] = [f"用途{n}" for n in "甲乙丙丁戊己庚辛壬癸子丑" * 2]
    frame["amount"] = [round(20 * 1.4**n, 2) for n in range(24)]
    assert found(amounts.power_of_ten, tmp_path, {"ledger": frame}) == []


def test_small_groups_that_are_alike_by_chance_are_no_price_list(tmp_path: Path) -> None:
    frame = pd.concat([ledger(2024)] * 20, ignore_index=True)
    frame["voucher"] = [f"记-{n:04d}" for n in range(len(frame))]
    frame["purpose"] = [f"用途{chr(0x4E00 + n % 120)}" for n in range(len(frame))]
    frame["amount"] = [round(20 * 1.9 ** (n * 7919 % 11) * (1 + n % 97 / 97), 2) for n in range(len(frame))]
    # Of one purpose two amounts happen to be equal and one is a tenth; the others all differ.
    frame.loc[frame["purpose"] == frame.loc[0, "purpose"], "amount"] = [500.0, 500.0, 500.0, 50.0]
    assert found(amounts.power_of_ten, tmp_path, {"ledger": frame}) == []


def balanced() -> tuple[pd.DataFrame, dict[str, Any]]:
    """The ledger with a running balance of each quarter, once all but emptied."""
    frame = ledger(2024)
    frame["balance"] = [float(frame["amount"][n - n % 6 : n + 1].sum()) for n in range(len(frame))]
    frame.loc[5, "balance"] = -0.5
    columns = {**LEDGER["columns"], "balance": {"from": "余额", "type": "money", "unit": "元"}}
    return frame, {"ledger": {**LEDGER, "columns": columns}}


@pytest.mark.parametrize("check", [amounts.power_of_ten, amounts.alone_below_zero])
def test_a_running_balance_is_no_amount(check: Any, tmp_path: Path) -> None:
    frame, declared = balanced()
    assert found(check, tmp_path / "a", {"ledger": frame}, tables=declared) == []
    read = {"left": {"table": "ledger", "agg": "sum", "value": "balance", "words": "余额"}}
    assert len(found(check, tmp_path / "b", {"ledger": frame}, tables=declared, measures=read)) == 1


def test_a_price_off_its_model(tmp_path: Path) -> None:
    frame, measure = devices(2024), {"worth": {"table": "devices", "agg": "sum", "value": "price", "words": "原值"}}
    frame.loc[9, "price"] *= 10
    (check,) = found(amounts.power_of_ten, tmp_path, {"devices": frame}, measures=measure)
    assert (check.table, check.failing) == ("devices", 1)


def test_an_amount_alone_below_zero(tmp_path: Path) -> None:
    frame = ledger(2024)
    frame.loc[5, "amount"] *= -1
    (check,) = found(amounts.alone_below_zero, tmp_path / "a", {"ledger": frame})
    assert [r.source_row for r in check.failing_rows] == [7]
    assert found(amounts.alone_below_zero, tmp_path / "b", {"ledger": frame.replace("耗材", "冲销耗材")}) == []
    frame.loc[7, "amount"] = -frame.loc[5, "amount"]
    assert found(amounts.alone_below_zero, tmp_path / "c", {"ledger": frame}) == []


# --- values that conditions name ---------------------------------------------------------------


def counted(where: str) -> dict[str, Any]:
    return {"some": {"table": "tickets", "agg": "count", "where": where, "words": "件数"}}


@pytest.mark.parametrize("written", ["硬件 &gt; PC", "硬件 &amp;gt; PC", "硬件＞ＰＣ", "硬件 > pc", "硬件>PC"])
def test_a_condition_on_a_value_that_records_write_otherwise_stops(written: str, tmp_path: Path) -> None:
    frame = tickets(2024).replace("会议", written)
    rows = int((frame["category"] == written).sum())
    for number, where in enumerate(["category = '硬件 > PC'", "category in ('安全', '硬件 > PC')"]):
        (check,) = found(named_values.named_values, tmp_path / str(number), {"tickets": frame}, measures=counted(where))
        assert (check.level, check.success, check.failing, check.rule) == ("stop", False, rows, "named_values:category")
        assert f"条件里写“硬件 > PC”，记录里写“{written}”（{rows} 行）" in check.words
        assert f'synonyms.category: {{"硬件 > PC": ["{written}"]}}' in check.remedy


def test_rows_in_another_writing_stop_although_some_are_as_named(tmp_path: Path) -> None:
    frame = tickets(2024)
    frame.loc[[3, 4], "category"], frame.loc[5, "category"] = "会 议", "會議"
    (check,) = found(named_values.named_values, tmp_path, {"tickets": frame}, measures=counted("category = '会议'"))
    assert (check.level, check.failing) == ("stop", 2)
    assert "条件里写“会议”，记录里写“会 议”（2 行）" in check.words and "會議" not in check.words


@pytest.mark.parametrize("several", ['["会议","网络"]', "网络; 会议", "会议<br>网络", "网络|会 议"])
def test_a_field_of_several_values_is_not_equal_to_one(several: str, tmp_path: Path) -> None:
    frame = tickets(2024).replace("会议", several)
    (check,) = found(named_values.named_values, tmp_path, {"tickets": frame}, measures=counted("category = '会议'"))
    assert check.level == "stop" and several in check.words


def test_another_writing_of_a_synonym_is_one_of_its_value(tmp_path: Path) -> None:
    frame = tickets(2024)
    frame.loc[[3, 4], "category"] = "vc"
    declared = {"tickets": {**TICKETS, "synonyms": {"category": {"会议": ["VC"]}}}}
    measures = counted("category = '会议'")
    (check,) = found(named_values.named_values, tmp_path, {"tickets": frame}, measures=measures, tables=declared)
    assert (check.level, check.failing) == ("stop", 2) and "记录里写“vc”（2 行）" in check.words


@pytest.mark.parametrize("where", ["category = '硬件&软件'", "category in ('会议', '会 议')", "category <> '故障'"])
def test_a_value_that_is_there_or_is_like_none_says_nothing(where: str, tmp_path: Path) -> None:
    assert found(named_values.named_values, tmp_path, measures=counted(where), frames={}) == []


def test_a_value_of_rows_set_aside_is_there(tmp_path: Path) -> None:
    frame, aside = tickets(2024), [{"_reason": "测试工单", "category": "会 议", "source_row": 9}]
    with compared(
        tmp_path, {"tickets": frame}, aside={"tickets": aside}, measures=counted("category = '会 议'"), alone=True
    ) as subject:
        assert list(named_values.named_values(subject)) == []


# --- values ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "other"),
    [
        ("属实 。", "属实"),
        ("屬實", "属实"),
        ("办公设备固障", "办公设备故障"),
        ("办公设故备障", "办公设备故障"),
        ("ＶＰＮ", "vpn"),
        ("Net work", "network"),
        ("Org lime C", "Org line C"),
    ],
)
def test_slips(value: str, other: str) -> None:
    assert coded_values.slip_of(value, other)


@pytest.mark.parametrize(
    ("value", "other"),
    [
        ("不属实", "属实"),
        ("D01", "D02"),
        ("PC-M4500", "PC-M4600"),
        ("上半年巡检", "下半年巡检"),
        ("桌面", "画面"),
        ("精密空调维修", "联想存储维修"),
        ("Org line H", "Org line C"),
        ("一号楼A座", "一号楼B座"),
    ],
)
def test_no_slips(value: str, other: str) -> None:
    assert not coded_values.slip_of(value, other)


def test_a_rare_value_beside_a_frequent_one(tmp_path: Path) -> None:
    frame = tickets(2024)
    frame["category"] = frame["category"].replace("系统", "系统运维故障")
    assert found(coded_values.slips, tmp_path / "a", {"tickets": frame}) == []
    row = frame.index[frame["category"] == "系统运维故障"][0]
    frame.loc[row, "category"] = "系统运雏故障"
    (check,) = found(coded_values.slips, tmp_path / "b", {"tickets": frame})
    assert check.failing == 1 and "“系统运雏故障”像是“系统运维故障”" in check.words
    synonyms = {**TICKETS, "synonyms": {"category": {"系统运雏故障": ["x"]}}}
    assert found(coded_values.slips, tmp_path / "c", {"tickets": frame}, tables={"tickets": synonyms}) == []


def test_a_value_in_other_capitals_splits_a_group_however_many_rows_have_it(tmp_path: Path) -> None:
    frame = tickets(2024)
    frame["category"] = frame["category"].replace("系统", "System")
    rows = frame.index[frame["category"] == "System"][::3]
    frame.loc[rows, "category"] = "SYSTEM"
    (check,) = found(coded_values.slips, tmp_path, {"tickets": frame})
    assert check.failing == len(rows) > 3 and "“SYSTEM”像是“System”" in check.words


def test_blanks_of_a_flag_that_says_no_as_well_leave_a_condition_open(tmp_path: Path) -> None:
    valid = {"valid": {"table": "tickets", "agg": "count", "where": "valid", "words": "有效"}}
    frame = tickets(2024)
    frame["valid"] = pd.array([True, False, *[None] * (len(frame) - 2)], dtype="boolean")
    (check,) = found(coded_values.undecided_rows, tmp_path / "a", {"tickets": frame}, measures=valid)
    assert check.failing == len(frame) - 2
    frame.loc[1, "valid"] = None  # yes or nothing: a blank means no
    assert found(coded_values.undecided_rows, tmp_path / "b", {"tickets": frame}, measures=valid) == []


def test_a_blank_that_leaves_a_condition_open(tmp_path: Path) -> None:
    frame = tickets(2024)
    frame.loc[:4, "category"] = None
    (check,) = found(coded_values.undecided_rows, tmp_path / "a", {"tickets": frame})
    assert check.failing == 5 and "“类别”为空" in check.words
    optional = {"waiting": {"table": "tickets", "agg": "count", "where": "cause = '等备件'", "words": "等备件"}}
    assert found(coded_values.undecided_rows, tmp_path / "b", {"tickets": tickets(2024)}, measures=optional) == []


def test_a_deciding_column_that_is_blank_throughout(tmp_path: Path) -> None:
    frame = tickets(2024).assign(valid=None)
    (check,) = found(coded_values.undecided_rows, tmp_path, {"tickets": frame})
    assert check.failing == len(frame) and check.arguments["column"] == "valid"


@pytest.mark.parametrize("text", ["测试", "test 1", "系统测试单，请忽略", "【测试】派单", "演示"])
def test_a_test_among_the_records(text: str, tmp_path: Path) -> None:
    frame = tickets(2024)
    frame.loc[3, "cause"] = text
    (check,) = found(coded_values.unmarked_tests, tmp_path, {"tickets": frame})
    assert check.failing == 1 and [r.source_row for r in check.failing_rows] == [5]


@pytest.mark.parametrize(
    "text", ["取出卡纸，已测试正常", "渗透测试", "上线前压力测试", "latest", "contest 2024 results"]
)
def test_what_was_tested_is_no_test(text: str, tmp_path: Path) -> None:
    frame = tickets(2024)
    frame.loc[3, "cause"] = text
    assert found(coded_values.unmarked_tests, tmp_path, {"tickets": frame}) == []


# --- relations ------------------------------------------------------------------------------------


def mixed() -> pd.DataFrame:
    """The tickets in an order in which a row says nothing of the next."""
    frame = tickets(2024)
    return frame.sample(frac=1, random_state=1).reset_index(drop=True).assign(source_row=range(2, len(frame) + 2))


def test_a_column_off_by_a_row_in_a_stretch_or_throughout(tmp_path: Path) -> None:
    frame = mixed()
    assert found(relations.relation_broken, tmp_path / "a", {"tickets": frame}) == []
    part = frame.copy()
    part.loc[400:600, "device_model"] = frame["device_model"].shift(1).loc[400:600]
    (check,) = found(relations.relation_broken, tmp_path / "b", {"tickets": part})
    assert "疑似错行" in check.words and check.arguments["column"] == "device_model"
    whole = frame.assign(device_model=frame["device_model"].shift(1))
    (check,) = found(relations.relation_broken, tmp_path / "c", {"tickets": whole})
    assert "取下一行的值就对得上" in check.words


def test_single_differences_are_no_shift(tmp_path: Path) -> None:
    frame = tickets(2024)
    frame.loc[frame.index[::40], "device_model"] = "型9"
    assert found(relations.relation_broken, tmp_path, {"tickets": frame}) == []
