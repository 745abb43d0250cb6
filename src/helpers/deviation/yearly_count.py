"""How sure a year's count of cases is, where cases come together in some weeks or months."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Moments = Sequence[int] | NDArray[np.int64]

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


def crowding(times: Moments, start: int, year_seconds: int) -> float:
    """By how much a count varies more than one of independent cases: the index of dispersion of its months
    or of its weeks, whichever is larger, at least 1. ``times`` and ``start`` of the year in seconds."""
    n = len(times)
    if n < 2:
        return 1.0
    since = np.asarray(times, dtype=np.int64) - start
    found = [1.0]
    for windows in SCALES:
        places = np.clip(since * windows // year_seconds, 0, windows - 1)
        counts = np.bincount(places, minlength=windows)
        found.append(float(((counts - n / windows) ** 2).sum() / (n / windows) / (windows - 1)))
    return max(found)


def estimate(times: Moments, start: int, year_seconds: int) -> Estimate:
    """A count with the exact Poisson interval (Garwood 1936), taken of as many independent cases as ``crowding``
    leaves."""
    from scipy.stats import chi2

    n, factor = len(times), crowding(times, start, year_seconds)
    low = factor * float(chi2.ppf(0.025, 2 * n / factor)) / 2 if n else 0.0
    return Estimate(float(n), low, factor * float(chi2.ppf(0.975, 2 * n / factor + 2)) / 2)


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
