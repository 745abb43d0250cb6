"""Which months of the year a table's records cover: months outside them hold no nothing, they are not known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from helpers.measures.bounds import Bounds
from helpers.year.fiscal import MONTHS as MONTHS_OF_A_YEAR
from helpers.year.fiscal import FiscalYear
from helpers.year.tables import Table

#: A log has at least so many records, in so many months; fewer are a survey or a register, kept now and then.
RECORDS, MONTHS = 50, 3
#: What has a clock (from the opening to the end of a case) and so many records is one even in a single month.
MANY = 100
#: So many records and days with records were to be expected in the missing months,
EXPECTED, ACTIVE = 20, 5
#: which last so many times longer than any other silence of the log.
LONGER = 3
#: Figures that do not grow with the months, and how many months of a year may stand for all of them.
RATES, HALF = ("share", "mean", "quantile"), 6


@dataclass(frozen=True)
class Covered:
    """The first and the last month with records (YYYY-MM) of a log that begins after, or ends before, the year does."""

    first: str
    last: str

    @property
    def months(self) -> int:
        """How many months there are."""
        years = int(self.last[:4]) - int(self.first[:4])
        return years * MONTHS_OF_A_YEAR + int(self.last[5:]) - int(self.first[5:]) + 1

    def has(self, month: str) -> bool:
        return self.first <= month <= self.last


def covered(spec: Table, fiscal: FiscalYear, daily: Mapping[date, int]) -> Covered | None:
    """The months that a table's records cover where they are not the whole year; None where they are.

    ``daily``: records a day. A declared ``period`` says which months there are, and that there was nothing else.
    Without one, whole months are missing before the first or after the last record where many records were to be
    expected in them, or where the table was exported before.
    """
    days = sorted(day for day in daily if fiscal.has(day))
    if spec.period is not None or not days:
        return None
    first, last = days[0], days[-1]
    timed = any(derived.clock for derived in spec.derived.values())
    fewest = 1 if timed and sum(daily[day] for day in days) >= MANY else MONTHS
    cut_first = fiscal.place(first.month) > 0 and _missing(days, daily, (first - fiscal.first).days, fewest)
    ends_early = fiscal.place(last.month) < MONTHS_OF_A_YEAR - 1
    silent = ends_early and _missing(days, daily, (fiscal.last - last).days, fewest)
    cut_last = silent or (ends_early and _exported_before(spec, fiscal))
    if not (cut_first or cut_last):
        return None
    return Covered(
        fiscal.month(first.month) if cut_first else fiscal.months[0],
        fiscal.month(last.month) if cut_last else fiscal.months[-1],
    )


def _exported_before(spec: Table, fiscal: FiscalYear) -> bool:
    """Whether a table was written out while whole months of the year were still to come."""
    return spec.exported is not None and spec.exported < fiscal.last.replace(day=1)


def _missing(days: list[date], daily: Mapping[date, int], silence: int, months: int) -> bool:
    """Whether a silence at one end of the year is no chance; ``months``: so many with records make a log."""
    records = sum(daily[day] for day in days)
    if records < RECORDS or len({day.month for day in days}) < months:
        return False
    span = (days[-1] - days[0]).days + 1
    longest = max(((after - before) for before, after in pairwise(days)), default=timedelta(0)).days
    return records * silence >= EXPECTED * span and len(days) * silence >= ACTIVE * span and silence > LONGER * longest


def of_a_part(agg: str, value: Fraction | None, part: Covered, negative: bool = False) -> Bounds | None:
    """Where the year's figure may lie when its records cover a part of it; None where the part stands for the year.

    What is counted, and a greatest value, can only grow. A share, mean or quantile of at least ``HALF`` the year's
    months is taken for the year's, and said to be of a part; of fewer months it is not known.
    """
    if agg in ("count", "distinct", "max") or (agg == "sum" and not negative):
        return Bounds(0, value, None)
    if agg == "min":
        return Bounds(0, None, value)
    if agg in RATES and part.months >= HALF:
        return None
    return Bounds(0, Fraction(0), Fraction(1)) if agg == "share" else Bounds(0, None, None)


def ratio_of_parts(top: Covered | None, bottom: Covered | None) -> Bounds | None:
    """A ratio over the same months on both sides is a rate; else one side grows with the months that are missing."""
    if top is None and bottom is None:
        return None
    if top == bottom and top is not None and top.months >= HALF:
        return None
    return Bounds(0, None, None)
