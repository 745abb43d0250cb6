"""Working days of the declared calendar, as a running count by day."""

from __future__ import annotations

import datetime
from functools import lru_cache

import pyarrow as pa

from helpers.year.models import Calendar


class CalendarUnknown(Exception):
    """The calendar does not know a year; weekends are never assumed in its place."""

    def __init__(self, year: int) -> None:
        self.year = year
        self.what = f"日历不含 {year} 年的放假和调休安排，不能推算工作日"
        self.block = (
            f"按国务院办公厅的通知在 year.yml 里写明：\n"
            f"      calendar:\n        base: cn\n        years:\n          {year}:\n"
            f"            holidays: [{year}-01-01]   # 放假的周一至周五\n"
            f"            workdays: []             # 调休上班的周末")
        super().__init__(f"[calendar_unknown]  {self.what}。{self.block}")


@lru_cache(maxsize=1)
def _packaged_years() -> tuple[int, int]:
    from chinese_calendar import constants

    days = [*constants.holidays, *constants.workdays]
    return min(days).year, max(days).year


def is_workday(day: datetime.date, calendar: Calendar) -> bool:
    """Whether work is done on this day; raises ``CalendarUnknown``."""
    own = calendar.years.get(day.year)
    if own is not None:
        return day in own.workdays or (day.weekday() < 5 and day not in own.holidays)
    first, last = _packaged_years()
    if not first <= day.year <= last:
        raise CalendarUnknown(day.year)
    import chinese_calendar

    return bool(chinese_calendar.is_workday(day))


def workday_counts(first: datetime.date, last: datetime.date, calendar: Calendar) -> pa.Table:
    """``day`` and ``workdays``: the number of working days from ``first`` up to and with each day.

    The difference between two days is the number of working days after the earlier one: 0 until
    the next working day begins, 1 until the end of the next working day.
    """
    days, counts, running = [], [], 0
    for offset in range((last - first).days + 1):
        day = first + datetime.timedelta(days=offset)
        running += is_workday(day, calendar)
        days.append(day)
        counts.append(running)
    return pa.table({"day": pa.array(days, pa.date32()), "workdays": pa.array(counts, pa.int32())})
