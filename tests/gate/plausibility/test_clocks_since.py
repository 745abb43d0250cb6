"""Times of day against last year's: shifted, lost, and late ones moved to just within the limit."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from helpers.gate.plausibility import clocks_since as checks
from tests.gate.plausibility.two_years import compared, tickets, told


@pytest.mark.parametrize(("hours", "said"), [(-8, "提前了 8 小时"), (8, "推迟了 8 小时")])
def test_a_clock_shifted_by_hours_is_said_with_its_shift(hours: int, said: str, tmp_path: Path) -> None:
    frame = tickets(2024)
    shifted = frame["opened_at"] + pd.Timedelta(hours=hours)
    with compared(tmp_path, {"tickets": frame.assign(opened_at=shifted)}) as subject:
        (check,) = checks.hours_shifted(subject)
    assert check.arguments["column"] == "opened_at"
    assert said in check.words


def test_earlier_office_hours_say_nothing(tmp_path: Path) -> None:
    frame = tickets(2024)
    earlier = frame["opened_at"] - pd.Timedelta(minutes=60)
    with compared(tmp_path, {"tickets": frame.assign(opened_at=earlier)}) as subject:
        assert told(checks.hours_shifted(subject)) == []


def test_an_afternoon_by_the_twelve_hour_clock_is_named_by_its_hours(tmp_path: Path) -> None:
    frame = tickets(2024)
    afternoon = frame.index[frame["opened_at"].dt.hour >= 14][:12]
    frame.loc[afternoon, "opened_at"] -= pd.Timedelta(hours=12)
    with compared(tmp_path / "a", {"tickets": frame}) as subject:
        (check,) = checks.hours_never_used(subject)
    assert check.arguments["column"] == "opened_at" and check.failing == 12 and "有 12 行在 2 时" in check.words
    frame = tickets(2024)
    frame.loc[afternoon[:4], "opened_at"] -= pd.Timedelta(hours=12)
    with compared(tmp_path / "b", {"tickets": frame}) as subject:
        assert told(checks.hours_never_used(subject)) == []


def test_a_file_without_times_is_named_where_last_year_had_them(tmp_path: Path) -> None:
    frame, before = tickets(2024), tickets(2023)
    with compared(tmp_path / "a", {"tickets": frame.assign(opened_at=frame["opened_at"].dt.normalize())}) as subject:
        assert told(checks.times_lost(subject)) == [("tickets", "opened_at")]
    days = [{"tickets": f.assign(opened_at=f["opened_at"].dt.normalize())} for f in (frame, before)]
    with compared(tmp_path / "b", *days) as subject:
        assert told(checks.times_lost(subject)) == []


def test_late_ones_moved_to_just_within_the_limit_are_said(tmp_path: Path) -> None:
    frame = tickets(2024)
    hours = frame["hours"].where(frame["hours"] <= 4, 3.9)
    with compared(tmp_path, {"tickets": frame.assign(hours=hours)}) as subject:
        (check,) = checks.lateness_moved_within(subject)
    assert (check.table, check.arguments["column"]) == ("tickets", "hours")


def test_work_that_has_become_faster_throughout_says_nothing(tmp_path: Path) -> None:
    frame = tickets(2024)
    with compared(tmp_path, {"tickets": frame.assign(hours=frame["hours"] * 0.6)}) as subject:
        assert told(checks.lateness_moved_within(subject)) == []
