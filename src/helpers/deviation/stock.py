"""How many pieces of a spare part to keep: demand, lead time, and the base stock that reaches a service level.

Continuous review with base stock S: each piece taken is reordered at once, so that stock on hand plus on
order is always S. A demand does not wait when fewer than S pieces are on order. By Palm's theorem their
number is Poisson with mean (demand rate × mean lead time), whatever the lead times' distribution
(Sherbrooke, Optimal Inventory Modeling of Systems, 2nd ed., ch. 2). Where demand is over-dispersed, its
rate varies as a gamma variable of shape k and the number is negative binomial; a demand is more likely to
fall into a busy spell, so that what it finds has the shape k + 1.

Dispersion is looked for in windows as long as a lead time and in twelve parts of the year: months would not
see ten failures of one afternoon, which empty a shelf that is refilled within a day, and days would not see
a bad season. Of two that are found the one that spreads demand more decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

#: Demand counts as over-dispersed when chance gives windows as uneven less often than this.
ALPHA = 0.05
HOUR, DAY = 3600, 86400
#: At least so many windows.
FEWEST_WINDOWS = 12

Distribution = Literal["poisson", "negative_binomial"]


@dataclass(frozen=True, kw_only=True)
class Lead:
    """Lead times in whole seconds: of ``n`` recorded ones, quantiles being values that occurred; or the
    declared one (``n`` 0). ``open_``: orders that had not arrived, of which only that much is known."""

    n: int
    total: int
    median: int
    p10: int
    p90: int
    longest: int
    source: Literal["recorded", "declared"]
    open_: int = 0

    @property
    def mean(self) -> float:
        """Seconds."""
        return self.total / max(self.n, 1)


def lead_of(seconds: Sequence[int], open_: int = 0, declared: int | None = None) -> Lead | None:
    """The lead time from recorded ones, else the declared one (seconds); None where there is neither."""
    if seconds:
        low, median, high = (int(q) for q in np.quantile(np.asarray(seconds), (0.1, 0.5, 0.9), method="inverted_cdf"))
        return Lead(
            n=len(seconds),
            total=int(sum(seconds)),
            median=median,
            p10=low,
            p90=high,
            longest=int(max(seconds)),
            source="recorded",
            open_=open_,
        )
    if declared is None:
        return None
    return Lead(
        n=0,
        total=declared,
        median=declared,
        p10=declared,
        p90=declared,
        longest=declared,
        source="declared",
        open_=open_,
    )


@dataclass(frozen=True)
class Dispersion:
    """Demand in ``windows`` equal parts of the year against an even rate: ``index`` is chi-square over its
    degrees of freedom (1 for Poisson), ``p_value`` how often chance gives an index as high (Bonferroni, where
    two scales were looked at). ``shape``: k of the gamma rate, by moments; None for an index up to 1."""

    index: float
    p_value: float
    windows: int
    shape: float | None

    @property
    def over(self) -> bool:
        return self.p_value < ALPHA


def dispersion(times: Sequence[int], start: int, year_seconds: int, lead: float) -> Dispersion | None:
    """The chi-square dispersion test; None below two demands.

    ``times``: of the demands, ``start``: of the year, in seconds since 1970; ``lead``: mean lead time in
    seconds. A window of the finer scale is as long as a lead time, at least a day, and longer where demands
    are few, so that one is expected in each.
    """
    n = len(times)
    if n < 2:
        return None
    fine = max(int(year_seconds // max(lead, DAY, year_seconds / n)), FEWEST_WINDOWS)
    scales = sorted({FEWEST_WINDOWS, fine})
    found = [_dispersion(times, start, year_seconds, windows, len(scales)) for windows in scales]
    over = [one for one in found if one.over]
    return min(over, key=lambda one: one.shape or 0.0) if over else min(found, key=lambda one: one.p_value)


def _dispersion(times: Sequence[int], start: int, year_seconds: int, windows: int, looks: int) -> Dispersion:
    from scipy.stats import chi2

    places = np.clip((np.asarray(times, dtype=np.int64) - start) * windows // year_seconds, 0, windows - 1)
    counts, expected = np.bincount(places, minlength=windows), len(times) / windows
    statistic = float(((counts - expected) ** 2 / expected).sum())
    index = statistic / (windows - 1)
    shape = expected / (index - 1) if index > 1 else None
    return Dispersion(index, min(1.0, looks * float(chi2.sf(statistic, windows - 1))), windows, shape)


@dataclass(frozen=True)
class BaseStock:
    """``stock`` pieces; ``service``: the share of demands that then should not wait; ``in_lead``: mean
    demand over a lead time; ``shape``: k of the negative binomial."""

    stock: int
    service: float
    in_lead: float
    distribution: Distribution
    shape: float | None = None


def base_stock(demand: int, lead: float, year_seconds: int, level: float, spread: Dispersion | None) -> BaseStock:
    """The smallest base stock at which a demand does not wait with probability ``level``.

    ``demand``: pieces in the year; ``lead``: mean lead time in seconds. Raises ValueError without demand.
    """
    if demand < 1:
        raise ValueError("no demand, no stock")
    mean = demand * lead / year_seconds
    shape = spread.shape if spread is not None and spread.over and mean > 0 else None
    distribution, given = _found_by_a_demand(mean, shape)
    stock = 1 + int(distribution.ppf(level, *given))
    return BaseStock(
        stock, service(mean, shape, stock), mean, "poisson" if shape is None else "negative_binomial", shape
    )


def service(mean: float, shape: float | None, stock: int) -> float:
    """P(no wait) with a base stock: the share of demands that find fewer than ``stock`` pieces on order."""
    distribution, given = _found_by_a_demand(mean, shape)
    return float(distribution.cdf(stock - 1, *given))


def _found_by_a_demand(mean: float, shape: float | None) -> tuple[Any, tuple[float, ...]]:
    """The distribution of what is on order and its parameters, not put together: that takes longer than any answer."""
    from scipy.stats import nbinom, poisson

    return (poisson, (mean,)) if shape is None else (nbinom, (shape + 1, shape / (shape + mean)))
