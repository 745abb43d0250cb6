"""Cells blank where they never were, rows off their place, days read as months, sums among records."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.gate.plausibility import (
    across_tables,
    date_slips,
    filled_with,
    late_entries,
    order_in_file,
    sum_rows,
    versions_unlike,
)
from helpers.gate.plausibility.order_in_file import _Row, misplaced
from helpers.gate.plausibility.sum_rows import _Amount, found_sums
from helpers.gate.result import Check
from tests.gate.plausibility.two_years import DEVICES, LEDGER, TICKETS, compared, devices, ledger, tickets


def found(check: Any, folder: Path, frames: Mapping[str, pd.DataFrame] | None = None, **changes: Any) -> list[Check]:
    with compared(folder, frames, **changes) as subject:
        return list(check(subject))


# --- filled ---------------------------------------------------------------------------------------


def test_a_column_that_last_year_always_had_is_blank_in_some_rows(tmp_path: Path) -> None:
    frame = tickets(2024)
    frame.loc[200:239, "device_id"] = None
    (check,) = found(filled_with.filled_with, tmp_path / "a", {"tickets": frame})
    assert check.arguments == {"column": "device_id"} and check.failing == 40
    assert "“设备编号”有 40 行为空，而上年的" in check.words and "都有内容" in check.words
    assert [row.source_row for row in check.failing_rows[:2]] == [202, 203]


def test_blanks_beside_a_value_that_never_came_without(tmp_path: Path) -> None:
    now, before = tickets(2024), tickets(2023)
    for frame in (now, before):
        frame.loc[frame["category"] == "会议", ["device_id", "device_model"]] = None
    assert found(filled_with.filled_with, tmp_path / "a", {"tickets": now}, before={"tickets": before}) == []
    now.loc[now[now["category"] == "桌面"].index[:30], "device_id"] = None
    (check,) = found(filled_with.filled_with, tmp_path / "b", {"tickets": now}, before={"tickets": before})
    assert check.arguments == {"column": "device_id"} and check.failing == 30
    assert "凡“类别”为“桌面”的" in check.words


def test_one_blank_more_is_chance(tmp_path: Path) -> None:
    frame = tickets(2024)
    frame.loc[200:202, "device_id"] = None
    assert found(filled_with.filled_with, tmp_path, {"tickets": frame}) == []


def test_what_another_file_never_lacks_is_blank_in_one(tmp_path: Path) -> None:
    frame = tickets(2024)
    frame.loc[frame["category"] == "会议", "resolved_at"] = None
    frame["source_file"] = ["exports/上.csv" if n < 650 else "exports/下.csv" for n in range(len(frame))]
    sound = found(filled_with.filled_with, tmp_path / "a", {"tickets": frame}, alone=True)
    frame.loc[frame[(frame["category"] == "桌面") & (frame.index >= 650)].index[:40], "resolved_at"] = None
    (check,) = found(filled_with.filled_with, tmp_path / "b", {"tickets": frame}, alone=True)
    assert sound == [] and check.failing == 40 and "而其余文件凡“类别”为“桌面”的" in check.words


# --- order ----------------------------------------------------------------------------------------


def test_rows_off_the_order_of_their_file(tmp_path: Path) -> None:
    frame = tickets(2024)
    frame.loc[[100, 500], "opened_at"] = [pd.Timestamp("2024-11-04 09:00"), pd.Timestamp("2024-02-06 09:00")]
    (check,) = found(order_in_file.order_in_file, tmp_path, {"tickets": frame}, alone=True)
    assert check.failing == 2 and [row.source_row for row in check.failing_rows] == [102, 502]


@pytest.mark.parametrize("change", ["shuffled", "reversed", "late", "week"])
def test_files_in_any_order_and_late_entries_below_are_quiet(change: str, tmp_path: Path) -> None:
    frame = tickets(2024)
    if change == "shuffled":
        frame["opened_at"] = frame["opened_at"].sample(frac=1, random_state=1).tolist()
    elif change == "reversed":
        frame["opened_at"] = frame["opened_at"].tolist()[::-1]
    elif change == "late":
        frame.loc[len(frame) - 3 :, "opened_at"] = pd.Timestamp("2024-05-06 09:00")
    else:
        frame.loc[100:100, "opened_at"] = frame["opened_at"].shift(-35).loc[100:100]
    assert found(order_in_file.order_in_file, tmp_path, {"tickets": frame}, alone=True) == []


@given(st.lists(st.integers(0, 365), min_size=20, max_size=120))
def test_rows_in_order_are_never_misplaced(days: list[int]) -> None:
    rows = [_Row(n, day) for n, day in enumerate(sorted(days))]
    assert misplaced(rows) == [] and misplaced([_Row(n, r.day) for n, r in enumerate(reversed(rows))]) == []


@pytest.mark.parametrize(("row", "said"), [(2, 0), (300, 1), (1500, 0)])
def test_a_row_of_another_year_is_told_only_among_this_years(row: int, said: int, tmp_path: Path) -> None:
    frame = tickets(2024)
    frame["source_row"] = [n + 3 + (n >= 297) for n in range(len(frame))]
    aside = [
        {
            "_reason": "其他年度的记录",
            "opened_at": "2023-03-25 09:00",
            "source_file": "exports/工单.csv",
            "source_row": row,
        }
    ]
    checks = found(order_in_file.other_years_among, tmp_path, {"tickets": frame}, aside={"tickets": aside}, alone=True)
    assert [c.failing for c in checks] == [1] * said
    assert all(c.failing_rows[0].value == "2023-03-25 09:00" for c in checks)


# --- dates ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("swapped", "said"), [(True, 1), (False, 0)])
def test_days_that_are_the_months_of_a_season(swapped: bool, said: int, tmp_path: Path) -> None:
    frame = tickets(2024).head(120).copy()
    days = [datetime.datetime(2024, 12, 2 + n % 18, 9, n % 60) for n in range(len(frame))]
    if swapped:
        days = [d.replace(month=d.day, day=d.month) if d.day <= 12 and n % 2 else d for n, d in enumerate(days)]
    else:
        days = [d.replace(month=1 + n % 6, day=1 + n * 7 % 28) if n % 9 == 0 else d for n, d in enumerate(days)]
    frame["opened_at"] = frame["resolved_at"] = days
    checks = found(date_slips.days_as_months, tmp_path, {"tickets": frame}, alone=True)
    assert len(checks) == 2 * said and all("日、月颠倒" in c.words for c in checks)


@pytest.mark.parametrize(("equal", "said"), [(0, 0), (700, 1)])
def test_no_time_at_all_more_often_than_short_times_let_expect(equal: int, said: int, tmp_path: Path) -> None:
    frame = tickets(2024)
    # 0, 1, 2 … minutes, each fewer than the one before, as short times are
    minutes = [int(7 * (n % 100 / 100) ** 2) for n in range(len(frame))]
    frame["resolved_at"] = frame["opened_at"] + pd.to_timedelta([max(1, m) for m in minutes], unit="min")
    frame.loc[frame.index % 3 == 0, "resolved_at"] = frame["opened_at"] + pd.Timedelta(minutes=2)
    frame.loc[: equal - 1, "resolved_at"] = frame["opened_at"]
    checks = found(date_slips.zero_lengths, tmp_path, {"tickets": frame}, alone=True)
    assert [c.failing for c in checks] == [700] * said


@pytest.mark.parametrize(("equal", "said"), [(32, 0), (60, 1)])
def test_ends_that_are_starts_since_last_year(equal: int, said: int, tmp_path: Path) -> None:
    frame = tickets(2024)
    frame.loc[: equal - 1, "resolved_at"] = frame["opened_at"]
    checks = found(date_slips.zero_lengths, tmp_path, {"tickets": frame})
    assert [c.failing for c in checks] == [60] * said and all("上年为 0.0%" in c.words for c in checks)


# --- registers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("bought", "said"), [("2019-05-05", 1), ("2024-03-05", 0), ("2023-12-20", 0)])
def test_an_old_device_that_last_years_register_lacks(bought: str, said: int, tmp_path: Path) -> None:
    frame = devices(2024)
    row = {**frame.iloc[4].to_dict(), "device_id": "PC900", "bought_on": pd.Timestamp(bought), "source_row": 122}
    checks = found(late_entries.late_entries, tmp_path, {"devices": pd.concat([frame, pd.DataFrame([row])])})
    assert [(c.table, c.failing) for c in checks] == [("devices", 1)] * said
    assert all("PC900" in str(c.failing_rows[0].value) for c in checks)


def test_a_device_that_was_set_aside_last_year_is_no_late_entry(tmp_path: Path) -> None:
    frame = devices(2024)
    frame.loc[4, "device_id"] = "WY001"
    aside = [{"_reason": "物业管理的设备", "device_id": "WY001", "source_file": "exports/设备.csv"}]
    assert DEVICES["key"] == "device_id"
    checks = found(late_entries.late_entries, tmp_path, {"devices": frame}, aside_before={"devices": aside})
    assert checks == []


# --- sums -----------------------------------------------------------------------------------------


def test_a_dated_sum_without_a_label_is_named(tmp_path: Path) -> None:
    frame = ledger(2024)
    total = {**frame.iloc[-1].to_dict(), "voucher": "记-024", "purpose": "服务费", "amount": frame["amount"].sum()}
    total["source_row"] = 26
    whole = pd.concat([frame, pd.DataFrame([total])])
    (check,) = found(sum_rows.sum_rows, tmp_path, {"ledger": whole}, alone=True)
    assert check.arguments == {"column": "amount"} and [r.source_row for r in check.failing_rows] == [26]
    assert LEDGER["columns"]["amount"]["type"] == "money" and TICKETS["key"] == "ticket_id"


def test_a_payment_beside_the_sum_is_a_payment(tmp_path: Path) -> None:
    frame = ledger(2024)
    frame.loc[23, "amount"] = frame["amount"][:23].sum() + 1
    assert found(sum_rows.sum_rows, tmp_path, {"ledger": frame}, alone=True) == []


def amounts(*cents: int, months: int = 1) -> list[_Amount]:
    return [_Amount("f", n + 2, n * months // len(cents) + 1, c) for n, c in enumerate(cents)]


def test_sums_above_below_and_by_month() -> None:
    assert [a.row for a in found_sums(amounts(5, 7, 11, 13, 17, 53, 3, 4, 9, 21, 8, 45))] == [7, 13]
    assert [a.row for a in found_sums(amounts(106, 5, 7, 11, 13, 17, 19, 34))] == [2]
    by_month = (5, 7, 11, 23, 5, 8, 11, 24, 6, 9, 11, 26)
    assert [a.row for a in found_sums(amounts(*by_month, months=3))] == [5, 9, 13]
    # Equal payments add up by themselves.
    assert found_sums(amounts(10, 10, 10, 10, 10, 50)) == []
    assert found_sums(amounts(1, 2, 3, 4)) == []


# --- versions -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("device", "said"), [("PC099", 1), (None, 0)])
def test_two_records_with_one_number(device: str | None, said: int, tmp_path: Path) -> None:
    frame = tickets(2024)
    kept = frame.iloc[10]
    row = {
        "_reason": "重新打开",
        "ticket_id": kept["ticket_id"],
        "device_id": device or kept["device_id"],
        "device_model": "型9" if device else kept["device_model"],
        "engineer": "E99",
        "source_file": "exports/工单.csv",
        "source_row": 1400,
    }
    checks = found(versions_unlike.versions_unlike, tmp_path, aside={"tickets": [row]}, alone=True)
    assert [c.failing for c in checks] == [1] * said
    assert all("采用的是第 12 行" in str(c.failing_rows[0].value) for c in checks)


def test_a_part_missing_from_the_catalogue_in_numbers_is_followed_by_its_name(tmp_path: Path) -> None:
    frame = devices(2024)
    with compared(tmp_path, {"devices": frame[frame.index >= 50]}, alone=True) as subject:
        (check,) = across_tables.references_lead_nowhere(subject)
    assert check.arguments == {"column": "device_id"} and "在设备台账中查不到" in check.words


# --- dates alone ----------------------------------------------------------------------------------


def test_a_date_decades_away_from_all_others_is_named(tmp_path: Path) -> None:
    assert found(date_slips.lone_dates, tmp_path / "a") == []
    frame = devices(2024)
    column = next(c for c in frame.columns if c.endswith("_on"))
    frame.loc[4, column] = datetime.date(2099, 1, 5)
    (check,) = found(date_slips.lone_dates, tmp_path / "b", {"devices": frame})
    assert check.arguments == {"column": column} and check.failing == 1 and "2099-01-05" in check.words
    assert [row.source_row for row in check.failing_rows] == [6]


@given(
    st.lists(st.dates(datetime.date(2005, 1, 1), datetime.date(2024, 12, 31)), min_size=20, max_size=60),
    st.lists(st.dates(datetime.date(2090, 1, 1), datetime.date(2099, 1, 1)), max_size=3),
)
def test_only_what_lies_beyond_the_reach_of_the_others_stands_alone(
    usual: list[datetime.date], far: list[datetime.date]
) -> None:
    dates = sorted([*usual, *far])
    alone = date_slips._alone(dates[:4], dates[::-1][:4])
    assert set(far) <= set(alone)
    assert not [day for day in alone if day.year < 2090] or _isolated(sorted(usual))


def _isolated(dates: list[datetime.date]) -> bool:
    gaps = [after - before for before, after in itertools.pairwise(dates)]
    return max(gaps) > date_slips.GAP
