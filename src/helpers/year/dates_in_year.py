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
#: The end of a fiscal year by its name (本年度末, 2024年度内); without 度 it may be the calendar year's.
FISCAL_END = re.compile(r"(?:(?<![0-9])(20[0-9]{2})年|[本当])?年?度(?:年?[底末]|内)")
CALENDAR_END = re.compile(r"(?<![0-9年])[本当]?年(?:[底末]|内)")
MONTH_BEFORE = re.compile(r"(?<![0-9年])([0-9]{1,2})月份?(?:之?以?前)")


def in_year(found: Dated, fiscal: FiscalYear) -> Dated:
    """A target or actual whose date has no year (11月底前), as a day of the fiscal year; others as they are."""
    if found.kind != "date":
        return found
    if fiscal.crosses and (end := FISCAL_END.search(normal(found.text))) is not None:
        meant = FiscalYear(int(end[1]), fiscal.start_month) if end[1] else fiscal
        return replace(found, value=meant.last.isoformat())
    if not str(found.value).startswith("--"):
        return found
    month, day = (int(part) for part in str(found.value)[2:].split("-"))
    year = int(fiscal.month(month)[:4])
    return replace(found, value=f"{year}-{month:02d}-{min(day, calendar.monthrange(year, month)[1]):02d}")


def unclear_in_year(text: str, kind: str, fiscal: FiscalYear) -> bool:
    """Whether it is open which day a text means, as the fiscal year is no calendar year: 年底, 二季度末, and the days
    before a month that lie in the year before."""
    plain = normal(text)
    if not fiscal.crosses or kind not in ("date", "period") or FISCAL_END.search(plain):
        return False
    if CALENDAR_END.search(plain) or "季度" in plain:
        return True
    before = MONTH_BEFORE.search(plain)
    return before is not None and int(before[1]) == fiscal.start_month
