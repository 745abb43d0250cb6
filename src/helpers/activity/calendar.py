"""Working days of the declared calendar, as running counts by day: of days and of office hours."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from helpers.year.declared_clocks import Schedule, Windows
from helpers.year.fiscal import FiscalYear
from helpers.year.models import Calendar

if TYPE_CHECKING:
    import pyarrow as pa

DayKind = Literal["workday", "weekend", "holiday"]


class CalendarUnknown(Exception):
    """The calendar does not know a year; weekends are never assumed in its place."""

    def __init__(self, year: int, base: str = "cn") -> None:
        self.year = year
        self.what = f"日历不含 {year} 年的放假和调休安排，不能推算工作日"
        told = "按国务院办公厅的通知" if base == "cn" else "按公布的放假安排"
        self.block = (
            f"{told}在 year.yml 里写明：\n"
            f"      calendar:\n        base: {base}\n        years:\n          {year}:\n"
            f"            holidays: [{year}-01-01]   # 放假的周一至周五\n"
            f"            workdays: []             # 调休上班的周末"
        )
        super().__init__(f"[calendar_unknown]  {self.what}。{self.block}")


@lru_cache(maxsize=1)
def _packaged_years() -> tuple[int, int]:
    from chinese_calendar import constants

    days = [*constants.holidays, *constants.workdays]
    return min(days).year, max(days).year


@lru_cache(maxsize=8)
def _country(code: str, subdivision: str | None) -> Any:
    """A country's calendar; raises NotImplementedError for a code that the library does not know."""
    import holidays

    return holidays.country_holidays(code, subdiv=subdivision)


def calendar_problem(calendar: Calendar) -> str | None:
    """What is wrong with the declared country or part of it, None when the library knows it."""
    if len(calendar.base) != 2 or calendar.base == "cn":
        return None
    try:
        _country(calendar.base, calendar.subdivision)
    except NotImplementedError:
        part = f" 的 {calendar.subdivision}" if calendar.subdivision else ""
        return f"节假日库里没有 {calendar.base}{part}"
    return None


def day_kind(day: datetime.date, calendar: Calendar) -> DayKind:
    """What a day is: a working day (make-up days too), a free weekend or a public holiday.

    Raises ``CalendarUnknown``.
    """
    weekend = day.weekday() > 4
    own = calendar.years.get(day.year)
    if own is None and calendar.base == "weekdays":
        return "weekend" if weekend else "workday"
    if own is not None or calendar.base == "custom":
        off, on = (own.holidays, own.workdays) if own is not None else (calendar.holidays, calendar.workdays)
        if day in on:
            return "workday"
        return "holiday" if day in off else "weekend" if weekend else "workday"
    if calendar.base == "cn":
        return _chinese(day)
    country = _country(calendar.base, calendar.subdivision)
    if not country.start_year <= day.year <= country.end_year:
        raise CalendarUnknown(day.year, calendar.base)
    if day in country:
        return "holiday"
    return "workday" if country.is_working_day(day) else "weekend"


@lru_cache(maxsize=8192)  # asked for every day of a log, many times
def _chinese(day: datetime.date) -> DayKind:
    first, last = _packaged_years()
    if not first <= day.year <= last:
        raise CalendarUnknown(day.year)
    import chinese_calendar

    off, called = chinese_calendar.get_holiday_detail(day)
    if not off:
        return "workday"
    return "holiday" if called or day.weekday() < 5 else "weekend"


def is_workday(day: datetime.date, calendar: Calendar) -> bool:
    """Whether work is done on this day; raises ``CalendarUnknown``."""
    return day_kind(day, calendar) == "workday"


def known_span(
    first: datetime.date, last: datetime.date, calendar: Calendar, fiscal: FiscalYear | None
) -> tuple[datetime.date, datetime.date] | None:
    """The days from ``first`` to ``last`` over which clocks can run, without a gap.

    With a fiscal year, the calendar years that it lies in and their neighbours have to be known where they are
    touched; days beyond an unknown year farther off are left out (their clocks stay empty). Without one every
    year has to be known. Raises ``CalendarUnknown``.
    """
    years = range(first.year, last.year + 1)
    unknown = [year for year in years if not _knows(year, calendar)]
    near = fiscal.calendar_years if fiscal is not None else (first.year,)
    needed = [year for year in unknown if fiscal is None or near[0] - 1 <= year <= near[-1] + 1]
    if needed:
        raise CalendarUnknown(needed[0], calendar.base)
    before = [year for year in unknown if year < near[0]]
    after = [year for year in unknown if year > near[-1]]
    lower = max(first, datetime.date(before[-1] + 1, 1, 1)) if before else first
    upper = min(last, datetime.date(after[0] - 1, 12, 31)) if after else last
    return (lower, upper) if lower <= upper else None


def _knows(year: int, calendar: Calendar) -> bool:
    try:
        day_kind(datetime.date(year, 7, 1), calendar)
    except CalendarUnknown:
        return False
    return True


def _days(first: datetime.date, last: datetime.date) -> list[datetime.date]:
    return [first + datetime.timedelta(days=offset) for offset in range((last - first).days + 1)]


def workday_counts(first: datetime.date, last: datetime.date, calendar: Calendar) -> pa.Table:
    """``day``, ``workdays``: the number of working days from ``first`` up to and with each day, and
    ``work``: whether the day itself is one."""
    import pyarrow as pa  # a quarter of what ``selfeval check`` would import, and it asks of days only

    days = _days(first, last)
    work = [is_workday(day, calendar) for day in days]
    counts = list(itertools.accumulate(work, initial=0))[1:]
    return pa.table(
        {
            "day": pa.array(days, pa.date32()),
            "workdays": pa.array(counts, pa.int32()),
            "work": pa.array(work, pa.bool_()),
        }
    )


def office_days(
    first: datetime.date, last: datetime.date, calendar: Calendar, schedules: Sequence[Schedule]
) -> list[tuple[int, Windows]]:
    """Of each day, schedule after schedule: the working seconds from ``first`` up to the day, and the day's windows."""
    kinds = [(day.weekday(), day_kind(day, calendar)) for day in _days(first, last)]
    found: list[tuple[int, Windows]] = []
    for schedule in schedules:
        running = 0
        for weekday, kind in kinds:
            windows = schedule.windows(weekday, workday=kind == "workday", holiday=kind == "holiday")
            found.append((running, windows))
            running += sum(end - start for start, end in windows)
    return found
