"""What a fiscal year that is no calendar year leaves open: dates in targets, holidays, the year before."""

from __future__ import annotations

from collections.abc import Iterator

from helpers.indicators import Actual, Target, parse_actual, parse_target
from helpers.year import declared_indicators
from helpers.year.dates_in_year import open_in_year
from helpers.year.faults import Fault
from helpers.year.load import Lines, Year
from helpers.year.models import Calendar

Path_ = tuple[str | int, ...]
#: A year that begins later has too few days in its first calendar year for a holiday to be among them for certain.
LATE = 10


def check_year_start(year: Year) -> Iterator[Fault]:
    """Faults that only a year with ``year_start`` can have."""
    if not year.fiscal.crosses:
        return
    yield from _dates(year)
    lines = year.lines["year.yml"]
    yield from _holidays(year, lines, ("calendar",), year.year.calendar)
    for name, calendar in year.year.calendars.items():
        yield from _holidays(year, lines, ("calendars", name), calendar)


def _dates(year: Year) -> Iterator[Fault]:
    """Days that would be taken for others."""
    for index, one in enumerate(year.indicators.indicators):
        path: Path_ = ("indicators", index)
        for number, part in enumerate(one.parts):
            yield from _open(year, (*path, "parts", number, "target"), parse_target(part.target, name=part.name))
            yield from _stated(year, (*path, "parts", number, "actual", "stated"), part.actual)
        if one.actual is not None and one.not_applicable is None:
            target = parse_target(one.target, name=one.level3, direction=one.direction)
            yield from _open(year, (*path, "target"), target)
            yield from _stated(year, (*path, "actual", "stated"), one.actual)


def _stated(year: Year, path: Path_, actual: declared_indicators.Actual) -> Iterator[Fault]:
    if actual.stated is not None:
        yield from _open(year, path, parse_actual(actual.stated))


def _open(year: Year, path: Path_, found: Target | Actual) -> Iterator[Fault]:
    if open_in_year(found, year.fiscal):
        last = year.fiscal.last
        yield year.lines["indicators.yml"].fault(
            "date_open",
            path,
            f"本年度是{year.fiscal.from_to}，这里指哪一天会有不同理解",
            value=found.text,
            hint=f"写明年月日，如 {last.year}年{last.month}月{last.day}日前",
        )


def _holidays(year: Year, lines: Lines, path: Path_, calendar: Calendar) -> Iterator[Fault]:
    """A list of holidays of one of the two calendar years would make the other's working days."""
    if calendar.base != "custom" or not calendar.holidays:
        return
    first, second = year.fiscal.calendar_years
    told = {day.year for day in calendar.holidays} | set(calendar.years)
    missing = [one for one in (first, second) if one not in told]
    if missing and (missing != [first] or year.fiscal.start_month < LATE):
        yield lines.fault(
            "calendar_half",
            (*path, "holidays"),
            f"本年度是{year.fiscal.from_to}，日历里没有 {missing[0]} 年的放假日",
            hint=f"把 {missing[0]} 年的放假日（和调休上班的周末）也写进 holidays、workdays；"
            f"确实没有的，写 years: {{{missing[0]}: {{holidays: []}}}}",
        )


def other_start(year: Year, previous: Year) -> Iterator[Fault]:
    """Two years that overlap, or have days between them, cannot be put side by side."""
    if year.fiscal.before != previous.fiscal:
        now, before = year.year.year_start, previous.year.year_start
        yield year.lines["year.yml"].fault(
            "year_start_differs",
            ("year_start",),
            f"{year.fiscal_year} 年度从 {now} 起，{previous.fiscal_year} 年度从 {before} 起，两年首尾不相接，不能比较",
            value=now,
            hint=f"写错的改成一致（是不是 {before}？）；确实改了年度起止的，"
            f"把 data/raw/{previous.fiscal_year} 移到项目文件夹以外，本年度不与上年比较",
        )
