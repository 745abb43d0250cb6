"""How a report calls its fiscal year, and years and months beside it, where a fiscal year is no calendar year."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.report.followed_numbers import said
from helpers.year.fiscal import JANUARY, FiscalYear, month_of_start

if TYPE_CHECKING:
    from helpers.report.results_types import Results


def _start(results: Results) -> int:
    """The month in which years of this kind begin."""
    return month_of_start(results.get("year_start") or JANUARY)


def fiscal_of(results: Results) -> FiscalYear:
    """The days and months that the results are of."""
    return FiscalYear(results["fiscal_year"], _start(results))


def year_words(results: Results, year: int) -> str:
    """A year of this kind: 2023年, or 2023年度 where 2023年 would be taken for the calendar year."""
    return FiscalYear(year, _start(results)).year_words


def year_word(results: Results) -> str:
    """What stands behind the number of a year of this kind: 年, or 年度 where a calendar year would be meant."""
    return fiscal_of(results).year_word


def days_words(results: Results) -> str:
    """2024年4月1日至2025年3月31日; empty of a calendar year."""
    return said(fiscal_of(results).from_to)


def period_words(results: Results) -> str:
    """2024年度（2024年4月1日至2025年3月31日）; 2024年度 of a calendar year."""
    days = days_words(results)
    return f"{results['fiscal_year']}年度" + (f"（{days}）" if days else "")


def month_names(results: Results) -> list[str]:
    """The twelve months in order: those of the second calendar year with their year."""
    fiscal = fiscal_of(results)
    return [fiscal.month_words(number) for number in fiscal.numbers]
