"""Check the declared inputs of a year before anything runs."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from helpers.activity.calendar import CalendarUnknown, calendar_problem, is_workday
from helpers.gate import plausible_faults, year_faults
from helpers.year.approvals import load_approvals
from helpers.year.check_files import check_files
from helpers.year.crosscheck import crosscheck
from helpers.year.faults import Fault, YearFileError
from helpers.year.form_lengths import long_texts
from helpers.year.load import Year, load_year
from helpers.year.review_remarks import load_remarks
from helpers.year.root import Root


def check_year(root: Path, fiscal_year: int, *, open_files: bool = True) -> list[Fault]:
    """Every fault in the year's files, and in those of the year before where they are there.

    ``open_files``: also whether the exports can be opened at all. A run leaves that to its first stage, which
    stops with status 1: an unreadable export is no mistake in the year files.
    """
    faults = _check_one(root, fiscal_year, open_files)
    return faults + (_check_one(root, fiscal_year - 1, open_files) if Root(root).has_year(fiscal_year - 1) else [])


def remarks(root: Path, fiscal_year: int) -> list[Fault]:
    """What stops nothing but is better mended before a run; the year's files must be sound."""
    return long_texts(load_year(root, fiscal_year))


def _check_one(root: Path, fiscal_year: int, open_files: bool) -> list[Fault]:
    try:
        year = load_year(root, fiscal_year)
    except YearFileError as error:
        return list(error.faults)
    return [
        *_approvals(root, fiscal_year),
        *crosscheck(year),
        *(check_files(year) if open_files else ()),
        *year_faults(year),
        *plausible_faults(year),
        *_calendar(year),
    ]


def _approvals(root: Path, fiscal_year: int) -> list[Fault]:
    try:
        load_approvals(root, fiscal_year)
        load_remarks(root, fiscal_year)
    except YearFileError as error:
        return list(error.faults)
    return []


def _calendar(year: Year) -> list[Fault]:
    """A working-day clock needs a calendar that knows the year; weekends are never assumed."""
    lines, calendar = year.lines["year.yml"], year.year.calendar
    problem = calendar_problem(calendar)
    if problem:
        return [
            lines.fault(
                "calendar_country",
                ("calendar",),
                problem,
                value=calendar.base,
                hint="写 cn、weekdays、custom，或国家的两位大写代码，如 DE",
            )
        ]
    clocks = {d.clock for table in year.year.tables.values() for d in table.derived.values()}
    if not clocks & {"workdays", "office_hours"}:
        return []
    try:
        is_workday(date(year.fiscal_year, 7, 1), calendar)
    except CalendarUnknown as unknown:
        return [lines.fault("calendar_unknown", ("calendar",), unknown.what, hint=unknown.block)]
    return []
