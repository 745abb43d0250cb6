"""The days and months of a fiscal year, which may begin in any month: the one place that knows them.

Fiscal year 2024 begins in 2024, on ``year_start`` (1 January where nothing is declared), and lasts twelve months. It
begins with a month, so that whatever is told by month is told by whole ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

#: The first day of a year that declares none: MM-DD.
JANUARY = "01-01"
MONTHS = 12


def month_of_start(text: str) -> int:
    """The month that ``year_start`` (MM-DD) names; raises ``ValueError`` with what to write instead."""
    found = re.fullmatch(r"\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?\s*", text)
    month, day = (int(part) for part in found.groups()) if found else (0, 0)
    if not 1 <= month <= MONTHS or not 1 <= day <= 31:
        raise ValueError("year_start 写年度首日的月和日，如 04-01（4月1日）")
    if day != 1:
        raise ValueError(f"年度只能从某月 1 日起，各月的数字按整月统计；写成 {month:02d}-01")
    if text != f"{month:02d}-01":
        raise ValueError(f"是不是 {month:02d}-01？year_start 写两位的月和日")
    return month


@dataclass(frozen=True, order=True)
class FiscalYear:
    """A fiscal year: its ``number`` is the calendar year in which it begins."""

    number: int
    start_month: int = 1

    @property
    def first(self) -> date:
        """The first day."""
        return date(self.number, self.start_month, 1)

    @property
    def end(self) -> date:
        """The day after the last."""
        return self.first.replace(year=self.number + 1)

    @property
    def last(self) -> date:
        """The last day."""
        return self.end - timedelta(days=1)

    @property
    def crosses(self) -> bool:
        """Whether it lies in two calendar years."""
        return self.start_month > 1

    @property
    def before(self) -> FiscalYear:
        """The one before it."""
        return FiscalYear(self.number - 1, self.start_month)

    @property
    def after(self) -> FiscalYear:
        """The one after it."""
        return FiscalYear(self.number + 1, self.start_month)

    @property
    def calendar_years(self) -> tuple[int, ...]:
        """The calendar years that it lies in."""
        return tuple(range(self.number, self.last.year + 1))

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of its months (1 for January), from its first to its last."""
        return tuple((self.start_month - 1 + at) % MONTHS + 1 for at in range(MONTHS))

    @property
    def months(self) -> tuple[str, ...]:
        """Its months in order, as YYYY-MM."""
        return tuple(self.month(number) for number in self.numbers)

    def month(self, number: int) -> str:
        """The month (YYYY-MM) with a number from 1 to 12."""
        return f"{self.number + (number < self.start_month):04d}-{number:02d}"

    def place(self, number: int) -> int:
        """The place, from 0, of the month with a number from 1 to 12."""
        return (number - self.start_month) % MONTHS

    def has(self, day: date) -> bool:
        """Whether a day lies in it."""
        return self.first <= day < self.end

    def month_words(self, number: int) -> str:
        """What the month with a number is called: with its year where that is the second of two."""
        return f"{self.number + 1}年{number}月" if number < self.start_month else f"{number}月"

    @property
    def year_word(self) -> str:
        """What stands behind its number: 年, or 年度 where a calendar year would be meant."""
        return "年度" if self.crosses else "年"

    @property
    def year_words(self) -> str:
        """2024年, or 2024年度 where no calendar year is meant."""
        return f"{self.number}{self.year_word}"

    @property
    def from_to(self) -> str:
        """Its first and last day in words; empty where it is a calendar year, whose days everybody knows."""
        said = (f"{day.year}年{day.month}月{day.day}日" for day in (self.first, self.last))
        return "至".join(said) if self.crosses else ""

    def spaced(self, number: int) -> str:
        """The same as messages of the data gate write it: 3 月, 2025 年 3 月."""
        return f"{self.number + 1} 年 {number} 月" if number < self.start_month else f"{number} 月"

    def place_in_sql(self, column: str) -> str:
        """The place, from 1, of the month that a column (as SQL) lies in."""
        month = f"month({column})"
        return f"({month} + {MONTHS - self.start_month}) % {MONTHS} + 1" if self.crosses else month

    def in_sql(self, column: str) -> str:
        """The condition that a column (as SQL) lies in it; NULL where the column is."""
        return f"CAST({column} AS DATE) BETWEEN DATE '{self.first}' AND DATE '{self.last}'"
