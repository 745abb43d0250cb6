"""Working days and office hours, in which people report faults and engineers repair."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cache

import chinese_calendar

OFFICE = ((time(8, 30), time(12, 0)), (time(13, 30), time(17, 30)))


@cache
def is_workday(day: date) -> bool:
    return chinese_calendar.is_workday(day)


def days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


def workdays_of(year: int) -> list[date]:
    return [day for day in days_of(year) if is_workday(day)]


def workday_after(day: date, number: int) -> date:
    """The ``number``-th working day after ``day``; 0 is the day itself."""
    while number:
        day += timedelta(days=1)
        number -= is_workday(day)
    return day


def workdays_between(start: date, end: date) -> int:
    """Working days after ``start`` up to and with ``end``."""
    return sum(is_workday(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute))


def work_later(start: datetime, minutes: int) -> datetime:
    """``minutes`` of office time after ``start``."""
    moment, left = start, timedelta(minutes=minutes)
    while True:
        for opens, closes in OFFICE if is_workday(moment.date()) else ():
            begin = max(moment, datetime.combine(moment.date(), opens))
            end = datetime.combine(moment.date(), closes)
            if begin + left <= end:
                return begin + left
            if begin < end:
                left -= end - begin
        moment = datetime.combine(moment.date() + timedelta(days=1), time(0))
