"""Fiscal years that begin in another month than January: days and months, how they are declared, what they ask."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.indicators import parse_actual, parse_target
from helpers.run.check import check_year
from helpers.year.dates_in_year import in_year, open_in_year
from helpers.year.fiscal import FiscalYear
from helpers.year.new_year import new_year
from tests import small_year

APRIL, JULY = FiscalYear(2024, 4), FiscalYear(2024, 7)
TICKETS = """\
  tickets:
    title: 工单
    files: exports/t.csv
    columns:
      ticket_id: 编号
      opened_at: {from: 受理, type: datetime}
      resolved_at: {from: 完成, type: datetime}
    derived: {days: {clock: workdays, start: opened_at, end: resolved_at}}
    year_by: opened_at
    key: ticket_id
"""


def test_a_year_from_april() -> None:
    assert (APRIL.first, APRIL.last, APRIL.end) == (date(2024, 4, 1), date(2025, 3, 31), date(2025, 4, 1))
    assert APRIL.numbers == (4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3)
    assert (APRIL.months[0], APRIL.months[8:]) == ("2024-04", ("2024-12", "2025-01", "2025-02", "2025-03"))
    assert (APRIL.calendar_years, APRIL.crosses, APRIL.year_words) == ((2024, 2025), True, "2024年度")
    assert [APRIL.month_words(number) for number in (4, 12, 1, 3)] == ["4月", "12月", "2025年1月", "2025年3月"]
    assert APRIL.from_to == "2024年4月1日至2025年3月31日"


def test_a_calendar_year_is_called_as_ever() -> None:
    year = FiscalYear(2024)
    assert (year.first, year.last, year.calendar_years) == (date(2024, 1, 1), date(2024, 12, 31), (2024,))
    assert (year.crosses, year.year_words, year.from_to, year.month_words(1)) == (False, "2024年", "", "1月")
    assert year.place_in_sql("d") == "month(d)"


@given(st.integers(2000, 2100), st.integers(1, 12), st.integers(-700, 700))
def test_every_day_lies_in_one_year_and_one_month(number: int, start: int, days: int) -> None:
    year = FiscalYear(number, start)
    day = year.first + timedelta(days=days)
    around = [year.before.before, year.before, year, year.after, year.after.after]
    assert [one.has(day) for one in around].count(True) == 1
    assert year.before.end == year.first and year.end == year.after.first
    assert list(year.months) == sorted(set(year.months)) and len(year.months) == 12
    if year.has(day):
        assert year.months[year.place(day.month)] == f"{day:%Y-%m}" == year.month(day.month)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("4-1", "是不是 04-01"),
        ("4月1日", "是不是 04-01"),
        ("04-15", "写成 04-01"),
        ("13-01", "首日的月和日"),
        ("4", "首日的月和日"),
        ("四月", "首日的月和日"),
        ("2024-04-01", "只写月和日"),
    ],
)
def test_a_start_that_is_none_is_refused_with_what_to_write(tmp_path: Path, written: str, said: str) -> None:
    small_year.write(tmp_path, small_year.head(year_start=written) + TICKETS, files={"t.csv": "编号,受理,完成\n"})
    (fault,) = [f for f in check_year(tmp_path, 2024) if f.where == "year_start"]
    assert (fault.code, fault.file, fault.line) == ("bad_value", "data/raw/2024/year.yml", 2)
    assert said in fault.message


def test_a_key_of_another_name_is_asked_about(tmp_path: Path) -> None:
    small_year.write(tmp_path, "year_begin: 04-01\n" + small_year.head() + TICKETS)
    (fault,) = [f for f in check_year(tmp_path, 2024) if f.code == "unknown_key"]
    assert "year_start" in (fault.hint or "")


def test_a_year_before_with_another_start_is_refused(tmp_path: Path) -> None:
    log = {"t.csv": "编号,受理,完成\nA,2024-05-06 08:00,2024-05-06 09:00\n"}
    small_year.write(tmp_path, small_year.head(year_start="04-01") + TICKETS, files=log)
    before = {"t.csv": "编号,受理,完成\nA,2023-05-08 08:00,2023-05-08 09:00\n"}
    small_year.write(tmp_path, small_year.head(fiscal_year=2023) + TICKETS, files=before, fiscal_year=2023)
    (fault,) = [f for f in check_year(tmp_path, 2024) if f.code == "year_start_differs"]
    assert "2024 年度从 04-01 起，2023 年度从 01-01 起" in fault.message
    assert "data/raw/2023" in (fault.hint or "")
    small_year.write(
        tmp_path, small_year.head(fiscal_year=2023, year_start="04-01") + TICKETS, files=before, fiscal_year=2023
    )
    assert "year_start_differs" not in {f.code for f in check_year(tmp_path, 2024)}


def test_both_calendar_years_have_to_be_in_the_calendar(tmp_path: Path) -> None:
    """The library's Chinese calendar ends with 2026; a year from April 2026 needs 2027 as well."""
    small_year.write(
        tmp_path, small_year.head(fiscal_year=2026, year_start="04-01") + TICKETS, fiscal_year=2026,
        files={"t.csv": "编号,受理,完成\nA,2026-05-06 08:00,2026-05-06 09:00\n"},
    )  # fmt: skip
    (fault,) = [f for f in check_year(tmp_path, 2026) if f.code == "calendar_unknown"]
    assert "2027" in fault.message and "2027:" in (fault.hint or "")


def test_holidays_of_one_of_two_years_are_not_enough(tmp_path: Path) -> None:
    files = {"t.csv": "编号,受理,完成\nA,2024-05-06 08:00,2024-05-06 09:00\n"}
    half = "{base: custom, holidays: [2024-05-01, 2024-10-01]}"
    small_year.write(tmp_path, small_year.head(calendar=half, year_start="04-01") + TICKETS, files=files)
    (fault,) = [f for f in check_year(tmp_path, 2024) if f.code == "calendar_half"]
    assert "没有 2025 年的放假日" in fault.message
    whole = "{base: custom, holidays: [2024-05-01, 2024-10-01, 2025-01-01]}"
    small_year.write(tmp_path, small_year.head(calendar=whole, year_start="04-01") + TICKETS, files=files)
    assert "calendar_half" not in {f.code for f in check_year(tmp_path, 2024)}
    late = "{base: custom, holidays: [2025-01-01]}"  # December alone may have none
    small_year.write(tmp_path, small_year.head(calendar=late, year_start="12-01") + TICKETS, files=files)
    assert "calendar_half" not in {f.code for f in check_year(tmp_path, 2024)}


def test_a_period_and_an_export_are_held_against_the_fiscal_year(tmp_path: Path) -> None:
    files = {"t.csv": "编号,受理,完成\nA,2024-05-06 08:00,2024-05-06 09:00\n"}
    top = "period: {from: 2024-01-01, to: 2024-03-31, why: 一季度}\n"
    table = TICKETS + "    exported: 2024-03-31\n"
    small_year.write(tmp_path, top + small_year.head(year_start="04-01") + table, files=files)
    found = {f.code: f.message for f in check_year(tmp_path, 2024)}
    assert "2024年4月1日至2025年3月31日" in found["period_elsewhere"]
    assert "latest_too_early" in found
    top = "period: {from: 2025-01-01, to: 2025-03-31, why: 末季}\n"
    small_year.write(tmp_path, top + small_year.head(year_start="04-01") + TICKETS, files=files)
    assert not {f.code for f in check_year(tmp_path, 2024)} & {"period_elsewhere", "latest_too_early"}


@pytest.mark.parametrize(
    "text",
    ["年底前", "本年度末", "年内完成", "2024年度末", "二季度末", "2024年第三季度前", "2月底前", "4月前", "3月15日前"],
)
def test_dates_that_may_be_two_days_are_open(text: str) -> None:
    assert open_in_year(parse_target(text), APRIL)
    assert not open_in_year(parse_target(text), FiscalYear(2024))


@pytest.mark.parametrize(
    "text", ["11月底前", "2024年底前", "2025年2月底前", "2025年3月31日前", "12月前", "≥95%", "11人"]
)
def test_dates_that_are_one_day_are_not(text: str) -> None:
    assert not open_in_year(parse_target(text), APRIL)


def test_a_date_without_year_is_a_day_of_the_fiscal_year() -> None:
    assert in_year(parse_target("11月底前"), APRIL).value == "2024-11-30"
    assert in_year(parse_actual("2月20日"), APRIL).value == "2025-02-20"
    assert in_year(parse_target("2月底前"), FiscalYear(2023)).value == "2023-02-28"
    assert in_year(parse_target("2024年12月31日前"), JULY).value == "2024-12-31"


def test_open_dates_are_refused_where_they_stand(tmp_path: Path) -> None:
    indicators = """\
measures:
  done: {table: tickets, agg: latest, value: resolved_at, words: 最后完成}
indicators:
  - {id: done, level1: 产出指标, level2: 时效指标, level3: 完成, weight: 90, target: 年底前, actual: {measure: done}}
"""
    year = small_year.head(year_start="04-01") + TICKETS
    small_year.write(
        tmp_path, year, indicators=indicators, files={"t.csv": "编号,受理,完成\nA,2024-05-06 08:00,2024-05-06 09:00\n"}
    )
    (fault,) = [f for f in check_year(tmp_path, 2024) if f.code == "date_open"]
    assert (fault.file, fault.line, fault.where) == ("data/raw/2024/indicators.yml", 4, "indicators.0.target")
    assert "2025年3月31日前" in (fault.hint or "")


def test_a_new_year_keeps_the_start_and_moves_both_years_of_its_files(tmp_path: Path) -> None:
    table = TICKETS.replace("exports/t.csv", "[exports/工单_2024.csv, exports/工单_2025.csv]")
    small_year.write(tmp_path, small_year.head(year_start="04-01") + table)
    new_year(tmp_path, 2025)
    text = (tmp_path / "data" / "raw" / "2025" / "year.yml").read_text(encoding="utf-8")
    assert "year_start: 04-01" in text
    assert "exports/工单_2025.csv" in text and "exports/工单_2026.csv" in text and "工单_2024" not in text
