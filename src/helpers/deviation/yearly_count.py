"""How sure a year's count of cases is, where cases come together in some weeks or months."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from helpers.measures.row_blocks import spans

if TYPE_CHECKING:
    import pandas as pd

    from helpers.year.fiscal import FiscalYear

Moments = Sequence[int] | NDArray[np.int64]
Counts = NDArray[np.signedinteger[Any]]

#: Into how many equal parts a year is cut to see whether cases come together.
SCALES = (12, 52)


@dataclass(frozen=True)
class Estimate:
    """A number of cases a year with its 95 % interval."""

    value: float
    low: float
    high: float

    def scaled(self, factor: float) -> Estimate:
        """The same cases, each counted ``factor`` times (at least 0)."""
        return Estimate(self.value * factor, self.low * factor, self.high * factor)


def parts_of(times: Moments, start: int, year_seconds: int) -> list[NDArray[np.int8]]:
    """In which part of the year each case falls, for each of ``SCALES``; ``start`` of the year in seconds."""
    since = np.asarray(times, dtype=np.int64) - start
    return [np.clip(since * windows // year_seconds, 0, windows - 1).astype(np.int8) for windows in SCALES]


WEEK = 7 * 86400


@dataclass(frozen=True)
class When:
    """In which part of the year each row falls, for each of ``SCALES``, and where that is asked for in which week since
    it began."""

    parts: Sequence[NDArray[np.int8]]
    weeks: NDArray[np.int32] | None

    def estimate(self, chosen: NDArray[np.bool_]) -> Estimate:
        """So many rows as are chosen, with the interval."""
        own = [np.bincount(parts[chosen], minlength=scale) for parts, scale in zip(self.parts, SCALES, strict=True)]
        return estimate_counted(own)


def when_of(moments: pd.Series, fiscal: FiscalYear, *, by_week: bool) -> When:
    """Of the moments of rows, or their days."""
    start, end = (int(np.datetime64(day, "s").astype(np.int64)) for day in (fiscal.first, fiscal.end))
    parts = [np.empty(len(moments), dtype=np.int8) for _ in SCALES]
    weeks, short = np.empty(len(moments), dtype=np.int32) if by_week else None, np.iinfo(np.int32)
    for part in spans(len(moments)):
        seconds = moments.iloc[part].to_numpy().astype("datetime64[s]").astype(np.int64)
        for own, found in zip(parts, parts_of(seconds, start, end - start), strict=True):
            own[part] = found
        if weeks is not None:
            weeks[part] = np.clip((seconds - start) // WEEK, short.min, short.max)
    return When(parts, weeks)


def counted(times: Moments, start: int, year_seconds: int) -> list[Counts]:
    """The cases in each part of the year, for each of ``SCALES``."""
    parts = parts_of(times, start, year_seconds)
    return [np.bincount(own, minlength=windows) for windows, own in zip(SCALES, parts, strict=True)]


def crowding(counts: Sequence[Counts]) -> float:
    """By how much a count varies more than one of independent cases: the index of dispersion of its months
    or of its weeks, whichever is larger, at least 1. ``counts``: the cases in each part of the year, by scale."""
    n, found = int(counts[0].sum()), [1.0]
    for windows, there in zip(SCALES, counts, strict=True) if n > 1 else ():
        found.append(float(((there - n / windows) ** 2).sum() / (n / windows) / (windows - 1)))
    return max(found)


def estimate(times: Moments, start: int, year_seconds: int) -> Estimate:
    """``estimate_counted`` of cases at these times, in seconds."""
    return estimate_counted(counted(times, start, year_seconds))


def estimate_counted(counts: Sequence[Counts]) -> Estimate:
    """A count with the exact Poisson interval (Garwood 1936), taken of as many independent cases as ``crowding``
    leaves."""
    from scipy.special import gammaincinv  # half the chi-square quantile of twice the shape

    n, factor = int(counts[0].sum()), crowding(counts)
    low = factor * float(gammaincinv(n / factor, 0.025)) if n else 0.0
    return Estimate(float(n), low, factor * float(gammaincinv(n / factor + 1, 0.975)))


def total(parts: Sequence[Estimate]) -> Estimate:
    """The sum of independent counts; a part scaled by a negative number is written with ``less``.

    Intervals are combined by MOVER (Zou & Donner 2008).
    """
    value = sum(part.value for part in parts)
    down = math.hypot(*(part.value - part.low for part in parts)) if parts else 0.0
    up = math.hypot(*(part.high - part.value for part in parts)) if parts else 0.0
    return Estimate(value, value - down, value + up)


def less(one: Estimate, other: Estimate) -> Estimate:
    """One count less another independent one."""
    return total([one, Estimate(-other.value, -other.high, -other.low)])
