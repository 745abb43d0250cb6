"""How far a figure moved at a date, and how sure that is, when cases of one month share their fate.

The months of both sides are the clusters. Their errors have two parts: what sampling gives (known for shares and
counts), and what a month has of its own, which may carry over into the next. The variance of the change takes both,
with the carry-over estimated free of its small-sample bias (Kendall 1954, Marriott & Pope 1954) and the degrees of
freedom reduced by it (Bayley & Hammersley 1946). It is never below that of sampling alone.

A measure that was taken because the year had missed its target starts from an unlucky year: that the next one is
better says little (regression to the mean). The p value is then the conditional one, given that the year missed:
the change is normal, cut off where the year would not have missed (Lee, Sun, Sun & Taylor 2016).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

#: Fewer months on one side tell nothing about how months differ.
FEWEST_SIDE = 3
#: From so many months on, the season is taken out as one wave a year; month by month where the same ones, and so
#: many of them, lie on both sides.
SEASON_FROM, PAIRED_FROM = 18, 6
#: Carry-over beyond this cannot be told from a change of level with two years of months.
MOST_CARRIED = 0.9
LEVEL = 0.95
#: Differences of this relative size are floating-point dust.
DUST = 1e-12
#: By so many standard errors the carry-over is taken larger than it was estimated.
CAUTION = 0.75


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
    cov, carried, spread = _covariance(cells, design, hat, residuals, at, n)
    contrast = hat[1]
    change, variance = float(contrast @ y), float(contrast @ cov @ contrast)
    freedom = max(2.0, (len(cells) - design.shape[1]) * (1 - carried) / (1 + carried)) if spread else np.inf
    selection = _selection(cells, y, n, cov, contrast, variance, missed_below)
    reach = _quantile(freedom) * variance**0.5
    return Effect(
        before=float((n * y)[~after].sum() / n[~after].sum()),
        after=float((n * y)[after].sum() / n[after].sum()),
        change=change,
        low=change - reach,
        high=change + reach,
        p_value=max(least, _p_value(change, variance, freedom, selection)),
        months_before=sides[0],
        months_after=sides[1],
        carried=carried,
        selected=selection is not None,
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


def _covariance(
    cells: Sequence[Cell], design: np.ndarray, hat: np.ndarray, residuals: np.ndarray, at: np.ndarray, n: np.ndarray
) -> tuple[np.ndarray, float, bool]:
    """The covariance of the cells' values, the carry-over in it, and whether months differ by more than sampling."""
    sampling = np.array([0.0 if c.noise is None else c.noise / c.n for c in cells])
    maker = np.eye(len(cells)) - design @ hat
    own = np.ones(len(cells)) if sampling.any() else 1 / n
    total = float(residuals @ (n * residuals))
    spread = sampling + own * _beyond(total, maker, n, np.diag(sampling), np.diag(own))
    carried = _carried(residuals, np.sqrt(spread), at, design.shape[1])
    shape = carried ** np.abs(at[:, None] - at[None, :]) * np.sqrt(own[:, None] * own[None, :])
    beyond = _beyond(total, maker, n, np.diag(sampling), shape)
    return np.diag(sampling) + beyond * shape, carried, beyond > 0 or not sampling.any()


def _beyond(total: float, maker: np.ndarray, n: np.ndarray, sampling: np.ndarray, shape: np.ndarray) -> float:
    """The months' own variance by moments: what the residuals have beyond sampling, at least nothing."""
    inner = (maker.T * n) @ maker
    by_sampling, by_months = float(np.trace(inner @ sampling)), float(np.trace(inner @ shape))
    return max(0.0, (total - by_sampling) / by_months) if by_months > 0 else 0.0


def _carried(residuals: np.ndarray, spread: np.ndarray, at: np.ndarray, fitted: int) -> float:
    """The lag-one correlation of the months, corrected for its bias and never below none."""
    scores = np.divide(residuals, spread, out=np.zeros_like(residuals), where=spread > 0)
    order = np.argsort(at, kind="stable")
    scores, places = scores[order], at[order]
    next_to = np.diff(places) < 1.6
    if not scores.any() or next_to.sum() < 3:
        return 0.0
    lag = float((scores[1:] * scores[:-1])[next_to].mean() / (scores**2).mean())
    size = len(scores) - fitted + 2
    corrected = (size * lag + 2) / (size - 4) if size > 8 else lag
    if corrected <= 0:
        return 0.0
    # Half a standard error on the safe side: a carry-over taken too small makes chance look like an effect.
    return min(MOST_CARRIED, float(corrected + CAUTION * max(0.0, 1 - corrected**2) ** 0.5 / size**0.5))


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


def _p_value(change: float, variance: float, freedom: float, selection: tuple[float, int] | None) -> float:
    from scipy.stats import norm, t

    if variance <= 0:
        return 1.0 if abs(change) < 1e-12 else 0.0
    law = norm if np.isinf(freedom) else t(freedom)
    size = variance**0.5
    plain = float(2 * law.sf(abs(change) / size))
    if selection is None:
        return min(1.0, plain)
    bound, side = selection  # the change was bound to lie above (side 1) or below (−1) the bound
    sign = 1 if change > 0 else -1
    if sign != side:
        return min(1.0, plain)
    chance = float(law.sf(abs(change) / size)) / max(float(law.sf(sign * bound / size)), 1e-300)
    return min(1.0, max(plain, 2 * chance))


def _quantile(freedom: float) -> float:
    from scipy.stats import norm, t

    side = 1 - (1 - LEVEL) / 2
    return float(norm.ppf(side) if np.isinf(freedom) else t.ppf(side, freedom))
