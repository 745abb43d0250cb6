"""How far a figure moved at a date, and how sure that is, when cases of one month share their fate.

The months of both sides are the clusters. Their errors have two parts: what sampling gives (known for shares and
counts), and what a month has of its own, which may carry over into the next (see ``carry_over``). The variance of the
change takes both and is never below that of sampling alone.

A measure that was taken because the year had missed its target starts from an unlucky year: that the next one is
better says little (regression to the mean). The p value is then the conditional one, given that the year missed:
the change is normal, cut off where the year would not have missed (Lee, Sun, Sun & Taylor 2016).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from helpers.deviation.carry_over import Months, weighed

#: Fewer months on one side tell nothing about how months differ.
FEWEST_SIDE = 3
#: From so many months on, the season is taken out as one wave a year; month by month where the same ones, and so
#: many of them, lie on both sides.
SEASON_FROM, PAIRED_FROM = 18, 6
LEVEL = 0.95
#: Differences of this relative size are floating-point dust.
DUST = 1e-12


@dataclass(frozen=True, kw_only=True)
class Cell:
    """The cases of one month on one side of a date.

    ``at``: the middle of the cell in months from a fixed start; ``n``: how many cases (or days of a count);
    ``value``: their mean; ``noise``: the variance of one case, so that sampling gives ``noise / n`` (None: not
    known). ``selected``: the month belongs to the year that missed.
    """

    at: float
    after: bool
    n: float
    value: float
    noise: float | None = None
    selected: bool = False


@dataclass(frozen=True, kw_only=True)
class Effect:
    """``change``: after less before; ``low`` and ``high`` its 95 % interval; ``p_value``: two-sided, given the
    selection where there was one. ``carried``: how much of a month carries over into the next."""

    before: float
    after: float
    change: float
    low: float
    high: float
    p_value: float
    months_before: int
    months_after: int
    carried: float
    selected: bool
    seasonal: bool


def change_at(
    cells: Sequence[Cell], missed_below: tuple[float, int] | None = None, least: float = 0.0
) -> Effect | None:
    """The change between the cells before and after; None with fewer than ``FEWEST_SIDE`` months on a side.

    ``least``: the exact p value of independent cases, below which that of clustered ones cannot lie.

    ``missed_below``: the target that the selected months together missed, and the side on which they missed it
    (−1: they were below it, 1: above).
    """
    cells = [cell for cell in cells if cell.n > 0]
    sides = [sum(cell.after == side for cell in cells) for side in (False, True)]
    if min(sides) < FEWEST_SIDE:
        return None
    n, y = np.array([c.n for c in cells], dtype=float), np.array([c.value for c in cells], dtype=float)
    after, at = np.array([c.after for c in cells]), np.array([c.at for c in cells], dtype=float)
    design, seasonal = _design(after, at)
    weights = design.T * n
    hat = np.linalg.solve(weights @ design, weights)  # coefficients = hat @ y
    residuals = y - design @ (hat @ y)
    residuals[np.abs(residuals) < DUST * max(1.0, float(np.abs(y).max()))] = 0.0
    contrast, worlds = hat[1], _months(cells, design, residuals, at, n)
    change = float(contrast @ y)
    laws = [_law(months, cells, y, n, contrast, missed_below) for months in worlds]
    reach = _reach(laws)
    return Effect(
        before=float((n * y)[~after].sum() / n[~after].sum()),
        after=float((n * y)[after].sum() / n[after].sum()),
        change=change,
        low=change - reach,
        high=change + reach,
        p_value=max(least, min(1.0, sum(law.weight * _p_value(change, law) for law in laws))),
        months_before=sides[0],
        months_after=sides[1],
        carried=sum(months.weight * months.carried for months in worlds),
        selected=any(law.selection is not None for law in laws),
        seasonal=seasonal,
    )


def _design(after: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, bool]:
    """A level, a step at the date, and the season: each calendar month its own level where both sides have the same
    ones, else with enough months a wave over the year."""
    columns = [np.ones(len(at)), after.astype(float)]
    calendar = np.floor(at).astype(int) % 12
    sides = [sorted(calendar[after == side].tolist()) for side in (False, True)]
    if sides[0] == sides[1] and len(set(sides[0])) == len(sides[0]) >= PAIRED_FROM:
        columns += [(calendar == month).astype(float) for month in sides[0][1:]]
    elif len(at) >= SEASON_FROM:
        columns += [np.sin(2 * np.pi * at / 12), np.cos(2 * np.pi * at / 12)]
    return np.column_stack(columns), len(columns) > 2


@dataclass(frozen=True, kw_only=True)
class _Law:
    """How the change errs if one carry-over is true: ``size`` of its standard error, and the change from which on
    (and on which side of it) the selected months would have missed as they did."""

    weight: float
    size: float
    freedom: float
    selection: tuple[float, int] | None


def _law(
    months: Months,
    cells: Sequence[Cell],
    y: np.ndarray,
    n: np.ndarray,
    contrast: np.ndarray,
    missed_below: tuple[float, int] | None,
) -> _Law:
    variance = float(contrast @ months.covariance @ contrast)
    return _Law(
        weight=months.weight,
        size=variance**0.5,
        freedom=months.freedom,
        selection=_selection(cells, y, n, months.covariance, contrast, variance, missed_below),
    )


def _months(
    cells: Sequence[Cell], design: np.ndarray, residuals: np.ndarray, at: np.ndarray, n: np.ndarray
) -> list[Months]:
    sampling = np.array([0.0 if c.noise is None else c.noise / c.n for c in cells])
    own = np.ones(len(cells)) if sampling.any() else 1 / n
    return weighed(design, residuals, at, own, sampling)


def _selection(
    cells: Sequence[Cell],
    y: np.ndarray,
    n: np.ndarray,
    cov: np.ndarray,
    contrast: np.ndarray,
    variance: float,
    missed_below: tuple[float, int] | None,
) -> tuple[float, int] | None:
    """From which change on (and on which side of it) the selected months would have missed as they did."""
    chosen = np.array([c.selected for c in cells])
    if missed_below is None or not chosen.any() or variance <= 0:
        return None
    target, side = missed_below
    picks = np.where(chosen, n, 0.0) / n[chosen].sum()
    year = float(picks @ y)
    if (year - target) * side <= 0:
        return None
    share = float(picks @ cov @ contrast) / variance  # how the year's figure moves with the change
    if abs(share) < 1e-12:
        return None
    rest = year - share * float(contrast @ y)
    return (target - rest) / share, side * (1 if share > 0 else -1)


def _p_value(change: float, law: _Law) -> float:
    if law.size <= 0:
        return 1.0 if abs(change) < DUST else 0.0
    tail = _tail(law.freedom)
    plain = min(1.0, 2 * tail(abs(change) / law.size))
    if law.selection is None:
        return plain
    bound, side = law.selection  # the change was bound to lie above (side 1) or below (−1) the bound
    sign = 1 if change > 0 else -1
    if sign != side:
        return plain
    chance = tail(abs(change) / law.size) / max(tail(sign * bound / law.size), 1e-300)
    return min(1.0, max(plain, 2 * chance))


def _tail(freedom: float) -> Callable[[float], float]:
    """The chance of lying above so many standard errors."""
    from scipy.special import ndtr, stdtr

    return lambda at: float(ndtr(-at) if np.isinf(freedom) else stdtr(freedom, -at))


def _reach(laws: Sequence[_Law]) -> float:
    """Half the width of the interval that leaves out 5 % over all carry-overs together."""
    from scipy.optimize import brentq

    size = max(law.size for law in laws)
    if size <= 0:
        return 0.0

    def beyond(reach: float) -> float:
        return sum(2 * law.weight * _tail(law.freedom)(reach / law.size) for law in laws if law.size > 0) - (1 - LEVEL)

    return float(brentq(beyond, 0.0, 1e6 * size)) if beyond(0.0) > 0 else 0.0
