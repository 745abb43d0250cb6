"""Check the declared inputs of a year before anything runs."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from helpers.activity.calendar import CalendarUnknown, calendar_problem, is_workday
from helpers.gate import plausible_faults, year_faults
from helpers.year.approvals import load_approvals
from helpers.year.check_files import check_files
from helpers.year.check_year_start import other_start
from helpers.year.crosscheck import crosscheck
from helpers.year.faults import Fault, YearFileError
from helpers.year.form_lengths import long_texts
from helpers.year.load import Year, load_partly, load_year
from helpers.year.models import Calendar
from helpers.year.review_remarks import load_remarks
from helpers.year.root import Root


def check_year(root: Path, fiscal_year: int, *, open_files: bool = True) -> list[Fault]:
    """Every fault in the year's files, and in those of the year before where they are there.

    ``open_files``: also whether the exports can be opened at all. A run leaves that to its first stage, which
    stops with status 1: an unreadable export is no mistake in the year files.
    """
    faults = _check_one(root, fiscal_year, open_files)
    if not Root(root).has_year(fiscal_year - 1):
        return faults
    return [*faults, *_check_one(root, fiscal_year - 1, open_files), *_starts(root, fiscal_year)]


def _starts(root: Path, fiscal_year: int) -> list[Fault]:
    """The year before has to end where this one begins."""
    try:
        (year, *_), (previous, *_) = load_partly(root, fiscal_year), load_partly(root, fiscal_year - 1)
    except YearFileError:
        return []  # said of the one year that cannot be read
    return list(other_start(year, previous)) if year and previous else []


def remarks(root: Path, fiscal_year: int) -> list[Fault]:
    """What stops nothing but is better mended before a run; the year's files must be sound."""
    return long_texts(load_year(root, fiscal_year))


def _check_one(root: Path, fiscal_year: int, open_files: bool) -> list[Fault]:
    try:
        year, faults, left = load_partly(root, fiscal_year)
    except YearFileError as error:
        return list(error.faults)
    if year is None:
        return faults
    if faults:
        return [*faults, *_approvals(root, fiscal_year), *_apart_from(crosscheck(year), year, left)]
    return [
        *_approvals(root, fiscal_year),
        *crosscheck(year),
        *(check_files(year) if open_files else ()),
        *year_faults(year),
        *plausible_faults(year),
        *_calendar(year),
    ]


#: Keys around everything, which tell no entry from another; and faults that any entry left out gives.
_AROUND = {"tables", "measures", "indicators", "actions", "columns", "derived", "parts", "actual", "activities"}
_OF_ALL = {"weight_sum", "none_applies"}


def _apart_from(faults: list[Fault], year: Year, left: frozenset[str]) -> list[Fault]:
    """The faults that are none of what was left out because of others: nothing is said that only follows."""
    names = left - _AROUND
    of_tables = {name for name, measure in year.measures.items() if measure.table in names}
    touched = names | of_tables | {n for n, m in year.measures.items() if {m.numerator, m.denominator} & of_tables}

    def follows(fault: Fault) -> bool:
        if fault.code in _OF_ALL and left & {"indicators", "rules", "rule_overrides"}:
            return True
        words = {*fault.where.split("."), *re.findall(r"\w+", f"{fault.value or ''} {fault.message}")}
        return bool(words & touched)

    return [fault for fault in faults if not follows(fault)]


def _approvals(root: Path, fiscal_year: int) -> list[Fault]:
    """What reviewers have approved and remarked."""
    faults: list[Fault] = []
    for load in (load_approvals, load_remarks):
        try:
            load(root, fiscal_year)
        except YearFileError as error:
            faults += error.faults
    return faults


def _calendar(year: Year) -> list[Fault]:
    """A working-day clock needs a calendar that knows the year; weekends are never assumed."""
    declared = year.year
    places: dict[tuple[str, ...], Calendar] = {("calendar",): declared.calendar}
    places |= {("calendars", name): one for name, one in declared.calendars.items()}
    faults: list[Fault] = []
    for place, calendar in places.items():
        named = place[1] if len(place) > 1 else None
        tables = [table for table in declared.tables.values() if table.calendar == named]
        faults += _of_calendar(year, place, calendar, {d.clock for table in tables for d in table.derived.values()})
    return faults


def _of_calendar(year: Year, place: tuple[str, ...], calendar: Calendar, clocks: set[str | None]) -> list[Fault]:
    lines = year.lines["year.yml"]
    problem = calendar_problem(calendar)
    if problem:
        return [
            lines.fault(
                "calendar_country",
                place,
                problem,
                value=calendar.base,
                hint="写 cn、weekdays、custom，或国家的两位大写代码，如 DE",
            )
        ]
    if not clocks & {"workdays", "office_hours"}:
        return []
    faults = []
    for one in year.fiscal.calendar_years:
        try:
            is_workday(date(one, 7, 1), calendar)
        except CalendarUnknown as unknown:
            faults.append(lines.fault("calendar_unknown", place, unknown.what, hint=unknown.block))
    return faults
