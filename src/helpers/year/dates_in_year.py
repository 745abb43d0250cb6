"""Dates that are written without their year, as days of the fiscal year."""

from __future__ import annotations

import calendar
import re
from dataclasses import replace
from typing import TypeVar

from helpers.indicators import Actual, Target
from helpers.indicators.normal_text import normal
from helpers.year.fiscal import FiscalYear

Dated = TypeVar("Dated", Target, Actual)
#: The end of a year: of the calendar year, or of the fiscal year that has its name (2024年度末).
END = re.compile(r"年度(?:年?[底末]|内)|(?<![0-9]{4})年(?:[底末]|内)")
MONTH_BEFORE = re.compile(r"(?<![0-9年])([0-9]{1,2})月份?(?:之?以?前)")


def in_year(found: Dated, fiscal: FiscalYear) -> Dated:
    """A target or actual whose date has no year (11月底前), as a day of the fiscal year; others as they are."""
    if found.kind != "date" or not str(found.value).startswith("--"):
        return found
    month, day = (int(part) for part in str(found.value)[2:].split("-"))
    year = int(fiscal.month(month)[:4])
    return replace(found, value=f"{year}-{month:02d}-{min(day, calendar.monthrange(year, month)[1]):02d}")


def open_in_year(found: Target | Actual, fiscal: FiscalYear) -> bool:
    """Whether readers may take a date for another day, as the fiscal year is no calendar year.

    年底 and 二季度末 may be either's; days of its second calendar year without their year would be taken for days of
    the year that it is called by, also by whoever checks the filled-in form.
    """
    if not fiscal.crosses or found.kind != "date":
        return False
    plain, value = normal(found.text), str(found.value)
    if END.search(plain) or "季度" in plain:
        return True
    if not value.startswith("--"):
        return False
    before = MONTH_BEFORE.search(plain)
    return int(value[2:4]) < fiscal.start_month or (before is not None and int(before[1]) == fiscal.start_month)
