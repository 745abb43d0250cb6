"""What columns hold against last year: emptied, turned round, filtered, merged, renamed, constant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from helpers.gate.plausibility import shares_since as checks
from tests.gate.plausibility.two_years import compared, tickets, told


def test_a_column_that_is_blank_now_is_named(tmp_path: Path) -> None:
    frame = tickets(2024)
    with compared(tmp_path / "a", {"tickets": frame.assign(device_model=None)}) as subject:
        (check,) = checks.blanks_since_last_year(subject)
    assert "设备型号" in check.words
    some = frame["device_model"].where(frame.index % 20 != 0, None)
    with compared(tmp_path / "b", {"tickets": frame.assign(device_model=some)}) as subject:
        assert told(checks.blanks_since_last_year(subject)) == []


def test_a_column_that_is_blank_from_july_on_is_named(tmp_path: Path) -> None:
    frame = tickets(2024)
    half = frame["device_model"].where(frame["opened_at"] < "2024-07-01", None)
    with compared(tmp_path, {"tickets": frame.assign(device_model=half)}) as subject:
        assert told(checks.blanks_since_last_year(subject)) == [("tickets", "")]


def test_a_column_that_few_rows_fill_is_missed_as_well(tmp_path: Path) -> None:
    with compared(tmp_path, {"tickets": tickets(2024).assign(cause=None)}) as subject:
        (check,) = checks.blanks_since_last_year(subject)
    assert "原因" in check.words


def test_a_flag_turned_round_is_said_so(tmp_path: Path) -> None:
    frame = tickets(2024)
    with compared(tmp_path / "a", {"tickets": frame.assign(valid=~frame["valid"])}) as subject:
        (check,) = checks.flags_since_last_year(subject)
    assert "对调" in check.words
    more = frame["valid"] | (frame.index % 11 == 0)
    with compared(tmp_path / "b", {"tickets": frame.assign(valid=more)}) as subject:
        assert told(checks.flags_since_last_year(subject)) == []


def test_a_category_filtered_out_is_missed(tmp_path: Path) -> None:
    with compared(tmp_path, {"tickets": tickets(2024)[lambda t: t["category"] != "会议"]}) as subject:
        (check,) = checks.categories_gone(subject)
    assert "会议" in check.words
    assert "多出" not in check.words


def test_a_category_merged_into_another_is_told_with_both_names(tmp_path: Path) -> None:
    frame = tickets(2024)
    with compared(tmp_path, {"tickets": frame.assign(category=frame["category"].replace("会议", "系统"))}) as subject:
        (check,) = checks.categories_gone(subject)
    assert "会议" in check.words
    assert "“系统”" in check.words


def test_a_category_that_had_faded_by_the_end_of_last_year_says_nothing(tmp_path: Path) -> None:
    now, before = (frame[frame["category"] != "会议"] for frame in (tickets(2024), tickets(2023)))
    early = tickets(2023)[lambda t: (t["category"] == "会议") & (t["opened_at"] < "2023-10-01")]
    with compared(tmp_path, {"tickets": now}, {"tickets": pd.concat([before, early])}) as subject:
        assert told(checks.categories_gone(subject)) == []


def test_a_mix_that_breaks_with_the_new_year_is_said(tmp_path: Path) -> None:
    frame = tickets(2024)
    most = frame["category"].where((frame["category"] != "系统") | (frame.index % 10 == 0), "桌面")
    most = most.where((most != "会议") | (frame.index % 10 == 0), "桌面")
    coded = {"activities": {"table": "tickets", "by": "category", "items": [{"category": "桌面"}]}}
    with compared(tmp_path / "a", {"tickets": frame.assign(category=most)}, **coded) as subject:
        assert told(checks.categories_shifted(subject)) == [("tickets", "category")]
    few = frame["category"].where((frame["category"] != "系统") | (frame.index % 10 > 2), "桌面")
    with compared(tmp_path / "b", {"tickets": frame.assign(category=few)}, **coded) as subject:
        assert told(checks.categories_shifted(subject)) == []


ITEMS = [{"category": c} for c in ("桌面", "系统", "会议", "安全")]


@pytest.mark.parametrize(
    ("items", "value", "found"),
    [
        (ITEMS, "会务", [("tickets", "category")]),
        ([*ITEMS, {"category": "会务"}], "会务", []),  # named: it is meant
        (ITEMS[:2], "会务", []),  # the list was never complete
    ],
)
def test_a_value_never_used_and_not_named_is_said(
    items: list[Any], value: str, found: list[Any], tmp_path: Path
) -> None:
    frame = tickets(2024)
    frame.loc[[50, 51], "category"] = value
    listed = {"activities": {"table": "tickets", "by": "category", "items": items}}
    with compared(tmp_path, {"tickets": frame}, **listed) as subject:
        assert told(checks.values_never_used(subject)) == found


def test_a_column_with_one_value_in_every_row_is_named(tmp_path: Path) -> None:
    with compared(tmp_path / "a", {"tickets": tickets(2024).assign(engineer="E01")}) as subject:
        (check,) = checks.constant_since_last_year(subject)
    assert "工程师" in check.words
    both = [{"tickets": tickets(year).assign(engineer="E01")} for year in (2024, 2023)]
    with compared(tmp_path / "b", *both) as subject:
        assert told(checks.constant_since_last_year(subject)) == []
