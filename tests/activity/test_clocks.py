"""Clocks: office hours against a counter of minutes, holds subtracted once, working days by the calendar."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.activity.calendar import CalendarUnknown, day_kind
from helpers.activity.errors import ExportError
from helpers.year.clock_words import clock_words
from helpers.year.declared_clocks import Schedule
from helpers.year.models import Calendar
from tests.activity.activity_samples import cleaned, project

COLUMNS = """\
  tickets:
    title: 工单
    files: exports/t.csv
    key: id
    checks: {backwards: keep, unstarted: keep}
    columns:
      id: 编号
      priority: 级别
      opened_at: {from: 受理, type: datetime}
      resolved_at: {from: 完成, type: datetime}
      paused_at: {from: 暂停, type: datetime}
      resumed_at: {from: 恢复, type: datetime}
      waited: {from: 等待, type: number}
    derived:
"""
HEADER = "编号,级别,受理,完成,暂停,恢复,等待\n"
OFFICE = "{mon-fri: [09:00-12:00, 13:30-17:30], sat: 09:00-12:00, holidays: 10:00-11:00}"
PAUSES = """\
  pauses:
    title: 暂停登记
    files: exports/p.csv
    columns:
      ticket: 编号
      since: {from: 起, type: datetime}
      until: {from: 止, type: datetime}
"""


def working_minutes(
    start: dt.datetime,
    end: dt.datetime,
    schedule: Schedule,
    calendar: Calendar,
    held: list[tuple[dt.datetime, dt.datetime]],
) -> int:
    """The slow and certain way: look at every minute."""
    count, minute = 0, start
    while minute < end:
        kind = day_kind(minute.date(), calendar)
        windows = schedule.windows(minute.weekday(), workday=kind == "workday", holiday=kind == "holiday")
        second = minute.hour * 3600 + minute.minute * 60
        on = any(a <= second < b for a, b in windows)
        count += on and not any(s <= minute < e for s, e in held)
        minute += dt.timedelta(minutes=1)
    return count


# Around the Spring Festival of 2024: holidays, make-up Sundays, ordinary weekends.
moments = st.integers(0, 60 * 24 * 14).map(lambda n: dt.datetime(2024, 2, 5) + dt.timedelta(minutes=n))
spans = st.tuples(moments, moments).map(sorted).map(tuple)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(spans, st.lists(spans, max_size=3), st.booleans()), min_size=1, max_size=6))
def test_office_hours_less_holds_equal_the_count_of_minutes(
    tmp_path: Path, tickets: list[tuple[tuple[dt.datetime, dt.datetime], list[tuple[dt.datetime, dt.datetime]], bool]]
) -> None:
    by = f"{{column: priority, values: {{P1: 24x7, P2: {OFFICE}}}}}"
    tables = (
        COLUMNS + f"      office: {{clock: office_hours, start: opened_at, end: resolved_at, by: {by}}}\n"
        f"      net: {{clock: office_hours, start: opened_at, end: resolved_at, by: {by},\n"
        "            hold: {table: pauses, key: ticket, from: since, to: until}}\n"
        "      hours: {clock: hours, start: opened_at, end: resolved_at, hold: {table: pauses, key: ticket, from: "
        "since, to: until}}\n" + PAUSES
    )
    rows, pauses = "", "编号,起,止\nX,2024-02-05 00:00,2024-02-20 00:00\n"
    for number, ((start, end), held, urgent) in enumerate(tickets):
        rows += f"A{number},{'P1' if urgent else 'P2'},{start:%Y-%m-%d %H:%M},{end:%Y-%m-%d %H:%M},,,\n"
        pauses += "".join(f"A{number},{a:%Y-%m-%d %H:%M},{b:%Y-%m-%d %H:%M}\n" for a, b in held)
    _, tidy, _ = cleaned(project(tmp_path, tables, {"t.csv": HEADER + rows, "p.csv": pauses}), tmp_path / "out")
    calendar, everyday = Calendar(), Schedule.model_validate("24x7")
    office = Schedule.model_validate(
        {"mon-fri": ["09:00-12:00", "13:30-17:30"], "sat": "09:00-12:00", "holidays": "10:00-11:00"}
    )
    for row, ((start, end), held, urgent) in zip(tidy.itertuples(), tickets, strict=True):
        schedule = everyday if urgent else office
        assert round(row.office * 60, 6) == working_minutes(start, end, schedule, calendar, [])
        assert round(row.net * 60, 6) == working_minutes(start, end, schedule, calendar, held)
        assert round(row.hours * 60, 6) == working_minutes(start, end, everyday, calendar, held)


maybe = st.none() | moments
written = st.tuples(
    maybe, maybe, maybe, maybe, st.sampled_from(["", "30", "600", "-1"]), st.sampled_from(["P1", "", "P2"])
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(written, min_size=1, max_size=8), st.sampled_from(["Asia/Shanghai", "Europe/Berlin"]))
def test_a_clock_says_the_same_worked_out_in_its_row_or_with_holds_of_another_table(
    tmp_path: Path, tickets: list[tuple[dt.datetime | None, ...]], zone: str
) -> None:
    """The other table has only holds without a length; a second pair of columns is merged with the first."""
    own, length = "{from: paused_at, to: resumed_at}", "{column: waited, unit: 分钟}"
    other = "{table: pauses, key: ticket, from: since, to: until}"
    by = f"clock: office_hours, by: {{column: priority, values: {{P1: 24x7, P2: {OFFICE}}}}}"
    tables = COLUMNS.replace("key: id", f"key: id\n    timezone: {zone}")
    for name, clock in (("office", by), ("hours", "clock: hours")):
        for end, holds in (("own", (own, length)), ("found", (own, length, other)), ("merged", (own, own, length))):
            tables += (
                f"      {name}_{end}: {{start: opened_at, end: resolved_at, {clock}, hold: [{', '.join(holds)}]}}\n"
            )
    rows, pauses = "", "编号,起,止\n"
    for number, (*times, waited, priority) in enumerate(tickets):
        cells = ",".join("" if time is None else f"{time:%Y-%m-%d %H:%M}" for time in times)
        rows += f"A{number},{priority},{cells},{waited}\n"
        if number % 2 and times[0] is not None:
            pauses += f"A{number},{times[0]:%Y-%m-%d %H:%M},{times[0]:%Y-%m-%d %H:%M}\n"
    year = project(tmp_path, tables + PAUSES, {"t.csv": HEADER + rows, "p.csv": pauses})
    _, tidy, _ = cleaned(year, tmp_path / "out")
    for name in ("office", "hours"):
        for end in ("found", "merged"):
            pd.testing.assert_series_equal(
                tidy[f"{name}_{end}"], tidy[f"{name}_own"], check_names=False, check_exact=True
            )


def one(tmp_path: Path, derived: str, row: str, *, calendar: str = "cn", more: str = "") -> pd.Series:
    year = project(
        tmp_path, COLUMNS + derived + more, {"t.csv": HEADER + row, "p.csv": "编号,起,止\n"}, calendar=calendar
    )
    return cleaned(year, tmp_path / "out")[1].iloc[0]


@pytest.mark.parametrize(
    ("opened", "resolved", "days", "office"),
    [
        ("2024-03-01 10:00", "2024-03-01 16:00", 0, 6),  # Friday, the same day
        ("2024-03-01 10:00", "2024-03-02 12:00", 0, 7),  # closed on Saturday, before the next working day
        ("2024-03-01 10:00", "2024-03-04 23:59", 1, 15),  # by the end of Monday
        ("2024-02-29 10:00", "2024-03-02 00:01", 2, 15),  # Thursday to Saturday: Friday is over
        ("2024-02-09 16:00", "2024-02-18 09:30", 1, 1.5),  # over the Spring Festival to the make-up Sunday
        ("2024-03-02 10:00", "2024-03-02 11:00", 0, 0),  # within one Saturday
    ],
)
def test_within_one_working_day_is_what_it_says(
    tmp_path: Path, opened: str, resolved: str, days: int, office: float
) -> None:
    derived = (
        "      days: {clock: workdays, start: opened_at, end: resolved_at}\n"
        "      office: {clock: office_hours, start: opened_at, end: resolved_at, office_hours: {workdays: "
        "09:00-17:00}}\n"
    )
    row = one(tmp_path, derived, f"A1,P1,{opened},{resolved},,,\n")
    assert (row.days, row.office) == (days, office)


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ("2024-03-01 11:00,2024-03-01 12:30,", 4.5),
        ("2024-03-01 09:00,2024-03-01 11:00,", 5.0),  # begins before the ticket: only what lies within counts
        ("2024-03-01 15:00,,", 5.0),  # never resumed: on hold until it was resolved
        (",,30", 5.5),  # a column of minutes
        ("2024-03-01 11:00,2024-03-01 12:00,30", 4.5),
        (",,600", None),  # longer on hold than open
        ("2024-03-01 12:00,2024-03-01 11:00,", None),  # the pause runs backwards
    ],
)
def test_holds_are_subtracted(tmp_path: Path, held: str, expected: float | None) -> None:
    derived = (
        "      hours: {clock: hours, start: opened_at, end: resolved_at, "
        "hold: [{from: paused_at, to: resumed_at}, {column: waited, unit: 分钟}]}\n"
    )
    row = one(tmp_path, derived, f"A1,P1,2024-03-01 10:00,2024-03-01 16:00,{held}\n")
    assert row.hours == expected if expected is not None else pd.isna(row.hours)


def test_a_clock_that_runs_backwards_or_lacks_an_end_is_empty(tmp_path: Path) -> None:
    derived = (
        "      hours: {clock: hours, start: opened_at, end: resolved_at}\n"
        "      days: {clock: workdays, start: opened_at, end: resolved_at}\n"
        "      office: {clock: office_hours, start: opened_at, end: resolved_at, office_hours: 24x7}\n"
    )
    rows = "A1,P1,2024-03-05 10:00,2024-03-01 10:00,,,\nA2,P1,,2024-03-01 10:00,,,\nA3,P1,2024-03-01 10:00,,,,\n"
    year = project(tmp_path, COLUMNS + derived, {"t.csv": HEADER + rows})
    _, tidy, _ = cleaned(year, tmp_path / "out")
    assert tidy[["hours", "days", "office"]].isna().all().all() and len(tidy) == 3


def test_a_value_without_office_hours_stops(tmp_path: Path) -> None:
    derived = (
        "      office: {clock: office_hours, start: opened_at, end: resolved_at, by: {column: priority, values: {P1: "
        "24x7}}}\n"
    )
    rows = "A1,P1,2024-03-01 10:00,2024-03-01 11:00,,,\nA2,P9,2024-03-01 10:00,2024-03-01 11:00,,,\n"
    year = project(tmp_path, COLUMNS + derived, {"t.csv": HEADER + rows})
    with pytest.raises(ExportError, match="schedule_unknown") as caught:
        cleaned(year, tmp_path / "out")
    assert caught.value.rows == ((3, "P9"),)
    year = project(
        tmp_path, COLUMNS + derived.replace("values:", "else: {daily: 10:00-10:30}, values:"), {"t.csv": HEADER + rows}
    )
    assert cleaned(year, tmp_path / "out")[1]["office"].tolist() == [1.0, 0.5]


def test_other_calendars_count_other_days(tmp_path: Path) -> None:
    derived = "      days: {clock: workdays, start: opened_at, end: resolved_at}\n"
    row = "A1,P1,2024-04-30 10:00,2024-05-02 10:00,,,\n"
    assert one(tmp_path, derived, row).days == 0  # 1 to 5 May are free …
    assert one(tmp_path, derived, row, calendar="weekdays").days == 2  # … but count here
    assert one(tmp_path, derived, row, calendar="DE").days == 1  # 1 May is free
    custom = "{base: custom, holidays: [2024-05-01, 2024-05-02], workdays: [2024-05-04]}"
    assert one(tmp_path, derived, row, calendar=custom).days == 0
    assert one(tmp_path, derived, row.replace("05-02", "05-04"), calendar=custom).days == 2  # 3 and 4 May


def test_a_log_of_many_years_needs_a_calendar_that_knows_them(tmp_path: Path) -> None:
    derived = "      days: {clock: workdays, start: opened_at, end: resolved_at}\n"
    row = "A1,P1,1999-04-30 10:00,1999-05-03 10:00,,,\n"
    with pytest.raises(CalendarUnknown, match="1999"):
        one(tmp_path, derived, row)
    assert one(tmp_path, derived, row, calendar="weekdays").days == 1


def test_clocks_are_told_in_words(tmp_path: Path) -> None:
    derived = (
        f"      office: {{clock: office_hours, start: opened_at, end: resolved_at, office_hours: {OFFICE}, "
        "hold: {from: paused_at, to: resumed_at}}\n"
        "      urgent: {clock: office_hours, start: opened_at, end: resolved_at, "
        "by: {column: priority, values: {P1: 24x7}, else: {mon-fri: 08:00-18:00}}}\n"
        "      days: {clock: workdays, start: opened_at, end: resolved_at}\n"
    )
    spec = project(tmp_path, COLUMNS + derived, {"t.csv": HEADER}).year.tables["tickets"]
    told = {column: clock_words(spec.derived[column], spec, Calendar()) for column in spec.derived}
    assert told == {
        "office": "受理至完成之间的办公小时数（周一至周五09:00—12:00、13:30—17:30，周六09:00—12:00，"
        "法定节假日10:00—11:00；调休上班日无单列时段的按周一计），扣除暂停至恢复的时段",
        "urgent": "受理至完成之间的办公小时数（级别为P1的：全天候；其余：周一至周五08:00—18:00；"
        "法定节假日除外，调休上班日无单列时段的按周一计）",
        "days": "受理当日之后至完成所经过的工作日数（法定节假日除外，调休上班日计入；1 为不晚于下一个工作日结束）",
    }


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"mon-fry": "09:00-17:00"}, "没有 fry 这样的日子"),
        ({"mon": "17:00-09:00"}, "写成两段"),
        ({"mon": "9-17"}, "看不懂的时段"),
        ({"mon-fri": "09:00-17:00", "wed": "09:00-12:00"}, "周三写了两次"),
        ({"mon": ["09:00-12:00", "11:00-13:00"]}, "不能重叠"),
        ({"mon": []}, "一个时段也没有"),
        ("always", "24x7"),
        ({"fri-mon": "09:00-17:00"}, "看不懂的日子"),
    ],
)
def test_office_hours_that_mean_nothing_are_refused(written: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Schedule.model_validate(written)


def test_days_may_be_written_in_chinese() -> None:
    english = Schedule.model_validate(
        {"mon-fri": ["09:00-12:00"], "sat, sun": "10:00-11:00", "holidays": "10:00-11:00"}
    )
    assert (
        Schedule.model_validate({"周一至周五": "09:00-12:00", "周末": "10:00-11:00", "法定节假日": "10:00 至 11:00"})
        == english
    )
